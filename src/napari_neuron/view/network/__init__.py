"""Networks in space: neurons, edges, and spikes over time."""
