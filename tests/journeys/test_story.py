"""The whole story in a real browser on the real server: from an empty form to the journal's answer."""

import csv
import hashlib
import io
import time
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from .checks import check_file, check_roll
from .chrome import Person
from .client import HttpBrowser
from .conftest import NewPerson
from .server import Server
from .walk import Post

pytestmark = [pytest.mark.browser, pytest.mark.journey]

ADDED = "Gullhaven, Society of Bedside Nursing"
WINDLEMARSH = (
    "The International Confederation of Societies, Colleges and Guilds for the Study of Rest, "
    "Recovery and Convalescence on the Windlemarsh Coast"
)
FJALLGRYNNA = "Fjällgrynna Förening för Återhämtning & Vila"
HUIOUWAN = "灰鸥湾康复护理学会"
LIST = f"""society,contact,email,country
"{WINDLEMARSH}",Bartholomew Nwachukwu-Ffoulkes,secretariat@windlemarsh.example.org,CH
"{WINDLEMARSH}",Ida Vale,president@windlemarsh.example.org,CH
{FJALLGRYNNA},Åsa Björkenstam-Nyhed,info@fjallgrynna.example.net,SE
{HUIOUWAN},Shen Muqing,mishu@huiouwan.example.org,SG
"""
WITH_BAD_ADDRESS = LIST.replace("info@fjallgrynna.example.net", "info at fjallgrynna")
STATEMENT = """To the Editor,

We, the undersigned, disagree with the trial [@fennimore2026], for a reason that one clock can show.

## What we ask

- that the length of stay is given by the hour at which patients *left*;
- that the missing hours are accounted for.
"""
REFERENCES = """@article{fennimore2026, title={The quiet hour and length of stay}, author={Fennimore-Oake, I. R.},
journal={Tarnbeck Journal of Convalescent Medicine}, year={2026}, volume={58}, pages={701--714}}"""


# Its parts are walked each time: drafting room, keyboard, season and reading room.
@pytest.mark.assure
@pytest.mark.parametrize("width", [1280, 360])
def test_letter_goes_from_an_empty_form_to_the_journals_answer(width: int, server: Server, new_person: NewPerson) -> None:
    title = f"The quiet hour, seen at {width} pixels"
    deadline = (server.now() + timedelta(minutes=40)).replace(second=0, microsecond=0)
    coordinator = new_person(width)
    sign_in(coordinator, server)
    make_letter(coordinator, title, deadline)
    fill_roster(coordinator)
    desk = HttpBrowser(server.base)
    desk.get(server.sign_in_address())
    desk.press("Sign in")
    post = Post(desk, title)
    open_sign_on(coordinator, post)
    post.wait_for_invitations(5)
    read_invitation(coordinator)

    sign_while_a_colleague_types(new_person(width), new_person(width), post)
    decline(new_person(width), post)
    sign_and_withdraw(new_person(width), post)
    simply_sign(new_person(width), post)

    watch(coordinator, title)
    close_and_seal(coordinator, title, server, deadline, post)
    content = download(coordinator)
    names = [row["society"] for row in csv.DictReader(io.StringIO(csv_of(coordinator)))]
    assert names == [ADDED, WINDLEMARSH]
    check_roll(content, names)
    coordinator.follow("Overview")
    take_to_the_journal(coordinator)


def sign_in(person: Person, server: Server) -> None:
    person.go("/")
    person.see("front")
    person.go(server.sign_in_address())
    person.see("sign-in")
    person.press("Sign in")
    assert person.heading == "Letters"
    person.see("letters")


def make_letter(person: Person, title: str, deadline: datetime) -> None:
    page = person.page
    person.follow("Begin a new letter")
    person.see("letter-empty")
    person.fill("Statement", STATEMENT)
    person.fill("References", REFERENCES)
    person.fill("Address for questions", "office@marrowby")
    person.press("Save the draft")
    assert page.locator("[data-error-summary]").evaluate("(box) => box === document.activeElement")
    assert page.get_by_label("Statement").input_value().splitlines() == STATEMENT.splitlines()
    assert page.get_by_label("Address for questions").input_value() == "office@marrowby"
    person.see("letter-refused")

    page.get_by_label("Title", exact=True).press_sequentially(title)
    person.fill("Lead society", "The Marrowby Society for Convalescent Medicine")
    person.fill("Address for questions", "office@marrowby.example.org")
    page.get_by_label("Journal", exact=True).fill("The Tarnbeck Journal of Convalescent Medicine")
    person.fill("Addressee", "The Editor-in-Chief")
    page.get_by_label("Citation").fill("Fennimore-Oake IR. The quiet hour. Tarnbeck J Convalesc Med 2026;58(10):701–714.")
    page.get_by_label("Kind of article").fill("trial")
    page.get_by_role("button", name="Add an article").click()
    page.get_by_label("Citation").nth(1).fill("Quillfeather M. Time to wake the ward. Tarnbeck J Convalesc Med 2026;58(10):699–700.")
    page.get_by_label("Sign-on closes at").fill(deadline.strftime("%Y-%m-%dT%H:%M"))
    person.tick("This letter is a demonstration")
    page.get_by_label("Statement").press("End")
    page.get_by_role("region", name="Preview").get_by_role("heading", name="What we ask").wait_for()
    assert "words" in page.locator(".editor__count").inner_text()
    person.see("letter-filled")
    person.press("Save the draft")
    assert person.heading == title
    person.see("draft-saved")


