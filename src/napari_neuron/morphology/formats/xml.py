"""XML skeleton files as a stream of elements: no tree in memory, no entities, no depth too deep."""

from __future__ import annotations

import io
from collections.abc import Mapping
from xml.sax import SAXException
from xml.sax.handler import ContentHandler
from xml.sax.xmlreader import AttributesImpl, InputSource

from defusedxml.common import DefusedXmlException
from defusedxml.sax import make_parser

from napari_neuron.errors import SkeletonFileError
from napari_neuron.morphology.formats.content import real, require_short

_LARGEST_ID = 2**63 - 1


class Elements(ContentHandler):
    """What a format does with the elements of its files: `begin`, `text` and `finish`."""

    def __init__(self, shown: str) -> None:
        super().__init__()
        self.shown = shown
        self._locator: object = None

    def begin(self, name: str, attributes: Mapping[str, str]) -> None:
        """Take an element, without the prefix of its namespace."""

    def finish(self, name: str) -> None:
        """Take the end of an element."""

    def text(self, content: str) -> None:
        """Take text, in pieces."""

    @property
    def line(self) -> int:
        """The line the parser is at."""
        return int(self._locator.getLineNumber() or 1)  # type: ignore[attr-defined]

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

    # What follows is called by the parser, by these names.

    def startElement(self, name: str, attrs: AttributesImpl) -> None:
        """Pass an element on."""
        self.begin(name.rpartition(":")[2], dict(attrs.items()))

    def endElement(self, name: str) -> None:
        """Pass the end of an element on."""
        self.finish(name.rpartition(":")[2])

    def characters(self, content: str) -> None:
        """Pass text on."""
        self.text(content)


def parse(content: bytes, elements: Elements) -> None:
    """Send the elements of an XML file to a format.

    Raises
    ------
    SkeletonFileError
        With the line, if it is not XML, defines entities, or ``elements`` refuses it.
    """
    shown = elements.shown
    require_short(content, shown)
    parser = make_parser()
    parser.forbid_dtd = True
    parser.setContentHandler(elements)
    source = InputSource()
    source.setByteStream(io.BytesIO(content))
    try:
        parser.parse(source)
    except SkeletonFileError:
        raise
    except DefusedXmlException:
        problem = "defines entities or a document type, as no skeleton does and as attacks do"
        raise SkeletonFileError(shown, elements.line, problem, "Remove <!DOCTYPE ...>.") from None
    except SAXException as fault:
        line = getattr(fault, "getLineNumber", lambda: None)()
        problem = f"is not well-formed XML ({fault.getMessage()})"
        remedy = "Export it again, or fetch it again: it may have been cut off."
        raise SkeletonFileError(shown, line, problem, remedy) from None
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
