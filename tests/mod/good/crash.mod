TITLE Mechanism that kills its process

COMMENT
Harmless until it is painted; then VERBATIM aborts at the first step past 5 ms.
ENDCOMMENT

NEURON {
    SUFFIX crash
    NONSPECIFIC_CURRENT i
}

VERBATIM
#include <stdlib.h>
ENDVERBATIM

ASSIGNED { i (mA/cm2) }

BREAKPOINT {
    i = 0
    if (t > 5) {
VERBATIM
        abort();
ENDVERBATIM
    }
}
