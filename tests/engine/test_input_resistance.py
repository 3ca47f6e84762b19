"""Our own input resistance against a long current step in NEURON."""

import numpy as np
import pytest

import napari_neuron as nn
from napari_neuron.compile.effect import measure


def branched():
    """A soma in mid-cable, tapering branches, one with a jump of the diameter."""
    rows = ["1 1 0 0 0 6 -1"]
    rows += [
        f"{i} 3 {5 + 20 * (i - 1)} 0 0 {2.2 - i / 6:.3f} {i - 1 if i > 2 else 1}"
        for i in range(2, 10)
    ]
    rows += [f"{i} 2 0 {-10 * (i - 8)} 0 0.4 {i - 1 if i > 10 else 1}" for i in range(10, 20)]
    rows += [
        f"{i} 3 60 {12 * (i - 19)} 5 {0.3 + 0.2 * (i % 2)} {i - 1 if i > 20 else 4}"
        for i in range(20, 28)
    ]
    return nn.morphology.read_swc("\n".join(rows) + "\n", units="um", name="branched")


@pytest.mark.parametrize("nodes", [(1,), (27,)])
def test_the_input_resistance_is_that_of_a_long_step_in_neuron(nodes):
    cell = branched()
    if nodes != (1,):  # measured at the soma: so mark another place as the soma
        cell = nn.repair(cell, nn.MarkSoma(node=nodes[0], radius=2))
    experiment = nn.Experiment(
        paint=[
            nn.CableProperties(Ra=150),
            nn.Passive(g=2e-4, e=-65),
            nn.Passive(g=1e-3, e=-65, region=nn.SwcTypes(types=(2,))),
        ],
        stimuli=[nn.CurrentPulse(nodes=nodes, delay=0, duration=500, amplitude=0.01)],
        recorders=[nn.VoltageRecorder(label="v", node=nodes[0])],
        run=nn.RunSettings(duration=200, v_init=-65, dt=0.1, frame_interval=10),
    )
    result = nn.simulate(cell, experiment)
    measured = (result.samples[0, -1] + 65) / 0.01
    assert measure(cell, experiment).input_resistance == pytest.approx(measured, rel=1e-6)


def test_a_cell_without_thickness_has_no_input_resistance_yet():
    cell = branched()
    cell = cell.replace(radius=np.where(cell.node_id == 5, 0, cell.radius))
    measures = measure(cell)
    assert (measures.nodes, measures.input_resistance, measures.membrane_area) == (27, None, None)
    assert measure(nn.repair(cell, nn.InterpolateRadii())).input_resistance > 0
