"""The package of a submission: what goes into the boxes, what is missing, and what is never guessed."""

import io
import zipfile
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from tests.conftest import Store
from tests.dump import unchanged
from tests.factories import (
    DEADLINE,
    OTTO,
    SEALABLE,
    STRANGER,
    entry,
    letter_in_draft,
    letter_in_signing,
    letter_row,
    letter_submitted,
    seal_it,
    sign,
    staff_actor,
)
from tests.services.test_printed_list import entry_of, lay_out
from tests.services.test_verification import thaw
from webapp.domain import limits
from webapp.domain.actor import COMMAND, Actor
from webapp.domain.cope import Claim
from webapp.domain.errors import Conflict, InvalidInput, NotAllowed, NotFound, WrongState
from webapp.domain.layout import Grouping, Layout
from webapp.domain.links import Links
from webapp.domain.permission import Role
from webapp.domain.venue import Limits, Source, Venue, Window, WordLimit
from webapp.persistence.tables import AnswerRow, SubmissionRow
from webapp.rendering.covering_letter import covering_letter_word
from webapp.services import claims, covering_letters, elsewhere, package, people, publication, sign_on, submissions, texts, venues
from webapp.services.elsewhere import GivenShowing
from webapp.services.package import PackageView
from webapp.services.publication import Release
from webapp.services.verification import verify

NOW = SEALABLE + timedelta(hours=1)
LINKS = Links("https://letters.example.org")
MARSHES = entry("Society of the Marshes", OTTO, "Otto Lind")
ADVISE = "Two of its board\nadvise {{ 7 * 7 }} <b>Ltd</b>."
NARROW = Venue(
    "",
    "Journal of Ferns",
    "letter",
    Limits(words=WordLimit(9), references=5),
    statements=("competing interests", "patient consent"),
    sources=(Source("https://ferns.example.org/letters", 2026),),
)
PREPRINT = GivenShowing("preprint", "Invented Archive", "https://archive.example.org/1", SEALABLE.date())
CLAIM = Claim("The dose of Table 2 is ten times too high", "Table 2", "error")


def signed(session: Session, coordinator: Actor) -> str:
    """By two societies, of which one has an interest; and closed."""
    reference = letter_in_signing(session, coordinator, entry(), MARSHES)
    sign(session, reference, competing_interests="None.")
    sign(session, reference, OTTO, printed_name="Society of the Marshes", competing_interests=ADVISE)
    sign_on.close_if_due(session, letter_row(session, reference).id, now=DEADLINE)
    return reference


def planned(session: Session, of_letter: str, venue: str = "", of: str = "", **changes: object) -> str:
    """A submission that is planned, to this venue with this text; returns its reference."""
    letter = letter_row(session, of_letter)
    known = venues.show_venue(session, venue).venue if venue else None
    facts = {
        "reference": f"to-{venue or 'a-journal'}-{of_letter}",
        "venue": venue,
        "journal": known.journal if known else "Journal of Invented Medicine",
        "route": "letter",
        "route_words": known.route if known else "",
        "text": of or letter.statement.reference,
        "text_digest": "",
        "contact": "editor@ferns.example.org",
        "manuscript_number": "",
        "state": "planned",
        "planned_at": NOW,
        "planned_by": "command",
    }
    row = SubmissionRow(letter_id=letter.id, **{**facts, **changes})
    session.add(row)
    session.flush()
    return row.reference


@pytest.fixture
def narrow(store: Store, coordinator: Actor) -> tuple[str, str]:
    """A sealed letter, and its submission to a journal that takes nine words."""
    with store() as session:
        slug = venues.add_venue(session, COMMAND, NARROW, now=NOW)
        reference = signed(session, coordinator)
        seal_it(session, coordinator, reference)
        return reference, planned(session, reference, slug)


