"""An entry of the directory of societies: its facts, and what can be done to it."""

from enum import StrEnum


class ChangeKind(StrEnum):
    """What its history tells of an entry."""

    ADDED = "added"
    CHANGED = "changed"
    RENAMED = "renamed"
    LOGO = "logo"
    JOINED = "joined"
    TOOK_IN = "took_in"
