"""The worker that seals: one set of documents or none, whatever happens on the way, and a sentence for whoever asked."""

import io
import logging
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from sqlalchemy import Engine, select, update
from sqlalchemy.orm import Session

from tests.factories import ANNA, FAKE_FILES, SEALABLE, STRANGER, FakeClock, entry, letter_closed, letter_row, representative, staff_actor
from webapp.domain import limits
from webapp.domain.actor import Actor
from webapp.domain.document_kind import DocumentKind
from webapp.domain.errors import Conflict, RenderingFailed, WrongState
from webapp.domain.permission import Role
from webapp.jobs import making
from webapp.jobs import sealing as at_work
from webapp.jobs.sealing import SealingJob
from webapp.persistence.database import DatabaseBusy, DatabaseLost, DatabaseRefuses, transaction
from webapp.persistence.tables import DocumentRow, SealedSignatoryRow, SealingRow, SocietyRow
from webapp.rendering.bundle import make_bundle
from webapp.rendering.pdf import RenderLimits, letter_pdf
from webapp.rendering.pdf_seal import own_key, seal_pdf, seal_state
from webapp.rendering.proofreading import DocumentsRefused
from webapp.services import bundle, people, roster, seal, sealing, sign_on, verification
from webapp.settings import PdfSeal, Settings

KINDS = list(FAKE_FILES)


class Office:
    """A closed letter, somebody who presses, and a worker."""

    def __init__(self, settings: Settings, engine: Engine) -> None:
        self.settings, self.engine = settings, engine
        self.job = SealingJob(settings, engine)
        with Session(engine) as session, transaction(session):
            self.actor = staff_actor(session)
            self.letter = letter_closed(session, self.actor, entry())
            self.id = letter_row(session, self.letter).id

    def press(self, actor: Actor | None = None) -> str:
        """Returns the job that is asked for now."""
        now = self.settings.clock.now()
        with Session(self.engine) as session, transaction(session):
            plan = seal.plan_seal(session, actor or self.actor, self.letter, self.settings.links, now=now)
            sealing.ask_to_seal(session, actor or self.actor, self.letter, plan.seen, now=now)
        return self.row().job

    def work(self, job: str | None = None) -> None:
        self.job.seal(self.id, job or self.row().job)

    def row(self) -> SealingRow:
        with Session(self.engine) as session:
            return session.get_one(SealingRow, self.id)

    def do(self, act: Callable[[Session], Any]) -> None:
        with Session(self.engine) as session, transaction(session):
            act(session)

    def stored(self) -> tuple[str, list[str], int]:
        """State, files and signatories."""
        with Session(self.engine) as session:
            files = session.scalars(select(DocumentRow.kind).order_by(DocumentRow.kind)).all()
            return letter_row(session, self.letter).state, list(files), len(session.scalars(select(SealedSignatoryRow)).all())

    def problems(self) -> tuple[object, ...]:
        with Session(self.engine) as session:
            return verification.verify(session, self.letter).problems


NOTHING = ("closed", [], 0)
SEALED = ("sealed", sorted([*KINDS, DocumentKind.BUNDLE]), 1)


@pytest.fixture
def office(settings: Settings, engine: Engine, clock: FakeClock, monkeypatch: pytest.MonkeyPatch) -> Office:
    clock.at = SEALABLE
    monkeypatch.setattr(at_work, "KINDS_MADE", tuple(KINDS))
    monkeypatch.setattr(at_work, "make_document", lambda kind, _document: FAKE_FILES[kind])
    monkeypatch.setattr(at_work, "proofread", lambda *_arguments: None)
    monkeypatch.setattr(making, "TRY_AGAIN_AFTER", 0.01)
    return Office(settings, engine)


def test_r8_pressing_once_seals_once_with_all_files(office: Office) -> None:
    job = office.press()
    office.work()
    office.work(job)
    assert office.stored() == SEALED
    row = office.row()
    assert (row.failure, row.steps_done, row.steps) == ("", len(KINDS) + 1, len(KINDS) + 2) and row.ended_at is not None
    assert office.problems() == ()


