"""A mail to a journal leaves once, after two coordinators have approved that very text and address (R16, `bar.md` T51, I16, I17)."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from tests.conftest import Store
from tests.factories import ANNA, COORDINATOR, SEALABLE, STRANGER, letter_row, letter_sealed, staff_actor
from tests.machine.house import House
from tests.services.test_delivery import Carrier
from tests.services.test_verification import thaw
from webapp.domain.actor import Actor
from webapp.domain.errors import Conflict, InvalidInput, NotFound, WrongState
from webapp.domain.permission import Role
from webapp.mail.transport import PermanentFailure, TemporaryFailure, UncertainFailure
from webapp.persistence.tables import CorrespondenceRow, OutboxRow
from webapp.services import correspondence, delivery, journal_mail_desk, journal_mails, people
from webapp.services.journal_mails import Written
from webapp.services.verification import verify

SECOND, THIRD = "second@marrowby.example.org", "third@marrowby.example.org"
MAIL = Written("editor@jim.example.org", "A joint letter", "Dear Editor,\n\nplease find our letter.", ("letter.pdf",))


@pytest.fixture
def sealed(store: Store) -> str:
    with store() as session:
        owner = staff_actor(session)
        letter = letter_sealed(session, owner)
        for email in (SECOND, THIRD):
            staff_actor(session, email)
            people.add_person(session, owner, letter, email, Role.COORDINATOR, now=SEALABLE)
        return letter


def both(session: Session) -> tuple[Actor, Actor]:
    return staff_actor(session), staff_actor(session, SECOND)


def digest_of(session: Session, letter: str, mail: str) -> str:
    return journal_mail_desk.show_mail(session, staff_actor(session), letter, mail).digest


def approve(session: Session, letter: str, mail: str, *who: Actor) -> str:
    digest = digest_of(session, letter, mail)
    for one in who:
        journal_mails.approve_mail(session, one, letter, mail, digest, now=SEALABLE)
    return digest


def sent(session: Session, letter: str) -> tuple[str, OutboxRow]:
    """A mail that has been approved by two and is on its way."""
    first, second = both(session)
    mail = journal_mails.write_mail(session, first, letter, MAIL, now=SEALABLE)
    journal_mails.send_mail(session, first, letter, mail, approve(session, letter, mail, first, second), now=SEALABLE)
    return mail, session.scalars(select(OutboxRow).where(OutboxRow.kind == "journal_mail")).one()


def put(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(OutboxRow).where(OutboxRow.kind == "journal_mail")) or 0


def test_r16_mail_leaves_after_two_have_approved_it_and_stands_in_the_correspondence(store: Store, sealed: str) -> None:
    with store() as session:
        first, second = both(session)
        mail = journal_mails.write_mail(session, first, sealed, MAIL, now=SEALABLE)
        for approved in ([], [first], [first, first]):
            digest = approve(session, sealed, mail, *approved)
            with pytest.raises(Conflict, match="of 2 coordinators"):
                journal_mails.send_mail(session, first, sealed, mail, digest, now=SEALABLE)
        assert put(session) == 0
        journal_mails.send_mail(session, first, sealed, mail, approve(session, sealed, mail, second), now=SEALABLE)
        (item,) = correspondence.list_items(session, first, sealed)
        assert (item.direction, item.recipient, item.text) == ("out", MAIL.to_address, MAIL.body)
        assert [one.name for one in item.files] == ["letter.pdf"]
        assert put(session) == 1
        with pytest.raises(WrongState, match="leaves once"):
            journal_mails.send_mail(session, second, sealed, mail, digest, now=SEALABLE)
        assert put(session) == 1
        assert verify(session).problems == ()


def test_one_is_enough_where_the_letter_has_one_coordinator(store: Store) -> None:
    with store() as session:
        owner = staff_actor(session)
        letter = letter_sealed(session, owner)
        mail = journal_mails.write_mail(session, owner, letter, MAIL, now=SEALABLE)
        assert journal_mail_desk.show_mail(session, owner, letter, mail).says == "being approved"
        digest = approve(session, letter, mail, owner)
        assert journal_mail_desk.show_mail(session, owner, letter, mail).says == "approved, and not sent yet"
        journal_mails.send_mail(session, owner, letter, mail, digest, now=SEALABLE)
        assert put(session) == 1


@pytest.mark.parametrize(
    "change",
    [{"body": "Dear Editor, no."}, {"to_address": "other@jim.example.org"}, {"subject": "Another"}, {"attachments": ()}],
    ids=lambda change: next(iter(change)),
)
def test_change_drops_approvals_and_an_old_page_sends_nothing(store: Store, sealed: str, change: dict[str, object]) -> None:
    with store() as session:
        first, second = both(session)
        mail = journal_mails.write_mail(session, first, sealed, MAIL, now=SEALABLE)
        read = approve(session, sealed, mail, first, second)
        journal_mails.change_mail(session, first, sealed, mail, replace(MAIL, edition=1, **change), now=SEALABLE)  # type: ignore[arg-type]
        assert journal_mail_desk.show_mail(session, first, sealed, mail).approved == ()
        for act in (journal_mails.approve_mail, journal_mails.send_mail):
            with pytest.raises(Conflict, match="no longer the one"):
                act(session, second, sealed, mail, read, now=SEALABLE)
        with pytest.raises(Conflict, match="0 of 2"):
            journal_mails.send_mail(session, first, sealed, mail, digest_of(session, sealed, mail), now=SEALABLE)
        assert put(session) == 0
        with pytest.raises(Conflict, match="Somebody has changed"):
            journal_mails.change_mail(session, second, sealed, mail, replace(MAIL, edition=1), now=SEALABLE)


def test_approval_of_somebody_who_was_taken_off_the_letter_counts_no_more(store: Store, sealed: str) -> None:
    with store() as session:
        first, second = both(session)
        mail = journal_mails.write_mail(session, first, sealed, MAIL, now=SEALABLE)
        digest = approve(session, sealed, mail, first, second)
        people.remove_person(session, first, sealed, second.reference, now=SEALABLE)
        with pytest.raises(Conflict, match="1 of 2 coordinators has"):
            journal_mails.send_mail(session, first, sealed, mail, digest, now=SEALABLE)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"to_address": "no address"}, "to_address"),
        ({"to_address": "a@example.org\r\nBcc: b@example.org"}, "to_address"),
        ({"subject": "a\nb"}, "subject"),
        ({"body": " "}, "body"),
        ({"attachments": ("../secret",)}, "attachments"),
    ],
)
def test_t44_mail_that_cannot_be_sent_is_refused_at_its_field(store: Store, sealed: str, change: dict[str, object], field: str) -> None:
    with store() as session, pytest.raises(InvalidInput) as refused:
        journal_mails.write_mail(session, staff_actor(session), sealed, replace(MAIL, **change), now=SEALABLE)  # type: ignore[arg-type]
    assert refused.value.field == field


def test_r13_stranger_knows_of_no_mail(store: Store, sealed: str) -> None:
    with store() as session, pytest.raises(NotFound):
        journal_mail_desk.list_mails(session, staff_actor(session, STRANGER), sealed)


def attempt(session: Session, row: OutboxRow, outcome: Exception | None = None, *, dies: bool = False) -> int:
    """One attempt as the worker makes it, up to where it dies; returns how many messages the mail server was given."""
    carrier = Carrier(outcome)
    if not delivery.claim_message(session, row.id, row.attempts, now=SEALABLE, job=f"job-{row.attempts}"):
        return 0
    return carry(session, row, carrier, dies=dies)


def carry(session: Session, row: OutboxRow, carrier: Carrier, *, dies: bool = False) -> int:
    envelope = delivery.prepare_message(session, row.id, House.office, now=SEALABLE)
    if delivery.leaves_once(envelope) and not delivery.begin(session, row.id):
        return len(carrier.given)
    given = delivery.send(carrier, envelope)
    if not dies:
        delivery.note_result(session, row.id, given, now=SEALABLE)
    return len(carrier.given)


def due_again(session: Session) -> list[str]:
    later = SEALABLE + timedelta(hours=3)
    delivery.enqueue_due(session, now=later)
    moved = session.scalars(select(OutboxRow).where(OutboxRow.next_attempt_at > later))
    return [one.kind for one in moved if one.kind == "journal_mail"]


def test_f06_r16_mail_of_which_nobody_knows_is_not_sent_again(store: Store, sealed: str) -> None:
    with store() as session:
        mail, row = sent(session, sealed)
        assert attempt(session, row, UncertainFailure("it went away")) == 1
        assert attempt(session, row) == 0
        assert due_again(session) == []
        view = journal_mail_desk.show_mail(session, staff_actor(session), sealed, mail)
        assert view.is_in_doubt
        assert journal_mail_desk.mail_needs(session, letter_row(session, sealed))[0].text == "A mail to the journal may not have arrived"


def test_f04_r16_mail_whose_worker_died_on_the_way_is_not_sent_again(store: Store, sealed: str) -> None:
    with store() as session:
        _mail, row = sent(session, sealed)
        assert attempt(session, row, dies=True) == 1
        # The next worker takes the same job up again, and finds that it was begun.
        assert carry(session, row, Carrier()) == 0
        assert due_again(session) == []


def test_control_without_the_mark_the_next_worker_sends_a_second_copy(store: Store, sealed: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delivery, "ONCE", frozenset())
    with store() as session:
        _mail, row = sent(session, sealed)
        assert attempt(session, row, dies=True) == 1
        assert carry(session, row, Carrier()) == 1


def test_mail_that_was_refused_for_now_is_tried_again_and_one_that_left_is_not(store: Store, sealed: str) -> None:
    with store() as session:
        _mail, row = sent(session, sealed)
        assert attempt(session, row, TemporaryFailure("later")) == 1
        assert due_again(session) == ["journal_mail"]
        assert attempt(session, row) == 1
        assert (row.state, attempt(session, row)) == ("sent", 0)


def test_mail_that_was_refused_for_good_says_so(store: Store, sealed: str) -> None:
    with store() as session:
        mail, row = sent(session, sealed)
        attempt(session, row, PermanentFailure("550 no such box"))
        view = journal_mail_desk.show_mail(session, staff_actor(session), sealed, mail)
        assert (view.has_failed, view.why) == (True, "550 no such box")


def test_r19_no_representative_is_named_in_it(store: Store, sealed: str) -> None:
    with store() as session:
        _mail, row = sent(session, sealed)
        envelope = delivery.prepare_message(session, row.id, House.office, now=SEALABLE)
        assert envelope is not None
        assert envelope.recipient == MAIL.to_address
        assert not {ANNA, COORDINATOR, SECOND} & set(envelope.form.text.split())


def _of(table: str, change: str) -> Callable[[Session], None]:
    return lambda session: session.execute(text(f"UPDATE {table} SET {change}")) and None


PLANTED = {
    "its words are others": (_of("journal_mail", "body = 'Dear Editor, no.'"), "a mail to the journal is not what event"),
    "its address is another": (_of("journal_mail", "to_address = 'x@example.org'"), "a mail to the journal is not what event"),
    "it was not sent": (_of("journal_mail", "state = 'dropped', sent_at = NULL"), "whether a mail to the journal"),
    "nobody has approved it": (lambda session: session.execute(text("DELETE FROM journal_mail_approval")) and None, "who has approved"),
}


@pytest.mark.parametrize("edit", PLANTED)
def test_t18_planted_edit_of_a_mail_to_a_journal_is_named(store: Store, sealed: str, edit: str) -> None:
    plant, sentence = PLANTED[edit]
    with store() as session:
        sent(session, sealed)
        thaw(session)
        assert verify(session).problems == (), "the control: nobody has touched it"
        plant(session)
        session.expire_all()
        found = [str(one) for one in verify(session).problems]
        assert [one for one in found if sentence in one], found


def test_database_itself_refuses_a_second_item_of_one_mail(store: Store, sealed: str) -> None:
    with store() as session:
        mail, _row = sent(session, sealed)
        assert session.scalars(select(CorrespondenceRow.nonce)).one() == f"journal_mail:{mail}"
