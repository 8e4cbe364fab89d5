"""Revisions looked through and compared: any two, or one with what is being written."""

import io
import re
import zipfile
from datetime import timedelta

import pytest

from tests.conftest import Store
from tests.factories import (
    ANNA,
    COORDINATOR,
    NOW,
    STRANGER,
    letter_closed,
    letter_in_draft,
    letter_row,
    representative,
    seal_it,
    staff_actor,
)
from webapp.domain.actor import Actor
from webapp.domain.errors import NotFound, WrongState
from webapp.persistence.tables import CirculatedRow, CirculationRow
from webapp.rendering.redline import accepted, redline_docx, redline_pdf, rejected
from webapp.rendering.redline.blocks import plain_text
from webapp.services import comparisons, revision_list, revisions, sign_on, texts
from webapp.services.comparisons import WORKING, Sides
from webapp.services.revisions import Declaration


@pytest.fixture
def revised(store: Store, coordinator: Actor) -> str:
    """A letter in draft: revision 1 with a short form, revision 2 with another statement and none, and a title that is newer."""
    with store() as session:
        letter = letter_in_draft(session, coordinator)
        short = texts.add_short_form(session, coordinator, letter, "For the journal", now=NOW)
        revisions.make_revision(session, coordinator, letter, Declaration("What the board saw"), now=NOW)
        row = letter_row(session, letter)
        row.statement.body = row.statement.body.replace("disagree", "differ")
        texts.remove_short_form(session, coordinator, letter, short, 1, now=NOW)
        later = NOW + timedelta(hours=1)
        revisions.make_revision(session, coordinator, letter, Declaration("A milder word", "substantive"), now=later)
        row.title = "Another title"
        return letter


def compared(store: Store, coordinator: Actor, letter: str, sides: Sides) -> comparisons.Comparison:
    with store() as session:
        return comparisons.compare(session, coordinator, letter, sides, now=NOW)


def test_any_two_revisions_are_compared_in_either_direction(store: Store, coordinator: Actor, revised: str) -> None:
    for old, new, before, after in ((1, 2, "disagree", "differ"), (2, 1, "differ", "disagree")):
        found = compared(store, coordinator, revised, Sides(old, new))
        assert found.redline is not None
        assert (found.redline.counts.insertions, found.redline.counts.deletions) == (1, 1)
        gone, come = plain_text(rejected(found.redline)), plain_text(accepted(found.redline))
        assert (before in gone, after in gone, before in come, after in come) == (True, False, False, True)
        assert found.document.heading == f"Changes from revision {old} to revision {new}"


def test_title_request_and_articles_are_compared_too(store: Store, coordinator: Actor, revised: str) -> None:
    found = compared(store, coordinator, revised, Sides(2, WORKING))
    assert found.redline is not None
    assert "Another title" in plain_text(accepted(found.redline)) and "Another title" not in plain_text(rejected(found.redline))
    assert "Vale A. A quiet hour." in plain_text(accepted(found.redline))
    assert found.document.new == "the working text"


def test_text_that_one_side_does_not_have_is_said_and_shown_whole(store: Store, coordinator: Actor, revised: str) -> None:
    with store() as session:
        [statement, short] = letter_row(session, revised).revisions[0].texts
    fates = {text.name: text.fate for text in compared(store, coordinator, revised, Sides(1, 2)).texts}
    assert fates == {"Statement": "changed", "For the journal": "removed"}
    found = compared(store, coordinator, revised, Sides(1, 2, short["reference"]))
    assert found.redline is not None
    assert plain_text(accepted(found.redline)) == "" and "disagree" in plain_text(rejected(found.redline))
    assert found.document.new == "revision 2, “For the journal”"
    added = compared(store, coordinator, revised, Sides(2, 1))
    assert {text.name: text.fate for text in added.texts} == {"Statement": "changed", "For the journal": "added"}
    assert added.chosen.reference == statement["reference"]


def test_working_text_that_cites_nothing_is_not_compared_and_says_why(store: Store, coordinator: Actor, revised: str) -> None:
    with store() as session:
        letter_row(session, revised).statement.body += " As shown [@nobody2026]."
    found = compared(store, coordinator, revised, Sides(2, WORKING))
    assert found.redline is None
    assert "@nobody2026" in found.problem


def test_r19_file_of_changes_names_the_lead_society_and_nobodys_address(store: Store, coordinator: Actor, revised: str) -> None:
    found = compared(store, coordinator, revised, Sides(1, 2))
    assert found.redline is not None
    written = redline_docx(found.redline, found.document, author=found.author, at=found.made_at)
    with zipfile.ZipFile(io.BytesIO(written)) as package:
        body = package.read("word/document.xml").decode()
    assert set(re.findall(r'w:author="([^"]*)"', body)) == {"The Marrowby Society"}
    assert set(re.findall(r'w:date="([^"]*)"', body)) == {"2026-03-02T10:00:00Z"}
    assert re.search(r"<w:del .*disagree.*</w:del>", body) and re.search(r"<w:ins .*differ.*</w:ins>", body)
    assert COORDINATOR not in body
    assert redline_pdf(found.redline, found.document).startswith(b"%PDF-")


