NEURON {
    SUFFIX verbatim
    NONSPECIFIC_CURRENT i
}
PARAMETER { g = 1 (S/cm2) }
ASSIGNED { v (mV) i (mA/cm2) }
BREAKPOINT {
VERBATIM
    int n = no_such_function(3);
ENDVERBATIM
    i = g * v
}