def test_r16_pressed_twice_it_is_one_job(office: Office) -> None:
    assert office.press() == office.press()
    office.work()
    assert office.stored() == SEALED
    with pytest.raises(WrongState):
        office.press()


def test_job_that_nobody_hears_of_can_be_asked_for_again_and_ends_when_it_comes_back(office: Office, clock: FakeClock) -> None:
    lost = office.press()
    clock.move(minutes=5)
    with Session(office.engine) as session:
        told = sealing.progress_of(session, letter_row(session, office.letter), now=clock.now())
    assert not told.is_under_way and "Nothing has been heard" in told.failure
    again = office.press()
    assert again != lost
    office.work(lost)
    assert office.stored() == NOTHING
    office.work(again)
    assert office.stored() == SEALED


def steps_of(office: Office, monkeypatch: pytest.MonkeyPatch, meanwhile: Callable[[str], None]) -> None:
    """Does something whenever the worker tells how far it is."""
    real = sealing.note_step

    def told(session: Session, letter_id: int, job: str, step: str, done: int, **more: Any) -> bool:
        meanwhile(step)
        return real(session, letter_id, job, step, done, **more)

    monkeypatch.setattr(sealing, "note_step", told)


def test_coordinator_is_told_what_is_being_made(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []
    steps_of(office, monkeypatch, seen.append)
    office.press()
    office.work()
    assert seen == ["Making: The letter (PDF)", "Making: Plain text, for a web form", "Looking through every document", "Storing"]


def test_r9_record_that_grows_before_or_while_they_are_made_ends_it(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    names = iter(["Society of Gullhaven", "Gullhaven Society"])

    def correct(session: Session) -> None:
        invitation = representative(session, office.letter, ANNA).invitation.reference
        roster.correct_printed_name(session, office.actor, office.letter, invitation, next(names), now=SEALABLE)

    office.press()
    office.do(correct)
    office.work()
    assert office.stored() == NOTHING
    assert "Something changed while the letter was being made" in office.row().failure
    made = at_work.make_document
    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(at_work, "make_document", lambda *what: [made(*what), what[0] is KINDS[0] and office.do(correct)][0])
        office.press()
        office.work()
    assert office.stored() == NOTHING
    assert "Look at the list again, then seal." in office.row().failure
    office.press()
    office.work()
    assert office.stored() == SEALED


def test_nothing_is_sealed_but_what_was_shown(office: Office) -> None:
    def rename(words: str) -> None:
        # The directory of societies has a history of its own: the record of the letter does not tell of it.
        office.do(lambda session: session.execute(update(SocietyRow).values(acronym=words)))

    with Session(office.engine) as session:
        shown = seal.show_list(session, office.actor, office.letter, now=SEALABLE).seen
    rename("GS")
    with pytest.raises(Conflict, match="Look at the list again"), Session(office.engine) as session, transaction(session):
        sealing.ask_to_seal(session, office.actor, office.letter, shown, now=SEALABLE)
    job = office.press()
    with Session(office.engine) as session:
        shown = seal.show_list(session, office.actor, office.letter, now=SEALABLE).seen
    rename("SG")
    office.job.seal(office.id, job, shown)
    assert office.stored() == NOTHING and "Look at the list again" in office.row().failure
    # Control: the same change, and a worker that is not told what was shown.
    job = office.press()
    rename("GS")
    office.job.seal(office.id, job)
    assert office.stored() == SEALED


def test_permission_and_state_are_judged_again_at_the_end(office: Office) -> None:
    with Session(office.engine) as session, transaction(session):
        colleague = staff_actor(session, STRANGER)
        people.add_person(session, office.actor, office.letter, STRANGER, Role.COORDINATOR, now=SEALABLE)
    office.press(colleague)
    office.do(lambda s: people.remove_person(s, office.actor, office.letter, colleague.reference, now=SEALABLE))
    office.work()
    assert office.stored() == NOTHING and "may no longer do that" in office.row().failure
    office.press()
    office.do(lambda s: sign_on.cancel_letter(s, office.actor, office.letter, "No.", now=SEALABLE))
    office.work()
    assert office.stored() == ("cancelled", [], 0)


@pytest.mark.parametrize(
    "dies_at", ["Making: The letter (PDF)", "Making: Plain text, for a web form", "Looking through every document", "Storing"]
)
def test_worker_that_dies_at_a_step_leaves_nothing_and_the_next_seals(
    office: Office, monkeypatch: pytest.MonkeyPatch, dies_at: str
) -> None:
    class Died(BaseException):
        """Nothing in the worker sees its own end."""

    def die(step: str) -> None:
        if step == dies_at:
            raise Died

    office.press()
    with monkeypatch.context() as mortal:
        steps_of(office, mortal, die)
        with pytest.raises(Died):
            office.work()
    assert office.stored() == NOTHING
    office.work()
    assert office.stored() == SEALED


def test_sealing_with_which_every_worker_dies_is_given_up_and_said(office: Office) -> None:
    job = office.press()
    for _life in range(limits.SEALING_ATTEMPTS):
        office.do(lambda s: sealing.take_up(s, office.id, job, steps=4, now=SEALABLE))
    office.work()
    assert office.stored() == NOTHING
    assert "never came to an end" in office.row().failure


def test_renderer_that_was_killed_is_begun_again_and_one_that_refuses_says_why(
    office: Office, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    tries: list[DocumentKind] = []

    def failing(times: int) -> Callable[..., bytes]:
        def make(kind: DocumentKind, _document: object) -> bytes:
            tries.append(kind)
            if len(tries) <= times:
                raise RenderingFailed("The PDF was not made: Gullhaven cannot be set.")
            return FAKE_FILES[kind]

        return make

    monkeypatch.setattr(at_work, "make_document", failing(3))
    office.press()
    with caplog.at_level(logging.ERROR, "undersigned"):
        office.work()
    assert office.stored() == NOTHING and len(tries) == 3
    assert office.row().failure == "The PDF was not made: Gullhaven cannot be set."
    assert [record.message for record in caplog.records] == ["letter.not_sealed"]
    assert not re.search("Gullhaven", str(caplog.records[0].__dict__))
    tries.clear()
    monkeypatch.setattr(at_work, "make_document", failing(2))
    office.press()
    office.work()
    assert office.stored() == SEALED


@pytest.mark.parametrize(
    ("limits_of_it", "says"),
    [(RenderLimits(wall_seconds=0.01), "it takes longer than"), (RenderLimits(memory_bytes=50_000_000), "memory than a document may have")],
    ids=["out of time", "out of memory"],
)
def test_f25_real_renderer_without_time_or_memory_seals_nothing_and_says_so(
    office: Office, monkeypatch: pytest.MonkeyPatch, limits_of_it: RenderLimits, says: str
) -> None:
    monkeypatch.setattr(at_work, "make_document", lambda _kind, document: letter_pdf(document, limits=limits_of_it))
    office.press()
    office.work()
    assert office.stored() == NOTHING
    assert says in office.row().failure


def test_fault_of_our_own_is_said_without_its_words(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_what: object) -> bytes:
        raise ZeroDivisionError("anna@example.org")

    monkeypatch.setattr(at_work, "make_document", broken)
    office.press()
    with pytest.raises(ZeroDivisionError):
        office.work()
    assert office.stored() == NOTHING
    assert "fault of its own" in office.row().failure and "anna" not in office.row().failure


def troubles_at_the_seal(monkeypatch: pytest.MonkeyPatch, troubles: Iterator[Exception]) -> None:
    real = seal.seal_letter

    def troubled(*arguments: Any, **more: Any) -> None:
        real(*arguments, **more)
        if trouble := next(troubles, None):
            raise trouble

    monkeypatch.setattr(seal, "seal_letter", troubled)


def test_f20_full_disk_stores_nothing_and_says_so_once_it_can(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    troubles_at_the_seal(monkeypatch, iter([DatabaseRefuses("There is no room.")]))
    real, refusals = sealing.end, iter([False, True, True])

    def end(session: Session, letter_id: int, job: str, failure: str = "", **more: Any) -> bool:
        if failure and next(refusals, False):
            raise DatabaseRefuses("There is no room.")
        return real(session, letter_id, job, failure, **more)

    monkeypatch.setattr(sealing, "end", end)
    office.press()
    office.work()
    assert office.stored() == NOTHING
    assert "no room to store the documents" in office.row().failure
    office.press()
    office.work()
    assert office.stored() == SEALED


@pytest.mark.parametrize("trouble", [DatabaseBusy, DatabaseLost])
def test_database_that_is_busy_or_begun_again_is_waited_for(
    office: Office, monkeypatch: pytest.MonkeyPatch, trouble: type[Exception]
) -> None:
    monkeypatch.setattr(making, "TRY_AGAIN_AFTER", 0.01)
    troubles_at_the_seal(monkeypatch, iter([trouble("Not now.")] * (limits.SEALING_ATTEMPTS + 1)))
    office.press()
    office.work()
    assert office.stored() == SEALED and office.row().attempts == 1, "a wait is no death"


def test_worker_that_ends_waits_no_longer(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    troubles_at_the_seal(monkeypatch, iter([DatabaseBusy("Not now.")] * 9))
    office.press()
    office.job.is_ending.set()
    with pytest.raises(DatabaseBusy):
        office.work()
    assert office.stored() == NOTHING


def test_control_documents_that_are_stored_one_by_one_are_noticed(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """The fault that all this is about: a death between two of them leaves half a set."""

    def piece_by_piece(session: Session, *_who: Any, **_when: Any) -> None:
        content = FAKE_FILES[DocumentKind.LETTER]
        session.add(DocumentRow(letter_id=office.id, kind="letter", sha256="0" * 64, content=content, made_at=SEALABLE))
        session.commit()
        raise Conflict("It died here.")

    monkeypatch.setattr(seal, "seal_letter", piece_by_piece)
    office.press()
    office.work()
    assert office.stored() not in (NOTHING, SEALED)
    assert office.problems() != ()


def test_nothing_is_sealed_while_nothing_may_change(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(making.installation, "may_write", lambda _session: False)
    office.press()
    office.work()
    assert office.stored() == NOTHING and office.row().ended_at is None


def test_clock_that_goes_back_does_not_keep_a_lost_job_for_ever(office: Office, clock: FakeClock) -> None:
    lost = office.press()
    office.do(lambda s: setattr(s.get_one(SealingRow, office.id), "asked_at", SEALABLE + timedelta(hours=1)))
    assert office.press() != lost


def test_r11_bundle_that_does_not_pass_its_own_check_is_never_stored(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bundle, "make_bundle", lambda content, seed: make_bundle(content, seed)[:-1])
    office.press()
    office.work()
    assert office.stored() == NOTHING
    assert office.row().failure.startswith("The bundle") and "does not pass its own check" in office.row().failure
    # Control: the same bundle, whole, is stored.
    monkeypatch.setattr(bundle, "make_bundle", make_bundle)
    office.press()
    office.work()
    assert office.stored() == SEALED


def test_pdf_with_an_electronic_seal_that_does_not_fit_is_never_stored(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    key = own_key(b"a seed of thirty-two bytes, or so", "127.0.0.1")
    made = io.BytesIO()
    with pikepdf.new() as blank:
        blank.add_blank_page()
        blank.save(made)
    pdf = made.getvalue()
    job = SealingJob(office.settings, office.engine)
    assert seal_state(job._signed(pdf, key), [key.public_key]) is not None
    monkeypatch.setattr(at_work, "seal_pdf", lambda pdf, key, *, now: seal_pdf(pdf, key, now=now) + b"%")
    with pytest.raises(DocumentsRefused, match="does not fit the file"):
        job._signed(pdf, key)


def test_key_of_the_seal_is_looked_at_before_anything_is_made(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[DocumentKind] = []
    monkeypatch.setattr(at_work, "make_document", lambda kind, _document: made.append(kind))
    office.job = SealingJob(replace(office.settings, pdf_seal=PdfSeal(Path("/is/not/there.p12"))), office.engine)
    office.press()
    office.work()
    assert (office.stored(), made) == (NOTHING, [])
    assert "PKCS #12 file of the seal cannot be read" in office.row().failure
