"""The style of a text is that of its venue, until a person picks another; what is frozen stays as it was set, and its digest as it was."""

from dataclasses import replace

import pytest

from tests.conftest import Store
from tests.factories import NOW, STRANGER, letter_closed, letter_in_draft, letter_row, staff_actor
from webapp.domain.actor import COMMAND, Actor
from webapp.domain.errors import Conflict, InvalidInput, NotFound, WrongState
from webapp.domain.text import DEFAULT_STYLE
from webapp.domain.venue import Venue
from webapp.persistence.record import load_events
from webapp.persistence.shipped_venues import shipped_venues
from webapp.rendering.letter import letter_html
from webapp.rendering.styles import STYLES
from webapp.services import chosen_venues, citation_styles, comparisons, revision_list, revisions, texts, venues, verification
from webapp.services.comparisons import WORKING, Sides
from webapp.services.documents import letter_document
from webapp.services.redlines import statement_redline, text_redlines
from webapp.services.revisions import Declaration

BMJ, LANCET, SPINE = "bmj-rapid-response", "lancet-correspondence", "spine-letter"
BY_AUTHOR = "apa"


@pytest.fixture
def drafted(store: Store, coordinator: Actor) -> str:
    with store() as session:
        return letter_in_draft(session, coordinator)


@pytest.fixture
def statement(store: Store, drafted: str) -> str:
    with store() as session:
        return letter_row(session, drafted).statement.reference


def choose(store: Store, actor: Actor, letter: str, text: str, *slugs: str) -> None:
    with store() as session:
        for slug in slugs:
            chosen_venues.choose_venue(session, actor, letter, text, slug, now=NOW)


def pick(store: Store, actor: Actor, letter: str, text: str, style: str) -> None:
    with store() as session:
        citation_styles.pick_style(session, actor, letter, text, style, now=NOW)


def style(store: Store, actor: Actor, letter: str) -> citation_styles.TextStyle:
    with store() as session:
        return citation_styles.list_styles(session, actor, letter)[0]


def html_of(store: Store, letter: str) -> str:
    with store() as session:
        return letter_html(letter_document(session, letter_row(session, letter), dated=NOW, is_draft=True))


def test_text_without_a_venue_is_set_in_the_common_style(store: Store, coordinator: Actor, drafted: str) -> None:
    shown = style(store, coordinator, drafted)
    assert (shown.style, shown.is_picked, shown.venue) == (DEFAULT_STYLE, False, "")
    assert shown.sentence == ("Statement: Vancouver (NLM, ICMJE), superscript numbers, because no venue of it is known to ask for another.")


def test_chosen_venue_sets_the_style_and_the_page_can_say_which(store: Store, coordinator: Actor, drafted: str, statement: str) -> None:
    choose(store, coordinator, drafted, statement, SPINE, LANCET, BMJ)
    shown = style(store, coordinator, drafted)
    assert shown.style == "the-lancet"
    assert shown.sentence == "Statement: The Lancet, because it goes to The Lancet, correspondence."
    with store() as session:
        chosen_venues.drop_venue(session, coordinator, drafted, statement, LANCET, now=NOW)
    assert style(store, coordinator, drafted).style == "bmj"
    with store() as session:
        chosen_venues.drop_venue(session, coordinator, drafted, statement, BMJ, now=NOW)
    assert style(store, coordinator, drafted).style == DEFAULT_STYLE


def test_picked_style_stays_whatever_the_venues_ask_until_it_is_given_back(
    store: Store, coordinator: Actor, drafted: str, statement: str
) -> None:
    pick(store, coordinator, drafted, statement, "apa")
    choose(store, coordinator, drafted, statement, BMJ)
    shown = style(store, coordinator, drafted)
    assert (shown.style, shown.is_picked) == ("apa", True)
    assert shown.sentence == "Statement: APA, which was picked here. The BMJ, rapid response asks for BMJ."
    pick(store, coordinator, drafted, statement, "")
    assert style(store, coordinator, drafted).style == "bmj"
    with store() as session:
        told = [one.public for one in load_events(session, letter_row(session, drafted).id) if one.kind == "style.set"]
    assert told == [
        {"text": statement, "style": "apa", "is_picked": True},
        {"text": statement, "style": "bmj", "is_picked": False},
    ]


def test_same_style_again_is_no_event(store: Store, coordinator: Actor, drafted: str, statement: str) -> None:
    pick(store, coordinator, drafted, statement, "")
    with store() as session:
        assert load_events(session, letter_row(session, drafted).id)[-1].kind != "style.set"


def test_each_text_has_its_own_style(store: Store, coordinator: Actor, drafted: str) -> None:
    with store() as session:
        short = texts.add_short_form(session, coordinator, drafted, "For the journal", now=NOW)
    choose(store, coordinator, drafted, short, BMJ)
    with store() as session:
        assert [one.style for one in citation_styles.list_styles(session, coordinator, drafted)] == [DEFAULT_STYLE, "bmj"]


def test_corrected_venue_changes_no_letter_by_itself_and_its_style_is_offered_there(
    store: Store, coordinator: Actor, drafted: str, statement: str
) -> None:
    choose(store, coordinator, drafted, statement, SPINE)
    with store() as session:
        events = len(load_events(session, letter_row(session, drafted).id))
        known = shipped_venues()[SPINE]
        venues.correct_venue(session, COMMAND, replace(known, style="nature", note="Its editor has told us."), 0, now=NOW)
        assert len(load_events(session, letter_row(session, drafted).id)) == events
    shown = style(store, coordinator, drafted)
    assert (shown.style, shown.proposed) == (DEFAULT_STYLE, "nature")
    assert shown.sentence.endswith(f"{known.name} asks for Nature: choose “as its venues ask” to set it so.")
    pick(store, coordinator, drafted, statement, "")
    assert style(store, coordinator, drafted).style == "nature"


