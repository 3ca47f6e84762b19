"""CAVE: FlyWire, MICrONS and other proofread datasets, by root id."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from napari_neuron.databases.faults import INSTALL, in_a_line, require_answer, said_clearly
from napari_neuron.databases.model import FetchedNeuron, Mesh
from napari_neuron.errors import DatabaseError
from napari_neuron.morphology import Morphology
from napari_neuron.morphology.formats.cell import parents_of_edges, without_loops
from napari_neuron.morphology.model import FloatArray

if TYPE_CHECKING:
    import pandas as pd

_GLOBAL = "https://global.daf-apis.com"
MICRONS, FLYWIRE = "minnie65_public", "flywire_fafb_public"
_TOKEN = (
    "Get one with caveclient.CAVEclient().auth.setup_token(), then "
    "CAVEclient().auth.save_token(token), or pass it as token="
)


def fetch_cave(
    root_id: int,
    *,
    datastack: str = MICRONS,
    token: str | None = None,
    server: str | None = None,
    synapses: bool = True,
    mesh: bool = True,
) -> FetchedNeuron:
    """Fetch a neuron with caveclient; meshes need cloud-volume.

    The skeleton comes from CAVE's skeleton service or, if the dataset has none, is made from the
    mesh by `navis.skeletonize`, which needs skeletor. Synapses are attached to the nearest node.

    Parameters
    ----------
    root_id
        Root id of the neuron.
    datastack
        "minnie65_public" (MICrONS), "flywire_fafb_public" (FlyWire), or any other.
    token
        None: the token saved by caveclient.
    server
        Address of the server; None: the public one.
    synapses, mesh
        Whether to fetch them too.

    Returns
    -------
    FetchedNeuron
        Skeleton, synapses and mesh in µm; ``notes`` says what was not available.

    Raises
    ------
    DatabaseError
        If the network, the token or a package is missing, or there is no such neuron.
    """
    with said_clearly("CAVE", f"neuron {root_id} of {datastack}", _TOKEN):
        from caveclient import CAVEclient
        from caveclient.datastack_lookup import get_datastack_cache

        require_answer(server or get_datastack_cache().get(datastack) or _GLOBAL)
        client = CAVEclient(
            datastack, server_address=server, auth_token=token, write_server_cache=False
        )
        notes: list[str] = []
        surface = _mesh(client, int(root_id), notes) if mesh else None
        try:
            skeleton = client.skeleton.get_skeleton(int(root_id), output_format="dict")
            cell = cell_of_skeleton(skeleton, str(root_id))
        except Exception as fault:
            is_known = "invalid root id" not in str(fault).lower()
            if surface is None and is_known and not mesh:
                made_of = _mesh(client, int(root_id), [])
            else:
                made_of = surface
            if made_of is None:
                raise
            notes.append(f"{datastack} has no skeleton of it; this one was made from the mesh.")
            cell = _skeletonised(made_of, str(root_id))
        cell = cell.replace(header=(f" CAVE {datastack}, root id {root_id}", *cell.header))
        if synapses:
            cell = cell.replace(connectors=_connectors(client, int(root_id), cell, notes))
        return FetchedNeuron(cell, surface, tuple(notes))


def cell_of_skeleton(skeleton: Mapping[str, Any], name: str) -> Morphology:
    """Return the cell of a skeleton as CAVE's service gives it, in nm.

    Raises
    ------
    DatabaseError
        If it has no vertices.
    MorphologyError
        If its edges make no tree.
    """
    position = np.asarray(skeleton.get("vertices", ()), dtype=np.float64).reshape(-1, 3)
    n = len(position)
    if n == 0:
        raise DatabaseError(f"CAVE: the skeleton of {name} is empty; it may still be being made")
    edges = np.asarray(skeleton.get("edges", ()), dtype=np.int64).reshape(-1, 2)
    swc_type = _per_node(skeleton.get("compartment"), n).astype(np.int64)
    root = skeleton.get("root")
    is_root = isinstance(root, int | np.integer) and 0 <= root < n
    node_id = np.arange(n)
    edges, opened = without_loops(edges, position, node_id)
    cell = Morphology(
        node_id=node_id,
        parent=parents_of_edges(n, edges, swc_type, node_id, f"CAVE {name}"),
        swc_type=swc_type,
        position=position * 1e-3,
        radius=_per_node(skeleton.get("radius"), n) * 1e-3,
        name=name,
        header=opened,
        unit="nm",
        unit_evidence="CAVE's skeletons are in nm",
    )
    return cell.rerooted(int(root)) if is_root and root is not None else cell


def _per_node(values: Any, n: int) -> FloatArray:
    given = np.zeros(0) if values is None else np.asarray(values, dtype=np.float64).ravel()
    return np.nan_to_num(given) if len(given) == n else np.zeros(n)


def attach(cell: Morphology, tables: Mapping[str, FloatArray]) -> pd.DataFrame | None:
    """Return connectors at the nearest nodes, of places in µm for each kind ("pre", "post")."""
    import pandas as pd
    from scipy.spatial import cKDTree

    places = {kind: at for kind, at in tables.items() if len(at)}
    if not places:
        return None
    everything = np.concatenate(list(places.values()))
    _, nearest = cKDTree(cell.position).query(everything)
    kinds = np.repeat(list(places), [len(at) for at in places.values()])
    return pd.DataFrame(
        {
            "node_id": cell.node_id[nearest],
            "type": kinds.astype(object),
            **dict(zip("xyz", everything.T, strict=True)),
        }
    )


def _connectors(
    client: Any, root_id: int, cell: Morphology, notes: list[str]
) -> pd.DataFrame | None:
    tables = {}
    try:
        for kind in ("pre", "post"):
            found = client.materialize.synapse_query(
                **{f"{kind}_ids": root_id}, desired_resolution=[1, 1, 1], metadata=False
            )
            at = np.array(found[f"{kind}_pt_position"].tolist(), dtype=np.float64)
            tables[kind] = at.reshape(-1, 3) * 1e-3
    except Exception as fault:  # the skeleton is there, and is worth more
        notes.append(f"No synapses: {in_a_line(fault)}")
        return None
    return attach(cell, tables)


def _mesh(client: Any, root_id: int, notes: list[str]) -> Mesh | None:
    try:
        volume = client.info.segmentation_cloudvolume(progress=False)
        found = volume.mesh.get(root_id)
    except ImportError:
        notes.append(f"No mesh: it needs cloud-volume ({INSTALL}).")
        return None
    except Exception as fault:  # the skeleton is worth more
        notes.append(f"No mesh: {in_a_line(fault)}")
        return None
    surface = found[root_id] if isinstance(found, dict) else found
    vertices = np.asarray(surface.vertices, dtype=np.float64) * 1e-3
    return Mesh(vertices.astype(np.float32), np.asarray(surface.faces, dtype=np.int32))


def _skeletonised(mesh: Mesh, name: str) -> Morphology:
    import navis

    neuron = navis.MeshNeuron(
        {"vertices": mesh.vertices, "faces": mesh.faces}, units="1 micrometer", name=name
    )
    return Morphology.from_navis(navis.skeletonize(neuron))
