"""Hostile Word files are refused with a reason, in a process apart, before the converter sees them (`bar.md` T34)."""

import io
import random
import subprocess
import zipfile
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from tests.counts import times
from webapp.domain.errors import InvalidInput
from webapp.rendering import program, word, word_package, word_xml
from webapp.rendering.text import statement_html
from webapp.rendering.word import read_word
from webapp.rendering.word_package import WordPackage, WordRefusedError
from webapp.rendering.word_tidying import tidied
from webapp.rendering.word_xml import XmlRefusedError, parse_xml

from .word_files import deleted, inserted, overlapping, paragraph, patched, run, word_file, zipped

GOOD = word_file(paragraph(run("Words")))
SECRET = Path("/etc/hostname")
_LAUGHS = "<!DOCTYPE l [" + "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10 if n else "ha"}">' for n in range(10)) + "]>"
_OLD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 504


def _link() -> bytes:
    entry = zipfile.ZipInfo("word/styles2.xml")
    entry.external_attr = 0o120777 << 16
    file = io.BytesIO(GOOD)
    with zipfile.ZipFile(file, "a") as archive:
        archive.writestr(entry, "/etc/passwd")
    return file.getvalue()


def _twice() -> bytes:
    file = io.BytesIO(GOOD)
    with zipfile.ZipFile(file, "a") as archive, pytest.warns(UserWarning, match="Duplicate name"):
        archive.writestr("word/document.xml", "<x/>")
    return file.getvalue()


