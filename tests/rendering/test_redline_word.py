"""The Word file: its XML is resolved here as Word would, and by pandoc, and both must give the two texts."""

import io
import zipfile
from datetime import UTC, date, datetime
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings

from tests.counts import times
from webapp.rendering.pandoc import convert_file
from webapp.rendering.redline import Redline, RedlineDocument, redline, redline_docx
from webapp.rendering.redline import word as writing
from webapp.rendering.redline.blocks import Block, read_blocks
from webapp.rendering.redline.phrases import RULE

from .redline_texts import Edit, edits

DOCUMENT = RedlineDocument(
    title="Annual testing & care",
    language="en-GB",
    lead_society="American Example Society",
    reference="US-2026-0417",
    dated=date(2026, 5, 4),
    old="revision 3",
    new="revision 4",
)
AT = datetime(2026, 5, 4, 12, 30, tzinfo=UTC)
AUTHOR = "American Example Society"
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
GONE = {"accept": {W + "del", W + "moveFrom"}, "reject": {W + "ins", W + "moveTo"}}
HEAD = 3


def docx(found: Redline) -> bytes:
    return redline_docx(found, DOCUMENT, author=AUTHOR, at=AT)


def body(file: bytes) -> ElementTree.Element:
    with zipfile.ZipFile(io.BytesIO(file)) as archive:
        return ElementTree.fromstring(archive.read("word/document.xml"))


def resolved(file: bytes, side: str) -> list[str]:
    """The paragraphs that are left when every change is taken, or refused; one that lost its words but not its mark is left empty."""
    return [text for row in _parts(body(file), GONE[side]) for text in row][HEAD:]


def _parts(element: ElementTree.Element, gone: set[str]) -> list[list[str]]:
    found: list[list[str]] = []
    for child in element:
        if child.tag == W + "p":
            found.extend([] if _lost(child, "pPr/{0}rPr", gone) else [[_words(child, gone)]])
        elif child.tag != W + "tr" or not _lost(child, "trPr", gone):
            found.extend(_parts(child, gone))
    return found


def _lost(element: ElementTree.Element, where: str, gone: set[str]) -> bool:
    properties = element.find(W + where.format(W))
    return properties is not None and any(one.tag in gone for one in properties)


def _words(element: ElementTree.Element, gone: set[str]) -> str:
    found = ""
    for child in element:
        if child.tag in {W + "t", W + "delText"}:
            found += child.text or ""
        elif child.tag == W + "br":
            found += "\n"
        elif child.tag not in gone:
            found += _words(child, gone)
    return found


def paragraphs(blocks: tuple[Block, ...]) -> list[str]:
    return ["".join(run.text for run in cell.runs) for block in blocks for cell in block.cells]


def told(lines: list[str]) -> list[str]:
    """Without what is no word: empty paragraphs, and rules, of which Word knows only the name."""
    return [line for line in lines if line and line != RULE]


def check_both_sides(edit: Edit) -> None:
    file = docx(redline(edit.old, edit.new))
    assert told(resolved(file, "accept")) == told(paragraphs(read_blocks(edit.new)))
    assert told(resolved(file, "reject")) == told(paragraphs(read_blocks(edit.old)))


@settings(max_examples=times(150), deadline=None)
@given(edits())
def test_taking_every_change_gives_the_new_text_and_refusing_them_the_old(edit: Edit) -> None:
    check_both_sides(edit)


def table(*rows: str) -> str:
    """Under the caption that every other has."""
    cells = "".join(f"<tr><td>{row}</td><td>x</td></tr>" for row in rows)
    return f"<table><caption>Some</caption><thead><tr><th>a</th><th>b</th></tr></thead><tbody>{cells}</tbody></table>"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ([table("not", "the"), table("trial", "kidney")], [table("trial", "kidney")]),
        ([table("of"), table("not", "the"), table("trial", "kidney")], [table("of"), table("trial", "kidney")]),
        ([table("not", "the"), table("not", "kidney"), table("x", "kidney")], [table("not", "kidney")]),
        ([table("the", "of"), table("not not", "trial"), table("the")], [table("the", "of"), table("the")]),
        ([table("not"), table("not", "the"), table("of")], [table("not", "the"), table("of"), table("not", "the")]),
    ],
)
def test_table_that_goes_from_beside_one_with_the_same_caption_leaves_both_in_order(old: list[str], new: list[str]) -> None:
    check_both_sides(Edit("".join(old), "".join(new)))
    check_both_sides(Edit("".join(new), "".join(old)))


OLD = "<h2>Point</h2><p>We ask for a correction.</p><ul><li>one</li><li>two words</li></ul>"
NEW = "<h2>Points</h2><p>We ask for a full <em>retraction</em>.</p><ul><li>one</li></ul><p>And a reply.</p>"


