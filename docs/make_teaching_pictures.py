"""The lessons of docs/teaching.md done in the window, with a picture of each."""

from pathlib import Path

import napari
from l5_in_window import entries_of, set_fields, wait

from napari_neuron import demo
from napari_neuron.spec import CurrentPulse, CurrentPulseTrain, VoltageStep

IMAGES = Path(__file__).parent / "images"


class Lesson:
    """A sample in napari's window with both dock widgets, and what a person does there."""

    def __init__(self, sample: str, name: str) -> None:
        self.viewer = napari.Viewer()
        self.viewer.window.resize(1400, 900)
        self.viewer.open_sample("napari-neuron", sample)
        _, self.widget = self.viewer.window.add_plugin_dock_widget(
            "napari-neuron", "Neuron simulation"
        )
        _, self.traces = self.viewer.window.add_plugin_dock_widget("napari-neuron", "Traces")
        self.name = name
        demo.settle(1)
        self.viewer.reset_view()

    def add(self, tab: str, what: str, *nodes: int):
        """Choose an entry of the menu Add of a tab, at some nodes; returns the form."""
        page = getattr(self.widget, f"{tab}_tab")
        self.widget.tabs.setCurrentWidget(page)
        if nodes:
            layer = self.viewer.layers[f"{self.name} nodes"]
            held = layer.features["node_id"].tolist()
            layer.selected_data = {held.index(node) for node in nodes}
        entries_of(page.editor.buttons.add_menu)[what].trigger()
        demo.settle()
        return page.editor.form

    def run(self, duration: float | None = None):
        """Press Run and return the result."""
        if duration is not None:
            run = self.widget.session.experiment.run.replace(duration=duration)
            self.widget.session.edit(self.widget.session.experiment.replace(run=run))
        self.widget.header.run_button.click()
        wait(lambda: self.widget.session.run_state == "idle")
        demo.settle(1)
        return self.widget.session.results[-1]

    def picture_the_traces(self, path: Path, *others) -> None:
        """Picture the Traces window undocked, with other runs laid over the last."""
        self.traces.compare(*others)
        dock = self.traces.parent()
        dock.setFloating(True)
        dock.resize(900, 420)
        demo.settle(1)
        self.traces.grab().save(str(path))

    def close(self) -> None:
        """Close the window."""
        self.viewer.close()
        demo.settle()


def picture_a_spike(folder: Path) -> None:
    """The squid's action potential in a single compartment, and its firing rate by hand."""
    lesson = Lesson("single_compartment", "single compartment")
    lesson.add("biophysics", "Squid giant axon")
    lesson.add("inputs", "Current pulse", 1)
    lesson.add("recorders", "Voltage", 1)
    result = lesson.run()
    demo.go_to(lesson.viewer, float(result.time[result.voltage[:, 0].argmax()]))
    demo.settle(1)
    demo.window_screenshot(lesson.viewer, folder / "teaching-spike.png")

    lesson.add("recorders", "Spikes", 1)
    form = lesson.widget.inputs_tab.editor.form
    weaker = []
    for amplitude in (0.05, 0.2, 0.5):
        set_fields(form, CurrentPulse(nodes=(1,), amplitude=amplitude))
        weaker.append(lesson.run())
    lesson.picture_the_traces(folder / "teaching-rate.png", *weaker[:-1])
    lesson.close()


def picture_the_rest(folder: Path) -> None:
    """Two pulses: the second finds the membrane refractory, or not."""
    lesson = Lesson("single_compartment", "single compartment")
    lesson.add("biophysics", "Squid giant axon")
    form = lesson.add("inputs", "Pulse train", 1)
    lesson.add("recorders", "Voltage", 1)
    runs = []
    for interval in (6, 9, 14):
        train = CurrentPulseTrain(
            nodes=(1,), delay=5, width=0.5, interval=interval, number=2, amplitude=1
        )
        set_fields(form, train)
        runs.append(lesson.run(duration=30))
    lesson.picture_the_traces(folder / "teaching-refractory.png", *runs[:-1])
    lesson.close()


def picture_the_length_constant(folder: Path) -> None:
    """A steady current at one end of a passive cable, and its attenuation."""
    lesson = Lesson("straight_cable", "straight cable")
    lesson.add("inputs", "Current pulse", 1)
    run = lesson.widget.session.experiment.run.replace(v_init=-70)
    lesson.widget.session.edit(lesson.widget.session.experiment.replace(run=run))
    lesson.run()
    _, display = lesson.viewer.window.add_plugin_dock_widget("napari-neuron", "Neuron display")
    demo.settle(1)
    combo = display.map.what
    row = next(r for r in range(combo.count()) if combo.itemData(r) == ("map", "attenuation"))
    combo.setCurrentIndex(row)
    combo.activated.emit(row)
    layer = lesson.viewer.layers["straight cable voltage"]
    wait(lambda: layer.shown.name.startswith("attenuation"))
    layer.minimum_width = 12
    lesson.viewer.reset_view()
    demo.settle(1)
    lesson.viewer.screenshot(str(folder / "teaching-length.png"), canvas_only=True, flash=False)
    lesson.close()


def picture_the_clamp(folder: Path) -> None:
    """A voltage clamp, and the currents of sodium and potassium."""
    lesson = Lesson("single_compartment", "single compartment")
    lesson.add("biophysics", "Squid giant axon")
    form = lesson.add("inputs", "Voltage clamp", 1)
    form.fields["steps"].value = (
        VoltageStep(duration=5, level=-65),
        VoltageStep(duration=20, level=0),
    )
    form.fields["series_resistance"].value = 0.001
    lesson.add("recorders", "Voltage", 1)
    for variable in ("ina", "ik"):
        form = lesson.add("recorders", "Membrane variable", 1)
        line = form.fields["variable"].line
        line.setText(variable)
        line.commit()
    lesson.run(duration=20)
    lesson.picture_the_traces(folder / "teaching-clamp.png")
    lesson.close()


def picture(folder: Path) -> None:
    """Make all of them."""
    picture_a_spike(folder)
    picture_the_rest(folder)
    picture_the_length_constant(folder)
    picture_the_clamp(folder)


if __name__ == "__main__":
    picture(IMAGES)
