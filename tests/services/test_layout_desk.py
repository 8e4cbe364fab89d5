"""How a letter is printed, chosen at the desk: kept and told, looked at before, refused where it is no choice (R5, R11, R13, R17)."""

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select, update

from tests.conftest import Store
from tests.factories import NOW, SEALABLE, draft, entry, letter_in_draft, letter_in_signing, letter_row, letter_sealed, sign, staff_actor
from webapp.domain.actor import Actor
from webapp.domain.errors import Conflict, InvalidInput, NotFound, WrongState
from webapp.domain.layout import Acronyms, Grouping, Layout, Paper
from webapp.persistence.tables import EventRow, LayoutRow, LetterRow, SocietyRow
from webapp.services import layout_desk, letters
from webapp.services.documents import letter_document
from webapp.services.layout_desk import LayoutDraft
from webapp.services.verification import verify

CHOSEN = LayoutDraft(
    paper="letter",
    language="de",
    grouping="country",
    is_lead_first=True,
    acronyms="after",
    shows_logos=True,
    has_annex=True,
    accent="#0B5D3B",
    address="1 Marrow Lane \n\n Marrowby",
    website="marrowby.example.org",
)
KEPT = replace(CHOSEN, accent="#0b5d3b", address="1 Marrow Lane\nMarrowby", website="https://marrowby.example.org")


@pytest.fixture
def letter(store: Store, coordinator: Actor) -> str:
    """Before sign-on, when all of it can be chosen."""
    with store() as session:
        return letter_in_draft(session, coordinator)


def events(store: Store) -> int:
    with store() as session:
        return len(session.scalars(select(EventRow).where(EventRow.kind == "layout.edited")).all())


def test_choice_is_kept_and_stands_in_every_document(store: Store, coordinator: Actor, letter: str) -> None:
    with store() as session:
        assert layout_desk.show_layout(session, coordinator, letter).draft == LayoutDraft()
        assert layout_desk.set_layout(session, coordinator, letter, CHOSEN, 0, now=NOW)
        view = layout_desk.show_layout(session, coordinator, letter)
        assert (view.draft, view.edition) == (KEPT, 1)
        document = letter_document(session, letter_row(session, letter), dated=NOW, is_draft=True)
    expected = Layout(Paper.LETTER, Grouping.COUNTRY, True, Acronyms.AFTER, True, True, "#0b5d3b")
    assert (document.layout, document.language) == (expected, "de")
    assert document.letterhead.address == ("1 Marrow Lane", "Marrowby")
    assert document.letterhead.website == "https://marrowby.example.org"


def test_same_choice_once_more_leaves_no_event(store: Store, coordinator: Actor, letter: str) -> None:
    with store() as session:
        layout_desk.set_layout(session, coordinator, letter, CHOSEN, 0, now=NOW)
        assert not layout_desk.set_layout(session, coordinator, letter, CHOSEN, 1, now=NOW)
    assert events(store) == 1


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"paper": "a5"}, "paper"),
        ({"language": "xx"}, "language"),
        ({"grouping": "size"}, "grouping"),
        ({"acronyms": "all"}, "acronyms"),
        ({"accent": "#ffee00"}, "accent"),
        ({"accent": "red"}, "accent"),
        ({"lead": "nobody"}, "lead"),
        ({"website": "javascript:alert(1)"}, "website"),
        ({"address": "x" * 301}, "address"),
        ({"address": "\n".join("abcdefg")}, "address"),
        ({"address": "a\u202eb"}, "address"),
    ],
)
def test_wrong_choice_names_its_field(store: Store, coordinator: Actor, letter: str, changes: dict[str, str], field: str) -> None:
    with pytest.raises(InvalidInput) as refused, store() as session:
        layout_desk.set_layout(session, coordinator, letter, replace(CHOSEN, **changes), 0, now=NOW)
    assert refused.value.field == field
    assert events(store) == 0


def test_second_of_two_who_choose_at_once_is_told(store: Store, coordinator: Actor, letter: str) -> None:
    with store() as session:
        layout_desk.set_layout(session, coordinator, letter, CHOSEN, 0, now=NOW)
    with pytest.raises(Conflict), store() as session:
        layout_desk.set_layout(session, coordinator, letter, LayoutDraft(), 0, now=NOW)


def test_r11_nothing_is_chosen_after_the_seal(store: Store, coordinator: Actor) -> None:
    with store() as session:
        sealed = letter_sealed(session, coordinator)
        assert not layout_desk.show_layout(session, coordinator, sealed).is_open
        with pytest.raises(WrongState):
            layout_desk.set_layout(session, coordinator, sealed, CHOSEN, 0, now=SEALABLE)


def test_r13_stranger_sees_no_layout(store: Store, letter: str) -> None:
    with store() as session, pytest.raises(NotFound):
        layout_desk.show_layout(session, staff_actor(session, "stranger@example.org"), letter)


