"""`FieldEdit`: what editors made of several widgets have in common."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from magicgui.widgets.bases import ValuedContainerWidget


class FieldEdit(ValuedContainerWidget):
    """Edits one field of a spec.

    Attributes
    ----------
    wide : bool
        Whether it stands below its label, not beside it.
    """

    wide = False

    def __init__(
        self, widgets: Sequence[Any] = (), *, layout: str = "vertical", **kwargs: Any
    ) -> None:
        super().__init__(widgets=widgets, layout=layout, labels=False, **kwargs)
        self.margins = (0, 0, 0, 0)
        self.native.layout().setSpacing(3)

    @property
    def missing(self) -> str:
        """What to do while there is no value; "" where None is a value."""
        return ""

    def see(self, spec: Any) -> None:
        """Use the other fields of the spec that this field belongs to."""
