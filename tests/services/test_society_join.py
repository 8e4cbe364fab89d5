"""Two entries that a person finds to be one: one stands for both, and no letter, answer, record or history is touched (R11, R15, R17)."""

from dataclasses import replace

import pytest
from sqlalchemy import Connection, select
from sqlalchemy.exc import DBAPIError

from tests.conftest import Store
from tests.dump import changed, dump, unchanged
from tests.factories import (
    BRUNO,
    KEYRING,
    NOW,
    OTTO,
    STRANGER,
    entry,
    letter_in_draft,
    letter_in_signing,
    letter_sealed,
    sign,
    staff_actor,
)
from webapp.domain.actor import COMMAND, Actor
from webapp.domain.errors import Conflict, InvalidInput, NotAllowed, NotFound
from webapp.domain.society import Contact, SocietyFacts
from webapp.persistence.tables import InvitationRow, JoinRow, SocietyRow
from webapp.services import corrections, directory, roster, roster_import, societies, society_join
from webapp.services.roster_import import Reading
from webapp.services.verification import verify

FERNS = SocietyFacts("Society of Ferns", country="BR", domains=("ferns.example.org",), contacts=(Contact("Fern", "f@ferns.example.org"),))
LEAGUE = SocietyFacts(
    "Fern League",
    acronym="FL",
    legal_name="Fern League, Inc.",
    former_names=("Fern Club",),
    domains=("league.example.org",),
    contacts=(Contact("Fern", "F@ferns.example.org"), Contact("Moss", "m@league.example.org")),
)
WHY = "Its office has said so."


@pytest.fixture
def pair(store: Store, coordinator: Actor) -> tuple[str, str]:
    with store() as session:
        return tuple(societies.add_entry(session, coordinator, one, now=NOW) for one in (FERNS, LEAGUE))  # type: ignore[return-value]


def join(store: Store, actor: Actor, pair: tuple[str, str]) -> None:
    with store() as session:
        editions = tuple(directory.load_society(session, one).edition for one in pair)
        society_join.join_entries(session, actor, *pair, editions, WHY, now=NOW)  # type: ignore[arg-type]


def by_list(store: Store, actor: Actor, letter: str, name: str, address: str) -> tuple[str, ...]:
    reading = Reading(f"society,contact,email\n{name},Somebody,{address}\n".encode())
    with store() as session:
        preview = roster_import.preview_list(session, actor, letter, reading)
        roster.import_roster(session, actor, letter, preview, KEYRING, now=NOW)
        return preview.rows[0].doubts


def test_joined_entry_leads_to_the_one_that_stands_for_both_with_both_histories_and_all_names(
    store: Store, coordinator: Actor, pair: tuple[str, str]
) -> None:
    join(store, coordinator, pair)
    with store() as session:
        assert societies.stands_for(session, pair[1]) == societies.stands_for(session, pair[0]) == pair[0]
        view = societies.show_society(session, coordinator, pair[0])
        assert view.joined == ("Fern League",)
        assert (view.facts.acronym, view.facts.legal_name, view.facts.country) == ("FL", "Fern League, Inc.", "BR")
        assert view.facts.former_names == ("Fern League", "Fern Club")
        assert view.facts.domains == ("ferns.example.org", "league.example.org")
        assert [one.email for one in view.facts.contacts] == ["f@ferns.example.org", "m@league.example.org"]
        assert sorted(one.title.partition(" (")[0] for one in view.changes) == [
            "Another entry joined with this one",
            "Entry made",
            "Entry made",
            "Joined with another entry",
        ]
        for search in ("fern league", "club", "society of ferns"):
            assert [one.reference for one in directory.list_societies(session, search=search).lines] == [pair[0]]
        assert directory.list_societies(session).total == 1


def test_comparing_changes_nothing_and_shows_what_is_kept(
    store: Store, connection: Connection, coordinator: Actor, pair: tuple[str, str]
) -> None:
    with unchanged(connection), store() as session:
        joining = society_join.compare_entries(session, coordinator, *pair)
    assert joining.kept.acronym == "FL"
    assert joining.refusals == ()


def test_r11_r17_letters_answers_records_and_sealed_lists_stay_as_they_are(
    store: Store, connection: Connection, coordinator: Actor
) -> None:
    with store() as session:
        letter_sealed(session, coordinator, entry("Fern League", BRUNO))
        signing = letter_in_signing(session, coordinator, entry("Society of Ferns"), title="Another")
        sign(session, signing)
        pair = tuple(
            session.scalars(select(SocietyRow.reference).where(SocietyRow.printed_name == name)).one()
            for name in ("Society of Ferns", "Fern League")
        )
    before = dump(connection)
    join(store, coordinator, pair)  # type: ignore[arg-type]
    assert changed(before, dump(connection)) == {"society", "society_change", "society_join"}
    with store() as session:
        assert verify(session).problems == ()
        assert len(societies.show_society(session, coordinator, pair[0]).letters) == 2


