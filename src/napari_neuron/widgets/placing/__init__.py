"""The tabs Inputs and Recorders: what is placed at nodes, as lists and as markers."""