def fill_roster(person: Person) -> None:
    person.follow("Roster")
    person.see("roster-empty")
    person.follow("Add one society")
    person.fill("Society, as it is to be printed", ADDED)
    page = person.page
    page.get_by_label("Representative", exact=True).fill("Caspian Adeyinka-Wood")
    person.fill("Representative’s address", "secretary at gullhaven")
    person.press("Add the society")
    assert "is not an e-mail address" in person.text
    assert page.get_by_label("Society, as it is to be printed").input_value() == ADDED
    person.see("society-refused")
    person.fill("Representative’s address", "secretary@gullhaven-nursing.example.org")
    person.press("Add the society")
    assert ADDED in person.text

    for text, name in ((WITH_BAD_ADDRESS, "list-refused"), (LIST, "list-preview")):
        person.follow("Import a list")
        page.get_by_label("File", exact=True).set_input_files({"name": "roster.csv", "mimeType": "text/csv", "buffer": text.encode()})
        person.press("Show what would be added")
        person.see(name)
        if name == "list-refused":
            assert "1 row cannot be stored" in person.text
            person.follow("Roster")
    for doubtful in page.get_by_label("Looked at").all():
        doubtful.check()
    person.press("Add 3 societies to the roster")
    assert HUIOUWAN in person.text
    person.see("roster-filled")


def prove(person: Person, post: Post, button: str, act: str, name: str) -> None:
    """What cannot be taken back is asked once more: a wrong code keeps what was typed, and the right one does it."""
    post.forget_staff_codes()
    person.press(button)
    assert person.heading == "Confirm that it is you"
    person.see(name)
    person.fill("Code", "0000-0000")
    person.press(f"Confirm and {act}")
    assert "4 tries left" in person.text
    person.see(f"{name}-refused")
    person.fill("Code", post.staff_code().lower())
    person.press(f"Confirm and {act}")


def open_sign_on(person: Person, post: Post) -> None:
    person.follow("Overview")
    person.see("overview-ready")
    person.follow("Open sign-on")
    person.see("open-sign-on")
    person.tick("I have read the statement")
    prove(person, post, "Freeze the text and invite 4 societies", "open sign-on", "proof")
    assert "Sign-on is open" in person.text
    person.see("overview-signing")


def read_invitation(person: Person) -> None:
    person.follow("Mailbox")
    person.page.get_by_role("link", name="Will Gullhaven").first.wait_for()
    person.see("mailbox")
    person.follow("Will Gullhaven")
    person.see("invitation")


def enter(person: Person, link: str) -> None:
    person.go(link)
    assert person.context.cookies() == [], "the door has set a cookie before its button was pressed"
    person.press("Open the letter")


def sign_while_a_colleague_types(first: Person, second: Person, post: Post) -> None:
    first.go(post.link("secretariat@windlemarsh.example.org"))
    first.see("door")
    first.press("Open the letter")
    first.see("reading-room")
    first.follow("Sign now for")
    first.see("sign-empty")
    first.press("Go on to review")
    assert "Name the officer" in first.text
    first.see("sign-refused")

    enter(second, post.link("president@windlemarsh.example.org"))
    second.follow("Sign now for")
    fill_sign_form(second, "Professor Ida Vale", "President-elect")

    fill_sign_form(first, "H. E. Leopoldine von Wolkenstein", "Secretary-General")
    card = first.page.locator(".signatory-card")
    assert "H. E. Leopoldine von Wolkenstein, Secretary-General" in card.inner_text()
    first.page.get_by_label("Name of the society").fill(WINDLEMARSH.upper())
    assert WINDLEMARSH.upper() in card.inner_text()
    first.page.get_by_label("Name of the society").fill(WINDLEMARSH)
    first.see("sign-filled")
    first.press("Go on to review")
    first.see("review")
    first.fill("Code", "0000-0000")
    first.press("Sign for")
    assert "4 tries left" in first.text
    first.see("code-refused")
    first.fill("Code", post.code("secretariat@windlemarsh.example.org").lower().replace("-", " "))
    first.press("Sign for")
    assert first.heading == f"{WINDLEMARSH} has signed"
    first.see("receipt")

    second.press("Go on to review")
    assert "Your society has answered already" in second.text
    assert "H. E. Leopoldine von Wolkenstein signed for your society" in second.text
    assert second.page.get_by_label("Officer who signs").input_value() == "Professor Ida Vale"
    second.see("answered-already")