@pytest.mark.parametrize("sides", [Sides(1, 3), Sides(9, 1), Sides(1, 2, "no-such-text"), Sides(10**9, 1)])
def test_what_is_not_there_is_not_found(store: Store, coordinator: Actor, revised: str, sides: Sides) -> None:
    with pytest.raises(NotFound):
        compared(store, coordinator, revised, sides)


def test_r13_stranger_reads_no_revision(store: Store, revised: str) -> None:
    with store() as session:
        stranger = staff_actor(session, STRANGER)
        for look in (
            lambda: comparisons.compare(session, stranger, revised, Sides(1, 2), now=NOW),
            lambda: comparisons.prepare_revision(session, stranger, revised, now=NOW),
            lambda: comparisons.newest_sides(session, stranger, revised),
            lambda: revision_list.list_revisions(session, stranger, revised),
            lambda: revision_list.read_revision(session, stranger, revised, 1),
        ):
            with pytest.raises(NotFound):
                look()


def test_before_a_revision_is_made_every_change_since_the_last_is_shown(store: Store, coordinator: Actor, revised: str) -> None:
    with store() as session:
        texts.add_short_form(session, coordinator, revised, "For another", now=NOW)
        prepared = comparisons.prepare_revision(session, coordinator, revised, now=NOW)
        assert (prepared.number, prepared.is_unchanged, prepared.problems) == (3, False, ())
        assert [(one.chosen.name, one.chosen.fate) for one in prepared.changes] == [("Statement", "changed"), ("For another", "added")]
        revisions.make_revision(session, coordinator, revised, Declaration("More", "editorial", prepared.mark), now=NOW)
        assert comparisons.prepare_revision(session, coordinator, revised, now=NOW).is_unchanged


def test_revision_of_a_closed_letter_is_not_prepared(store: Store, coordinator: Actor) -> None:
    with store() as session:
        letter = letter_closed(session, coordinator)
        with pytest.raises(WrongState):
            comparisons.prepare_revision(session, coordinator, letter, now=NOW)


def test_list_says_who_made_each_when_and_how_far_it_went(store: Store, coordinator: Actor, revised: str) -> None:
    with store() as session:
        page = revision_list.list_revisions(session, coordinator, revised)
        [second, first] = page.lines
        assert (second.number, second.note, second.change, second.made_by) == (2, "A milder word", "substantive", COORDINATOR)
        assert str(second.made_at) == "2 March 2026, 11:00 Europe/Berlin (10:00 UTC)"
        assert (first.change, [text.name for text in first.texts]) == ("", ["Statement", "For the journal"])
        assert [text.words for text in second.texts] == [11]
        assert (second.asked, second.frozen_at, second.is_in_force, second.is_sealed) == ("", None, False, False)
        view = revision_list.read_revision(session, coordinator, revised, 1)
        assert (view.before, view.after, view.references, view.chosen.name) == (None, 2, 1, "Statement")
        assert "disagree" in view.html


def test_list_says_what_was_circulated_frozen_and_sealed(store: Store, coordinator: Actor) -> None:
    with store() as session:
        letter = letter_in_draft(session, coordinator)
        revisions.make_revision(session, coordinator, letter, Declaration(), now=NOW)
        row = letter_row(session, letter)
        for name in ("one", "two"):
            circulation = CirculationRow(
                reference=name, letter_id=row.id, revision=row.revisions[0], sent_at=NOW, sent_by="", until=NOW, zone="UTC"
            )
            circulation.circulated.append(CirculatedRow(invitation_id=representative(session, letter, ANNA).invitation_id))
            session.add(circulation)
        sign_on.open_sign_on(session, coordinator, letter, is_fit=True, now=NOW)
        [line] = revision_list.list_revisions(session, coordinator, letter).lines
        assert (line.asked, line.is_in_force, line.is_sealed) == ("1 society", True, False)
        assert line.frozen_at is not None
    with store() as session:
        other = letter_closed(session, coordinator)
        seal_it(session, coordinator, other)
        assert [line.is_sealed for line in revision_list.list_revisions(session, coordinator, other).lines] == [True]


def test_long_list_goes_on_on_further_pages(store: Store, coordinator: Actor) -> None:
    with store() as session:
        letter = letter_in_draft(session, coordinator)
        row = letter_row(session, letter)
        for number in range(22):
            row.title = f"Title {number}"
            revisions.make_revision(session, coordinator, letter, Declaration("A title", "editorial"), now=NOW)
        first, last = (revision_list.list_revisions(session, coordinator, letter, page=page) for page in (1, 99))
        assert ([line.number for line in first.lines][:2], first.last) == ([22, 21], 2)
        assert [line.number for line in last.lines] == [2, 1]
