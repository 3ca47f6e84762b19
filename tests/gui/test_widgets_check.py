"""The part "Check" of the tab Cell: findings are seen on the cell and mended in place."""

from __future__ import annotations

import numpy as np
import pytest
from dock_person import Dock, add_cell, forked_cell
from napari.components import ViewerModel
from qtpy.QtCore import QPoint, Qt
from qtpy.QtGui import QTextDocument

import napari_neuron as nn
from napari_neuron.morphology.machine import most_compartments
from napari_neuron.view import skeleton_layer_data
from napari_neuron.widgets.cell.image_box import image_box_of


def faulty_cell():
    """The fork with two nodes of radius zero, and its dendrite cut off."""
    cell = forked_cell()
    radius, parent = cell.radius.copy(), cell.parent.copy()
    radius[[2, 3]] = 0
    parent[6] = -1
    return cell.replace(radius=radius, parent=parent)


@pytest.fixture
def person(qtbot):
    """Both dock widgets beside a faulty cell, when its check is done."""
    viewer = ViewerModel()
    add_cell(viewer, faulty_cell())
    person = CheckingPerson(viewer, qtbot)
    person.wait()
    yield person
    person.widget.close()
    person.traces.close()
    person.wait_for_the_end()


class CheckingPerson(Dock):
    """Reads the findings and repairs what they say."""

    @property
    def panel(self):
        return self.widget.cell_tab.check

    def wait(self):
        layers = self.widget.layers
        self.qtbot.waitUntil(lambda: not (self.panel.is_busy or layers.is_busy), timeout=10_000)

    def choose(self, code):
        codes = [finding.code for finding in self.panel.findings]
        self.panel.list.setCurrentRow(codes.index(code))
        self.wait()

    def apply(self):
        self.click(self.panel.repair.apply_button)
        self.wait()

    def marked(self):
        layers = [x for x in self.viewer.layers if x.name == "fork findings" and x.visible]
        return sorted(layers[0].features["node_id"]) if layers else []


def test_findings_are_listed_with_the_errors_first(person):
    assert [f.code for f in person.panel.findings][:2] == ["radius-not-positive", "several-trees"]
    texts = [person.panel.list.item(row).text() for row in range(2)]
    assert texts == ["2 nodes of 11 with a radius zero", "2 separate trees"]
    assert "1 error, 1 warning" in person.panel.status.text()


def test_the_line_below_run_says_that_errors_come_first(person):
    status = person.widget.header.status
    assert status.text() == "fork has an error: mend it on the tab Cell, under Check, then Run."
    person.choose("radius-not-positive")
    person.apply()
    assert status.text() == "Run simulates 100 ms of fork. No input yet: add one on Inputs."
    person.click(person.widget.header.undo_button)
    person.wait()
    assert status.text().startswith("fork has an error")


def test_a_click_on_a_finding_brings_its_repair_into_view(person):
    person.widget.resize(400, 520)
    person.widget.show()
    page, panel = person.widget.cell_tab, person.panel
    rect = panel.list.visualItemRect(panel.list.item(0))
    person.qtbot.mouseClick(panel.list.viewport(), Qt.MouseButton.LeftButton, pos=rect.center())
    person.wait()

    def is_seen():
        button = panel.repair.apply_button
        bottom = button.mapTo(page.viewport(), QPoint(0, button.height())).y()
        return 0 < bottom <= page.viewport().height()

    person.qtbot.waitUntil(is_seen, timeout=5000)


def test_many_findings_have_no_borders_that_hide_one_another(qtbot):
    from napari_neuron.widgets.cell.findings_layer import FindingsLayer

    n = 150
    cell = nn.Morphology(
        node_id=np.arange(n),
        parent=np.arange(n) - 1,
        swc_type=np.zeros(n, dtype=int),
        position=np.c_[np.arange(n) * 1.0, np.zeros((n, 2))],
        radius=np.ones(n),
    )
    layer = FindingsLayer(ViewerModel())
    layer.show(cell, (0, 1), "#ff0000")
    assert (layer.layer.border_width > 0).all()
    layer.show(cell, tuple(range(n)), "#ff0000")
    assert (layer.layer.border_width == 0).all()


def test_a_chosen_finding_is_marked_on_the_cell_while_its_tab_is_open(person):
    assert person.marked() == []
    person.choose("radius-not-positive")
    assert person.marked() == [21, 22]
    person.open_tab("Inputs")
    assert person.marked() == []
    person.open_tab("Cell")
    assert person.marked() == [21, 22]


