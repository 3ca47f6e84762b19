"""Advice on compiler errors in MOD files that older versions of NEURON accepted.

Since version 9, NEURON translates MOD files to C++, before that to C, and their VERBATIM blocks
often contain C that C++ refuses. The patterns are those of NEURON's guide "Adapting MOD files for
C++".
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from napari_neuron.engine.mod_files import ModSource
from napari_neuron.errors import ModProblem

GUIDE = "https://nrn.readthedocs.io/en/latest/guide/porting_mechanisms_to_cpp.html"

_ADVICE = (
    (
        r"ambiguating new declaration|conflicting declaration|conflicting types for"
        r"|functions that differ only in their return type",
        "NEURON declares this function itself: take its declaration out of the VERBATIM block",
    ),
    (
        r"too many arguments to function",
        "a declaration without arguments in the VERBATIM block hides NEURON's own: take it out",
    ),
    (
        r"invalid conversion from .*\*.* to .*\*"
        r"|(?:cannot initialize|assigning to) .*\*.* (?:with|from) .*void \*",
        "C++ does not convert pointers implicitly: write the cast, as in (double*) malloc(n)",
    ),
)


def with_advice(said: str, *, in_verbatim: bool) -> str:
    """Return what a compiler said, with advice for the user if there is any.

    Parameters
    ----------
    said
        One error of the compiler.
    in_verbatim
        Whether the MOD file has VERBATIM blocks: nothing else in it can be wrong for C++ alone.
    """
    if not in_verbatim:
        return said
    for pattern, advice in _ADVICE:
        if re.search(pattern, said):
            return f"{said}. {advice} (this NEURON compiles C++, older ones C: {GUIDE})"
    return said


def undefined_function(said: str, sources: Iterable[ModSource]) -> ModProblem | None:
    """Return the problem if a library does not load because a function is undefined.

    Parameters
    ----------
    said
        What the loader says; it has C++'s name of the function (``_Z9not_therePv``).
    sources
        The files the library was made of.

    Returns
    -------
    ModProblem or None
        With the file and line that name the function first; None if something else is wrong.
    """
    found = re.search(
        r"(?:undefined symbol:|[Ss]ymbol not found[^\n]*?) ?['‘]?_*(?:Z(\d+))?(\w+)", said
    )
    if found is None:
        return None
    name = found[2][: int(found[1])] if found[1] else found[2]
    problem = (
        f"nothing defines the function {name}(): it is neither NEURON's, as declared here, nor in "
        f"another of these files. If it is NEURON's, take the declaration out ({GUIDE})"
    )
    for source in sources:
        code = source.path.read_text(encoding="utf-8", errors="replace")
        for number, line in enumerate(without_comments(code).splitlines(), 1):
            if re.search(rf"\b{name}\b", line):
                return ModProblem(source.file.name, number, problem)
    return None


def without_comments(code: str) -> str:
    """Return a MOD file without its comments; line numbers stay the same."""

    def emptied(comment: re.Match[str]) -> str:
        return "\n" * comment[0].count("\n")

    code = re.sub(r"\bCOMMENT\b.*?\bENDCOMMENT\b", emptied, code, flags=re.DOTALL)
    parts = re.split(r"(\bVERBATIM\b.*?\bENDVERBATIM\b)", code, flags=re.DOTALL)
    # a colon or question mark is C's in a VERBATIM block
    parts[::2] = [re.sub(r"[:?].*", "", part) for part in parts[::2]]
    return "".join(parts)
