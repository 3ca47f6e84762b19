"""The folders this package uses between sessions: deletable caches, and settings."""

from __future__ import annotations

import os
from pathlib import Path

from platformdirs import user_cache_path, user_config_path

_NAME = "napari-neuron"


def cache_folder() -> Path:
    """Return the folder of what can be made again; ``NAPARI_NEURON_CACHE`` names another."""
    named = os.environ.get("NAPARI_NEURON_CACHE")
    return Path(named).resolve() if named else user_cache_path(_NAME, appauthor=False)


def config_folder() -> Path:
    """Return the folder of what a user saved; ``NAPARI_NEURON_CONFIG`` names another."""
    named = os.environ.get("NAPARI_NEURON_CONFIG")
    return Path(named).resolve() if named else user_config_path(_NAME, appauthor=False)
