"""`asked_file`: asks where to save something, and adds the matching suffix to the name."""

from __future__ import annotations

import re
from pathlib import Path

from qtpy.QtWidgets import QFileDialog, QMessageBox, QWidget

_ENDING = re.compile(r"\*(\.\w+)")


def asked_file(parent: QWidget, title: str, suggested: str, kinds: str) -> str:
    """Ask for a file to write; "" if the user cancels.

    Parameters
    ----------
    parent
        Over which it is asked.
    title
        Of the dialog.
    suggested
        A name; a name that is typed without an ending of ``kinds`` gets that of the chosen kind.
    kinds
        As Qt's dialogs take them.
    """
    path, chosen = QFileDialog.getSaveFileName(parent, title, suggested, kinds)
    if not path or path.lower().endswith(tuple(_ENDING.findall(kinds))):
        return path
    path += next(iter(_ENDING.findall(chosen)), Path(suggested).suffix)
    # Qt has asked about the name without the ending only
    if Path(path).exists() and not _may_replace(parent, title, path):
        return ""
    return path


def _may_replace(parent: QWidget, title: str, path: str) -> bool:
    question = f"{Path(path).name} already exists. Do you want to replace it?"
    answer = QMessageBox.question(parent, title, question)
    return answer == QMessageBox.StandardButton.Yes