def fill_sign_form(person: Person, officer: str, office: str) -> None:
    person.fill("Officer who signs", officer)
    person.page.get_by_label("Office", exact=True).fill(office)
    person.tick("The officer agrees")
    person.fill("Who decided", "the board")
    person.fill("On which day", "2026-03-01")
    person.fill("Competing interests", "None")
    person.tick("Ask us each time")
    person.tick("I am authorised by")


def decline(person: Person, post: Post) -> None:
    enter(person, post.link("mishu@huiouwan.example.org"))
    person.follow("We will not sign")
    person.fill("Reason", "Our council meets only in spring.")
    person.tick("I am authorised by")
    person.see("decline")
    person.press("Go on to review")
    person.see("decline-review")
    person.fill("Code", post.code("mishu@huiouwan.example.org"))
    person.press("Decline for")
    assert person.heading == f"{HUIOUWAN} has declined"
    person.see("declined")


def sign_and_withdraw(person: Person, post: Post) -> None:
    address = "info@fjallgrynna.example.net"
    enter(person, post.link(address))
    person.follow("Sign now for")
    fill_sign_form(person, "Östen Åkervind", "Ordförande")
    person.press("Go on to review")
    person.fill("Code", post.code(address))
    person.press("Sign for")
    person.follow("Back to the letter")
    person.see("reading-room-signed")
    person.follow("Withdraw the answer")
    person.fill("Reason", "Our members wish to read it first.")
    person.see("withdraw")
    person.press("Go on to review")
    person.fill("Code", post.code(address))
    person.press("Withdraw the answer of")
    assert person.heading == "The answer is withdrawn"
    person.see("withdrawn")


def simply_sign(person: Person, post: Post) -> None:
    address = "secretary@gullhaven-nursing.example.org"
    enter(person, post.link(address))
    person.follow("Our board decides")
    person.see("board")
    person.follow("The letter")
    person.follow("Sign now for")
    fill_sign_form(person, "Ifeanyi Brookhollow, RN MSc", "Honorary Secretary")
    person.press("Go on to review")
    person.fill("Code", post.code(address))
    person.press("Sign for")
    assert person.heading == f"{ADDED} has signed"
    person.press("Leave")
    person.see("left")


def watch(person: Person, title: str) -> None:
    person.go("/letters")
    person.see("letters-with-one")
    person.follow(title)
    assert "2" in person.page.locator(".count__number").inner_text()
    person.see("dashboard")
    person.follow("Roster")
    person.see("roster-answered")
    person.follow("Record")
    person.see("record")


def close_and_seal(person: Person, title: str, server: Server, deadline: datetime, post: Post) -> None:
    person.follow("Overview")
    server.move_clock(deadline + timedelta(seconds=1))
    end = time.monotonic() + 30
    while person.page.locator("[aria-current=step]").inner_text().strip() != "closed":
        assert time.monotonic() < end, "the letter does not close"
        time.sleep(0.3)
        person.page.reload()
    person.see("closed")
    person.follow("Seal")
    assert "cannot be sealed yet" in person.text
    person.see("seal-too-early")
    server.move_clock(deadline + timedelta(seconds=31))
    person.page.reload()
    person.see("seal")
    prove(person, post, "Seal the letter, signed by 2 societies", "seal the letter", "proof-to-seal")
    person.see("sealing")
    person.page.wait_for_url("**/documents", timeout=90_000)
    assert person.heading == "Documents"
    person.see("sealed")


def download(person: Person) -> bytes:
    link = person.page.get_by_role("link", name="The letter (PDF)").get_attribute("href")
    answer = person.page.request.get(person.base + (link or ""))
    content = answer.body()
    assert answer.headers["content-type"] == "application/pdf"
    assert hashlib.sha256(content).hexdigest() in person.text
    path: Path = person.gallery.folder / "letter.pdf"
    path.write_bytes(content)
    check_file(path)
    return content


def csv_of(person: Person) -> str:
    with person.page.expect_download() as waiting:
        person.page.get_by_role("link", name="Signatories (CSV)").click()
    return Path(waiting.value.path()).read_text(encoding="utf-8")


def take_to_the_journal(person: Person) -> None:
    person.follow("Send the letter to the journal")
    person.see("submission-empty")
    person.page.get_by_label("Manuscript number").fill("TJCM-2026-0815")
    person.press("Record the submission")
    person.see("submitted")
    for kind, name in (("Receipt acknowledged by the journal", "acknowledged"), ("Published", "published")):
        person.page.get_by_label("What happened").select_option(label=kind)
        person.press("Note this")
        person.see(name)
    person.follow("All journals of this letter")
    person.follow("Note what became of it")
    person.page.get_by_label("What became of it").select_option(label="Correction")
    person.press("Note what became of it")
    person.see("fate")
    person.press("End the course of this letter")
    person.see("resolved")
