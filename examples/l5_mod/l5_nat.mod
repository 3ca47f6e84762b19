TITLE Transient sodium current of a layer 5 pyramidal-like cell

COMMENT
Written for napari-neuron's how-to. The form is that of Hodgkin and Huxley (m^3 h); half
voltages and slopes are round numbers in the range reported for neocortical sodium channels.
Nothing here is fitted to a recording. Rates hold at 34 degC and change by q10.
ENDCOMMENT

NEURON {
    THREADSAFE
    SUFFIX l5_nat
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
    gbar = 0.05 (S/cm2) <0, 1e9>
    q10 = 2.3
}

STATE { m h }

ASSIGNED {
    v (mV)
    celsius (degC)
    ena (mV)
    g (S/cm2)
    i (mA/cm2)
    ina (mA/cm2)
    minf
    hinf
    mtau (ms)
    htau (ms)
}

BREAKPOINT {
    SOLVE states METHOD cnexp
    g = gbar * m * m * m * h
    i = g * (v - ena)
    ina = i
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
    minf = 1 / (1 + exp(-(v + 40) / 6))
    mtau = (0.03 + 0.2 / (exp((v + 40) / 20) + exp(-(v + 40) / 20))) / faster
    hinf = 1 / (1 + exp((v + 60) / 6))
    htau = (0.3 + 8 / (exp((v + 60) / 14) + exp(-(v + 60) / 20))) / faster
}
