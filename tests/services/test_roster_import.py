"""A list on its way into the roster: matched once and remembered, doubtful rows ticked by a person, nothing stored before (T16, T35)."""

from dataclasses import replace

import pytest
from sqlalchemy import Connection, func, select

from tests.conftest import Store
from tests.dump import unchanged
from tests.factories import ANNA, KEYRING, NOW, OTTO, STRANGER, entry, letter_in_draft, letter_row, staff_actor
from webapp.domain.actor import COMMAND, Actor
from webapp.domain.errors import InvalidInput, NotFound
from webapp.domain.society import SocietyFacts
from webapp.persistence.tables import ContactRow, SocietyChangeRow, SocietyRow
from webapp.services import roster, roster_import, societies
from webapp.services.roster_import import Reading
from webapp.services.verification import verify

HEADER = "society,contact,email\n"
ODD = b"Who;Whom;Where\nFerns;Fern Wood;f@ferns.example.org\n"
ODD_COLUMNS = ("society", "contact", "email")
FERNS = SocietyFacts(
    "Society of Ferns",
    acronym="SOFE",
    legal_name="Ferns, Incorporated",
    former_names=("League of Ferns",),
    website="https://www.ferns.example.org",
)


@pytest.fixture
def drafted(store: Store, coordinator: Actor) -> str:
    with store() as session:
        return letter_in_draft(session, coordinator)


def listed(*rows: str, header: str = HEADER) -> Reading:
    return Reading((header + "".join(f"{row}\n" for row in rows)).encode())


def doubts(store: Store, actor: Actor, letter: str, *rows: str, header: str = HEADER) -> list[tuple[str, ...]]:
    with store() as session:
        return [row.doubts for row in roster_import.preview_list(session, actor, letter, listed(*rows, header=header)).rows]


def test_list_whose_headings_say_all_needs_no_matching(store: Store, coordinator: Actor, drafted: str) -> None:
    with store() as session:
        assert roster_import.match_columns(session, coordinator, drafted, listed("Ferns,Fern,f@x.example.org")).is_clear
        assert not roster_import.match_columns(session, coordinator, drafted, Reading(ODD)).is_clear


@pytest.mark.parametrize("header", ["society,contact,email,note\n", "society,contact,telephone\n"])
def test_unknown_or_missing_column_is_asked_about(store: Store, coordinator: Actor, drafted: str, header: str) -> None:
    with store() as session:
        matching = roster_import.match_columns(session, coordinator, drafted, listed("A,B,c@x.example.org", header=header))
        assert not matching.is_clear
        assert matching.columns[0].samples == ("A",)


def test_guessed_encoding_is_asked_about_and_can_be_another(store: Store, coordinator: Actor, drafted: str) -> None:
    data = f"{HEADER}Société d’Étude,Fern,f@x.example.org\n".encode("cp1252")
    with store() as session:
        matching = roster_import.match_columns(session, coordinator, drafted, Reading(data))
        assert (matching.encoding, matching.is_clear) == ("cp1252", False)
        other = roster_import.match_columns(session, coordinator, drafted, Reading(data, encoding="mac_roman"))
        assert matching.columns[0].samples != other.columns[0].samples
        with pytest.raises(InvalidInput):
            roster_import.match_columns(session, coordinator, drafted, Reading(data, encoding="rot13"))


def test_matched_columns_are_remembered_for_the_same_headings_and_no_others(store: Store, coordinator: Actor, drafted: str) -> None:
    reading = Reading(ODD, encoding="utf-8", columns=ODD_COLUMNS)
    with store() as session:
        roster_import.remember_columns(session, reading, now=NOW)
        again = roster_import.match_columns(session, coordinator, drafted, Reading(ODD.replace(b"Who;", b"WHO:;")))
        assert (again.is_remembered, again.is_clear, again.taken_for) == (True, True, ODD_COLUMNS)
        other = roster_import.match_columns(session, coordinator, drafted, Reading(ODD.replace(b"Whom;", b"Which;")))
        assert not other.is_remembered
        turned = ("contact", "society", "email")
        roster_import.remember_columns(session, replace(reading, columns=turned), now=NOW)
        assert roster_import.match_columns(session, coordinator, drafted, Reading(ODD)).taken_for == turned


