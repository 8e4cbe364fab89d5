"""A Word file brought into a text: what it would do is shown first, then it is stored as one edition, with what its writers said."""

import re
import secrets
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from webapp.domain import limits
from webapp.domain.actor import Actor
from webapp.domain.digest import sha256_of
from webapp.domain.document import CslItem
from webapp.domain.errors import InvalidInput
from webapp.domain.imported import ImportedComment, ImportedSuggestion, WordImport
from webapp.domain.letter import Action, move_for
from webapp.domain.permission import Permission
from webapp.domain.reference_import import Brought, ImportPlan, plan_import
from webapp.domain.reference_import import Change as Meeting
from webapp.domain.text import Change
from webapp.persistence.record import append_event
from webapp.persistence.tables import CommentRow, LetterRow, RevisionRow
from webapp.services import reference_list, revisions, texts
from webapp.services.access import load_letter
from webapp.services.references import new_reference
from webapp.services.revisions import Declaration
from webapp.services.texts import Writing

_CITED = re.compile(r"(?<!\\)@(\w(?:\w|[:.#$%&+?<>~/\-](?=\w))*)")
_NOTE = "Imported from a Word file, before its changes and comments"


def open_text(session: Session, actor: Actor, reference: str, text: str) -> Writing:
    """The text into which a file is to come. Raises WrongState where it cannot be written any more."""
    letter = load_letter(session, actor, reference, Permission.EDIT)
    move_for(letter.state, Action.WRITE)
    return texts.read_text(session, actor, reference, text)


def met(held: Sequence[CslItem], brought: WordImport) -> WordImport:
    """The same with every reference as it will be cited here: those that the letter has are left to it, a key that it uses is changed."""
    keys: dict[str, str] = {}
    new: list[CslItem] = []
    lines = plan_import(held, brought.references).lines
    for was, line in zip(brought.references, lines, strict=True):
        is_here = line.change in {Meeting.SAME, Meeting.CHANGED, Meeting.DOUBLED}
        keys[str(was["id"])] = line.other if is_here else str(line.item["id"])
        if not is_here:
            new.append(line.item)
    body = _CITED.sub(lambda cited: f"@{keys.get(cited[1], cited[1])}", brought.text)
    return replace(brought, text=body, references=tuple(new))


def bring_in(
    session: Session, actor: Actor, reference: str, text: str, brought: WordImport, edition: int, *, now: datetime
) -> RevisionRow | None:
    """Replaces the text as one edition and adds the references that are new.

    Suggestions and comments hang on a revision: where there are any, one is made of the text as it came, and returned.
    Raises TextChanged where somebody saved since that edition, InvalidInput for what no text and no letter can hold.
    """
    letter = load_letter(session, actor, reference, Permission.EDIT, for_update=True)
    _refuse_too_many(session, letter, brought)
    arriving = met(letter.references, brought)
    texts.write_text(session, actor, reference, text, arriving.text, edition, now=now)
    if arriving.references:
        new = ImportPlan(tuple(Brought(Meeting.NEW, item) for item in arriving.references))
        reference_list.import_references(session, actor, reference, new, letter.references_edition, with_doubles=False, now=now)
    if not arriving.remarks:
        return None
    revision = _revision(session, actor, letter, now=now)
    rows = [_row(letter, revision, text, one, now=now) for one in arriving.remarks]
    session.add_all(rows)
    # Whoever wrote them is named in no event (R19): a name in a Word file is a person’s, or an address.
    public = {
        "text": text,
        "revision": revision.number,
        "suggestions": len(arriving.suggestions),
        "remarks": len(arriving.comments),
        "comments": [row.reference for row in rows],
    }
    append_event(session, letter, actor, "comments.imported", public, now=now, private={"sha256": imported_digest(rows)})
    return revision


def _refuse_too_many(session: Session, letter: LetterRow, brought: WordImport) -> None:
    held = session.scalar(select(func.count()).select_from(CommentRow).where(CommentRow.letter_id == letter.id)) or 0
    if brought.remarks and held + len(brought.remarks) > limits.COMMENTS:
        sentence = f"With those of the file the letter would have more than {limits.COMMENTS:,} comments, which is the most."
        raise InvalidInput(f"{sentence} Accept or reject some in Word first, then choose the file again.", field="file")


def _revision(session: Session, actor: Actor, letter: LetterRow, *, now: datetime) -> RevisionRow:
    if not revisions.is_as_revised(letter):
        # Nobody has compared the two: a person can say of the next one that it is editorial.
        revisions.make_revision(session, actor, letter.reference, Declaration(_NOTE, Change.SUBSTANTIVE), now=now)
    return letter.revisions[-1]


def _row(letter: LetterRow, revision: RevisionRow, text: str, one: ImportedSuggestion | ImportedComment, *, now: datetime) -> CommentRow:
    return CommentRow(
        reference=new_reference(),
        letter_id=letter.id,
        revision_id=revision.id,
        text_reference=text,
        author=one.author,
        quote=one.passage.quote,
        prefix=one.passage.before,
        suffix=one.passage.after,
        remark=one.remark if isinstance(one, ImportedComment) else "",
        wording=one.wording if isinstance(one, ImportedSuggestion) else None,
        nonce=secrets.token_urlsafe(16),
        # A clock that runs ahead of ours would put the comment behind its own answer.
        made_at=min(one.made_at or now, now),
    )


def imported_digest(rows: Sequence[CommentRow]) -> str:
    """Over what was said, where and when, for the private part of the event. Not over who said it: a name can be erased by itself."""
    said = [
        [row.reference, row.quote, row.prefix, row.suffix, row.remark, row.wording, row.made_at.astimezone(UTC).isoformat()] for row in rows
    ]
    return sha256_of("imported-comments/v1", said)