@pytest.fixture
def sent(store: Store, coordinator: Actor) -> tuple[str, str]:
    """A letter at a journal that was typed by hand, and that submission."""
    with store() as session:
        reference = letter_submitted(session, coordinator)
        return reference, session.query(SubmissionRow).filter_by(letter_id=letter_row(session, reference).id).one().reference


def shown(store: Store, at: tuple[str, str], actor: Actor = COMMAND) -> PackageView:
    with store() as session:
        return package.show_package(session, actor, *at, LINKS, now=NOW)


def box(view: PackageView, name: str) -> str:
    return next((one.text for one in view.measured.boxes if one.name == name), "")


def missing(view: PackageView) -> str:
    return " ".join(one.sentence for one in view.gaps if one.is_missing)


def looked_at(view: PackageView) -> str:
    return " ".join(one.sentence for one in view.gaps if not one.is_missing)


def settle(store: Store, at: tuple[str, str]) -> None:
    with store() as session:
        elsewhere.settle_places(session, COMMAND, *at, shown_seen(session, at), LINKS, now=NOW)


def shown_seen(session: Session, at: tuple[str, str]) -> str:
    return package.show_package(session, COMMAND, *at, LINKS, now=NOW).elsewhere.seen


def test_text_goes_as_a_web_form_takes_it(store: Store, narrow: tuple[str, str]) -> None:
    view = shown(store, narrow)
    assert box(view, "title") == "The quiet hour deserves a fair trial"
    assert "We, the undersigned, disagree.[1]" in box(view, "text") and "*evidence*" not in box(view, "text")
    assert "1. Vale A. A quiet hour." in box(view, "text")
    assert box(view, "authors").startswith("Dr Ida Holm (corresponding author), Marrowby.")
    assert "office@marrowby.example.org" in box(view, "corresponding")


def test_r5_boxes_and_covering_letter_say_one_number_and_the_sealed_names_in_order(store: Store, narrow: tuple[str, str]) -> None:
    view = shown(store, narrow)
    assert box(view, "signatories").splitlines() == ["Gullhaven, Society of", "Society of the Marshes"]
    assert box(view, "count") == "2 societies have signed this letter."
    assert box(view, "undersigned") == "We, the undersigned 2 societies"
    assert "On behalf of 2 societies, we submit" in view.covering_letter.words


def test_r5_heading_of_the_printed_list_is_no_line_among_the_signatories(store: Store, coordinator: Actor) -> None:
    with store() as session:
        reference = signed(session, coordinator)
        for name, country in (("Gullhaven, Society of", "SE"), ("Society of the Marshes", "FR")):
            entry_of(session, name).country = country
        lay_out(session, reference, Layout(grouping=Grouping.COUNTRY))
        view = package.show_package(session, COMMAND, reference, planned(session, reference), LINKS, now=NOW)
    assert sorted(box(view, "signatories").splitlines()) == ["Gullhaven, Society of", "Society of the Marshes"]
    assert "France" not in box(view, "whole").splitlines()


def test_day_on_which_the_window_ends_is_asked_for_where_the_venue_has_one(store: Store, coordinator: Actor) -> None:
    with store() as session:
        slug = venues.add_venue(session, COMMAND, replace(NARROW, window=Window("publication of the article", months=6)), now=NOW)
        reference = signed(session, coordinator)
        open_end = package.show_package(session, COMMAND, reference, planned(session, reference, slug), LINKS, now=NOW)
        known = planned(session, reference, slug, reference="with-an-end", window_ends_on=NOW.date())
        with_end = package.show_package(session, COMMAND, reference, known, LINKS, now=NOW)
        gone = planned(session, reference, slug, reference="gone", state="submitted", text_digest="d")
        after = package.show_package(session, COMMAND, reference, gone, LINKS, now=NOW)
    assert "within 6 months from publication of the article. Nobody has said yet on which day that ends." in looked_at(open_end)
    assert "on which day that ends" not in looked_at(with_end) + looked_at(after)