def test_list_with_the_name_of_a_joined_entry_invites_the_one_that_stands_for_it_and_says_so(
    store: Store, coordinator: Actor, pair: tuple[str, str]
) -> None:
    join(store, coordinator, pair)
    with store() as session:
        letter = letter_in_draft(session, coordinator, entry("Moss Society"))
    found = by_list(store, coordinator, letter, "Fern League", OTTO)
    assert any("was joined with “Society of Ferns”" in one for one in found)
    with store() as session:
        names = [row.society.printed_name for row in session.scalars(select(InvitationRow).order_by(InvitationRow.id))]
        assert names == ["Moss Society", "Society of Ferns"]
        assert verify(session).problems == ()


def test_r1_society_that_a_letter_asked_under_the_joined_entry_is_not_asked_twice(
    store: Store, coordinator: Actor, pair: tuple[str, str]
) -> None:
    with store() as session:
        letter = letter_in_signing(session, coordinator, entry("Fern League", BRUNO))
    join(store, coordinator, pair)
    for name, address in (("Society of Ferns", OTTO), ("Fern League", "x@ferns.example.org")):
        by_list(store, coordinator, letter, name, address)
    with store() as session:
        (invitation,) = session.scalars(select(InvitationRow)).all()
        assert invitation.society.printed_name == "Fern League"
        assert len(invitation.representatives) == 3
        assert verify(session).problems == ()


@pytest.mark.parametrize(("make", "words"), [(letter_in_draft, "Take one of them off"), (letter_in_signing, "sealed or ended")])
def test_entries_that_one_live_letter_asks_are_not_joined(
    store: Store, connection: Connection, coordinator: Actor, pair: tuple[str, str], make: object, words: str
) -> None:
    with store() as session:
        people = (entry("Society of Ferns", OTTO), entry("Fern League", BRUNO))
        make(session, coordinator, *people, title="The letter")  # type: ignore[operator]
    with store() as session:
        (refusal,) = society_join.compare_entries(session, coordinator, *pair).refusals
        assert words in refusal
        assert "“The letter”" in refusal
        staff_actor(session, STRANGER)
    with unchanged(connection), pytest.raises(Conflict, match=words):
        join(store, coordinator, pair)


def test_r13_letter_of_others_is_not_named_in_a_refusal(store: Store, coordinator: Actor, pair: tuple[str, str]) -> None:
    with store() as session:
        other = staff_actor(session, STRANGER)
        letter_in_draft(session, other, entry("Society of Ferns", OTTO), entry("Fern League", BRUNO), title="A secret")
        (refusal,) = society_join.compare_entries(session, coordinator, *pair).refusals
    assert "a letter of others" in refusal
    assert "secret" not in refusal


def test_entry_that_was_changed_meanwhile_is_not_joined_unseen(
    store: Store, connection: Connection, coordinator: Actor, pair: tuple[str, str]
) -> None:
    with store() as session:
        societies.change_entry(session, coordinator, pair[1], replace(LEAGUE, acronym="X"), 1, now=NOW)
    with unchanged(connection), pytest.raises(Conflict), store() as session:
        society_join.join_entries(session, coordinator, *pair, (1, 1), WHY, now=NOW)


def test_reason_is_asked_for(store: Store, connection: Connection, coordinator: Actor, pair: tuple[str, str]) -> None:
    with unchanged(connection), pytest.raises(InvalidInput), store() as session:
        society_join.join_entries(session, coordinator, *pair, (1, 1), " ", now=NOW)


def test_entry_is_joined_neither_with_itself_nor_twice(store: Store, coordinator: Actor, pair: tuple[str, str]) -> None:
    with store() as session, pytest.raises(NotFound):
        society_join.compare_entries(session, coordinator, pair[0], pair[0])
    join(store, coordinator, pair)
    with store() as session, pytest.raises(NotFound):
        society_join.compare_entries(session, coordinator, *pair)


def test_entry_into_which_another_went_can_go_into_a_third(store: Store, coordinator: Actor, pair: tuple[str, str]) -> None:
    join(store, coordinator, pair)
    with store() as session:
        third = societies.add_entry(session, coordinator, SocietyFacts("Union of Ferns"), now=NOW)
    join(store, coordinator, (third, pair[0]))
    with store() as session:
        assert {societies.stands_for(session, one) for one in (*pair, third)} == {third}
        assert set(societies.show_society(session, coordinator, third).joined) == {"Society of Ferns", "Fern League"}


def authority_facts(store: Store, pair: tuple[str, str]) -> list[tuple[str, str]]:
    with store() as session:
        return [(row.domains, row.official_address) for row in (directory.load_society(session, one) for one in pair)]


