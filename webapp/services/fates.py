"""What became of each article that a letter answers: told with its day, corrected where it was wrong, looked up where somebody asks."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.domain import limits
from webapp.domain.actor import Actor
from webapp.domain.deadline import latest_today, show_date
from webapp.domain.errors import Conflict, InvalidInput, NotFound, WrongState
from webapp.domain.fate import FATES, NOTHING_YET, Fate, fate_of_notice
from webapp.domain.letter import Action, find_move, move_for
from webapp.domain.names import bounded_text
from webapp.domain.permission import Permission
from webapp.domain.public_link import clean_public_link
from webapp.lookup.crossref import find_updates
from webapp.persistence.record import actor_words, append_event
from webapp.persistence.tables import LetterRow, TargetFateRow, TargetRow
from webapp.services.access import load_letter
from webapp.services.references import new_reference
from webapp.settings import LookUp


@dataclass(frozen=True)
class Told:
    """What a person says of one article."""

    kind: str
    happened_on: date
    link: str = ""
    note: str = ""


@dataclass(frozen=True)
class FateLine:
    reference: str
    kind: str
    title: str
    on: date
    when: str
    link: str
    note: str
    is_struck: bool
    strike_reason: str


@dataclass(frozen=True)
class TargetFates:
    """One article, and all that became of it in the order of its days. `number` is 0 where it was not said of which article."""

    number: int
    citation: str
    doi: str
    lines: tuple[FateLine, ...]

    @property
    def now(self) -> str:
        """The newest that stands, in words."""
        return next((line.title for line in reversed(self.lines) if not line.is_struck), NOTHING_YET)


@dataclass(frozen=True)
class Fates:
    """The fates of a letter’s articles. `edition` is raised by every act on any of them."""

    targets: tuple[TargetFates, ...]
    edition: int
    may_be_told: bool


@dataclass(frozen=True)
class Found:
    """What a register says of an article, that is not told here yet."""

    kind: Fate
    title: str
    on: date | None
    link: str


def fates_of(session: Session, letter: LetterRow) -> Fates:
    rows = _rows(session, letter)
    targets = [TargetFates(target.position, target.citation, target.doi, _lines(rows, target.id)) for target in letter.targets]
    if not_said := _lines(rows, None):
        targets.append(TargetFates(0, "", "", not_said))
    return Fates(tuple(targets), _edition(rows), find_move(letter.state, Action.TELL_FATE) is not None)


def show_target(session: Session, actor: Actor, reference: str, number: int) -> tuple[TargetFates, int]:
    """One article with its fates, and their edition. NotFound where the letter has no such article."""
    letter = load_letter(session, actor, reference, Permission.KEEP_COURSE)
    fates = fates_of(session, letter)
    found = next((one for one in fates.targets if one.number == number and number), None)
    if found is None:
        raise NotFound
    return found, fates.edition


def tell_fate(session: Session, actor: Actor, reference: str, number: int, given: Told, edition: int, *, now: datetime) -> str:
    """Tells what became of the article; several things may, one after the other. Returns the reference of what was told.

    Raises InvalidInput for a day in the future or before the article, Conflict where somebody has told something since `edition`.
    """
    letter = load_letter(session, actor, reference, Permission.KEEP_COURSE, for_update=True)
    move = move_for(letter.state, Action.TELL_FATE)
    target = next((one for one in letter.targets if one.position == number), None)
    if target is None:
        raise NotFound
    _refuse_stale(session, letter, edition)
    _check(target, given, now=now)
    row = TargetFateRow(
        reference=new_reference(),
        letter_id=letter.id,
        target_id=target.id,
        kind=given.kind,
        happened_on=given.happened_on,
        link=clean_public_link(given.link),
        note=bounded_text(given.note, limits.NOTE, field="note", what="The note"),
        noted_at=now,
        noted_by=actor_words(actor),
    )
    session.add(row)
    public = {"fate": row.reference, "target": number, "fate_kind": row.kind, "happened_on": row.happened_on.isoformat(), "link": row.link}
    append_event(session, letter, actor, move.event, public, now=now, private={"note": row.note} if row.note else None)
    return row.reference


def correct_fate(session: Session, actor: Actor, reference: str, fate: str, reason: str, edition: int, *, now: datetime) -> None:
    """Strikes out what was told wrongly; it stays readable, with the reason."""
    letter = load_letter(session, actor, reference, Permission.KEEP_COURSE, for_update=True)
    move_for(letter.state, Action.TELL_FATE)
    row = next((one for one in _rows(session, letter) if one.reference == fate), None)
    if row is None:
        raise NotFound
    if row.struck_at is not None:
        raise WrongState("This is struck out already.")
    _refuse_stale(session, letter, edition)
    words = bounded_text(reason, limits.NOTE, field="reason", what="The reason")
    if not words.strip():
        raise InvalidInput("Say in a sentence what was wrong: it stays beside it.", field="reason")
    row.struck_at, row.struck_by, row.strike_reason = now, actor_words(actor), words
    append_event(session, letter, actor, "fate.corrected", {"fate": row.reference}, now=now, private={"reason": words})


def show_fate(session: Session, actor: Actor, reference: str, fate: str) -> tuple[FateLine, int]:
    """What was told, for the page on which it is corrected; and the edition. NotFound where there is none."""
    letter = load_letter(session, actor, reference, Permission.KEEP_COURSE)
    rows = _rows(session, letter)
    row = next((one for one in rows if one.reference == fate), None)
    if row is None:
        raise NotFound
    return _line(row), _edition(rows)


def look_up(target: TargetFates, asked: LookUp) -> tuple[Found, ...]:
    """What Crossref knows of the article and is not told here yet; nothing is stored. Raises LookUpFailed."""
    told = {(line.title, line.when) for line in target.lines if not line.is_struck}
    found = []
    for one in find_updates(target.doi, asked):
        kind = fate_of_notice(one.kind)
        if kind is None or (FATES[kind], show_date(one.on) if one.on else "") in told:
            continue
        found.append(Found(kind, FATES[kind], one.on, f"https://doi.org/{one.doi}" if one.doi.startswith("10.") else ""))
    return tuple(found)


def _check(target: TargetRow, given: Told, *, now: datetime) -> None:
    if given.kind not in FATES:
        raise InvalidInput("Choose what became of the article.", field="kind")
    if given.happened_on > latest_today(now):
        raise InvalidInput("That day lies in the future. Record it when it has happened.", field="happened_on")
    if target.published_on and given.happened_on < target.published_on:
        day = show_date(target.published_on)
        raise InvalidInput(f"That day lies before the day on which the article was published ({day}).", field="happened_on")


def _refuse_stale(session: Session, letter: LetterRow, edition: int) -> None:
    if _edition(_rows(session, letter)) != edition:
        raise Conflict("Somebody else has told something of an article since you opened the page. Look at it, then send yours again.")


def _edition(rows: Sequence[TargetFateRow]) -> int:
    return len(rows) + sum(row.struck_at is not None for row in rows)


def _rows(session: Session, letter: LetterRow) -> Sequence[TargetFateRow]:
    query = select(TargetFateRow).where(TargetFateRow.letter_id == letter.id)
    return session.scalars(query.order_by(TargetFateRow.happened_on, TargetFateRow.id).execution_options(populate_existing=True)).all()


def _lines(rows: Sequence[TargetFateRow], target: int | None) -> tuple[FateLine, ...]:
    return tuple(_line(row) for row in rows if row.target_id == target)


def _line(row: TargetFateRow) -> FateLine:
    return FateLine(
        reference=row.reference,
        kind=row.kind,
        title=FATES[row.kind],
        on=row.happened_on,
        when=show_date(row.happened_on),
        link=row.link,
        note=row.note,
        is_struck=row.struck_at is not None,
        strike_reason=row.strike_reason,
    )
