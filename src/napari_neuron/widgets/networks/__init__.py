"""The parts of the dock widgets "Network" and "Network activity"."""
