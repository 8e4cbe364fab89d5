"""The demonstration is a letter like any other, in the midst of its two weeks."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.databases import Databases
from tests.factories import COORDINATOR, KEYRING, settings_for
from webapp.domain.actor import COMMAND, Actor, ActorKind
from webapp.domain.errors import NotFound
from webapp.domain.permission import Permission
from webapp.domain.record import first_break, replay
from webapp.domain.stage import Stage
from webapp.persistence.database import make_engine
from webapp.persistence.record import load_events
from webapp.persistence.tables import AnswerRow, LetterRow, OutboxRow
from webapp.services import doors
from webapp.services.access import load_letter
from webapp.services.course_desk import show_course, show_submission
from webapp.services.dashboard import Dashboard, show_dashboard
from webapp.services.demonstration import make_demonstration
from webapp.services.demonstration.calendar import ActKind, Calendar
from webapp.services.demonstration.journals import TARNBECK, WINDLEMARSH
from webapp.services.roster_list import list_roster
from webapp.services.verification import verify
from webapp.settings import Settings

NOW = datetime(2026, 11, 22, 13, 0, tzinfo=UTC)

INSTANTS = [
    (NOW, "on a plain afternoon"),
    (datetime(2026, 11, 22, 23, 5, tzinfo=UTC), "just after midnight in Berlin, not yet in Greenwich"),
    (datetime(2026, 11, 22, 0, 5, tzinfo=UTC), "just after midnight in Greenwich"),
    (datetime(2027, 3, 28, 1, 30, tzinfo=UTC), "on the night when summer time begins"),
    (datetime(2027, 10, 31, 0, 30, tzinfo=UTC), "on the night when summer time ends"),
    (datetime(2028, 2, 29, 12, 0, tzinfo=UTC), "on a leap day"),
]


@dataclass(frozen=True)
class Made:
    session: Session
    reference: str
    owner: Actor
    settings: Settings

    @property
    def letter(self) -> LetterRow:
        return load_letter(self.session, COMMAND, self.reference, Permission.SEE)

    @property
    def dashboard(self) -> Dashboard:
        return show_dashboard(self.session, self.owner, self.reference, self.settings.links, with_needs=True, now=NOW)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, databases: Databases) -> Iterator[Made]:
    """Made once for all tests here: it takes a second, and none of them changes it."""
    folder = tmp_path_factory.mktemp("demonstration")
    settings = settings_for(folder, databases.fresh(folder))
    engine = make_engine(settings)
    with Session(engine) as session:
        staff, _is_new = doors.add_staff(session, COORDINATOR, now=NOW)
        reference = make_demonstration(session, COMMAND, staff, KEYRING, now=NOW)
        yield Made(session, reference, Actor(ActorKind.STAFF, staff), settings)
        session.rollback()
    engine.dispose()


def test_societies_are_at_every_stage(made: Made) -> None:
    assert dict(made.dashboard.stages) == {
        Stage.SIGNED: 22,
        Stage.DECLINED: 1,
        Stage.WITHDRAWN: 1,
        Stage.WITH_BOARD: 3,
        Stage.READING: 4,
        Stage.INVITED: 5,
    }


def test_it_is_open_and_says_what_it_is(made: Made) -> None:
    assert made.letter.state == "signing"
    assert made.letter.is_demonstration


def test_deadline_is_nine_days_ahead_at_five_in_berlin(made: Made) -> None:
    assert made.letter.deadline == datetime(2026, 12, 1, 16, 0, tzinfo=UTC)
    assert made.letter.deadline_zone == "Europe/Berlin"


def test_it_belongs_to_its_owner_and_to_nobody_else(made: Made) -> None:
    stranger, _is_new = doors.add_staff(made.session, "stranger@example.org", now=NOW)
    load_letter(made.session, made.owner, made.reference, Permission.SEAL)
    with pytest.raises(NotFound):
        load_letter(made.session, Actor(ActorKind.STAFF, stranger), made.reference, Permission.SEE)


def test_sign_ons_climb_over_two_weeks(made: Made) -> None:
    chart = made.dashboard.chart
    assert chart is not None
    assert len(chart.rows) == 14
    assert chart.rows[-1] == ("22 November 2026", 2, 22)


def test_board_that_met_without_an_answer_needs_the_coordinator(made: Made) -> None:
    assert [need.text for need in made.dashboard.needs] == [
        "The board of Hội Y học Nghỉ dưỡng Vịnh Mây met on 19 November 2026 and has not answered"
    ]


def test_it_is_planned_for_two_invented_journals_with_a_word_from_one_and_a_day_at_the_other(made: Made) -> None:
    page = show_course(made.session, made.owner, made.reference, now=NOW)
    assert {one.journal: (one.state, one.next_due.left if one.next_due else "") for one in page.submissions} == {
        TARNBECK.journal: ("planned", "in 45 days"),
        WINDLEMARSH.journal: ("planned", "in 3 days"),
    }
    told = [show_submission(made.session, made.owner, made.reference, one.reference, now=NOW) for one in page.submissions]
    assert {one.contact.rpartition("@")[2].rstrip(">").rpartition(".example.")[2] for one in told} == {"org", "net"}
    assert sorted(len(one.story) for one in told) == [0, 1]
    assert not [one for one in told if any(due.is_overdue for due in one.follow_ups)]
    assert verify(made.session, made.reference).problems == ()


def test_record_is_whole_and_never_runs_backwards(made: Made) -> None:
    events = load_events(made.session, made.letter.id)
    assert first_break(made.reference, events) is None
    assert all(earlier.at <= later.at for earlier, later in pairwise(events))
    assert events[-1].at <= NOW.isoformat()


def test_record_replays_to_the_present_state(made: Made) -> None:
    replayed = replay(load_events(made.session, made.letter.id))
    assert (replayed.state, len(replayed.societies)) == ("signing", 36)
    assert Counter(replayed.standing.values()) == {"sign": 22, "decline": 1}


def test_every_answer_left_its_code_and_its_receipt(made: Made) -> None:
    kinds = Counter(made.session.scalars(select(OutboxRow.kind).where(OutboxRow.letter_id == made.letter.id)))
    # 23 signed, of which one withdrew, and one declined; each of these acts took a code.
    assert kinds == {"invitation": 36, "code": 25, "receipt": 24, "withdrawal_receipt": 1}


def test_no_decision_is_later_than_its_answer(made: Made) -> None:
    answers = made.session.scalars(select(AnswerRow).where(AnswerRow.letter_id == made.letter.id, AnswerRow.decided_on.is_not(None))).all()
    assert len(answers) == 23
    assert all(row.decided_on and row.decided_on <= row.received_at.date() for row in answers)


def test_names_are_printed_as_the_roster_gives_them(made: Made) -> None:
    signed = list_roster(made.session, COMMAND, made.reference, stage=Stage.SIGNED)
    assert all(line.printed_name == line.society and line.officer and line.office for line in signed)


def test_a_second_demonstration_stands_beside_the_first(made: Made) -> None:
    staff = made.owner.reference
    other = make_demonstration(made.session, COMMAND, staff, KEYRING, now=NOW)
    assert other != made.reference
    assert made.dashboard.signed == 22


@pytest.mark.parametrize("now", [row[0] for row in INSTANTS], ids=[row[1] for row in INSTANTS])
def test_calendar_holds_whenever_it_is_made(now: datetime) -> None:
    calendar, berlin = Calendar(now), ZoneInfo("Europe/Berlin")
    acts = calendar.acts()
    assert Counter(act.kind for act in acts) == {
        ActKind.SIGN: 23,
        ActKind.DECLINE: 1,
        ActKind.WITHDRAW: 1,
        ActKind.TELL_BOARD: 3,
        ActKind.READ: 4,
    }
    assert calendar.created_at < calendar.listed_at < calendar.opened_at < acts[0].at
    assert acts[-1].at < now < calendar.deadline_local.replace(tzinfo=berlin)
    assert len({act.at for act in acts}) == len(acts)
    for act in acts:
        day = act.at.astimezone(berlin).date()
        assert act.day > day if act.kind is ActKind.TELL_BOARD else act.day <= calendar.today, act
        assert act.kind is not ActKind.SIGN or act.day <= day, act
