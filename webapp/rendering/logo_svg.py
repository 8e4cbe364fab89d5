"""A drawing that somebody uploaded, drawn anew: only shapes, only what is inside it, and no more than a logo needs.

The order matters (CWE-611, CWE-776, CWE-918): first what it weighs, then what it is, then what is left of it. Nothing draws the raw file.
"""

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from webapp.domain import limits
from webapp.rendering.word_xml import XmlRefusedError, parse_xml

_SVG, _XLINK = "http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"
_HREFS = ("href", f"{{{_XLINK}}}href")
_DEEPEST = 40
_MOST_NODES = 5_000
_LARGEST = 100_000
_MOST_STRETCHED = 20

_DRAWN = frozenset(
    [
        "svg",
        "g",
        "path",
        "rect",
        "circle",
        "ellipse",
        "line",
        "polyline",
        "polygon",
        "defs",
        "linearGradient",
        "radialGradient",
        "stop",
        "clipPath",
        "mask",
        "use",
        "symbol",
    ]
)
_WRITTEN = frozenset(["text", "tspan", "textPath"])
_REFERRING = frozenset(["use", "linearGradient", "radialGradient"])
_STYLES = frozenset(
    [
        "fill",
        "fill-rule",
        "fill-opacity",
        "stroke",
        "stroke-width",
        "stroke-linecap",
        "stroke-linejoin",
        "stroke-miterlimit",
        "stroke-dasharray",
        "stroke-dashoffset",
        "stroke-opacity",
        "opacity",
        "clip-path",
        "clip-rule",
        "mask",
        "stop-color",
        "stop-opacity",
        "color",
        "display",
        "visibility",
    ]
)
_ATTRIBUTES = _STYLES | frozenset(
    [
        "x",
        "y",
        "x1",
        "y1",
        "x2",
        "y2",
        "cx",
        "cy",
        "r",
        "rx",
        "ry",
        "fx",
        "fy",
        "width",
        "height",
        "d",
        "points",
        "viewBox",
        "preserveAspectRatio",
        "transform",
        "offset",
        "gradientUnits",
        "gradientTransform",
        "clipPathUnits",
        "maskUnits",
        "maskContentUnits",
    ]
)
_NAME = re.compile(r"[\w.:-]{1,200}")
_WITHIN = re.compile(r"url\(\s*[\"']?#([\w.:-]{1,200})[\"']?\s*\)")
# No escape, comment, markup or rule can be written without one of these.
_STRANGE = re.compile(r"[\\<>&{}@]|/\*|javascript:|data:|expression", re.IGNORECASE)
_LENGTH = re.compile(r"([0-9]*\.?[0-9]+(?:e[+-]?[0-9]+)?)(?:px|pt|pc|mm|cm|in)?")
_RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")
_CLASS = re.compile(r"\s*(?:\w+)?\.([\w-]+)\s*")

_TOO_LARGE = f"The drawing is larger than {limits.LOGO_SVG_BYTES // 1_000} kB. Save it simpler, or as PNG."
_NO_DRAWING = "This is no SVG that can be read: it is not whole, or declares a document type. Save the logo as “plain SVG”, or as PNG."
_TOO_INTRICATE = "This drawing is more intricate than a logo can be. Save it simpler, or as PNG."
_OUTSIDE = "This drawing refers to something outside itself. Put everything into the file, or save the logo as PNG."
_LETTERS = "This drawing holds letters, which would be printed in another font. Turn them into paths (outlines), or save the logo as PNG."
_NO_SIZE = "This drawing does not say how large it is, or is far too long for a logo. Save it with a “viewBox”, or as PNG."


class DrawingRefusedError(Exception):
    """The drawing is not taken; `str(error)` says why, for a person."""


@dataclass(frozen=True)
class Drawing:
    """A drawing of our own making."""

    content: bytes
    width: float
    height: float
    has_gradients: bool = False


def clean_svg(data: bytes) -> Drawing:
    """The shapes of the drawing, written anew. Raises DrawingRefusedError.

    Programs, styles that are not plain, pictures, filters, patterns, movement and text for editors are left out; what refers outside is
    refused; and so is what would take a renderer more than five thousand shapes, however short it is written.
    """
    if len(data) > limits.LOGO_SVG_BYTES:
        raise DrawingRefusedError(_TOO_LARGE)
    try:
        root = parse_xml(data, deepest=_DEEPEST, most=_MOST_NODES)
    except XmlRefusedError as error:
        raise DrawingRefusedError(_TOO_INTRICATE if error.is_too_much else _NO_DRAWING) from error
    if root.tag != f"{{{_SVG}}}svg":
        raise DrawingRefusedError(_NO_DRAWING)
    drawn = _copy(root, _classes(root))
    _refuse_bombs(drawn)
    width, height = _sized(drawn)
    ElementTree.register_namespace("", _SVG)
    has_gradients = any(_local(element).endswith("Gradient") for element in drawn.iter())
    return Drawing(ElementTree.tostring(drawn, encoding="utf-8"), width, height, has_gradients)