def test_what_is_guessed_anyway_is_not_remembered(store: Store, connection: Connection) -> None:
    with unchanged(connection), store() as session:
        reading = listed("Ferns,Fern,f@x.example.org")
        roster_import.remember_columns(session, replace(reading, columns=("society", "contact", "email")), now=NOW)


@pytest.mark.parametrize(
    "columns", [("society", "society", "email"), ("society", "contact"), ("society", "contact", ""), ("society", "contact", "id")]
)
def test_columns_that_do_not_fit_are_refused(store: Store, coordinator: Actor, drafted: str, columns: tuple[str, ...]) -> None:
    with store() as session, pytest.raises(InvalidInput):
        roster_import.preview_list(session, coordinator, drafted, Reading(ODD, columns=columns))


def test_row_is_corrected_in_place_or_left_out(store: Store, coordinator: Actor, drafted: str) -> None:
    reading = listed("Ferns,Fern,f@x.example.org", "Bad,Otto,otto", "Worse,,x")
    with store() as session:
        assert roster_import.preview_list(session, coordinator, drafted, reading).problem_count == 2
        mended = replace(reading, corrections={3: {"email": OTTO, "id": "7"}}, left_out=frozenset([4]))
        preview = roster_import.preview_list(session, coordinator, drafted, mended)
        assert [(row.number, row.entry.email) for row in preview.rows] == [(2, "f@x.example.org"), (3, OTTO)]
        assert preview.problem_count == 0
        with pytest.raises(InvalidInput, match="left out"):
            roster_import.preview_list(session, coordinator, drafted, replace(reading, left_out=frozenset([2, 3, 4])))


# Doubts


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Society of Fern", "looks like “Society of Ferns” in the directory"),
        ("Ferns Society of", "looks like “Society of Ferns” in the directory"),
        ("League of Ferns", "looks like “League of Ferns”, another name of “Society of Ferns”"),
        ("Ferns Incorporated", "“Ferns, Incorporated”, another name of “Society of Ferns”"),
        ("SOFE", "“Society of Ferns” with this acronym"),
    ],
)
def test_r15_name_like_any_of_the_directory_is_shown_to_a_person(
    store: Store, coordinator: Actor, drafted: str, name: str, words: str
) -> None:
    with store() as session:
        societies.add_entry(session, COMMAND, FERNS, now=NOW)
    (found,) = doubts(store, coordinator, drafted, f"{name},Fern,f@ferns.example.org")
    assert any(words in one for one in found)
    with store() as session:
        roster.import_roster(
            session,
            coordinator,
            drafted,
            roster_import.preview_list(session, coordinator, drafted, listed(f"{name},Fern,f@ferns.example.org")),
            KEYRING,
            now=NOW,
        )
        assert session.scalar(select(func.count()).select_from(SocietyRow).where(SocietyRow.printed_name == name)) == 1


def test_society_of_the_directory_by_its_own_name_is_no_doubt(store: Store, coordinator: Actor, drafted: str) -> None:
    with store() as session:
        societies.add_entry(session, COMMAND, FERNS, now=NOW)
        societies.add_entry(session, COMMAND, SocietyFacts("Society of Fern"), now=NOW)
    assert doubts(store, coordinator, drafted, "Society of Fern,Fern,f@x.example.org") == [()]


@pytest.mark.parametrize(
    ("address", "is_foreign"),
    [
        ("f@ferns.example.org", False),
        ("f@mail.ferns.example.org", False),
        ("f@otherferns.example.org", True),
        ("f@example.org", True),
    ],
)
def test_t16_address_elsewhere_than_the_society_is_known_to_be_is_a_doubt(
    store: Store, coordinator: Actor, drafted: str, address: str, is_foreign: bool
) -> None:
    with store() as session:
        societies.add_entry(session, COMMAND, FERNS, now=NOW)
    (found,) = doubts(store, coordinator, drafted, f"Society of Ferns,Fern,{address}")
    assert any("not at the society’s own domain" in one for one in found) == is_foreign


LOOK_ALIKES = ["f@аcme.org", "f@xn--cme-8cd.org", "f@ACME.ORG", "f@acme.org ", "f@acme.org."]


