"""`ProblemPlaces`: shows a mistake in the experiment where it was made."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from qtpy.QtGui import QColor
from qtpy.QtWidgets import QTabWidget

from napari_neuron.errors import ExperimentError
from napari_neuron.widgets.forms.form import SpecForm

_TAB_OF_FIELD = {
    "cells": "Cell",
    "discretisation": "Cell",
    "paint": "Biophysics",
    "stimuli": "Inputs",
    "connections": "Connections",
    "recorders": "Recorders",
    "frames": "Recorders",
    "mod_files": "Biophysics",
    "run": "Run",
}


class ProblemPlaces:
    """Marks tabs and forms in which something is wrong.

    Parameters
    ----------
    tabs
        One tab for each part of the experiment.
    editors
        By fields of `Experiment`: `SpecListEditor` of those that are lists, and the form of "run".
    """

    def __init__(self, tabs: QTabWidget, editors: Mapping[str, Any]) -> None:
        self._tabs = tabs
        self._editors = editors
        self.colour = ""

    def show(self, error: ExperimentError) -> str:
        """Show a mistake in the item's form if visible, and return it as one line."""
        self.clear()
        found = re.match(r"(\w+)(?:\[(\d+)\])?\.?(.*)", error.field)
        part, index, field = found.groups() if found else ("", None, "")
        name = _TAB_OF_FIELD.get(part, "")
        self.mark(name)
        editor = self._editors.get(part)
        if part == "run":
            editor.show_problem(error, field)
        elif editor is not None and index is not None:
            editor.show_problem(error, int(index), field)
        return f"{name}: {error.problem}" if name else str(error)

    def held_back(self) -> str:
        """Say what is typed in a form and is not valid, so that no run has it; "" if nothing is."""
        for part, editor in self._editors.items():
            top = editor if part == "run" else editor.form
            forms = [] if top is None else [top, *top.findChildren(SpecForm)]
            for form in forms:
                if form.is_held_back and (form is top or form.isVisibleTo(top)):
                    name = _TAB_OF_FIELD[part]
                    self.mark(name)
                    return f"{name}: {form.problem_text}"
        return ""

    def clear(self) -> None:
        """Clear all marks."""
        self.mark("")
        for part, editor in self._editors.items():
            if part != "run":  # its form says on its own what is typed wrongly
                editor.show_problem(None)

    def mark(self, marked: str) -> None:
        """Mark the tab of that name, and no other."""
        for index in range(self._tabs.count()):
            name = self._tabs.tabText(index).removesuffix(" ⚠")
            is_marked = name == marked
            self._tabs.setTabText(index, f"{name} ⚠" if is_marked else name)
            colour = QColor(self.colour) if is_marked else QColor()
            self._tabs.tabBar().setTabTextColor(index, colour)
