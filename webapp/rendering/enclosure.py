"""What goes to the press beside the HTML: the pictures that it may show, and the files that travel inside the PDF."""

import base64
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any

from webapp.domain.document import Picture


@dataclass(frozen=True)
class EnclosedFile:
    """A file inside the PDF. What kind it is, readers tell from its name.

    `relationship` is one of ISO 19005-3, 6.8: Data is what the document was made from, Supplement what stands beside it.
    """

    name: str
    description: str
    relationship: str
    content: bytes
    dated: date


@dataclass(frozen=True)
class Enclosure:
    """Nothing, as a rule."""

    pictures: Mapping[str, Picture] = field(default_factory=dict)
    """By SHA-256; the HTML calls each `asset:picture/<SHA-256>`."""
    files: tuple[EnclosedFile, ...] = ()


def as_job(enclosure: Enclosure) -> dict[str, Any]:
    """The enclosure as a part of the one line of JSON that the press is given."""
    pictures = {sha256: [one.media_type, _text_of(one.content)] for sha256, one in enclosure.pictures.items()}
    files = [
        {
            "name": one.name,
            "description": one.description,
            "relationship": one.relationship,
            "content": _text_of(one.content),
            "dated": one.dated.isoformat(),
        }
        # The names inside a PDF are a sorted tree (ISO 32000-1, 7.9.6).
        for one in sorted(enclosure.files, key=lambda one: one.name)
    ]
    return {"pictures": pictures, "files": files}


def pictures_of(job: Mapping[str, Any]) -> dict[str, tuple[bytes, str]]:
    """Content and media type of each picture, by the address that the HTML has for it."""
    return {f"asset:picture/{sha256}": (base64.b64decode(coded), kind) for sha256, (kind, coded) in job["pictures"].items()}


def files_of(job: Mapping[str, Any]) -> Iterable[tuple[EnclosedFile, datetime]]:
    """Each file, and the instant that stands as the time at which it was made: never that of the clock."""
    for one in job["files"]:
        dated = date.fromisoformat(one["dated"])
        content = base64.b64decode(one["content"])
        instant = datetime.combine(dated, time())
        yield EnclosedFile(one["name"], one["description"], one["relationship"], content, dated), instant


def _text_of(content: bytes) -> str:
    return base64.b64encode(content).decode("ascii")
