"""The pages by which a list comes into the roster: nothing is stored before the last button, and nothing typed is lost."""

import io

from tests.browser import Browser
from tests.dump import unchanged
from tests.factories import OTTO
from tests.web.world import Person, World
from tests.workbooks import workbook

HEADER = "society,contact,email\n"


def begin(world: World) -> Browser:
    desk = world.browser(Person.COORDINATOR)
    desk.get(f"/letters/{world.facts.letters['drafting']}/roster/import")
    return desk


def test_workbook_with_unknown_headings_is_matched_and_the_match_is_remembered(world: World) -> None:
    data = workbook([["Who", "Whom", "Where", "Fax"], ["=Ferns & “Co”", "Otto Lind", OTTO, "7"]])
    desk = begin(world)
    with unchanged(world.engine):
        assert "Otto Lind" in desk.press("Show what would be added", file=(io.BytesIO(data), "list.xlsx")).text
        chosen = {"column-0": "society", "column-1": "contact", "column-2": ""}
        assert "Missing: email" in desk.press("Show what would be added", status=422, **chosen).text
        desk.press("Show what would be added", **chosen | {"column-2": "email"})
    desk.press("Add 1")
    assert "=Ferns & “Co”" in desk.page.text
    desk.get(f"/letters/{world.facts.letters['circulating']}/roster/import")
    assert "Check the list" in desk.press("Show what would be added", file=(io.BytesIO(data), "list.xlsx")).text


def test_encoding_is_changed_before_anything_is_added(world: World) -> None:
    desk = begin(world)
    data = f"{HEADER}Société d’Étude,Fern,f@ferns.example.org\n".encode("cp1252")
    assert "Société d’Étude" in desk.press("Show what would be added", file=(io.BytesIO(data), "list.csv")).text
    assert "Société d’Étude" not in desk.press("Read it again", again="1", encoding="mac_roman").text
    assert "Société d\ufffdÉtude" in desk.press("Read it again", again="1", encoding="latin-1").text
    desk.press("Read it again", again="1", encoding="cp1252")
    assert "Société d’Étude" in desk.press("Show what would be added").text


def test_bad_row_is_corrected_on_the_page_and_doubts_are_ticked(world: World) -> None:
    desk = begin(world)
    rows = f"Ferns,Fern,f at ferns\nGullhaven Society,Otto,otto@gmail.com\nMoss,Moss,{OTTO}\n"
    with unchanged(world.engine):
        desk.press("Show what would be added", status=422, pasted=HEADER + rows)
        page = desk.press("Check the list again", check="1", **{"fix-2-email": "f@ferns.example.org"})
        assert "1 row is worth a second look" in page.text
        page = desk.press("Add 3", status=422)
        assert "still to be looked at" in page.text
        assert "f@ferns.example.org" in page.text
    desk.press("Add 3", seen=next(one.get("value") for one in page.all("input") if one.get("id") == "seen-3"))
    assert "3 societies are new on the roster" in desk.page.text
    assert "f@ferns.example.org" in desk.page.text


def test_list_that_has_grown_brings_what_is_new_by_two_presses(world: World) -> None:
    desk = begin(world)
    known = f"Ferns,Fern,f@ferns.example.org\nMoss,Moss,{OTTO}\n"
    desk.press("Show what would be added", pasted=HEADER + known)
    desk.press("Add 2")
    desk = begin(world)
    page = desk.press("Show what would be added", status=422, pasted=f"{HEADER}{known}Reeds,Reed,r@reeds.example.org\n")
    assert "2 rows cannot be stored" in page.text
    page = desk.press("Leave out the 2 that are there already", without_twice="1")
    assert "2 rows are left out" in page.text
    desk.press(
        "Add 1", left_out=[one.get("value") for one in page.all("input") if (one.get("name"), one.get("type")) == ("left_out", "hidden")]
    )
    assert "Reeds" in desk.page.text


def test_nothing_chosen_and_a_pdf_are_said_in_words(world: World) -> None:
    desk = begin(world)
    assert "Choose a file, or paste the list." in desk.press("Show what would be added", status=422).text
    page = desk.press("Show what would be added", status=422, file=(io.BytesIO(b"%PDF-1.7\n\0"), "list.pdf"))
    assert "This is a PDF." in page.text


def test_control_without_its_tick_a_doubtful_row_is_not_added(world: World) -> None:
    desk = begin(world)
    desk.press("Show what would be added", pasted=f"{HEADER}Ferns,Fern,fern@gmail.com\n")
    with unchanged(world.engine):
        desk.press("Add 1", status=422, seen="2-0000000000000000")


def test_row_that_is_left_out_is_not_added(world: World) -> None:
    desk = begin(world)
    desk.press("Show what would be added", status=422, pasted=f"{HEADER}Bad,Fern,fern\nMoss,Moss,{OTTO}\n")
    desk.press("Check the list again", check="1", left_out="2")
    assert "1 row is left out" in desk.page.text
    desk.press("Add 1")
    assert "Bad" not in desk.page.text


def test_packed_list_that_is_none_is_refused(world: World) -> None:
    desk = begin(world)
    desk.press("Show what would be added", pasted=f"{HEADER}Moss,Moss,{OTTO}\n")
    with unchanged(world.engine):
        desk.press("Add 1", status=422, content="%%%")


def test_roster_of_an_earlier_letter_is_copied_without_whom_one_leaves_out(world: World) -> None:
    desk = world.browser(Person.COORDINATOR)
    desk.get("/letters")
    other = world.facts.letters["signing"]
    desk.get(f"/letters/{world.facts.letters['drafting']}/roster/import/copy")
    assert "on this roster already" in desk.press("Show who would be added", status=422, source=other).text
    assert "Choose the letter" in desk.press("Show who would be added", status=422, source="nobody’s").text
