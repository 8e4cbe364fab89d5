"""The sealed letter as a Word file: real styles, lists and links, and nothing in it that acts."""

import io
import json
import zipfile
from base64 import b64encode
from collections.abc import Iterator
from datetime import UTC, datetime, time

from webapp.domain.document import LetterDocument
from webapp.domain.errors import RenderingFailed
from webapp.domain.layout import Paper
from webapp.rendering.cited import cited_tree, entry_words, is_reference_list, unlink, with_levels
from webapp.rendering.dates import long_date
from webapp.rendering.environment import TEMPLATES, document_environment
from webapp.rendering.letter import notice_of
from webapp.rendering.logo import read_logo
from webapp.rendering.pandoc import ConversionError, convert_file
from webapp.rendering.printed_list import PrintedSignatory, printed_groups
from webapp.rendering.styles import find_style
from webapp.rendering.subject import about, addressee_lines, author_line, details_of, head_lines, short_title, subject_lines
from webapp.rendering.tree import Node, classes, node
from webapp.rendering.tree import words as running_words
from webapp.rendering.word_finish import finished
from webapp.rendering.words import Words, words_for
from webapp.rendering.writing import direction, sign_language

_REFERENCE = "reference.docx"
_FOLDER = "documents/word/letter"
# In twentieths of a point.
_SIZES = {Paper.A4: (11906, 16838), Paper.LETTER: (12240, 15840)}
_COLUMNS = 80
_LOGO_CENTIMETRES = (4.0, 2.0)
_DRAWING = "image/svg+xml"


def letter_word(document: LetterDocument) -> bytes:
    """The .docx, byte for byte the same for the same document.

    Raises InvalidInput where the statement cannot be converted, RenderingFailed where that takes too long.
    """
    try:
        tree = cited_tree(document.statement, document.references, language=document.language, style=document.style)
        tree["blocks"] = list(_blocks(document, words_for(document.language), tree["blocks"]))
        tree["meta"] = {"lang": {"t": "MetaString", "c": document.language}}
        written, _ = convert_file(
            json.dumps(tree).encode(),
            ["--from=json", "--to=docx", f"--reference-doc={_REFERENCE}", "--output=-"],
            files={_REFERENCE: _reference_document(document)},
            made_at=datetime.combine(document.dated, time(), UTC),
        )
    except ConversionError as error:
        raise RenderingFailed("The Word file was not made: it takes too long. Nothing was stored; you can try again.") from error
    return finished(written, properties=_filled("core.xml", document))


