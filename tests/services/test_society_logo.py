"""A logo waits until somebody has looked at it, and no longer than a day; joined entries keep the whole of it."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.conftest import Store
from tests.factories import NOW
from webapp.domain.actor import COMMAND, Actor, ActorKind
from webapp.domain.errors import Conflict, NotAllowed, NotFound
from webapp.domain.society import SocietyFacts
from webapp.persistence.tables import LogoRow, LogoUploadRow
from webapp.rendering.logo import Logo
from webapp.services import societies, society_join, society_logo
from webapp.services.doors import add_staff

DRAWING = Logo("image/svg+xml", b"<svg/>", b"a picture of it", 100, 50)
PICTURE = Logo("image/png", b"on white", b"on no ground", 30, 20)


@pytest.fixture
def ferns(store: Store, coordinator: Actor) -> str:
    with store() as session:
        return societies.add_entry(session, COMMAND, SocietyFacts("Society of Ferns"), now=NOW)


def use(store: Store, society: str, logo: Logo) -> str:
    with store() as session:
        society_logo.offer_logo(session, COMMAND, society, logo, now=NOW)
        waiting = society_logo.show_upload(session, COMMAND, society)
        assert waiting is not None
        society_logo.use_upload(session, COMMAND, society, waiting.sha256, now=NOW)
        return waiting.sha256


def test_what_was_looked_at_takes_the_place_and_waits_no_more(store: Store, ferns: str) -> None:
    use(store, ferns, PICTURE)
    with store() as session:
        society_logo.offer_logo(session, COMMAND, ferns, DRAWING, now=NOW)
        # The one that is there stays until somebody says so.
        assert society_logo.read_logo_of(session, ferns) == b"on no ground"
        assert society_logo.read_upload(session, COMMAND, ferns) == b"a picture of it"
    sha256 = use(store, ferns, DRAWING)
    with store() as session:
        row = session.scalars(select(LogoRow)).one()
        assert (row.sha256, row.media_type, row.content) == (sha256, "image/svg+xml", b"<svg/>")
        assert session.scalars(select(LogoUploadRow)).all() == []
        view = societies.show_society(session, COMMAND, ferns)
        assert [one.title for one in view.changes][:2] == ["Logo changed", "Logo changed"]


def test_another_one_that_came_since_is_not_used_unseen(store: Store, ferns: str) -> None:
    with store() as session:
        society_logo.offer_logo(session, COMMAND, ferns, PICTURE, now=NOW)
        seen = society_logo.show_upload(session, COMMAND, ferns)
        society_logo.offer_logo(session, COMMAND, ferns, DRAWING, now=NOW)
        assert seen is not None
        with pytest.raises(Conflict):
            society_logo.use_upload(session, COMMAND, ferns, seen.sha256, now=NOW)
        assert session.scalars(select(LogoRow)).all() == []


def test_what_nobody_decides_on_is_forgotten_after_a_day(store: Store, ferns: str) -> None:
    with store() as session:
        society_logo.offer_logo(session, COMMAND, ferns, PICTURE, now=NOW)
        society_logo.sweep_uploads(session, now=NOW + timedelta(days=1))
        assert society_logo.show_upload(session, COMMAND, ferns) is not None
        society_logo.sweep_uploads(session, now=NOW + timedelta(days=1, seconds=1))
        with pytest.raises(NotFound):
            society_logo.use_upload(session, COMMAND, ferns, "0" * 64, now=NOW)


def test_who_coordinates_no_letter_puts_no_logo_in(store: Store, ferns: str) -> None:
    with store() as session:
        stranger = Actor(ActorKind.STAFF, add_staff(session, "stranger@example.org", now=NOW)[0])
        with pytest.raises(NotAllowed):
            society_logo.offer_logo(session, stranger, ferns, PICTURE, now=NOW)


def test_joined_entry_hands_the_whole_logo_over(store: Store, ferns: str) -> None:
    with store() as session:
        other = societies.add_entry(session, COMMAND, SocietyFacts("League of Ferns"), now=NOW)
    use(store, other, DRAWING)
    with store() as session:
        society_join.join_entries(session, COMMAND, ferns, other, (1, 1), "The same office.", now=NOW)
        assert society_logo.read_logo_of(session, ferns) == b"a picture of it"
        assert {row.media_type for row in session.scalars(select(LogoRow))} == {"image/svg+xml"}
