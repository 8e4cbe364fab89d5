"""Competing interests as they were stated: verbatim, but for the many ways of saying that there are none."""

_NONE = frozenset(
    {
        *("none", "none declared", "none known", "none to declare", "nothing to declare", "nil", "no"),
        *("no competing interests", "no competing interest", "no conflicts of interest", "no conflict of interest"),
        *("we have none", "we have no competing interests", "the society has none", "there are none"),
    }
)


def are_none(stated: str) -> bool:
    """Whether what was stated says that there are none, and nothing besides."""
    return " ".join(stated.split()).casefold().strip(" .!“”\"'") in _NONE


def on_one_line(stated: str) -> str:
    """What was stated, for a list of one line each."""
    return " ".join(stated.split())
