"""The Cell tab: which cells are simulated, what is wrong with them, and the images they lie in."""