def test_venue_cannot_have_a_style_that_there_is_not(store: Store) -> None:
    with store() as session, pytest.raises(InvalidInput) as refused:
        venues.add_venue(session, COMMAND, Venue("", "Journal of Ferns", "letter", style="../../etc/passwd", note="Invented."), now=NOW)
    assert refused.value.field == "style"


def test_style_of_a_newer_program_is_passed_over(store: Store, coordinator: Actor, drafted: str, statement: str) -> None:
    with store() as session:
        slug = venues.add_venue(session, COMMAND, Venue("", "Journal of Ferns", "letter", style="nature", note="Invented."), now=NOW)
        row = session.scalars(venues.select(venues.VenueRow)).one()
        row.facts = {**row.facts, "style": "of-tomorrow"}
    choose(store, coordinator, drafted, statement, slug, BMJ)
    assert style(store, coordinator, drafted).style == "bmj"


@pytest.mark.parametrize("unknown", ["none", "apa.csl", "../apa"])
def test_style_that_there_is_not_is_refused(store: Store, coordinator: Actor, drafted: str, statement: str, unknown: str) -> None:
    with pytest.raises(InvalidInput):
        pick(store, coordinator, drafted, statement, unknown)


def test_r13_stranger_and_closed_letter(store: Store, coordinator: Actor, drafted: str, statement: str) -> None:
    with store() as session:
        stranger = staff_actor(session, STRANGER)
        closed = letter_closed(session, coordinator)
        text = letter_row(session, closed).statement.reference
    for act in (lambda: pick(store, stranger, drafted, statement, "apa"), lambda: style(store, stranger, drafted)):
        with pytest.raises(NotFound):
            act()
    with pytest.raises(NotFound):
        pick(store, coordinator, drafted, "another", "apa")
    with pytest.raises(WrongState):
        pick(store, coordinator, closed, text, "apa")


def test_r3_revision_is_shown_in_the_style_in_which_it_was_made(store: Store, coordinator: Actor, drafted: str, statement: str) -> None:
    """And whatever the style, the digest is the same: it covers what is said."""
    with store() as session:
        revisions.make_revision(session, coordinator, drafted, Declaration(), now=NOW)
        row = letter_row(session, drafted).revisions[0]
        digest, before = row.digest, revision_list.read_revision(session, coordinator, drafted, 1, "").html
    pick(store, coordinator, drafted, statement, BY_AUTHOR)
    with store() as session:
        after = revision_list.read_revision(session, coordinator, drafted, 1, "").html
        assert revisions.draft_digest(letter_row(session, drafted)) == digest
    assert after == before
    # The control: what is written now is set in the other.
    assert "Vale, 2026" in html_of(store, drafted) and "Vale, 2026" not in before
    with store() as session:
        revisions.make_revision(session, coordinator, drafted, Declaration("Cited by author.", "editorial"), now=NOW)
        one, two = letter_row(session, drafted).revisions
        assert (one.style, two.style, two.digest) == (DEFAULT_STYLE, BY_AUTHOR, digest)
        assert verification.verify(session, drafted).problems == ()


def test_revision_of_before_there_were_styles_is_as_it_was(store: Store, coordinator: Actor, drafted: str) -> None:
    with store() as session:
        letter = letter_row(session, drafted)
        made = revisions.take_revision(session, letter, coordinator, Declaration(), now=NOW)
        old = [{name: fact for name, fact in text.items() if name != "style"} for text in made.texts]
        session.expunge(made)
        made.texts = old
        assert made.style == DEFAULT_STYLE
        letter.revisions[:] = [made]
        assert revisions.is_as_revised(letter)
        session.rollback()


def test_another_style_is_a_change_that_can_be_kept_and_compared(store: Store, coordinator: Actor, drafted: str, statement: str) -> None:
    with store() as session:
        revisions.make_revision(session, coordinator, drafted, Declaration(), now=NOW)
        with pytest.raises(Conflict, match="Nothing has changed"):
            revisions.make_revision(session, coordinator, drafted, Declaration("Nothing.", "editorial"), now=NOW)
    pick(store, coordinator, drafted, statement, BY_AUTHOR)
    with store() as session:
        shown = comparisons.compare(session, coordinator, drafted, Sides(1, WORKING), now=NOW)
        assert shown.chosen.fate == "changed"
        assert shown.redline is not None and shown.redline.changes
        revisions.make_revision(session, coordinator, drafted, Declaration("Cited by author.", "editorial"), now=NOW)
        one, two = letter_row(session, drafted).revisions
        assert statement_redline(one, two, "en-GB").changes
        assert not statement_redline(one, one, "en-GB").changes
        assert [name for name, _html in text_redlines(one, two, "en-GB")] == ["Statement"]


def test_shipped_styles_are_those_that_bear_the_name_of_their_journal() -> None:
    given = {slug: venue.style for slug, venue in shipped_venues().items() if venue.style}
    assert given == {
        "bmj-rapid-response": "bmj",
        "bmj-letter": "bmj",
        "jama-letter": "american-medical-association",
        "lancet-correspondence": "the-lancet",
        "nejm-letter": "the-new-england-journal-of-medicine",
    }
    assert set(given.values()) <= STYLES.keys()
