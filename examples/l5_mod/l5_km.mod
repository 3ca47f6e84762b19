TITLE Slow potassium current of the M type of a layer 5 pyramidal-like cell

COMMENT
Written for napari-neuron's how-to. One slow gate, as for the Kv7 family: it spaces the spikes of a train.
Half voltage, slope and time constant are round numbers of the size that has been reported;
nothing here is fitted to a recording. Rates hold at 34 degC and change by q10.
ENDCOMMENT

NEURON {
    THREADSAFE
    SUFFIX l5_km
    USEION k READ ek WRITE ik
    RANGE gbar, g, i
    GLOBAL q10
}

UNITS {
    (mV) = (millivolt)
    (mA) = (milliamp)
    (S) = (siemens)
}

PARAMETER {
    gbar = 0.0003 (S/cm2) <0, 1e9>
    q10 = 2.3
}

STATE { n }

ASSIGNED {
    v (mV)
    celsius (degC)
    ek (mV)
    g (S/cm2)
    i (mA/cm2)
    ik (mA/cm2)
    ninf
    ntau (ms)
}

BREAKPOINT {
    SOLVE states METHOD cnexp
    g = gbar * n
    i = g * (v - ek)
    ik = i
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
    ninf = 1 / (1 + exp(-(v + 38) / 8))
    ntau = (8 + 60 / (exp((v + 38) / 20) + exp(-(v + 38) / 20))) / faster
}
