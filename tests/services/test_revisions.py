"""R3: revisions are numbered snapshots of all texts; what is frozen is one of them."""

import pytest

from tests.conftest import Store
from tests.factories import NOW, letter_in_draft, letter_row
from webapp.domain.actor import Actor
from webapp.domain.errors import Conflict, InvalidInput
from webapp.domain.text import Change
from webapp.services import revisions
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
