TITLE Potassium channel as a scheme of states

COMMENT
KINETIC: closed <-> closed <-> open, with rates that depend on voltage.
ENDCOMMENT

NEURON {
    SUFFIX cascade
    NONSPECIFIC_CURRENT i
    RANGE gbar, e, scale
}

UNITS {
    (mV) = (millivolt)
    (mA) = (milliamp)
    (S) = (siemens)
}

PARAMETER {
    gbar = 0.001 (S/cm2)
    e = -80 (mV)
    scale[2]
}

STATE { c1 c2 o }

ASSIGNED {
    v (mV)
    i (mA/cm2)
    a (/ms)
    b (/ms)
}

BREAKPOINT {
    SOLVE scheme METHOD sparse
    i = gbar * o * (v - e)
}

INITIAL {
    SOLVE scheme STEADYSTATE sparse
}

KINETIC scheme {
    rates(v)
    ~ c1 <-> c2 ((1 + scale[0]) * 2 * a, b)
    ~ c2 <-> o (a, 2 * b)
    CONSERVE c1 + c2 + o = 1
}

PROCEDURE rates(v (mV)) {
    a = 0.2 (/ms) * exp((v + 40 (mV)) / 20 (mV))
    b = 0.2 (/ms) * exp(-(v + 40 (mV)) / 20 (mV))
}
