"""neuPrint: hemibrain, MANC, male CNS and others, by body id."""

from __future__ import annotations

import contextlib
import io
import os
from typing import Any

import numpy as np

from napari_neuron.databases.faults import INSTALL, in_a_line, require_answer, said_clearly
from napari_neuron.databases.model import FetchedNeuron, Mesh
from napari_neuron.errors import DatabaseError
from napari_neuron.morphology import Morphology
from napari_neuron.morphology.navis_bridge import no_progress_bars

SERVER, DATASET = "https://neuprint.janelia.org", "hemibrain:v1.2.1"
_TOKEN = (
    "Log in to neuPrint in a browser, copy the token shown under Account, and pass it as token= "
    "or in NEUPRINT_APPLICATION_CREDENTIALS"
)


def fetch_neuprint(
    body_id: int,
    *,
    server: str = SERVER,
    dataset: str = DATASET,
    token: str | None = None,
    synapses: bool = True,
    mesh: bool = True,
) -> FetchedNeuron:
    """Fetch a neuron with neuprint-python, through `navis.interfaces.neuprint`.

    Synapses are attached to the nearest node. Meshes need cloud-volume.

    Parameters
    ----------
    body_id
        Id of the body.
    server, dataset
        Address of the server, and name of the dataset.
    token
        None: the environment variable ``NEUPRINT_APPLICATION_CREDENTIALS``.
    synapses, mesh
        Whether to fetch them too.

    Returns
    -------
    FetchedNeuron
        Skeleton, synapses and mesh in µm; ``notes`` says what was not available.

    Raises
    ------
    DatabaseError
        If the network, the token or a package is missing, or there is no such body.
    """
    with said_clearly("neuPrint", f"body {body_id}", _TOKEN):
        from neuprint import Client

        if not (token or os.environ.get("NEUPRINT_APPLICATION_CREDENTIALS")):
            raise DatabaseError(f"neuPrint needs a token, and there is none. {_TOKEN}")
        require_answer(server if "://" in server else f"https://{server}")
        client = Client(server, dataset, token=token)
        from navis.interfaces import neuprint

        printed = io.StringIO()  # navis prints what went wrong with single neurons
        with no_progress_bars():
            with contextlib.redirect_stdout(printed):
                found = neuprint.fetch_skeletons(
                    int(body_id), with_synapses=synapses, client=client, parallel=False
                )
            if len(found) == 0:
                why = " ".join(printed.getvalue().split()) or "it has no skeleton"
                raise DatabaseError(f"neuPrint, body {body_id} of {dataset}: {why}")
            cell = Morphology.from_navis(found[0])
            cell = cell.replace(header=(f" neuPrint {dataset}, body {body_id}", *cell.header))
            notes: list[str] = []
            surface = _mesh(neuprint, int(body_id), client, notes) if mesh else None
        return FetchedNeuron(cell, surface, tuple(notes))


def _mesh(neuprint: Any, body_id: int, client: Any, notes: list[str]) -> Mesh | None:
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            found = neuprint.fetch_mesh_neuron(body_id, client=client, parallel=False)
    except ImportError:
        notes.append(f"No mesh: it needs cloud-volume ({INSTALL}).")
        return None
    except Exception as fault:  # the skeleton is there, and is worth more
        notes.append(f"No mesh: {in_a_line(fault)}")
        return None
    if len(found) == 0:
        notes.append("No mesh: neuPrint has none for this body.")
        return None
    neuron = found[0]
    scale = np.atleast_1d(neuron.units_xyz.to("micrometer").magnitude)
    vertices = np.asarray(neuron.vertices, dtype=np.float64) * scale
    return Mesh(vertices.astype(np.float32), np.asarray(neuron.faces, dtype=np.int32))
