"""The pages of the directory: found, changed, joined, with a logo; what was typed stays when something is wrong."""

import io

from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.browser import Browser
from tests.dump import unchanged
from tests.rendering.test_logo import picture
from tests.web.world import Person, World
from webapp.persistence.tables import SocietyRow


def reference(world: World, name: str) -> str:
    with Session(world.engine) as session:
        return session.scalars(select(SocietyRow.reference).where(SocietyRow.printed_name == name)).one()


OUTSIDE = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><use href="https://example.org/a"/></svg>'


def desk_at(world: World, name: str, person: Person = Person.COORDINATOR) -> Browser:
    desk = world.browser(person)
    desk.get(f"/societies/{reference(world, name)}")
    return desk


def test_society_is_added_found_by_a_former_name_and_changed_with_a_reason(world: World) -> None:
    desk = world.browser(Person.COORDINATOR)
    desk.get("/societies")
    desk.follow("Add a society")
    page = desk.press("Add the society", status=422, printed_name="Ferns, Society of", ror="05dxps056", domains="ferns.example.org")
    assert "its last two digits" in page.text
    assert page.value("domains") == "ferns.example.org"
    desk.press("Add the society", ror="")
    desk.follow("Change the entry")
    assert "who asked for it" in desk.press("Save the entry", status=422, printed_name="Fern Society").text
    desk.press("Save the entry", reason="Its office asked.")
    assert "“Ferns, Society of”, now “Fern Society”" in desk.page.text
    assert "also known as Ferns, Society of" in desk.get("/societies?q=ferns,").text


def test_two_people_at_one_entry_do_not_write_over_each_other_unseen(world: World) -> None:
    first, second = (desk_at(world, "Society of the Marshes") for _one in range(2))
    for desk in (first, second):
        desk.follow("Change the entry")
    first.press("Save the entry", acronym="SM")
    page = second.press("Save the entry", status=422, acronym="SoM")
    assert "Somebody else has changed" in page.text
    assert page.value("acronym") == "SoM"
    assert "SM" in page.text.partition("What is there now")[2].partition("What you typed")[0]
    assert "SoM" in second.press("Save the entry").text


def test_entries_are_joined_and_the_old_address_leads_on(world: World) -> None:
    desk = desk_at(world, "Gullhaven, Society of")
    old = reference(world, "Society of the Marshes")
    desk.follow("Join with another entry")
    desk.press("Search", q="marshes")
    desk.follow("Society of the Marshes")
    with unchanged(world.engine):
        assert "Say how it is known" in desk.press("Join the two entries", status=422).text
    desk.press("Join the two entries", reason="The same office.")
    assert "Joined with it: “Society of the Marshes”" in desk.page.text
    assert "Gullhaven, Society of" in desk.get(f"/societies/{old}").text


def test_contacts_are_shown_to_those_who_may_change_the_directory_alone(world: World) -> None:
    desk = desk_at(world, "Society of the Marshes")
    desk.follow("Change the entry")
    desk.press("Save the entry", **{"contacts-0-person": "Otto Lind", "contacts-0-email": "otto@contacts.example.org"})
    assert "otto@contacts.example.org" in desk.page.text
    reader = desk_at(world, "Society of the Marshes", Person.READER)
    assert "otto@contacts.example.org" not in reader.page.text
    assert "Change the entry" not in reader.page.text


def test_logo_is_looked_at_put_in_served_apart_and_taken_out(world: World) -> None:
    desk = desk_at(world, "Society of the Marshes")
    of = f"/societies/{reference(world, 'Society of the Marshes')}"
    with unchanged(world.engine):
        assert "no PNG" in desk.press("Look at this logo", status=415, file=(io.BytesIO(b"hello"), "logo.png")).text
        assert "outside itself" in desk.press("Look at this logo", status=422, file=(io.BytesIO(OUTSIDE), "logo.svg")).text
        assert "Choose a picture" in desk.press("Look at this logo", status=422).text
    desk.press("Look at this logo", file=(io.BytesIO(picture()), "../../logo.png"))
    assert "Nothing is used before you say so" in desk.page.text
    assert desk.ask(f"{of}/logo.png").status_code == 404
    # It is still there for whoever comes back.
    desk.get(of)
    desk.follow("A logo waits to be looked at")
    for address in (f"{of}/logo/upload.png", None):
        if address is None:
            desk.press("Use this logo")
        answer = desk.ask(address or f"{of}/logo.png")
        assert (answer.status_code, answer.content_type, answer.data[:4]) == (200, "image/png", b"\x89PNG")
        assert answer.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert desk.ask(f"{of}/logo/upload.png").status_code == 404
    desk.press("Take the logo out")
    assert desk.ask(f"{of}/logo.png").status_code == 404


def test_logo_that_is_not_taken_changes_nothing(world: World) -> None:
    desk = desk_at(world, "Society of the Marshes")
    with unchanged(world.engine):
        desk.press("Look at this logo", file=(io.BytesIO(picture()), "logo.png"))
        desk.press("Do not use it")


def test_only_the_logo_that_was_looked_at_is_used(world: World) -> None:
    first, second = desk_at(world, "Society of the Marshes"), desk_at(world, "Society of the Marshes")
    first.press("Look at this logo", file=(io.BytesIO(picture()), "logo.png"))
    second.press("Look at this logo", file=(io.BytesIO(picture(size=(30, 60))), "logo.png"))
    assert "uploaded another logo" in first.press("Use this logo", status=409).text
    first.press("Use this logo")
    assert first.ask(f"/societies/{reference(world, 'Society of the Marshes')}/logo.png").status_code == 200
