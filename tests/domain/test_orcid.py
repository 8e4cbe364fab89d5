"""ORCID iDs are checked by their own last digit."""

import pytest

from webapp.domain.errors import InvalidInput
from webapp.domain.orcid import clean_orcid


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("0000-0002-1825-0097", "0000-0002-1825-0097"),
        (" https://orcid.org/0000-0002-1825-0097 ", "0000-0002-1825-0097"),
        ("0000 0002 1694 233x", "0000-0002-1694-233X"),
        ("", ""),
    ],
)
def test_orcid_is_kept_in_four_groups(typed: str, kept: str) -> None:
    assert clean_orcid(typed) == kept


@pytest.mark.parametrize("typed", ["0000-0002-1825-0098", "0000-0002-1825", "０000-0002-1825-0097", "nobody"])
def test_mistyped_orcid_is_refused(typed: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        clean_orcid(typed, field="authors-0-orcid")
    assert refused.value.field == "authors-0-orcid"
