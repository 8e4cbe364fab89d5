"""What became of an article: told in the order of its days, corrected in the open, looked up only where somebody asks."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection

from tests.conftest import Store
from tests.dump import unchanged
from tests.factories import SEALABLE, STRANGER, letter_row, letter_sealed, letter_submitted, staff_actor
from tests.lookup.register import RETRACTED_DOI, register
from webapp.domain.actor import Actor
from webapp.domain.errors import Conflict, InvalidInput, LookUpFailed, NotFound, WrongState
from webapp.services import fates, submissions
from webapp.services.fates import TargetFates, Told
from webapp.services.verification import verify

DAY = SEALABLE.date()
NEXT = SEALABLE + timedelta(days=30)


@pytest.fixture
def sent(store: Store, coordinator: Actor) -> str:
    with store() as session:
        return letter_submitted(session, coordinator)


def tell(store: Store, actor: Actor, letter: str, kind: str, days: int, **more: Any) -> str:
    with store() as session:
        edition = fates.fates_of(session, letter_row(session, letter)).edition
        return fates.tell_fate(session, actor, letter, 1, Told(kind, DAY + timedelta(days=days), **more), edition, now=NEXT)


def test_r17_article_has_no_fate_until_one_is_told_and_then_several_in_their_order(store: Store, coordinator: Actor, sent: str) -> None:
    with store() as session:
        (article,) = fates.fates_of(session, letter_row(session, sent)).targets
        assert (article.now, article.lines) == ("nothing yet", ())
    tell(store, coordinator, sent, "retraction", 20, link="10.1234/jim.9", note="At last.")
    tell(store, coordinator, sent, "expression_of_concern", 5)
    with store() as session:
        (article,) = fates.fates_of(session, letter_row(session, sent)).targets
        assert [line.title for line in article.lines] == ["Expression of concern", "Retraction"]
        assert (article.now, article.lines[1].link) == ("Retraction", "https://doi.org/10.1234/jim.9")
        assert verify(session).problems == ()


def test_fate_can_be_told_after_the_course_has_ended(store: Store, coordinator: Actor, sent: str) -> None:
    with store() as session:
        submissions.resolve_letter(session, coordinator, sent, "Nobody answers.", now=NEXT)
    tell(store, coordinator, sent, "retraction", 20)
    with store() as session:
        assert verify(session).problems == ()


def test_wrong_fate_is_struck_out_and_stays_readable(store: Store, connection: Connection, coordinator: Actor, sent: str) -> None:
    wrong = tell(store, coordinator, sent, "retraction", 3)
    with store() as session:
        fates.correct_fate(session, coordinator, sent, wrong, "It was another article.", 1, now=NEXT)
    with store() as session:
        (article,) = fates.fates_of(session, letter_row(session, sent)).targets
        assert (article.now, article.lines[0].is_struck, article.lines[0].strike_reason) == ("nothing yet", True, "It was another article.")
        assert verify(session).problems == ()
    with unchanged(connection), store() as session, pytest.raises(WrongState, match="struck out already"):
        fates.correct_fate(session, coordinator, sent, wrong, "Again.", 2, now=NEXT)


def test_second_of_two_who_tell_a_fate_is_told(store: Store, connection: Connection, coordinator: Actor, sent: str) -> None:
    tell(store, coordinator, sent, "correction", 3)
    with unchanged(connection), store() as session, pytest.raises(Conflict, match="Somebody else has told something"):
        fates.tell_fate(session, coordinator, sent, 1, Told("correction", DAY), 0, now=NEXT)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        (Told("applause", DAY), "kind"),
        (Told("reply", NEXT.date() + timedelta(days=2)), "happened_on"),
        (Told("reply", DAY - timedelta(days=4_000)), "happened_on"),
        (Told("reply", DAY, link="here"), "link"),
        (Told("reply", DAY, note="a\x00b"), "note"),
    ],
)
def test_bad_fate_names_its_field(store: Store, connection: Connection, coordinator: Actor, sent: str, given: Told, field: str) -> None:
    with unchanged(connection), store() as session, pytest.raises(InvalidInput) as refused:
        fates.tell_fate(session, coordinator, sent, 1, given, 0, now=NEXT)
    assert refused.value.field == field


def test_r13_stranger_and_unknown_article_find_nothing(store: Store, connection: Connection, coordinator: Actor, sent: str) -> None:
    with store() as session:
        stranger = staff_actor(session, STRANGER)
        letter_sealed(session, coordinator)
    with unchanged(connection), store() as session:
        for actor, number in ((stranger, 1), (coordinator, 9), (coordinator, 0)):
            with pytest.raises(NotFound):
                fates.show_target(session, actor, sent, number)
            with pytest.raises(NotFound):
                fates.tell_fate(session, actor, sent, number, Told("reply", DAY), 0, now=NEXT)


def article(*lines: fates.FateLine, doi: str = RETRACTED_DOI) -> TargetFates:
    return TargetFates(1, "On marshes", doi, lines)


@pytest.mark.enable_socket
def test_look_up_proposes_what_crossref_says_and_is_not_told_yet() -> None:
    with register() as held:
        found = fates.look_up(article(), held.look_up)
        assert [(one.kind, str(one.on), one.link) for one in found] == [
            ("retraction", "2021-02-06", "https://doi.org/10.5555/ejm.2021.77"),
            ("correction", "None", "https://doi.org/10.5555/ejm.2020.10"),
        ]
        told = fates.FateLine(
            "f", "retraction", "Retraction", date(2021, 2, 6), "6 February 2021", "", "", is_struck=False, strike_reason=""
        )
        assert [one.kind for one in fates.look_up(article(told), held.look_up)] == ["correction"]
        with pytest.raises(LookUpFailed, match="does not know the DOI"):
            fates.look_up(article(doi="10.1234/unknown"), held.look_up)
