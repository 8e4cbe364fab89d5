"""The instant from which a letter is public: it can be moved until it has come, and never after (R10, R18)."""

from datetime import datetime, timedelta

from webapp.domain.errors import InvalidInput, WrongState

LONGEST_AHEAD = timedelta(days=731)


def is_public(released_at: datetime | None, *, now: datetime) -> bool:
    """The one rule for every page, file and answer: the clock decides at the request, and no job has to run (R18)."""
    return released_at is not None and now >= released_at


def refuse_moving(released_at: datetime | None, *, now: datetime) -> None:
    """Raises WrongState once the letter is public: whoever has read it cannot unread it."""
    if is_public(released_at, now=now):
        raise WrongState("The letter is public. That can neither be moved nor taken back.")


def refuse_instant(released_at: datetime, *, now: datetime) -> None:
    """Raises InvalidInput for an instant that has passed, or lies so far ahead that it was mistyped."""
    if released_at <= now:
        raise InvalidInput("That moment has passed. Choose a later one, or make the letter public at once.", field="release_local")
    if released_at > now + LONGEST_AHEAD:
        raise InvalidInput("That is more than two years ahead. Choose an earlier moment.", field="release_local")
