"""What one reminder says when it leaves."""

from datetime import datetime
from typing import Protocol
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from webapp.domain.deadline import show_date, show_instant
from webapp.domain.links import Links
from webapp.domain.tokens import Keyring
from webapp.mail import messages
from webapp.persistence.tables import LetterRow, OutboxRow, RepresentativeRow
from webapp.services.reminders import Speaking, speaking


class Sender(Protocol):
    """What a reminder needs to know of the installation."""

    @property
    def links(self) -> Links: ...
    @property
    def keyring(self) -> Keyring: ...


def reminder_words(session: Session, row: OutboxRow, letter: LetterRow, sender: Sender, *, now: datetime) -> messages.ReminderFacts | None:
    """None where the society has answered since it was put, or is not waited for any more."""
    found = speaking(session, row, letter, now=now)
    if found is None:
        return None
    representative = session.get_one(RepresentativeRow, found.place.representative_id)
    mark = sender.keyring.stop_link(representative.reference, representative.link_generation)
    return _facts(found, letter, sender.links.stop(mark), now=now)


def _facts(found: Speaking, letter: LetterRow, stop: str, *, now: datetime) -> messages.ReminderFacts:
    until, zone = found.place.course.until, found.place.recipient.zone
    shown, there = show_instant(until, letter.deadline_zone), show_instant(until, zone)
    board = found.place.recipient.board_meets_on
    last = until.astimezone(ZoneInfo(zone)).date()
    return messages.ReminderFacts(
        kind=found.kind,
        until=str(shown),
        until_there="" if _shows_the_same(until, zone, letter.deadline_zone) else there.local,
        left=_left((last - now.astimezone(ZoneInfo(zone)).date()).days),
        board=show_date(board) if board else "",
        is_board_late=board is not None and found.kind == "board_ahead" and board > last,
        stop=stop,
    )


def _shows_the_same(instant: datetime, zone: str, other: str) -> bool:
    return instant.astimezone(ZoneInfo(zone)).utcoffset() == instant.astimezone(ZoneInfo(other)).utcoffset()


def _left(days: int) -> str:
    return "a few hours" if days < 1 else "1 day" if days == 1 else f"{days} days"
