"""The pages of venues: what is known with where it was read, what is not, and the meters of a letter's texts."""

import re
from datetime import date

import pytest
from sqlalchemy.orm import Session

from tests.dump import unchanged
from tests.factories import NOW, letter_row
from tests.web.test_access import token_of
from tests.web.world import ACCOUNTS, VENUE, Person, World
from webapp.domain.actor import COMMAND
from webapp.domain.venue import Limits, Source, Venue, WordLimit
from webapp.persistence.database import transaction
from webapp.persistence.shipped_venues import shipped_venues
from webapp.services import chosen_venues, venues
from webapp.services.venues import show_venue

P = Person
NARROW = Venue("", "Journal of Ferns", "letter", Limits(words=WordLimit(9)), sources=(Source("https://ferns.example.org/letters", 2026),))
# Where copies of journals' pages were found: no page may send anybody there.
COPIES = re.compile(r"nova88|scribd|docslib|doczz|abcdocz|cmja\.info|researcher\.life|github", re.IGNORECASE)


def goes_to_ferns(world: World) -> str:
    """The address of a letter whose short form is cut for a venue of nine words, and whose statement is too long for it."""
    with Session(world.engine) as session, transaction(session):
        reference = world.facts.letters["drafting"]
        slug = venues.add_venue(session, COMMAND, NARROW, now=NOW)
        for text in letter_row(session, reference).texts:
            chosen_venues.choose_venue(session, COMMAND, reference, text.reference, slug, now=NOW)
    return f"/letters/{reference}/venues"


def test_list_names_every_journal_and_says_what_is_not_known(readers: World) -> None:
    page = readers.browser(P.READER).get("/venues")
    for venue in shipped_venues().values():
        assert venue.journal in page.text
    assert page.text.count("not known: check with the journal") > len(shipped_venues())
    assert "Add a venue" not in page.text


def test_no_page_leads_to_a_copy_of_a_journals_page(readers: World) -> None:
    browser = readers.browser(P.ADMINISTRATOR)
    for address in ["/venues", *(f"/venues/{slug}{part}" for slug in shipped_venues() for part in ("", "/correct"))]:
        assert not COPIES.search(browser.get(address).response.text), address


@pytest.mark.parametrize("address", ["https://scribd.com/x", "https://GitHub.com/x"])
def test_control_copy_would_be_found(address: str) -> None:
    assert COPIES.search(f'<a href="{address}">')


def test_shipped_limit_stands_with_its_page_and_year(readers: World) -> None:
    page = readers.browser(P.READER).get("/venues/ajr-letter")
    assert "https://arrs.org/AJR/AJR/Authrs/AuthorGuidelines.aspx, 2026" in page.text
    assert "Nobody here has checked this yet" in page.text
    assert "A staff administrator corrects it" in page.text


def test_administrator_corrects_and_the_shipped_values_stay_beside(world: World) -> None:
    browser = world.browser(P.ADMINISTRATOR)
    browser.get("/venues/ajr-letter/correct")
    browser.press("Keep what I have read", words="450", window="months", window_length="6", window_starts="print", statements="one\ntwo\n")
    page = browser.get("/venues/ajr-letter")
    assert f"Last checked here on 2 March 2026 by {ACCOUNTS[P.ADMINISTRATOR]}" in page.text
    assert "6 months from print" in page.text and "one; two" in page.text
    assert page.text.index("450") < page.text.index("What came with the program") < page.text.rindex("400")


def test_form_of_a_venue_keeps_what_nobody_touched(world: World) -> None:
    browser = world.browser(P.ADMINISTRATOR)
    for slug in shipped_venues():
        browser.get(f"/venues/{slug}/correct")
        browser.press("Keep what I have read")
    with Session(world.engine) as session:
        for slug, shipped in shipped_venues().items():
            kept = show_venue(session, slug).venue
            assert (kept.limits, kept.with_displays, kept.window, kept.formats, kept.statements) == (
                shipped.limits,
                shipped.with_displays,
                shipped.window,
                shipped.formats,
                shipped.statements,
            ), slug


def test_what_cannot_be_taken_is_said_beside_its_field(readers: World) -> None:
    browser = readers.browser(P.ADMINISTRATOR)
    for typed, field in (
        ({"words": "four hundred"}, "words"),
        ({"references": "-1"}, "references"),
        ({"window": "days", "window_length": "", "window_starts": "print"}, "window_length"),
        ({"source": "javascript:alert(1)"}, "source"),
        ({"words": "400", "source": "", "note": ""}, "source"),
    ):
        browser.get("/venues/ajr-letter/correct")
        with readers.engine.connect() as connection, unchanged(connection):
            page = browser.press("Keep what I have read", status=422, **typed)
        assert any(element.get("id") == f"{field}-error" for element in page.root.iter()), typed