def test_interests_are_those_that_sealed_signatories_stated(store: Store, narrow: tuple[str, str]) -> None:
    stated = box(shown(store, narrow), "interests")
    assert "Gullhaven, Society of: none declared." in stated
    assert "Society of the Marshes: Two of its board advise {{ 7 * 7 }} <b>Ltd</b>." in stated


def test_interests_that_nobody_stated_are_never_none(store: Store, narrow: tuple[str, str]) -> None:
    with store() as session:
        thaw(session)
        session.query(AnswerRow).update({"competing_interests": " "})
        view = package.show_package(session, COMMAND, *narrow, LINKS, now=NOW)
        assert "Gullhaven, Society of: not stated." in box(view, "interests")
        assert "Nothing is stated on the competing interests of: Gullhaven, Society of; Society of the Marshes." in missing(view)


def test_known_limit_is_held_against_the_text_and_what_is_not_known_is_said(store: Store, narrow: tuple[str, str]) -> None:
    view = shown(store, narrow)
    assert "of 9 words" in missing(view) and view.verdict.startswith("Not ready")
    assert "Nobody has read how many the journal takes of: authors, figures, tables." in looked_at(view)
    assert [one.most for one in view.measured.readings] == [9, 5, None, None, None]


def test_journal_typed_by_hand_has_no_limits_and_no_guess(store: Store, sent: tuple[str, str]) -> None:
    view = shown(store, sent)
    assert "typed by hand" in looked_at(view)
    assert {one.most for one in view.measured.readings} == {None}


def test_venue_that_is_not_there_any_more_leaves_the_package_and_no_limit(store: Store, narrow: tuple[str, str]) -> None:
    with store() as session:
        session.query(SubmissionRow).update({"venue": "gone"})
        view = package.show_package(session, COMMAND, *narrow, LINKS, now=NOW)
    assert view.name == "Journal of Ferns, letter" and box(view, "text")
    assert {one.most for one in view.measured.readings} == {None}


def test_short_form_goes_as_it_was_frozen_and_before_the_seal_nothing_is_final(store: Store, coordinator: Actor) -> None:
    early = DEADLINE - timedelta(days=5)
    with store() as session:
        reference = letter_in_draft(session, coordinator)
        short = texts.add_short_form(session, coordinator, reference, "For the journal", now=early)
        texts.write_text(session, coordinator, reference, short, "Shorter: we disagree.", 1, now=early)
        sign_on.open_sign_on(session, coordinator, reference, is_fit=True, now=early)
        texts.write_text(session, coordinator, reference, short, "Otherwise.", 2, now=early)
        view = package.show_package(session, COMMAND, reference, planned(session, reference, of=short), LINKS, now=NOW)
    assert view.text_name == "For the journal" and box(view, "text") == "Shorter: we disagree."
    assert not view.is_sealed and view.verdict.startswith("Not ready") and "not sealed" in missing(view)
    assert "This is a short form of our statement" in view.covering_letter.words


def test_statement_that_the_journal_asks_for_is_missing_until_it_is_written(store: Store, narrow: tuple[str, str]) -> None:
    assert "The journal asks for: patient consent." in missing(shown(store, narrow))
    with store() as session:
        covering_letters.keep_statements(session, COMMAND, *narrow, {"patient consent": "No patient is described."}, 0, now=NOW)
    view = shown(store, narrow)
    assert "patient consent" not in missing(view)
    assert box(view, "statement-1") == "No patient is described."
    assert "Patient consent: No patient is described." in view.covering_letter.proposed


def test_disclosure_is_empty_until_a_person_has_said_that_it_is_all(store: Store, narrow: tuple[str, str]) -> None:
    before = shown(store, narrow)
    assert box(before, "disclosure") == "" and "Nobody has said yet" in missing(before)
    settle(store, narrow)
    settled = shown(store, narrow)
    assert box(settled, "disclosure") == "This text has not been published, and is not under consideration elsewhere."
    assert settled.elsewhere.disclosure in settled.covering_letter.proposed
    with store() as session:
        elsewhere.note_showing(session, COMMAND, narrow[0], PREPRINT, now=NOW)
    after = shown(store, narrow)
    assert box(after, "disclosure") == "" and "has changed since somebody said" in missing(after)


