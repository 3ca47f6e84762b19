"""`LayerLooks`: colour maps, limits and threshold of a voltage layer."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from napari.utils.colormaps import Colormap, ensure_colormap
from napari.utils.events import Event

from napari_neuron.view.voltage.colours import (
    VARIABLE_COLORMAP,
    VOLTAGE_COLORMAP,
    variable_limits,
    voltage_limits,
)
from napari_neuron.view.voltage.frames import VariableFrames

DIFFERENCE_COLORMAP = "PiYG"
_BELOW = (0.28, 0.28, 0.3, 1.0)
"""Grey for values below the threshold."""
_N_COLOURS = 1024


class LayerLooks:
    """What a `VoltageLayer` can show besides frames, and how; a mixin."""

    def _set_up_looks(self) -> None:
        self._threshold: float | None = None
        self._whole_colormap: Any = self.colormap
        self._is_colouring = False
        self._cut_name = ""
        self.events.add(threshold=Event)
        self.events.colormap.connect(self._on_colormap_set)
        self.events.contrast_limits.connect(self._on_limits_set)

    # maps ----------------------------------------------------------------------------------

    def show_map(
        self,
        name: str,
        values: npt.ArrayLike,
        unit: str,
        *,
        colormap: Any = None,
        limits: tuple[float, float] | None = None,
    ) -> None:
        """Colour the cell by one value per compartment, the same at all times.

        It is one of `variables` until another run is shown; `show_variable` goes back.

        Parameters
        ----------
        name
            Its name in the legend and in the list of variables.
        values : (n_compartments,) float32
            NaN for missing values.
        unit
            Of the values.
        colormap, limits
            Initial settings; what the user sets later is kept for this name.
        """
        row = np.asarray(values, dtype=np.float32)
        frames = np.broadcast_to(row, (len(self.frames), len(row)))  # no copy
        self.show_other_frames(VariableFrames(name, unit, frames), colormap, limits)

    def show_other_frames(
        self,
        shown: VariableFrames,
        colormap: Any = None,
        limits: tuple[float, float] | None = None,
    ) -> None:
        """Colour the cell by other frames of this run, as `show_map` does by one."""
        is_new = shown.name not in self._looks
        if self.shown.name == shown.name:
            self.show_variable("v")
        self._variables[shown.name] = shown
        self.show_variable(shown.name)
        if is_new and colormap is not None:
            self.colormap = colormap
        if is_new and limits is not None:
            self.set_limits(*limits)

    def frames_of(self, name: str) -> Any:
        """Return the valid frames of one of `variables`, (n_valid, n_compartments)."""
        return self._variables[name].frames[: self.n_valid]

    # limits --------------------------------------------------------------------------------

    def set_limits(self, low: float, high: float) -> None:
        """Set the limits of the colours, also outside of those offered before.

        Raises
        ------
        ValueError
            If ``low`` is not below ``high``.
        """
        if not low < high:
            raise ValueError(f"the lower limit ({low:g}) must be below the upper one ({high:g})")
        reach = self.contrast_limits_range
        self.contrast_limits_range = (min(low, reach[0]), max(high, reach[1]))
        self.contrast_limits = (low, high)

    @property
    def is_map(self) -> bool:
        """Whether the layer shows the same at all times."""
        return getattr(self.frames, "strides", (1,))[0] == 0

    def set_limits_of_the_run(self) -> None:
        """Set the limits to the range of the run, and let them follow while it grows."""
        self._set_own_limits(self._limits(self._values.valid))

    def set_limits_about(self, middle: float) -> None:
        """Set limits equally far below and above ``middle``, wide enough for all values."""
        low, high = self._limits(self._values.valid)
        reach = max(middle - low, high - middle)
        self.set_limits(middle - reach, middle + reach)

    def share_limits_with(self, other: LayerLooks) -> None:
        """Give another layer these limits; if nobody set them, both get limits that span both."""
        low, high = self.contrast_limits
        if self._own_limits == (low, high):
            low, high = min(low, other.contrast_limits[0]), max(high, other.contrast_limits[1])
            self._set_own_limits((low, high))
        other.set_limits(low, high)

    def colormap_of(self, name: str) -> Any:
        """Return the colour map of a variable, whether it is shown or not."""
        if name == self._shown.name:
            return self.whole_colormap
        usual = VOLTAGE_COLORMAP if name == "v" else VARIABLE_COLORMAP
        return self._looks.get(name, {}).get("colormap", usual)

    def _keep_looks(self) -> None:
        limits = tuple(self.contrast_limits)
        looks = {"colormap": self.whole_colormap}
        if limits != self._own_limits:
            looks["limits"] = limits
        self._looks[self._shown.name] = looks

    def _restore_looks(self, colormap: Any) -> None:
        self.threshold = None
        self.colormap = colormap
        looks = self._looks.get(self._shown.name, {})
        if "limits" in looks:
            low, high = looks["limits"]
            self.contrast_limits_range = (low, high)
            self.contrast_limits = (low, high)
        else:
            self._set_own_limits(self._limits(self._values.valid))
        if hasattr(self.colorbar, "unit"):
            self.colorbar.unit = self._shown.unit

    def _limits(
        self, frames: npt.NDArray[np.float32], *, narrowest: float = 10.0
    ) -> tuple[float, float]:
        if self._shown.name == "v":
            return voltage_limits(frames, narrowest=narrowest)
        return variable_limits(frames)

    def _widen_limits(self, before: int) -> None:
        """Extend the limits to the frames after ``before``, unless somebody has set them."""
        own, new = self._own_limits, self.frames[before : self.n_valid]
        if own is None or not new.size or tuple(self.contrast_limits) != own:
            return
        if not before:
            limits = self._limits(new)
        else:
            limits = self._limits(new, narrowest=0.0)
            limits = min(own[0], limits[0]), max(own[1], limits[1])
        if limits != own:
            self._set_own_limits(limits)

    def _set_own_limits(self, limits: tuple[float, float]) -> None:
        self._own_limits = limits
        if tuple(self.contrast_limits_range) != limits:
            self.contrast_limits_range = limits
        if tuple(self.contrast_limits) != limits:
            self.contrast_limits = limits

    # the threshold -------------------------------------------------------------------------

    @property
    def threshold(self) -> float | None:
        """Only what is at or above this has a colour, the rest is grey; None for all."""
        return self._threshold

    @threshold.setter
    def threshold(self, threshold: float | None) -> None:
        if threshold == self._threshold:
            return
        self._threshold = threshold
        self._colour()
        self.events.threshold()

    @property
    def whole_colormap(self) -> Colormap:
        """The colour map without a threshold."""
        return self._whole_colormap

    def _on_colormap_set(self, event: Any = None) -> None:
        # napari's controls set what they are told of once more, by name
        if self._is_colouring or self.colormap.name == self._cut_name:
            return
        self._whole_colormap = self.colormap
        if self._threshold is not None:
            self._colour()

    def _on_limits_set(self, event: Any = None) -> None:
        if self._threshold is not None:
            self._colour()

    def _colour(self) -> None:
        colormap = self._whole_colormap
        if self._threshold is not None:
            colormap = above_threshold(colormap, tuple(self.contrast_limits), self._threshold)
            self._cut_name = colormap.name
        self._is_colouring = True
        try:
            self.colormap = colormap
        finally:
            self._is_colouring = False


def above_threshold(colormap: Any, limits: tuple[float, float], threshold: float) -> Colormap:
    """Return a colour map between two limits that is grey below a threshold."""
    places = np.linspace(0.0, 1.0, _N_COLOURS)
    whole = ensure_colormap(colormap)
    colours = np.array(whole.map(places))
    below = limits[0] + places * (limits[1] - limits[0]) < threshold
    colours[below] = _BELOW
    name = f"{whole.name.split(' above ')[0]} above {threshold:g}"
    return Colormap(colours, name=name, display_name=name)
