"""XML that strangers wrote: parsed without document types, entities or network, and within bounds of depth and size."""

from typing import Any
from xml.etree import ElementTree
from xml.parsers import expat

_DEEPEST = 150
MOST_ELEMENTS = 100_000

# Word’s “strict” files name the same things by other addresses.
_STRICT = "http://purl.oclc.org/ooxml/"
_TRANSITIONAL = {
    f"{_STRICT}wordprocessingml/main": "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
    f"{_STRICT}officeDocument/relationships": "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
    f"{_STRICT}officeDocument/math": "http://schemas.openxmlformats.org/officeDocument/2006/math",
}


class XmlRefusedError(Exception):
    """The XML is not read; `str(error)` says why, for a person. `is_too_much`: it is deeper or longer than it may be."""

    def __init__(self, why: str, *, is_too_much: bool = False) -> None:
        super().__init__(why)
        self.is_too_much = is_too_much


def parse_xml(data: bytes, *, deepest: int = _DEEPEST, most: int = MOST_ELEMENTS) -> ElementTree.Element:
    """The tree. Raises XmlRefusedError for a document type, for more levels or elements than these, and for broken XML."""
    reading = _Reading(deepest, most)
    try:
        reading.parser.Parse(data, True)
    except (expat.ExpatError, ValueError) as error:
        raise XmlRefusedError("This Word file is damaged. Open it in Word and save it again.") from error
    return reading.builder.close()


class _Reading:
    """The parser with the bounds that it has to keep while it builds the tree."""

    def __init__(self, deepest: int, most: int) -> None:
        self._deepest, self._most = deepest, most
        self.builder = ElementTree.TreeBuilder()
        self.parser = expat.ParserCreate(None, "}")
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self.builder.data
        self.parser.StartDoctypeDeclHandler = self._refuse_type
        self._depth = self._count = 0

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        self._count += 1
        if self._depth > self._deepest:
            raise XmlRefusedError("This file is nested more deeply than a text can be, and is not opened.", is_too_much=True)
        if self._count > self._most:
            sentence = "This file is more intricate than a letter can be. Take out what does not belong to the text."
            raise XmlRefusedError(sentence, is_too_much=True)
        self.builder.start(_named(name), {_named(key): value for key, value in attributes.items()})

    def _end(self, name: str) -> None:
        self._depth -= 1
        self.builder.end(_named(name))

    def _refuse_type(self, *_declared: Any) -> None:
        # Word never writes one; what it can do is name other files and grow without end (CWE-611, CWE-776).
        raise XmlRefusedError("This file declares a document type, which Word never does, and is not opened.")


def _named(name: str) -> str:
    address, separator, local = name.rpartition("}")
    return f"{{{_TRANSITIONAL.get(address, address)}}}{local}" if separator else local
