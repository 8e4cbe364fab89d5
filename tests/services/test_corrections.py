"""An address corrected: the old link dies, the old address gets nothing more, the new one gets a link of its own (T03, T16, F18)."""

import json
from collections.abc import Callable

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.conftest import Store
from tests.dump import unchanged
from tests.factories import (
    ANNA,
    BRUNO,
    KEYRING,
    NOW,
    OTTO,
    STRANGER,
    back,
    enter,
    entry,
    letter_circulating,
    letter_closed,
    letter_in_draft,
    letter_in_signing,
    letter_row,
    letter_sealed,
    personal_link,
    representative,
    sign,
    staff_actor,
)
from webapp.domain.actor import Actor
from webapp.domain.errors import InvalidInput, NotFound, WrongState
from webapp.persistence.record import load_events, load_private
from webapp.persistence.tables import OutboxRow
from webapp.services import corrections
from webapp.services.composing import compose
from webapp.services.corrections import Correction, correct_address, show_people
from webapp.services.needs import Found, needs_of
from webapp.services.rooms import is_link_live
from webapp.services.roster_facts import stage_counts
from webapp.services.verification import verify
from webapp.settings import Settings

NEW = "anna@marshes.example.org"


def correct(
    session: Session, actor: Actor, letter: str, email: str = NEW, *, of: str = ANNA, name: str = "Anna Berg", **more: bool
) -> None:
    row = representative(session, letter, of)
    correct_address(session, actor, letter, row.invitation.reference, Correction(row.reference, name, email, **more), KEYRING, now=NOW)


def mails(session: Session) -> list[tuple[str, str]]:
    return [(row.kind, row.to_address) for row in session.scalars(select(OutboxRow).order_by(OutboxRow.id))]


def test_old_link_is_dead_and_the_new_address_gets_its_own(store: Store, coordinator: Actor, letter: str) -> None:
    with store() as session:
        place, old = enter(session, letter), personal_link(session, letter)
        correct(session, coordinator, letter)
        assert not is_link_live(session, old) and is_link_live(session, personal_link(session, letter, NEW))
        with pytest.raises(NotFound):
            back(session, place)
        assert mails(session)[-1] == ("invitation", NEW)
        assert verify(session).problems == ()


def test_f18_what_still_waits_for_the_old_address_never_leaves(store: Store, coordinator: Actor, letter: str, settings: Settings) -> None:
    with store() as session:
        waiting = session.scalars(select(OutboxRow).where(OutboxRow.to_address == ANNA)).all()
        assert waiting and all(compose(session, row, settings, now=NOW) for row in waiting)
        correct(session, coordinator, letter)
        assert [compose(session, row, settings, now=NOW) for row in waiting] == [None] * len(waiting)
        to_new = session.scalars(select(OutboxRow).where(OutboxRow.to_address == NEW)).one()
        assert (form := compose(session, to_new, settings, now=NOW)) and personal_link(session, letter, NEW) in form.text


def test_r19_both_addresses_stand_in_the_private_part_of_the_record_alone(store: Store, coordinator: Actor, letter: str) -> None:
    with store() as session:
        correct(session, coordinator, letter)
        row = letter_row(session, letter)
        event = load_events(session, row.id)[-1]
        assert (event.kind, "@" in json.dumps(dict(event.public))) == ("address.corrected", False)
        private = json.loads(load_private(session, row.id)[-1][2] or "")
        assert (private["email"], private["new_email"]) == (ANNA, NEW)


def test_answer_that_was_given_stands_with_the_name_of_its_giver(store: Store, coordinator: Actor, letter: str) -> None:
    with store() as session:
        sign(session, letter)
        correct(session, coordinator, letter, name="Fern Wood")
        assert dict(stage_counts(session, letter_row(session, letter))) == {"signed": 1}
        assert representative(session, letter).name == "Anna Berg"
        assert mails(session)[-1] == ("new_link", NEW), "a society that has answered is not asked again"
        assert verify(session).problems == ()


@pytest.mark.parametrize(
    ("make", "mail"),
    [(letter_in_draft, []), (letter_circulating, [("comment_request", NEW)]), (letter_closed, [("new_link", NEW)])],
    ids=["draft", "circulating", "closed"],
)
def test_new_address_gets_what_it_would_have_got(
    store: Store, coordinator: Actor, make: Callable[..., str], mail: list[tuple[str, str]]
) -> None:
    with store() as session:
        reference = make(session, coordinator)
        correct(session, coordinator, reference)
        assert [one for one in mails(session) if one[1] == NEW] == mail
        assert verify(session).problems == ()


