"""Who may do what on a letter: predicates on plain data; unknown means no."""

from enum import StrEnum


class Permission(StrEnum):
    """An act on a letter that its coordinators may or may not do."""

    SEE = "see"
    """Read the letter, its roster, its record."""
    EDIT = "edit"
    """Change the statement, the targets, the authors and the dates of a draft."""
    INVITE = "invite"
    """Add societies to the roster and send personal links."""
    OPEN_SIGN_ON = "open_sign_on"
    """Freeze the revision and ask every society to answer."""
    CLOSE = "close"
    """Move the deadline later, close before it, cancel the letter."""
    SEAL = "seal"
    """Fix the text and the signatories for good."""
    KEEP_COURSE = "keep_course"
    """Write down what happens to the sealed letter at the journal."""


class Role(StrEnum):
    """What a grant on a letter makes of a member of staff."""

    OWNER = "owner"


ROLE_PERMISSIONS: dict[Role, frozenset[Permission]] = {Role.OWNER: frozenset(Permission)}


def role_may(role: str, permission: Permission) -> bool:
    """Whether a grant in this role allows the act; a role that nobody defined allows nothing."""
    return any(role == known and permission in allowed for known, allowed in ROLE_PERMISSIONS.items())
