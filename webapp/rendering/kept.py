"""Drafts that were printed already: kept as files beside the data, each under the digest of all that goes into it.

Shared by the processes of one machine; another machine prints once itself. Nothing here is worth a backup.
"""

import hashlib
import json
import os
import tempfile
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import asdict
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from webapp.domain.document import LetterDocument
from webapp.rendering.environment import ROOT, STATIC, TEMPLATES
from webapp.rendering.pdf import letter_pdf

FOLDER = "drafts"
MOST_BYTES = 50_000_000
_DIGEST_BYTES = 32
_FOUND_IN = ("webapp/rendering", "webapp/domain")
_PROGRAMS = ("weasyprint", "pydyf", "pikepdf", "pypandoc-binary")


def kept_draft(folder: Path, document: LetterDocument, make: Callable[[LetterDocument], bytes] = letter_pdf) -> bytes:
    """The draft as a PDF, printed only where this very document has not been printed of late. Raises as `letter_pdf`."""
    file = folder / FOLDER / digest_of(document)
    kept = _read(file)
    if kept is not None:
        return kept
    made = make(document)
    # Without room, or where nothing can be written, it is printed each time.
    with suppress(OSError):
        _write(file, made)
        _make_room(file.parent)
    return made


def digest_of(document: LetterDocument) -> str:
    """Of everything in the document, and of everything that makes a PDF of it."""
    facts = json.dumps(asdict(document), sort_keys=True, default=_told)
    return hashlib.sha256(f"{_press_digest()}\n{facts}".encode()).hexdigest()


def _told(fact: Any) -> str:
    return hashlib.sha256(fact).hexdigest() if isinstance(fact, bytes) else str(fact)


@lru_cache(maxsize=1)
def _press_digest() -> str:
    """Of our programs, templates, styles and fonts: a change to one of them prints everything anew."""
    folders = [*(ROOT / name for name in _FOUND_IN), TEMPLATES / "documents", STATIC / "documents", STATIC / "vendor" / "csl"]
    told = hashlib.sha256(" ".join(version(name) for name in _PROGRAMS).encode())
    for path in _files([*folders, STATIC / "css" / "documents.css"]):
        told.update(path.relative_to(ROOT).as_posix().encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    for path in _files([STATIC / "fonts"]):
        # Thirty megabytes, which are replaced as whole files.
        told.update(f"{path.name} {path.stat().st_size}".encode())
    return told.hexdigest()


def _files(places: Iterable[Path]) -> list[Path]:
    found = [path for place in places for path in (place.rglob("*") if place.is_dir() else [place])]
    return sorted(path for path in found if path.is_file() and path.suffix != ".pyc")


def _read(file: Path) -> bytes | None:
    """What was kept; None where it is not there, or not whole, as after a loss of power."""
    try:
        whole = file.read_bytes()
    except OSError:
        return None
    digest, made = whole[:_DIGEST_BYTES], whole[_DIGEST_BYTES:]
    if hashlib.sha256(made).digest() != digest:
        return None
    # Looked at just now: the last to make room for others.
    with suppress(OSError):
        os.utime(file)
    return made


def _write(file: Path, made: bytes) -> None:
    """Beside its place first, then into it in one step: nobody ever reads half a file."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    number, beside = tempfile.mkstemp(dir=file.parent, prefix=".")
    try:
        with os.fdopen(number, "wb") as written:
            written.write(hashlib.sha256(made).digest() + made)
        Path(beside).replace(file)
    except BaseException:
        Path(beside).unlink(missing_ok=True)
        raise


def _make_room(folder: Path) -> None:
    """Those that were looked at last stay."""
    left = MOST_BYTES
    for _when, size, path in sorted(((entry.stat().st_mtime, entry.stat().st_size, entry) for entry in folder.iterdir()), reverse=True):
        left -= size
        if left < 0:
            path.unlink(missing_ok=True)
