NEURON {
    SUFFIX undeclared
    NONSPECIFIC_CURRENT i
}
PARAMETER { g = 1 (S/cm2) }
ASSIGNED { v (mV) i (mA/cm2) }
BREAKPOINT {
    i = g * (v - reversal)
}