def _local(element: Element) -> str:
    """The name of an element of SVG; empty for what is of another language."""
    address, _, local = str(element.tag).rpartition("}")
    return local if address == f"{{{_SVG}" else ""


def _copy(element: Element, classes: Mapping[str, Mapping[str, str]]) -> Element:
    name = _local(element)
    copied = Element(f"{{{_SVG}}}{name}", dict(_kept(element, name, classes)))
    for child in element:
        kind = _local(child)
        if kind in _WRITTEN:
            raise DrawingRefusedError(_LETTERS)
        if kind in _DRAWN:
            copied.append(_copy(child, classes))
    return copied


def _kept(element: Element, name: str, classes: Mapping[str, Mapping[str, str]]) -> Iterator[tuple[str, str]]:
    """Attributes, then classes, then the style of the element itself: the later wins, as in CSS."""
    for key, value in element.attrib.items():
        if key in _HREFS and name in _REFERRING:
            if not value.startswith("#") or not _NAME.fullmatch(value[1:]):
                raise DrawingRefusedError(_OUTSIDE)
            yield "href", value
        elif key == "id" and _NAME.fullmatch(value):
            yield key, value
        elif key in _ATTRIBUTES:
            yield key, _clean(value)
    for one in element.get("class", "").split():
        yield from classes.get(one, {}).items()
    yield from _declared(element.get("style", ""))


def _declared(style: str) -> Iterator[tuple[str, str]]:
    for declaration in style.split(";"):
        key, _, value = declaration.partition(":")
        if key.strip() in _STYLES:
            yield key.strip(), _clean(value.replace("!important", "").strip())


def _classes(root: Element) -> dict[str, dict[str, str]]:
    """The plain rules of its style sheets, as drawing programs write them: what stands under “.name”."""
    rules: dict[str, dict[str, str]] = {}
    for sheet in root.iter(f"{{{_SVG}}}style"):
        for selectors, body in _RULE.findall(sheet.text or ""):
            for selector in selectors.split(","):
                if found := _CLASS.fullmatch(selector):
                    rules.setdefault(found[1], {}).update(_declared(body))
    return rules


def _clean(value: str) -> str:
    if _STRANGE.search(value) or "url" in _WITHIN.sub("", value).lower():
        raise DrawingRefusedError(_OUTSIDE)
    return value


def _refuse_bombs(root: Element) -> None:
    """What it weighs when everything that is referred to is drawn where it is referred to; in circles it is never drawn at all."""
    # Of two with one name, nobody knows which is drawn.
    known: dict[str, list[Element]] = {}
    for element in root.iter():
        known.setdefault(element.get("id", ""), []).append(element)
    weights: dict[Element, int] = {}
    under_way: set[Element] = set()

    def weigh(element: Element) -> int:
        if element in weights:
            return weights[element]
        if element in under_way:
            raise DrawingRefusedError(_TOO_INTRICATE)
        under_way.add(element)
        parts = [*element, *(target for one in _referred(element) for target in known.get(one, ()))]
        weights[element] = 1 + sum(weigh(part) for part in parts)
        under_way.discard(element)
        if weights[element] > _MOST_NODES:
            raise DrawingRefusedError(_TOO_INTRICATE)
        return weights[element]

    try:
        weigh(root)
    except RecursionError as error:
        # Five thousand that each refer to the next.
        raise DrawingRefusedError(_TOO_INTRICATE) from error


def _referred(element: Element) -> Iterator[str]:
    if target := element.get("href"):
        yield target[1:]
    for value in element.attrib.values():
        yield from _WITHIN.findall(value)


def _sized(root: Element) -> tuple[float, float]:
    """Its width and height in its own units, which stand in it from now on."""
    numbers = _numbers(root.get("viewBox", "")) or [0.0, 0.0, _length(root.get("width", "")), _length(root.get("height", ""))]
    _x, _y, width, height = numbers if len(numbers) == 4 else [0.0] * 4
    is_plausible = 0 < width < _LARGEST and 0 < height < _LARGEST and 1 / _MOST_STRETCHED <= width / height <= _MOST_STRETCHED
    if not is_plausible or not all(math.isfinite(one) for one in numbers):
        raise DrawingRefusedError(_NO_SIZE)
    root.set("viewBox", " ".join(f"{one:.6g}" for one in numbers))
    root.set("width", f"{width:.6g}")
    root.set("height", f"{height:.6g}")
    return width, height


def _numbers(typed: str) -> list[float]:
    try:
        return [float(one) for one in re.split(r"[\s,]+", typed.strip()) if one]
    except ValueError:
        return []


def _length(typed: str) -> float:
    found = _LENGTH.fullmatch(typed.strip())
    return float(found[1]) if found else 0.0
