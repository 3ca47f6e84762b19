"""A folder of skeletons is read with progress, cancel, and in spite of bad files."""

import time

import pytest
from qtpy.QtWidgets import QTreeWidgetItem

from napari_neuron.widgets.cell.folder_dialog import FolderDialog

SWC = "# units: um\n1 1 0 0 0 5 -1\n2 3 0 9 0 1 1\n3 3 0 60 0 1 2\n"


@pytest.fixture
def folder(tmp_path):
    for index in range(40):
        (tmp_path / f"cell{index:03}.swc").write_text(SWC)
    (tmp_path / "cell007.swc").write_text("1 1 0 0 0 5 1\n")
    (tmp_path / "cell011.asc").write_text("((Axon) (1 2 3 4)")
    (tmp_path / "notes.txt").write_text("not a skeleton")
    return tmp_path


@pytest.fixture
def open_folder(make_napari_viewer, qtbot):
    def open_one(folder):
        dialog = FolderDialog(make_napari_viewer(), folder)
        dialogs.append(dialog)
        dialog.show()
        return dialog

    dialogs = []
    yield open_one
    for dialog in dialogs:
        dialog.close()
        qtbot.waitUntil(lambda dialog=dialog: not dialog.reader.is_busy)


def rows(dialog) -> list[QTreeWidgetItem]:
    return [dialog.list.topLevelItem(i) for i in range(dialog.list.topLevelItemCount())]


def test_bad_files_are_listed_with_the_reason_beside_all_the_others(open_folder, folder, qtbot):
    dialog = open_folder(folder)
    qtbot.waitUntil(lambda: not dialog.reader.is_busy, timeout=20_000)
    texts = {row.text(0): [row.text(column) for column in range(1, 5)] for row in rows(dialog)}
    assert len(texts) == 41
    assert texts["cell000"] == ["3", "60", "um", ""]
    assert "node 1 is its own parent" in texts["cell007.swc"][3]
    assert "the file ends within" in texts["cell011.asc"][3]
    assert dialog.problem.text() == "2 files could not be read; see the list for the reasons."
    assert dialog.said.text() == "41 of 41 files"
    assert not dialog.cancel_button.isVisible()


def test_chosen_cells_are_shown(open_folder, folder, qtbot):
    dialog = open_folder(folder)
    qtbot.waitUntil(lambda: not dialog.reader.is_busy, timeout=20_000)
    for row in rows(dialog)[:3]:
        row.setSelected(True)
    assert dialog.show_button.text() == "Show 3 cells"
    dialog.show_button.click()
    viewer = dialog._viewer
    qtbot.waitUntil(lambda: len(viewer.layers) == 6, timeout=20_000)
    assert [layer.name for layer in viewer.layers][::2] == ["cell000", "cell001", "cell002"]


def test_reading_can_be_cancelled(open_folder, tmp_path, qtbot):
    for index in range(1000):
        (tmp_path / f"cell{index:04}.swc").write_text(SWC)
    dialog = open_folder(tmp_path)
    qtbot.waitUntil(lambda: len(rows(dialog)) > 0, timeout=20_000)
    dialog.cancel_button.click()
    start = time.monotonic()
    qtbot.waitUntil(lambda: not dialog.reader.is_busy, timeout=20_000)
    assert time.monotonic() - start < 5
    assert 0 < len(rows(dialog)) < 1000


def test_a_folder_without_skeletons_says_so(open_folder, tmp_path, qtbot):
    (tmp_path / "notes.txt").write_text("nothing")
    dialog = open_folder(tmp_path)
    qtbot.waitUntil(lambda: not dialog.reader.is_busy)
    assert "has the name of a skeleton format" in dialog.problem.text()
