"""The dock widget that fetches neurons."""

import pytest
from neuromorpho_server import serve

from napari_neuron.databases import neuromorpho
from napari_neuron.widgets import GetNeuronWidget
from napari_neuron.widgets.get_neuron import CAVE, NEUPRINT, NEUROMORPHO


@pytest.fixture
def archive(monkeypatch):
    """A server on this machine stands for the archive."""
    for address in serve():
        monkeypatch.setattr(neuromorpho, "SERVER", address)
        yield address


@pytest.fixture
def widget(make_napari_viewer, qtbot):
    viewer = make_napari_viewer()
    widget = GetNeuronWidget(viewer)
    qtbot.addWidget(widget)
    widget.show()
    yield widget
    qtbot.waitUntil(lambda: not widget.is_busy, timeout=30_000)
    widget.close()


def test_a_neuron_comes_as_layers(widget, archive, qtbot):
    widget.names.setText("cnic_001")
    widget.get_button.click()
    assert widget.cancel_button.isVisible()
    qtbot.waitUntil(lambda: not widget.is_busy, timeout=30_000)
    assert [layer.name for layer in widget.viewer.layers] == ["cnic_001", "cnic_001 nodes"]
    assert widget.said.text() == "cnic_001: 3 nodes"


def test_one_that_is_not_there_does_not_stop_the_others(widget, archive, qtbot):
    widget.names.setText("nobody, cnic_001")
    widget.get()
    qtbot.waitUntil(lambda: not widget.is_busy, timeout=30_000)
    assert len(widget.viewer.layers) == 2
    assert widget.problem.text() == "NeuroMorpho has no neuron 'nobody' (status 404)"


def test_what_was_cancelled_adds_no_layer(widget, archive, qtbot):
    widget.names.setText("cnic_001")
    widget.get()
    widget.cancel()
    qtbot.wait(500)
    assert not widget.viewer.layers
    assert widget.get_button.isEnabled()


def test_only_what_a_database_needs_is_asked_for(widget):
    def asked():
        fields = (widget.server, widget.dataset, widget.token, widget.mesh)
        return [field.isVisible() for field in fields]

    widget.database.setCurrentText(NEUROMORPHO)
    assert asked() == [False, False, False, False]
    widget.database.setCurrentText(NEUPRINT)
    assert asked() == [True, True, True, True]
    widget.database.setCurrentText(CAVE)
    assert asked() == [False, True, True, True]


def test_an_id_that_is_none_is_said_at_once(widget):
    widget.database.setCurrentText(NEUPRINT)
    widget.names.setText("DA1")
    widget.get()
    assert "'DA1' is not an id" in widget.problem.text()
    assert not widget.is_busy


def test_without_package_or_network_the_window_says_so(widget, qtbot):
    widget.database.setCurrentText(NEUPRINT)
    widget.server.setText("https://nowhere.invalid")
    widget.token.setText("x")
    widget.names.setText("1")
    widget.get()
    qtbot.waitUntil(lambda: not widget.is_busy, timeout=60_000)
    text = widget.problem.text()
    assert "napari-neuron[databases]" in text or "cannot be reached" in text
    assert not widget.viewer.layers
