"""What each page of a PDF draws, as one digest a page: two pages with the same digest look the same to the last dot."""

import hashlib
import io
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Object, Stream

# They lead back to the page, or count what belongs to the file that it stands in.
_NOT_DRAWN = {"/Parent", "/P", "/StructParent", "/StructParents", "/Length"}


def drawn_pages(pdf: bytes) -> list[str]:
    """Content, size and all that the content names: fonts, pictures, colours. Raises pikepdf.PdfError where it cannot be opened."""
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        # Fonts are the same on every page: each is read once.
        known: dict[tuple[int, int], str] = {}
        return [
            _digest([page.mediabox, page.cropbox, page.obj.get("/Rotate", 0), page.obj.get("/Contents"), page.resources], known)
            for page in opened.pages
        ]


def _digest(parts: list[Any], known: dict[tuple[int, int], str]) -> str:
    return hashlib.sha256(" ".join(_told(one, known) for one in parts).encode()).hexdigest()


def _told(value: Any, known: dict[tuple[int, int], str]) -> str:
    if not isinstance(value, Object):
        return repr(value)
    if not value.is_indirect:
        return _written(value, known)
    if value.objgen not in known:
        # Until it is known, so that what names itself comes to an end.
        known[value.objgen] = "…"
        known[value.objgen] = hashlib.sha256(_written(value, known).encode()).hexdigest()
    return known[value.objgen]


def _written(value: Any, known: dict[tuple[int, int], str]) -> str:
    if isinstance(value, Array):
        return f"[{' '.join(_told(one, known) for one in value)}]"
    if isinstance(value, Dictionary | Stream):
        content = hashlib.sha256(value.read_raw_bytes()).hexdigest() if isinstance(value, Stream) else ""
        items = sorted((key, item) for key, item in value.items() if key not in _NOT_DRAWN)
        return f"<<{' '.join(f'{key} {_told(item, known)}' for key, item in items)}>>{content}"
    return repr(value)
