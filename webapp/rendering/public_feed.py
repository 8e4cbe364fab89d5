"""The changes of a public letter as an Atom feed (RFC 4287)."""

from xml.etree import ElementTree

from webapp.domain.deadline import iso_utc
from webapp.domain.public_letter import PublicLetter
from webapp.rendering.public_words import change_words

_ATOM = "http://www.w3.org/2005/Atom"
# What XML 1.0 cannot hold stands in no title: every line that is taken from people is free of it.


def feed(letter: PublicLetter, address: str, own: str) -> bytes:
    """`address` is the page of the letter, `own` that of the feed."""
    ElementTree.register_namespace("", _ATOM)
    root = ElementTree.Element(f"{{{_ATOM}}}feed", {"xml:lang": letter.language})
    _add(root, "id", address)
    _add(root, "title", letter.title)
    _add(root, "updated", iso_utc(letter.changes[0].at))
    ElementTree.SubElement(root, f"{{{_ATOM}}}link", {"rel": "alternate", "href": address, "type": "text/html"})
    ElementTree.SubElement(root, f"{{{_ATOM}}}link", {"rel": "self", "href": own, "type": "application/atom+xml"})
    _add(ElementTree.SubElement(root, f"{{{_ATOM}}}author"), "name", letter.lead_society)
    for change in letter.changes:
        entry = ElementTree.SubElement(root, f"{{{_ATOM}}}entry")
        _add(entry, "id", f"{address}#{change.key}")
        _add(entry, "title", change_words(change, letter))
        _add(entry, "updated", iso_utc(change.at))
        ElementTree.SubElement(entry, f"{{{_ATOM}}}link", {"rel": "alternate", "href": address})
    made: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return made


def _add(parent: ElementTree.Element, name: str, text: str) -> None:
    ElementTree.SubElement(parent, f"{{{_ATOM}}}{name}").text = text
