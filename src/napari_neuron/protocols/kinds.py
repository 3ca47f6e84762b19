"""All protocols there are; one more is a class of its own file, and a name here."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

from pydantic import Field

from napari_neuron.errors import ExperimentError
from napari_neuron.protocols.base import Protocol
from napari_neuron.protocols.convergence import ConvergenceCheck
from napari_neuron.protocols.f_i_curve import FICurve
from napari_neuron.protocols.step_responses import StepResponses
from napari_neuron.protocols.synapse_threshold import SynapseThreshold
from napari_neuron.protocols.transfer import TransferResistance
from napari_neuron.spec.base import read_json

PROTOCOLS: tuple[type[Protocol], ...] = (
    StepResponses,
    FICurve,
    SynapseThreshold,
    TransferResistance,
    ConvergenceCheck,
)

AnyProtocol = Annotated[
    StepResponses | FICurve | SynapseThreshold | TransferResistance | ConvergenceCheck,
    Field(discriminator="kind"),
]


def kind_of(protocol: Protocol | type[Protocol]) -> str:
    """Return the ``kind`` tag of a protocol."""
    return str(protocol.model_fields["kind"].default)


def protocol_from_json(text: str | bytes) -> Protocol:
    """Read a protocol of any kind from JSON text.

    Raises
    ------
    ExperimentError
        If the text is not JSON, or no protocol, or a field is unknown, missing or out of range.
    """
    values: Any = read_json(text)
    kinds = {kind_of(protocol): protocol for protocol in PROTOCOLS}
    kind = values.get("kind") if isinstance(values, dict) else None
    if kind not in kinds:
        raise ExperimentError("kind", f"must be one of {', '.join(kinds)} (got {kind!r})")
    return kinds[kind](**values)


def load_protocol(path: str | Path) -> Protocol:
    """Read a protocol of any kind from a JSON file.

    Raises
    ------
    ExperimentError
        If the file is something else.
    OSError
        If it cannot be read.
    """
    return protocol_from_json(Path(path).read_bytes())
