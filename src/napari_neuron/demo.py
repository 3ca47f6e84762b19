"""``napari-neuron demo``: the fly neuron of examples/drosophila_pn.py, run in the window."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from napari_neuron.errors import SimulationError
from napari_neuron.morphology import Morphology, label_axon_dendrite
from napari_neuron.spec import Experiment

if TYPE_CHECKING:
    from napari import Viewer

    from napari_neuron.result import SimulationResult

SOMA = 20
WATCHED = "axon tip"
LONGEST_WAIT = 600.0
"""Seconds before an unattended demo gives up."""


def fly_neuron() -> Morphology:
    """Return a hemibrain DA1 projection neuron from navis, rooted at its soma and labelled."""
    import navis

    neuron = navis.example_neurons(1, kind="skeleton").convert_units("um")
    neuron.soma = SOMA
    neuron.reroot(SOMA, inplace=True)
    return label_axon_dendrite(Morphology.from_navis(neuron))


def fly_experiment() -> Experiment:
    """Return the experiment of examples/drosophila_pn.py, from the file that script wrote."""
    text = files("napari_neuron").joinpath("data/fly_neuron.json").read_text(encoding="utf-8")
    return Experiment.from_json(text)


def run_demo(output: Path | None = None) -> None:
    """Open napari with the fly neuron and both dock widgets, and press Run.

    Parameters
    ----------
    output
        None to stay open. Otherwise a folder: ``screenshot.png`` (the window in mid-spike) and
        ``traces.png`` are written there and the window is closed.

    Raises
    ------
    WindowNotAvailable
        If no window can be opened.
    SimulationError
        If the run fails and ``output`` is given; otherwise the window shows the error.
    """
    viewer, simulation, traces = open_demo()
    simulation.run()
    if output is None:
        import napari

        napari.run()
        return
    try:
        result = wait_for_the_end(simulation.session)
        output.mkdir(parents=True, exist_ok=True)
        traces.plot.save(output / "traces.png", dpi=150)
        go_to(viewer, spike_time(result))
        settle()
        window_screenshot(viewer, output / "screenshot.png")
    finally:
        viewer.close()
        settle()


def open_demo() -> tuple[Viewer, Any, Any]:
    """Open napari with the fly neuron, its experiment, and both dock widgets.

    Returns
    -------
    viewer, the widget "Neuron simulation", the widget "Traces"

    Raises
    ------
    WindowNotAvailable
        If no window can be opened.
    """
    from napari_neuron.view.window import new_viewer

    viewer = new_viewer(title="napari-neuron demo", ndisplay=3)

    import napari

    from napari_neuron.view import skeleton_layer_data

    viewer.window.resize(1600, 1000)
    for data, settings, layer_type in skeleton_layer_data(fly_neuron()):
        viewer.add_layer(napari.layers.Layer.create(data, settings, layer_type))
    viewer.reset_view()  # in the window of this size; the docks keep the cell in view
    _, simulation = viewer.window.add_plugin_dock_widget("napari-neuron", "Neuron simulation")
    _, traces = viewer.window.add_plugin_dock_widget("napari-neuron", "Traces")
    session = simulation.session
    session.edit(fly_experiment().replace(cells=session.experiment.cells))
    session.mark_saved()  # the next demo has it again
    return viewer, simulation, traces


def spike_time(result: SimulationResult) -> float:
    """Return when the first spike is half-way along the axon, ms."""
    spikes = result.spikes[WATCHED]
    return float(spikes[0]) - 0.4 if len(spikes) else float(result.time[-1])


def go_to(viewer: Viewer, moment: float) -> None:
    """Move the time slider to ``moment``, ms."""
    viewer.dims.set_point(0, moment)


def settle(seconds: float = 0.5) -> None:
    """Let the window draw."""
    from qtpy.QtCore import QEventLoop, QTimer

    loop = QEventLoop()
    QTimer.singleShot(round(1000 * seconds), loop.quit)
    loop.exec()


def window_screenshot(viewer: Viewer, path: Path) -> None:
    """Write a picture of the whole window."""
    viewer.window.screenshot(str(path), flash=False, canvas_only=False)


def wait_for_the_end(session: Any) -> SimulationResult:
    """Let the window work until the run of its session is over.

    Raises
    ------
    SimulationError
        If the run fails, or takes longer than `LONGEST_WAIT`.
    """
    from qtpy.QtCore import QEventLoop, QTimer

    ended: list[tuple[SimulationResult | None, Exception | None]] = []
    loop = QEventLoop()

    def end(result: SimulationResult | None, error: Exception | None) -> None:
        ended.append((result, error))
        loop.quit()

    session.run_ended.connect(end)
    QTimer.singleShot(round(1000 * LONGEST_WAIT), loop.quit)
    loop.exec()
    session.run_ended.disconnect(end)
    if not ended:
        raise SimulationError(f"the demo did not finish within {LONGEST_WAIT:g} s")
    result, error = ended[0]
    if error is not None:
        raise error
    assert result is not None
    return result