def test_second_venue_is_told_of_the_first_and_of_the_preprint(store: Store, sent: tuple[str, str]) -> None:
    with store() as session:
        elsewhere.note_showing(session, COMMAND, sent[0], PREPRINT, now=NOW)
        second = sent[0], planned(session, sent[0])
    settle(store, second)
    told = shown(store, second).elsewhere.disclosure
    assert "submitted to Journal of Invented Medicine, on 14 March 2026, which has it under consideration" in told
    assert "as a preprint: Invented Archive, 14 March 2026, https://archive.example.org/1" in told
    assert "submitted to" not in " ".join(one.told for one in shown(store, sent).elsewhere.places)


def test_own_public_page_is_told_and_asks_where_else_the_text_is(store: Store, coordinator: Actor, sent: tuple[str, str]) -> None:
    with store() as session:
        (asked,) = [one for one in publication.show_publication(session, coordinator, sent[0], LINKS, now=NOW).notes if "elsewhere" in one]
        assert "submitted to Journal of Invented Medicine" in asked
        publication.release_letter(session, coordinator, sent[0], Release(None, 0), now=NOW)
    (place,) = shown(store, sent).elsewhere.places
    assert place.told == f"on the public page of the letter, since 14 March 2026, {LINKS.public(sent[0])}"


def test_saying_that_it_is_all_of_a_list_that_has_grown_is_refused(store: Store, narrow: tuple[str, str]) -> None:
    with store() as session:
        seen = shown_seen(session, narrow)
        elsewhere.note_showing(session, COMMAND, narrow[0], PREPRINT, now=NOW)
    with store() as session, unchanged(session.connection()), pytest.raises(Conflict, match="Another place"):
        elsewhere.settle_places(session, COMMAND, *narrow, seen, LINKS, now=NOW)


def test_place_noted_in_error_is_struck_and_no_journal_is_told(store: Store, narrow: tuple[str, str]) -> None:
    with store() as session:
        elsewhere.note_showing(session, COMMAND, narrow[0], PREPRINT, now=NOW)
        place = package.show_package(session, COMMAND, *narrow, LINKS, now=NOW).elsewhere.places[0].reference
        elsewhere.strike_showing(session, COMMAND, narrow[0], place, now=NOW)
        with pytest.raises(NotFound):
            elsewhere.strike_showing(session, COMMAND, narrow[0], place, now=NOW)
    assert shown(store, narrow).elsewhere.places == ()


STRANGE_PLACES = (
    (GivenShowing("rumour", "Here"), "shown_as"),
    (GivenShowing("preprint", "  "), "place"),
    (GivenShowing("preprint", "x" * (limits.SHOWN_PLACE + 1)), "place"),
    (GivenShowing("preprint", "Here", "javascript:alert(1)"), "address"),
    (GivenShowing("preprint", "Here", "", date(2030, 1, 1)), "shown_on"),
)


def test_strange_place_is_refused_by_its_field(store: Store, narrow: tuple[str, str]) -> None:
    for given, field in STRANGE_PLACES:
        with store() as session, unchanged(session.connection()), pytest.raises(InvalidInput) as refused:
            elsewhere.note_showing(session, COMMAND, narrow[0], given, now=NOW)
        assert refused.value.field == field


def test_kept_covering_letter_is_what_was_written_and_nothing_is_filled_in(store: Store, narrow: tuple[str, str]) -> None:
    words = "Dear Editor,\n\n{{ 7 * 7 }} {% for x in y %} On behalf of 2 societies.\n\n=1+1"
    with store() as session:
        covering_letters.keep_covering_letter(session, COMMAND, *narrow, words, 0, now=NOW)
    view = shown(store, narrow)
    assert view.covering_letter.words == words and view.covering_letter.is_kept
    assert "covering letter does not say how many" not in missing(view)


