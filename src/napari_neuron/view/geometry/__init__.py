"""Tubes, meshes, slices and levels of detail of a skeleton; numpy and vispy, no napari."""
