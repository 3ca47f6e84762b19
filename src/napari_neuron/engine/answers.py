"""The main program of the process that `napari_neuron.engine.ask` starts; numpy and NEURON only.

A question is the name of a function here and its arguments, as JSON on standard input. Its answer
follows a mark on standard output, after whatever NEURON prints.
"""

from __future__ import annotations

import contextlib
import faulthandler
import json
import os
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from napari_neuron.engine.kinetics_clamp import clamp_gates
from napari_neuron.engine.neuron_model import import_neuron, load_library
from napari_neuron.errors import NeuronNotAvailable, SimulationError

_NOT_MECHANISMS = frozenset({"morphology", "capacitance"})
_PARAMETER, _ASSIGNED, _STATE, _GLOBAL = 1, 2, 3, -1  # NEURON's numbers for kinds of variables


def main() -> None:
    """Answer the one question on standard input."""
    faulthandler.enable(all_threads=False)
    os.environ["NEURON_MODULE_OPTIONS"] = "-nogui"
    out = os.fdopen(os.dup(sys.stdout.fileno()), "wb", buffering=0)
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    question, values = json.load(sys.stdin)
    try:
        reply = {"answer": QUESTIONS[question](**values)}
    except NeuronNotAvailable as error:
        reply = {"unavailable": str(error)}
    except SimulationError as error:
        reply = {"problem": str(error)}
    except Exception as error:  # NEURON raises its hoc errors as whatever comes to hand
        reply = {"problem": f"NEURON refused: {error}"}
    out.write(b"\x00napari-neuron answer " + json.dumps(reply).encode())
    out.close()
    os._exit(0)  # nothing of NEURON's own end may go wrong any more


def installation() -> dict[str, str]:
    """Return NEURON's version and the folder of its programs."""
    import_neuron()
    import neuron

    return {"version": str(neuron.__version__), "folder": str(Path(neuron.__file__).parent)}


def catalogue(library: str = "") -> dict[str, Any]:
    """Return all mechanisms and ions, as the dicts of `Catalogue.from_plain`."""
    h = import_neuron()
    built_in = {name for kind in (0, 1) for name in _names(h, kind)}
    load_library(library)
    h.ion_register("ca", 2)  # known to NEURON only once a mechanism uses it
    section = h.Section()
    mechanisms = [
        _mechanism(h, section, kind, name, name in built_in)
        for kind in (0, 1)
        for name in _names(h, kind)
        if name not in _NOT_MECHANISMS and not name.endswith("_ion")
    ]
    order = {"density": 0, "point_process": 1, "artificial_cell": 2}
    mechanisms.sort(key=lambda m: (order[m["kind"]], m["name"].lower()))
    ions = [name.removesuffix("_ion") for name in _names(h, 0) if name.endswith("_ion")]
    return {
        "neuron": str(h.nrnversion(5)),
        "mechanisms": mechanisms,
        "ions": [_ion(h, ion) for ion in sorted(ions)],
    }


def _names(h: Any, kind: int) -> list[str]:
    types, name = h.MechanismType(kind), h.ref("")
    found = []
    for index in range(int(types.count())):
        types.select(index)
        types.selected(name)
        found.append(str(name[0]))
    return found


def _ion(h: Any, ion: str) -> dict[str, Any]:
    section = h.Section()
    section.insert(f"{ion}_ion")
    segment = section(0.5)
    return {
        "name": ion,
        "e": float(getattr(segment, f"e{ion}")),
        "inside": float(getattr(segment, f"{ion}i")),
        "outside": float(getattr(segment, f"{ion}o")),
        "charge": float(h.ion_charge(f"{ion}_ion")),
    }


def _mechanism(h: Any, section: Any, kind: int, name: str, built_in: bool) -> dict[str, Any]:
    types = h.MechanismType(kind)
    types.select(name)
    code = _without_comments(str(types.code()))
    is_cell = bool(kind and types.is_artificial(int(types.selected())))
    if kind == 0:
        section.insert(name)
        owner = section(0.5)
    else:
        owner = getattr(h, name)() if is_cell else getattr(h, name)(section(0.5))
    variables = {
        number: [_variable(h, owner, kind, name, *found) for found in _listed(h, name, number)]
        for number in (_PARAMETER, _ASSIGNED, _STATE)
    }
    parameters, assigned = variables[_PARAMETER], variables[_ASSIGNED]
    for one in [v for v in assigned if _is_given(str(types.code()), v["name"])]:
        assigned.remove(one)
        parameters.append(one)
    settable = set(re.findall(r"\w+", " ".join(_blocks(code, "PARAMETER"))))
    for found, size in _listed(h, name, _GLOBAL):
        if found.startswith("usetable_"):
            continue  # ours: the engine switches rate tables on
        one = _variable(h, h, 0, name, found, size) | {"scope": "global"}
        (parameters if one["name"] in settable else assigned).append(one)
    if kind == 0:
        section.uninsert(name)
    return {
        "name": name,
        "kind": "artificial_cell" if is_cell else ("density", "point_process")[kind],
        "parameters": parameters,
        "states": variables[_STATE],
        "assigned": assigned,
        "ions": _ion_use(code),
        "pointers": _pointers(code),
        "takes_events": bool(kind and types.is_netcon_target(int(types.selected()))),
        "sends_events": bool(kind and types.has_net_event(int(types.selected()))),
        "source": "" if built_in else Path(str(types.file())).name,
    }


