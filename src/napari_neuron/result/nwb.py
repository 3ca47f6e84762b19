"""Results as NWB files, which other programs of neurophysiology read; needs pynwb.

What goes where is in docs/saving.md. Numbers are those of the result, with NWB's ``conversion`` to
volts, amperes and siemens; times are in seconds, as everywhere in NWB.
"""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from napari_neuron.errors import NapariNeuronError
from napari_neuron.morphology.model import Morphology
from napari_neuron.result.files import new_file
from napari_neuron.result.model import SimulationResult, Trace
from napari_neuron.result.network import NetworkResult
from napari_neuron.spec import ProcessRecorder, TraceRecorder, VoltageRecorder

if TYPE_CHECKING:
    from pynwb import NWBFile, TimeSeries

_SI = {"mV": ("volts", 1e-3), "nA": ("amperes", 1e-9), "uS": ("siemens", 1e-6)}
_CLAMPS = ("voltage_clamp", "voltage_waveform")
_MADE_BY = ("napari-neuron", "NEURON", "numpy", "python")


def save_nwb(
    result: SimulationResult | NetworkResult,
    path: str | Path,
    *,
    frames: bool = True,
    session_start: datetime | None = None,
) -> None:
    """Write what is valid of a result to an NWB file; an old file is replaced when all is there.

    Parameters
    ----------
    result
        Of cells, or of a network of point neurons. Complete or not.
    path
        The file; NWB wants a name that ends in ``.nwb``.
    frames
        Whether every compartment at every frame goes into it, too; most of the file is that.
    session_start
        What time 0 of the run is called, as NWB needs a date; None: now.

    Raises
    ------
    NapariNeuronError
        If pynwb is not installed.
    OSError
        If the file cannot be written; an old one is untouched then.
    """
    require_pynwb()
    from pynwb import NWBHDF5IO

    start = datetime.now() if session_start is None else session_start
    start = start if start.tzinfo is not None else start.astimezone()
    if isinstance(result, NetworkResult):
        file = _of_network(result, start, frames)
    else:
        file = _of_cells(result, start, frames)
    with new_file(path) as part, NWBHDF5IO(str(part), "w") as io:
        io.write(file)


def require_pynwb() -> None:
    """Raise if NWB files cannot be written here.

    Raises
    ------
    NapariNeuronError
        If pynwb is not installed.
    """
    try:
        import pynwb  # noqa: F401
    except ImportError:
        raise NapariNeuronError('NWB files need pynwb: pip install "napari-neuron[nwb]"') from None


def is_nwb(path: str | Path) -> bool:
    """Whether a file is to be NWB, by the ending of its name."""
    return Path(path).suffix.lower() == ".nwb"


def _of_cells(result: SimulationResult, start: datetime, frames: bool) -> NWBFile:
    names = ", ".join(cell.name for cell in result.cells)
    file = _new_file(f"Simulation of {names}", result, result.experiment.to_json(), start)
    _add_traces(file, result)
    if result.spikes:
        file.units = _detectors(result)
    module = file.create_processing_module(
        "simulation", "What was simulated, and values of all its compartments"
    )
    module.add(_skeleton(result.cells, result.compartment_of_node))
    if frames and result.n_frames:
        for variable in ("v", *result.more_frames):
            module.add(_frames(result, variable))
    if result.network is not None:
        points = file.create_processing_module("point_neurons", "Point neurons beside the cells")
        points.add(_neurons(result.network, "spikes"))
    return file


def _of_network(result: NetworkResult, start: datetime, frames: bool) -> NWBFile:
    n = len(result.network.neurons)
    said = f"Simulation of a network of {n} point neurons"
    file = _new_file(said, result, result.network.to_json(), start)
    file.units = _neurons(result, "units")
    if frames and result.n_frames:
        from pynwb import TimeSeries

        interval = result.network.run.state_interval
        series = TimeSeries(
            name="m",
            data=_packed(result.frames[: result.n_frames]),
            unit="1",
            rate=1000.0 / interval,
            starting_time=0.0,
            description="State m of the neurons of the column; threshold is 1",
            comments=json.dumps(list(result.network.recorded)),
        )
        file.add_acquisition(series)
    return file


