"""What may be expected by the deadline, and what that rests on; nothing where too little is known."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from math import ceil, floor, sqrt

from webapp.domain.deadline import show_date

# Two weeks hold each day of the week twice; a week is the least that holds a weekend.
_LONGEST_LOOK, _SHORTEST_LOOK = 14, 7
_FEWEST = 5
# Four times in five what comes lies between, as far as societies sign independently of each other (a Poisson process).
_SPREAD = 1.28


@dataclass(frozen=True)
class Pace:
    """How many will have signed by the deadline, from `low` to `high`, if it goes on as in the last days."""

    days: int
    signed: int
    """How many have signed in these days."""
    so_far: int
    low: int
    high: int

    @property
    def range_words(self) -> str:
        return f"{self.low} to {self.high}" if self.low < self.high else str(self.low)


@dataclass(frozen=True)
class Boards:
    """How many boards are still to decide, of societies that have not answered."""

    met: int = 0
    """They have met, everywhere on earth, and no answer has come."""
    before: int = 0
    last_day: int = 0
    """They meet on the day of the deadline itself."""
    after: int = 0


def boards_against(dates: Mapping[date, int], deadline: date, *, today: date) -> Boards:
    """Where so many boards meet on these dates; `today` is the earliest day that it still is anywhere."""
    return Boards(
        met=sum(number for day, number in dates.items() if day < today),
        before=sum(number for day, number in dates.items() if today <= day < deadline),
        last_day=sum(number for day, number in dates.items() if day == deadline >= today),
        after=sum(number for day, number in dates.items() if day > deadline and day >= today),
    )


def pace_of(signed: Mapping[date, int], first: date, today: date, deadline: date, *, still_open: int) -> Pace | None:
    """None in the first week, where fewer than five have signed lately, and where nobody or no day is left.

    `signed` says how many of those who have signed did so on each day, from the first day on. Today is not over, and is left out.
    """
    look = min((today - first).days, _LONGEST_LOOK)
    lately = sum(signed.get(today - timedelta(days=number), 0) for number in range(1, look + 1))
    left = (deadline - today).days
    if look < _SHORTEST_LOOK or lately < _FEWEST or left < 1 or not still_open:
        return None
    share = left / look
    expected, spread = lately * share, _SPREAD * sqrt(lately * share * (1 + share))
    so_far = sum(signed.values())
    low = floor(max(expected - spread, 0))
    return Pace(look, lately, so_far, so_far + min(low, still_open), so_far + min(ceil(expected + spread), still_open))


def answers_sentence(answered: int, still_open: int, *, not_us: int = 0, not_asked: int = 0) -> str:
    """“26 have answered; 32 have not yet; 1 says “not us”; 1 is not invited yet.” Together they are the whole roster."""
    parts = [f"{answered} {'has' if answered == 1 else 'have'} answered", f"{still_open} {'has' if still_open == 1 else 'have'} not yet"]
    if not still_open:
        parts = ["All who were asked have answered"] if answered else []
    if not_us:
        parts.append(f"{not_us} {'says' if not_us == 1 else 'say'} “not us”")
    if not_asked:
        parts.append(f"{not_asked} {'is' if not_asked == 1 else 'are'} not invited yet")
    return f"{'; '.join(parts)}." if parts else ""


def boards_sentence(boards: Boards) -> str:
    """“9 boards meet before the deadline, 2 after the deadline; 4 have met and not answered.”; empty where no society has named a day."""
    days = ((boards.before, "before the deadline"), (boards.last_day, "on the day of the deadline"), (boards.after, "after the deadline"))
    ahead = [(number, words) for number, words in days if number]
    parts = [f"{number}{_meet(number) if place == 0 else ''} {words}" for place, (number, words) in enumerate(ahead)]
    told = [", ".join(parts)] if parts else []
    if boards.met:
        told.append(f"{boards.met}{'' if told else _board(boards.met)} {'has' if boards.met == 1 else 'have'} met and not answered")
    return f"{'; '.join(told)}." if told else ""


def _board(number: int) -> str:
    return " board" if number == 1 else " boards"


def _meet(number: int) -> str:
    return f"{_board(number)} {'meets' if number == 1 else 'meet'}"


def pace_sentence(pace: Pace | None, deadline: date) -> str:
    """What it comes to, and on what it rests; empty where there is no pace."""
    if pace is None:
        return ""
    by = show_date(deadline)
    lately = f"If it goes on as in the last {pace.days} days, when {pace.signed} signed,"
    return f"{lately} {pace.range_words} will have signed by {by}. That is the pace alone: it knows nothing of what boards will decide."
