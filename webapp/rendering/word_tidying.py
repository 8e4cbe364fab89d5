"""A Word file made anew from what may be read of the one that came: text, lists, tables, notes, comments and links to the web."""

import io
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator
from urllib.parse import urlsplit
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from webapp.domain import limits
from webapp.rendering.word_package import WordPackage, WordRefusedError
from webapp.rendering.word_xml import XmlRefusedError, parse_xml

_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_NAMES = {
    "w": "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
    "r": f"{_OFFICE}/relationships",
    "m": f"{_OFFICE}/math",
    "v": "urn:schemas-microsoft-com:vml",
    "o": "urn:schemas-microsoft-com:office:office",
    "mc": "http://schemas.openxmlformats.org/markup-compatibility/2006",
}
_W = f"{{{_NAMES['w']}}}"
_ALTERNATIVES = f"{{{_NAMES['mc']}}}AlternateContent"
_RULE = f"{{{_NAMES['o']}}}hr"

# Besides the main part; nothing else of the file goes on.
_KINDS = ("styles", "numbering", "footnotes", "endnotes", "comments")
_PICTURES = {f"{_W}drawing", f"{_W}pict", f"{_W}object", _ALTERNATIVES}
_OLD_PROPERTIES = {f"{_W}{name}PrChange" for name in ("r", "p", "tbl", "tc", "tr", "sect", "tblEx")}
# Lists in Word have nine levels.
_DEEPEST_LEVEL = 8
_LIST_STYLE = "list-paragraph"
_SCHEMES = {"http", "https", "mailto"}


def tidied(data: bytes) -> tuple[bytes, Counter[str]]:
    """The new file, and how many images, text boxes, objects and tables of contents were left out.

    Raises WordRefusedError with a sentence.
    """
    package = WordPackage(data)
    main = _main_part(package)
    sources = {"document": main}
    for relation in package.relations(main):
        kind = relation.get("Type", "").rpartition("/")[2]
        if kind in _KINDS and relation.get("TargetMode") != "External" and relation["Target"] in package:
            sources.setdefault(kind, relation["Target"])
    left_out: Counter[str] = Counter()
    parts = {kind: _tidy(_tree(package, name), left_out) for kind, name in sources.items()}
    if parts["document"].tag != f"{_W}document":
        raise WordRefusedError("This is not a Word file (.docx).")
    _refuse_too_much(parts["document"])
    _give_points_a_range(parts["document"])
    if "styles" in parts:
        _join_to_their_items(parts["document"], _blank_lists(parts.get("numbering")), _list_style(parts["styles"]))
    links = {kind: list(_links(package.relations(name))) for kind, name in sources.items()}
    return _written(parts, links), left_out


def _refuse_too_much(root: Element) -> None:
    """What is longer than a text may be is refused here, because to convert it would take its time."""
    count = Counter(part.tag for part in root.iter())
    if count[f"{_W}p"] > limits.WORD_PARAGRAPHS or count[f"{_W}tc"] > limits.WORD_PARAGRAPHS:
        raise WordRefusedError(f"This text has more than {limits.WORD_PARAGRAPHS:,} paragraphs. Move parts to an appendix.")
    if sum(len(part.text or "") for part in root.iter() if part.tag in {f"{_W}t", f"{_W}delText"}) > 2 * limits.STATEMENT:
        raise WordRefusedError(f"The text has more than {limits.STATEMENT:,} characters. Shorten it, or move parts to an appendix.")
    # Each change is at least one mark, and a moved one four.
    if count[f"{_W}ins"] + count[f"{_W}del"] > 4 * limits.WORD_REMARKS:
        most = f"{limits.WORD_REMARKS:,}"
        raise WordRefusedError(f"This file has more than {most} changes and comments. Accept or reject some of them in Word first.")