def test_list_is_looked_at_before_it_is_kept(store: Store, coordinator: Actor) -> None:
    with store() as session:
        aspen, birch = (
            entry("Aspen Society", "a@aspen.example.org", "Ann Aspen"),
            entry("Birch Society", "b@birch.example.org", "Ben Birch"),
        )
        letter = letter_in_draft(session, coordinator, replace(aspen, country="SE"), replace(birch, country="DE"))
        typed = LayoutDraft(grouping="country")
        view = layout_desk.show_layout(session, coordinator, letter, typed)
        assert not view.is_of_signatories
        assert [(one.heading, [line.printed_name for line in one.signatories]) for one in view.groups] == [
            ("Germany", ["Birch Society"]),
            ("Sweden", ["Aspen Society"]),
        ]
        birch_reference = {name: reference for reference, name in view.leads}["Birch Society"]
        led = layout_desk.show_layout(session, coordinator, letter, LayoutDraft(is_lead_first=True, lead=birch_reference))
        assert [line.printed_name for group in led.groups for line in group.signatories] == ["Birch Society", "Aspen Society"]
        assert session.scalars(select(LayoutRow)).all() == []
        assert [one.heading for one in layout_desk.show_layout(session, coordinator, letter).groups] == [""]


@pytest.mark.parametrize(
    ("asked", "says"),
    [({"language": "de"}, "headings of the statement"), ({"has_annex": True}, "told so first")],
    ids=["language", "annex"],
)
@pytest.mark.parametrize("is_open", [True, False], ids=["sign-on is open", "drafting"])
def test_what_societies_rely_on_is_chosen_before_sign_on_alone(
    store: Store, coordinator: Actor, is_open: bool, asked: dict[str, Any], says: str
) -> None:
    with store() as session:
        letter = letter_in_signing(session, coordinator, entry()) if is_open else letter_in_draft(session, coordinator)
        assert layout_desk.show_layout(session, coordinator, letter).is_before_sign_on is not is_open
        before, chosen = letter_row(session, letter).language, replace(LayoutDraft(paper="letter"), **asked)
    if not is_open:
        # Control: the same choice, while nobody was asked to sign.
        with store() as session:
            assert layout_desk.set_layout(session, coordinator, letter, chosen, 0, now=NOW)
        return
    with pytest.raises(WrongState, match=says), store() as session:
        layout_desk.set_layout(session, coordinator, letter, chosen, 0, now=NOW)
    with store() as session:
        assert (letter_row(session, letter).language, session.scalars(select(LayoutRow)).all()) == (before, [])
        assert layout_desk.set_layout(session, coordinator, letter, LayoutDraft(paper="letter", language=before), 0, now=NOW)


def test_list_on_the_page_is_the_list_of_the_document(store: Store, coordinator: Actor) -> None:
    with store() as session:
        letter = letter_in_signing(session, coordinator, entry())
        sign(session, letter)
        chosen = replace(CHOSEN, language=letter_row(session, letter).language, has_annex=False)
        layout_desk.set_layout(session, coordinator, letter, chosen, 0, now=NOW)
        view = layout_desk.show_layout(session, coordinator, letter)
        document = letter_document(session, letter_row(session, letter), dated=NOW, is_draft=True)
        assert view.is_of_signatories
        assert tuple(line for group in view.groups for line in group.signatories) == document.signatories


def test_facts_that_are_edited_leave_the_language_alone(store: Store, coordinator: Actor) -> None:
    with store() as session:
        letter = letter_in_draft(session, coordinator)
        layout_desk.set_layout(session, coordinator, letter, LayoutDraft(language="fr"), 0, now=NOW)
        letters.edit_letter(session, coordinator, letter, draft(title="Another title"), 1, now=NOW)
        assert letter_row(session, letter).language == "fr"
        assert verify(session).problems == ()


@pytest.mark.parametrize("lie", ["accent", "language", "lead", "row", "event"])
def test_r17_layout_that_its_record_does_not_tell_is_found(store: Store, coordinator: Actor, letter: str, lie: str) -> None:
    with store() as session:
        if lie != "event":
            layout_desk.set_layout(session, coordinator, letter, CHOSEN, 0, now=NOW)
        assert verify(session).problems == ()
        row = session.get(LayoutRow, letter_row(session, letter).id)
        if lie == "event":
            session.add(LayoutRow(letter_id=letter_row(session, letter).id))
        elif lie == "row":
            session.delete(row)
        elif lie == "language":
            session.execute(update(LetterRow).values(language="en-US"))
        else:
            society = session.scalars(select(SocietyRow.id)).first()
            values = {"accent": "#000000"} if lie == "accent" else {"lead_society_id": society}
            session.execute(update(LayoutRow).values(**values))
        session.flush()
        session.expire_all()
        assert [str(one) for one in verify(session).problems] == [f"Letter {letter}: how it is printed is not what its record tells."]
