TITLE Calcium current with a shell of calcium that decays

COMMENT
USEION that reads and writes a concentration.
ENDCOMMENT

NEURON {
    SUFFIX cadecay
    USEION ca READ eca, cai WRITE ica, cai VALENCE 2
    RANGE gbar, tau, depth, rest
}

UNITS {
    (mV) = (millivolt)
    (mA) = (milliamp)
    (mM) = (milli/liter)
    (S) = (siemens)
    (um) = (micron)
    FARADAY = (faraday) (coulombs)
}

PARAMETER {
    gbar = 1e-5 (S/cm2)
    tau = 20 (ms)
    depth = 0.1 (um)
    rest = 5e-5 (mM)
}

STATE { cai (mM) }

ASSIGNED {
    v (mV)
    eca (mV)
    ica (mA/cm2)
}

BREAKPOINT {
    SOLVE pool METHOD derivimplicit
    ica = gbar * (v - eca) / (1 + exp(-(v + 20 (mV)) / 5 (mV)))
}

INITIAL {
    cai = rest
}

DERIVATIVE pool {
    cai' = -(10000) * ica / (2 * FARADAY * depth) + (rest - cai) / tau
}
