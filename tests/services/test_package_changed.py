"""The package of a text that a journal wanted changed: its own words, list, count, files and limits (R5)."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from tests.conftest import Store
from tests.factories import ANNA, enter, give, intent
from tests.new_texts import JOURNAL, begin, text_row
from tests.services.test_carried_texts import LATER, asked, changed, choose, row_of  # noqa: F401 - a fixture
from tests.services.test_package import LINKS, box, looked_at, missing
from webapp.domain.actor import COMMAND, Actor
from webapp.domain.document_kind import DocumentKind
from webapp.domain.venue import Limits, Source, Venue, WordLimit
from webapp.services import covering_letters, new_text_files, package, package_facts, venues
from webapp.services.package import PackageView

NARROW = Venue("", JOURNAL, "letter", Limits(words=WordLimit(3)), sources=(Source("https://jim.example.org/letters", 2026),))
At = tuple[str, str]


def shown(session: Session, at: At) -> PackageView:
    return package.show_package(session, COMMAND, *at, LINKS, now=LATER)


def make(session: Session, actor: Actor, letter: str, text: str) -> None:
    new_text_files.ask_to_make(session, actor, letter, text, now=LATER)
    row = text_row(session, text)
    plan = new_text_files.plan_making(session, row.id, row.making_job, LINKS)
    assert plan is not None
    assert new_text_files.keep_made(session, plan, row.making_job, {DocumentKind.LETTER: b"%PDF-a"}, now=LATER)


def test_r5_package_shows_the_changed_text_with_its_own_list_and_count(store: Store, coordinator: Actor, asked: At) -> None:  # noqa: F811
    with store() as session:
        row_of(session, *asked).venue = venues.add_venue(session, COMMAND, NARROW, now=LATER)
        wanted = changed(session, coordinator, asked)
        before = shown(session, asked)
        assert "its list is fixed" in looked_at(before)
        assert box(before, "count") == "3 societies have signed this letter."
        covering_letters.keep_covering_letter(session, coordinator, *asked, "On behalf of 3 societies.", 0, now=LATER)
        choose(session, coordinator, asked, wanted)
        view = shown(session, asked)
        assert (view.text, view.text_name, view.is_changed) == (wanted, f"Changed text 1, for {JOURNAL}", True)
        assert "To the Editor" in box(view, "text") and "Because of the evidence" not in box(view, "whole")
        assert box(view, "signatories").splitlines() == ["Gullhaven, Society of"]
        assert box(view, "count") == "1 society has signed this letter."
        assert box(view, "interests").count("Gullhaven") == 1 and "Marshes" not in box(view, "interests")
        assert "3 societies" not in view.covering_letter.proposed
        assert f"as changed for {JOURNAL}; the letter that was sealed on 14 March 2026" in view.covering_letter.proposed
        assert "does not say how many have signed" in missing(view)
        assert any(one.used and one.used > 3 and one.most == 3 for one in view.measured.readings), "its limits are the venue’s"


def test_r5_control_without_its_own_list_it_would_show_the_sealed_number(
    store: Store,
    coordinator: Actor,
    asked: At,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(package_facts, "changed_text_of", lambda *_: None)
    with store() as session:
        choose(session, coordinator, asked, changed(session, coordinator, asked))
        assert box(shown(session, asked), "count") == "3 societies have signed this letter."


def test_r11_package_has_the_files_of_the_changed_text_and_none_of_the_sealed_ones(
    store: Store,
    coordinator: Actor,
    asked: At,  # noqa: F811
) -> None:
    with store() as session:
        wanted = changed(session, coordinator, asked)
        assert shown(session, asked).files and not shown(session, asked).changed_files
        choose(session, coordinator, asked, wanted)
        assert "The documents of this text are not made yet." in looked_at(shown(session, asked))
        make(session, coordinator, asked[0], wanted)
        view = shown(session, asked)
        assert (view.files, [one.name for one in view.changed_files]) == ((), [f"letter-{asked[0]}-text-1.pdf"])
        assert view.facts.sealed is not None and view.facts.sealed.sha256 == view.changed_files[0].sha256
        assert view.facts.sealed.sha256 in view.covering_letter.proposed


def test_who_withdraws_from_its_list_is_told_and_the_list_stays(store: Store, coordinator: Actor, asked: At) -> None:  # noqa: F811
    with store() as session:
        choose(session, coordinator, asked, changed(session, coordinator, asked))
        give(session, place := enter(session, asked[0], ANNA, now=LATER), intent(session, place, "withdraw"), at=LATER)
        view = package.show_package(session, COMMAND, *asked, LINKS, now=LATER + timedelta(days=1))
        assert "Withdrawn since the list of this text was fixed: Gullhaven, Society of (4 April 2026)." in looked_at(view)
        assert box(view, "count") == "1 society has signed this letter."


def test_text_that_is_still_being_written_is_told_and_not_shown(store: Store, coordinator: Actor, asked: At) -> None:  # noqa: F811
    with store() as session:
        begin(session, coordinator, asked[0], submission=asked[1])
        assert f"Changed text 1, for {JOURNAL}: being written. Shown is Statement." in looked_at(shown(session, asked))
