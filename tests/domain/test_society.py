"""What the directory keeps of a society, and what it refuses."""

import pytest

from webapp.domain.errors import InvalidInput
from webapp.domain.society import clean_domain, clean_ror, is_within, listed_domains, site_of


@pytest.mark.parametrize(
    "typed", ["05dxps055", "https://ror.org/05dxps055", "ror.org/05DXPS055", " http://ror.org/05dxps055/ ", "https://ror.org/05dxps055/"]
)
def test_ror_id_is_kept_as_its_nine_signs(typed: str) -> None:
    assert clean_ror(typed) == "05dxps055"


@pytest.mark.parametrize("known", ["02mhbdp94", "03yrm5c26", "00x6h5n95"])
def test_check_digits_of_known_ror_ids_fit(known: str) -> None:
    assert clean_ror(known) == known


@pytest.mark.parametrize("typed", ["05dxps056", "05dxp5055", "15dxps055", "05dxps05", "https://example.org/05dxps055", "0ldxps055"])
def test_ror_id_with_a_slip_is_refused(typed: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        clean_ror(typed)
    assert refused.value.field == "ror"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Ferns.Example.ORG", "ferns.example.org"),
        ("@ferns.example.org", "ferns.example.org"),
        ("ferns.example.org.", "ferns.example.org"),
        ("müller.example.org", "xn--mller-kva.example.org"),
    ],
)
def test_domain_is_kept_as_mail_servers_take_it(typed: str, kept: str) -> None:
    assert clean_domain(typed) == kept


@pytest.mark.parametrize("typed", ["ferns", "", "a b.org", "-x.org", "x" * 64 + ".org", "office@ferns.example.org", "gmail.com", "a..org"])
def test_what_is_no_domain_of_a_society_is_refused(typed: str) -> None:
    with pytest.raises(InvalidInput):
        clean_domain(typed)


def test_domains_are_listed_however_they_are_set_apart() -> None:
    assert listed_domains("a.org, b.org;c.org\nd.org a.org") == ["a.org", "b.org", "c.org", "d.org"]


def test_domain_below_ones_own_is_ones_own_and_one_that_only_ends_alike_is_not() -> None:
    assert is_within("mail.ferns.org", ["ferns.org"])
    assert is_within("ferns.org", ["ferns.org"])
    assert not is_within("notferns.org", ["ferns.org"])
    assert not is_within("ferns.org", ["mail.ferns.org"])


def test_site_is_the_host_without_its_www() -> None:
    assert site_of("https://www.Ferns.example.org/about") == "ferns.example.org"
    assert site_of("") == ""
    assert site_of("https://[") == ""
