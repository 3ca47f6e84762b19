"""The result of a run: frames, traces and spikes, with the cell and the experiment behind them."""

from napari_neuron.result.model import SimulationResult, Status, Trace

__all__ = ["SimulationResult", "Status", "Trace"]
