"""F13, R9, R11: an answer in flight while the addendum closes, and a withdrawal while it is issued, on real threads."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from tests import factories
from tests.counts import IS_ASSURE
from tests.databases import Databases
from tests.factories import ANNA, FAKE_PDF, KEYRING, SEALABLE, entry, settings_for
from tests.faults.test_races import Act, together
from webapp.persistence.database import make_engine, transaction
from webapp.persistence.tables import AddendumSignatoryRow, AnswerRow
from webapp.services import addenda, answers, verification
from webapp.services.joined_since import joiners

_RUNS = 50 if IS_ASSURE else 2
_number = count(1)
IRIS = "iris@upland.example.org"
OPENED = SEALABLE + timedelta(days=1)
UNTIL_LOCAL, UNTIL = datetime(2026, 4, 1, 18, 0), datetime(2026, 4, 1, 16, 0, tzinfo=UTC)  # noqa: DTZ001 - a wall clock has no zone
LATE, READY = UNTIL + timedelta(seconds=1), UNTIL + timedelta(seconds=30)
MS = timedelta(milliseconds=1)


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory, databases: Databases) -> Iterator[Engine]:
    folder = tmp_path_factory.mktemp("addendum-races")
    engine = make_engine(settings_for(folder, databases.fresh(folder)))
    yield engine
    engine.dispose()


class HeldOpen:
    """A sealed letter that is held open, and Upland, which can join it."""

    def __init__(self, engine: Engine) -> None:
        self.engine, self.name = engine, f"Upland {next(_number)}"
        with Session(engine) as session, transaction(session):
            self.coordinator = factories.staff_actor(session)
            self.letter = factories.letter_sealed(session, self.coordinator, entry(f"Gullhaven {self.name}", ANNA))
            addenda.open_addendum(session, self.coordinator, self.letter, UNTIL_LOCAL, asks=True, now=OPENED)
            factories.roster.add_society(session, self.coordinator, self.letter, entry(self.name, IRIS, "Iris Ek"), KEYRING, now=OPENED)

    def press(self, act: str, received_at: datetime, now: datetime) -> Act:
        """Everything up to the last press is done; the press is left."""
        begun = min(received_at, UNTIL - timedelta(minutes=5)) if act == "sign" else received_at
        nonce = f"{self.letter}-{act}-of-upland"
        with Session(self.engine) as session, transaction(session):
            place = factories.enter(session, self.letter, IRIS, now=begun)
            answers.prepare_answer(
                session, place, factories.intent(session, place, act, nonce=nonce), KEYRING, received_at=begun, now=begun
            )
            code, key, invitation = factories.newest_code(session, place), place.stay.token_hash, place.invitation.reference

        def confirm(session: Session) -> None:
            place = factories.access.load_place(session, key, invitation, now=begun)
            answers.confirm_answer(session, place, nonce, code, KEYRING, received_at=received_at, now=now)

        return confirm

    def close(self, session: Session) -> None:
        assert addenda.close_if_due(session, factories.letter_row(session, self.letter).id, now=LATE)


@pytest.mark.parametrize(("received_at", "word"), [(UNTIL - MS, "done"), (UNTIL, "TooLate")], ids=["in time", "too late"])
def test_r9_f13_answer_in_flight_while_the_addendum_closes(engine: Engine, received_at: datetime, word: str) -> None:
    for _ in range(_RUNS):
        held = HeldOpen(engine)
        assert together(engine, held.press("sign", received_at, LATE), held.close) == [word, "done"]
        with Session(engine) as session:
            joined = [one.printed_name for one in joiners(session, factories.letter_row(session, held.letter))]
            assert len(joined) == (word == "done")
            assert verification.verify(session, held.letter).problems == ()


def test_r11_withdrawal_while_the_addendum_is_issued_ends_as_one_after_the_other(engine: Engine) -> None:
    for _ in range(_RUNS):
        held = HeldOpen(engine)
        with Session(engine) as session, transaction(session):
            factories.sign(session, held.letter, IRIS, at=OPENED, printed_name=held.name)
            held.close(session)
        withdraw = held.press("withdraw", READY, READY)
        with Session(engine) as session:
            plan = addenda.plan_addendum(session, held.coordinator, held.letter, now=READY)

        def issue(session: Session, held: HeldOpen = held, plan: addenda.AddendumPlan = plan) -> None:
            addenda.issue_addendum(session, held.coordinator, held.letter, plan, FAKE_PDF, now=READY)

        withdrawn, issued = together(engine, withdraw, issue)
        assert withdrawn == "done"
        assert issued in {"done", "Conflict"}
        with Session(engine) as session:
            answer = session.scalars(select(AnswerRow.id).where(AnswerRow.printed_name == held.name)).one()
            listed = session.scalar(select(AddendumSignatoryRow.position).where(AddendumSignatoryRow.answer_id == answer))
            assert (listed == 1) is (issued == "done"), "listed as it stood when it was issued, or not at all"
            assert verification.verify(session, held.letter).problems == ()
