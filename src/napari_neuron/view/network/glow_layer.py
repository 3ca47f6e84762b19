"""`GlowLayer`: what the layers of a network's neurons and edges have in common."""

from __future__ import annotations

from napari_neuron.result.network import NetworkResult
from napari_neuron.view.network.network_frames import NetworkFrames
from napari_neuron.view.voltage.voltage_layer import VoltageLayer


class GlowLayer(VoltageLayer):
    """Something that glows for a while after a spike.

    Attributes
    ----------
    spikes : NetworkFrames
        What glows at each time, with a time constant ``decay``.
    """

    spikes: NetworkFrames

    @property
    def result(self) -> NetworkResult:
        """What is shown."""
        return self.spikes.result

    @property
    def decay(self) -> float:
        """Time constant of the glow after a spike, ms."""
        return self.spikes.decay

    @decay.setter
    def decay(self, decay: float) -> None:
        if not decay > 0:
            raise ValueError(f"decay must be positive, not {decay}")
        self.spikes.decay = float(decay)
        self.refresh(thumbnail=False, highlight=False, extent=False)

    def advance(self) -> None:
        """Show the spikes added since."""
        self.set_valid_frames(self.spikes.n_valid)
