TITLE Hyperpolarisation-activated cation current of a layer 5 pyramidal-like cell

COMMENT
Written for napari-neuron's how-to. One gate that opens below rest, as for HCN channels, which
grow denser along the apical dendrite. Numbers are round ones of the size that has been
reported; nothing here is fitted to a recording. Rates hold at 34 degC and change by q10.
ENDCOMMENT

NEURON {
    THREADSAFE
    SUFFIX l5_ih
    NONSPECIFIC_CURRENT i
    RANGE gbar, g, i, eh
    GLOBAL q10
}

UNITS {
    (mV) = (millivolt)
    (mA) = (milliamp)
    (S) = (siemens)
}

PARAMETER {
    gbar = 0.0001 (S/cm2) <0, 1e9>
    eh = -45 (mV)
    q10 = 2.3
}

STATE { n }

ASSIGNED {
    v (mV)
    celsius (degC)
    g (S/cm2)
    i (mA/cm2)
    ninf
    ntau (ms)
}

BREAKPOINT {
    SOLVE states METHOD cnexp
    g = gbar * n
    i = g * (v - eh)
}

INITIAL {
    rates(v)
    n = ninf
}

DERIVATIVE states {
    rates(v)
    n' = (ninf - n) / ntau
}

PROCEDURE rates(v (mV)) {
    LOCAL faster
    faster = q10^((celsius - 34) / 10)
    ninf = 1 / (1 + exp((v + 88) / 8))
    ntau = (5 + 100 / (exp((v + 80) / 18) + exp(-(v + 80) / 25))) / faster
}
