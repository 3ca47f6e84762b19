"""`EdgeLines`: edges of a network as plain lines."""

from __future__ import annotations

from typing import Any

import numpy as np
from napari.layers import Vectors


class EdgeLines(Vectors):
    """A Vectors layer without a thumbnail, for which napari would draw a thousand lines in Python.

    Parameters are those of `napari.layers.Vectors`; see `edge_layer_data`.
    """

    def __init__(self, data: Any, **vectors: Any) -> None:
        self._is_changing = False
        super().__init__(data, **vectors)

    def show_edges(self, other: EdgeLines) -> None:
        """Draw the lines of another layer, which was never in a viewer, in its colours."""
        self._is_changing = True
        self.data = other.data
        self.edge_width, self.opacity = other.edge_width, other.opacity
        self._is_changing = False
        self.edge_color = other.edge_color
        self.metadata = other.metadata
        self.refresh()

    def refresh(self, *args: Any, **kwargs: Any) -> None:
        """Draw, but for what is half changed."""
        if not self._is_changing:
            super().refresh(*args, **kwargs)

    @property
    def _type_string(self) -> str:
        return "vectors"  # to napari's icons, writers and "duplicate" this is a Vectors layer

    def _update_thumbnail(self) -> None:
        self.thumbnail = np.zeros(self._thumbnail_shape, dtype=np.uint8)
