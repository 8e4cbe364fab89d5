import pytest

from webapp.domain.identifier import bare_doi, bare_pmid, is_doi, is_pmid


@pytest.mark.parametrize(
    "typed", ["10.5555/abc.5", "https://doi.org/10.5555/abc.5", "http://dx.doi.org/10.5555/abc.5", "doi: 10.5555/abc.5."]
)
def test_doi_is_taken_with_whatever_it_was_copied_with(typed: str) -> None:
    assert bare_doi(typed) == "10.5555/abc.5"
    assert is_doi(bare_doi(typed))


@pytest.mark.parametrize(
    "bare", ["", "10.5/a", "10.5555", "10.5555/", "11.5555/a", "10.5555/a b", "10.5555/a\u200b", "10.5555/" + "a" * 200]
)
def test_what_is_no_doi_is_none(bare: str) -> None:
    assert not is_doi(bare)


def test_doi_of_the_last_century_is_one() -> None:
    assert is_doi("10.1002/(SICI)1097-0258(19980815/30)17:15/16<1661::AID-SIM968>3.0.CO;2-2")


@pytest.mark.parametrize("typed", ["12345678", "PMID: 12345678", "https://pubmed.ncbi.nlm.nih.gov/12345678/", " pmid 12345678"])
def test_pubmed_number_is_taken_with_whatever_it_was_copied_with(typed: str) -> None:
    assert bare_pmid(typed) == "12345678"
    assert is_pmid(bare_pmid(typed))


@pytest.mark.parametrize("bare", ["", "0123", "PMC123", "12345678901", "12 34", "１２３"])
def test_what_is_no_pubmed_number_is_none(bare: str) -> None:
    assert not is_pmid(bare)
