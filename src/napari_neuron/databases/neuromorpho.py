"""NeuroMorpho.Org: reconstructions from publications, by name."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from napari_neuron.databases.faults import said_clearly
from napari_neuron.databases.model import FetchedNeuron
from napari_neuron.errors import DatabaseError
from napari_neuron.morphology import read_swc

SERVER = "https://neuromorpho.org"
_PATIENCE = 30.0
_LARGEST = 2**27


def fetch_neuromorpho(name: str | int, *, server: str | None = None) -> FetchedNeuron:
    """Fetch a standardised reconstruction (CNG version), which is in µm.

    Unlike navis' reader, it does not wait forever for a server that does not answer, and keeps the
    header, which says what the archive changed.

    Parameters
    ----------
    name
        The neuron's name ("cnic_001"), or its number.
    server
        Address of the server; None: the archive's own.

    Returns
    -------
    FetchedNeuron
        The skeleton, in µm; the archive has no synapses and no mesh.

    Raises
    ------
    DatabaseError
        If there is no neuron of that name, or the server cannot be reached.
    """
    wanted = str(name).strip().removesuffix(".CNG.swc").removesuffix(".swc").removesuffix(".CNG")
    if not wanted:
        raise DatabaseError("NeuroMorpho: give the name of a neuron, such as cnic_001")
    server = server or SERVER
    kind = "id" if wanted.isdecimal() else "name"
    with said_clearly("NeuroMorpho", f"neuron {wanted!r}", "It needs none: try again later"):
        info = _get(f"{server}/api/neuron/{kind}/{quote(wanted)}").json()
        if not isinstance(info, dict) or not info.get("archive"):
            raise DatabaseError(f"NeuroMorpho has no neuron {wanted!r}: look it up on {server}")
        archive, called = str(info["archive"]).lower(), str(info["neuron_name"])
        file = f"dableFiles/{quote(archive)}/CNG%20version/{quote(called)}.CNG.swc"
        cell = read_swc(_get(f"{server}/{file}").content, units="um", name=called)
        about = [("archive", "archive"), ("species", "species"), ("cell type", "cell_type")]
        header = tuple(f" {word}: {_text(info[key])}" for word, key in about if info.get(key))
        evidence = "NeuroMorpho files are in µm"
        return FetchedNeuron(cell.replace(header=(*header, *cell.header), unit_evidence=evidence))


def _get(url: str) -> Any:
    import requests

    answer = requests.get(url, timeout=_PATIENCE)
    answer.raise_for_status()
    if len(answer.content) > _LARGEST:
        raise DatabaseError(f"NeuroMorpho: {url} is too large for a skeleton")
    return answer


def _text(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
