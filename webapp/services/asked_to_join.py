"""Who is asked to sign a sealed letter that is held open, and the mail that asks them."""

from collections.abc import Collection, Iterable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from webapp.domain.answer import AnswerKind, Ground
from webapp.persistence import outbox
from webapp.persistence.tables import AddendumRow, AnswerRow, InvitationRow, LetterRow, RepresentativeRow
from webapp.services.documents import answers_to_affirm
from webapp.services.held_open import addendum_under_way

OPENED = "addendum_opened"


def can_join(session: Session, letter: LetterRow) -> list[InvitationRow]:
    """The societies that may sign yet: those that have never answered, were short of time, named a condition, or had to affirm.

    Whoever has declined, withdrawn or said “not us” is not asked again; the link of each still opens the letter.
    """
    query = select(InvitationRow).where(InvitationRow.letter_id == letter.id, InvitationRow.not_us_at.is_(None)).order_by(InvitationRow.id)
    invitations = session.scalars(query.options(selectinload(InvitationRow.society), selectinload(InvitationRow.representatives))).all()
    answers = session.scalars(select(AnswerRow).where(AnswerRow.letter_id == letter.id).order_by(AnswerRow.id)).all()
    to_affirm = {answer.invitation_id for answer in answers_to_affirm(session, letter)}
    newest = {answer.invitation_id: answer for answer in sorted(answers, key=lambda one: one.is_standing)}
    return [row for row in invitations if row.id in to_affirm or _may_sign(newest.get(row.id))]


def _may_sign(newest: AnswerRow | None) -> bool:
    """By its standing answer, else by its newest one."""
    if newest is None:
        return True
    if not newest.is_standing:
        return False
    return newest.kind == AnswerKind.SIGN_IF or (newest.kind, newest.ground) == (AnswerKind.ABSTAIN, Ground.NO_TIME)


def ask_to_join(session: Session, letter: LetterRow, invitations: Iterable[InvitationRow], *, now: datetime) -> None:
    """Mails their own link to the representatives, once for each addendum (R16)."""
    addendum = addendum_under_way(session, letter.id)
    if addendum is None:
        return
    due = []
    for invitation in invitations:
        invitation.invited_at = invitation.invited_at or now
        due += [_due(addendum, row) for row in invitation.representatives if row.revoked_at is None]
    outbox.put_all(session, OPENED, due, now=now, letter_id=letter.id)


def _due(addendum: AddendumRow, row: RepresentativeRow) -> outbox.Due:
    reason = f"{OPENED}:{addendum.reference}:{row.reference}"
    return outbox.Due(reason, row.email, {"representative": row.id, "addendum": addendum.id})


def names_of(invitations: Collection[InvitationRow], *, most: int = 3) -> str:
    """“The Marshes; Upland; Harbour …”."""
    names = [row.society.printed_name for row in invitations]
    return "; ".join(names[:most]) + (" …" if len(names) > most else "")
