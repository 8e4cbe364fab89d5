"""A text as a Word file: styles of ours, citations as a reference manager writes them, comments of a revision beside it."""

import io
import json
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import cache
from itertools import count
from typing import Any
from xml.sax.saxutils import escape

from webapp.domain.document import CslItem
from webapp.domain.errors import RenderingFailed
from webapp.domain.imported import ImportedComment
from webapp.rendering.cited import cited_tree, is_reference_list, unlink, with_levels
from webapp.rendering.environment import TEMPLATES
from webapp.rendering.pandoc import ConversionError, convert_file
from webapp.rendering.styles import DEFAULT_STYLE
from webapp.rendering.tree import Node, classes, node, words
from webapp.rendering.word_comments import with_comments

_REFERENCE = "reference.docx"
_SCHEMA = "https://github.com/citation-style-language/schema/raw/master/csl-citation.json"


def write_word(
    markdown: str,
    references: Sequence[CslItem],
    *,
    title: str,
    made_at: datetime,
    ask: str = "",
    language: str = "en-GB",
    style: str = DEFAULT_STYLE,
    comments: Sequence[ImportedComment] = (),
) -> bytes:
    """The .docx, the same bytes for the same input. Read again by `read_word` it gives the same text and the same citations.

    Raises InvalidInput as `statement_html` does, RenderingFailed where pandoc takes too long after that. A comment whose passage is
    not in the text stands at its beginning.
    """
    with _in_time():
        tree = cited_tree(markdown, references, language=language, style=style, is_linked=False)
    fields = _Fields({str(item["id"]): item for item in references})
    tree["blocks"] = fields.blocks(with_levels(with_comments(tree["blocks"], comments)))
    unlink(tree["blocks"])
    tree["meta"] = {name: _meta(words) for name, words in (("title", title), ("subtitle", ask), ("lang", language)) if words}
    with _in_time():
        written, _ = convert_file(
            json.dumps(tree).encode(),
            ["--from=json", "--to=docx", f"--reference-doc={_REFERENCE}", "--output=-"],
            files={_REFERENCE: reference_document()},
            made_at=made_at,
        )
    return written


@contextmanager
def _in_time() -> Iterator[None]:
    try:
        yield
    except ConversionError as error:
        raise RenderingFailed("The Word file was not made: it takes too long. Nothing was stored; you can try again.") from error


@cache
def reference_document() -> bytes:
    """Our styles in the form in which pandoc takes them (`--reference-doc`)."""
    folder = TEMPLATES / "documents" / "word"
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, source in (
            ("[Content_Types].xml", "types.xml"),
            ("_rels/.rels", "relations.xml"),
            ("word/document.xml", "document.xml"),
            ("word/_rels/document.xml.rels", "document-relations.xml"),
            ("word/styles.xml", "styles.xml"),
        ):
            archive.writestr(name, (folder / source).read_bytes())
    return file.getvalue()


def _meta(line: str) -> Node:
    return {"t": "MetaInlines", "c": [node("Str", line)]}


class _Fields:
    """Wraps citations and their list in the fields of Zotero and Mendeley, which Word keeps and both can go on with."""

    def __init__(self, items: Mapping[str, CslItem]) -> None:
        self._items = items
        self._numbers = count(1)

    def blocks(self, blocks: Iterable[Node]) -> list[Node]:
        written: list[Node] = []
        for block in blocks:
            if is_reference_list(block):
                written += self._list(block["c"][1])
            else:
                written.append(self._cited(block))
        return written

    def _list(self, entries: list[Node]) -> list[Node]:
        if not entries:
            return []
        paragraphs = [inner for entry in entries for inner in entry["c"][1]]
        first, last = paragraphs[0], paragraphs[-1]
        first["c"] = [_begin('ADDIN ZOTERO_BIBL {"uncited":[],"omitted":[],"custom":[]} CSL_BIBLIOGRAPHY'), *first["c"]]
        last["c"] = [*last["c"], _end()]
        for paragraph in paragraphs:
            paragraph["c"] = [inline for one in paragraph["c"] for inline in _entry_part(one)]
        styled = [["", [], [["custom-style", "Bibliography"]]], paragraphs]
        return [node("Header", [1, ["", [], []], [node("Str", "References")]]), node("Div", styled)]

    def _cited(self, part: Any) -> Any:
        """The same part of the tree with every citation in it in its field."""
        if isinstance(part, list):
            return [inner for one in part for inner in self._pieces(one)]
        if isinstance(part, dict):
            return {key: self._cited(value) for key, value in part.items()}
        return part

    def _pieces(self, one: Any) -> list[Any]:
        if isinstance(one, dict) and one.get("t") == "Cite":
            citations, shown = one["c"]
            return [_begin(f"ADDIN ZOTERO_ITEM CSL_CITATION {self._citation(citations, shown)}"), *shown, _end()]
        return [self._cited(one)]

    def _citation(self, citations: list[dict[str, Any]], shown: list[Node]) -> str:
        number = f"undersigned{next(self._numbers)}"
        content = {
            "citationID": number,
            "properties": {"plainCitation": words(shown), "noteIndex": 0},
            "citationItems": [self._item(one) for one in citations],
            "schema": _SCHEMA,
        }
        return json.dumps(content, ensure_ascii=False)

    def _item(self, citation: dict[str, Any]) -> dict[str, Any]:
        key = citation["citationId"]
        said = {"prefix": words(citation["citationPrefix"]), "suffix": words(citation["citationSuffix"])}
        hidden = {"suppress-author": True} if citation["citationMode"]["t"] == "SuppressAuthor" else {}
        return {"id": key, "itemData": dict(self._items[key]), **{name: text for name, text in said.items() if text}, **hidden}


def _entry_part(one: Node) -> list[Node]:
    """Number and words of an entry, with a tab between them, as Word’s own lists have it."""
    if "csl-left-margin" in classes(one):
        return [node("Str", words(one["c"][1]).strip()), _raw("<w:r><w:tab/></w:r>")]
    return list(one["c"][1]) if "csl-right-inline" in classes(one) else [one]


def _raw(xml: str) -> Node:
    return node("RawInline", ["openxml", xml])


def _begin(instruction: str) -> Node:
    told = f'<w:r><w:instrText xml:space="preserve"> {escape(instruction)} </w:instrText></w:r>'
    return _raw(f'<w:r><w:fldChar w:fldCharType="begin"/></w:r>{told}<w:r><w:fldChar w:fldCharType="separate"/></w:r>')


def _end() -> Node:
    return _raw('<w:r><w:fldChar w:fldCharType="end"/></w:r>')
