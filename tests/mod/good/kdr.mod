TITLE Delayed rectifier potassium current

COMMENT
SUFFIX, USEION, RANGE, GLOBAL and TABLE: first-order gate with a Boltzmann steady state.
ENDCOMMENT

NEURON {
    THREADSAFE
    SUFFIX kdr
    USEION k READ ek WRITE ik
    RANGE gbar, g, i
    GLOBAL ninf, ntau, vhalf, slope
}

UNITS {
    (mV) = (millivolt)
    (mA) = (milliamp)
    (S) = (siemens)
}

PARAMETER {
    gbar = 0.01 (S/cm2) <0, 1e9>
    vhalf = -30 (mV)
    slope = 8 (mV)
    tau0 = 2 (ms)
}

STATE { n }

ASSIGNED {
    v (mV)
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
    TABLE ninf, ntau DEPEND vhalf, slope, tau0 FROM -120 TO 80 WITH 400
    ninf = 1 / (1 + exp(-(v - vhalf) / slope))
    ntau = tau0 * (0.5 + 1 / (1 + exp((v - vhalf) / (2 * slope))))
}
