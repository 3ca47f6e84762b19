"""The parts of the dock widget "Traces": curves, axes, cursors and their files."""
