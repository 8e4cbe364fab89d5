"""The page of the accounts: it offers what can be done, and says why the rest cannot."""

from sqlalchemy import update
from sqlalchemy.orm import Session

from tests.factories import COORDINATOR
from tests.web.world import ACCOUNTS, Person, World
from webapp.persistence.database import transaction
from webapp.persistence.tables import StaffRow

SENTENCE = "The only administrator: make another one first."
OURS = ACCOUNTS[Person.ADMINISTRATOR]


def test_only_administrator_is_offered_nothing_that_can_only_fail(world: World) -> None:
    page = world.browser(Person.ADMINISTRATOR).get("/staff")
    assert page.text.count(SENTENCE) == 1
    assert f"Close the account {OURS}" not in page.text
    assert f"No administrator any more {OURS}" not in page.text
    assert f"Close the account {COORDINATOR}" in page.text
    assert "2 March 2026" in page.text


def test_one_of_two_administrators_may_go(world: World) -> None:
    with Session(world.engine) as session, transaction(session):
        session.execute(update(StaffRow).where(StaffRow.email == COORDINATOR).values(is_administrator=True))
    page = world.browser(Person.ADMINISTRATOR).get("/staff")
    assert SENTENCE not in page.text
    for email in (OURS, COORDINATOR):
        assert f"Close the account {email}" in page.text
        assert f"No administrator any more {email}" in page.text
