"""What published MOD files do that ours do not: each a small file of our own writing."""

from __future__ import annotations

import numpy as np
import pytest
from engine_shapes import cable

from napari_neuron import (
    Experiment,
    ExperimentError,
    MaximumLength,
    MechanismConductance,
    ModFileError,
    Passive,
    PointProcess,
    ProcessRecorder,
    RunSettings,
    SpikeTimes,
    Synapse,
    simulate,
)
from napari_neuron.engine.mod_build import compile_mod_files

# As Destexhe's synapses: what is not RANGE is GLOBAL.
SYNAPSE = """
NEURON {
    POINT_PROCESS OldSynapse
    RANGE g, i
    GLOBAL Erev, tau
    NONSPECIFIC_CURRENT i
}
PARAMETER {
    Erev = -80 (mV)
    tau = 5 (ms)
}
ASSIGNED { v (mV) i (nA) }
STATE { g (umho) }
INITIAL { g = 0 }
BREAKPOINT {
    SOLVE decay METHOD cnexp
    i = g * (v - Erev)
}
DERIVATIVE decay { g' = -g / tau }
NET_RECEIVE(weight) { g = g + weight }
"""

# As NEURON's old clamps: a person sets what stands in ASSIGNED, and nothing in the file does.
STEPS = """
NEURON {
    POINT_PROCESS OldSteps
    ELECTRODE_CURRENT i
    RANGE dur, amp, scale, i, now
}
PARAMETER { limit = 1 }
ASSIGNED {
    i (nA)
    dur[2] (ms)
    amp[2] (nA)
    scale
    now
}
INITIAL { now = 0 }
BREAKPOINT {
    now = t
    i = 0
    if (t < dur[0]) { i = scale * amp[0] } else { if (t < dur[0] + dur[1]) { i = scale * amp[1] } }
VERBATIM
    now = now * 1.;
ENDVERBATIM
}
"""

# As in files from before NEURON 9: C that C++ refuses.
OLD_C = """
COMMENT
thrice is named here first, and is not what is wrong.
ENDCOMMENT
NEURON { SUFFIX oldc RANGE a }
PARAMETER { a = 1 }
VERBATIM
void* nrn_random_arg(int argpos);
ENDVERBATIM
: one more word about thrice
PROCEDURE remember() {
VERBATIM
    double* kept = malloc(8);
    *kept = 1.;
ENDVERBATIM
    a = thrice(a)
}
"""


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    folder = tmp_path_factory.mktemp("published")
    (folder / "oldsynapse.mod").write_text(SYNAPSE)
    (folder / "oldsteps.mod").write_text(STEPS)
    return compile_mod_files(folder, agreed=True)


def experiment(library, *stimuli, recorders=()):
    return Experiment(
        paint=(Passive(g=0.001, e=-70),),
        mod_files=library.mod_files,
        stimuli=stimuli,
        recorders=recorders,
        discretisation=MaximumLength(length=1000),
        run=RunSettings(duration=20, v_init=-70),
    )


def synapse(**parameters):
    return Synapse(
        nodes=(1,),
        label=f"synapse {parameters}",
        conductance=MechanismConductance(
            mechanism="OldSynapse", parameters=tuple(parameters.items())
        ),
        events=SpikeTimes(times=(1.0,)),
        weight=0.01,
    )


def test_global_parameters_of_a_point_process_hold_for_the_run(library, engine):
    placed = synapse(Erev=-20, tau=3)
    recorder = ProcessRecorder(label="g", stimulus=placed.label, node=1, variable="g")
    found = simulate(cable(), experiment(library, placed, recorders=(recorder,)), engine=engine)
    g = found.traces["g"]
    late = g.time > 2
    decay = np.polyfit(g.time[late], np.log(g.values[late]), 1)[0]
    assert -1 / decay == pytest.approx(3, rel=1e-6)
    assert found.frames.max() > -70  # towards -20, not -80
    again = simulate(cable(), experiment(library, synapse()), engine=engine)
    assert again.frames.min() < -70  # the run before has left nothing behind


def test_a_global_parameter_with_two_values_is_refused(library, engine):
    with pytest.raises(ExperimentError, match=r"Erev of OldSynapse is GLOBAL, and stimuli\[0\]"):
        simulate(cable(), experiment(library, synapse(Erev=-20), synapse(Erev=-30)), engine=engine)


def test_what_only_a_person_can_set_is_a_parameter(library):
    steps = library.catalogue.mechanism("OldSteps")
    assert {v.name: v.size for v in steps.parameters if v.scope == "range"} == {
        "dur": 2,
        "amp": 2,
        "scale": 1,
    }
    assert steps.parameter("dur").unit == "ms"
    assert {"i", "now"} <= {v.name for v in steps.assigned}


def test_what_only_a_person_can_set_reaches_neuron(library, engine):
    steps = PointProcess(
        nodes=(1,),
        label="steps",
        mechanism="OldSteps",
        parameters=(("dur[0]", 5), ("amp[0]", 0.1), ("dur[1]", 5), ("amp[1]", -0.2), ("scale", 2)),
    )
    recorder = ProcessRecorder(label="i", stimulus="steps", node=1, variable="i")
    found = simulate(cable(), experiment(library, steps, recorders=(recorder,)), engine=engine)
    i = found.traces["i"]
    for time, expected in ((2.5, 0.2), (7.5, -0.4), (15, 0.0)):
        assert i.values[np.searchsorted(i.time, time)] == pytest.approx(expected)


def test_what_is_c_and_not_c_plus_plus_is_said_with_a_remedy(tmp_path):
    (tmp_path / "oldc.mod").write_text(OLD_C)
    with pytest.raises(ModFileError) as refused:
        compile_mod_files(tmp_path, agreed=True)
    said = {problem.line: problem.problem for problem in refused.value.problems}
    lines = OLD_C.splitlines()
    declaration, malloc, undefined = (
        next(n for n, line in enumerate(lines, 1) if word in line)
        for word in ("void*", "malloc", "= thrice")
    )
    assert "take its declaration out of the VERBATIM block" in said[declaration]
    assert "write the cast" in said[malloc]
    assert "thrice" in said[undefined]
    assert "porting_mechanisms_to_cpp" in said[declaration]


def test_a_function_that_nothing_defines_is_named_with_file_and_line(tmp_path):
    (tmp_path / "lonely.mod").write_text(
        "NEURON { SUFFIX lonely RANGE a }\n"
        "PARAMETER { a = 1 }\n"
        "VERBATIM\n"
        "extern double not_there(void*);\n"
        "ENDVERBATIM\n"
        "INITIAL {\nVERBATIM\n    not_there(nullptr);\nENDVERBATIM\n}\n"
    )
    with pytest.raises(
        ModFileError, match=r"lonely\.mod:4: nothing defines the function not_there"
    ):
        compile_mod_files(tmp_path, agreed=True)
