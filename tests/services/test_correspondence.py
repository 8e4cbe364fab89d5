"""The correspondence: kept as it came, private until it is released, struck and never removed (R12, R17, R19, R20)."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Connection, text, update
from sqlalchemy.orm import Session

from tests.conftest import Store
from tests.dump import unchanged
from tests.factories import (
    DEADLINE,
    OTTO,
    SEALABLE,
    STRANGER,
    ZONE,
    enter,
    entered,
    entry,
    letter_in_signing,
    letter_row,
    letter_sealed,
    mail,
    publish,
    seal_it,
    sign,
    staff_actor,
)
from tests.services.test_verification import thaw
from webapp.domain.correspondence import Audience
from webapp.domain.errors import Conflict, InvalidInput, NotFound, WrongState
from webapp.domain.received_file import ReceivedFile, received_file
from webapp.persistence.record import load_events
from webapp.persistence.tables import CorrespondenceRow
from webapp.rendering.public_json import course_facts
from webapp.rendering.public_words import change_words
from webapp.services import correspondence, post_uploads, public_letter, released, sign_on
from webapp.services.correspondence import Came, Entry
from webapp.services.released import Release
from webapp.services.verification import verify

WHEN = datetime(2026, 3, 14, 12, 0)  # noqa: DTZ001 - a wall clock has no zone
TYPED = Entry("in", "a-nonce-of-the-post", WHEN, ZONE, sender="Ed Marsh", subject="A decision", text="No.")
SIGNATORIES = Release(Audience.SIGNATORIES, "The journal has it. Ask editor@jim.example.org.", shows_text=True)


@pytest.fixture
def sealed(store: Store) -> str:
    with store() as session:
        return letter_sealed(session, staff_actor(session))


def test_mail_is_kept_with_its_attachments_and_their_hashes(store: Store, sealed: str) -> None:
    with store() as session:
        actor = staff_actor(session)
        item = entered(session, actor, sealed)
        (shown,) = correspondence.list_items(session, actor, sealed)
        assert (shown.reference, shown.sender, shown.text) == (
            item,
            "Ed Marsh <editor@jim.example.org>",
            "We have sent your letter to the authors.",
        )
        (file,) = shown.files
        assert correspondence.read_file(session, actor, sealed, item, file.reference).content == mail()
        with pytest.raises(NotFound):
            correspondence.read_file(session, actor, sealed, item, "another")


def test_same_form_twice_is_one_item_and_other_words_from_it_are_refused(store: Store, sealed: str) -> None:
    with store() as session:
        actor = staff_actor(session)
        first, again = (correspondence.enter_item(session, actor, sealed, TYPED, Came(), now=SEALABLE) for _ in range(2))
        assert first == again
        with pytest.raises(Conflict, match="still here"):
            correspondence.enter_item(session, actor, sealed, replace(TYPED, text="Yes."), Came(), now=SEALABLE)
        assert len(correspondence.list_items(session, actor, sealed)) == 1


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"direction": "sideways"}, "direction"),
        ({"sender": " \u200b"}, "sender"),
        ({"direction": "out"}, "recipient"),
        ({"text": ""}, "text"),
        ({"direction": "report", "link": "https://news.example.org/"}, "reported_by"),
        ({"direction": "report", "reported_by": "A reader"}, "link"),
        ({"direction": "report", "reported_by": "A reader", "link": "javascript:alert(1)"}, "link"),
        ({"when": datetime(2027, 1, 1)}, "happened_local"),  # noqa: DTZ001 - a wall clock
        ({"zone": "Mars/Olympus"}, "deadline_zone"),
    ],
)
def test_what_cannot_be_kept_is_refused_at_its_field(
    store: Store, connection: Connection, sealed: str, changes: dict[str, object], field: str
) -> None:
    with unchanged(connection), pytest.raises(InvalidInput) as refused, store() as session:
        correspondence.enter_item(session, staff_actor(session), sealed, replace(TYPED, **changes), Came(), now=SEALABLE)  # type: ignore[arg-type]
    assert refused.value.field == field


def test_there_is_none_before_the_seal_and_for_nobody_without_a_grant(store: Store, sealed: str) -> None:
    with store() as session:
        actor = staff_actor(session)
        signing = letter_in_signing(session, actor, entry("Another", OTTO))
        for who, letter in ((actor, signing), (staff_actor(session, STRANGER), sealed)):
            with pytest.raises(NotFound):
                correspondence.list_items(session, who, letter)
        assert correspondence.items_about(session, actor, signing, "none") == []


def test_r19_released_item_shows_summary_and_words_and_no_address(store: Store, sealed: str) -> None:
    with store() as session:
        actor = staff_actor(session)
        item = entered(session, actor, sealed, mail("Write to Ed.Marsh+post@jim.example.org."))
        place = enter(session, sealed)
        assert released.released_in_room(session, place) == []
        released.release_item(session, actor, sealed, item, SIGNATORIES, now=SEALABLE)
        (shown,) = released.released_in_room(session, place)
        assert shown.summary == "The journal has it. Ask [address left out]."
        assert shown.text == "Write to [address left out]."
        assert "@" not in repr(shown)
        assert "Marsh" not in repr(shown)
        # To the signatories is not to the public.
        assert released.released_items(session, letter_row(session, sealed)) == []


def test_only_a_summary_is_shown_where_no_more_was_chosen(store: Store, sealed: str) -> None:
    with store() as session:
        actor = staff_actor(session)
        item = entered(session, actor, sealed)
        released.release_item(session, actor, sealed, item, replace(SIGNATORIES, shows_text=False, audience=Audience.PUBLIC), now=SEALABLE)
        (shown,) = released.released_items(session, letter_row(session, sealed))
        assert (shown.text, shown.is_public) == ("", True)
        again = replace(SIGNATORIES, seen=released.show_release(session, actor, sealed, item).seen)
        with pytest.raises(InvalidInput, match="cannot be made private"):
            released.release_item(session, actor, sealed, item, again, now=SEALABLE)


def test_r13_society_that_has_not_signed_sees_nothing_of_it(store: Store) -> None:
    with store() as session:
        actor = staff_actor(session)
        marshes = entry("Society of the Marshes", OTTO, "Otto Lind")
        letter = letter_in_signing(session, actor, entry(), marshes)
        sign(session, letter)
        sign_on.close_if_due(session, letter_row(session, letter).id, now=DEADLINE)
        seal_it(session, actor, letter)
        released.release_item(session, actor, letter, entered(session, actor, letter), SIGNATORIES, now=SEALABLE)
        assert released.released_in_room(session, enter(session, letter))
        with pytest.raises(NotFound):
            released.released_in_room(session, enter(session, letter, OTTO))


def test_two_coordinators_who_release_one_item_are_told_of_each_other(store: Store, sealed: str) -> None:
    with store() as session:
        actor = staff_actor(session)
        item = entered(session, actor, sealed)
        released.release_item(session, actor, sealed, item, SIGNATORIES, now=SEALABLE)
        with pytest.raises(Conflict):
            released.release_item(session, actor, sealed, item, SIGNATORIES, now=SEALABLE)


def test_struck_item_stays_with_its_reason_and_is_taken_from_the_signatories(store: Store, sealed: str) -> None:
    with store() as session:
        actor = staff_actor(session)
        item = entered(session, actor, sealed)
        released.release_item(session, actor, sealed, item, SIGNATORIES, now=SEALABLE)
        with pytest.raises(InvalidInput):
            correspondence.strike_item(session, actor, sealed, item, " ", now=SEALABLE)
        correspondence.strike_item(session, actor, sealed, item, "It is about another letter.", now=SEALABLE)
        assert correspondence.show_item(session, actor, sealed, item).struck_reason == "It is about another letter."
        (shown,) = released.released_in_room(session, enter(session, sealed))
        assert (shown.is_struck, shown.summary, shown.text) == (True, "", "")
        with pytest.raises(Conflict):
            correspondence.strike_item(session, actor, sealed, item, "Once more.", now=SEALABLE)
        with pytest.raises(WrongState):
            released.release_item(session, actor, sealed, item, SIGNATORIES, now=SEALABLE)


def test_file_that_waits_is_its_choosers_alone_and_is_swept_out(store: Store, sealed: str) -> None:
    with store() as session:
        actor = staff_actor(session)
        reference = post_uploads.offer_upload(session, actor, sealed, received_file("a.eml", mail()), now=SEALABLE)
        found = post_uploads.read_offered(session, actor, sealed, reference)
        assert found.mail is not None
        with pytest.raises(NotFound):
            post_uploads.read_offered(session, staff_actor(session, STRANGER), sealed, reference)
        correspondence.enter_item(session, actor, sealed, TYPED, found.came, now=SEALABLE)
        with pytest.raises(InvalidInput, match="for a day only"):
            post_uploads.read_offered(session, actor, sealed, reference)
        other = post_uploads.offer_upload(session, actor, sealed, ReceivedFile("a.pdf", "", b"%PDF-1"), now=SEALABLE)
        post_uploads.sweep_uploads(session, now=SEALABLE.replace(day=17))
        with pytest.raises(InvalidInput):
            post_uploads.read_offered(session, actor, sealed, other)


def test_record_tells_of_an_item_and_quotes_nothing_of_it(store: Store, sealed: str) -> None:
    with store() as session:
        entered(session, staff_actor(session), sealed)
        event = load_events(session, letter_row(session, sealed).id)[-1]
        assert (event.kind, set(event.public)) == ("correspondence.entered", {"item", "direction"})


def _of(table: str, change: str) -> Callable[[Session], None]:
    return lambda session: session.execute(text(f"UPDATE {table} SET {change}")) and None


def _at(**when: datetime) -> Callable[[Session], None]:
    return lambda session: session.execute(update(CorrespondenceRow).values(when)) and None


PLANTED = {
    "what was written is edited": (_of("correspondence", "text = 'Yes.'"), "is not what event"),
    "another has written it": (_of("correspondence", "sender = 'Nobody'"), "is not what event"),
    "a file is another": (_of("correspondence_file", "sha256 = 'x'"), "is not what event"),
    "its summary is another": (_of("correspondence", "summary = 'They agree.'"), "the summary of an item"),
    "it is shown to everybody": (_of("correspondence", "audience = 'public'"), "to whom an item"),
    "why it was struck": (_of("correspondence", "struck_reason = 'For nothing.'"), "why an item is struck"),
    "when it was released": (_at(released_at=DEADLINE - timedelta(days=9)), "when that happened"),
    "when it was struck": (_at(struck_at=DEADLINE + timedelta(days=9)), "when that happened"),
    "it is not struck": (_of("correspondence", "struck_reason = '', struck_at = NULL"), "whether an item"),
}


@pytest.mark.parametrize("edit", PLANTED)
def test_t18_planted_edit_of_the_correspondence_is_named(store: Store, sealed: str, edit: str) -> None:
    plant, sentence = PLANTED[edit]
    with store() as session:
        actor = staff_actor(session)
        item = entered(session, actor, sealed)
        released.release_item(session, actor, sealed, item, SIGNATORIES, now=SEALABLE)
        correspondence.strike_item(session, actor, sealed, item, "Wrong letter.", now=SEALABLE)
        thaw(session)
        assert verify(session).problems == (), "the control: nobody has touched it"
        plant(session)
        session.expire_all()
        found = [str(one) for one in verify(session).problems]
        assert [one for one in found if sentence in one], found


def test_r18_r19_only_what_is_released_to_everybody_is_public_and_without_addresses(store: Store, sealed: str) -> None:
    with store() as session:
        actor, row = staff_actor(session), letter_row(session, sealed)
        publish(session, actor, sealed)
        item = entered(session, actor, sealed)
        assert public_letter.describe_letter(session, row).correspondence == ()
        released.release_item(session, actor, sealed, item, SIGNATORIES, now=SEALABLE)
        assert public_letter.describe_letter(session, row).correspondence == (), "the signatories are not everybody"
        seen = released.show_release(session, actor, sealed, item).seen
        released.release_item(session, actor, sealed, item, replace(SIGNATORIES, audience=Audience.PUBLIC, seen=seen), now=SEALABLE)
        letter = public_letter.describe_letter(session, row)
        (shown,) = letter.correspondence
        assert (shown.words, shown.text) == ("Received from the journal", "We have sent your letter to the authors.")
        assert "editor@" not in repr(letter), "no address of a person leaves here"
        assert course_facts(letter)["correspondence"][0]["summary"] == shown.summary
        (told,) = [one for one in letter.changes if one.kind == "correspondence"]
        assert change_words(told, letter) == "Received from the journal: The journal has it. Ask [address left out]."
        correspondence.strike_item(session, actor, sealed, item, "It is of another letter.", now=SEALABLE)
        letter = public_letter.describe_letter(session, row)
        assert [(one.summary, one.text, one.is_struck) for one in letter.correspondence] == [("", "", True)]
        (told,) = [one for one in letter.changes if one.kind == "correspondence"]
        assert change_words(told, letter) == "Received from the journal: This was entered wrongly, and has been taken back."


@pytest.mark.parametrize(
    "address",
    [
        "Ed.Marsh+post@jim.example.org",
        '"Ed Marsh"@jim.example.org',
        "bounce+ann=marrowby.example.org@jim.example.org",
        "ed!marsh@jim.example.org",
        "ed@mailhost",
        "ed@[192.0.2.7]",
        "ed\N{FULLWIDTH COMMERCIAL AT}jim.example.org",
        "ed @ jim.example.org",
        "ed@jim\u200d.example.org",
        f"{'x' * 100}@jim.example.org",
    ],
)
def test_r19_address_is_left_out_however_it_is_written(address: str) -> None:
    assert released.without_addresses(f"Write to <{address}>, please.") == "Write to <[address left out]>, please."


def test_what_is_no_address_stays() -> None:
    words = "We met @ noon (see https://pages.example.org/@marrowby/letter), and @marrowby told others: 3.5 % @"
    assert released.without_addresses(words) == words


def test_r19_link_of_what_the_journal_wrote_is_not_released_with_it(store: Store, sealed: str) -> None:
    link = "https://portal.example.org/decision?key=1"
    with store() as session:
        actor, row = staff_actor(session), letter_row(session, sealed)
        to_all = replace(SIGNATORIES, audience=Audience.PUBLIC)
        letter = entered(session, actor, sealed, link=link)
        reported = replace(TYPED, direction="report", reported_by="A reader", link=link)
        report = correspondence.enter_item(session, actor, sealed, reported, Came(), now=SEALABLE)
        for one in (letter, report):
            released.release_item(session, actor, sealed, one, to_all, now=SEALABLE)
        assert {one.reference: one.link for one in released.released_items(session, row)} == {letter: "", report: link}


def test_r18_item_that_was_struck_before_the_letter_was_public_was_never_public(store: Store, sealed: str) -> None:
    with store() as session:
        actor, row = staff_actor(session), letter_row(session, sealed)
        early, late = entered(session, actor, sealed), correspondence.enter_item(session, actor, sealed, TYPED, Came(), now=SEALABLE)
        for one in (early, late):
            released.release_item(session, actor, sealed, one, replace(SIGNATORIES, audience=Audience.PUBLIC), now=SEALABLE)
        correspondence.strike_item(session, actor, sealed, early, "It is of another letter.", now=SEALABLE)
        publish(session, actor, sealed, now=SEALABLE + timedelta(hours=1))
        correspondence.strike_item(session, actor, sealed, late, "It is of another letter.", now=SEALABLE + timedelta(hours=2))
        shown = public_letter.describe_letter(session, row)
        assert [one.reference for one in shown.correspondence] == [late]
        assert early not in repr(shown.changes)