HOSTILE = {
    "nothing": (lambda: b"", "not a Word file"),
    "words": (lambda: b"Dear editor", "not a Word file"),
    "a PDF": (lambda: b"%PDF-1.7", "This is a PDF"),
    "rich text": (lambda: b"{\\rtf1}", "rich text"),
    "an old Word file": (lambda: _OLD, r"old Word \(\.doc\)"),
    "a locked Word file": (lambda: _OLD + "EncryptedPackage".encode("utf-16-le"), "locked with a password"),
    "parts that are encrypted": (lambda: patched(GOOD, flags=1), "locked with a password"),
    "20 MB": (lambda: GOOD + b"\0" * 20_000_000, "larger than 5 MB"),
    "another zip": (lambda: zipped({"a.txt": "x"}), "not a Word file"),
    "a spreadsheet": (lambda: word_file(main="xl/workbook.xml", more={"xl/workbook.xml": "<workbook/>"}), "not a Word file"),
    "half a file": (lambda: GOOD[: len(GOOD) // 2], "damaged"),
    "a broken part": (lambda: word_file(more={"word/document.xml": "<w:document"}), "damaged"),
    "a bomb": (lambda: word_file(more={"word/document.xml": b"<a>" + b" " * 60_000_000 + b"</a>"}), "too large"),
    "a bomb that lies about its size": (lambda: patched(word_file(more={"word/document.xml": b" " * 60_000_000}), size=10), "damaged"),
    "a bomb of parts that overlap": (lambda: overlapping(200, 1_000_000), "not put together"),
    "a bomb in the styles": (lambda: word_file(more={"word/styles.xml": b"<a>" + b" " * 60_000_000 + b"</a>"}), "too large"),
    "a hundred thousand parts": (lambda: zipped({f"{number}": "" for number in range(50_000)}), "not put together"),
    "five hundred parts": (lambda: word_file(more={f"word/{number}.xml": "" for number in range(500)}), "not put together"),
    "entities that grow": (lambda: word_file(more={"word/document.xml": f"{_LAUGHS}<a>&l9;</a>"}), "document type"),
    "a file of the machine": (
        lambda: word_file(more={"word/document.xml": f'<!DOCTYPE a [<!ENTITY s SYSTEM "file://{SECRET}">]><a>&s;</a>'}),
        "document type",
    ),
    "a document type elsewhere": (
        lambda: word_file(more={"word/document.xml": '<!DOCTYPE a SYSTEM "http://127.0.0.1:1/a.dtd"><a/>'}),
        "document type",
    ),
    "a document type in the relations": (lambda: word_file(more={"_rels/.rels": f"{_LAUGHS}<a>&l9;</a>"}), "document type"),
    "deep nesting": (lambda: word_file("<w:sdt><w:sdtContent>" * 50_000 + "</w:sdtContent></w:sdt>" * 50_000), "nested more deeply"),
    "elements without end": (lambda: word_file("<w:p/>" * 300_000), "more intricate"),
    "too many paragraphs": (lambda: word_file(paragraph(run("a")) * 3_001), "3,000 paragraphs"),
    "too many words": (lambda: word_file(paragraph(run("word " * 50_000))), "100,000 characters"),
    "too many changes": (lambda: word_file(paragraph(*[inserted("a "), deleted("b ")] * 4_001)), "2,000 changes"),
    "macros": (lambda: word_file(more={"word/vbaProject.bin": b"\0"}), "macros"),
    "macros by its type": (lambda: word_file(types="<Types>application/vnd.ms-word.document.macroEnabled.main+xml</Types>"), "macros"),
    "a name that climbs": (lambda: word_file(more={"../../etc/cron.d/x": "x"}), "not put together"),
    "a name from the root": (lambda: word_file(more={"/etc/passwd": "x"}), "not put together"),
    "a name of another system": (lambda: patched(word_file(more={"C!!x": "x"}), name=(b"C!!x", b"C:\\x")), "not put together"),
    "a link to a file": (_link, "not put together"),
    "a part twice": (_twice, "not put together"),
    "a main part that is outside": (lambda: word_file(more={"_rels/.rels": _outside("../../etc/passwd")}), "not a Word file"),
}  # fmt: skip


def _outside(target: str) -> str:
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"
    return f'<Relationships><Relationship Id="d" Type="{kind}" Target="{target}" TargetMode="External"/></Relationships>'


@pytest.fixture
def converter_is_not_reached(monkeypatch: pytest.MonkeyPatch) -> None:
    def reached(*_arguments: object) -> None:
        raise AssertionError("the converter was given a file that was to be refused")

    monkeypatch.setattr(word, "convert_file", reached)


@pytest.mark.usefixtures("converter_is_not_reached")
@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_file_is_refused_with_its_reason_before_it_is_converted(name: str) -> None:
    make, reason = HOSTILE[name]
    with pytest.raises(InvalidInput, match=reason) as refusal:
        read_word(make())
    assert refusal.value.field == "file"
    assert str(refusal.value).endswith(".")


def test_honest_file_passes_all_of_it() -> None:
    assert read_word(GOOD).text == "Words\n"


def test_template_image_and_link_from_outside_go_no_further() -> None:
    """Negative control beside it: the file that came in does name them."""
    address = "http://127.0.0.1:1/canary"
    relations = "".join(
        f'<Relationship Id="{kind}" Type="http://x/{kind}" Target="{address}" TargetMode="External"/>'
        for kind in ("attachedTemplate", "image", "oleObject", "styles", "hyperlink")
    )
    file = word_file(
        paragraph(run("Words")),
        more={"word/_rels/settings.xml.rels": f"<Relationships>{relations}</Relationships>", "word/settings.xml": "<w:settings/>"},
    )
    assert any(address in _content(file, name) for name in _names(file))
    new, _ = tidied(file)
    assert not any(address in _content(new, name) for name in _names(new))
    assert _names(new) <= {f"word/{kind}.xml" for kind in ("document", "styles", "numbering")} | {
        f"word/_rels/{kind}.xml.rels" for kind in ("document", "styles", "numbering")
    } | {"[Content_Types].xml", "_rels/.rels"}


def _names(file: bytes) -> set[str]:
    return set(zipfile.ZipFile(io.BytesIO(file)).namelist())


def _content(file: bytes, name: str) -> str:
    return zipfile.ZipFile(io.BytesIO(file)).read(name).decode()


def test_control_without_the_bound_on_parts_the_overlapping_bomb_is_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    bomb = overlapping(50, 100_000)
    with pytest.raises(WordRefusedError):
        WordPackage(bomb)
    monkeypatch.setattr(word_package, "_refuse_entries", lambda entries: None)
    assert len(list(WordPackage(bomb)._archive.infolist())) == 50


def test_control_without_the_refusal_of_types_entities_grow(monkeypatch: pytest.MonkeyPatch) -> None:
    laughs = b"<!DOCTYPE l [<!ENTITY a 'ha'><!ENTITY b '&a;&a;'>]><l>&b;</l>"
    with pytest.raises(XmlRefusedError):
        parse_xml(laughs)
    monkeypatch.setattr(word_xml._Reading, "_refuse_type", lambda *_: None)
    assert parse_xml(laughs).text == "haha"


def test_file_that_eats_the_processor_is_ended_and_the_next_one_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """A stand-in for what the bounds do not foresee: the process itself is ended, not the application."""
    run_it = subprocess.run

    def endless(command: list[str], **options: Any) -> Any:
        limits = "import resource; resource.setrlimit(resource.RLIMIT_CPU, (1, 1))\nwhile True: pass"
        return run_it([command[0], "-c", limits], **options)

    with monkeypatch.context() as patch:
        patch.setattr(program.subprocess, "run", endless)
        with pytest.raises(InvalidInput, match="more time or memory"):
            read_word(GOOD)
    assert read_word(GOOD).text == "Words\n"


def test_whatever_is_broken_in_a_file_it_is_read_or_refused_and_nothing_else() -> None:
    """Bytes changed in the file, and in its main part: what comes out is clean, what does not is a sentence."""
    chance = random.Random(34)
    for _ in range(times(500)):
        parts = {name: _content(GOOD, name).encode() for name in sorted(_names(GOOD))}
        name = chance.choice([*parts, ""])
        if name:
            parts[name] = _broken(parts[name], chance)
        file = zipped(parts) if name else _broken(GOOD, chance)
        with suppress(InvalidInput):
            assert "<script" not in statement_html(read_word(file).text, [])


def _broken(content: bytes, chance: random.Random) -> bytes:
    changed = bytearray(content)
    for _ in range(chance.randint(1, 6)):
        place = chance.randrange(len(changed))
        changed[place : place + chance.randint(0, 8)] = chance.choice(
            [b"", b"<", b"\0", b"&x;", b"<script>", bytes([chance.randrange(256)])]
        )
    return bytes(changed)