def _reference_document(document: LetterDocument) -> bytes:
    """Our styles with the sheet, head and foot of this letter, in the form in which pandoc takes them (`--reference-doc`)."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, source in (
            ("[Content_Types].xml", "types.xml"),
            ("word/document.xml", "document.xml"),
            ("word/_rels/document.xml.rels", "document-relations.xml"),
            ("word/header1.xml", "header1.xml"),
            ("word/header2.xml", "header2.xml"),
            ("word/footer1.xml", "footer.xml"),
            ("word/footer2.xml", "footer.xml"),
        ):
            archive.writestr(name, _filled(source, document))
        for name, source in (("_rels/.rels", "relations.xml"), ("word/styles.xml", "styles.xml")):
            archive.writestr(name, (TEMPLATES / "documents" / "word" / source).read_bytes())
    return file.getvalue()


def _filled(source: str, document: LetterDocument) -> bytes:
    width, height = _SIZES[document.layout.paper]
    words = words_for(document.language)
    notice = notice_of(document, words)
    return (
        document_environment()
        .get_template(f"{_FOLDER}/{source}")
        .render(
            letter=document,
            width=width,
            height=height,
            notice=notice,
            page_words=words.page,
            short_title=short_title(document.title, _COLUMNS),
        )
        .encode()
    )


def _blocks(document: LetterDocument, words: Words, statement: list[Node]) -> Iterator[Node]:
    if notice := notice_of(document, words):
        yield _paragraph("Notice", notice)
    yield from _head(document, words)
    yield _paragraph("Title", document.title)
    yield from _subject(document, words)
    unlink(statement)
    for block in with_levels(statement):
        yield from _references(document, words, block) if is_reference_list(block) else (block,)
    if document.authors:
        yield _heading(1, words.gettext("Authors"))
        yield from (_paragraph("Body Text", author_line(author, words)) for author in document.authors)
    yield from _signatories(document, words)
    yield from _about(document, words)


def _head(document: LetterDocument, words: Words) -> Iterator[Node]:
    if (logo := _logo(document, words)) is not None:
        yield _styled("Letterhead", [logo])
    yield _paragraph("Lead Society", document.lead_society)
    yield from (_paragraph("Letterhead", line) for line in head_lines(document))
    reference = words.gettext("Reference %(reference)s", reference=document.reference)
    yield _paragraph("Dated", f"{long_date(document.dated, document.language)} · {reference}")
    if lines := addressee_lines(document):
        yield _styled("Addressee", _in_lines(lines))


def _about(document: LetterDocument, words: Words) -> Iterator[Node]:
    said = about(document, words)
    yield _heading(1, said.heading)
    for label, value in said.facts:
        yield _styled("Verification", [node("Strong", [_text(label)]), node("LineBreak"), _text(value)])
    if said.address:
        yield _styled("Verification", [_text(said.address, link=said.address)])
    yield from (_paragraph("Verification", sentence) for sentence in said.sentences)


def _logo(document: LetterDocument, words: Words) -> Node | None:
    picture = document.pictures.get(document.letterhead.logo)
    if picture is None or not (picture.width and picture.height):
        return None
    # Not every Word shows a drawing.
    is_drawing = picture.media_type == _DRAWING
    kind, content = ("image/png", read_logo(picture.content).preview) if is_drawing else (picture.media_type, picture.content)
    scale = min(_LOGO_CENTIMETRES[0] / picture.width, _LOGO_CENTIMETRES[1] / picture.height)
    size = [["width", f"{picture.width * scale:.3f}cm"], ["height", f"{picture.height * scale:.3f}cm"]]
    address = f"data:{kind};base64,{b64encode(content).decode()}"
    said = words.gettext("Logo of %(society)s", society=document.lead_society)
    return node("Image", [["", [], size], [node("Str", said)], [address, ""]])


def _subject(document: LetterDocument, words: Words) -> Iterator[Node]:
    for one in subject_lines(document, words):
        doi = [node("Space"), _text(f"doi:{one.doi}", link=f"https://doi.org/{one.doi}")] if one.doi else []
        yield _styled("Subject", [node("Strong", [node("Str", one.label)]), _TAB, _text(one.words), *doi])


def _references(document: LetterDocument, words: Words, block: Node) -> Iterator[Node]:
    """A heading, and each entry with its number as Word’s own lists have it: a tab behind it."""
    if not block["c"][1]:
        return
    yield _heading(1, words.gettext("References"))
    is_numbered = find_style(document.style).is_numbered
    for number, entry in enumerate(block["c"][1], start=1):
        for paragraph in entry["c"][1]:
            margin = [one for one in paragraph["c"] if "csl-left-margin" in classes(one)]
            label = [node("Str", running_words(margin[0]["c"][1]).strip() if margin else f"{number}."), _TAB] if is_numbered else []
            paragraph["c"] = label + [inner for one in paragraph["c"] for inner in entry_words(one)]
    yield node("Div", [block["c"][0], [_styled_as("Bibliography", entry) for entry in block["c"][1]]])


def _styled_as(style: str, entry: Node) -> Node:
    """The same entry, with its place for links, in a style."""
    identifier, kinds, _facts = entry["c"][0]
    return node("Div", [[identifier, kinds, [["custom-style", style]]], entry["c"][1]])


def _signatories(document: LetterDocument, words: Words) -> Iterator[Node]:
    yield _heading(1, words.gettext("Signatories"))
    yield _paragraph("Signed", words.signed_sentence(document.signed, document.collective_noun))
    first = 1
    for group in printed_groups(document, words):
        if group.heading:
            yield _heading(2, group.heading)
        # One list through all groups: the last number is the number of signatories.
        yield node("OrderedList", [[first, node("Decimal"), node("Period")], [[_signatory(one)] for one in group.signatories]])
        first += len(group.signatories)


def _signatory(one: PrintedSignatory) -> Node:
    details = [inline for words in details_of(one) for inline in (node("LineBreak"), _character("Officer", words))]
    return _styled("Signatory", [node("Strong", [_text(one.name)]), *details], one.name)


def _heading(level: int, words: str) -> Node:
    return node("Header", [level, ["", [], []], [_text(words)]])


def _paragraph(style: str, words: str) -> Node:
    return _styled(style, [_text(words)], words)


def _styled(style: str, inlines: list[Node], words: str = "") -> Node:
    """A paragraph in a style, from right to left where its words are."""
    turned = [["dir", "rtl"]] if direction(words) == "rtl" else []
    return node("Div", [["", [], [["custom-style", style], *turned]], [node("Para", inlines)]])


def _character(style: str, words: str) -> Node:
    return node("Span", [["", [], [["custom-style", style]]], [_text(words)]])


def _text(words: str, *, link: str = "") -> Node:
    """Words exactly as they are: one piece, in which pandoc changes nothing (R15)."""
    turned = [["dir", "rtl"]] if direction(words) == "rtl" else []
    signs = [["lang", language]] if (language := sign_language(words)) else []
    text = node("Span", [["", [], [*turned, *signs]], [node("Str", words)]])
    return node("Link", [["", [], []], [text], [link, ""]]) if link else text


def _in_lines(lines: list[str]) -> list[Node]:
    return [inline for place, line in enumerate(lines) for inline in ([node("LineBreak")] if place else []) + [_text(line)]]


_TAB = node("RawInline", ["openxml", "<w:r><w:tab/></w:r>"])
