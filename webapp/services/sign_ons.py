"""How sign-on has gone so far, day by day, and what may be expected by the deadline."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from webapp.domain.deadline import earliest_today
from webapp.domain.forecast import answers_sentence, boards_against, boards_sentence, pace_of, pace_sentence
from webapp.domain.letter import LetterState
from webapp.domain.stage import HAS_ANSWERED, WAITED_FOR, Stage, is_at
from webapp.persistence.tables import LetterRow
from webapp.services.chart import SignOnChart, Span, sign_on_chart
from webapp.services.documents import signed_before, signed_count


@dataclass(frozen=True)
class SignOns:
    signed: int
    chart: SignOnChart | None
    forecast: tuple[str, ...]
    """Sentences; none unless societies sign now."""


def waiting_for(stages: Counter[Stage]) -> int:
    return sum(number for stage, number in stages.items() if is_at(stage, WAITED_FOR))


def sign_ons_of(session: Session, letter: LetterRow, stages: Counter[Stage], boards: Mapping[date, int], *, now: datetime) -> SignOns:
    """How many have signed, and on which days: one look for both, and the forecast comes of what that and the stages have found."""
    if letter.opened_at is None or letter.deadline is None:
        return SignOns(signed_count(session, letter), None, ())
    zone = ZoneInfo(letter.deadline_zone)
    span = _span(letter.opened_at, letter.deadline, letter.closed_at, zone, now=now)
    days = [span.first + timedelta(days=number) for number in range((span.last - span.first).days + 1)]
    midnights = [datetime(day.year, day.month, day.day, tzinfo=zone) for day in days[1:]]
    in_all = signed_before(session, letter, midnights)
    per_day = {day: upto - before for day, upto, before in zip(days, in_all, [0, *in_all[:-1]], strict=True)}
    signed = signed_count(session, letter) if letter.sealed_at else in_all[-1]
    still_open = waiting_for(stages) if letter.state == LetterState.SIGNING else 0
    pace = pace_of(per_day, span.first, span.last, span.deadline, still_open=still_open)
    chart = sign_on_chart(per_day, span, pace, letter.collective_noun)
    if letter.state != LetterState.SIGNING:
        return SignOns(signed, chart, ())
    against = boards_against(boards, span.deadline, today=earliest_today(now))
    answered = sum(stages[stage] for stage in HAS_ANSWERED)
    answers = answers_sentence(answered, still_open, not_us=stages[Stage.NOT_US], not_asked=stages[Stage.ON_THE_LIST])
    said = (answers, boards_sentence(against), pace_sentence(pace, span.deadline))
    return SignOns(signed, chart, tuple(sentence for sentence in said if sentence))


def _span(opened_at: datetime, deadline: datetime, closed_at: datetime | None, zone: ZoneInfo, *, now: datetime) -> Span:
    closes_at = closed_at or deadline
    first, end = opened_at.astimezone(zone).date(), closes_at.astimezone(zone).date()
    return Span(first, min(max(now.astimezone(zone).date(), first), end), end, is_early=closes_at < deadline)
