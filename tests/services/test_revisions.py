"""R3: revisions are numbered snapshots of all texts; what is frozen is one of them."""

import pytest

from tests.conftest import Store
from tests.factories import NOW, STRANGER, letter_closed, letter_in_draft, letter_row, staff_actor
from webapp.domain.actor import Actor
from webapp.domain.errors import Conflict, InvalidInput, NotAllowed, NotFound, WrongState
from webapp.domain.permission import Role
from webapp.domain.text import Change
from webapp.persistence.record import load_events
from webapp.services import people, revisions, sign_on, texts
from webapp.services.revisions import Declaration, make_revision


@pytest.fixture
def drafted(store: Store, coordinator: Actor) -> str:
    with store() as session:
        return letter_in_draft(session, coordinator)


def test_r3_revision_keeps_every_text_and_what_it_cites(store: Store, coordinator: Actor, drafted: str) -> None:
    with store() as session:
        assert make_revision(session, coordinator, drafted, Declaration(), now=NOW) == 1
        letter = letter_row(session, drafted)
        [revision] = letter.revisions
        [statement] = revision.texts
        assert (statement["body"], statement["cites"]) == (letter.statement.body, ["vale2026"])
        assert statement["digest"] == revision.digest == revisions.draft_digest(letter)
        assert letter.revision_in_force is None, "a revision is signed only once it is frozen"


def test_reference_that_is_not_cited_does_not_change_the_digest(store: Store, coordinator: Actor, drafted: str) -> None:
    with store() as session:
        letter = letter_row(session, drafted)
        before = revisions.draft_digest(letter)
        letter.references = [*letter.references, {"id": "unused2026", "type": "book", "title": "Unused"}]
        assert revisions.draft_digest(letter) == before
        letter.statement.body += " And more [@unused2026]."
        assert revisions.draft_digest(letter) != before


def test_second_revision_says_what_changed_and_how_far(store: Store, coordinator: Actor, drafted: str) -> None:
    with store() as session:
        make_revision(session, coordinator, drafted, Declaration(), now=NOW)
        with pytest.raises(InvalidInput, match="in one line"):
            make_revision(session, coordinator, drafted, Declaration("", Change.EDITORIAL), now=NOW)
        with pytest.raises(InvalidInput, match="editorial or substantive"):
            make_revision(session, coordinator, drafted, Declaration("A word", "small"), now=NOW)
        with pytest.raises(Conflict, match="since revision 1"):
            make_revision(session, coordinator, drafted, Declaration("A word", Change.EDITORIAL), now=NOW)
        letter_row(session, drafted).statement.body += " One more sentence."
        assert make_revision(session, coordinator, drafted, Declaration("One sentence more", Change.SUBSTANTIVE), now=NOW) == 2


def test_record_tells_of_a_revision_with_the_digest_of_every_text(store: Store, coordinator: Actor, drafted: str) -> None:
    with store() as session:
        short = texts.add_short_form(session, coordinator, drafted, "For the journal", now=NOW)
        make_revision(session, coordinator, drafted, Declaration("The first"), now=NOW)
        letter = letter_row(session, drafted)
        event = load_events(session, letter.id)[-1]
        digests = [one["digest"] for one in letter.revisions[0].texts]
        assert [one["reference"] for one in letter.revisions[0].texts] == [letter.statement.reference, short]
        assert event.kind == "revision.made"
        assert event.public == {"revision": 1, "digest": letter.revisions[0].digest, "texts": digests, "change": "", "note": "The first"}


def test_text_that_cites_nothing_is_named_and_kept_out_of_revision_and_freezing(store: Store, coordinator: Actor, drafted: str) -> None:
    with store() as session:
        short = texts.add_short_form(session, coordinator, drafted, "For the journal", now=NOW)
        texts.write_text(session, coordinator, drafted, short, "As shown [@nobody2026; @none2026].", 1, now=NOW)
        with pytest.raises(InvalidInput, match=r"“For the journal”.*@nobody2026, @none2026"):
            make_revision(session, coordinator, drafted, Declaration(), now=NOW)
        with pytest.raises(WrongState, match="@nobody2026, @none2026"):
            sign_on.open_sign_on(session, coordinator, drafted, is_fit=True, now=NOW)
        texts.remove_short_form(session, coordinator, drafted, short, 2, now=NOW)
        sign_on.open_sign_on(session, coordinator, drafted, is_fit=True, now=NOW)


def test_letter_without_a_statement_makes_no_revision(store: Store, coordinator: Actor, drafted: str) -> None:
    with store() as session:
        letter_row(session, drafted).statement.body = " "
        with pytest.raises(InvalidInput, match="Write the statement"):
            make_revision(session, coordinator, drafted, Declaration(), now=NOW)


def test_what_changed_after_it_was_shown_is_not_kept_unseen(store: Store, coordinator: Actor, drafted: str) -> None:
    with store() as session:
        letter = letter_row(session, drafted)
        shown = revisions.mark_of(letter)
        letter.statement.body += " Somebody adds this."
        with pytest.raises(Conflict, match="since you opened this page"):
            make_revision(session, coordinator, drafted, Declaration(seen=shown), now=NOW)
        assert make_revision(session, coordinator, drafted, Declaration(seen=revisions.mark_of(letter)), now=NOW) == 1


def test_who_only_reads_makes_no_revision(store: Store, coordinator: Actor, drafted: str) -> None:
    with store() as session:
        reader, stranger = staff_actor(session, "reader@example.org"), staff_actor(session, STRANGER)
        people.add_person(session, coordinator, drafted, "reader@example.org", Role.READER, now=NOW)
        with pytest.raises(NotAllowed):
            make_revision(session, reader, drafted, Declaration(), now=NOW)
        with pytest.raises(NotFound):
            make_revision(session, stranger, drafted, Declaration(), now=NOW)


def test_revision_of_a_closed_letter_is_refused(store: Store, coordinator: Actor) -> None:
    with store() as session:
        letter = letter_closed(session, coordinator)
        with pytest.raises(WrongState, match="sign-on has closed"):
            make_revision(session, coordinator, letter, Declaration("A word", Change.EDITORIAL), now=NOW)
