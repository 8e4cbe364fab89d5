"""A connection that breaks off after the page was made spoils no answer (F22)."""

import pytest

from tests.browser import Browser
from tests.web.world import Person, World
from webapp.web import transaction


@pytest.fixture
def broken(readers: World, monkeypatch: pytest.MonkeyPatch) -> Browser:
    """A browser at the desk of a site whose database is lost whenever a request gives its connection back."""
    browser = readers.browser(Person.OWNER)
    with readers.app.app_context():
        dialect = readers.app.extensions["sqlalchemy"].engine.dialect

    def lost(_connection: object) -> None:
        raise dialect.loaded_dbapi.OperationalError("the connection is lost")

    monkeypatch.setattr(dialect, "do_rollback", lost)
    return browser


def test_page_that_was_made_is_shown(broken: Browser) -> None:
    assert broken.ask("/letters").status_code == 200


def test_control_without_letting_go_the_page_is_lost(broken: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transaction.database, "undo", lambda _session: None)
    with pytest.raises(Exception, match="the connection is lost"):
        broken.ask("/letters")
