import io
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browser import Browser
from tests.lookup.register import DOI, RETRACTED_DOI, RETRACTED_PMID, Register, register, silent
from tests.web.conftest import Seeded
from tests.web.world import Person, World
from webapp.lookup import crossref

BIBTEX = """@article{smith2024, title={A trial of rest}, author={Smith, Anna and {Quiet Group}}, year=2024, doi={10.5555/t.1}}
@article{again, title={A quiet hour}, author={Vale, A}, year=2026}
"""


@pytest.fixture
def desk(world: World) -> Browser:
    browser = world.browser(Person.OWNER)
    browser.get(f"/letters/{world.facts.letters['drafting']}/references")
    return browser


def test_file_is_shown_before_it_is_stored(desk: Browser) -> None:
    desk.follow("Import references")
    desk.press("Show what would change", references_typed=BIBTEX)
    assert "it seems to be @vale2026" in desk.page.text
    desk.press("Store these references")
    assert "Smith A, Quiet Group. A trial of rest" in desk.page.text
    assert "[@again]" not in desk.page.text
    assert "not cited" in desk.page.text


def test_double_is_stored_only_where_it_is_wanted(desk: Browser) -> None:
    desk.follow("Import references")
    desk.press("Show what would change", references_typed=BIBTEX)
    desk.press("Store these references", with_doubles="y")
    assert "It seems to be the same work as @again" in desk.page.text


def test_file_can_be_uploaded(desk: Browser) -> None:
    page = desk.follow("Import references")
    form = page.values(page.form("Show what would change"))
    desk.post(desk_address(desk), {**form, "file": (io.BytesIO(b"\xef\xbb\xbf" + BIBTEX.encode()), "mine.bib")})
    assert "smith2024" in desk.page.text


def desk_address(desk: Browser) -> str:
    return desk.page.form("Show what would change").get("action") or ""


def test_file_that_is_no_text_is_refused(desk: Browser) -> None:
    page = desk.follow("Import references")
    form = page.values(page.form("Show what would change"))
    desk.post(desk_address(desk), {**form, "file": (io.BytesIO(b"\x89PNG\xff\xff"), "mine.bib")}, status=422)
    assert "This file is no text in UTF-8" in desk.page.text


def test_broken_file_names_lines_and_is_still_there(desk: Browser) -> None:
    desk.follow("Import references")
    broken = BIBTEX + "@book{bad, year=2024}\n@book{worse, title={A\n"
    desk.press("Show what would change", references_typed=broken, status=422)
    assert "Line 3, entry bad: there is no title." in desk.page.text
    assert "Line 4, entry worse" in desk.page.text
    assert desk.page.value("references_typed").split() == broken.split()


def test_list_that_changed_meanwhile_is_planned_anew(desk: Browser) -> None:
    desk.follow("Import references")
    preview = desk.press("Show what would change", references_typed=BIBTEX)
    sent = preview.values(preview.form("Store these references"))
    address = preview.form("Store these references").get("action") or ""
    desk.post(address, sent)
    desk.post(address, sent, status=409)
    assert "Somebody else has changed the references" in desk.page.text
    assert "1 there already" in desk.page.text
    desk.press("Store these references")


def test_reference_is_typed_changed_and_removed(desk: Browser) -> None:
    desk.follow("Type a reference")
    desk.press("Store the reference", title="Rest", authors="Quiet Group", status=422)
    assert "a group as “Group: Quiet Group”" in desk.page.text
    desk.press("Store the reference", title="Rest", authors="Group: Quiet Group", issued="2024")
    assert "A text cites it as [@quietgroup2024]" in desk.page.text
    desk.follow("Edit @quietgroup2024")
    desk.press("Store the reference", title="Rest again")
    assert "Quiet Group. Rest again. 2024" in desk.page.text
    desk.follow("Remove @quietgroup2024")
    desk.press("Remove this reference")
    assert "@quietgroup2024 is taken off the list" in desk.page.text


def test_removing_what_is_cited_warns_and_the_list_then_names_it(desk: Browser) -> None:
    desk.follow("Remove @vale2026")
    assert "It is cited" in desk.page.text
    desk.press("Remove it all the same")
    assert "Cited, but not in the list" in desk.page.text


def test_second_editor_keeps_what_was_typed_and_sees_what_is_stored(desk: Browser, world: World) -> None:
    second = world.browser(Person.DRAFTER)
    second.get(f"/letters/{world.facts.letters['drafting']}/references/vale2026/edit")
    desk.follow("Edit @vale2026")
    desk.press("Store the reference", title="What the first says")
    second.press("Store the reference", title="What the second says", status=409)
    assert "What the first says" in second.page.text
    assert second.page.value("title") == "What the second says"
    second.press("Store the reference")
    assert "What the second says" in second.page.text


def test_style_of_a_text_is_that_of_its_venue_or_is_picked(desk: Browser, world: World) -> None:
    letter = world.facts.letters["drafting"]
    desk.get(f"/letters/{letter}/venues")
    page = desk.press("Choose this venue for Statement", venue="spine-letter")
    assert "The venue is chosen." in page.text and "Citation style of" not in page.text
    page = desk.press("Choose this venue for Statement", venue="lancet-correspondence")
    assert "Citation style of Statement: The Lancet, because it goes to The Lancet, correspondence." in page.text
    page = desk.get(f"/letters/{letter}/references")
    assert "Statement: The Lancet, because it goes to The Lancet, correspondence." in page.text
    page = desk.press("Set the text so: Statement", style="apa")
    assert "Statement: APA, which was picked here." in page.text
    assert "The Lancet, correspondence asks for The Lancet." in page.text
    assert "(Vale, 2026)" in desk.follow("Statement").text
    page = desk.get(f"/letters/{letter}/references")
    page = desk.press("Set the text so: Statement", style="of-tomorrow", status=422)
    assert "Choose one of the list under “Citation style”." in page.text


