"""The revisions of a letter as people look through them: who made each, what it changed, and what became of it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, defer

from webapp.domain import limits
from webapp.domain.actor import Actor
from webapp.domain.deadline import ShownInstant, show_instant
from webapp.domain.document import CslItem
from webapp.domain.errors import InvalidInput, NotFound
from webapp.domain.letter import Action, find_move
from webapp.domain.permission import Permission
from webapp.domain.text import style_of
from webapp.domain.wording import count_phrase
from webapp.persistence.tables import CirculatedRow, CirculationRow, FreezingRow, LetterRow, RevisionRow, StaffRow
from webapp.rendering.text import statement_html
from webapp.services.access import load_letter
from webapp.services.redlines import head_lines


@dataclass(frozen=True)
class KeptText:
    """A text of a revision, as lists show it; `words` is None for those made before words were kept."""

    reference: str
    kind: str
    name: str
    digest: str
    words: int | None


@dataclass(frozen=True)
class RevisionLine:
    """A revision in the list. `asked` says to how many societies it was circulated; empty for none."""

    number: int
    made_at: ShownInstant
    made_by: str
    note: str
    change: str
    texts: tuple[KeptText, ...]
    asked: str
    frozen_at: ShownInstant | None
    is_in_force: bool
    is_sealed: bool


@dataclass(frozen=True)
class RevisionPage:
    """One page of the list, the newest first."""

    lines: tuple[RevisionLine, ...]
    number: int
    last: int
    count: int
    can_be_made: bool


@dataclass(frozen=True)
class RevisionView:
    """One revision as it reads: one of its texts, set as every document sets it."""

    line: RevisionLine
    title: str
    head: tuple[str, ...]
    chosen: KeptText
    html: str
    problem: str
    references: int
    language: str
    before: int | None
    after: int | None


def list_revisions(session: Session, actor: Actor, reference: str, *, page: int = 1) -> RevisionPage:
    """A page of the list; one that there is not is the nearest that there is."""
    letter = load_letter(session, actor, reference, Permission.SEE)
    count = session.scalar(select(func.count()).select_from(RevisionRow).where(RevisionRow.letter_id == letter.id)) or 0
    last = max(1, -(-count // limits.REVISIONS_ON_A_PAGE))
    number = min(max(page, 1), last)
    query = select(RevisionRow).where(RevisionRow.letter_id == letter.id).order_by(RevisionRow.number.desc())
    query = query.options(defer(RevisionRow.references), defer(RevisionRow.statement))
    query = query.offset((number - 1) * limits.REVISIONS_ON_A_PAGE).limit(limits.REVISIONS_ON_A_PAGE)
    lines = _lines(session, letter, session.scalars(query).all())
    return RevisionPage(tuple(lines), number, last, count, find_move(letter.state, Action.REVISE) is not None)


def read_revision(session: Session, actor: Actor, reference: str, number: int, text: str = "") -> RevisionView:
    """The revision with one of its texts: the statement, if none is named. NotFound where there is no such revision or text."""
    letter = load_letter(session, actor, reference, Permission.SEE)
    row = find_revision(session, letter, number)
    kept = next((one for one in row.texts if one["reference"] == text), None) if text else row.texts[0]
    if kept is None:
        raise NotFound
    [line] = _lines(session, letter, [row])
    html, problem = _set(kept, row.references, letter.language)
    newest = session.scalar(select(func.max(RevisionRow.number)).where(RevisionRow.letter_id == letter.id)) or number
    return RevisionView(
        line=line,
        title=row.title,
        head=head_lines("", row.ask, row.targets),
        chosen=next(one for one in line.texts if one.reference == kept["reference"]),
        html=html,
        problem=problem,
        references=len(row.references),
        language=letter.language,
        before=number - 1 or None,
        after=number + 1 if number < newest else None,
    )


def find_revision(session: Session, letter: LetterRow, number: int) -> RevisionRow:
    """Raises NotFound."""
    query = select(RevisionRow).where(RevisionRow.letter_id == letter.id, RevisionRow.number == number)
    found = session.scalars(query).one_or_none() if 0 < number <= limits.REVISION_NUMBER else None
    if found is None:
        raise NotFound
    return found


def _set(kept: Mapping[str, Any], references: Sequence[CslItem], language: str) -> tuple[str, str]:
    try:
        return statement_html(kept["body"], references, language=language, style=style_of(kept)), ""
    except InvalidInput as error:
        return "", str(error)


def _lines(session: Session, letter: LetterRow, rows: Sequence[RevisionRow]) -> list[RevisionLine]:
    ids = [row.id for row in rows]
    frozen = {one.revision_id: one.frozen_at for one in session.scalars(select(FreezingRow).where(FreezingRow.revision_id.in_(ids)))}
    asked = _asked(session, ids)
    people = {one.reference: one.email for one in session.execute(select(StaffRow.reference, StaffRow.email))}
    in_force = letter.freezings[-1].revision_id if letter.freezings else None
    return [
        RevisionLine(
            number=row.number,
            made_at=show_instant(row.made_at, letter.deadline_zone),
            made_by=people.get(row.made_by, "the command line"),
            note=row.note,
            change=row.change,
            texts=tuple(_kept(one) for one in row.texts),
            asked=count_phrase(asked[row.id], letter.collective_noun) if asked[row.id] else "",
            frozen_at=_shown(frozen.get(row.id), letter),
            is_in_force=row.id == in_force,
            is_sealed=row.id == in_force and letter.sealed_at is not None,
        )
        for row in rows
    ]


def _asked(session: Session, ids: list[int]) -> Counter[int]:
    """Revision → to how many societies it was circulated, each counted once."""
    query = select(CirculationRow.revision_id, func.count(CirculatedRow.invitation_id.distinct()))
    query = query.join(CirculatedRow, CirculatedRow.circulation_id == CirculationRow.id).where(CirculationRow.revision_id.in_(ids))
    return Counter({row[0]: row[1] for row in session.execute(query.group_by(CirculationRow.revision_id))})


def _kept(text: dict[str, Any]) -> KeptText:
    # Counted when it was made: to count it again is a conversion for each line of the list.
    return KeptText(text["reference"], text["kind"], text["name"], text["digest"], text.get("words"))


def _shown(instant: datetime | None, letter: LetterRow) -> ShownInstant | None:
    return show_instant(instant, letter.deadline_zone) if instant else None
