"""The folders this package uses between sessions: deletable caches, settings, and unsaved work."""

from __future__ import annotations

import os
from pathlib import Path

from platformdirs import user_cache_path, user_config_path, user_state_path

_NAME = "napari-neuron"


def cache_folder() -> Path:
    """Return the folder of caches; ``NAPARI_NEURON_CACHE`` overrides it."""
    named = os.environ.get("NAPARI_NEURON_CACHE")
    return Path(named).resolve() if named else user_cache_path(_NAME, appauthor=False)


def config_folder() -> Path:
    """Return the folder of the user's settings; ``NAPARI_NEURON_CONFIG`` overrides it."""
    named = os.environ.get("NAPARI_NEURON_CONFIG")
    return Path(named).resolve() if named else user_config_path(_NAME, appauthor=False)


def state_folder() -> Path:
    """Return the folder of what is not saved yet; ``NAPARI_NEURON_STATE`` names another."""
    named = os.environ.get("NAPARI_NEURON_STATE")
    return Path(named).resolve() if named else user_state_path(_NAME, appauthor=False)