def test_letter_that_asked_the_joined_entry_knows_who_speaks_as_the_one_that_stands_does(
    store: Store, coordinator: Actor, pair: tuple[str, str]
) -> None:
    with store() as session:
        letter = letter_in_signing(session, coordinator, entry("Fern League", BRUNO))
    join(store, coordinator, pair)
    assert authority_facts(store, pair) == [("ferns.example.org\nleague.example.org", "")] * 2
    known = replace(FERNS, former_names=("Fern League",), domains=("new.example.org",), official_address="office@new.example.org")
    with store() as session:
        societies.change_entry(session, coordinator, pair[0], known, directory.load_society(session, pair[0]).edition, now=NOW)
    assert authority_facts(store, pair) == [("new.example.org", "office@new.example.org")] * 2
    with store() as session:
        (invitation,) = session.scalars(select(InvitationRow)).all()
        assert (invitation.society.reference, invitation.society.official_address) == (pair[1], "office@new.example.org")
        assert corrections.doubts_of(session, coordinator, letter, invitation.reference, "otto@new.example.org") == []
        assert verify(session).problems == ()


def test_what_a_list_says_of_the_one_that_stands_is_known_to_the_joined_entry_too(
    store: Store, coordinator: Actor, pair: tuple[str, str]
) -> None:
    join(store, coordinator, pair)
    with store() as session:
        letter = letter_in_draft(session, coordinator, entry("Moss Society"))
        header = "society,contact,email,official_address"
        reading = Reading(f"{header}\nSociety of Ferns,Otto,{OTTO},office@ferns.example.org\n".encode())
        preview = roster_import.preview_list(session, coordinator, letter, reading)
        roster.import_roster(session, coordinator, letter, preview, KEYRING, now=NOW)
    assert [official for _domains, official in authority_facts(store, pair)] == ["office@ferns.example.org"] * 2


def test_society_can_take_the_name_of_its_joined_entry_and_no_other(store: Store, coordinator: Actor, pair: tuple[str, str]) -> None:
    join(store, coordinator, pair)
    with store() as session:
        societies.add_entry(session, coordinator, SocietyFacts("Moss Society"), now=NOW)
        edition = directory.load_society(session, pair[0]).edition
        with pytest.raises(InvalidInput, match="already"):
            societies.change_entry(session, coordinator, pair[0], SocietyFacts("Moss Society"), edition, reason=WHY, now=NOW)
        societies.change_entry(session, coordinator, pair[0], SocietyFacts("Fern League"), edition, reason=WHY, now=NOW)
        letter = letter_in_draft(session, coordinator, entry("Another Society"))
    assert not any("joined" in one for one in by_list(store, coordinator, letter, "Fern League", OTTO))
    with store() as session:
        asked = {row.society.reference for row in session.scalars(select(InvitationRow))}
        assert pair[0] in asked and pair[1] not in asked


def test_joined_entry_does_not_bring_its_sort_name_along(store: Store, coordinator: Actor) -> None:
    with store() as session:
        both = (FERNS, replace(LEAGUE, sort_name="League, Fern"))
        pair = tuple(societies.add_entry(session, coordinator, one, now=NOW) for one in both)
    join(store, coordinator, pair)  # type: ignore[arg-type]
    with store() as session:
        assert societies.show_society(session, coordinator, pair[0]).facts.sort_name == ""


def test_changed_entry_that_was_joined_is_refused(store: Store, connection: Connection, coordinator: Actor, pair: tuple[str, str]) -> None:
    join(store, coordinator, pair)
    with unchanged(connection), pytest.raises(Conflict), store() as session:
        societies.change_entry(session, coordinator, pair[1], LEAGUE, 2, now=NOW)


def test_who_coordinates_no_letter_joins_nothing(store: Store, coordinator: Actor, pair: tuple[str, str]) -> None:
    with store() as session:
        other = staff_actor(session, STRANGER)
        for act in (
            lambda: society_join.compare_entries(session, other, *pair),
            lambda: society_join.join_entries(session, other, *pair, (1, 1), WHY, now=NOW),
            lambda: society_join.others_like(session, other, pair[0]),
        ):
            with pytest.raises(NotAllowed):
                act()


def test_names_that_look_like_it_are_offered_first(store: Store, coordinator: Actor, pair: tuple[str, str]) -> None:
    with store() as session:
        alike = societies.add_entry(session, COMMAND, SocietyFacts("The Ferns’ Society"), now=NOW)
        societies.add_entry(session, COMMAND, SocietyFacts("Zoo"), now=NOW)
        offered = [one.reference for one in society_join.others_like(session, coordinator, pair[0])]
        assert alike in offered
        assert [one.printed_name for one in society_join.others_like(session, coordinator, pair[0], "zoo")] == ["Zoo"]


def test_join_is_never_undone(store: Store, coordinator: Actor, pair: tuple[str, str]) -> None:
    join(store, coordinator, pair)
    with pytest.raises(DBAPIError, match="never"), store() as session:
        session.execute(JoinRow.__table__.delete())