def test_sealed_letter_keeps_its_addresses(store: Store, coordinator: Actor) -> None:
    with store() as session:
        sealed = letter_sealed(session, coordinator)
        with pytest.raises(WrongState, match="only while an addendum is held open"):
            correct(session, coordinator, sealed)


@pytest.mark.parametrize(
    ("email", "sentence"),
    [
        (ANNA, "registered already"),
        (ANNA.upper(), "registered already"),
        (BRUNO, "has a link"),
        ("no address", "not an e-mail address"),
        ("anna@gmail.com", "gmail.com is a free mail service, not a society’s own domain. Look at it letter by letter"),
        ("anna@xn--gllhaven-n4a.example.org", "not in plain Latin letters"),
    ],
)
def test_t16_address_that_is_taken_or_doubtful_is_refused(store: Store, coordinator: Actor, letter: str, email: str, sentence: str) -> None:
    with store() as session, unchanged(store.connection), pytest.raises(InvalidInput, match=sentence):
        correct(session, coordinator, letter, email)


def test_t16_doubtful_address_is_taken_once_it_is_ticked(store: Store, coordinator: Actor, letter: str) -> None:
    with store() as session:
        assert corrections.doubts_of(session, coordinator, letter, representative(session, letter).invitation.reference, "anna@gmail.com")
        correct(session, coordinator, letter, "anna@gmail.com", is_sure=True)
        assert mails(session)[-1] == ("invitation", "anna@gmail.com")


def test_address_outside_the_society_s_own_domain_or_of_another_society_is_doubtful(store: Store, coordinator: Actor) -> None:
    with store() as session:
        reference = letter_in_signing(session, coordinator, entry(), entry("Society of the Marshes", OTTO, "Otto Lind"))
        invitation = representative(session, reference).invitation
        invitation.society.domains = "gullhaven.example.org"
        assert len(corrections.doubts_of(session, coordinator, reference, invitation.reference, OTTO)) == 2
        assert corrections.doubts_of(session, coordinator, reference, invitation.reference, "x@mail.gullhaven.example.org") == []


def test_address_that_comes_back_gets_another_link_than_the_one_that_died(store: Store, coordinator: Actor, letter: str) -> None:
    with store() as session:
        first = personal_link(session, letter)
        correct(session, coordinator, letter)
        correct(session, coordinator, letter, ANNA, of=NEW)
        assert personal_link(session, letter) != first and is_link_live(session, personal_link(session, letter))
        assert not is_link_live(session, first) and not is_link_live(session, personal_link(session, letter, NEW))
        assert [one for one in mails(session) if one[1] == ANNA] == [("invitation", ANNA)] * 2
        assert verify(session).problems == ()
        with pytest.raises(InvalidInput, match="another name"):
            correct(session, coordinator, letter, NEW, name="Somebody Else")


def test_refused_mail_is_a_need_until_somebody_of_the_society_can_be_reached(store: Store, coordinator: Actor, letter: str) -> None:
    with store() as session:
        row = letter_row(session, letter)

        def said() -> list[tuple[str, str]]:
            found = needs_of(session, row, Found(stage_counts(session, row), (), (), ()), now=NOW)
            return [(one.text, one.act) for one in found]

        for mail in session.scalars(select(OutboxRow).where(OutboxRow.to_address == ANNA)):
            mail.state, mail.last_error = "failed", "550 the recipient was refused: no such user"
        assert said() == [("Mail to one of the representatives of Gullhaven, Society of could not be delivered", "people")]
        enter(session, letter, BRUNO)
        assert said() == [], "Bruno has been reached"
        for mail in session.scalars(select(OutboxRow).where(OutboxRow.to_address == BRUNO)):
            mail.state = "failed"
        assert said() == [("Mail to Gullhaven, Society of could not be delivered", "people")], "read, and yet nobody is left to reach"
        invitation = representative(session, letter).invitation.reference
        shown = {one.email: one.error for one in show_people(session, coordinator, letter, invitation).lines}
        assert shown[ANNA] == "550 the recipient was refused: no such user"
        correct(session, coordinator, letter)
        assert said() == []


def test_r13_only_whoever_deals_with_the_societies_of_this_letter_may(store: Store, letter: str) -> None:
    with store() as session:
        stranger = staff_actor(session, STRANGER)
        with pytest.raises(NotFound):
            correct(session, stranger, letter)
        elsewhere = letter_in_signing(session, stranger, entry("Society of the Marshes", OTTO, "Otto Lind"))
        otto, anna = representative(session, elsewhere, OTTO), representative(session, letter)
        for representative_of, invitation in ((anna, otto.invitation), (otto, anna.invitation)):
            with pytest.raises(NotFound):
                given = Correction(representative_of.reference, "Anna Berg", NEW)
                correct_address(session, stranger, elsewhere, invitation.reference, given, KEYRING, now=NOW)
