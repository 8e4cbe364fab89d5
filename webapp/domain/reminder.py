"""Reminders that speak to the state of a society: who is reminded of what, and when."""

from enum import StrEnum


class ReminderKind(StrEnum):
    """What a reminder speaks to, while a society is waited for."""

    NOT_OPENED = "not_opened"
    SILENT = "silent"
    """It has opened the letter, and has said nothing."""
    BOARD_AHEAD = "board_ahead"
    """It has said when its board meets, and that day has not passed."""
    BOARD_MET = "board_met"
    CONDITION = "condition"
    """It would sign on a condition."""
    AFFIRM = "affirm"
    """It has signed, and the text has changed since."""
    COMMENTS = "comments"
    """It was asked to comment, and has not."""
