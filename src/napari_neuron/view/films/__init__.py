"""Films of a viewer, made with or without a window."""