def _new_file(
    said: str, result: SimulationResult | NetworkResult, protocol: str, start: datetime
) -> NWBFile:
    from pynwb import NWBFile

    provenance = result.provenance
    how = {name: text for name, text in provenance.items() if name not in _MADE_BY}
    run = {"status": str(result.status), "message": result.message, **how}
    return NWBFile(
        session_description=f"{said} with NEURON; not a recording of an animal.",
        identifier=str(uuid.uuid4()),
        session_start_time=start,
        experiment_description=said,
        keywords=["simulation", "NEURON", "napari-neuron"],
        protocol=protocol,
        notes=json.dumps(run),
        was_generated_by=[(name, provenance[name]) for name in _MADE_BY if name in provenance]
        or None,
    )


def _add_traces(file: NWBFile, result: SimulationResult) -> None:
    """Add the traces, and an electrode for each place that has a voltage or a clamp."""
    from pynwb.icephys import CurrentClampSeries, VoltageClampSeries

    traces, dt = result.traces, result.experiment.run.dt
    if not traces:
        return
    device = file.create_device(
        name="NEURON", description="A simulator: ideal electrodes, no noise, no series resistance"
    )
    electrodes: dict[tuple[str, int], Any] = {}
    clamped, clamps = _clamped(result)
    taken: set[str] = set()

    def electrode_at(cell: str, node: int) -> Any:
        if (cell, node) not in electrodes:
            electrodes[cell, node] = file.create_icephys_electrode(
                name=_free_name(f"{cell} node {node}", {e.name for e in electrodes.values()}),
                description=f"An ideal electrode at node {node} of {cell}",
                device=device,
                location=f"node {node}",
                cell_id=cell,
            )
        return electrodes[cell, node]

    for recorder in result.experiment.traced:
        trace = traces[recorder.label]
        settings = _series_settings(recorder, trace, dt, _free_name(trace.label, taken))
        place = (trace.cell, trace.node)
        is_clamp_current = (
            isinstance(recorder, ProcessRecorder)
            and recorder.stimulus in clamps
            and recorder.variable == "i"
        )
        if isinstance(recorder, VoltageRecorder) and place not in clamped:
            kind: Any = CurrentClampSeries
        elif is_clamp_current:
            kind = VoltageClampSeries
        else:
            file.add_acquisition(_time_series(**settings))
            continue
        series = kind(electrode=electrode_at(*place), **settings)
        file.add_acquisition(series)
        file.add_intracellular_recording(electrode=electrode_at(*place), response=series)


def _clamped(result: SimulationResult) -> tuple[set[tuple[str, int]], set[str]]:
    """Return the places that a voltage clamp holds, and the labels of such clamps."""
    clamps = [s for s in result.experiment.stimuli if s.enabled and s.kind in _CLAMPS]
    places = {(s.cell or result.cells[0].name, node) for s in clamps for node in s.nodes}
    return places, {s.label for s in clamps if s.label}


def _series_settings(recorder: TraceRecorder, trace: Trace, dt: float, name: str) -> dict[str, Any]:
    steps = max(1, round(recorder.interval / dt))
    unit, conversion = _SI.get(trace.unit, (trace.unit or "1", 1.0))
    variable = getattr(recorder, "variable", "v")
    return {
        "name": name,
        "data": trace.values,
        "unit": unit,
        "conversion": conversion,
        "rate": 1000.0 / (steps * dt),
        "starting_time": 0.0,
        "description": f"{variable} at node {trace.node} of {trace.cell}",
        "comments": recorder.model_dump_json(),
    }


def _time_series(**settings: Any) -> TimeSeries:
    from pynwb import TimeSeries

    return TimeSeries(**settings)


def _frames(result: SimulationResult, variable: str) -> TimeSeries:
    unit = result.unit_of(variable)
    base, conversion = _SI.get(unit, (unit or "1", 1.0))
    return _time_series(
        name="membrane_potential" if variable == "v" else _free_name(variable, set()),
        data=_packed(result.frames_of(variable)),
        unit=base,
        conversion=conversion,
        rate=1000.0 / result.frame_interval,
        starting_time=0.0,
        description=f"{variable} of each compartment (columns) at each frame (rows)",
        comments='The column "compartment" of the table "skeleton" says which nodes a column is of',
    )


