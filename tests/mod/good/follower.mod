TITLE Current that follows a variable of another mechanism

COMMENT
POINTER: cannot be painted, because nothing would say what it points to.
ENDCOMMENT

NEURON {
    SUFFIX follower
    NONSPECIFIC_CURRENT i
    POINTER source
    RANGE gain
}

PARAMETER {
    gain = 0 (mA/cm2)
}

ASSIGNED {
    i (mA/cm2)
    source
}

BREAKPOINT {
    i = gain * source
}
