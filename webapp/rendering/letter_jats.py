"""The letter as JATS XML (ANSI/NISO Z39.96, 1.3), the form in which journals and archives keep articles."""

import json
from typing import Any
from xml.sax.saxutils import escape

from webapp.domain.document import LetterDocument
from webapp.domain.errors import RenderingFailed
from webapp.rendering.cited import cited_tree, entry_words, is_reference_list, unlink, with_levels
from webapp.rendering.environment import document_environment
from webapp.rendering.letter import notice_of
from webapp.rendering.pandoc import ConversionError, convert
from webapp.rendering.printed_list import printed_groups
from webapp.rendering.subject import details_of, subject_targets
from webapp.rendering.tree import Node, node
from webapp.rendering.words import Words, words_for

_PARTS = "parts.xml"
# Between body and back: no text can hold it, for in the file it would be escaped.
_BETWEEN = "<between/>"


def letter_jats(document: LetterDocument) -> str:
    """The whole file. Raises InvalidInput where the statement cannot be converted, RenderingFailed where that takes too long."""
    words, count = words_for(document.language), document.signed
    body, back = _body_and_back(document, words)
    groups = list(printed_groups(document, words))
    template = document_environment().get_template("documents/jats.xml")
    return template.render(
        _=words.gettext,
        letter=document,
        targets=subject_targets(document, words),
        interests=[(number, one) for number, one in enumerate(document.authors, start=1) if one.competing_interests],
        notice=notice_of(document, words),
        facts=_facts(document),
        count=words.count_phrase(count, document.collective_noun),
        signed_sentence=words.signed_sentence(count, document.collective_noun),
        groups=[(group.heading, [(one.name, details_of(one)) for one in group.signatories]) for group in groups],
        is_grouped=any(group.heading for group in groups),
        body=body,
        back=back,
    )


def _body_and_back(document: LetterDocument, words: Words) -> tuple[str, str]:
    """As pandoc writes them: the text in sections, and after it the references and the notes."""
    try:
        tree = cited_tree(document.statement, document.references, language=document.language, style=document.style)
        tree["blocks"] = [_numbered_by_place(block) for block in with_levels(tree["blocks"])]
        unlink(tree["blocks"])
        tree["meta"] = {}
        arguments = ["--from=json", "--to=jats_archiving", "--wrap=none", f"--template={_PARTS}"]
        written = convert(json.dumps(tree), arguments, files={_PARTS: f"$body${_BETWEEN}$back$"}).text
    except ConversionError as error:
        raise RenderingFailed("The JATS file was not made: it takes too long. Nothing was stored; you can try again.") from error
    body, _, back = written.partition(_BETWEEN)
    # Pandoc leaves the title of its own list empty.
    return body.strip(), back.strip().replace("<title></title>", f"<title>{escape(words.gettext('References'))}</title>", 1)


def _numbered_by_place(block: Node) -> Node:
    """The list of references with its title, and each entry without the number that its place says."""
    if not is_reference_list(block):
        return block
    for entry in block["c"][1]:
        for paragraph in entry["c"][1]:
            paragraph["c"] = [words for one in paragraph["c"] for words in entry_words(one)]
    return node("Div", block["c"])


def _facts(document: LetterDocument) -> list[tuple[str, Any]]:
    """What an archive cannot know of any other letter: which text was signed, and where that is checked."""
    facts = [("sha-256", document.digest), ("revision", document.revision_number), ("lead-society", document.lead_society)]
    if (proof := document.proof) is not None:
        facts += [("record-head", proof.record_head), ("record-length", proof.record_length), ("checked-at", proof.address)]
    return facts
