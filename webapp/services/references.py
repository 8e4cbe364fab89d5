"""Public references: random strings, never row ids."""

import secrets

# No vowels and no look-alikes: references are read aloud, and must not spell words.
_ALPHABET = "23456789bcdfghjkmnpqrstvwxz"


def new_reference() -> str:
    """Ten characters, 47 bits: not guessable in any number of requests that we would answer."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(10))
