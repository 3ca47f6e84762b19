"""The pictures of docs/protocols.md: a form, and what two protocols find, on the fly neuron.

    tools/in-a-window python docs/make_protocol_pictures.py

Hodgkin and Huxley's channels are painted on the whole cell, so that it fires again and again.
"""

from pathlib import Path

import napari_neuron as nn
from napari_neuron import demo
from napari_neuron.protocols.kinds import PROTOCOLS

IMAGES = Path(__file__).parent / "images"


def picture_the_protocols(folder: Path) -> None:
    """Carry two protocols out at the soma and picture the dock, and a run of one in the window."""
    viewer, simulation, _ = demo.open_demo()
    session = simulation.session
    paint = (nn.CableProperties(Ra=100, cm=1), nn.HodgkinHuxley())
    session.edit(session.experiment.replace(paint=paint, stimuli=(), recorders=()))
    _, widget = viewer.window.add_plugin_dock_widget("napari-neuron", "Protocols")
    dock = widget.parent()
    dock.setFloating(True)
    dock.resize(400, 760)
    demo.settle(1)

    choose(widget, nn.FICurve, last_amplitude=0.2, number=11, duration=200.0)
    widget.tabs.setCurrentIndex(0)
    demo.settle()
    widget.grab().save(str(folder / "protocol-form.png"))
    carry_out(widget)
    widget.result_page.choose(run_at(widget, 0.12))
    demo.settle(1)
    widget.grab().save(str(folder / "protocol-f-i.png"))

    choose(
        widget,
        nn.StepResponses,
        first_amplitude=-0.02,
        last_amplitude=0.005,
        number=6,
        delay=50.0,
        duration=150.0,
    )
    carry_out(widget)
    widget.result_page.choose(run_at(widget, -0.02))
    demo.settle(1)
    widget.grab().save(str(folder / "protocol-steps.png"))
    viewer.close()
    demo.settle()


def choose(widget, kind: type, **fields) -> None:
    """Choose a protocol, and what is typed into its form."""
    widget.kind.value = PROTOCOLS.index(kind)
    widget.edit.form.set_value(widget.edit.form.value.replace(**fields))
    widget.edit.say_size()


def carry_out(widget) -> None:
    """Press Run, and wait."""
    widget.run_button.click()
    while widget.measurement.is_busy:
        demo.settle(0.1)
    demo.settle(1)


def run_at(widget, amplitude: float) -> int:
    """Return the number of the run with a current, nA."""
    runs = widget.result_page.result.runs
    return min(range(len(runs)), key=lambda n: abs(runs[n].planned.key[1] - amplitude))


if __name__ == "__main__":
    picture_the_protocols(IMAGES)