def test_r5_covering_letter_with_another_number_is_found(store: Store, narrow: tuple[str, str]) -> None:
    with store() as session:
        covering_letters.keep_covering_letter(session, COMMAND, *narrow, "On behalf of 3 societies, we submit.", 0, now=NOW)
    assert "does not say how many have signed, or says another number" in missing(shown(store, narrow))


def test_covering_letter_kept_before_the_disclosure_changed_is_found(store: Store, narrow: tuple[str, str]) -> None:
    settle(store, narrow)
    with store() as session:
        covering_letters.keep_covering_letter(session, COMMAND, *narrow, "On behalf of 2 societies, we submit.", 0, now=NOW)
    assert "does not have the disclosure sentence" in missing(shown(store, narrow))


def test_second_writer_of_one_covering_letter_is_refused(store: Store, narrow: tuple[str, str]) -> None:
    with store() as session:
        covering_letters.keep_covering_letter(session, COMMAND, *narrow, "The first.", 0, now=NOW)
    with store() as session, unchanged(session.connection()), pytest.raises(Conflict, match="Somebody else"):
        covering_letters.keep_covering_letter(session, COMMAND, *narrow, "The second.", 0, now=NOW)


def test_covering_letter_as_word_holds_the_same_words(store: Store, narrow: tuple[str, str]) -> None:
    words = shown(store, narrow).covering_letter.words
    file = zipfile.ZipFile(io.BytesIO(covering_letter_word(f"{words}\n<script>*x*", made_at=NOW)))
    inside = file.read("word/document.xml").decode()
    assert "On behalf of 2 societies, we submit" in inside
    assert "&lt;script&gt;*x*" in inside


def test_claims_stand_with_their_grounds_in_box_and_covering_letter(store: Store, narrow: tuple[str, str]) -> None:
    assert "No claim of the letter is mapped" in looked_at(shown(store, narrow))
    with store() as session:
        nothing = claims.show_claims(session, COMMAND, narrow[0]).seen
        claims.map_claims(session, COMMAND, narrow[0], [CLAIM, Claim("We read it otherwise", "", "none")], nothing, now=NOW)
    view = shown(store, narrow)
    line = f"1. {CLAIM.words}. In the article: Table 2. Ground: the findings are unreliable because of a major error."
    assert line in box(view, "claims") and line in view.covering_letter.words
    assert "2. We read it otherwise. A difference on method or interpretation." in box(view, "claims")
    assert "10.24318/cope.2019.1.4" in box(view, "claims")
    assert "No claim" not in looked_at(view)


def test_claims_that_somebody_else_has_mapped_meanwhile_are_not_overwritten(store: Store, narrow: tuple[str, str]) -> None:
    with store() as session:
        seen = claims.show_claims(session, COMMAND, narrow[0]).seen
        claims.map_claims(session, COMMAND, narrow[0], [CLAIM], seen, now=NOW)
    with store() as session, unchanged(session.connection()), pytest.raises(Conflict):
        claims.map_claims(session, COMMAND, narrow[0], [], seen, now=NOW)


STRANGE_CLAIMS = ([Claim("x", "", "gossip")], [Claim(" ", "", "error")], [Claim("x" * 2_000, "", "error")], [CLAIM] * (limits.CLAIMS + 1))


def test_strange_claims_are_refused_and_the_old_ones_stay(store: Store, narrow: tuple[str, str]) -> None:
    with store() as session:
        claims.map_claims(session, COMMAND, narrow[0], [CLAIM], claims.show_claims(session, COMMAND, narrow[0]).seen, now=NOW)
    for given in STRANGE_CLAIMS:
        with store() as session, unchanged(session.connection()), pytest.raises(InvalidInput):
            claims.map_claims(session, COMMAND, narrow[0], given, claims.show_claims(session, COMMAND, narrow[0]).seen, now=NOW)


