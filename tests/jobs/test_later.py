"""The worker that makes what comes after the seal: one document with all that belongs to it or none, wherever it dies."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from sqlalchemy import Engine, func, select, update
from sqlalchemy.orm import Session

from tests.factories import (
    DEADLINE,
    FAKE_PDF,
    SEALABLE,
    FakeClock,
    entry,
    letter_in_signing,
    letter_row,
    seal_it,
    sign,
    staff_actor,
)
from webapp.domain.errors import Conflict, RenderingFailed, WrongState
from webapp.jobs import later as at_work
from webapp.jobs import making
from webapp.jobs.later import LaterJob
from webapp.persistence.database import DatabaseBusy, DatabaseRefuses, transaction
from webapp.persistence.tables import AddendumSignatoryRow, LaterDocumentRow, OutboxRow, SealingRow, SocietyRow
from webapp.rendering.pdf_seal import seal_state
from webapp.services import addenda, editions, later_making, sealing, sign_on, verification
from webapp.services.after_the_seal import show_after
from webapp.services.pdf_seal import known_keys, sealer
from webapp.settings import PdfSeal, Settings

IRIS = "iris@upland.example.org"
UNTIL_LOCAL, UNTIL = datetime(2026, 4, 1, 18, 0), datetime(2026, 4, 1, 16, 0, tzinfo=DEADLINE.tzinfo)  # noqa: DTZ001 - a wall clock
READY = UNTIL + timedelta(seconds=30)


class Died(BaseException):
    """The process has ended here: nothing that catches errors sees it."""


class Office:
    """A sealed letter that one society has joined, somebody who presses, and a worker."""

    def __init__(self, settings: Settings, engine: Engine) -> None:
        self.settings, self.engine = settings, engine
        self.job = LaterJob(settings, engine)
        with Session(engine) as session, transaction(session):
            self.actor = staff_actor(session)
            self.letter = letter_in_signing(session, self.actor, entry(), entry("Upland", IRIS, "Iris Ek"))
            self.id = letter_row(session, self.letter).id
            sign(session, self.letter)
            sign_on.close_if_due(session, self.id, now=DEADLINE)
            seal_it(session, self.actor, self.letter)
        with Session(engine) as session, transaction(session):
            addenda.open_addendum(session, self.actor, self.letter, UNTIL_LOCAL, asks=False, now=SEALABLE + timedelta(days=1))
        with Session(engine) as session, transaction(session):
            sign(session, self.letter, IRIS, at=SEALABLE + timedelta(days=2), printed_name="Upland")
        with Session(engine) as session, transaction(session):
            addenda.close_if_due(session, self.id, now=READY)

    def press(self, *, edition: bool = False) -> str:
        now = self.settings.clock.now()
        with Session(self.engine) as session, transaction(session):
            if edition:
                seen = editions.seen_parts(session, letter_row(session, self.letter))
                later_making.ask_for_edition(session, self.actor, self.letter, seen, now=now)
            else:
                seen = addenda.plan_addendum(session, self.actor, self.letter, now=now).seen
                later_making.ask_for_addendum(session, self.actor, self.letter, seen, now=now)
        self.seen = seen
        return self.row().job

    def work(self, job: str | None = None) -> None:
        self.job.make(self.id, job or self.row().job, self.seen)

    def row(self) -> SealingRow:
        with Session(self.engine) as session:
            return session.get_one(SealingRow, self.id)

    def stored(self) -> tuple[list[str], int, int]:
        """Files, societies in addenda, and mails that tell of it; all that does not fit the record is a failure."""
        with Session(self.engine) as session:
            assert verification.verify(session, self.letter).problems == ()
            files = session.execute(select(LaterDocumentRow.kind, LaterDocumentRow.number).order_by(LaterDocumentRow.id)).all()
            told = session.scalar(select(func.count()).select_from(OutboxRow).where(OutboxRow.kind == addenda.ISSUED)) or 0
            return [f"{kind} {number}" for kind, number in files], len(session.scalars(select(AddendumSignatoryRow)).all()), told


NOTHING: tuple[list[str], int, int] = ([], 0, 0)
ISSUED = (["addendum 1"], 1, 1)


@pytest.fixture
def office(settings: Settings, engine: Engine, clock: FakeClock, monkeypatch: pytest.MonkeyPatch) -> Office:
    clock.at = READY
    monkeypatch.setattr(at_work, "addendum_pdf", lambda *_what: FAKE_PDF)
    monkeypatch.setattr(at_work, "edition_pdf", lambda *_what: FAKE_PDF)
    monkeypatch.setattr(making, "TRY_AGAIN_AFTER", 0.01)
    return Office(settings, engine)


def test_addendum_and_edition_are_made_by_a_worker_and_each_is_stored_once(office: Office) -> None:
    job = office.press()
    assert office.press() == job
    office.work()
    office.work(job)
    assert office.stored() == ISSUED
    office.press(edition=True)
    office.work()
    assert office.stored() == (["addendum 1", "edition 1"], 1, 1)
    with pytest.raises(WrongState, match="newest edition holds everything"):
        office.press(edition=True)


def test_page_says_how_far_it_is_and_why_it_failed(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []

    def look(*_what: object) -> bytes:
        with Session(office.engine) as session:
            shown = show_after(session, office.actor, office.letter, now=READY).making
            told.append(f"{shown.act}: {shown.step}, {shown.steps_done} of {shown.steps}, {shown.is_under_way}")
        raise RenderingFailed("The press ended before it had finished.")

    monkeypatch.setattr(at_work, "addendum_pdf", look)
    office.press()
    office.work()
    assert told == ["addendum: Making: addendum 1, 0 of 2, True"] * 3
    with Session(office.engine) as session:
        assert show_after(session, office.actor, office.letter, now=READY).making.failure == "The press ended before it had finished."
    assert office.stored() == NOTHING


def deaths(office: Office, patch: pytest.MonkeyPatch) -> Iterator[str]:
    """Sets one death after another; each patch ends before the next begins."""

    def dies(module: Any, name: str, *, before: bool) -> Callable[[pytest.MonkeyPatch], None]:
        real = getattr(module, name)

        def act(*arguments: Any, **more: Any) -> Any:
            if before:
                raise Died
            real(*arguments, **more)
            raise Died

        return lambda context: context.setattr(module, name, act)

    places = {
        "taken up": dies(sealing, "take_up", before=False),
        "before it is set": dies(at_work, "addendum_pdf", before=True),
        "once it is set": dies(at_work, "addendum_pdf", before=False),
        "before it is stored": dies(addenda, "issue_addendum", before=True),
        "stored and not committed": dies(addenda, "issue_addendum", before=False),
    }
    for name, plant in places.items():
        with patch.context() as context:
            plant(context)
            yield name


def test_r8_r11_worker_that_dies_anywhere_leaves_nothing_and_the_next_makes_it_once(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    for died in deaths(office, monkeypatch):
        office.press()
        with pytest.raises(Died):
            office.work()
        assert office.stored() == NOTHING, died
        assert office.row().ended_at is None, died
    office.work()
    office.work()
    assert office.stored() == ISSUED


def test_control_list_that_is_stored_without_its_file_is_noticed(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """The fault that all this is about: a death between two commits leaves half of it."""
    real = addenda.keep_file

    def commits_first(session: Session, *arguments: Any, **more: Any) -> str:
        session.commit()
        real(session, *arguments, **more)
        raise Conflict("It died here.")

    monkeypatch.setattr(addenda, "keep_file", commits_first)
    office.press()
    office.work()
    with pytest.raises(AssertionError):
        office.stored()


def test_busy_database_is_waited_for_and_a_full_disk_is_a_sentence(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    real, troubles = addenda.issue_addendum, iter([DatabaseBusy("Not now."), DatabaseRefuses("There is no room.")])

    def troubled(*arguments: Any, **more: Any) -> int:
        number = real(*arguments, **more)
        if trouble := next(troubles, None):
            raise trouble
        return number

    monkeypatch.setattr(addenda, "issue_addendum", troubled)
    office.press()
    office.work()
    assert office.stored() == NOTHING and "no room to store" in office.row().failure
    office.press()
    office.work()
    assert office.stored() == ISSUED


def test_what_changes_after_the_press_is_not_issued(office: Office) -> None:
    office.press()
    with Session(office.engine) as session, transaction(session):
        session.execute(update(SocietyRow).where(SocietyRow.printed_name == "Upland").values(acronym="UP"))
    office.work()
    assert office.stored() == NOTHING and "Look at the list again" in office.row().failure


def test_press_that_does_not_say_what_was_seen_asks_for_nothing(office: Office) -> None:
    with Session(office.engine) as session:
        for ask in (later_making.ask_for_addendum, later_making.ask_for_edition):
            with pytest.raises((Conflict, WrongState)):
                ask(session, office.actor, office.letter, "", now=READY)
        assert session.get(SealingRow, office.id) is None


def test_while_one_document_is_made_another_waits(office: Office) -> None:
    office.press()
    office.work()
    office.press(edition=True)
    with Session(office.engine) as session, pytest.raises(Conflict, match="Another document"):
        later_making.ask_for_addendum(session, office.actor, office.letter, "", now=READY)


def test_what_is_issued_carries_the_electronic_seal_where_a_key_is_set_up(
    office: Office, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    blank = tmp_path / "blank.pdf"
    with pikepdf.new() as made:
        made.add_blank_page()
        made.save(blank)
    settings = replace(office.settings, pdf_seal=PdfSeal())
    monkeypatch.setattr(at_work, "addendum_pdf", lambda _document, seal: seal(blank.read_bytes()))
    office.job = LaterJob(settings, office.engine)
    office.press()
    office.work()
    with Session(office.engine) as session:
        state = seal_state(session.scalars(select(LaterDocumentRow.content)).one(), known_keys(settings))
    assert state is not None and state.is_ours and state.is_whole
    assert sealer(office.settings, now=READY)(b"as it is") == b"as it is"


def test_key_that_is_of_no_use_is_a_sentence_before_anything_is_made(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[object] = []
    monkeypatch.setattr(at_work, "addendum_pdf", lambda *what: made.append(what))
    office.job = LaterJob(replace(office.settings, pdf_seal=PdfSeal(Path("/is/not/there.p12"))), office.engine)
    office.press()
    office.work()
    assert (office.stored(), made) == (NOTHING, [])
    assert "UNDERSIGNED_SEAL_PKCS12" in office.row().failure
