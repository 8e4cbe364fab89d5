"""Who is reminded of what, and when: each rule on its day, and a property over plans, zones, outages and clocks that jump."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.domain.reminder import (
    EVENING,
    GAP,
    LAST_GAP,
    LATEST,
    MORNING,
    Course,
    Plan,
    Recipient,
    Reminder,
    ReminderKind,
    may_follow,
    might_leave,
    near,
    next_reminder,
    reminders_ahead,
)
from webapp.domain.stage import Stage

BERLIN, AUCKLAND = "Europe/Berlin", "Pacific/Auckland"
# Each changes its clocks by its own rules, and one by half an hour.
DST_ZONES = (BERLIN, "America/New_York", "Australia/Lord_Howe", "America/Santiago", AUCKLAND)
ASKED = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
CLOSES = datetime(2026, 3, 24, 16, 0, tzinfo=UTC)
COURSE = Course("deadline-0", CLOSES)
K = ReminderKind


def somebody(stage: Stage = Stage.INVITED, zone: str = BERLIN, **more: object) -> Recipient:
    return replace(Recipient(stage, zone, ASKED), **more)  # type: ignore[arg-type]  # the facts of a test


def left(one: Recipient, plan: Plan = Plan(), *, course: Course = COURSE, now: datetime = ASKED) -> list[tuple[str, K]]:  # noqa: B008 - it is frozen
    """Day and hour by the recipient’s clock, and what is said."""
    found = reminders_ahead(course, plan, one, now=now)
    return [(f"{each.at.astimezone(ZoneInfo(one.zone)):%d %H:%M}", each.kind) for each in found]


def mornings(kind: K, *days: int) -> list[tuple[str, K]]:
    return [(f"{day:02} 09:00", kind) for day in days]


def test_usual_plan_reminds_four_times_in_the_morning_of_the_recipient() -> None:
    assert left(somebody()) == mornings(K.NOT_OPENED, 10, 17, 21, 23)
    # On the other side of the earth the deadline is on the next day.
    assert left(somebody(zone=AUCKLAND)) == mornings(K.NOT_OPENED, 11, 18, 22, 24)


@pytest.mark.parametrize(
    ("stage", "kind"),
    [
        (Stage.INVITED, K.NOT_OPENED),
        (Stage.READING, K.SILENT),
        (Stage.WOULD_SIGN_IF, K.CONDITION),
        (Stage.TO_AFFIRM, K.AFFIRM),
    ],
)
def test_reminder_speaks_to_the_state(stage: Stage, kind: K) -> None:
    assert left(somebody(stage)) == mornings(kind, 10, 17, 21, 23)


@pytest.mark.parametrize("stage", sorted(set(Stage) - {*(stage for stage in Stage if stage.value in {
    "invited", "reading", "with the board", "would sign if", "to be affirmed"})}))  # fmt: skip
def test_nobody_who_has_answered_or_was_not_asked_is_reminded(stage: Stage) -> None:
    assert left(somebody(stage)) == []


def test_board_is_reminded_of_before_it_meets_and_asked_after_it_met() -> None:
    one = somebody(Stage.WITH_BOARD, board_meets_on=date(2026, 3, 18))
    ahead, met = K.BOARD_AHEAD, K.BOARD_MET
    # The third comes two days after that about the board.
    assert left(one) == [*mornings(ahead, 10, 17), ("19 09:00", met), ("21 09:00", met), ("23 09:00", met)]


def test_board_and_deadline_on_one_morning_are_one_reminder() -> None:
    one = somebody(Stage.WITH_BOARD, board_meets_on=date(2026, 3, 22))
    assert left(one) == [*mornings(K.BOARD_AHEAD, 10, 17, 21), ("23 09:00", K.BOARD_MET)]


def test_while_a_revision_goes_round_the_silent_are_asked_for_comments_alone() -> None:
    course = Course("comments-c1", CLOSES, is_circulating=True)
    assert left(somebody(Stage.ASKED), course=course) == mornings(K.COMMENTS, 10, 17, 21, 23)
    assert left(somebody(Stage.WITH_BOARD, board_meets_on=date(2026, 3, 15)), course=course) == mornings(K.COMMENTS, 10, 17, 21, 23)
    assert left(somebody(Stage.COMMENTED), course=course) == []


def test_kind_that_the_plan_leaves_out_is_not_sent() -> None:
    assert left(somebody(), Plan(kinds=frozenset({K.SILENT}))) == []
    assert left(somebody(), Plan(is_paused=True)) == []
    assert left(somebody(is_left_alone=True)) == []


def test_reminder_within_two_days_of_another_letter_waits_for_them_to_pass() -> None:
    told = datetime(2026, 3, 16, 12, 0, tzinfo=UTC)
    assert left(somebody(told_at=told), now=told)[0] == ("18 13:00", K.NOT_OPENED)
    late = datetime(2026, 3, 16, 18, 0, tzinfo=UTC)
    assert left(somebody(told_at=late), now=late)[0] == ("19 09:00", K.NOT_OPENED), "not in the evening"


def test_last_day_is_not_left_out_for_the_day_before() -> None:
    assert left(somebody(), Plan(days_before=(2, 1))) == mornings(K.NOT_OPENED, 22, 23)
    assert left(somebody(), Plan(days_before=(3, 2))) == [*mornings(K.NOT_OPENED, 21), ("23 09:00", K.NOT_OPENED)]


def test_who_is_asked_late_is_spared_what_lay_before() -> None:
    asked = datetime(2026, 3, 18, 12, 0, tzinfo=UTC)
    assert left(somebody(asked_at=asked, told_at=asked), now=asked) == mornings(K.NOT_OPENED, 21, 23)


def test_changed_plan_speaks_of_the_future_alone() -> None:
    noon = datetime(2026, 3, 17, 12, 0, tzinfo=UTC)
    assert left(somebody(), now=noon)[0] == ("17 13:00", K.NOT_OPENED), "what is late leaves at once"
    assert left(somebody(), Plan(since=noon), now=noon) == mornings(K.NOT_OPENED, 21, 23)


def test_after_two_days_down_comes_one_reminder_and_not_all() -> None:
    plan = Plan(days_before=(7, 6, 5))
    back = datetime(2026, 3, 19, 12, 0, tzinfo=UTC)
    assert left(somebody(), plan, now=back) == [("19 13:00", K.NOT_OPENED)]


def test_held_back_reminder_is_not_replaced_by_the_one_before() -> None:
    one = somebody(taken=frozenset({"deadline-0-3"}))
    assert left(one) == mornings(K.NOT_OPENED, 10, 17, 23)
    assert left(one, now=datetime(2026, 3, 21, 9, 0, tzinfo=UTC)) == mornings(K.NOT_OPENED, 23)


def test_last_chance_is_taken_in_the_evening() -> None:
    evening = datetime(2026, 3, 23, 19, 0, tzinfo=UTC)
    assert left(somebody(), course=Course("deadline-0", datetime(2026, 3, 24, 7, 0, tzinfo=UTC)), now=evening) == [
        ("23 20:00", K.NOT_OPENED)
    ]


def test_at_sending_the_distance_is_asked_for_once_more() -> None:
    now = datetime(2026, 3, 20, 9, 0, tzinfo=UTC)
    assert may_follow("deadline-0-3", None, now=now)
    assert may_follow("deadline-0-3", now - GAP, now=now)
    assert not may_follow("deadline-0-3", now - GAP + timedelta(minutes=1), now=now)
    assert may_follow("deadline-0-1", now - timedelta(hours=23), now=now)
    assert not may_follow("deadline-0-1", now - timedelta(hours=1), now=now)
    assert not may_follow("board-2026-03-19-1", now - timedelta(hours=23), now=now)
    assert may_follow("deadline-0-3", now + timedelta(days=3650), now=now), "that clock was wrong"


@dataclass
class Story:
    """One silent recipient, a plan, and a worker that looks every hour, by a clock that may jump, and is down for a while."""

    plan: Plan
    course: Course
    one: Recipient
    down_from: int
    down_for: int
    jumps: dict[int, int]
    """Hour → by how many hours the clock jumps then."""
    minds_the_gap: bool = True
    left: list[tuple[Reminder, datetime]] = field(default_factory=list)

    def run(self) -> None:
        one, off = self.one, 0
        for hour, true in enumerate(self._hours()):
            off += self.jumps.get(hour, 0)
            now = true + timedelta(hours=off)
            if self.down_from <= hour < self.down_from + self.down_for:
                continue
            told = one if self.minds_the_gap else replace(one, told_at=None)
            found = next_reminder(self.course, self.plan, told, now=now)
            # Whoever counts what leaves by some hour leaves nobody out.
            assert found is None or might_leave(self.course, self.plan, one.zone, one.board_meets_on, now=now, by=found.at)
            if found is not None and found.at <= now:
                # Nobody looks who need not: what is due is always near.
                assert near(self.course, self.plan, [one.board_meets_on] if one.board_meets_on else [], now=now)
                one = replace(one, told_at=now, taken=one.taken | {found.slot})
                self.left.append((found, now))

    def _hours(self) -> Iterator[datetime]:
        at = self.one.asked_at
        while at < self.course.until + timedelta(days=2):
            yield at
            at += timedelta(hours=1)

    def check(self) -> None:
        slots = [reminder.slot for reminder, _at in self.left]
        assert len(slots) == len(set(slots)), "twice for one reason"
        told = self.one.told_at
        for reminder, at in self.left:
            local = at.astimezone(ZoneInfo(self.one.zone))
            assert reminder.kind in self.plan.kinds
            assert self.one.asked_at < reminder.due_at <= at < self.course.until
            is_last = reminder.slot == f"{self.course.name}-1"
            if told is not None:
                assert abs(at - told) >= (LAST_GAP if is_last else GAP), "too soon after another"
            assert MORNING <= local.time() < EVENING or self.course.until - at < timedelta(hours=24), "at night"
            told = at

    def check_none_lost(self) -> None:
        """Whatever the plan says, a word has come within two days before its moment, or soon after it."""
        told = [at for _reminder, at in self.left] + ([self.one.told_at] if self.one.told_at else [])
        for moment in self._mornings():
            latest = min(moment + LATEST, self.course.until)
            # Awake from the morning until the evening before the moment is given up.
            if latest - moment >= timedelta(hours=1) and self._is_up(moment, latest):
                assert any(moment - GAP < at <= latest for at in told), f"nothing came for {moment}"

    def _mornings(self) -> Iterator[datetime]:
        last = self.course.until.astimezone(ZoneInfo(self.one.zone)).date()
        for days in self.plan.days_before:
            at = datetime.combine(last - timedelta(days=days), time(9), ZoneInfo(self.one.zone)).astimezone(UTC)
            if self.one.asked_at < at < self.course.until:
                yield at

    def _is_up(self, since: datetime, until: datetime) -> bool:
        begins = self.one.asked_at + timedelta(hours=self.down_from)
        ends = begins + timedelta(hours=self.down_for)
        if not self.down_for or ends <= since or begins >= until:
            return True
        # What was down until then must have a day left, after the two days for which it may have to wait for another.
        return until - max(ends, since + GAP) > timedelta(hours=16)


@st.composite
def stories(draw: st.DrawFn, *, has_jumps: bool) -> Story:
    zone = draw(st.sampled_from(DST_ZONES))
    # Around the days on which one or the other changes its clocks.
    asked = draw(st.sampled_from([datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 9, 20, tzinfo=UTC), datetime(2026, 10, 15, tzinfo=UTC)]))
    asked += timedelta(minutes=draw(st.integers(0, 1440)))
    until = asked + timedelta(hours=draw(st.integers(1, 24 * 26)), minutes=draw(st.integers(0, 59)))
    days = draw(st.lists(st.integers(1, 24), min_size=1, max_size=6, unique=True))
    stage = draw(st.sampled_from([Stage.INVITED, Stage.READING, Stage.WITH_BOARD, Stage.WOULD_SIGN_IF, Stage.TO_AFFIRM]))
    board = asked.date() + timedelta(days=draw(st.integers(0, 26))) if stage is Stage.WITH_BOARD else None
    jumps = draw(st.dictionaries(st.integers(1, 600), st.sampled_from([-24, -1, 1, 24]), max_size=4)) if has_jumps else {}
    return Story(
        Plan(days_before=tuple(sorted(days, reverse=True)), days_after_board=draw(st.sampled_from([(1,), (1, 3), ()]))),
        Course("deadline-0", until),
        Recipient(stage, zone, asked, board, told_at=asked),
        down_from=draw(st.integers(0, 600)),
        down_for=draw(st.integers(0, 48)),
        jumps=jumps,
    )


@given(stories(has_jumps=True))
def test_i31_never_two_within_two_days_never_at_night_never_after_the_close(story: Story) -> None:
    story.run()
    story.check()


@given(stories(has_jumps=False))
def test_none_is_lost_and_late_comes_one(story: Story) -> None:
    story.run()
    story.check()
    story.check_none_lost()


def test_control_without_the_distance_two_come_within_two_days() -> None:
    story = Story(Plan(days_before=(5, 4)), COURSE, somebody(), 0, 0, {}, minds_the_gap=False)
    story.run()
    with pytest.raises(AssertionError, match="too soon"):
        story.check()
