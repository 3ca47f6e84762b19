"""The parts of the dock widget "Neuron display": colours, playing, films, clicks on a cell."""
