"""What changed between two revisions, for whoever reads or signs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from markupsafe import Markup
from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.domain.digest import is_digest
from webapp.domain.document import CslItem
from webapp.domain.letter import ASKS
from webapp.domain.text import style_of
from webapp.persistence.tables import FreezingRow, LetterRow, RevisionRow
from webapp.rendering.redline import Redline, SourceText, redline_html, redline_texts
from webapp.services.answers import pending_answer
from webapp.services.place import Place


def statement_redline(old: RevisionRow, new: RevisionRow, language: str) -> Redline:
    """All that the digest of the statement stands for, compared: title, request, articles answered, statement, references."""
    return _compared(
        _Sides(old.digest, new.digest, (old.style, new.style), language, (_statement_of(old, language), _statement_of(new, language)))
    )


@dataclass(frozen=True)
class _Sides:
    """Two statements by their digests and styles, which say all that is compared."""

    old: str
    new: str
    styles: tuple[str, str]
    language: str
    texts: tuple[SourceText, SourceText] = field(compare=False)


# A change is read at every visit of every society, and there are few of a letter.
@lru_cache(maxsize=32)
def _compared(sides: _Sides) -> Redline:
    return redline_texts(*sides.texts)


def text_redlines(old: RevisionRow, new: RevisionRow, language: str) -> tuple[tuple[str, Markup], ...]:
    """Of each text that differs between two revisions, its name and what changed; a text that is only in one stands as new, or as gone."""
    found = []
    befores, afters = ({one["reference"]: one for one in row.texts} for row in (old, new))
    for number, reference in enumerate({**afters, **befores}, 1):
        before, after = befores.get(reference), afters.get(reference)
        if before and after and (before["digest"], style_of(before)) == (after["digest"], style_of(after)):
            continue
        sides = (_text_of(old, before, language), _text_of(new, after, language))
        html = redline_html(redline_texts(*sides), prefix=f"change-{number}", language=language)
        found.append(((after or before or {})["name"], html))
    return tuple(found)


def _text_of(revision: RevisionRow, text: dict[str, Any] | None, language: str) -> SourceText:
    if text is None:
        return SourceText("", (), language)
    head = head_lines(revision.title, revision.ask, revision.targets)
    return SourceText(text["body"], list(revision.references), language, style_of(text), head)


def changes_since(session: Session, place: Place, digest: str) -> Markup | None:
    """What changed from the statement that was shown, to the one in force (R2); None where they are the same or the first never was.

    Only what was once frozen is found by its digest: drafts are not the representative's to see.
    """
    if not is_digest(digest):
        return None
    letter = session.get_one(LetterRow, place.letter_id)
    shown = session.scalars(
        select(RevisionRow)
        .join(FreezingRow, FreezingRow.revision_id == RevisionRow.id)
        .where(RevisionRow.letter_id == letter.id, RevisionRow.digest == digest)
        .order_by(RevisionRow.number.desc())
        .limit(1)
    ).one_or_none()
    in_force = letter.revision_in_force
    if shown is None or in_force is None or shown.digest == in_force.digest:
        return None
    return redline_html(statement_redline(shown, in_force, letter.language), language=letter.language)


def changes_since_pending(session: Session, place: Place) -> Markup | None:
    """The same since the text on which the answer was prepared that waits for its code."""
    pending = pending_answer(session, place)
    return changes_since(session, place, pending.digest) if pending else None


def _statement_of(revision: RevisionRow, language: str) -> SourceText:
    references: list[CslItem] = list(revision.references)
    head = head_lines(revision.title, revision.ask, revision.targets)
    return SourceText(revision.statement, references, language, revision.style, head)


def head_lines(title: str, ask: str, targets: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    """What the first page says of the letter, as lines: its title, what it asks, and the articles that it answers."""
    asked = f"Request: {ASKS.get(ask, ask)}" if ask else ""
    answered = [f"In response to: {_cited(target)}" for target in targets]
    return tuple(line for line in (title, asked, *answered) if line)


def _cited(target: Mapping[str, Any]) -> str:
    role, doi = target.get("role", ""), target.get("doi", "")
    parts = [f"{role[:1].upper()}{role[1:]}." if role else "", target.get("citation", ""), f"doi:{doi}" if doi else ""]
    return " ".join(part for part in parts if part)
