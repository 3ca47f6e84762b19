TITLE Electrode that injects white noise

COMMENT
RANDOM: a Random123 stream of the process' own, held over each time step.
ENDCOMMENT

NEURON {
    POINT_PROCESS NoiseClamp
    ELECTRODE_CURRENT i
    RANGE i, sigma, mean
    RANDOM r
}

UNITS {
    (nA) = (nanoamp)
}

PARAMETER {
    mean = 0 (nA)
    sigma = 0.01 (nA)
}

ASSIGNED {
    i (nA)
    held
}

INITIAL {
    held = 0
}

BEFORE BREAKPOINT {
    held = random_normal(r)
}

BREAKPOINT {
    i = mean + sigma * held
}
