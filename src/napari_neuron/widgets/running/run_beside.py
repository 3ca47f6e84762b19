"""`RunBeside`: another run of the same cells, next to the one shown."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from napari_neuron.view import VoltageLayer
from napari_neuron.widgets.cell_in_view import KEY, shown_in
from napari_neuron.widgets.toolkit.latest_job import LatestJob

if TYPE_CHECKING:
    from napari.viewer import Viewer


class RunBeside:
    """A voltage layer moved aside, made in a thread; it goes with the comparison."""

    def __init__(self, viewer: Viewer) -> None:
        self._viewer = viewer
        self._job = LatestJob()
        self._job.finished.connect(self._on_made)
        self._wanted: tuple[VoltageLayer, object, str] | None = None
        self._compared: VoltageLayer | None = None

    def show(
        self,
        layer: VoltageLayer,
        make: Callable[[dict[str, Any]], VoltageLayer],
        looks: dict[str, Any],
        names: tuple[str, str],
    ) -> None:
        """Put a layer beside another.

        Parameters
        ----------
        layer
            Of the run that stays where it is.
        make
            Makes that of the other run of the looks; called in a thread.
        names
            Of the two runs; the text in the canvas says them.
        """
        self.clear()
        mark = object()
        self._wanted = (layer, mark, names[1])
        self._job.request(lambda: (mark, make(looks)))
        layer.metadata[KEY]["words"] = f"{names[0]}, beside it {names[1]}"
        layer.events.variable()
        self._compared = layer

    def clear(self) -> None:
        """Remove it, and stop waiting for one."""
        self._wanted = None
        if self._compared is not None:
            self._compared.metadata[KEY].pop("words", None)
            self._compared = None
        for before in [x for x in self._viewer.layers if shown_in(x, "beside") is not None]:
            self._viewer.layers.remove(before)

    def stop(self) -> None:
        """Stop waiting for one."""
        self._wanted = None
        self._job.stop()

    def _on_made(self, made: tuple[object, VoltageLayer]) -> None:
        mark, beside = made
        if self._wanted is None or self._wanted[1] is not mark:
            return
        layer, _, name = self._wanted
        self._wanted = None
        if layer not in self._viewer.layers:
            return
        layer.share_limits_with(beside)
        beside.name = f"{name}: {layer.name}"
        beside.metadata = {KEY: {"beside": beside.morphology}}
        width = float(np.ptp(layer.morphology.position[:, 0]))
        beside.translate = (0.0, 0.0, 0.0, 1.15 * width + 10.0)
        beside.colorbar.visible = False
        active = self._viewer.layers.selection.active
        # next to the other, above nothing that it has to do with
        self._viewer.layers.insert(self._viewer.layers.index(layer) + 1, beside)
        self._viewer.layers.selection.active = active
        self._viewer.reset_view()
