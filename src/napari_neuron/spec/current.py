"""Currents injected at nodes; positive depolarises. Before and after their time they are 0."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, model_validator

from napari_neuron.errors import ExperimentError
from napari_neuron.spec.placed import Placed, require_points
from napari_neuron.spec.waveform import Waveform
from napari_neuron.units import Degrees, Hertz, Milliseconds, Nanoamperes

Amplitude = Annotated[Nanoamperes, Field(ge=-1e6, le=1e6)]


class CurrentPulse(Placed):
    """A rectangular current injected into the cell (NEURON's IClamp); positive depolarises.

    Also takes the attributes of `Placed`: ``nodes``, ``cell``, ``label`` and ``enabled``.

    Attributes
    ----------
    delay
        Start, ms.
    duration
        Duration, ms.
    amplitude
        The current, nA.
    """

    kind: Literal["current_pulse"] = "current_pulse"
    delay: Milliseconds = Field(default=10.0, ge=0)
    duration: Milliseconds = Field(default=100.0, gt=0)
    amplitude: Nanoamperes = Field(default=0.1, ge=-1e6, le=1e6)


class CurrentPulseTrain(Placed):
    """A train of rectangular pulses.

    Also takes the attributes of `Placed`: ``nodes``, ``cell``, ``label`` and ``enabled``.

    Attributes
    ----------
    delay
        Start of the first pulse, ms.
    width
        Duration of one pulse, ms.
    interval
        From the start of one pulse to the start of the next, ms; at least ``width``.
    number
        Number of pulses.
    amplitude
        Amplitude of each pulse, nA.
    """

    kind: Literal["current_pulse_train"] = "current_pulse_train"
    delay: Milliseconds = Field(default=10.0, ge=0)
    width: Milliseconds = Field(default=2.0, gt=0)
    interval: Milliseconds = Field(default=20.0, gt=0)
    number: int = Field(default=5, ge=1, le=10**6)
    amplitude: Nanoamperes = Field(default=0.1, ge=-1e6, le=1e6)

    @model_validator(mode="after")
    def _pulses_do_not_overlap(self) -> Self:
        if self.width > self.interval:
            raise ExperimentError(
                "width",
                f"pulses of {self.width:g} ms every {self.interval:g} ms overlap; make them "
                "shorter or the interval longer",
            )
        return self


class CurrentRamp(Placed):
    """A current that changes linearly from one value to another.

    Also takes the attributes of `Placed`: ``nodes``, ``cell``, ``label`` and ``enabled``.

    Attributes
    ----------
    delay, duration
        Start and duration, ms.
    start_amplitude, end_amplitude
        The current at the beginning and at the end, nA.
    """

    kind: Literal["current_ramp"] = "current_ramp"
    delay: Milliseconds = Field(default=10.0, ge=0)
    duration: Milliseconds = Field(default=100.0, gt=0)
    start_amplitude: Nanoamperes = Field(default=0.0, ge=-1e6, le=1e6)
    end_amplitude: Nanoamperes = Field(default=0.2, ge=-1e6, le=1e6)


class CurrentSine(Placed):
    """A sinusoidal current, offset + amplitude · sin(2π · frequency · t + phase).

    Also takes the attributes of `Placed`: ``nodes``, ``cell``, ``label`` and ``enabled``.

    Attributes
    ----------
    delay, duration
        Start (t = 0 of the formula) and duration, ms.
    amplitude
        Amplitude from the mean to the peak, nA.
    offset
        Mean of the sine, nA.
    frequency
        Frequency, Hz.
    phase
        Phase at the start, degrees; 90° starts at the peak.
    """

    kind: Literal["current_sine"] = "current_sine"
    delay: Milliseconds = Field(default=10.0, ge=0)
    duration: Milliseconds = Field(default=100.0, gt=0)
    amplitude: Nanoamperes = Field(default=0.1, ge=-1e6, le=1e6)
    offset: Nanoamperes = Field(default=0.0, ge=-1e6, le=1e6)
    frequency: Hertz = Field(default=20.0, gt=0, le=1e6)
    phase: Degrees = Field(default=0.0, ge=-360, le=360)


class CurrentChirp(Placed):
    """A sinusoidal current whose frequency changes with time, starting at phase 0.

    Also called a ZAP; used to measure impedance (Puil, Gimbarzevsky & Miura 1986, J. Neurophysiol.
    55:995). Also takes the attributes of `Placed`: ``nodes``, ``cell``, ``label`` and ``enabled``.

    Attributes
    ----------
    delay, duration
        Start and duration, ms.
    amplitude
        Amplitude from the mean to the peak, nA.
    offset
        Mean of the sine, nA.
    start_frequency, end_frequency
        Frequency at the beginning and at the end, Hz.
    sweep
        How the frequency changes: by equal steps (linear) or by equal factors (exponential) in
        equal times.
    """

    kind: Literal["current_chirp"] = "current_chirp"
    delay: Milliseconds = Field(default=10.0, ge=0)
    duration: Milliseconds = Field(default=1000.0, gt=0)
    amplitude: Nanoamperes = Field(default=0.05, ge=-1e6, le=1e6)
    offset: Nanoamperes = Field(default=0.0, ge=-1e6, le=1e6)
    start_frequency: Hertz = Field(default=1.0, gt=0, le=1e6)
    end_frequency: Hertz = Field(default=100.0, gt=0, le=1e6)
    sweep: Literal["linear", "exponential"] = "linear"


class CurrentNoise(Placed):
    """An Ornstein-Uhlenbeck process: Gaussian current with correlation time ``tau``.

    It starts in its stationary state, is stepped by its exact solution (so mean, sigma and tau hold
    for any dt; Gillespie 1996, Phys. Rev. E 54:2084), and holds its value for one time step. Also
    takes the attributes of `Placed`: ``nodes``, ``cell``, ``label`` and ``enabled``.

    Attributes
    ----------
    delay, duration
        Start and duration, ms.
    mean
        Mean current, nA.
    sigma
        Standard deviation, nA.
    tau
        Time after which its autocorrelation is down to 1/e, ms.
    seed
        Seed of the noise. Each node has its own random stream.
    shared
        Whether all nodes of this stimulus get the same noise.
    """

    kind: Literal["current_noise"] = "current_noise"
    delay: Milliseconds = Field(default=0.0, ge=0)
    duration: Milliseconds = Field(default=100.0, gt=0)
    mean: Nanoamperes = Field(default=0.05, ge=-1e6, le=1e6)
    sigma: Nanoamperes = Field(default=0.05, ge=0, le=1e6)
    tau: Milliseconds = Field(default=5.0, gt=0)
    seed: int = Field(default=1, ge=0, lt=2**32)
    shared: bool = False


class CurrentWaveform(Waveform):
    """A current given by points joined by straight lines; see `from_csv`.

    Also takes the attributes of `Placed`: ``nodes``, ``cell``, ``label`` and ``enabled``.

    Attributes
    ----------
    delay
        Added to all times, ms.
    times
        Times of the points, ms, in order; two equal times make a jump. The current is 0 before the
        first and after the last.
    amplitudes
        Amplitude at each time, nA.
    scale
        Factor for all amplitudes.
    """

    values_field: ClassVar[str] = "amplitudes"

    kind: Literal["current_waveform"] = "current_waveform"
    delay: Milliseconds = Field(default=0.0, ge=0)
    times: tuple[Annotated[Milliseconds, Field(ge=0)], ...] = Field(min_length=2)
    amplitudes: tuple[Amplitude, ...] = Field(min_length=2)
    scale: float = Field(default=1.0, ge=-1e6, le=1e6)

    @model_validator(mode="after")
    def _is_a_function_of_time(self) -> Self:
        require_points(self.times, self.amplitudes, "amplitudes")
        return self
