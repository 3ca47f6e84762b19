"""What all waveforms have in common: reading from CSV files."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar, Self

from napari_neuron.spec.csv_files import read_waveform
from napari_neuron.spec.placed import Placed


class Waveform(Placed):
    """A current or a voltage given by points in time joined by straight lines."""

    values_field: ClassVar[str]
    """The field of the values at the ``times``."""

    @classmethod
    def from_csv(
        cls,
        path: str | Path,
        nodes: tuple[int, ...],
        *,
        time: str | int = 0,
        value: str | int = 1,
        **fields: Any,
    ) -> Self:
        """Read times (ms) and currents (nA) or voltages (mV) from two columns of a CSV file.

        Parameters
        ----------
        path
            The file; see `napari_neuron.spec.csv_files.read_waveform`.
        nodes
            Nodes at which the current is injected, or the voltage clamped.
        time, value
            Columns, by name or by number from 0.
        **fields
            Other fields: ``delay``, ``scale``, ``cell``, ``label`` ...

        Raises
        ------
        ExperimentError
            If the file is not in this form; names the file, line and column.
        OSError
            If it cannot be read.
        """
        times, values = read_waveform(path, time=time, value=value)
        points: dict[str, Any] = {"times": times, cls.values_field: values}
        return cls(nodes=nodes, **points, **fields)
