"""The roster: added one by one or from a list, all or nothing, and printed as given."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, event, func, select
from sqlalchemy.orm import Session

from tests.conftest import Store
from tests.dump import unchanged
from tests.factories import (
    ANNA,
    BRUNO,
    DEADLINE,
    KEYRING,
    NETWORK,
    NOW,
    OTTO,
    STRANGER,
    back,
    enter,
    entry,
    give,
    intent,
    letter_closed,
    letter_in_draft,
    letter_in_signing,
    letter_row,
    personal_link,
    representative,
    sign,
    staff_actor,
)
from webapp.domain import limits
from webapp.domain.actor import Actor
from webapp.domain.errors import InvalidInput, NotFound, WrongState
from webapp.domain.record import replay
from webapp.domain.roster import RosterEntry
from webapp.mail.message import MailForm, build_message
from webapp.persistence.record import load_events
from webapp.persistence.tables import AnswerRow, EventRow, InvitationRow, OutboxRow, RepresentativeRow, SocietyRow
from webapp.services import answers, rooms, roster, sign_on
from webapp.services.documents import signatory_lines
from webapp.services.roster_check import RosterPreview
from webapp.services.sign_on import invitations_of

HEADER = "society,contact,email\n"


@pytest.fixture
def drafted(store: Store, coordinator: Actor) -> str:
    """A letter in *drafting* with Anna of Gullhaven on its roster."""
    with store() as session:
        return letter_in_draft(session, coordinator)


def outbox(session: Session, kind: str) -> list[tuple[str, str]]:
    rows = session.scalars(select(OutboxRow).where(OutboxRow.kind == kind).order_by(OutboxRow.id))
    return [(row.to_address, row.reason) for row in rows]


def imported(session: Session, actor: Actor, reference: str, data: bytes) -> int:
    preview = roster.preview_roster(session, actor, reference, data)
    return roster.import_roster(session, actor, reference, preview, KEYRING, now=NOW)


def names(session: Session, reference: str) -> list[str]:
    letter = letter_row(session, reference)
    return [row.society.printed_name for row in sign_on.invitations_of(session, letter)]


def test_society_is_added_with_its_representative(store: Store, coordinator: Actor, drafted: str) -> None:
    with store() as session:
        added = RosterEntry("The Marshes", "Otto Lind", OTTO, country="de", acronym="TM", sort_name="Marshes")
        checked = roster.add_society(session, coordinator, drafted, added, KEYRING, now=NOW)
        assert (checked.problems, checked.doubts) == ((), ())
        row = representative(session, drafted, OTTO)
        society = row.invitation.society
        assert (society.printed_name, society.country, society.acronym, society.sort_name) == ("The Marshes", "DE", "TM", "Marshes")
        assert outbox(session, "invitation") == []


def test_society_added_while_signing_is_invited_at_once(store: Store, coordinator: Actor, letter: str) -> None:
    with store() as session:
        roster.add_society(session, coordinator, letter, entry("The Marshes", OTTO, "Otto Lind"), KEYRING, now=NOW)
        row = representative(session, letter, OTTO)
        assert row.invitation.invited_at == NOW
        assert (OTTO, f"invitation:{row.reference}") in outbox(session, "invitation")


def test_second_representative_joins_the_same_society(store: Store, coordinator: Actor, drafted: str) -> None:
    with store() as session:
        checked = roster.add_society(session, coordinator, drafted, entry(email=BRUNO, contact="Bruno Wirth"), KEYRING, now=NOW)
        assert checked.joins
        assert names(session, drafted) == ["Gullhaven, Society of"]
        assert session.scalar(select(func.count()).select_from(RepresentativeRow)) == 2


def test_society_lives_across_letters(store: Store, coordinator: Actor, drafted: str) -> None:
    with store() as session:
        letter_in_draft(session, coordinator, title="Another letter")
        assert session.scalar(select(func.count()).select_from(SocietyRow)) == 1
        assert session.scalar(select(func.count()).select_from(InvitationRow)) == 2


@pytest.mark.parametrize("state", ["closed", "sealed", "submitted", "resolved", "cancelled"])
def test_no_society_is_added_once_sign_on_has_closed(
    store: Store, connection: Connection, coordinator: Actor, drafted: str, state: str
) -> None:
    with store() as session:
        row = letter_row(session, drafted)
        row.state, row.closed_at, row.sealed_at = state, DEADLINE, DEADLINE
    with unchanged(connection), pytest.raises(WrongState), store() as session:
        roster.add_society(session, coordinator, drafted, entry("New", OTTO), KEYRING, now=NOW)
    with unchanged(connection), pytest.raises(WrongState), store() as session:
        imported(session, coordinator, drafted, f"{HEADER}New,Otto,{OTTO}\n".encode())


def test_stranger_can_neither_add_nor_import_nor_replace(store: Store, connection: Connection, letter: str) -> None:
    with store() as session:
        stranger = staff_actor(session, STRANGER)
        mine = representative(session, letter)
        link, invitation = mine.reference, mine.invitation.reference
    data = f"{HEADER}New,Otto,{OTTO}\n".encode()
    with unchanged(connection), store() as session:
        for act in (
            lambda: roster.add_society(session, stranger, letter, entry("New", OTTO), KEYRING, now=NOW),
            lambda: roster.preview_roster(session, stranger, letter, data),
            lambda: roster.import_roster(session, stranger, letter, RosterPreview(()), KEYRING, now=NOW),
            lambda: roster.replace_link(session, stranger, letter, link, KEYRING, now=NOW),
            lambda: roster.correct_printed_name(session, stranger, letter, invitation, "New", now=NOW),
        ):
            with pytest.raises(NotFound):
                act()


NO_COUNTRIES = ["ZZ", "XX", "QO", "EU", "UN", "EZ", "XA", "AC", "AA", "SU", "００"]
PROBLEMS = [
    (entry(society=""), "Please give the society’s name", "no name"),
    (entry(society="x" * (limits.PRINTED_NAME + 1)), f"{limits.PRINTED_NAME} is the most", "a name too long"),
    (entry(society="Gull\u202ehaven"), "invisible character", "a name that runs backwards"),
    (entry(society="Gull\nhaven"), "must be on one line", "a name on two lines"),
    (entry(contact=""), "Please give the contact’s name", "no contact"),
    (entry(contact="x" * (limits.PERSON_NAME + 1)), f"{limits.PERSON_NAME} is the most", "a contact too long"),
    (entry(email=""), "The address is missing", "no address"),
    (entry(email="anna"), "not an e-mail address", "half an address"),
    (entry(email="anna@x.org\nBcc: evil@x.org"), "not an e-mail address", "R20 a header in the address"),
    (entry(email="a" * 250 + "@x.org"), "at most 254", "an address too long"),
    (entry(email="büro@x.org"), "before the @-sign are not supported", "an address that few mail servers take"),
    (RosterEntry("New", "Otto", OTTO, country="Atlantis"), "country code of two letters", "a country in words"),
    (RosterEntry("New", "Otto", OTTO, country="D1"), "country code of two letters", "a country with a digit"),
    (RosterEntry("New", "Otto", OTTO, country="uk"), "United Kingdom is GB", "a country as newspapers write it"),
    *((RosterEntry("New", "Otto", OTTO, country=code), f"“{code}”", f"{code}, no country") for code in NO_COUNTRIES),
    (entry(), "is given twice", "the same again"),
]


@pytest.mark.parametrize(("added", "words"), [row[:2] for row in PROBLEMS], ids=[row[2] for row in PROBLEMS])
def test_bad_row_is_named_and_nothing_is_stored(
    store: Store, connection: Connection, coordinator: Actor, drafted: str, added: RosterEntry, words: str
) -> None:
    with unchanged(connection), pytest.raises(InvalidInput) as refused, store() as session:
        roster.add_society(session, coordinator, drafted, added, KEYRING, now=NOW)
    assert words in str(refused.value)


DOUBTS = [
    (entry("Gullhavn, Society of", OTTO), "looks like “Gullhaven, Society of”", "a name almost the same"),
    (entry("The Marshes", ANNA), "The same address stands for “Gullhaven, Society of”", "one address, two societies"),
    (entry("The Marshes", "otto@gmail.com"), "free mail service", "a free address"),
    (entry("The Marshes", "otto@mаrshes.example.org"), "not in plain Latin letters", "a Cyrillic letter in an address"),
    (entry("The Marshes", "otto@xn--mrshes-3nf.example.org"), "not in plain Latin letters", "the same, encoded"),
    (entry("The Marshes \U0001f600", OTTO), "No font of the letter can print", "a face in a name"),
    (entry(email=BRUNO), "is there already", "another representative"),
]


@pytest.mark.parametrize(("added", "words"), [row[:2] for row in DOUBTS], ids=[row[2] for row in DOUBTS])
def test_r15_doubtful_row_is_shown_to_a_person_and_never_merged(
    store: Store, coordinator: Actor, drafted: str, added: RosterEntry, words: str
) -> None:
    with store() as session:
        checked = roster.add_society(session, coordinator, drafted, added, KEYRING, now=NOW)
        assert words in " ".join(checked.doubts)
        assert added.society in names(session, drafted)


def test_r15_names_that_differ_in_anything_are_two_societies(store: Store, coordinator: Actor, drafted: str) -> None:
    given = ["The Society of Ferns", "Society of Ferns", "SOCIETY OF FERNS", "Society of Ferns (Ferns)", "Société des Fougères, & Cie."]
    with store() as session:
        for number, name in enumerate(given):
            roster.add_society(session, coordinator, drafted, entry(name, f"f{number}@ferns.example.org"), KEYRING, now=NOW)
        assert [name for name in names(session, drafted) if name in given] == given


def test_r15_name_in_another_case_or_width_is_a_doubt_and_another_society(store: Store, coordinator: Actor, drafted: str) -> None:
    given = ["GULLHAVEN, Society of", "Ｇｕｌｌｈａｖｅｎ, Society of", "Gullhaven,  Society of"]
    data = (HEADER + "".join(f'"{name}",Otto,f{number}@ferns.example.org\n' for number, name in enumerate(given))).encode()
    with store() as session:
        preview = roster.preview_roster(session, coordinator, drafted, data)
        assert (preview.society_count, preview.doubt_count, [row.joins for row in preview.rows]) == (3, 3, [False] * 3)
        assert all("looks like “Gullhaven, Society of”" in row.doubts[0] for row in preview.rows)
        imported(session, coordinator, drafted, data)
        assert names(session, drafted) == ["Gullhaven, Society of", *given]


def test_r15_two_ways_to_write_one_letter_are_one_society(store: Store, coordinator: Actor, drafted: str) -> None:
    data = f"{HEADER}Soci\u00e9t\u00e9 A,Otto,{OTTO}\n Socie\u0301te\u0301 A ,Fern,f@ferns.example.org\n".encode()
    with store() as session:
        assert [row.joins for row in roster.preview_roster(session, coordinator, drafted, data).rows] == [False, True]
        assert imported(session, coordinator, drafted, data) == 1
        assert len(names(session, drafted)) == 2


ONE_ADDRESS = ["office@müller.de", "office@xn--mller-kva.de", "OFFICE@MÜLLER.de", "office@mu\u0308ller.de"]


@pytest.mark.parametrize("typed", ONE_ADDRESS)
def test_address_is_kept_as_mail_servers_take_it(store: Store, coordinator: Actor, drafted: str, typed: str) -> None:
    with store() as session:
        roster.add_society(session, coordinator, drafted, entry("The Marshes", typed), KEYRING, now=NOW)
        (row,) = session.scalars(select(RepresentativeRow).where(RepresentativeRow.email != ANNA))
        assert row.email.lower() == "office@xn--mller-kva.de"
        form = MailForm("invitation", "A letter", "Words.", "<p>Words.</p>")
        assert build_message(form, sender="a@example.org", recipient=row.email, message_id="<1@example.org>", sent_at=NOW)


@pytest.mark.parametrize("other", ONE_ADDRESS[1:])
def test_one_address_written_in_two_ways_is_named_as_given_twice(store: Store, coordinator: Actor, drafted: str, other: str) -> None:
    data = f"{HEADER}The Marshes,Otto,{ONE_ADDRESS[0]}\nThe Marshes,Otto,{other}\n".encode()
    with store() as session, pytest.raises(InvalidInput, match=r"Row 3: .* is given twice: it is in row 2 already"):
        imported(session, coordinator, drafted, data)


@pytest.mark.parametrize("typed", ONE_ADDRESS)
def test_new_link_is_asked_for_by_any_way_to_write_the_address(store: Store, coordinator: Actor, typed: str) -> None:
    with store() as session:
        letter_in_signing(session, coordinator, entry(email=ONE_ADDRESS[0]))
        rooms.request_link(session, typed, NETWORK, KEYRING, now=NOW)
        assert [to for to, _reason in outbox(session, "new_link")] == ["office@xn--mller-kva.de"]


@pytest.mark.parametrize("code", ["DE", "br", " gb ", "XK", "ZA", ""])
def test_country_is_kept_as_its_code(store: Store, coordinator: Actor, drafted: str, code: str) -> None:
    with store() as session:
        roster.add_society(session, coordinator, drafted, RosterEntry("New", "Otto", OTTO, country=code), KEYRING, now=NOW)
        assert representative(session, drafted, OTTO).invitation.society.country == code.strip().upper()


def test_country_that_is_none_is_named_with_its_row(store: Store, coordinator: Actor, drafted: str) -> None:
    data = f"society,contact,email,country\nFerns,Fern,f@ferns.example.org,DE\nThe Marshes,Otto,{OTTO},UK\n".encode()
    with store() as session, pytest.raises(InvalidInput, match="Row 3: “UK” is not a code of ISO 3166: the United Kingdom is GB"):
        imported(session, coordinator, drafted, data)


def test_list_that_was_stored_meanwhile_is_refused_behind_the_lock(
    store: Store, connection: Connection, coordinator: Actor, drafted: str
) -> None:
    data = f"{HEADER}Ferns,Fern,f@ferns.example.org\nThe Marshes,Otto,{OTTO}\n".encode()
    with store() as session:
        preview = roster.preview_roster(session, coordinator, drafted, data)
        roster.add_society(session, coordinator, drafted, entry("The Marshes", OTTO.upper()), KEYRING, now=NOW)
    with unchanged(connection), pytest.raises(InvalidInput, match=r"Row 3: .* is on the roster already"), store() as session:
        roster.import_roster(session, coordinator, drafted, preview, KEYRING, now=NOW)


def test_roster_that_was_filled_meanwhile_takes_no_more(store: Store, connection: Connection, coordinator: Actor, drafted: str) -> None:
    rows = "".join(
        f"Society {number} of {number * 7919},Person,p{number}@s{number}.example.org\n" for number in range(limits.SOCIETIES - 1)
    )
    with store() as session:
        preview = roster.preview_roster(session, coordinator, drafted, (HEADER + rows).encode())
        roster.add_society(session, coordinator, drafted, entry("The Marshes", OTTO), KEYRING, now=NOW)
    with unchanged(connection), pytest.raises(InvalidInput, match="at most 1000 societies"), store() as session:
        roster.import_roster(session, coordinator, drafted, preview, KEYRING, now=NOW)


@pytest.mark.parametrize("state", ["drafted", "letter"])
def test_reads_of_an_import_do_not_grow_with_its_rows(
    store: Store, connection: Connection, coordinator: Actor, state: str, request: pytest.FixtureRequest
) -> None:
    letter = request.getfixturevalue(state)

    def reads(first: int, count: int) -> int:
        rows = "".join(f"Society {n} of {n * 7919},Person,p{n}@s{n}.example.org\n" for n in range(first, first + count))
        done: list[str] = []
        with store() as session:
            preview = roster.preview_roster(session, coordinator, letter, (HEADER + rows).encode())

            def note(*facts: Any) -> None:
                done.append(facts[2])

            event.listen(connection, "before_cursor_execute", note)
            assert roster.import_roster(session, coordinator, letter, preview, KEYRING, now=NOW) == count
            event.remove(connection, "before_cursor_execute", note)
        return sum(one.startswith("SELECT") for one in done)

    assert reads(100, 200) == reads(0, 20)


def test_society_known_from_another_letter_is_filled_in_and_never_changed(store: Store, coordinator: Actor, drafted: str) -> None:
    header = "society,contact,email,country,acronym,sort_name\n"
    with store() as session:
        imported(session, coordinator, drafted, f"{header}The Marshes,Otto,{OTTO},DE,,\n".encode())
        other = letter_in_draft(session, coordinator, title="Another letter")
        data = f"{header}The Marshes,Otto,{OTTO},FR,TM,Marshes\nThe Marshes,Fern,f@ferns.example.org,de,TMS,\n".encode()
        first, second = roster.preview_roster(session, coordinator, other, data).rows
        assert first.doubts == ("The country of this society is known as “DE”. That stays; “FR” is not taken over.",)
        assert "The acronym of this society is known as “TM”. That stays; “TMS” is not taken over." in second.doubts
        imported(session, coordinator, other, data)
        society = session.scalars(select(SocietyRow).where(SocietyRow.printed_name == "The Marshes")).one()
        assert (society.country, society.acronym, society.sort_name) == ("DE", "TM", "Marshes")


def test_list_is_imported_whole(store: Store, coordinator: Actor, drafted: str) -> None:
    data = f'society;contact;email;country\n"Ferns; Society of";Fern;f@ferns.example.org;br\nThe Marshes;Otto;{OTTO};\n'.encode("utf-8-sig")
    with store() as session:
        assert roster.preview_roster(session, coordinator, drafted, data).society_count == 2
        assert imported(session, coordinator, drafted, data) == 2
        assert names(session, drafted) == ["Gullhaven, Society of", "Ferns; Society of", "The Marshes"]


def test_preview_stores_nothing(store: Store, connection: Connection, coordinator: Actor, drafted: str) -> None:
    with unchanged(connection), store() as session:
        preview = roster.preview_roster(session, coordinator, drafted, f"{HEADER}The Marshes,Otto,{OTTO}\nBad,,x\n".encode())
    assert [(row.number, bool(row.problems)) for row in preview.rows] == [(2, False), (3, True)]
    assert preview.problem_count == 1


LISTS = [
    (f"{HEADER}Ferns,Fern,f@ferns.example.org\nBad,Otto,otto\n".encode(), "Row 3:", "a bad address"),
    (f"{HEADER}Ferns,Fern,f@ferns.example.org\nFerns,Fern,F@FERNS.example.org\n".encode(), "Row 3:", "the same row twice"),
    (f"{HEADER}Gullhaven\\, Society of,A,{ANNA}\n".encode(), "Row 2", "a comma without quotation marks"),
    (b"society,contact\nFerns,Fern\n", "Missing: email", "a missing column"),
    (b"\xef\xbb\xbf" + HEADER.encode() + b"Soci\xe9t\xe9,Fern,f@ferns.example.org\n", "Row 2 is not in UTF-8", "a mark that lies"),
    (HEADER.encode(), "no society in this list", "nothing but a header"),
    (b"", "Row 1", "nothing at all"),
    (HEADER.encode() + b"Fe\x00rns,Fern,f@ferns.example.org\n", "Row 2", "a NUL"),
    (b"x" * (limits.ROSTER_BYTES + 1), "larger than 1 MB", "too large a file"),
]


@pytest.mark.parametrize(("data", "words"), [row[:2] for row in LISTS], ids=[row[2] for row in LISTS])
def test_list_with_one_bad_row_stores_nothing_and_names_it(
    store: Store, connection: Connection, coordinator: Actor, drafted: str, data: bytes, words: str
) -> None:
    with unchanged(connection), pytest.raises(InvalidInput) as refused, store() as session:
        imported(session, coordinator, drafted, data)
    if words != "Row 1" or data:
        assert words in str(refused.value)


def test_letter_holds_a_thousand_societies_and_no_more(store: Store, coordinator: Actor, drafted: str) -> None:
    rows = "".join(f"Society {number} of {number * 7919},Person,p{number}@s{number}.example.org\n" for number in range(limits.ROSTER_ROWS))
    with store() as session, pytest.raises(InvalidInput, match="at most 1000 societies"):
        roster.preview_roster(session, coordinator, drafted, (HEADER + rows).encode())


# R14


def test_r14_replaced_link_is_dead_at_once_and_a_new_one_goes_to_the_registered_address(
    store: Store, coordinator: Actor, letter: str
) -> None:
    with store() as session:
        old, row = personal_link(session, letter), representative(session, letter)
        assert rooms.is_link_live(session, old)
        roster.replace_link(session, coordinator, letter, row.reference, KEYRING, now=NOW)
        assert not rooms.is_link_live(session, old)
        assert rooms.is_link_live(session, personal_link(session, letter))
        assert outbox(session, "new_link") == [(ANNA, f"new_link:{row.reference}:generation-2")]


def test_r14_link_of_another_letter_is_not_replaced_from_this_one(store: Store, coordinator: Actor, letter: str) -> None:
    with store() as session:
        other = letter_in_signing(session, coordinator, title="Another letter")
        with pytest.raises(NotFound):
            roster.replace_link(session, coordinator, letter, representative(session, other).reference, KEYRING, now=NOW)


def test_r14_session_that_the_old_link_opened_ends_with_it(store: Store, coordinator: Actor, letter: str) -> None:
    with store() as session:
        place = enter(session, letter)
        roster.replace_link(session, coordinator, letter, place.representative.reference, KEYRING, now=NOW)
        with pytest.raises(NotFound):
            back(session, place)


def test_r14_revoked_link_is_dead_for_good_and_the_answer_stands(store: Store, coordinator: Actor, letter: str) -> None:
    with store() as session:
        sign(session, letter)
        place, old = enter(session, letter), personal_link(session, letter)
        roster.revoke_representative(session, coordinator, letter, place.representative.reference, now=NOW)
        assert not rooms.is_link_live(session, old)
        with pytest.raises(NotFound):
            back(session, place)
        with pytest.raises(NotFound):
            roster.replace_link(session, coordinator, letter, place.representative.reference, KEYRING, now=NOW)
        assert len(signatory_lines(session, letter_row(session, letter))) == 1


def test_society_is_taken_off_a_draft_and_the_record_says_so(store: Store, coordinator: Actor) -> None:
    with store() as session:
        drafted = letter_in_draft(session, coordinator)
        invitation = representative(session, drafted).invitation
        gone, society = invitation.reference, invitation.society.reference
        roster.remove_society(session, coordinator, drafted, gone, now=NOW)
        assert invitations_of(session, letter_row(session, drafted)) == []
        assert society not in replay(load_events(session, letter_row(session, drafted).id)).societies
        with pytest.raises(NotFound):
            roster.remove_society(session, coordinator, drafted, gone, now=NOW)


def test_society_that_was_asked_to_sign_stays_on_the_roster(store: Store, coordinator: Actor, letter: str) -> None:
    with store() as session, pytest.raises(WrongState, match="stays on the roster"):
        roster.remove_society(session, coordinator, letter, representative(session, letter).invitation.reference, now=NOW)


def test_link_of_a_draft_is_not_replaced_for_it_opens_nothing_yet(store: Store, coordinator: Actor) -> None:
    with store() as session:
        drafted = letter_in_draft(session, coordinator)
        with pytest.raises(WrongState):
            roster.replace_link(session, coordinator, drafted, representative(session, drafted).reference, KEYRING, now=NOW)


# The correction of a printed name


def corrected(session: Session, coordinator: Actor, letter: str, name: str, email: str = ANNA) -> None:
    invitation = representative(session, letter, email).invitation.reference
    roster.correct_printed_name(session, coordinator, letter, invitation, name, now=DEADLINE + timedelta(minutes=1))


def test_correction_changes_the_printed_name_alone_and_tells_the_society(store: Store, coordinator: Actor) -> None:
    with store() as session:
        letter = letter_closed(session, coordinator, entry())
        before = session.scalars(select(AnswerRow)).one()
        kept = (before.reference, before.digest, before.officer, before.received_at, before.is_standing)
        corrected(session, coordinator, letter, "Society of Gullhaven (SoG)")
        after = session.scalars(select(AnswerRow).execution_options(populate_existing=True)).one()
        assert after.printed_name == "Society of Gullhaven (SoG)"
        assert (after.reference, after.digest, after.officer, after.received_at, after.is_standing) == kept
        event = load_events(session, letter_row(session, letter).id)[-1]
        assert (event.kind, event.public["before"]) == ("name.corrected", "Gullhaven, Society of")
        assert [to for to, _reason in outbox(session, "name_corrected")] == [ANNA]


@pytest.mark.parametrize("name", ["", " ", "x" * (limits.PRINTED_NAME + 1), "a\nb", "a\u202eb", "\U0001f600", "Gullhaven, Society of"])
def test_correction_that_cannot_be_printed_or_changes_nothing_is_refused(
    store: Store, connection: Connection, coordinator: Actor, name: str
) -> None:
    with store() as session:
        letter = letter_closed(session, coordinator)
    with unchanged(connection), pytest.raises(InvalidInput) as refused, store() as session:
        corrected(session, coordinator, letter, name)
    assert refused.value.field == "printed_name"


def test_society_that_has_not_signed_has_no_printed_name_to_correct(store: Store, coordinator: Actor, letter: str) -> None:
    with store() as session, pytest.raises(NotFound):
        corrected(session, coordinator, letter, "New")


# R12


def test_r12_no_act_of_staff_or_command_makes_an_answer(store: Store, coordinator: Actor) -> None:
    # An answer is written in one place, which takes a Place, and a Place is loaded for a representative's own session alone.
    with store() as session:
        letter = letter_closed(session, coordinator)
        corrected(session, coordinator, letter, "Society of Gullhaven")
        kinds = {row.kind: row.actor for row in session.scalars(select(EventRow)) if row.kind.startswith("answer.")}
        assert {kind: actor.partition(":")[0] for kind, actor in kinds.items()} == {"answer.given": "representative"}


def test_r12_declined_answer_has_no_printed_name_to_correct(store: Store, coordinator: Actor, letter: str) -> None:
    with store() as session:
        place = enter(session, letter)
        give(session, place, intent(session, place, "decline"))
        with pytest.raises(NotFound):
            corrected(session, coordinator, letter, "New")


def test_signed_society_keeps_its_answer_when_a_second_representative_is_added(store: Store, coordinator: Actor, letter: str) -> None:
    with store() as session:
        given = sign(session, letter)
        roster.add_society(session, coordinator, letter, entry(email="c@gullhaven.example.org", contact="Cleo"), KEYRING, now=NOW)
        standing = answers.standing_answer(session, representative(session, letter).invitation_id)
        assert standing is not None and standing.reference == given


@pytest.mark.parametrize(
    ("added", "part"),
    [
        (entry(society=" "), "society"),
        (entry(contact=" "), "contact"),
        (entry(email="anna at gullhaven"), "email"),
        (entry(), "society"),
        (RosterEntry("New", "Otto", OTTO, acronym="x" * 31), "acronym"),
        (RosterEntry("New", "Otto", OTTO, sort_name="a\nb"), "sort_name"),
    ],
)
def test_refusal_names_the_field_that_is_wrong(store: Store, coordinator: Actor, drafted: str, added: RosterEntry, part: str) -> None:
    with pytest.raises(InvalidInput) as refused, store() as session:
        roster.add_society(session, coordinator, drafted, added, KEYRING, now=NOW)
    assert refused.value.field == part
