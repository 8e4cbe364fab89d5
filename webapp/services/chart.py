"""Sign-ons over time as a staircase: figures in percent of the plot, so that the page only draws."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from webapp.domain.deadline import show_date
from webapp.domain.forecast import Pace
from webapp.domain.wording import count_phrase

_MOST_X_LABELS = 6


@dataclass(frozen=True)
class SignOnChart:
    """Coordinates are percent of the plot, 0 to 100; y counts downwards."""

    id: str
    title: str
    summary: str
    line: str
    deadline_x: float | None
    deadline_label: str
    x_labels: tuple[tuple[float, str], ...]
    y_labels: tuple[tuple[float, str], ...]
    rows: tuple[tuple[str, int, int], ...]
    expected: str = ""
    """The corners of what is expected by the deadline, at the pace of the last days; empty where nothing is."""
    expected_y: float = 0.0
    expected_words: str = ""
    expected_row: tuple[str, str, str] | None = None


@dataclass(frozen=True)
class Span:
    """The days of a chart: from the opening to the last day so far, and on to the deadline."""

    first: date
    last: date
    deadline: date
    """Or the day on which it was closed before."""
    is_early: bool = False


def sign_on_chart(signed: Mapping[date, int], span: Span, pace: Pace | None, collective_noun: str) -> SignOnChart:
    """How many societies signed on each day, and how many will have at this pace."""
    first, last, deadline = span.first, span.last, span.deadline
    days = max((max(deadline, last) - first).days, 1)
    top = _round_up(max(sum(signed.values()), pace.high if pace else 0, 1))
    points, rows, total = [(0.0, 100.0)], [], 0
    for number in range((last - first).days + 1):
        day = first + timedelta(days=number)
        # A staircase of whole days: what is signed on a day stands from its noon on.
        x = min((number + 0.5) * 100 / days, 100.0) if number < days else 100.0
        points.append((x, _y(total, top)))
        total += signed[day]
        points.append((x, _y(total, top)))
        if signed[day]:
            rows.append((show_date(day), signed[day], total))
    end = min((last - first).days * 100 / days, 100.0)
    points.append((max(end, points[-1][0]), _y(total, top)))
    return SignOnChart(
        id="sign-ons",
        title="Sign-ons over time",
        summary=_summary(rows, collective_noun),
        line=" ".join(f"{x:.2f},{y:.2f}" for x, y in points),
        # A letter that is opened and closed on one day has its deadline at the end of that day.
        deadline_x=(deadline - first).days * 100 / days or 100.0,
        deadline_label=f"{'closed' if span.is_early else 'deadline'}, {_short(deadline)}",
        x_labels=_x_labels(first, days),
        y_labels=tuple((_y(value, top), str(value)) for value in (0, top // 2, top)),
        rows=tuple(rows),
        **(_expected(pace, (end, _y(total, top)), deadline, top) if pace else {}),
    )


def _expected(pace: Pace, start: tuple[float, float], deadline: date, top: int) -> dict[str, Any]:
    """From the last day so far to the lowest and the highest at the deadline, and the same in words."""
    corners = (start, (100.0, _y(pace.high, top)), (100.0, _y(pace.low, top)))
    least, most = pace.low - pace.so_far, pace.high - pace.so_far
    more = f"{least} to {most}" if least < most else str(most)
    return {
        "expected": " ".join(f"{x:.2f},{y:.2f}" for x, y in corners),
        "expected_y": _y(pace.high, top),
        "expected_words": f"{pace.range_words} at this pace",
        "expected_row": (f"By {show_date(deadline)}, at the pace of the last {pace.days} days", more, pace.range_words),
    }


def _y(value: int, top: int) -> float:
    return 100 - value * 100 / top


def _round_up(value: int) -> int:
    step = 10 if value > 10 else 2
    return -(-value // step) * step


def _short(day: date) -> str:
    return " ".join(show_date(day).split()[:2])


def _x_labels(first: date, days: int) -> tuple[tuple[float, str], ...]:
    step = max(-(-days // (_MOST_X_LABELS - 1)), 1)
    return tuple((number * 100 / days, _short(first + timedelta(days=number))) for number in range(0, days, step))


def _summary(rows: Sequence[tuple[str, int, int]], collective_noun: str) -> str:
    if not rows:
        return f"No {collective_noun} have signed so far."
    most = max(rows, key=lambda row: row[1])
    signed = count_phrase(rows[-1][2], collective_noun)
    when = f"on {rows[0][0]}" if len(rows) == 1 else f"between {rows[0][0]} and {rows[-1][0]}; most, {most[1]}, on {most[0]}"
    return f"{signed} signed {when}."