def _listed(h: Any, mechanism: str, kind_of_variable: int) -> list[tuple[str, int]]:
    standard, name = h.MechanismStandard(mechanism, kind_of_variable), h.ref("")
    found = []
    for index in range(int(standard.count())):
        size = int(standard.name(name, index))
        found.append((str(name[0]), size))
    return found


def _variable(
    h: Any, owner: Any, kind: int, mechanism: str, neuron_name: str, size: int
) -> dict[str, Any]:
    if kind and neuron_name == "del" and hasattr(owner, "delay"):
        neuron_name = "delay"  # del is a word of Python's
    asked = f"{mechanism}.{'del' if neuron_name == 'delay' else neuron_name}"
    unit, default = "", None
    for candidate in (asked, f"{mechanism}.{neuron_name}") if kind else (neuron_name,):
        with contextlib.suppress(Exception):
            unit = str(h.units(candidate))
            break
    if re.fullmatch(r"[\d.e+-]+", unit):
        unit = ""  # "1", or what NEURON takes for the unit of a GLOBAL with limits
    with contextlib.suppress(Exception):
        value = getattr(owner, neuron_name)
        default = float(value if size == 1 else value[0])
    if default is not None and default != default:
        default = None
    return {
        "name": neuron_name.removesuffix(f"_{mechanism}") if kind == 0 else neuron_name,
        "neuron_name": neuron_name,
        "unit": unit,
        "default": default,
        "size": size,
    }


def _is_given(code: str, name: str) -> bool:
    """Return whether nothing in a MOD file sets an ASSIGNED variable, so that the user must."""
    verbatim = " ".join(re.findall(r"\bVERBATIM\b.*?\bENDVERBATIM\b", code, re.DOTALL))
    code = _without_comments(code)
    if name in _pointers(code) or not re.search(
        rf"\b{name}\b", " ".join(_blocks(code, "ASSIGNED"))
    ):
        return False
    is_set = re.search(rf"\b{name}\b\s*(\[[^\]]*\]\s*)?=(?!=)", code)
    return is_set is None and not re.search(rf"\b(_p_)?{name}\b", verbatim)


def _without_comments(code: str) -> str:
    code = re.sub(r"\bCOMMENT\b.*?\bENDCOMMENT\b", " ", code, flags=re.DOTALL)
    code = re.sub(r"\bVERBATIM\b.*?\bENDVERBATIM\b", " ", code, flags=re.DOTALL)
    return re.sub(r"[:?].*", "", code)


def _blocks(code: str, name: str) -> list[str]:
    return re.findall(rf"\b{name}\s*\{{([^}}]*)\}}", code)


def _pointers(code: str) -> list[str]:
    found: list[str] = []
    for block in _blocks(code, "NEURON"):
        for names in re.findall(r"\bPOINTER\s+(\w+(?:\s*,\s*\w+)*)", block):
            found += re.findall(r"\w+", names)
    return found


def _ion_use(code: str) -> list[dict[str, Any]]:
    found = []
    for block in _blocks(code, "NEURON"):
        for line in re.split(r"\bUSEION\b", block)[1:]:
            words = re.split(
                r"\b(RANGE|GLOBAL|POINTER|BBCOREPOINTER|NONSPECIFIC_CURRENT|ELECTRODE_CURRENT|"
                r"THREADSAFE|SUFFIX|POINT_PROCESS|REPRESENTS|RANDOM|EXTERNAL)\b",
                line,
            )[0]
            use: dict[str, Any] = {"ion": words.split()[0], "reads": [], "writes": []}
            for part, names in re.findall(
                r"\b(READ|WRITE)\b((?:(?!\bREAD\b|\bWRITE\b|\bVALENCE\b).)*)", words, re.DOTALL
            ):
                use["reads" if part == "READ" else "writes"] = re.findall(r"\w+", names)
            found.append(use)
    return found


QUESTIONS: dict[str, Callable[..., Any]] = {
    "installation": installation,
    "catalogue": catalogue,
    "kinetics": clamp_gates,
}
