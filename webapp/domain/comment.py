"""What a comment on a passage can become."""

from enum import StrEnum


class Disposition(StrEnum):
    """What the coordinators have made of a comment; each needs a reason that goes back to everyone who commented."""

    ACCEPTED = "accepted"
    PARTLY = "partly"
    DECLINED = "declined"
