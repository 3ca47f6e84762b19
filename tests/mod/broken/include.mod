NEURON {
    SUFFIX include
    NONSPECIFIC_CURRENT i
}
INCLUDE "not_there.inc"
ASSIGNED { i (mA/cm2) }
BREAKPOINT { i = 0 }
