TITLE Calcium-gated potassium current of a layer 5 pyramidal-like cell

COMMENT
Written for napari-neuron's how-to. The gate follows the calcium below the membrane by a Hill
function, as for SK channels: it ends bursts. Numbers are round ones of the size that has been
reported; nothing here is fitted to a recording.
ENDCOMMENT

NEURON {
    THREADSAFE
    SUFFIX l5_sk
    USEION k READ ek WRITE ik
    USEION ca READ cai
    RANGE gbar, g, i, half
}

UNITS {
    (mV) = (millivolt)
    (mA) = (milliamp)
    (mM) = (milli/liter)
    (S) = (siemens)
}

PARAMETER {
    gbar = 0.001 (S/cm2) <0, 1e9>
    half = 0.0005 (mM) <1e-9, 1e3>
    ntau = 2 (ms) <1e-6, 1e6>
}

STATE { n }

ASSIGNED {
    v (mV)
    ek (mV)
    cai (mM)
    g (S/cm2)
    i (mA/cm2)
    ik (mA/cm2)
}

BREAKPOINT {
    SOLVE states METHOD cnexp
    g = gbar * n
    i = g * (v - ek)
    ik = i
}

INITIAL {
    n = opened(cai)
}

DERIVATIVE states {
    n' = (opened(cai) - n) / ntau
}

FUNCTION opened(c (mM)) {
    LOCAL x
    x = (c / half)^4
    opened = x / (1 + x)
}