def test_a_click_flies_to_all_nodes_and_the_arrows_from_one_to_the_next(person):
    camera = person.viewer.camera
    person.choose("radius-not-positive")
    person.panel.list.itemClicked.emit(person.panel.list.item(0))
    assert camera.center[-1] == pytest.approx(100)  # between nodes 21 and 22
    overview = camera.zoom
    person.click(person.panel.next_button)
    assert camera.center[-1] == pytest.approx(80)
    assert person.panel.node.text() == "node 21, 1 of 2"
    assert camera.zoom > overview
    person.click(person.panel.next_button)
    assert camera.center[-1] == pytest.approx(120)


def test_a_repair_is_previewed_applied_as_one_step_and_undone(person):
    before = person.session.cells[0]
    person.choose("radius-not-positive")
    assert person.panel.repair.value == nn.InterpolateRadii()
    assert "Input resistance" in person.panel.repair.effect.text()
    person.apply()
    after = person.session.cells[0]
    assert after.radius[[2, 3]].tolist() == pytest.approx([0.5, 0.5])
    assert person.experiment.cells[0].repairs == (nn.InterpolateRadii(),)
    assert "radius-not-positive" not in [f.code for f in person.panel.findings]
    nodes = person.viewer.layers["fork nodes"]
    assert nodes.features["radius"].min() > 0
    assert "interpolate radii" in person.panel.done.text()
    person.click(person.widget.header.undo_button)
    person.wait()
    assert person.session.cells[0] is before
    assert person.experiment.cells[0].repairs == ()
    assert nodes.features["radius"].min() == 0
    person.click(person.widget.header.redo_button)
    person.wait()
    assert person.session.cells[0] is after


def test_layers_follow_a_repair_and_keep_how_they_look(person):
    paths = person.viewer.layers["fork"]
    paths.opacity, paths.visible = 0.3, False
    person.viewer.layers["fork nodes"].visible = False
    person.choose("several-trees")
    order = [layer.name for layer in person.viewer.layers]
    person.panel.repair.choose("keep_biggest_tree")
    person.wait()
    person.apply()
    assert [layer.name for layer in person.viewer.layers] == order
    assert len(person.viewer.layers["fork nodes"].data) == len(person.session.cells[0]) == 6
    assert not person.viewer.layers["fork nodes"].visible
    paths = person.viewer.layers["fork"]
    assert (paths.opacity, paths.visible, len(paths.data)) == (0.3, False, 1)


def test_what_is_at_nodes_that_would_go_moves_and_that_is_said_before(person):
    person.select_nodes(32)
    person.add("recorders", "Voltage")
    person.open_tab("Cell")
    person.choose("several-trees")
    person.panel.repair.choose("keep_biggest_tree")
    person.wait()
    said = person.panel.repair.moved.text()
    assert "use node 32, which this removes" in said
    person.apply()
    node = person.experiment.recorders[0].node
    assert f"32 → {node} (" in said
    assert node in person.session.cells[0].node_id
    person.click(person.widget.header.undo_button)
    person.wait()
    assert person.experiment.recorders[0].node == 32


def test_parameters_of_a_repair_are_typed_and_previewed_again(person):
    person.choose("several-trees")
    form = person.panel.repair.form
    person.type_into(form.fields["limit"], "10")
    person.wait()
    said = person.panel.repair.problem.text()
    assert said == "All gaps are wider than 10 µm; the narrowest has 40.00 µm."
    assert not person.panel.repair.apply_button.isEnabled()
    person.type_into(form.fields["limit"], "100")
    person.wait()
    person.apply()
    assert person.experiment.cells[0].repairs == (nn.JoinTrees(limit=100),)
    assert len(person.session.cells[0].roots) == 1


def test_any_repair_can_be_chosen_without_a_finding(person):
    person.panel.repair.choose("reroot")
    person.wait()
    person.type_into(person.panel.repair.form.fields["node"].ids, "24")
    person.wait()
    person.apply()
    cell = person.session.cells[0]
    assert 24 in cell.node_id[cell.roots]


def test_an_experiment_with_repairs_is_opened_on_the_cell_in_the_viewer(person, tmp_path):
    path = tmp_path / "experiment.json"
    source = nn.CellSource(name="fork", repairs=(nn.ConstantRadius(radius=0.7),))
    nn.Experiment(cells=[source]).save(path)
    person.widget.open_experiment(path)
    person.wait()
    assert person.session.cells[0].radius[2] == 0.7
    assert person.experiment.cells[0].repairs == source.repairs
    person.widget.session.undo()
    person.wait()
    assert person.session.cells[0].radius[2] == 0