def test_t16_look_alike_addresses_and_the_same_society_twice_are_each_flagged(store: Store, coordinator: Actor, drafted: str) -> None:
    rows = [f"Society {number},Fern {number},{address}" for number, address in enumerate(["f@acme.org", *LOOK_ALIKES])]
    with store() as session:
        preview = roster_import.preview_list(session, coordinator, drafted, listed(*rows, "Society 0,Other,o@acme.org"))
    assert not preview.rows[0].doubts
    assert all(row.doubts or row.problems for row in preview.rows[1:])
    for foreign in preview.rows[1:3]:
        assert any("not in plain Latin letters" in one for one in foreign.doubts)
    assert "is there already" in preview.rows[-1].doubts[0]


def test_t16_each_doubtful_row_or_the_whole_list_must_be_ticked_as_it_is_now(store: Store, coordinator: Actor, drafted: str) -> None:
    reading = listed("A Society,Fern,a@gmail.com", "Another College,Otto,b@gmail.com", "Ferns,Fern,f@x.example.org")
    with store() as session:
        preview = roster_import.preview_list(session, coordinator, drafted, reading)
        assert [row.number for row in roster_import.unseen_rows(preview, [])] == [2, 3]
        assert [row.number for row in roster_import.unseen_rows(preview, [preview.rows[0].mark])] == [3]
        assert roster_import.unseen_rows(preview, [preview.mark]) == []
        roster.add_society(session, coordinator, drafted, entry("A Society", OTTO), KEYRING, now=NOW)
        later = roster_import.preview_list(session, coordinator, drafted, reading)
        assert [row.number for row in roster_import.unseen_rows(later, [preview.mark, preview.rows[1].mark])] == [2]


def test_stranger_neither_matches_nor_previews(store: Store, connection: Connection, drafted: str) -> None:
    with store() as session:
        stranger = staff_actor(session, STRANGER)
    with unchanged(connection), store() as session:
        for act in (roster_import.match_columns, roster_import.preview_list):
            with pytest.raises(NotFound):
                act(session, stranger, drafted, Reading(ODD, columns=ODD_COLUMNS))


# What is stored


def test_import_writes_what_it_brought_into_the_history_and_no_address(store: Store, coordinator: Actor, drafted: str) -> None:
    reading = listed("Ferns,Fern Wood,f@x.example.org,BR", header="society,contact,email,country\n")
    with store() as session:
        preview = roster_import.preview_list(session, coordinator, drafted, reading)
        roster.import_roster(session, coordinator, drafted, preview, KEYRING, now=NOW)
        facts = [row.facts for row in session.scalars(select(SocietyChangeRow)) if "country" in row.facts]
        assert facts == [{"country": ["", "BR"], "source": "the list of a letter"}]
        assert session.scalars(select(ContactRow)).all() == []
        assert verify(session).problems == ()


def test_representatives_become_usual_contacts_only_where_somebody_says_so(store: Store, coordinator: Actor, drafted: str) -> None:
    reading = listed(f"Ferns,Fern,f@x.example.org\nFerns,Otto,{OTTO}")
    with store() as session:
        preview = roster_import.preview_list(session, coordinator, drafted, reading)
        roster.import_roster(session, coordinator, drafted, preview, KEYRING, keeps_contacts=True, now=NOW)
        assert [(row.name, row.position) for row in session.scalars(select(ContactRow).order_by(ContactRow.id))] == [
            ("Fern", 0),
            ("Otto", 1),
        ]
        other = letter_in_draft(session, coordinator, title="Another")
        preview = roster_import.preview_list(session, coordinator, other, reading)
        roster.import_roster(session, coordinator, other, preview, KEYRING, keeps_contacts=True, now=NOW)
        assert session.scalar(select(func.count()).select_from(ContactRow)) == 2


def test_country_in_words_is_kept_as_its_code(store: Store, coordinator: Actor, drafted: str) -> None:
    header = "society,contact,email,country\n"
    with store() as session:
        names = ["Germany", "Brésil", "Österreich", "Países Bajos", "united kingdom"]
        rows = [f"Society {n},Fern,{n}{ANNA},{name}" for n, name in enumerate(names)]
        preview = roster_import.preview_list(session, coordinator, drafted, listed(*rows, header=header))
        assert [row.entry.country for row in preview.rows] == ["DE", "BR", "AT", "NL", "GB"]
        assert letter_row(session, drafted).state == "drafting"
