"""The voltage layer: what it draws, its colours, and how it gets to the graphics card."""