def test_somebody_elses_correction_is_not_overwritten_unseen(world: World) -> None:
    mine, other = world.browser(P.ADMINISTRATOR), world.browser(P.ADMINISTRATOR)
    for browser in (mine, other):
        browser.get("/venues/ajr-letter/correct")
    other.press("Keep what I have read", words="450")
    page = mine.press("Keep what I have read", status=422, words="500")
    assert "Somebody else has changed this venue" in page.text
    assert 'value="500"' in page.response.text


def test_venue_is_added_checked_again_and_chosen(world: World) -> None:
    administrator, owner = world.browser(P.ADMINISTRATOR), world.browser(P.OWNER)
    administrator.get("/venues/new")
    administrator.press("Add the venue", journal="Journal of Ferns", route="letter", words="9", source="https://ferns.example.org/letters")
    administrator.get("/venues/journal-of-ferns-letter")
    administrator.press("I have checked it")
    owner.get(f"/letters/{world.facts.letters['drafting']}/venues")
    owner.press("Choose this venue for Statement", venue="journal-of-ferns-letter")
    page = owner.get(f"/letters/{world.facts.letters['drafting']}/venues")
    assert "11 of 9 words: 2 too many." in page.text


def test_every_meter_is_a_sentence_and_its_bar_is_named_by_it(world: World) -> None:
    page = world.browser(P.READER).get(goes_to_ferns(world))
    bars = page.all("meter")
    assert bars
    sentences = {element.get("id"): page.words(element) for element in page.root.iter() if element.get("class") == "meter__words"}
    for bar in bars:
        assert re.match(r"[\d,]+ of [\d,]+ ", sentences[bar.get("aria-labelledby")])
    assert "11 of 9 words: 2 too many." in sentences.values()
    assert "1 reference; the limit is not known: check with the journal." in sentences.values()


def test_window_is_shown_with_the_warning_that_the_journal_decides(world: World) -> None:
    address = f"/letters/{world.facts.letters['drafting']}/venues"
    browser = world.browser(P.OWNER)
    assert "The day on which that was is not set yet." in browser.get(address).text
    browser.press("Keep this day", window_starts_on=date(2025, 9, 20).isoformat())
    page = browser.get(address)
    assert "ends on 20 March 2026, 18 days left. The journal’s own clock and calendar decide." in page.text
    assert "BC Medical Journal, letter 2025-09-20" in browser.get(address.replace("/venues", "/record")).text
    browser.get(address)
    page = browser.press("Keep this day", status=422, window_starts_on="0206-03-14")
    assert "the day on which the article came out" in page.text


def test_reader_sees_the_meters_and_no_form(readers: World) -> None:
    page = readers.browser(P.READER).get(f"/letters/{readers.facts.letters['drafting']}/venues")
    assert "authors" in page.text
    for words in ("Take off", "Choose this venue", "Keep this day"):
        assert words not in page.text


def test_meters_of_what_is_typed_come_back_and_nothing_is_stored(world: World) -> None:
    goes_to_ferns(world)
    known = world.values("drafting")
    browser = world.browser(P.OWNER)
    typed = {"body": "Two words.", "csrf_token": token_of(browser)}
    with world.engine.connect() as connection, unchanged(connection):
        answer = browser.ask(f"/letters/{known['letter']}/venues/{known['text']}/meters", "POST", data=typed)
    assert "2 of 9 words; 7 left." in answer.text
    browser.post(f"/letters/{known['letter']}/venues/lost/meters", typed, status=404)


def test_text_that_cannot_be_counted_is_a_sentence(world: World) -> None:
    known = world.values("drafting")
    browser = world.browser(P.OWNER)
    typed = {"body": "x" * 100_001, "csrf_token": token_of(browser)}
    answer = browser.ask(f"/letters/{known['letter']}/venues/{known['text']}/meters", "POST", data=typed)
    assert answer.status_code == 200 and "longer than 100 kB" in answer.text


def test_venue_of_no_list_is_refused_beside_its_field(readers: World) -> None:
    known = readers.values("drafting")
    browser = readers.browser(P.OWNER)
    address = f"/letters/{known['letter']}/venues/{known['text']}"
    browser.post(f"{address}/choose", {"venue": "gone", "csrf_token": token_of(browser)}, status=422)
    browser.post(f"{address}/gone/drop", {"csrf_token": token_of(browser)}, status=404)
    browser.post(f"{address}/choose", {"venue": VENUE, "csrf_token": token_of(browser)}, status=409)