def _main_part(package: WordPackage) -> str:
    if "[Content_Types].xml" not in package or "_rels/.rels" not in package:
        raise WordRefusedError("This is not a Word file (.docx).")
    if b"macroEnabled" in package.part("[Content_Types].xml"):
        raise WordRefusedError("This file may have macros. Save it in Word as .docx, which has none.")
    for relation in package.relations(""):
        if relation.get("Type", "").endswith("/officeDocument") and relation["Target"] in package:
            return relation["Target"]
    raise WordRefusedError("This is not a Word file (.docx).")


def _tree(package: WordPackage, name: str) -> Element:
    try:
        return parse_xml(package.part(name))
    except XmlRefusedError as error:
        raise WordRefusedError(str(error)) from error


def _tidy(root: Element, left_out: Counter[str]) -> Element:
    waiting = [root]
    while waiting:
        parent = waiting.pop()
        parent[:] = [kept for child in parent for kept in _kept(child, left_out)]
        waiting.extend(parent)
    return root


def _kept(child: Element, left_out: Counter[str]) -> Iterable[Element]:
    """The child itself, what stands in its place, or nothing."""
    if child.tag in _OLD_PROPERTIES:
        return ()
    if child.tag == f"{_W}ilvl":
        level = child.get(f"{_W}val", "0")
        child.set(f"{_W}val", level if level in "012345678" else str(_DEEPEST_LEVEL))
    if child.tag in _PICTURES and not any(_RULE in part.attrib for part in child.iter()):
        return _without_picture(child, left_out)
    if _is_contents(child):
        left_out["table of contents"] = 1
        return ()
    return (child,)


def _without_picture(child: Element, left_out: Counter[str]) -> Iterable[Element]:
    inside = {part.tag.rpartition("}")[2] for part in child.iter()}
    if child.tag == _ALTERNATIVES and not inside & {"drawing", "pict", "object"}:
        return [run for choice in child if choice.tag.endswith("}Fallback") for run in choice]
    kind = "text box" if "txbxContent" in inside else "embedded object" if child.tag == f"{_W}object" else "image"
    left_out[kind] += 1
    return ()


def _is_contents(child: Element) -> bool:
    """A table of contents, or one of its lines."""
    if child.tag == f"{_W}sdt":
        gallery = child.find(f"{_W}sdtPr/{_W}docPartObj/{_W}docPartGallery")
        return gallery is not None and gallery.get(f"{_W}val") == "Table of Contents"
    style = child.find(f"{_W}pPr/{_W}pStyle") if child.tag == f"{_W}p" else None
    return style is not None and (style.get(f"{_W}val") or "").upper().rstrip("123456789") in {"TOC", "TOCHEADING"}


def _give_points_a_range(root: Element) -> None:
    """A comment on a place and not on words has no range, and would be overlooked."""
    ranged = {start.get(f"{_W}id") for start in root.iter(f"{_W}commentRangeStart")}
    for parent in list(root.iter()):
        for run in list(parent):
            reference = run.find(f"{_W}commentReference") if run.tag == f"{_W}r" else None
            if reference is not None and (number := reference.get(f"{_W}id") or "") not in ranged:
                ranged.add(number)
                place = list(parent).index(run)
                parent.insert(place, Element(f"{_W}commentRangeEnd", {f"{_W}id": number}))
                parent.insert(place, Element(f"{_W}commentRangeStart", {f"{_W}id": number}))


def _blank_lists(numbering: Element | None) -> set[str | None]:
    """The numbers of lists whose items have no sign: so our own files hold the second paragraph of an item."""
    if numbering is None:
        return set()
    blank = {
        kind.get(f"{_W}abstractNumId")
        for kind in numbering.iter(f"{_W}abstractNum")
        if all(not (text.get(f"{_W}val") or "").strip() for text in kind.iter(f"{_W}lvlText")) and kind.find(f"{_W}lvl") is not None
    }
    kinds = ((one, one.find(f"{_W}abstractNumId")) for one in numbering.iter(f"{_W}num"))
    return {one.get(f"{_W}numId") for one, kind in kinds if kind is not None and kind.get(f"{_W}val") in blank}


