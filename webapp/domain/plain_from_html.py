"""The words of a mail that came as HTML: text and nothing else. No picture is asked for, no style or script is read (R20)."""

import re
from dataclasses import dataclass, field
from html import unescape

_LINE_ENDS = frozenset(
    {"br", "p", "div", "tr", "li", "ul", "ol", "table", "blockquote", "hr", "h1", "h2", "h3", "h4", "h5", "h6", "section", "article", "pre"}
)
_UNREAD = frozenset({"script", "style", "head", "title", "template", "noscript", "svg", "object", "iframe"})
_PICTURES = frozenset({"img", "image", "picture", "video", "audio", "source", "embed", "iframe", "object"})
_ADDRESS = re.compile(r"""href=["']?(https?://[^\s"'<>]{1,1000})""", re.IGNORECASE)
_NAME = re.compile(r"/?([A-Za-z][A-Za-z0-9]{0,15})")


@dataclass
class _Reader:
    """Goes through the pieces between the angle brackets once: no tree is built, so that no depth and no length is too much."""

    written: list[str] = field(default_factory=list)
    unread: str = ""
    """The element whose content is no text for people, until it ends; “!--” in a comment."""
    address: str = ""
    has_pictures: bool = False

    def read(self, piece: str) -> None:
        """What stands behind one “<”, up to the next."""
        if self.unread == "!--" or (not self.unread and piece.startswith("!--")):
            _comment, end, after = piece.partition("-->")
            self.unread = "" if end else "!--"
            self._write(after)
            return
        tag, end, after = piece.partition(">")
        found = _NAME.match(tag)
        if found is None or not end:
            # No tag at all: “a < b”. A declaration says nothing to anybody.
            self._write("" if piece.startswith(("!", "?")) else f"<{piece}")
            return
        self._tag(found[1].lower(), tag)
        self._write(after)

    def _tag(self, name: str, tag: str) -> None:
        is_end = tag.startswith("/")
        self.has_pictures = self.has_pictures or (name in _PICTURES and not is_end)
        if self.unread:
            self.unread = "" if is_end and name == self.unread else self.unread
        elif name in _UNREAD and not is_end and not tag.endswith("/"):
            self.unread = name
        elif name == "a":
            self._link(tag, is_end=is_end)
        elif name in _LINE_ENDS:
            self.written.append("\n")
        elif name in {"td", "th"} and not is_end:
            self.written.append("  ")

    def _link(self, tag: str, *, is_end: bool) -> None:
        if is_end and self.address:
            self.written.append(f" <{self.address}>")
        found = None if is_end else _ADDRESS.search(tag)
        self.address = unescape(found[1]) if found else ""

    def _write(self, text: str) -> None:
        if text and not self.unread:
            words = unescape(re.sub(r"\s+", " ", text))
            # Where the words of a link are its address, that is not said twice.
            self.address = "" if self.address and self.address in words else self.address
            self.written.append(words)


def plain_from_html(html: str) -> tuple[str, bool]:
    """The words, a line for each paragraph, and whether there were pictures. Takes a time in proportion to the length."""
    first, *pieces = html.split("<")
    reader = _Reader([unescape(re.sub(r"\s+", " ", first))])
    for piece in pieces:
        reader.read(piece)
    lines = (line.strip() for line in "".join(reader.written).split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip(), reader.has_pictures
