"""A .docx as it comes in: read part by part within bounds, and refused with a reason where it is none, hidden, or a bomb (`bar.md` T34)."""

import io
import posixpath
import stat
import struct
import zipfile
import zlib

from webapp.domain import limits
from webapp.rendering.word_xml import XmlRefusedError, parse_xml

MOST_PARTS = 400
# What is read of it, after expansion; pictures are never read.
MOST_EXPANDED = 30_000_000
_LONGEST_DIRECTORY = 150_000
_END = struct.Struct("<4s4H2LH")

_OTHER_FORMATS = (
    (b"%PDF", "This is a PDF. Upload the Word file that it was made from."),
    (b"{\\rtf", "This is rich text (.rtf). Open it in Word and save it as .docx."),
    (b"\xd0\xcf\x11\xe0", "This is a file of the old Word (.doc). Open it in Word and save it as .docx."),
)
_NOT_WORD = "This is not a Word file (.docx)."
_DAMAGED = "This Word file is damaged. Open it in Word and save it again."
_UNUSUAL = "This file is not put together as Word does it, and is not opened. Open it in Word and save it again."
_TOO_LARGE = "This file becomes too large when it is opened. Take out what is not text, and save it again."


class WordRefusedError(Exception):
    """The file is not read; `str(error)` says why, for a person."""


class WordPackage:
    """The parts of a file that has passed every check, each read when it is asked for."""

    def __init__(self, data: bytes) -> None:
        _refuse_by_first_bytes(data)
        _refuse_directory(data)
        try:
            self._archive = zipfile.ZipFile(io.BytesIO(data))
        except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
            raise WordRefusedError(_DAMAGED) from error
        self._left = MOST_EXPANDED
        _refuse_entries(self._archive.infolist())
        self._names = {info.filename: info for info in self._archive.infolist()}

    def __contains__(self, name: str) -> bool:
        return name in self._names

    def part(self, name: str) -> bytes:
        """Its bytes, counted against what may be read of the whole file."""
        info = self._names[name]
        if info.file_size > self._left:
            raise WordRefusedError(_TOO_LARGE)
        try:
            with self._archive.open(info) as stream:
                # One more than announced: a size that lies is a damaged file, and never more than what was counted.
                content = stream.read(info.file_size + 1)
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
            raise WordRefusedError(_DAMAGED) from error
        if len(content) != info.file_size:
            raise WordRefusedError(_DAMAGED)
        self._left -= len(content)
        return content

    def relations(self, name: str) -> list[dict[str, str]]:
        """What the part refers to: Id, Type, Target and TargetMode of each, with the target of an inner one as a name of a part."""
        folder, file = posixpath.split(name)
        address = posixpath.join(folder, "_rels", f"{file}.rels")
        if address not in self:
            return []
        try:
            found = [dict(relation.attrib) for relation in parse_xml(self.part(address))]
        except XmlRefusedError as error:
            raise WordRefusedError(str(error)) from error
        for relation in found:
            if relation.get("TargetMode") != "External":
                relation["Target"] = posixpath.normpath(posixpath.join("/", folder, relation.get("Target", ""))).lstrip("/")
        return found


def _refuse_by_first_bytes(data: bytes) -> None:
    if len(data) > limits.WORD_BYTES:
        raise WordRefusedError(f"This file is larger than {limits.WORD_BYTES // 1_000_000} MB. Take its images out, and save it again.")
    if data.startswith(b"\xd0\xcf\x11\xe0") and "EncryptedPackage".encode("utf-16-le") in data:
        raise WordRefusedError("This file is locked with a password. Take the password off in Word, and save it again.")
    for beginning, sentence in _OTHER_FORMATS:
        if data.startswith(beginning):
            raise WordRefusedError(sentence)
    if not data.startswith(b"PK\x03\x04"):
        raise WordRefusedError(_NOT_WORD)


def _refuse_directory(data: bytes) -> None:
    """Before anything walks the directory: a hundred thousand parts fit into 5 MB, and take a while to list."""
    place = data.rfind(b"PK\x05\x06", -65_557 if len(data) > 65_557 else 0)
    if place < 0 or len(data) - place < _END.size:
        raise WordRefusedError(_DAMAGED)
    _, _, _, _, count, size, _, _ = _END.unpack_from(data, place)
    # The 64-bit directory is for files a thousand times as large as may come in.
    if count > MOST_PARTS or size > _LONGEST_DIRECTORY or data[max(0, place - 20) : place].startswith(b"PK\x06\x07"):
        raise WordRefusedError(_UNUSUAL)


def _refuse_entries(entries: list[zipfile.ZipInfo]) -> None:
    if len(entries) > MOST_PARTS or len({entry.filename.casefold() for entry in entries}) < len(entries):
        raise WordRefusedError(_UNUSUAL)
    end = 0
    for entry in sorted(entries, key=lambda entry: entry.header_offset):
        if entry.flag_bits & 1:
            raise WordRefusedError("This file is locked with a password. Take the password off in Word, and save it again.")
        # A bomb of the overlapping kind: many entries that are one and the same stretch of bytes (Fifield 2019).
        if entry.header_offset < end or not _is_ordinary(entry):
            raise WordRefusedError(_UNUSUAL)
        if posixpath.basename(entry.filename).casefold() == "vbaproject.bin":
            raise WordRefusedError("This file has macros. Save it in Word as .docx, which has none.")
        end = entry.header_offset + 30 + entry.compress_size


def _is_ordinary(entry: zipfile.ZipInfo) -> bool:
    name = entry.orig_filename
    is_plain = not name.startswith("/") and ".." not in name.split("/") and not any(sign in name for sign in "\\:\0")
    is_link = stat.S_ISLNK(entry.external_attr >> 16)
    return is_plain and not is_link and entry.compress_type in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