def test_r13_readers_look_coordinators_keep_and_strangers_know_nothing(store: Store, coordinator: Actor, narrow: tuple[str, str]) -> None:
    with store() as session:
        people.add_person(session, coordinator, narrow[0], STRANGER, Role.READER, now=NOW) if staff_actor(session, STRANGER) else None
        reader, stranger = staff_actor(session, STRANGER), staff_actor(session, "other@example.org")
    assert shown(store, narrow, reader).is_sealed
    with store() as session, unchanged(session.connection()):
        with pytest.raises(NotAllowed):
            covering_letters.keep_covering_letter(session, reader, *narrow, "x", 0, now=NOW)
        with pytest.raises(NotAllowed):
            elsewhere.note_showing(session, reader, narrow[0], PREPRINT, now=NOW)
        with pytest.raises(NotFound):
            package.show_package(session, stranger, *narrow, LINKS, now=NOW)
        with pytest.raises(NotFound):
            package.show_package(session, coordinator, narrow[0], "another", LINKS, now=NOW)


def test_nothing_is_prepared_once_the_course_has_ended(store: Store, coordinator: Actor, sent: tuple[str, str]) -> None:
    with store() as session:
        submissions.resolve_letter(session, coordinator, sent[0], "Enough.", now=NOW)
    assert not shown(store, sent).is_open
    with store() as session, unchanged(session.connection()), pytest.raises(WrongState):
        covering_letters.keep_covering_letter(session, coordinator, *sent, "x", 0, now=NOW)


PLANTED = {
    "a covering letter is edited": ("UPDATE package SET covering_letter = 'Dear friend'", "the covering letter of the submission"),
    "a statement is edited": ("UPDATE package SET statements = '{}'", "what is answered to the statements"),
    "a settled list is edited": ("UPDATE package SET shown_digest = ''", "what was said of other places"),
    "a package is taken away": ("DELETE FROM package", "the covering letter of the submission"),
    "a claim is edited": ("UPDATE claim SET ground = 'plagiarism'", "its claims are not those of its record."),
    "a claim is taken away": ("DELETE FROM claim", "its claims are not those of its record."),
    "a place is edited": ("UPDATE shown_elsewhere SET place = 'Nowhere'", "where its text was shown is not what event"),
    "a place is struck in silence": ("UPDATE shown_elsewhere SET struck_at = noted_at", "was struck is not what its record tells."),
    "a place is taken away": ("DELETE FROM shown_elsewhere", "is not there."),
}


def fill(session: Session, at: tuple[str, str]) -> None:
    covering_letters.keep_covering_letter(session, COMMAND, *at, "Dear Editor", 0, now=NOW)
    covering_letters.keep_statements(session, COMMAND, *at, {"patient consent": "None."}, 1, now=NOW)
    elsewhere.note_showing(session, COMMAND, at[0], PREPRINT, now=NOW)
    elsewhere.settle_places(session, COMMAND, *at, shown_seen(session, at), LINKS, now=NOW)
    claims.map_claims(session, COMMAND, at[0], [CLAIM], claims.show_claims(session, COMMAND, at[0]).seen, now=NOW)


def test_r17_what_was_written_replays_from_the_record(store: Store, sent: tuple[str, str]) -> None:
    with store() as session:
        fill(session, sent)
        assert verify(session, sent[0]).problems == ()


def test_r17_control_what_is_changed_behind_the_record_is_named(store: Store, sent: tuple[str, str]) -> None:
    with store() as session:
        fill(session, sent)
        thaw(session)
        found = {}
        for planted, (change, sentence) in PLANTED.items():
            undone = session.begin_nested()
            session.execute(text(change))
            session.expire_all()
            found[planted] = any(sentence in str(one) for one in verify(session, sent[0]).problems)
            undone.rollback()
            session.expire_all()
        assert found == dict.fromkeys(PLANTED, True)
        assert verify(session, sent[0]).problems == ()
