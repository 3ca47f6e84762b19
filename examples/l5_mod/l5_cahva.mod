TITLE High-voltage activated calcium current of a layer 5 pyramidal-like cell

COMMENT
Written for napari-neuron's how-to. Two equal activation gates and one that inactivates.
It opens with a spike.
Numbers are round ones of the size that has been reported; nothing here is fitted to a
recording. Rates hold at 34 degC and change by q10.
ENDCOMMENT

NEURON {
    THREADSAFE
    SUFFIX l5_cahva
    USEION ca READ eca WRITE ica
    RANGE gbar, g, i
    GLOBAL q10
}

UNITS {
    (mV) = (millivolt)
    (mA) = (milliamp)
    (S) = (siemens)
}

PARAMETER {
    gbar = 0.0001 (S/cm2) <0, 1e9>
    q10 = 2.3
}

STATE { m h }

ASSIGNED {
    v (mV)
    celsius (degC)
    eca (mV)
    g (S/cm2)
    i (mA/cm2)
    ica (mA/cm2)
    minf
    hinf
    mtau (ms)
    htau (ms)
}

BREAKPOINT {
    SOLVE states METHOD cnexp
    g = gbar * m * m * h
    i = g * (v - eca)
    ica = i
}

INITIAL {
    rates(v)
    m = minf
    h = hinf
}

DERIVATIVE states {
    rates(v)
    m' = (minf - m) / mtau
    h' = (hinf - h) / htau
}

PROCEDURE rates(v (mV)) {
    LOCAL faster
    faster = q10^((celsius - 34) / 10)
    minf = 1 / (1 + exp(-(v + 20) / 6))
    mtau = (0.5 + 4 / (exp((v + 20) / 20) + exp(-(v + 20) / 20))) / faster
    hinf = 1 / (1 + exp((v + 30) / 15))
    htau = (80 + 300 / (exp((v + 40) / 20) + exp(-(v + 40) / 20))) / faster
}
