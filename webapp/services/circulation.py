"""Sending a revision out for comment: to whom, until when, and who was asked."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.domain import limits
from webapp.domain.actor import Actor
from webapp.domain.deadline import ShownInstant, instant_from_local, show_instant
from webapp.domain.errors import InvalidInput
from webapp.domain.letter import Action, LetterState, move_for
from webapp.domain.names import bounded_text
from webapp.domain.permission import Permission
from webapp.domain.text import style_of
from webapp.persistence import outbox
from webapp.persistence.record import append_event, record_time
from webapp.persistence.tables import (
    CirculatedRow,
    CirculationRow,
    InvitationRow,
    LetterRow,
    RevisionRow,
)
from webapp.rendering.text import statement_html
from webapp.services.access import load_letter
from webapp.services.disposition_mail import send_dispositions
from webapp.services.references import new_reference
from webapp.services.revisions import Declaration, is_as_revised, revision_facts, take_revision, texts_now
from webapp.services.sign_on import invitations_of, live_representatives


@dataclass(frozen=True)
class Sending:
    """What is sent to whom: revision 1, where there is none yet, is made as it is sent; `societies` are invitations, None all of them."""

    revision: int
    until: datetime
    """The wall clock in the letter’s own zone."""
    message: str = ""
    shows_comments: bool = False
    societies: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Reachable:
    """A society on the roster, and whether it was asked before."""

    invitation: str
    name: str
    was_asked: bool
    can_be_mailed: bool


@dataclass(frozen=True)
class Plan:
    """What the page of the act offers."""

    revisions: tuple[tuple[int, str], ...]
    has_changed: bool
    """The texts are no longer as the newest revision has them."""
    societies: tuple[Reachable, ...]
    shows_comments: bool
    zone: str
    deadline: ShownInstant | None


def plan_circulation(session: Session, actor: Actor, reference: str) -> Plan:
    letter = load_letter(session, actor, reference, Permission.CIRCULATE)
    asked = _asked(session, letter)
    revisions = [(row.number, f"Revision {row.number}{': ' + row.note if row.note else ''}") for row in reversed(letter.revisions)]
    return Plan(
        revisions=tuple(revisions) or ((1, "Revision 1: the texts as they are now"),),
        has_changed=bool(letter.revisions) and not is_as_revised(letter),
        societies=tuple(
            Reachable(row.reference, row.society.printed_name, row.id in asked, bool(live_representatives(row)))
            for row in invitations_of(session, letter)
        ),
        shows_comments=letter.shows_comments,
        zone=letter.deadline_zone,
        deadline=show_instant(letter.deadline, letter.deadline_zone) if letter.deadline else None,
    )


def circulate(session: Session, actor: Actor, reference: str, sending: Sending, *, now: datetime) -> str:
    """Sends a revision to the roster, or a part of it, for comment until a moment; returns the reference of the circulation.

    Raises InvalidInput where the moment has passed, nobody would get it or a text cannot be set; WrongState once sign-on was opened.
    """
    check_readable(session, actor, reference, sending.revision)
    letter = load_letter(session, actor, reference, Permission.CIRCULATE, for_update=True)
    move = move_for(letter.state, Action.CIRCULATE)
    until = _until(session, letter, sending.until, now=now)
    chosen = _chosen(session, letter, sending.societies)
    message = bounded_text(sending.message, limits.MESSAGE, field="message", what="The message")
    revision = _revision(letter, sending.revision) or take_revision(session, letter, actor, Declaration(), now=now)
    row = CirculationRow(
        reference=new_reference(),
        letter_id=letter.id,
        revision=revision,
        sent_at=now,
        sent_by=actor.reference,
        until=until,
        zone=letter.deadline_zone,
        message=message,
        circulated=[CirculatedRow(invitation_id=one.id) for one in chosen],
    )
    session.add(row)
    letter.state, letter.shows_comments = move.becomes, sending.shows_comments
    session.flush()
    public = {
        "state": move.becomes,
        "circulation": row.reference,
        **revision_facts(revision),
        "until": until.isoformat(),
        "zone": row.zone,
        "shows_comments": letter.shows_comments,
        "societies": [one.society.reference for one in chosen],
    }
    append_event(session, letter, actor, move.event, public, now=now, private={"message": message} if message else None)
    _ask(session, letter, row, chosen, now=now)
    send_dispositions(session, letter, row.reference, now=now)
    return row.reference


def check_readable(session: Session, actor: Actor, reference: str, number: int) -> None:
    """Raises InvalidInput where a text cannot be set. Also for before the lock: converting takes its time."""
    letter = load_letter(session, actor, reference, Permission.CIRCULATE)
    revision = _revision(letter, number)
    if revision is None and not letter.statement.body:
        raise InvalidInput("Write the statement first: there is nothing to comment on yet.", field="revision")
    texts = revision.texts if revision else texts_now(letter)
    references = revision.references if revision else letter.references
    for one in texts:
        try:
            statement_html(one["body"], references, language=letter.language, style=style_of(one))
        except InvalidInput as error:
            raise InvalidInput(f"“{one['name']}” cannot be shown to anybody yet. {error}", field="revision") from error


def _revision(letter: LetterRow, number: int) -> RevisionRow | None:
    """None for the first revision, while there is none."""
    found = next((row for row in letter.revisions if row.number == number), None)
    if found is None and (number != 1 or letter.revisions):
        raise InvalidInput("Choose one of the revisions of this letter.", field="revision")
    return found


def _until(session: Session, letter: LetterRow, local: datetime, *, now: datetime) -> datetime:
    until = instant_from_local(local, letter.deadline_zone, field="until")
    start = record_time(session, letter.id, now=now)
    if until <= start:
        raise InvalidInput("That moment has passed. Give the societies some time to read.", field="until")
    if until > start + limits.LONGEST_CIRCULATION:
        raise InvalidInput("That is more than a year from now. Please check the year.", field="until")
    return until


def _chosen(session: Session, letter: LetterRow, societies: Collection[str] | None) -> list[InvitationRow]:
    rows = invitations_of(session, letter)
    if societies is not None:
        rows = [row for row in rows if row.reference in set(societies)]
    reachable = [row for row in rows if live_representatives(row)]
    if not reachable:
        raise InvalidInput("Choose at least one society that has a representative: nobody would be asked.", field="societies")
    return reachable


def _ask(session: Session, letter: LetterRow, circulation: CirculationRow, chosen: Iterable[InvitationRow], *, now: datetime) -> None:
    """Mails a personal link to each representative, once for each circulation (R16)."""
    due = []
    for invitation in chosen:
        invitation.invited_at = invitation.invited_at or now
        for row in live_representatives(invitation):
            reason = f"comment_request:{row.reference}:{circulation.reference}"
            due.append(outbox.Due(reason, row.email, {"representative": row.id, "circulation": circulation.id}))
    outbox.put_all(session, "comment_request", due, now=now, letter_id=letter.id)


def ask_newcomers(session: Session, letter: LetterRow, invitations: Sequence[InvitationRow], *, now: datetime) -> None:
    """Whoever joins a society that was asked already is asked too, as long as comments are taken."""
    for invitation in invitations:
        circulation = newest_circulation(session, invitation.id)
        if letter.state == LetterState.CIRCULATING and circulation is not None and now < circulation.until:
            _ask(session, letter, circulation, [invitation], now=now)


def newest_circulation(session: Session, invitation_id: int) -> CirculationRow | None:
    """What this society was asked last; None where it never was."""
    return next(iter(circulations_of(session, invitation_id)), None)


def circulations_of(session: Session, invitation_id: int) -> list[CirculationRow]:
    """All that this society was asked, the newest first."""
    query = select(CirculationRow).join(CirculatedRow).where(CirculatedRow.invitation_id == invitation_id)
    return list(session.scalars(query.order_by(CirculationRow.id.desc())))


def _asked(session: Session, letter: LetterRow) -> set[int]:
    query = select(CirculatedRow.invitation_id).join(CirculationRow).where(CirculationRow.letter_id == letter.id)
    return set(session.scalars(query))
