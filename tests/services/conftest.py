"""A letter that is being signed, and the society of Gullhaven with its two representatives."""

import pytest

from tests.conftest import Store
from tests.factories import ANNA, BRUNO, entry, letter_in_signing, staff_actor
from webapp.domain.actor import Actor


@pytest.fixture
def coordinator(store: Store) -> Actor:
    with store() as session:
        return staff_actor(session)


@pytest.fixture
def letter(store: Store, coordinator: Actor) -> str:
    """The reference of a letter in *signing*, to which Anna and Bruno are invited for one society."""
    with store() as session:
        return letter_in_signing(session, coordinator, entry(email=ANNA), entry(email=BRUNO, contact="Bruno Wirth"))
