"""Who may do what on a letter: predicates on plain data; unknown means no."""

from enum import StrEnum


class Permission(StrEnum):
    """An act on a letter that the people who work on it may or may not do."""

    SEE = "see"
    """Read the letter, its roster, its record."""
    EDIT = "edit"
    """Change the statement, the targets, the authors and the dates of a draft."""
    CIRCULATE = "circulate"
    """Send a revision to the roster for comment."""
    INVITE = "invite"
    """Add societies to the roster and send personal links."""
    VOUCH = "vouch"
    """Record an answer that came by phone, paper or e-mail, and settle how it is known who speaks for a society."""
    OPEN_SIGN_ON = "open_sign_on"
    """Freeze the revision and ask every society to answer."""
    CLOSE = "close"
    """Move the deadline later, close before it."""
    SEAL = "seal"
    """Fix the text and the signatories for good."""
    PUBLISH = "publish"
    """Say from when the letter is public, and put translations beside its text."""
    KEEP_COURSE = "keep_course"
    """Write down what happens to the sealed letter at the journal."""
    EXPORT_ADDRESSES = "export_addresses"
    """Take the addresses of all representatives away in one file."""
    CANCEL = "cancel"
    """End a letter that will not be sent."""
    SHARE = "share"
    """Let other staff work on the letter, and say in which role."""


class Role(StrEnum):
    """What a grant on a letter makes of a member of staff."""

    OWNER = "owner"
    COORDINATOR = "coordinator"
    DRAFTER = "drafter"
    READER = "reader"


ROLE_PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.OWNER: frozenset(Permission),
    Role.COORDINATOR: frozenset(Permission) - {Permission.SHARE, Permission.CANCEL},
    Role.DRAFTER: frozenset({Permission.SEE, Permission.EDIT}),
    Role.READER: frozenset({Permission.SEE}),
}


def permissions_of(role: str) -> frozenset[Permission]:
    """What a grant in this role allows; a role that nobody defined allows nothing."""
    return next((allowed for known, allowed in ROLE_PERMISSIONS.items() if role == known), frozenset())
