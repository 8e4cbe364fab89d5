"""The roster as a list to take away: what a coordinator would otherwise keep in a spreadsheet; no address stands in it (R19)."""

from collections.abc import Collection
from datetime import date, datetime

from sqlalchemy.orm import Session

from webapp.domain.actor import Actor
from webapp.domain.answer import MANDATES, AnswerKind, AuthorityCheck, Source
from webapp.domain.answer_words import ANSWER_WORDS, said_facts
from webapp.domain.permission import Permission
from webapp.domain.roster_view import ALL, Wanted
from webapp.domain.stage import Stage
from webapp.persistence.tables import AnswerRow, InvitationRow
from webapp.services.access import load_letter
from webapp.services.roster_list import newest_answers
from webapp.services.roster_search import find_entries, fitting_entries, troubled_by
from webapp.services.sign_on import invitations_of, live_representatives

COLUMNS = (
    "society",
    "acronym",
    "country",
    "kind",
    "stage",
    "board_meets_on",
    "invited_at",
    "opened_at",
    "answer",
    "answered_at",
    "printed_name",
    "officer",
    "office",
    "decided_by",
    "decided_on",
    "mandate",
    "competing_interests",
    "says",
    "given_by",
    "source",
    "authority",
    "representatives",
)
"""Days as 2026-03-14, instants in UTC as 2026-03-14T16:00:00Z."""

_OF_ANSWER = len(COLUMNS[COLUMNS.index("answer") : COLUMNS.index("representatives")])
_SOURCES = {
    Source.ROOM: "the society, here",
    Source.PHONE: "by phone, recorded by a coordinator",
    Source.PAPER: "on paper, recorded by a coordinator",
    Source.EMAIL: "by e-mail, recorded by a coordinator",
}
_CHECKS = {
    AuthorityCheck.OPEN: "open",
    AuthorityCheck.CODE: "code to the registered address",
    AuthorityCheck.OWN_DOMAIN: "code to an address at its own domain",
    AuthorityCheck.OFFICIAL: "confirmed from its official address",
    AuthorityCheck.MINUTE: "minute of its board",
    AuthorityCheck.WORD: "word of a coordinator",
    AuthorityCheck.PROOF: "proof that came with the record",
    AuthorityCheck.REFUSED: "not known",
}


def export_roster(
    session: Session, actor: Actor, reference: str, wanted: Wanted = ALL, only: Collection[str] | None = None, *, now: datetime
) -> list[tuple[str, ...]]:
    """A row of `COLUMNS` for each society that fits, or for those of these invitations that do, in the order of the roster."""
    letter = load_letter(session, actor, reference, Permission.SEE)
    found = fitting_entries(session, letter, find_entries(session, letter), wanted, troubled_by(session, letter, wanted, now=now))
    chosen = [one for one in found if only is None or one.reference in only]
    ids = [one.id for one in chosen]
    places = {row.id: row for row in invitations_of(session, letter, ids)}
    answers = newest_answers(session, ids)
    return [_place(places[one.id], one.stage) + _answer(answers.get(one.id)) + _people(places[one.id]) for one in chosen]


def _place(place: InvitationRow, stage: Stage) -> tuple[str, ...]:
    society = place.society
    days = (_day(place.board_meets_on), _instant(place.invited_at), _instant(place.opened_at))
    return (society.printed_name, society.acronym, society.country, society.kind, stage.value, *days)


def _answer(answer: AnswerRow | None) -> tuple[str, ...]:
    if answer is None:
        return ("",) * _OF_ANSWER
    words = "" if answer.kind == AnswerKind.SIGN else "; ".join(f"{name}: {said}" for name, said in said_facts(answer.kind, vars(answer)))
    return (
        f"{ANSWER_WORDS[answer.kind].name}{'' if answer.is_standing else ' (withdrawn)'}",
        _instant(answer.received_at),
        answer.printed_name,
        answer.officer,
        answer.office,
        answer.decided_by,
        _day(answer.decided_on),
        MANDATES.get(answer.mandate, ""),
        answer.competing_interests,
        words,
        answer.given_by,
        _SOURCES[Source(answer.source)],
        _CHECKS[AuthorityCheck(answer.authority)],
    )


def _people(place: InvitationRow) -> tuple[str]:
    return ("; ".join(one.name for one in live_representatives(place)),)


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""


def _instant(instant: datetime | None) -> str:
    return instant.isoformat(timespec="seconds").replace("+00:00", "Z") if instant else ""
