TITLE Persistent sodium current of a layer 5 pyramidal-like cell

COMMENT
Written for napari-neuron's how-to. One activation gate that does not inactivate.
Half voltage, slope and time constant are round numbers of the size that has been reported;
nothing here is fitted to a recording. Rates hold at 34 degC and change by q10.
ENDCOMMENT

NEURON {
    THREADSAFE
    SUFFIX l5_nap
    USEION na READ ena WRITE ina
    RANGE gbar, g, i
    GLOBAL q10
}

UNITS {
    (mV) = (millivolt)
    (mA) = (milliamp)
    (S) = (siemens)
}

PARAMETER {
    gbar = 0.0005 (S/cm2) <0, 1e9>
    q10 = 2.3
}

STATE { n }

ASSIGNED {
    v (mV)
    celsius (degC)
    ena (mV)
    g (S/cm2)
    i (mA/cm2)
    ina (mA/cm2)
    ninf
    ntau (ms)
}

BREAKPOINT {
    SOLVE states METHOD cnexp
    g = gbar * n
    i = g * (v - ena)
    ina = i
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
    ninf = 1 / (1 + exp(-(v + 52) / 5))
    ntau = (0.2 + 1 / (exp((v + 50) / 20) + exp(-(v + 50) / 20))) / faster
}
