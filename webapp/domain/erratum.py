"""What an erratum says: a dated correction beside the sealed letter, which stays as it is (R11)."""

from enum import StrEnum


class ErratumKind(StrEnum):
    NAME = "name"
    """A printed name was wrong, or has changed."""
    WITHDRAWN = "withdrawn"
    """The society has taken its signature back."""
    OTHER = "other"
    """Another printed fact: an officer, an office, a country."""


# What an erratum about a withdrawal says: the society’s own reason is not for everybody.
WITHDRAWN_WORDS = "The society has withdrawn its signature."
DISOWNED_WORDS = "The society has disputed this signature, and it was found not to be its own."
THE_SOCIETY = "the society"
