"""A form edit with 1,000 things placed: from the keystroke to the marker that is drawn.

    python benchmarks/placing.py        (needs a display or Xvfb)

The fly neuron in a napari window with the dock widget. Either 1,000 current pulses and as many
rows in the list, or 500 of them and 500 recorders, or one synapse at 1,000 nodes. "amplitude",
"threshold" and "weight" change nothing visible on the cell, "node" moves a marker, "another row"
selects another item, whose marker then stands out. The time is that of the window's thread until
napari has drawn; "bare redraw" draws the same scene once more. Pending work of the previous step is
finished before each step, so that it does not count in the next.
"""

import time
from collections.abc import Callable

import fly
import napari
from qtpy.QtWidgets import QApplication
from timing import in_turns, machine, milliseconds, table

import napari_neuron as nn
from napari_neuron import demo
from napari_neuron.view import skeleton_layer_data

N = 1000
REPEATS = 9


def placements(nodes: list[int]) -> dict[str, tuple[str, str, dict[str, tuple]]]:
    """Return by name: the tab, a field of its form, and what is placed."""
    pulses = tuple(nn.CurrentPulse(nodes=(node,)) for node in nodes)
    detectors = tuple(nn.SpikeDetector(label=f"node {node}", node=node) for node in nodes)
    half = N // 2
    return {
        "1,000 current pulses": ("Inputs", "amplitude", {"stimuli": pulses}),
        "500 pulses, 500 spike detectors": (
            "Recorders",
            "threshold",
            {"stimuli": pulses[:half], "recorders": detectors[half:]},
        ),
        "a synapse at 1,000 nodes": (
            "Inputs",
            "weight",
            {"stimuli": (nn.Synapse(nodes=tuple(nodes)),)},
        ),
    }


def quietly(act: Callable[[], None]) -> Callable[[], float]:
    """Return a contender that waits until nothing is left to draw, and times the act alone."""

    def timed() -> float:
        for _ in range(6):
            QApplication.processEvents()
        start = time.perf_counter()
        act()
        return time.perf_counter() - start

    return timed


def main() -> None:
    """Print a row for each way to place a thousand things."""
    from napari_neuron.widgets import SimulationWidget

    cell, _ = fly.cell_and_experiment()
    nodes = [int(node) for node in cell.node_id[:: len(cell) // N][:N]]
    others = [int(node) for node in cell.node_id[1 :: len(cell) // N][:N]]
    viewer = napari.Viewer()
    for data in skeleton_layer_data(cell):
        viewer.add_layer(napari.layers.Layer.create(*data))
    viewer.dims.ndisplay = 3
    canvas = viewer.window._qt_viewer.canvas._scene_canvas
    widget = SimulationWidget(viewer)
    viewer.window.add_dock_widget(widget, name="Neuron simulation")
    rows = []
    for name, (tab_name, field, placed) in placements(nodes).items():
        nothing = {"stimuli": (), "recorders": ()}
        widget.session.edit(widget.session.experiment.replace(**{**nothing, **placed}))
        tab = {"Inputs": widget.inputs_tab, "Recorders": widget.recorders_tab}[tab_name]
        widget.tabs.setCurrentWidget(tab)
        demo.settle(2)
        editor, turn = tab.editor, [0]

        def type_number(editor=editor, field=field, turn=turn) -> None:
            turn[0] += 1
            editor.form.fields[field].value = 0.1 + 0.01 * turn[0]
            QApplication.processEvents()

        def move(editor=editor, turn=turn) -> None:
            turn[0] += 1
            spec = editor.value[editor.row]
            at = others[turn[0]]
            nodes = (at, *getattr(spec, "nodes", ())[1:])
            fields = editor.form.fields
            line = (fields["node"] if "node" in fields else fields["nodes"]).ids.native
            line.setText(", ".join(map(str, nodes)))
            line.commit()
            QApplication.processEvents()

        def select(editor=editor, turn=turn) -> None:
            turn[0] += 1
            editor.list.setCurrentRow(turn[0] % len(editor.value))
            QApplication.processEvents()

        def redraw() -> None:
            canvas.update()
            QApplication.processEvents()

        ways = {"value": type_number, "node": move, "row": select, "redraw": redraw}
        if len(editor.value) == 1:
            del ways["row"]
        times = in_turns({way: quietly(act) for way, act in ways.items()}, REPEATS)
        columns = ("value", "node", "row", "redraw")
        cells = [milliseconds(times[way]) if way in times else "" for way in columns]
        rows.append([name, *cells, "under 100 ms"])
    viewer.close()
    print("### Placing\n")
    print(__doc__.split("\n\n")[2] + "\n")
    print(
        table(
            ["", "amplitude, threshold, weight", "node", "another row", "bare redraw", "wanted"],
            rows,
        )
    )
    print(f"Measured on {machine()}.")


if __name__ == "__main__":
    main()
