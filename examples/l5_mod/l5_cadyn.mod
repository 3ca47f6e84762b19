TITLE Calcium below the membrane of a layer 5 pyramidal-like cell

COMMENT
Written for napari-neuron's how-to. What flows in spreads over a thin shell and leaves it with one
time constant: cai' = -ica * share / (2 F depth) - (cai - rest) / decay.
ENDCOMMENT

NEURON {
    THREADSAFE
    SUFFIX l5_cadyn
    USEION ca READ ica WRITE cai
    RANGE depth, decay, share, rest
}

UNITS {
    (mM) = (milli/liter)
    (mA) = (milliamp)
    (um) = (micron)
    FARADAY = (faraday) (coulombs)
}

PARAMETER {
    depth = 0.1 (um) <1e-6, 1e6>
    decay = 80 (ms) <1e-6, 1e9>
    share = 0.05 <0, 1>
    rest = 1e-4 (mM) <0, 1e3>
}

STATE { cai (mM) <1e-8> }

ASSIGNED { ica (mA/cm2) }

BREAKPOINT {
    SOLVE states METHOD cnexp
}

INITIAL {
    cai = rest
}

DERIVATIVE states {
    cai' = -(10000) * ica * share / (2 * FARADAY * depth) - (cai - rest) / decay
}
