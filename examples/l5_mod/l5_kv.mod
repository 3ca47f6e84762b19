TITLE Fast delayed rectifier potassium current of a layer 5 pyramidal-like cell

COMMENT
Written for napari-neuron's how-to. Four equal activation gates, as for the Kv3 family.
Half voltage, slope and time constant are round numbers of the size that has been reported;
nothing here is fitted to a recording. Rates hold at 34 degC and change by q10.
ENDCOMMENT

NEURON {
    THREADSAFE
    SUFFIX l5_kv
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
    gbar = 0.02 (S/cm2) <0, 1e9>
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
    g = gbar * n * n * n * n
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
    ninf = 1 / (1 + exp(-(v + 36) / 8))
    ntau = (0.3 + 4 / (exp((v + 35) / 15) + exp(-(v + 35) / 25))) / faster
}
