"""How long, how finely and at what temperature to integrate."""

from __future__ import annotations

from pydantic import Field, model_validator

from napari_neuron.errors import ExperimentError
from napari_neuron.spec.base import Spec
from napari_neuron.units import Celsius, Milliseconds, Millivolts


class RunSettings(Spec):
    """Settings of one run.

    Attributes
    ----------
    duration
        Simulated time, ms.
    dt
        Time step, ms (fixed step, backward Euler: NEURON's default).
    celsius
        Temperature, °C; scales the rates of hh.
    v_init
        Membrane potential everywhere at the start, mV.
    frame_interval
        Time between stored frames, ms; a multiple of dt.
    threads
        Number of threads that share the cells; it does not change the results. None: as many as
        there are cores and cells, if there is enough work.
    """

    duration: Milliseconds = Field(default=100.0, gt=0, le=1e7)
    dt: Milliseconds = Field(default=0.025, gt=0, le=10)
    celsius: Celsius = Field(default=6.3, ge=-50, le=100)
    v_init: Millivolts = Field(default=-65.0, ge=-1000, le=1000)
    frame_interval: Milliseconds = Field(default=0.1, gt=0)
    threads: int | None = Field(default=None, ge=1, le=1024)

    @model_validator(mode="after")
    def _frames_fall_on_steps(self) -> RunSettings:
        steps = self.frame_interval / self.dt
        if steps < 0.999 or abs(steps - round(steps)) > 1e-6 * steps:
            nearest = max(1, round(steps)) * self.dt
            raise ExperimentError(
                "frame_interval",
                f"{self.frame_interval:g} ms is not a multiple of dt = {self.dt:g} ms; "
                f"the nearest multiple is {nearest:g} ms",
            )
        if self.duration < self.dt:
            raise ExperimentError(
                "duration", f"{self.duration:g} ms is shorter than one step of {self.dt:g} ms"
            )
        return self

    @property
    def steps_per_frame(self) -> int:
        """Time steps between two frames."""
        return round(self.frame_interval / self.dt)

    @property
    def n_steps(self) -> int:
        """Time steps of the whole run; the last step may pass ``duration`` by a part of dt."""
        steps = self.duration / self.dt
        nearest = round(steps)
        return nearest if abs(steps - nearest) < 1e-6 * max(1.0, steps) else int(steps) + 1

    @property
    def n_frames(self) -> int:
        """Frames of the whole run, the one at time 0 included."""
        return self.n_steps // self.steps_per_frame + 1
