"""What the messages about a letter say of it, and of an answer to it."""

from typing import Protocol

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.domain.answer import MANDATES, AnswerKind
from webapp.domain.answer_words import said_facts
from webapp.domain.authority import WitnessPurpose
from webapp.domain.deadline import show_date, show_instant
from webapp.domain.letter import ASKS, LetterState
from webapp.domain.links import Links
from webapp.domain.stage import doubt_about
from webapp.domain.tokens import Keyring
from webapp.mail import messages
from webapp.persistence.tables import AddendumRow, AnswerRow, LetterRow, RevisionRow, WitnessRow
from webapp.services.authority_list import recorded_words
from webapp.services.documents import facts_of
from webapp.services.held_open import seal_of_record


class Office(Protocol):
    """What sending needs to know of the installation."""

    @property
    def links(self) -> Links: ...
    @property
    def keyring(self) -> Keyring: ...


def letter_facts(letter: LetterRow) -> messages.LetterFacts:
    return messages.LetterFacts(
        title=letter.title,
        lead_society=letter.lead_society,
        contact_email=letter.contact_email,
        journal=letter.journal,
        ask=ASKS[letter.ask],
        collective_noun=letter.collective_noun,
        deadline=str(show_instant(letter.deadline, letter.deadline_zone)) if letter.deadline else "",
        is_demonstration=letter.is_demonstration,
    )


def answer_facts(session: Session, answer: AnswerRow, letter: LetterRow, *, disown: str = "") -> messages.AnswerFacts:
    """`disown` is the link by which whoever reads the message can say that it was not the society’s answer."""
    # Two revisions that differ in another text alone have one digest, and one statement.
    signed = select(RevisionRow).where(RevisionRow.letter_id == letter.id, RevisionRow.digest == answer.digest).limit(1)
    revision = session.scalars(signed).one()
    return messages.AnswerFacts(
        kind=answer.kind,
        printed_name=answer.printed_name,
        officer=answer.officer,
        office=answer.office,
        consent_to_print=answer.consent_to_print,
        consent_to_logo=answer.consent_to_logo,
        decided_by=answer.decided_by,
        decided_on=show_date(answer.decided_on) if answer.decided_on else "",
        mandate=MANDATES.get(answer.mandate, ""),
        competing_interests=answer.competing_interests,
        said=() if answer.kind == AnswerKind.SIGN else tuple(said_facts(answer.kind, vars(answer))),
        authority_sentence=answer.authority_sentence,
        received_at=str(show_instant(answer.received_at, letter.deadline_zone)),
        given_by=answer.given_by,
        digest=answer.digest,
        record_sequence=answer.record_sequence,
        record_hash=answer.record_hash,
        statement=revision.statement if answer.kind == AnswerKind.SIGN else "",
        is_sealed=letter.sealed_at is not None and answer.withdrawn_at is not None and answer.withdrawn_at >= letter.sealed_at,
        joins_until=_joins_until(session, answer),
        can_answer=letter.state == LetterState.SIGNING,
        recorded=recorded_words(answer),
        is_waiting=doubt_about(facts_of(answer, has_objected=False)) is not None,
        disown=disown,
    )


def _joins_until(session: Session, answer: AnswerRow) -> str:
    """Until when the addendum was announced to be open for which the answer came; empty for one from before the seal."""
    sealed = seal_of_record(session, answer.letter_id)
    if not sealed or answer.record_sequence < sealed:
        return ""
    query = select(AddendumRow).where(AddendumRow.letter_id == answer.letter_id, AddendumRow.opened_at <= answer.received_at)
    row = session.scalars(query.order_by(AddendumRow.id.desc()).limit(1)).first()
    return str(show_instant(row.deadline, row.deadline_zone)) if row else ""


def disown_link(session: Session, answer: AnswerRow, representative_id: int | None, office: Office) -> str:
    """The link of one recipient to say that this was not the society’s answer; empty where they were given none."""
    query = select(WitnessRow.reference).where(
        WitnessRow.answer_id == answer.id,
        WitnessRow.purpose == WitnessPurpose.DISPUTE,
        WitnessRow.representative_id.is_(None) if representative_id is None else WitnessRow.representative_id == representative_id,
    )
    reference = session.scalars(query.order_by(WitnessRow.id.desc()).limit(1)).first()
    return office.links.not_us(office.keyring.witness_link(WitnessPurpose.DISPUTE, reference)) if reference else ""