def test_style_is_chosen_for_looking(desk: Browser) -> None:
    desk.press("Show in this style", style="apa")
    assert "Vale, A. (2026)." in desk.page.text


@pytest.mark.parametrize(("form", "says"), [("bib", "@article{vale2026"), ("ris", "ID  - vale2026"), ("json", '"id": "vale2026"')])
def test_references_are_taken_away_in_three_forms(desk: Browser, form: str, says: str) -> None:
    answer = desk.ask(desk.page.link({"bib": "BibTeX", "ris": "RIS", "json": "CSL-JSON"}[form]))
    assert says in answer.get_data(as_text=True)
    assert answer.headers["Content-Disposition"].endswith(f".{form}")


def test_form_that_is_not_known_is_not_there(desk: Browser, world: World) -> None:
    desk.get(f"/letters/{world.facts.letters['drafting']}/references/export/exe", status=404)


def test_hostile_reference_is_shown_as_words(desk: Browser) -> None:
    desk.follow("Type a reference")
    hostile = '<script>alert(1)</script><img src=x onerror=alert(1)>"'
    desk.press("Store the reference", title=hostile, authors=f"Group: {hostile}", url="javascript:alert(1)", page=hostile)
    assert "<script>alert" not in desk.page.html
    assert "<img" not in desk.page.html
    assert not re.search(r'href="\s*javascript', desk.page.html)
    assert "<script>alert(1)</script>" in desk.page.text


def test_reader_sees_the_list_and_changes_nothing(world: World) -> None:
    reader = world.browser(Person.READER)
    reader.get(f"/letters/{world.facts.letters['drafting']}/references")
    assert "Import references" not in reader.page.text
    assert "Edit" not in reader.page.text


def test_nothing_is_looked_up_until_it_is_switched_on(desk: Browser) -> None:
    desk.follow("Type a reference")
    assert "Crossref" not in desk.page.text
    form = desk.page.form("Store the reference")
    desk.post(form.get("action") or "", {**desk.page.values(form), "doi": DOI, "look_up": "1"}, status=409)
    assert "has not switched it on" in desk.page.text


@pytest.fixture
def held() -> Iterator[Register]:
    with register() as held:
        yield held


@pytest.fixture
def looking(tmp_path: Path, seeded: Seeded, held: Register) -> Iterator[Browser]:
    for world in seeded.open(tmp_path, look_up=held.look_up):
        browser = world.browser(Person.OWNER)
        browser.get(f"/letters/{world.facts.letters['drafting']}/references")
        yield browser


@pytest.mark.enable_socket
def test_doi_fills_the_form_and_stores_nothing(looking: Browser) -> None:
    looking.follow("Look one up or type it")
    looking.press("Fill in from Crossref", doi=f"https://doi.org/{DOI}", title="My own title", look_up="1")
    assert looking.page.value("title") == "My own title"
    assert looking.page.value("authors") == "Fennimore-Oake, Isolde R\nGroup: Quiet Hour Group"
    assert looking.page.value("kind") == "article-journal"
    looking.press("Store the reference")
    assert "Fennimore-Oake IR, Quiet Hour Group. My own title" in looking.page.text


@pytest.mark.enable_socket
def test_retracted_work_is_said_when_it_is_looked_up_and_in_the_list(looking: Browser) -> None:
    looking.follow("Look one up or type it")
    looking.press("Fill in from Crossref", pmid=RETRACTED_PMID, look_up="1")
    assert "It was retracted, see Tarnbeck J Convalesc Med" in looking.page.text
    looking.press("Store the reference")
    assert "It was retracted, see Tarnbeck J Convalesc Med. 2021" in looking.page.text


@pytest.mark.enable_socket
def test_all_are_checked_by_one_press(looking: Browser) -> None:
    looking.follow("Import references")
    looking.press(
        "Show what would change", references_typed=f"@article{{old, title={{Rest}}, author={{Vale, A}}, doi={{{RETRACTED_DOI}}}}}"
    )
    looking.press("Store these references")
    looking.press("Check for retractions")
    assert "It was retracted on 6 February 2021, see 10.5555/ejm.2021.77 (Crossref)" in looking.page.text
    assert "Crossref has Fennimore-Oake as its first author, not Vale" in looking.page.text


@pytest.mark.enable_socket
def test_register_that_does_not_answer_loses_nothing(looking: Browser, held: Register, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crossref, "_SECONDS", 0.3)
    held.instead = silent(held)
    looking.follow("Look one up or type it")
    looking.press("Fill in from Crossref", doi=DOI, title="My own title", look_up="1", status=422)
    assert "Crossref did not answer within" in looking.page.text
    assert looking.page.value("title") == "My own title"


@pytest.mark.enable_socket
def test_nothing_is_held_open_while_a_register_is_asked(looking: Browser, held: Register, monkeypatch: pytest.MonkeyPatch) -> None:
    """No transaction: or every writer would wait for Crossref."""
    open_ones: list[bool] = []
    database = looking.client.application.extensions["sqlalchemy"]
    found = crossref.ask

    def watched(*arguments: object, **more: object) -> object:
        open_ones.append(database.session().in_transaction())
        return found(*arguments, **more)

    monkeypatch.setattr(crossref, "ask", watched)
    looking.follow("Look one up or type it")
    looking.press("Fill in from Crossref", doi=DOI, look_up="1")
    assert open_ones == [False]
