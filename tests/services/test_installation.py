"""Read-only and held: what stops, what goes on, and what a person ends."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.conftest import Store
from tests.dump import dump
from tests.factories import DEADLINE, NOW, entry, letter_in_signing, letter_row, staff_actor
from tests.postman import Postman
from webapp.domain.actor import COMMAND
from webapp.domain.errors import ReadOnly, WrongState
from webapp.domain.record import first_break, replay
from webapp.persistence.database import transaction
from webapp.persistence.record import load_events
from webapp.persistence.tables import OutboxRow
from webapp.services import delivery, installation
from webapp.settings import Settings


def stop(session: Session) -> None:
    installation.make_read_only(session, "It was restored.", now=NOW, backup_made_at=NOW)


def states(session: Session) -> list[str]:
    return list(session.scalars(select(OutboxRow.state)))


def test_installation_begins_in_use(store: Store) -> None:
    with store() as session:
        assert installation.standing(session) == installation.Standing()
        installation.refuse_if_read_only(session)
        with pytest.raises(WrongState, match="Nothing has to be resumed"):
            installation.resume(session, COMMAND, sends_waiting=False, now=NOW)


def test_read_only_installation_refuses_and_says_so(store: Store) -> None:
    with store() as session:
        stop(session)
        assert (installation.may_write(session), installation.may_send(session)) == (False, False)
        with pytest.raises(ReadOnly):
            installation.refuse_if_read_only(session)


def test_mail_alone_cannot_be_released_while_all_is_read_only(store: Store) -> None:
    with store() as session:
        stop(session)
        with pytest.raises(WrongState, match="undersigned resume"):
            installation.release_mail(session, now=NOW)


def test_f29_resuming_notes_the_restore_in_every_record_and_sends_nothing_old(store: Store, letter: str) -> None:
    with store() as session:
        before = replay(load_events(session, letter_row(session, letter).id))
        stop(session)
    with store() as session:
        done = installation.resume(session, COMMAND, sends_waiting=False, now=NOW)
        assert (done.letters, done.set_aside, done.waiting) == (1, 2, 0)
        assert states(session) == ["failed", "failed"]
        events = load_events(session, letter_row(session, letter).id)
        assert (events[-1].kind, events[-1].public["backup_made_at"]) == ("record.restored", NOW.isoformat())
        assert first_break(letter, events) is None
        assert replay(events) == before
        assert installation.standing(session) == installation.Standing()


def test_f29_what_waited_is_sent_where_that_is_asked_for(store: Store, letter: str) -> None:
    with store() as session:
        stop(session)
        done = installation.resume(session, COMMAND, sends_waiting=True, now=NOW)
        assert (done.set_aside, done.waiting) == (0, 2)
        assert delivery.enqueue_due(session, now=NOW) == 2


def test_mail_is_held_and_released_by_a_person(store: Store, letter: str) -> None:
    with store() as session:
        installation.hold_mail(session, "A wrong roster was read in.", now=NOW)
        assert installation.may_write(session)
        assert installation.standing(session).reason == "A wrong roster was read in."
        with pytest.raises(WrongState, match="held already"):
            installation.hold_mail(session, "", now=NOW)
        assert installation.release_mail(session, now=NOW) == 2
        with pytest.raises(WrongState, match="not held"):
            installation.release_mail(session, now=NOW)


@pytest.fixture
def seeded(settings: Settings, session: Session) -> str:
    with transaction(session):
        return letter_in_signing(session, staff_actor(session), entry())


def test_i34_worker_sends_nothing_while_mail_is_held_and_loses_nothing(seeded: str, session: Session, mail: Postman) -> None:
    with transaction(session):
        installation.hold_mail(session, "", now=NOW)
    mail.workflows.tick_step()
    assert mail.messages() == []
    assert states(session) == ["queued"]
    with transaction(session):
        installation.release_mail(session, now=NOW)
    assert len(mail.messages()) == 1


def test_worker_neither_sends_nor_closes_nor_sweeps_while_all_is_read_only(
    seeded: str, session: Session, mail: Postman, settings: Settings
) -> None:
    with transaction(session):
        stop(session)
    settings.clock.at = DEADLINE  # type: ignore[attr-defined]  # the clock of a test
    before = dump(session.get_bind())  # type: ignore[arg-type]  # an engine
    letter_id = letter_row(session, seeded).id
    session.rollback()
    mail.workflows.tick_step()
    mail.workflows.sweep_step()
    mail.workflows.close_if_due(letter_id)
    assert mail.messages() == []
    assert dump(session.get_bind()) == before  # type: ignore[arg-type]  # an engine
    with transaction(session):
        installation.resume(session, COMMAND, sends_waiting=False, now=DEADLINE)
    mail.workflows.tick_step()
    assert letter_row(session, seeded).state == "closed"
