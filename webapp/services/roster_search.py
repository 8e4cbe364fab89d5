"""Looking through a roster: which places fit what is wanted, in which order, by a few columns of each."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from webapp.domain.answer import AnswerKind
from webapp.domain.deadline import earliest_today
from webapp.domain.names import comparison_key
from webapp.domain.roster_view import Order, Trouble, Wanted
from webapp.domain.stage import Stage, is_at, while_circulating
from webapp.persistence.tables import AnswerRow, InvitationRow, LetterRow, RepresentativeRow, SocietyRow
from webapp.services.documents import counting_digests, country_name, sort_key
from webapp.services.roster_facts import NEWEST_ANSWER, STAGE_FACTS, commented, stage_from
from webapp.services.talks import waiting_talks
from webapp.services.troubles import troubled as find_troubled

_LONG_AFTER = datetime.max.replace(tzinfo=UTC)
_STAGES = {stage: place for place, stage in enumerate(Stage)}

_ENTRIES = (
    select(
        InvitationRow.id,
        SocietyRow.printed_name,
        SocietyRow.sort_name,
        SocietyRow.acronym,
        SocietyRow.country,
        InvitationRow.reference,
        InvitationRow.opened_at,
        AnswerRow.received_at,
        AnswerRow.printed_name.label("signed_as"),
        AnswerRow.officer,
        AnswerRow.withdrawn_at.is_not(None).label("has_withdrawn"),
        *STAGE_FACTS,
    )
    .join(SocietyRow, SocietyRow.id == InvitationRow.society_id)
    .outerjoin(AnswerRow, AnswerRow.id == NEWEST_ANSWER)
    .where(InvitationRow.letter_id == bindparam("letter"))
)
_PEOPLE = (
    select(RepresentativeRow.invitation_id, RepresentativeRow.name, RepresentativeRow.email)
    .join(InvitationRow, InvitationRow.id == RepresentativeRow.invitation_id)
    .where(InvitationRow.letter_id == bindparam("letter"), RepresentativeRow.revoked_at.is_(None))
)


@dataclass(frozen=True)
class Entry:
    """A few columns of a place in the roster, for a long roster is seldom shown whole."""

    id: int
    reference: str
    stage: Stage
    row: Any


def _newest_first(at: datetime | None) -> timedelta:
    return _LONG_AFTER - at if at else timedelta.max


_ORDERS: dict[str, Callable[[Entry], Any]] = {
    Order.STAGE: lambda one: _STAGES[one.stage],
    Order.ANSWERED: lambda one: _newest_first(one.row.received_at),
    Order.BOARD: lambda one: (one.stage is Stage.WITH_BOARD and one.row.board_meets_on) or date.max,
    Order.OPENED: lambda one: _newest_first(one.row.opened_at),
}


def find_entries(session: Session, letter: LetterRow) -> list[Entry]:
    digests, said = counting_digests(session, letter.id), commented(session, letter)
    rows = session.execute(_ENTRIES, {"letter": letter.id}).all()
    return [Entry(row.id, row.reference, shown_stage(stage_from(row, digests), row.id, said), row) for row in rows]


def shown_stage(stage: Stage, invitation: int, said: Collection[int] | None) -> Stage:
    return stage if said is None else while_circulating(stage, has_commented=invitation in said)


def fitting_entries(
    session: Session, letter: LetterRow, entries: Iterable[Entry], wanted: Wanted, troubled: Collection[str]
) -> list[Entry]:
    words = comparison_key(wanted.search)
    people = _people(session, letter) if words else {}
    fitting = [
        one
        for one in entries
        if is_at(one.stage, wanted.stage)
        and (not wanted.country or one.row.country == wanted.country)
        and (not wanted.trouble or one.reference in troubled)
        and (not words or words in _words_of(one.row, people.get(one.id, "")))
    ]
    by_name = sorted(fitting, key=lambda one: sort_key(one.row.printed_name, one.row.sort_name))
    return sorted(by_name, key=_ORDERS[wanted.order]) if wanted.order in _ORDERS else by_name


def troubled_by(session: Session, letter: LetterRow, wanted: Wanted, *, now: datetime) -> set[str]:
    if not wanted.trouble:
        return set()
    if wanted.trouble == Trouble.WAITS:
        return {one.invitation for one in waiting_talks(session, letter)}
    return {one.invitation for one in find_troubled(session, letter, today=earliest_today(now)) if wanted.trouble in one.troubles}


def countries_of(entries: Iterable[Entry]) -> tuple[tuple[str, str], ...]:
    codes = {one.row.country for one in entries} - {""}
    named = ((code, country_name(code, "en-GB") or code) for code in codes)
    return tuple(sorted(named, key=lambda pair: sort_key(pair[1])))


def _people(session: Session, letter: LetterRow) -> dict[int, str]:
    found: dict[int, str] = {}
    for invitation, name, email in session.execute(_PEOPLE, {"letter": letter.id}):
        found[invitation] = f"{found.get(invitation, '')} {name} {email}"
    return found


def _words_of(row: Any, people: str) -> str:
    signed_as = row.signed_as if row.is_standing and row.kind == AnswerKind.SIGN else ""
    return comparison_key(f"{row.printed_name} {signed_as} {row.acronym} {row.officer or ''} {people}")
