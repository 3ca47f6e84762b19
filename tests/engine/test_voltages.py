"""How the voltages of all compartments are fetched."""

import numpy as np
import pytest
from engine_shapes import fork, fork_experiment

from napari_neuron.compile.lower import compile_experiment
from napari_neuron.engine.neuron_model import NeuronModel


@pytest.fixture
def neuron():
    with NeuronModel(compile_experiment([fork()], fork_experiment())) as model:
        model.initialise()
        yield model


def test_neuron_keeps_the_voltages_in_one_block(neuron):
    assert neuron.recording.voltages.is_block


def test_looking_for_the_block_leaves_the_voltages_alone(neuron):
    assert np.ptp(neuron.recording.voltages.now()) == 0


def test_a_frame_copied_from_the_block_is_the_frame_gathered(neuron):
    voltages = neuron.recording.voltages
    voltages.advance_and_keep(1, 4)
    assert np.array_equal(voltages.take()[0], voltages.now().astype(np.float32))


def test_frames_kept_one_by_one_and_together_are_the_same(neuron):
    voltages = neuron.recording.voltages
    room = voltages.room
    voltages.advance_and_keep(room, 4)
    together = voltages.take().copy()
    neuron.initialise()
    for _ in range(room):
        voltages.advance(4)
        voltages.keep()
    assert np.array_equal(voltages.take(), together)


def test_what_was_taken_makes_room(neuron):
    voltages = neuron.recording.voltages
    room = voltages.room
    voltages.advance_and_keep(room, 1)
    assert voltages.room == 0
    voltages.take()
    assert voltages.room == room
