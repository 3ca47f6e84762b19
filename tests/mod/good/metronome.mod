TITLE Cell that fires at a fixed pace

COMMENT
ARTIFICIAL_CELL that sends events to itself and out.
ENDCOMMENT

NEURON {
    ARTIFICIAL_CELL Metronome
    RANGE pace, fired
}

PARAMETER {
    pace = 5 (ms) <1e-9, 1e9>
}

ASSIGNED {
    fired
}

INITIAL {
    fired = 0
    net_send(pace, 1)
}

NET_RECEIVE(w) {
    if (flag == 1) {
        fired = fired + 1
        net_event(t)
        net_send(pace, 1)
    }
}