def _list_style(styles: Element) -> str:
    """Word’s style for what belongs to an item but has no sign, under the one name by which pandoc knows it."""
    for style in styles.iter(f"{_W}style"):
        name = style.find(f"{_W}name")
        if name is not None and (name.get(f"{_W}val") or "").casefold() == "list paragraph":
            name.set(f"{_W}val", _LIST_STYLE)
            return style.get(f"{_W}styleId") or _LIST_STYLE
    style = ElementTree.SubElement(styles, f"{_W}style", {f"{_W}type": "paragraph", f"{_W}styleId": _LIST_STYLE})
    ElementTree.SubElement(style, f"{_W}name", {f"{_W}val": _LIST_STYLE})
    return _LIST_STYLE


def _join_to_their_items(root: Element, blank: set[str | None], list_style: str) -> None:
    for properties in root.iter(f"{_W}pPr"):
        numbering = properties.find(f"{_W}numPr")
        number = numbering.find(f"{_W}numId") if numbering is not None else None
        if numbering is not None and number is not None and number.get(f"{_W}val") in blank:
            properties.remove(numbering)
            for style in properties.findall(f"{_W}pStyle"):
                properties.remove(style)
            properties.insert(0, Element(f"{_W}pStyle", {f"{_W}val": list_style}))


def _links(relations: Iterable[dict[str, str]]) -> Iterator[tuple[str, str]]:
    """Addresses on the web and mailboxes; nothing that Word would fetch, such as a template or an image."""
    for relation in relations:
        if relation.get("Type", "").endswith("/hyperlink") and relation.get("TargetMode") == "External":
            address = relation.get("Target", "")
            if _scheme(address) in _SCHEMES:
                yield relation.get("Id", ""), address


def _scheme(address: str) -> str:
    try:
        return urlsplit(address).scheme
    except ValueError:
        return ""


def _written(parts: dict[str, Element], links: dict[str, list[tuple[str, str]]]) -> bytes:
    for prefix, address in _NAMES.items():
        ElementTree.register_namespace(prefix, address)
    file = io.BytesIO()
    # Stored: it goes no further than to the converter.
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("[Content_Types].xml", _xml(_types(parts)))
        archive.writestr("_rels/.rels", _xml(_relationships([("main", "officeDocument", "word/document.xml", None)])))
        for kind, root in parts.items():
            archive.writestr(f"word/{kind}.xml", _xml(root))
            others = [(f"{other}-part", other, f"{other}.xml", None) for other in parts if kind == "document" and other != kind]
            outer = [(number, "hyperlink", address, "External") for number, address in links[kind]]
            archive.writestr(f"word/_rels/{kind}.xml.rels", _xml(_relationships([*others, *outer])))
    return file.getvalue()


def _types(parts: Iterable[str]) -> Element:
    root = Element(f"{{{_PACKAGE}/content-types}}Types")
    for extension, kind in (("rels", "vnd.openxmlformats-package.relationships+xml"), ("xml", "xml")):
        ElementTree.SubElement(root, f"{{{_PACKAGE}/content-types}}Default", {"Extension": extension, "ContentType": f"application/{kind}"})
    for part in parts:
        kind = "document.main" if part == "document" else part
        content = f"application/vnd.openxmlformats-officedocument.wordprocessingml.{kind}+xml"
        ElementTree.SubElement(root, f"{{{_PACKAGE}/content-types}}Override", {"PartName": f"/word/{part}.xml", "ContentType": content})
    return root


def _relationships(relations: Iterable[tuple[str, str, str, str | None]]) -> Element:
    root = Element(f"{{{_PACKAGE}/relationships}}Relationships")
    for number, kind, target, mode in relations:
        facts = {"Id": number, "Type": f"{_OFFICE}/relationships/{kind}", "Target": target}
        ElementTree.SubElement(root, f"{{{_PACKAGE}/relationships}}Relationship", facts | ({"TargetMode": mode} if mode else {}))
    return root


def _xml(root: Element) -> bytes:
    written: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return written
