"""A round before an answer to a journal: who represents a signatory says yes, no or what they remark, until it ends; nothing is signed."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from webapp.domain import limits
from webapp.domain.actor import Actor
from webapp.domain.answer import is_in_time
from webapp.domain.ask_round import LONGEST_ROUND, SHORTEST_ROUND, Choice, ends_at
from webapp.domain.correspondence import Direction
from webapp.domain.deadline import instant_from_local, show_instant
from webapp.domain.errors import Conflict, InvalidInput, NotFound, TooLate, WrongState
from webapp.domain.names import bounded_line, bounded_text
from webapp.persistence import outbox
from webapp.persistence.record import actor_words, append_event, record_time
from webapp.persistence.tables import AskAnswerRow, AskEndRow, AskRoundRow, CorrespondenceRow, LetterRow, RepresentativeRow
from webapp.services.access import hold_place
from webapp.services.answers import refuse_slow
from webapp.services.correspondence import load_sealed
from webapp.services.place import HeldLetter, Place
from webapp.services.references import new_reference
from webapp.services.signatory_places import is_signatory_place, signatory_places, signatory_representatives

ROUND_MAIL = "ask_round"
_OTHERWISE = "Another round was opened from this page before. What you typed is below: press once more to open it too."
_SAID_OTHERWISE = "Something else was stored from this page before. What you typed is below: press once more to say it."


@dataclass(frozen=True)
class Asked:
    """What is proposed; `until` is what a wall clock in the letter’s zone shows, `seen` how many the page said would get a mail."""

    title: str
    proposal: str
    until: datetime | None
    nonce: str
    seen: int
    correspondence: str = ""
    """The reference of the item that it would answer, or empty."""


@dataclass(frozen=True)
class Said:
    """What a representative says for the society."""

    choice: str
    remarks: str
    nonce: str


def open_round(session: Session, actor: Actor, reference: str, asked: Asked, *, now: datetime) -> str:
    """Asks every signatory, each who represents one by one mail (R16); returns its reference. The same form twice is one round.

    Raises InvalidInput naming the field, and Conflict where others would be asked than the page said.
    """
    letter = load_sealed(session, actor, reference, for_update=True)
    row = checked_round(session, letter, asked, at=record_time(session, letter.id, now=now))
    known = session.scalars(select(AskRoundRow).where(AskRoundRow.nonce == asked.nonce)).one_or_none()
    if known is not None:
        if known.letter_id != letter.id or _content(known) != _content(row):
            raise Conflict(_OTHERWISE)
        return known.reference
    recipients = signatory_representatives(session, letter)
    _refuse_to_open(session, letter, recipients, asked)
    row.opened_by = actor_words(actor)
    session.add(row)
    session.flush()
    public = {
        "round": row.reference,
        "until": row.until.isoformat(),
        "zone": row.zone,
        "societies": len(signatory_places(session, letter)),
        "recipients": len(recipients),
    }
    private = {"title": row.title, "proposal": row.proposal, "correspondence": row.correspondence}
    append_event(session, letter, actor, "round.opened", public, now=now, private=private)
    due = [
        outbox.Due(f"{ROUND_MAIL}:{row.reference}:{one.reference}", one.email, {"round": row.id, "representative": one.id})
        for one in recipients
    ]
    outbox.put_all(session, ROUND_MAIL, due, now=now, letter_id=letter.id)
    return row.reference


def checked_round(session: Session, letter: LetterRow, asked: Asked, *, at: datetime) -> AskRoundRow:
    """What would be stored, stored nowhere. Raises InvalidInput naming the field."""
    title = bounded_line(asked.title, limits.ASK_TITLE, field="title", what="The line")
    proposal = bounded_text(asked.proposal, limits.ASK_PROPOSAL, field="proposal", what="The proposal")
    if not title or not proposal:
        raise InvalidInput("Write what you propose to reply: the societies read it word for word.", field="proposal" if title else "title")
    if asked.correspondence and asked.correspondence not in answerable_items(session, letter):
        raise InvalidInput("Choose an item of this letter’s correspondence, or none.", field="correspondence")
    return AskRoundRow(
        reference=new_reference(),
        letter_id=letter.id,
        nonce=asked.nonce,
        title=title,
        proposal=proposal,
        correspondence=asked.correspondence,
        opened_at=at,
        until=_until(letter, asked.until, at=at),
        zone=letter.deadline_zone,
    )


def _until(letter: LetterRow, local: datetime | None, *, at: datetime) -> datetime:
    if local is None:
        raise InvalidInput("Say until when a society can say what it thinks of it.", field="until")
    until = instant_from_local(local, letter.deadline_zone, field="until")
    if until < at + SHORTEST_ROUND:
        raise InvalidInput("Give the societies at least an hour; most need some days.", field="until")
    if until > at + LONGEST_ROUND:
        raise InvalidInput("That is more than a year ahead.", field="until")
    return until


def answerable_items(session: Session, letter: LetterRow) -> dict[str, CorrespondenceRow]:
    """What came in or was reported, the newest first, by reference; nobody answers what was sent or struck."""
    query = select(CorrespondenceRow).where(
        CorrespondenceRow.letter_id == letter.id, CorrespondenceRow.direction != Direction.OUT, CorrespondenceRow.struck_at.is_(None)
    )
    rows = session.scalars(query.order_by(CorrespondenceRow.happened_at.desc(), CorrespondenceRow.id.desc()))
    return {row.reference: row for row in rows}


def _content(row: AskRoundRow) -> tuple[object, ...]:
    return row.title, row.proposal, row.correspondence, row.until


def _refuse_to_open(session: Session, letter: LetterRow, recipients: list[RepresentativeRow], asked: Asked) -> None:
    here = select(func.count()).select_from(AskRoundRow).where(AskRoundRow.letter_id == letter.id)
    if (session.scalar(here) or 0) >= limits.ASK_ROUNDS:
        raise InvalidInput(f"{limits.ASK_ROUNDS} rounds are the most of one letter.")
    if not recipients:
        raise Conflict("Nobody who represents a signatory has a link that works, so nobody can be asked.")
    if len(recipients) != asked.seen:
        raise Conflict(f"By now {len(recipients)} would be asked, and the page said {asked.seen}. Look once more, then send it.")


def end_round(session: Session, actor: Actor, reference: str, asked: str, *, now: datetime) -> None:
    """Takes no more words from this instant on. What was received before it counts, also where it is stored after it (R9)."""
    letter = load_sealed(session, actor, reference, for_update=True)
    row = find_round(session, letter.id, asked)
    at = record_time(session, letter.id, now=now)
    end = end_of(session, row)
    if at >= end:
        raise WrongState(f"This round has ended already, on {show_instant(end, row.zone)}.")
    session.add(AskEndRow(round_id=row.id, ended_at=at, ended_by=actor_words(actor)))
    session.flush()
    append_event(session, letter, actor, "round.ended", {"round": row.reference, "ended_at": at.isoformat()}, now=now)


def answer_round(session: Session, place: Place, asked: str, said: Said, *, received_at: datetime, now: datetime) -> str:
    """Stores what a society says, once, beside all that it said before: the last word counts. Returns its reference; the same form is one.

    It needs no code (R7): it is no answer to the letter, signs nothing, and the next word replaces it. Raises NotFound for a society that
    is no signatory, TooLate from the end on, InvalidInput naming the field, Conflict where the form has stored something else before.
    """
    place, letter = hold_place(session, place)
    if not is_signatory_place(session, place):
        raise NotFound
    row = find_round(session, letter.id, asked)
    remarks = _fit_to_say(said)
    known = session.scalars(select(AskAnswerRow).where(AskAnswerRow.nonce == said.nonce)).one_or_none()
    if known is not None:
        mine = (row.id, place.representative.id, said.choice, remarks)
        if (known.round_id, known.representative_id, known.choice, known.remarks) != mine:
            raise Conflict(_SAID_OTHERWISE)
        return known.reference
    refuse_slow(received_at, now=now)
    end = end_of(session, row)
    if not is_in_time(received_at, end):
        raise TooLate(f"This round ended on {show_instant(end, row.zone)}. What you sent came after that, so nothing of it was stored.")
    _refuse_more(session, row, place)
    word = AskAnswerRow(choice=said.choice, remarks=remarks, nonce=said.nonce, received_at=received_at)
    return _store(session, place, letter, row, word, now=now)


def _fit_to_say(said: Said) -> str:
    if said.choice not in set(Choice):
        raise InvalidInput("Choose yes, no, or that you have remarks.", field="choice")
    remarks = bounded_text(said.remarks, limits.ASK_REMARKS, field="remarks", what="What you write")
    if said.choice == Choice.REMARKS and not remarks:
        raise InvalidInput("Write what you remark.", field="remarks")
    return remarks


def _refuse_more(session: Session, row: AskRoundRow, place: Place) -> None:
    mine = AskAnswerRow.round_id == row.id, AskAnswerRow.invitation_id == place.invitation.id
    if (session.scalar(select(func.count()).select_from(AskAnswerRow).where(*mine)) or 0) >= limits.ASK_WORDS_OF_SOCIETY:
        raise InvalidInput(f"{limits.ASK_WORDS_OF_SOCIETY} times is the most that a society can say something here. Please write by mail.")


def _store(session: Session, place: Place, letter: HeldLetter, row: AskRoundRow, word: AskAnswerRow, *, now: datetime) -> str:
    word.reference, word.round_id = new_reference(), row.id
    word.invitation_id, word.representative_id = place.invitation.id, place.representative.id
    session.add(word)
    session.flush()
    public = {
        "round": row.reference,
        "said": word.reference,
        "society": place.invitation.society.reference,
        "choice": word.choice,
        "received_at": word.received_at.isoformat(),
    }
    append_event(session, letter, place.actor, "round.answered", public, now=now, private={"remarks": word.remarks})
    return word.reference


def find_round(session: Session, letter_id: int, asked: str) -> AskRoundRow:
    """Raises NotFound."""
    query = select(AskRoundRow).where(AskRoundRow.letter_id == letter_id, AskRoundRow.reference == asked)
    row = session.scalars(query.execution_options(populate_existing=True)).one_or_none()
    if row is None:
        raise NotFound
    return row


def end_of(session: Session, row: AskRoundRow) -> datetime:
    """The instant from which nothing is taken any more."""
    ended = session.get(AskEndRow, row.id, populate_existing=True)
    return ends_at(row.until, ended.ended_at if ended else None)


def last_words(session: Session, row: AskRoundRow) -> dict[int, AskAnswerRow]:
    """What each society said last, by its place."""
    query = select(AskAnswerRow).where(AskAnswerRow.round_id == row.id).order_by(AskAnswerRow.id)
    return {word.invitation_id: word for word in session.scalars(query)}
