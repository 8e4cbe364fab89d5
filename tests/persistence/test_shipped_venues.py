"""What is shipped of the journals was read on their own or their publishers' pages; nothing else is known."""

import json
from dataclasses import fields
from urllib.parse import urlsplit

import pytest

from webapp.domain.venue import Venue
from webapp.domain.venue_facts import facts_of, venue_of
from webapp.persistence import shipped_venues as shipped
from webapp.persistence.shipped_venues import shipped_venues

# The site of each journal, of its publisher, or of the society that publishes it. No copy, index or library stands here.
OWN_SITES = {
    "academic.oup.com": ("Pain Medicine",),
    "advances.sciencemag.org": ("Science Advances",),
    "annals.org": ("Annals of Internal Medicine",),
    "arrs.org": ("American Journal of Roentgenology",),
    "bangkokmedjournal.com": ("Bangkok Medical Journal",),
    "cvironline.org": ("CardioVascular and Interventional Radiology",),
    "documentation.cochrane.org": ("Cochrane Library",),
    "jamanetwork.com": ("JAMA",),
    "jhoponline.com": ("Journal of Hematology Oncology Pharmacy",),
    "nzmj.org.nz": ("New Zealand Medical Journal",),
    "onlinelibrary.wiley.com": ("Pain Practice",),
    "pubs.asahq.org": ("Anesthesiology",),
    "rapm.bmj.com": ("Regional Anesthesia & Pain Medicine",),
    "support.jmir.org": ("JMIR journals",),
    "www.ajnr.org": ("AJNR",),
    "www.bcmj.org": ("BC Medical Journal",),
    "www.bmj.com": ("The BMJ",),
    "www.nature.com": ("Nature Materials",),
    "www.thecochranelibrary.com": ("Cochrane Library",),
}
# Journals whose figures are known from copies, from others, from pages that are no longer theirs, or not at all.
WITHOUT_LIMITS = {
    "bmj-rapid-response", "bmj-letter", "nejm-letter", "jama-letter", "jama-network-open-comment", "lancet-correspondence",
    "annals-letter", "radiology-letter", "ryai-letter", "ajnr-letter", "jvir-letter", "cvir-letter", "pain-letter", "painmed-letter",
    "painpract-letter", "spinej-letter", "ipm-letter", "spine-letter", "anes-letter", "rapm-letter", "plos-one-comment",
    "science-letter", "pnas-letter", "cochrane-comment", "cmaj-letter", "nzmj-letter", "ajm-letter", "jmir-letter", "jmir-commentary",
}  # fmt: skip
VENUES = sorted(shipped_venues().values(), key=lambda venue: venue.slug)


def faults(venue: Venue) -> list[str]:
    """What is wrong with where this venue's facts come from."""
    found = []
    addresses = [source.address for source in venue.sources] + ([venue.page] if venue.page else [])
    for address in addresses:
        if venue.journal not in OWN_SITES.get(urlsplit(address).hostname or "", ()):
            found.append(f"{address} is not a page of {venue.journal}")
    if venue.is_known and not venue.sources:
        found.append("something is known without a source")
    found += [f"{source.year} is no year of reading" for source in venue.sources if not 2025 <= source.year <= 2100]
    return found


@pytest.mark.parametrize("venue", VENUES, ids=lambda venue: venue.slug)
def test_what_is_shipped_was_read_on_a_page_of_the_journal_or_its_publisher(venue: Venue) -> None:
    assert faults(venue) == []


def test_mirror_or_missing_source_would_be_found() -> None:
    ours = facts_of(shipped_venues()["ajr-letter"])
    assert faults(venue_of({**ours, "sources": [{"address": "https://mirror.example.org/ajr", "year": 2026}]}))
    assert faults(venue_of({**ours, "sources": [{"address": "https://www.bmj.com/ajr", "year": 2026}]}))
    assert faults(venue_of({**ours, "sources": []}))
    assert faults(venue_of({**ours, "sources": [{"address": "https://arrs.org/", "year": 0}]}))


def test_no_limit_is_shipped_for_a_journal_whose_own_page_was_not_read() -> None:
    assert {venue.slug for venue in VENUES if not venue.limits.are_known and not venue.with_displays} == WITHOUT_LIMITS


def test_window_is_shipped_only_where_the_journal_states_one() -> None:
    assert {venue.slug for venue in VENUES if venue.window} == {"bcmj-letter", "bkkmed-letter", "cochrane-comment"}


def test_slugs_and_names_are_each_used_once() -> None:
    assert len(VENUES) == 35
    assert len({venue.name for venue in VENUES}) == len(VENUES)
    assert all(slug == venue.slug for slug, venue in shipped_venues().items())


def test_file_says_nothing_that_the_pages_would_not_show() -> None:
    known = {one.name for one in fields(Venue)}
    for facts in json.loads(shipped._FILE.read_text())["venues"]:
        assert facts.keys() <= known, facts["slug"]