def _packed(frames: npt.NDArray[np.float32]) -> Any:
    """Return frames compressed, in chunks of many rows and all columns."""
    from hdmf.backends.hdf5 import H5DataIO

    rows = min(len(frames), max(1, 2**18 // max(1, frames.shape[1])))
    return H5DataIO(
        frames,
        chunks=(rows, max(1, frames.shape[1])),
        compression="gzip",
        compression_opts=1,
        shuffle=True,
    )


def _skeleton(cells: Sequence[Morphology], compartment_of_node: npt.NDArray[np.int64]) -> Any:
    columns: dict[str, tuple[str, Any]] = {
        "cell": ("Name of the cell", np.repeat([c.name for c in cells], [len(c) for c in cells])),
        "node_id": ("Of the skeleton file", np.concatenate([c.node_id for c in cells])),
        "parent_id": (
            "node_id of the parent in the same cell; -1: a root",
            np.concatenate([np.where(c.parent < 0, -1, c.node_id[c.parent]) for c in cells]),
        ),
        "swc_type": ("SWC type", np.concatenate([c.swc_type for c in cells])),
    }
    position = np.concatenate([c.position for c in cells])
    for axis, name in enumerate("xyz"):
        columns[name] = (f"{name}, µm", position[:, axis])
    columns["radius"] = ("µm", np.concatenate([c.radius for c in cells]))
    if any(c.labels is not None for c in cells):
        labels = [np.full(len(c), "") if c.labels is None else c.labels for c in cells]
        columns["label"] = ('Label of the node, "" for none', np.concatenate(labels))
    columns["compartment"] = ("Column of the frames that the node is in", compartment_of_node)
    return _table("skeleton", "The nodes of the cells, in µm", columns)


def _table(name: str, description: str, columns: Mapping[str, tuple[str, Any]]) -> Any:
    from hdmf.common import DynamicTable

    return DynamicTable(name=name, description=description, columns=_columns(columns))


def _columns(columns: Mapping[str, tuple[str, Any]]) -> list[Any]:
    """Return the columns of a table; given are descriptions and values, by name."""
    from hdmf.common import VectorData

    return [
        VectorData(name=name, description=said, data=_plain(values))
        for name, (said, values) in columns.items()
    ]


def _plain(values: Any) -> Any:
    """Return a column as HDMF takes it: texts as a list."""
    values = np.asarray(values)
    return values.tolist() if values.dtype.kind in "UO" else values


def _detectors(result: SimulationResult) -> Any:
    """Return a row for each spike detector."""
    detectors = [d for d in result.experiment.detectors if d.label in result.spikes]
    columns = {
        "detector": ("Label of the spike detector", [d.label for d in detectors]),
        "cell": ("Name of its cell", [d.cell or result.cells[0].name for d in detectors]),
        "node": ("Id of its node", [d.node for d in detectors]),
        "threshold": ("What the membrane potential crosses, mV", [d.threshold for d in detectors]),
    }
    trains = [result.spikes[d.label] for d in detectors]
    step = result.experiment.run.dt / 1000.0
    return _units("units", "Spikes of the simulated detectors", trains, columns, resolution=step)


def _neurons(result: NetworkResult, name: str) -> Any:
    """Return a row for each point neuron."""
    neurons = result.network.neurons
    times, rows = result.spikes()
    order = np.argsort(rows, kind="stable")
    ends = np.cumsum(np.bincount(rows, minlength=len(neurons)))
    trains = np.split(times[order], ends[:-1]) if len(neurons) else []
    columns: dict[str, tuple[str, Any]] = {
        "neuron": ("Id of the neuron", neurons.id.astype(str)),
        "label": ("What it is called", neurons.labels),
        "group": ('What it belongs to, "" for nothing', neurons.groups),
    }
    if len(neurons.position):
        for axis, letter in enumerate("xyz"):
            columns[letter] = (f"{letter}, µm", neurons.position[:, axis])
    return _units(name, "Spikes of the simulated point neurons", trains, columns)


def _units(
    name: str,
    description: str,
    trains: Iterable[npt.NDArray[np.float64]],
    columns: Mapping[str, tuple[str, Any]],
    **settings: Any,
) -> Any:
    from hdmf.common import VectorData, VectorIndex
    from pynwb.misc import Units

    trains = list(trains)
    times = VectorData(
        name="spike_times",
        description="Spike times of each unit, seconds",
        data=np.concatenate([np.empty(0), *trains]) / 1000.0,
    )
    ends = np.cumsum([len(train) for train in trains], dtype=np.int64)
    index = VectorIndex(name="spike_times_index", target=times, data=ends)
    made = [index, times, *_columns(columns)]
    return Units(name=name, description=description, columns=made, **settings)


def _free_name(name: str, taken: set[str]) -> str:
    """Return a name that NWB allows and that nothing else has; it is taken then."""
    name = re.sub(r"[/:\0]+", "_", name).strip(" .") or "unnamed"
    free, number = name, 2
    while free in taken:
        free, number = f"{name} ({number})", number + 1
    taken.add(free)
    return free