def test_a_repaired_cell_runs_and_its_file_runs_alike(person):
    person.choose("radius-not-positive")
    person.apply()
    result = nn.simulate(
        person.session.cells, person.experiment.replace(run=nn.RunSettings(duration=1))
    )
    cell = nn.repair(faulty_cell(), result.experiment.cells[0].repairs)
    again = nn.simulate(cell, result.experiment)
    assert np.array_equal(result.frames, again.frames)


def test_a_cell_far_from_the_image_can_be_moved_into_it(qtbot):
    viewer = ViewerModel()
    viewer.add_image(np.zeros((10, 10, 10)), scale=(40_000, 40_000, 40_000), units="nm")
    box = image_box_of(viewer)
    assert box == pytest.approx(np.array([[0.0] * 3, [360.0] * 3]))
    add_cell(viewer, forked_cell().replace(position=forked_cell().position + 5000))
    person = CheckingPerson(viewer, qtbot)
    person.wait()
    person.choose("far-from-image")
    person.panel.repair.choose("move")
    person.wait()
    person.apply()
    middle = person.session.cells[0].position
    assert (0.5 * (middle.min(axis=0) + middle.max(axis=0))) == pytest.approx(np.full(3, 180.0))
    assert "far-from-image" not in [f.code for f in person.panel.findings]
    person.widget.close()
    person.traces.close()


def test_the_units_a_file_may_be_in_are_shown_with_what_the_cell_would_measure(person):
    text = person.widget.cell_tab.units.table.text()
    assert "360 µm" in text  # as it is
    assert "360 nm" in text  # if it were in nm
    person.widget.cell_tab.units.table.linkActivated.emit("nm")
    assert person.experiment.cells[0].repairs == (nn.SetUnit(unit="nm"),)


def test_the_table_of_units_fits_into_a_narrow_dock(qtbot):
    points = np.array([[0, 0, 0], [0, 7, 0], [0, -7, 0], [1090, 7030, 0]], float)
    viewer = ViewerModel()
    add_cell(
        viewer,
        nn.Morphology(  # a NeuroMorpho cell with three points for its soma
            node_id=[1, 2, 3, 4],
            parent=[-1, 0, 0, 0],
            swc_type=[1, 1, 1, 3],
            position=points,
            radius=[6.47, 6.47, 6.47, 0.165],
        ),
    )
    person = CheckingPerson(viewer, qtbot)
    person.wait()
    person.widget.resize(person.widget.minimumWidth(), 400)  # with a scroll bar
    person.widget.show()
    qtbot.wait(100)
    table = person.widget.cell_tab.units.table
    document = QTextDocument()
    document.setDefaultFont(table.font())
    document.setDocumentMargin(0)
    document.setHtml(table.text())
    assert "soma" in table.text()
    assert 1.1 * document.idealWidth() <= table.width()  # napari's letters are larger
    person.widget.close()
    person.traces.close()


def test_nothing_is_repaired_unasked(person):
    person.wait()
    assert person.session.cells[0].radius[2] == 0
    assert len(skeleton_layer_data(person.session.cells[0])) == 2
    assert not person.session.can_undo


def test_too_many_compartments_are_made_fewer_by_one_click(qtbot):
    n = max(6000, most_compartments() // 20)
    spacing = 3 * 12.6 * most_compartments() / n  # a compartment has 12.6 µm
    cell = nn.Morphology(
        node_id=np.arange(n),
        parent=np.arange(n) - 1,
        swc_type=np.full(n, 3),
        position=np.column_stack([np.arange(n) * spacing, np.zeros(n), np.zeros(n)]),
        radius=np.full(n, 0.1),
        name="endless",
    )
    viewer = ViewerModel()
    add_cell(viewer, cell)
    person = CheckingPerson(viewer, qtbot)
    person.wait()
    assert person.panel.longer_button.isHidden()
    person.choose("many-compartments")
    wanted = dict(person.panel.finding.parameters)["discretisation.d_lambda"]
    assert person.panel.longer_button.text().endswith(f"d_lambda {wanted:g}")
    person.click(person.panel.longer_button)
    assert person.experiment.discretisation == nn.DLambda(d_lambda=wanted)
    person.widget.close()
    person.traces.close()