def test_comparison_that_misses_what_was_deleted_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "redline_blocks", lambda found, author, at: [])  # the negative control of the one above
    with pytest.raises(AssertionError):
        check_both_sides(Edit(OLD, NEW))


@pytest.mark.parametrize(("side", "text"), [("accept", NEW), ("reject", OLD)])
def test_pandoc_reads_the_same_from_it(side: str, text: str) -> None:
    options = ["--from", "docx", f"--track-changes={side}", "--to", "plain", "--wrap=none"]
    said = convert_file(docx(redline(OLD, NEW)), options)[0].decode()
    # Unlike Word, pandoc keeps an item whose words and mark are both deleted, as an empty one.
    lines = [line.strip().removeprefix("-").strip().replace("_", "") for line in said.splitlines()]
    assert told(lines)[HEAD:] == told(paragraphs(read_blocks(text)))


def test_every_change_is_tracked_with_author_and_moment_and_a_number_of_its_own() -> None:
    changes = [one for one in body(docx(redline(OLD, NEW))).iter() if one.tag in GONE["accept"] | GONE["reject"]]
    assert {one.tag for one in changes} == {W + "ins", W + "del"}
    assert {one.get(W + "author") for one in changes} == {AUTHOR}
    assert {one.get(W + "date") for one in changes} == {"2026-05-04T12:30:00Z"}
    assert len({one.get(W + "id") for one in changes}) == len(changes)


def test_deleted_paragraph_leaves_no_empty_one_behind() -> None:
    file = docx(redline("<p>First one.</p><p>Second, of other words.</p>", "<p>First one.</p>"))
    assert resolved(file, "accept") == ["First one."]
    assert resolved(file, "reject") == ["First one.", "Second, of other words."]


def test_row_of_a_table_comes_and_goes_whole() -> None:
    head = "<table><thead><tr><th>Outcome</th><th>Found</th></tr></thead><tbody><tr><td>Tests done</td><td>94%</td></tr>"
    old, new = f"{head}</tbody></table>", f"{head}<tr><td>Dialysis begun</td><td>7%</td></tr></tbody></table>"
    assert "Dialysis begun" not in " ".join(resolved(docx(redline(old, new)), "reject"))
    assert len(list(body(docx(redline(old, new))).iter(W + "trPr"))) >= 1
    assert resolved(docx(redline(new, old)), "accept") == ["Outcome", "Found", "Tests done", "94%"]


def test_moved_paragraph_is_a_move_in_word_with_both_halves_under_one_name() -> None:
    passage, others = "<p>One long passage that has been moved away.</p>", "<p>Something quite other.</p><p>Third words here.</p>"
    root = body(docx(redline(passage + others, others + passage)))
    starts = {kind: [one.get(W + "name") for one in root.iter(f"{W}{kind}RangeStart")] for kind in ("moveFrom", "moveTo")}
    assert starts == {"moveFrom": ["move1-1"], "moveTo": ["move1-1"]}
    assert "One long passage" in "".join(one.text or "" for half in root.iter(W + "moveFrom") for one in half.iter(W + "t"))
    assert not list(root.iter(W + "ins"))


def test_space_at_the_edge_of_a_change_is_neither_lost_nor_doubled() -> None:
    file = docx(redline("<p>a b , c</p>", "<p>a b x , d c</p>"))
    assert (resolved(file, "accept"), resolved(file, "reject")) == (["a b x , d c"], ["a b , c"])


def test_changed_link_is_a_tracked_change_inside_links() -> None:
    old, new = (f'<p>See <a href="https://example.org/{number}">the audit</a>.</p>' for number in (1, 2))
    root = body(docx(redline(old, new)))
    assert [child.tag for link in root.iter(W + "hyperlink") for child in link] == [W + "del", W + "ins"]


def test_same_redline_is_the_same_bytes_with_nothing_of_the_machine() -> None:
    file = docx(redline(OLD, NEW))
    assert docx(redline(OLD, NEW)) == file
    with zipfile.ZipFile(io.BytesIO(file)) as archive:
        assert {one.date_time for one in archive.infolist()} == {(2026, 5, 4, 0, 0, 0)}
        assert b"2026-05-04T12:30:00Z" in archive.read("docProps/core.xml")


def test_what_was_typed_is_text_in_word_too() -> None:
    file = docx(redline("<p>5 &lt; 6 &amp; 7</p>", "<p>5 &lt; 6 &amp; &lt;w:p/&gt; 7</p>"))
    assert resolved(file, "accept") == ["5 < 6 & <w:p/> 7"]
