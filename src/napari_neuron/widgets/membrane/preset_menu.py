"""`PresetButton`: saves, renames and deletes the user's own presets."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from psygnal import Signal
from qtpy.QtWidgets import QInputDialog, QMenu, QMessageBox, QPushButton

from napari_neuron.errors import NapariNeuronError
from napari_neuron.presets import delete_preset, own_presets, rename_preset, save_preset
from napari_neuron.spec import Preset


class PresetButton(QPushButton):
    """A button with a menu: save the paint as a preset, rename or delete your own presets.

    Parameters
    ----------
    make
        Returns what would be saved, under a name.

    Attributes
    ----------
    changed : Signal (str)
        There are other presets now; says what was done.
    failed : Signal (str)
        Something could not be done.
    """

    changed = Signal(str)
    failed = Signal(str)

    def __init__(self, make: Callable[[str], Preset]) -> None:
        super().__init__("Presets")
        self._make = make
        self.setToolTip("Save this paint for other cells; rename or delete your presets")
        self.menu_of_presets = QMenu(self)
        self.menu_of_presets.aboutToShow.connect(self.fill)
        self.setMenu(self.menu_of_presets)
        self.fill()

    def fill(self) -> None:
        """Fill the menu with the presets there are."""
        menu = self.menu_of_presets
        menu.clear()
        save = menu.addAction("Save this paint as a preset…")
        save.triggered.connect(lambda _=False: self._ask_for_name())
        own = own_presets()
        menu.addSeparator()
        if not own:
            menu.addAction("You have saved no presets yet").setEnabled(False)
        for preset in own:
            inner = menu.addMenu(preset.name)
            for text, act in (("Rename…", self._ask_for_other_name), ("Delete…", self._ask_first)):
                action = inner.addAction(text)
                action.triggered.connect(partial(_without_state, partial(act, preset.name)))

    def save(self, name: str) -> None:
        """Keep what is painted; a preset of that name is replaced."""
        self._try(lambda: save_preset(self._make(name)), f"Saved as the preset “{name}”.")

    def rename(self, name: str, other: str) -> None:
        """Give one of the user's presets another name."""
        if other and other != name:
            done = f"Renamed the preset “{name}” to “{other}”."
            self._try(lambda: rename_preset(name, other), done)

    def delete(self, name: str) -> None:
        """Delete one of the user's presets."""
        self._try(lambda: delete_preset(name), f"Deleted the preset “{name}”.")

    def _try(self, act: Callable[[], object], done: str) -> None:
        try:
            act()
        except (NapariNeuronError, OSError) as error:
            self.failed.emit(getattr(error, "problem", str(error)))
        else:
            self.fill()
            self.changed.emit(done)

    def _ask_for_name(self) -> None:
        name, agreed = QInputDialog.getText(self, "Save as preset", "Name of the preset")
        if agreed and name.strip():
            self.save(name.strip())

    def _ask_for_other_name(self, name: str) -> None:
        other, agreed = QInputDialog.getText(self, "Rename the preset", "New name", text=name)
        if agreed:
            self.rename(name, other.strip())

    def _ask_first(self, name: str) -> None:
        answer = QMessageBox.question(
            self, "Delete the preset?", f"Delete “{name}”? This cannot be undone."
        )
        if answer == QMessageBox.StandardButton.Yes:
            self.delete(name)


def _without_state(act: Callable[[], Any], _: bool = False) -> None:
    act()
