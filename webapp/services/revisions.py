"""Revisions: numbered snapshots of all texts and references (R3), and which of them is frozen for signing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from webapp.domain import limits
from webapp.domain.actor import Actor
from webapp.domain.digest import sha256_of, statement_digest
from webapp.domain.document import CslItem
from webapp.domain.errors import Conflict, InvalidInput
from webapp.domain.letter import Action, move_for
from webapp.domain.names import bounded_line
from webapp.domain.permission import Permission
from webapp.domain.text import Change, TextKind, style_of
from webapp.persistence.record import append_event
from webapp.persistence.tables import FreezingRow, LetterRow, RevisionRow
from webapp.rendering.text import cited_keys, statement_html, word_count
from webapp.rendering.wide_tables import with_wide_tables_marked
from webapp.services.access import load_letter
from webapp.services.letters import target_facts

_WRITTEN = ("reference", "kind", "name", "body")


@dataclass(frozen=True)
class Declaration:
    """What is said of a revision when it is made: one line on what changed, and how far it changes the one before.

    `seen` is the mark of what whoever makes it was shown; empty where nobody looked.
    """

    note: str = ""
    change: str = ""
    seen: str = ""


def make_revision(session: Session, actor: Actor, reference: str, declared: Declaration, *, now: datetime) -> int:
    """A snapshot of everything as it is written now; returns its number.

    Raises InvalidInput where it is not said what changed and how far, and for texts that cannot be read: nothing is written yet, or
    a citation has no reference. Conflict where nothing has changed since the last one, or something has since it was looked at.
    """
    letter = load_letter(session, actor, reference, Permission.EDIT, for_update=True)
    move_for(letter.state, Action.REVISE)
    said = _said(letter, declared)
    if is_as_revised(letter):
        raise Conflict(f"Nothing has changed since revision {letter.revisions[-1].number}.")
    if declared.seen and declared.seen != mark_of(letter):
        raise Conflict("Somebody has changed the letter since you opened this page. Look at what would be kept now, then press again.")
    if problems := unreadable_texts(letter):
        raise InvalidInput(" ".join(problems))
    return declare_revision(session, letter, actor, said, now=now).number


def declare_revision(session: Session, letter: LetterRow, actor: Actor, declared: Declaration, *, now: datetime) -> RevisionRow:
    """The snapshot with its event, for whoever holds the letter and has judged its texts; InvalidInput where too little is said of it."""
    revision = take_revision(session, letter, actor, _said(letter, declared), now=now)
    public = {**revision_facts(revision), "change": revision.change, "note": revision.note}
    append_event(session, letter, actor, move_for(letter.state, Action.REVISE).event, public, now=now)
    return revision


def _said(letter: LetterRow, declared: Declaration) -> Declaration:
    note = bounded_line(declared.note, limits.REVISION_NOTE, field="note", what="This line")
    if not letter.revisions:
        return Declaration(note)
    if not note:
        raise InvalidInput("Say in one line what has changed: it stands in the list of revisions.", field="note")
    if declared.change not in set(Change):
        raise InvalidInput("Say whether the change is editorial or substantive.", field="change")
    return Declaration(note, declared.change)


def revision_facts(revision: RevisionRow) -> dict[str, Any]:
    """What the record says of a revision that is made or frozen: its number, and the digest of the statement and of every text."""
    digests = [text["digest"] for text in revision.texts]
    return {"revision": revision.number, "digest": revision.digest, "texts": digests}


def unreadable_texts(letter: LetterRow) -> list[str]:
    """Why its texts cannot be set as they stand, a sentence for each: a citation without a reference is named, an image, a size.

    Of the statement, which is printed, a table too wide for any paper as well.
    """
    if not letter.statement.body.strip():
        return ["Write the statement: there is nothing to read yet."]
    found = []
    for text in letter.texts:
        try:
            converted = statement_html(text.body, letter.references, language=letter.language, style=text.style)
            if text.kind == TextKind.STATEMENT:
                with_wide_tables_marked(converted)
        except InvalidInput as error:
            found.append(str(error) if text.kind == TextKind.STATEMENT else f"“{text.name}”: {error}")
    return found


def take_revision(session: Session, letter: LetterRow, actor: Actor, declared: Declaration, *, now: datetime) -> RevisionRow:
    """The snapshot itself, for whoever writes the event."""
    texts = texts_now(letter)
    statement = next(text for text in texts if text["kind"] == TextKind.STATEMENT)
    revision = RevisionRow(
        letter_id=letter.id,
        number=len(letter.revisions) + 1,
        title=letter.title,
        ask=letter.ask,
        targets=target_facts(letter.targets),
        statement=statement["body"],
        references=letter.references,
        texts=[{**text, "words": word_count(text["body"])} for text in texts],
        digest=statement["digest"],
        change=declared.change,
        note=declared.note,
        made_at=now,
        made_by=actor.reference,
    )
    letter.revisions.append(revision)
    session.flush()
    return revision


def freeze(session: Session, letter: LetterRow, actor: Actor, freezing: FreezingRow) -> None:
    """Puts a revision in force, for good; whoever calls this has judged that it may be, and writes the event."""
    freezing.letter_id, freezing.frozen_by = letter.id, actor.reference
    letter.freezings.append(freezing)
    session.flush()


def is_as_revised(letter: LetterRow) -> bool:
    """Whether everything is still as the newest revision has it. Nothing is converted: digests follow from what is compared."""
    if not letter.revisions:
        return False
    newest = letter.revisions[-1]
    kept = {
        "texts": [{**{name: text[name] for name in _WRITTEN}, "style": style_of(text)} for text in newest.texts],
        "references": newest.references,
        "title": newest.title,
        "ask": newest.ask,
        "targets": newest.targets,
    }
    return kept == _content_now(letter)


def mark_of(letter: LetterRow) -> str:
    """By which a page knows again what it has shown."""
    return sha256_of("shown/v1", _content_now(letter))


def _content_now(letter: LetterRow) -> dict[str, Any]:
    """Everything that a revision would keep and that somebody has written."""
    return {
        "texts": [{**{name: getattr(text, name) for name in _WRITTEN}, "style": text.style} for text in letter.texts],
        "references": letter.references,
        "title": letter.title,
        "ask": letter.ask,
        "targets": target_facts(letter.targets),
    }


def texts_now(letter: LetterRow) -> list[dict[str, Any]]:
    """All texts as a revision keeps them, each with its own digest."""
    targets = target_facts(letter.targets)
    return [
        {
            "reference": text.reference,
            "kind": text.kind,
            "name": text.name,
            "body": text.body,
            "style": text.style,
            "cites": list(cited_keys(text.body)),
            "digest": text_digest(
                letter.title, letter.ask, targets, body=text.body, references=letter.references, cites=cited_keys(text.body)
            ),
        }
        for text in letter.texts
    ]


def text_digest(
    title: str, ask: str, targets: Sequence[Mapping[str, Any]], *, body: str, references: Sequence[CslItem], cites: Sequence[str]
) -> str:
    """The digest of one text (DESIGN §1): what it says, what the first page says of the letter, and the references that it cites."""
    keys = set(cites)
    cited = [item for item in references if item["id"] in keys]
    return statement_digest(title=title, ask=ask, targets=targets, statement=body, references=cited)


def draft_digest(letter: LetterRow) -> str:
    """The digest that the statement would have if it were frozen as it is."""
    body = letter.statement.body
    return text_digest(
        letter.title, letter.ask, target_facts(letter.targets), body=body, references=letter.references, cites=cited_keys(body)
    )
