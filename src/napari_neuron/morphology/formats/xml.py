"""XML skeleton files as a stream of elements: no tree in memory, no entities, limited depth."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from xml.sax import SAXException

from defusedxml.common import DefusedXmlException
from defusedxml.expatreader import DefusedExpatParser

from napari_neuron.errors import SkeletonFileError
from napari_neuron.morphology.formats.content import real, require_short

_LARGEST_ID = 2**63 - 1
_DEEPEST = 200
_CUT_OFF = "Export it again, or fetch it again: it may have been cut off."


class Elements:
    """What a format does with the elements of its files: `begin`, `text` and `finish`."""

    wants_text = False

    def __init__(self, shown: str) -> None:
        self.shown = shown
        self.line_now: Callable[[], int] = lambda: 1

    def begin(self, name: str, attributes: Mapping[str, str]) -> None:
        """Take an element, without the prefix of its namespace."""

    def finish(self, name: str) -> None:
        """Take the end of an element."""

    def text(self, content: str) -> None:
        """Take text, in pieces, if it is wanted."""

    @property
    def line(self) -> int:
        """The line the parser is at."""
        return self.line_now()

    def error(self, problem: str, remedy: str) -> SkeletonFileError:
        """Return an error that names this line."""
        return SkeletonFileError(self.shown, self.line, problem, remedy)

    def whole(self, name: str, attributes: Mapping[str, str], key: str) -> int:
        """Return an attribute that is an integer of 64 bits.

        Raises
        ------
        SkeletonFileError
            If it is missing or something else.
        """
        word = attributes.get(key, "").strip()
        digits = word.removeprefix("-")
        is_whole = digits.isascii() and digits.isdigit() and len(digits) < 20
        if not is_whole or int(digits) > _LARGEST_ID:
            problem = f"<{name}> has {key}={word[:30]!r}, which is not an integer of 64 bits"
            raise self.error(problem, "Give it one.")
        return int(word)

    def number(
        self, name: str, attributes: Mapping[str, str], key: str, missing: float | None = None
    ) -> float:
        """Return an attribute that is a coordinate or a radius.

        Raises
        ------
        SkeletonFileError
            If it is something else, or is missing and there is nothing for that case.
        """
        word = attributes.get(key)
        value = missing if word is None else real(word.strip())
        if value is None:
            what = "no " + key if word is None else f"{key}={word[:30]!r}"
            raise self.error(f"<{name}> has {what}, where a number is needed", "Give it one.")
        return value


class _Parser(DefusedExpatParser):  # type: ignore[misc]
    """The guarded parser, sending elements on without the detour of SAX's attribute objects."""

    def __init__(self, elements: Elements) -> None:
        self._elements = elements
        self._depth = 0
        super().__init__(forbid_dtd=True)
        elements.line_now = self.getLineNumber

    def reset(self) -> None:
        super().reset()
        expat = self._parser  # as defusedxml itself does
        expat.StartElementHandler = self._begin
        expat.EndElementHandler = self._finish
        expat.CharacterDataHandler = self._elements.text if self._elements.wants_text else None

    def _begin(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise self._elements.error(f"elements are nested {self._depth} deep", _CUT_OFF)
        self._elements.begin(name.rpartition(":")[2], attributes)

    def _finish(self, name: str) -> None:
        self._depth -= 1
        self._elements.finish(name.rpartition(":")[2])


def parse(content: bytes, elements: Elements) -> None:
    """Send the elements of an XML file to a format.

    Raises
    ------
    SkeletonFileError
        With the line, if it is not XML, defines entities, or ``elements`` refuses it.
    """
    shown = elements.shown
    require_short(content, shown)
    try:
        parser = _Parser(elements)
        parser.feed(content)
        parser.close()
    except SkeletonFileError:
        raise
    except DefusedXmlException:
        problem = "defines entities or a document type, as no skeleton does and as attacks do"
        raise SkeletonFileError(shown, elements.line, problem, "Remove <!DOCTYPE ...>.") from None
    except SAXException as fault:
        line = getattr(fault, "getLineNumber", lambda: None)()
        problem = f"is not well-formed XML ({fault.getMessage()})"
        raise SkeletonFileError(shown, line, problem, _CUT_OFF) from None
    except (ValueError, LookupError) as fault:  # an encoding that Python does not have
        problem = f"cannot be decoded ({str(fault)[:80]})"
        raise SkeletonFileError(shown, None, problem, "Save it as UTF-8.") from None


class _Root(Elements):
    name = ""

    def begin(self, name: str, attributes: Mapping[str, str]) -> None:
        self.name = name
        raise SAXException("enough")


def root_of(content: bytes, shown: str) -> str:
    """Return the name of the outermost element.

    Raises
    ------
    SkeletonFileError
        If there is none.
    """
    root = _Root(shown)
    try:
        parse(content, root)
    except SkeletonFileError:
        if not root.name:
            raise
    return root.name
