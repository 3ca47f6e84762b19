"""Cells and experiments that several engine tests simulate."""

import numpy as np

from napari_neuron import (
    AlphaSynapse,
    CableProperties,
    CurrentPulse,
    Exp2Synapse,
    Experiment,
    HodgkinHuxley,
    Labelled,
    MaximumLength,
    Morphology,
    Passive,
    RunSettings,
    SpikeDetector,
    VoltageRecorder,
)


def cable(length=1000.0, n_edges=1000, diameter=1.0, name="cable"):
    """A straight cable of equal edges along x; node ids from 1."""
    position = np.zeros((n_edges + 1, 3))
    position[:, 0] = np.linspace(0, length, n_edges + 1)
    return Morphology(
        node_id=np.arange(1, n_edges + 2),
        parent=np.arange(-1, n_edges),
        swc_type=np.zeros(n_edges + 1),
        position=position,
        radius=np.full(n_edges + 1, diameter / 2),
        name=name,
    )


def fork(name="fork"):
    """A tapering stem of nodes 1 to 3 along x, arms "axon" 4, 5 and "dendrite" 6, 7."""
    return Morphology(
        node_id=np.arange(1, 8),
        parent=[-1, 0, 1, 2, 3, 2, 5],
        swc_type=np.zeros(7),
        position=[
            *([0, 0, 0], [50, 0, 0], [100, 0, 0]),
            *([150, 40, 0], [200, 80, 0], [150, -30, 0], [250, -60, 0]),
        ],
        radius=[2.0, 1.5, 1.0, 0.5, 0.5, 0.75, 0.6],
        labels=["stem", "stem", "stem", "axon", "axon", "dendrite", "dendrite"],
        name=name,
    )


def fork_experiment(duration=30.0, **changes):
    """Return an experiment on `fork` with a bit of everything."""
    experiment = Experiment(
        paint=(
            CableProperties(Ra=120, cm=0.9),
            Passive(g=1e-4, e=-62),
            HodgkinHuxley(region=Labelled(labels=("stem", "axon")), gnabar=0.15, ena=52),
        ),
        stimuli=(
            CurrentPulse(nodes=(1,), delay=2, duration=3, amplitude=0.6),
            AlphaSynapse(nodes=(7,), onset=12, tau=0.5, gmax=0.02, e=-5),
            Exp2Synapse(nodes=(5, 6), start=15, number=20, interval=2, noise=1, weight=0.004),
        ),
        recorders=(
            VoltageRecorder(label="root", node=1),
            VoltageRecorder(label="dendrite", node=7),
            SpikeDetector(label="axon tip", node=5),
        ),
        discretisation=MaximumLength(length=10),
        run=RunSettings(duration=duration, v_init=-62, celsius=8, frame_interval=0.1),
    )
    return experiment.replace(**changes)


def long_experiment():
    """Return an experiment that would run for minutes."""
    return Experiment(
        recorders=(VoltageRecorder(label="root", node=1),),
        run=RunSettings(duration=1e5, frame_interval=5),
    )
