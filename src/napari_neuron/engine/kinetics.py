"""Kinetics: steady states and time constants of a mechanism's gates, measured by running it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from os import PathLike

import numpy as np
import numpy.typing as npt

from napari_neuron.compile.catalogue import Mechanism
from napari_neuron.compile.known import require_parameter, unknown_name
from napari_neuron.compile.membrane import neuron_name
from napari_neuron.engine.ask import ask
from napari_neuron.engine.catalogue import read_catalogue
from napari_neuron.engine.mod_files import require_library
from napari_neuron.errors import ExperimentError
from napari_neuron.spec import ModFile, Parameter

FloatArray = npt.NDArray[np.float64]

DEFAULT_VOLTAGES = tuple(float(v) for v in range(-120, 61, 4))


@dataclass(frozen=True, eq=False)
class Gate:
    """One state of a mechanism against voltage.

    Attributes
    ----------
    name : str
        Name as in the MOD file: "m".
    steady : (n_voltages,) float64
        Steady state.
    tau : (n_voltages,) float64
        Time until 1/e of the distance is left, ms: the time constant of a first-order gate. NaN
        where the gate does not move.
    """

    name: str
    steady: FloatArray
    tau: FloatArray


@dataclass(frozen=True, eq=False)
class Kinetics:
    """The gates of a mechanism under voltage clamp.

    Attributes
    ----------
    mechanism : str
    celsius : float
        °C.
    voltage : (n_voltages,) float64
        mV, ascending.
    gates : tuple of Gate
        One per state; empty for a mechanism without states.
    """

    mechanism: str
    celsius: float
    voltage: FloatArray
    gates: tuple[Gate, ...]

    def save_csv(self, path: str | PathLike[str]) -> None:
        """Write voltage (mV), and steady state and time constant (ms) of each gate, as CSV.

        Raises
        ------
        OSError
            If the file cannot be written.
        """
        names = ["v (mV)"]
        columns = [self.voltage]
        for gate in self.gates:
            names += [f"{gate.name} steady state", f"{gate.name} time constant (ms)"]
            columns += [gate.steady, gate.tau]
        with open(path, "w", encoding="utf-8", newline="") as file:
            file.write(f"# {self.mechanism} at {self.celsius:g} °C\n")
            file.write(",".join(names) + "\n")
            for row in np.stack(columns, axis=1).tolist():
                file.write(",".join("" if np.isnan(x) else f"{x:.7g}" for x in row) + "\n")


def measure_kinetics(
    mechanism: str,
    *,
    parameters: Sequence[Parameter] = (),
    voltages: Sequence[float] = DEFAULT_VOLTAGES,
    celsius: float = 6.3,
    mod_files: Sequence[ModFile] = (),
    python: str | PathLike[str] | None = None,
) -> Kinetics:
    """Clamp a density mechanism at a series of voltages and measure its gates.

    Each voltage is reached by a step from the lowest and from the highest of ``voltages``. Runs in
    a separate process.

    Parameters
    ----------
    mechanism
        Name of a density mechanism.
    parameters
        The parameters that differ from its defaults; numbers only.
    voltages
        mV.
    celsius
        °C.
    mod_files
        Its MOD files, compiled on this machine, as in an experiment.
    python
        The Python interpreter that has NEURON; None: that of this process.

    Returns
    -------
    Kinetics
        Steady state and time constant of each state, for each voltage.

    Raises
    ------
    ExperimentError
        If NEURON has no such density mechanism or parameter.
    NeuronNotAvailable, EngineCrashed, SimulationError
        If NEURON cannot run it.
    """
    catalogue = read_catalogue(mod_files, python=python)
    known = catalogue.mechanism(mechanism)
    if known is None or known.kind != "density":
        names = (m.name for m in catalogue.of_kind("density"))
        raise unknown_name("name", "density mechanism", mechanism, names)
    held = np.unique(np.asarray(voltages, dtype=np.float64))
    if len(held) < 2 or not np.isfinite(held).all():
        raise ExperimentError("voltages", "give at least two different voltages, in mV")
    values = _numbers(known, parameters)
    if not known.states:
        return Kinetics(mechanism, celsius, held, ())
    measured = ask(
        "kinetics",
        python=python,
        mechanism=mechanism,
        gates=[state.neuron_name for state in known.states],
        voltages=held.tolist(),
        celsius=celsius,
        parameters=values,
        library=str(require_library(mod_files, python=python)) if mod_files else "",
    )
    gates = tuple(
        Gate(state.name, np.array(steady), np.array(tau, dtype=np.float64))
        for state, steady, tau in zip(
            known.states, measured["steady"], measured["tau"], strict=True
        )
    )
    return Kinetics(mechanism, celsius, held, gates)


def _numbers(mechanism: Mechanism, parameters: Sequence[Parameter]) -> dict[str, float]:
    values = {}
    for index, parameter in enumerate(parameters):
        field = f"parameters[{index}]"
        require_parameter(f"{field}.name", mechanism, parameter)
        if not isinstance(parameter.value, int | float) or "[" in parameter.name:
            raise ExperimentError(f"{field}.value", "a plain number is needed here")
        variable = mechanism.parameter(parameter.name)
        name = variable.neuron_name if variable else neuron_name(mechanism.name, parameter.name)
        values[name] = float(parameter.value)
    return values
