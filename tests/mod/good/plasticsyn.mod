TITLE Synapse that is depressed by use

COMMENT
POINT_PROCESS with NET_RECEIVE and a VERBATIM block.
ENDCOMMENT

NEURON {
    POINT_PROCESS PlasticSyn
    RANGE tau, e, i, depression, count
    NONSPECIFIC_CURRENT i
}

UNITS {
    (nA) = (nanoamp)
    (mV) = (millivolt)
    (uS) = (microsiemens)
}

PARAMETER {
    tau = 2 (ms) <1e-9, 1e9>
    e = 0 (mV)
    depression = 0.8
}

ASSIGNED {
    v (mV)
    i (nA)
    count
}

STATE { g (uS) }

INITIAL {
    g = 0
    count = 0
}

BREAKPOINT {
    SOLVE decay METHOD cnexp
    i = g * (v - e)
}

DERIVATIVE decay {
    g' = -g / tau
}

NET_RECEIVE(weight (uS), use) {
    INITIAL { use = 1 }
    g = g + weight * use
    use = use * depression
VERBATIM
    count = count + 1;
ENDVERBATIM
}
