"""The Inputs and Recorders tabs: what is placed at nodes, as lists and as markers."""
