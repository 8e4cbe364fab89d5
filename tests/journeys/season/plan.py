"""Sixty societies over six weeks: who does what on which day after sign-on was opened. Day 42 is the deadline's."""

import csv
from dataclasses import dataclass
from pathlib import Path

LIST = Path(__file__).with_name("societies.csv")
WEEKS = 6
DEADLINE_DAY = 42


@dataclass(frozen=True)
class Act:
    day: int
    what: str
    board_on: int = 0
    """The day on which the board meets, where that is what is said."""


@dataclass(frozen=True)
class Course:
    """What one society does until the deadline, in order; nothing where it never opens the letter."""

    email: str
    society: str
    contact: str
    acts: tuple[Act, ...] = ()

    def on(self, day: int) -> tuple[Act, ...]:
        return tuple(act for act in self.acts if act.day == day)


def courses() -> tuple[Course, ...]:
    with LIST.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    planned = _plan()
    assert len(rows) == len(planned)
    return tuple(
        Course(row["E-Mail-Adresse"], row["Fachgesellschaft"], row["Ansprechpartner"], acts)
        for row, acts in zip(rows, planned, strict=True)
    )


def _plan() -> tuple[tuple[Act, ...], ...]:
    return (
        *_many(6, Act(2, "sign")),
        *_many(6, Act(5, "sign")),
        *_many(6, Act(12, "sign")),
        # Boards that meet in the third, the fourth and the fifth week, and what they decide.
        *_many(3, Act(2, "board", board_on=20), Act(21, "sign")),
        *_many(3, Act(2, "board", board_on=27), Act(28, "sign")),
        *_many(3, Act(2, "board", board_on=34), Act(35, "sign")),
        *_many(3, Act(5, "board", board_on=26), Act(28, "sign")),
        *_many(1, Act(5, "board", board_on=34), Act(35, "decline")),
        *_many(1, Act(5, "board", board_on=34)),
        # Those who read and say nothing, until they are reminded.
        *_many(4, Act(5, "read"), Act(30, "sign")),
        *_many(2, Act(5, "read"), Act(36, "sign")),
        *_many(1, Act(5, "read"), Act(40, "sign")),
        *_many(1, Act(5, "read")),
        # Those who do not open the letter, until they are reminded.
        *_many(4, Act(30, "sign")),
        *_many(3, Act(36, "sign")),
        *_many(1, Act(41, "sign")),
        *_many(2),
        *_many(1, Act(5, "sign_if"), Act(12, "sign")),
        *_many(1, Act(5, "sign_if"), Act(30, "sign")),
        *_many(1, Act(5, "sign_if")),
        *_many(2, Act(12, "abstain")),
        *_many(1, Act(12, "separate")),
        *_many(1, Act(5, "hand_over"), Act(12, "colleague")),
        *_many(1, Act(2, "not_us"), Act(12, "corrected")),
        *_many(1, Act(21, "on_paper")),
        *_many(1, Act(5, "sign"), Act(12, "dispute"), Act(21, "settle")),
    )


def _many(count: int, *acts: Act) -> tuple[tuple[Act, ...], ...]:
    return (acts,) * count
