"""A Word file becomes a text of ours: opened in a process apart, converted by pandoc, its changes and comments beside it."""

import json
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Collection
from typing import Any

from webapp.domain import limits
from webapp.domain.document import CslItem
from webapp.domain.errors import InvalidInput
from webapp.domain.imported import WordImport
from webapp.domain.reference import is_citable, made_key
from webapp.rendering.dialect import Dialect
from webapp.rendering.environment import ROOT
from webapp.rendering.pandoc import ConversionError, convert, convert_file
from webapp.rendering.program import run_program
from webapp.rendering.references import parse_references
from webapp.rendering.tree import Node, node, words
from webapp.rendering.word_changes import ChangeReader

__all__ = ["read_word"]

_SECONDS = 10
_slots = threading.BoundedSemaphore(2)

_TOO_MUCH = "This file takes more time or memory than a Word file may. Take out what is not text, and save it again."
_PLURALS = {"text box": "text boxes", "table of contents": "tables of contents"}
_HOW = {
    "formula": ", kept as plain letters",
    "merged cell": " of a table: the words stand in the first of what was merged",
}
_LIST_HEADINGS = {"references", "bibliography", "literature", "literature cited", "works cited"}
# What the reader takes for the head of the document, by the styles of the paragraphs.
_HEAD = {"author": "the line of authors", "date": "the date", "subtitle": "the subtitle", "abstract": "the abstract"}


def read_word(data: bytes) -> WordImport:
    """The text as it was before tracked changes, with each of them as a suggestion, the comments, and what was left out.

    Where everything is a tracked insertion, the text is what was inserted, and nothing is suggested.
    Raises InvalidInput with a sentence: for what is no Word file, locked, damaged, a bomb or too large, and for a text that is
    longer than a text may be.
    """
    file, left_out = _opened(data)
    tree = _tree(file, "all")
    changes = ChangeReader()
    try:
        blocks = changes.blocks(tree["blocks"])
        if changes.has_text():
            suggestions, comments = tuple(changes.suggestions()), tuple(changes.comments())
        else:
            tree = _tree(file, "accept")
            blocks, suggestions, comments = tree["blocks"], (), tuple(changes.comments())
        references, keys = _references(tree)
        dialect = Dialect(keys)
        text = dialect.markdown(_without_empty_list(blocks) if keys else blocks, tree["pandoc-api-version"])
    except RecursionError as error:
        raise InvalidInput(_TOO_MUCH, field="file") from error
    if len(suggestions) + len(comments) > limits.WORD_REMARKS:
        sentence = f"This file has more than {limits.WORD_REMARKS:,} changes and comments. Accept or reject some of them in Word first."
        raise InvalidInput(sentence, field="file")
    if not text:
        raise InvalidInput("There are no words in this file.", field="file")
    head = [phrase for name, phrase in _HEAD.items() if name in tree["meta"]]
    named = (*_phrases(left_out + dialect.left_out), *head)
    return WordImport(_title(tree["meta"]), text, references, suggestions, comments, named)


def _opened(data: bytes) -> tuple[bytes, Counter[str]]:
    command = [sys.executable, "-P", "-m", "webapp.rendering.word_worker"]
    try:
        with _slots:
            done = run_program(command, data[: limits.WORD_BYTES + 1], seconds=_SECONDS, environment={"PYTHONPATH": str(ROOT)})
    except subprocess.TimeoutExpired as error:
        raise InvalidInput(_TOO_MUCH, field="file") from error
    if done.returncode != 0:
        raise InvalidInput(_TOO_MUCH, field="file")
    heading, _, file = done.stdout.partition(b"\n")
    answer = json.loads(heading)
    if answer["refusal"]:
        raise InvalidInput(answer["refusal"], field="file")
    return file, Counter(answer["left_out"])


def _tree(file: bytes, changes: str) -> dict[str, Any]:
    try:
        written, _ = convert_file(file, ["--from=docx+citations", "--to=json", f"--track-changes={changes}"])
        tree: dict[str, Any] = json.loads(written)
    except (ConversionError, RecursionError) as error:
        raise InvalidInput(_TOO_MUCH, field="file") from error
    return tree


def _without_empty_list(blocks: list[Node]) -> list[Node]:
    """The list of references is made anew; its heading would stand there alone."""
    last = blocks[-1] if blocks else node("Null")
    is_heading = last["t"] == "Header" and words(last["c"][2]).strip().casefold() in _LIST_HEADINGS
    return blocks[:-1] if is_heading else blocks


def _title(meta: dict[str, Any]) -> str:
    title = meta.get("title", {})
    return words(title["c"]).strip()[: limits.TITLE] if title.get("t") == "MetaInlines" else ""


def _references(tree: dict[str, Any]) -> tuple[tuple[CslItem, ...], dict[str, str]]:
    """What a reference manager has written into the file, and the key of each by the number that it had there.

    Nothing where they cannot be used: the citations then stay as they were printed.
    """
    if "references" not in tree["meta"]:
        return (), {}
    try:
        items = json.loads(convert(json.dumps(tree), ["--from=json", "--to=csljson"]).text)
        keys: dict[str, str] = {}
        for item in items:
            keys[str(item["id"])] = item["id"] = _key(item, keys.values())
        return parse_references(json.dumps(items)), keys
    except (ConversionError, InvalidInput):
        return (), {}


def _key(item: CslItem, taken: Collection[str]) -> str:
    """The one it has, where a person may have given it; the numbers of reference managers mean nothing outside of them."""
    key = str(item["id"])
    is_given = key[:1].isalpha() and is_citable(key) and not key.startswith(("ITEM-", "http"))
    return key if is_given and key not in taken else made_key(item, taken)


def _phrases(left_out: Counter[str]) -> list[str]:
    named = (
        (count, kind if count == 1 else _PLURALS.get(kind, f"{kind}s"), _HOW.get(kind, "")) for kind, count in sorted(left_out.items())
    )
    return [f"{count} {what}{how}" for count, what, how in named if count]
