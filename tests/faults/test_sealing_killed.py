"""F26: the worker is killed at each step of sealing, and what is there afterwards is one sealed set or none (R8, R11)."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.counts import IS_ASSURE
from tests.factories import FAKE_FILES, entry, letter_closed, letter_row, staff_actor
from tests.mail_faults.house import House, eventually, house
from tests.ports import free_port
from webapp.domain.document_kind import DocumentKind
from webapp.persistence.database import transaction
from webapp.persistence.tables import DocumentRow, EventRow, SealingRow
from webapp.services import seal, sealing, verification

from .mortal_sealer import ONE_BY_ONE, STEPS, STORED

pytestmark = [pytest.mark.journey, pytest.mark.enable_socket]


@contextmanager
def mortal(folder: Path, plant: str = "") -> Iterator[House]:
    # No mail has to leave: nobody listens there.
    with house(folder, free_port()) as made:
        made.start("tests.faults.mortal_sealer", str(folder), UNDERSIGNED_TEST_PLANT=plant)
        yield made


def press(made: House, number: int) -> tuple[str, int]:
    now = datetime.now(UTC)
    with Session(made.engine) as session, transaction(session):
        actor = staff_actor(session)
        letter = letter_closed(session, actor, entry(), title=f"Letter {number}")
        plan = seal.plan_seal(session, actor, letter, made.settings.links, now=now)
        sealing.ask_to_seal(session, actor, letter, plan.seen, now=now)
        return letter, letter_row(session, letter).id


def has_ended(made: House, letter_id: int) -> bool:
    with Session(made.engine) as session:
        return session.get_one(SealingRow, letter_id).ended_at is not None


def die_at(made: House, step: str, number: int) -> str:
    order = made.folder / step
    order.touch()
    letter, letter_id = press(made, number)
    eventually(lambda: not order.exists() and has_ended(made, letter_id), f"{letter}: {step}")
    return letter


def faults(made: House, letters: list[str]) -> list[str]:
    """Letters with half a set, with another than the one of their record, or sealed more than once."""
    found = []
    with Session(made.engine) as session:
        for letter in letters:
            row = letter_row(session, letter)
            kinds = Counter(session.scalars(select(DocumentRow.kind).where(DocumentRow.letter_id == row.id)))
            seals = len(
                session.scalars(select(EventRow.sequence).where(EventRow.letter_id == row.id, EventRow.kind == "letter.sealed")).all()
            )
            whole = Counter([*(kind.value for kind in FAKE_FILES), DocumentKind.BUNDLE.value])
            if (row.state, seals, kinds) not in [("sealed", 1, whole), ("closed", 0, Counter())]:
                found.append(f"{letter}: {row.state}, {seals} seals, {sorted(kinds)}")
            found += [str(problem) for problem in verification.verify(session, letter).problems]
    return found


def test_r8_worker_killed_at_every_step_seals_once_and_whole(tmp_path: Path) -> None:
    with mortal(tmp_path) as made:
        letters = [die_at(made, STEPS[number % len(STEPS)], number) for number in range(200 if IS_ASSURE else len(STEPS))]
        assert faults(made, letters) == []
        with Session(made.engine) as session:
            assert {letter_row(session, letter).state for letter in letters} == {"sealed"}


def test_control_documents_that_are_stored_one_by_one_are_noticed(tmp_path: Path) -> None:
    with mortal(tmp_path, ONE_BY_ONE) as made:
        order = tmp_path / STORED
        order.touch()
        letter, _letter_id = press(made, 0)
        eventually(lambda: not order.exists(), "the worker dies between two documents")
        found = faults(made, [letter])
        assert any("closed, 0 seals, ['letter']" in one for one in found)
