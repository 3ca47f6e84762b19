"""What a run leaves: frames, traces and spikes, with the cell and the experiment that made them."""

from napari_neuron.result.model import SimulationResult, Status, Trace

__all__ = ["SimulationResult", "Status", "Trace"]
