"""Six weeks of one letter with sixty societies, in the browser of its coordinator; every mail of it is read at the end."""

import csv
import io
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

import pytest

from webapp.rendering.workbook import read_workbook

from .checks import check_roll
from .chrome import Person
from .client import HttpBrowser
from .conftest import NewPerson
from .season.plan import LIST, Course, courses
from .season.post import Post
from .season.rooms import Rooms
from .server import COORDINATOR, Server, running_server

pytestmark = [pytest.mark.browser, pytest.mark.journey]

# A Monday; the clocks of Europe and of North America change before the deadline, those of Tasmania have just changed.
OPENED_ON = date(2026, 10, 5)
TITLE = "Sixty societies on the quiet hour"
DEADLINE_LOCAL = "2026-11-16T17:00"
DEADLINE = datetime(2026, 11, 16, 16, tzinfo=UTC)
SECOND = "second@example.org"
RIGHT = "riposo.nuovo@velvetmoor.example.org"
SCAN = b"%PDF-1.7\n% A letter on paper, scanned.\n%%EOF\n"
ANSWERS = {"sign", "decline", "abstain", "separate", "on_paper"}
LEAVES = {"hand_over", "not_us"}


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with running_server(at(0, 7)) as server:
        yield server


def at(day: int, hour: int) -> datetime:
    return datetime(OPENED_ON.year, OPENED_ON.month, OPENED_ON.day, hour, tzinfo=UTC) + timedelta(days=day)


IN_THE_ROOM = {"sign", "board", "read", "sign_if", "decline", "abstain", "separate", "hand_over", "not_us"}
# Mornings in Asia and the Pacific, in Europe and Africa, and in the Americas.
MORNINGS = (4, 10, 16)


def test_sixty_societies_answer_within_six_weeks(server: Server, new_person: NewPerson) -> None:
    season = Season(server, new_person(1280, folder="season"), new_person(360, folder="season-phone"), Post(server))
    season.begin()
    season.societies_act(2)
    season.look(2)
    season.societies_act(5)
    season.give_a_new_address()
    season.societies_act(12)
    season.colleague_signs(12)
    season.new_address_signs(12)
    season.is_disputed()
    season.look(12)
    season.societies_act(21)
    season.settle_the_dispute()
    season.record_what_came_on_paper(21)
    season.only_boards_that_met_were_asked(21)
    season.let_the_morning_come(28, held_back=1)
    for day in (28, 30, 35, 36, 40):
        season.societies_act(day)
    season.look(40)
    season.let_the_morning_come(41)
    season.societies_act(41)
    season.nobody_was_reminded_in_vain()
    season.close_and_seal()
    season.one_number_stands_everywhere(51)


@dataclass
class Season:
    server: Server
    desk: Person
    phone: Person
    post: Post
    plans: tuple[Course, ...] = field(default_factory=courses)

    def __post_init__(self) -> None:
        self.rooms = Rooms(self.server.base, self.post, OPENED_ON)

    def begin(self) -> None:
        self.desk.sign_in(self.server)
        make_letter(self.desk)
        fill_roster(self.desk)
        write_invitation(self.desk)
        self.let_a_second_coordinator_in()
        open_sign_on(self.desk, self.post)
        assert len(self.post.wait_for("The quiet hour: does ", 60)) == 60

    def let_a_second_coordinator_in(self) -> None:
        self.server.command("staff", "add", SECOND)
        self.desk.follow("People")
        self.desk.fill("Address of the account", SECOND)
        self.desk.page.get_by_label("Role", exact=True).select_option("coordinator")
        self.desk.press("Let them work on the letter")
        prove(self.desk, self.post)

    def who(self, what: str) -> Course:
        return next(one for one in self.plans if any(act.what == what for act in one.acts))

    def societies_act(self, day: int) -> None:
        self.server.move_clock(max(at(day, 12), self.server.now()))
        self.rooms.act([(one, act) for one in self.plans for act in one.on(day) if act.what in IN_THE_ROOM])

    def give_a_new_address(self) -> None:
        """Somebody has said “not us”: the front page says so, and leads to the address."""
        self.open_letter(self.desk)
        self.desk.follow(self.who("not_us").society)
        self.desk.follow("Give it another address")
        self.desk.fill("Representative", "The Right Person")
        self.desk.fill("New address", RIGHT)
        self.desk.press("Correct the address")
        if self.desk.page.get_by_label("I have looked at the address").count():
            self.desk.tick("I have looked at the address")
            self.desk.press("Correct the address")
        prove(self.desk, self.post)
        self.desk.see("address-corrected")

    def colleague_signs(self, day: int) -> None:
        course = self.who("hand_over")
        self.rooms.sign_as(course, f"colleague.{course.email}", day)

    def new_address_signs(self, day: int) -> None:
        self.rooms.sign_as(self.who("not_us"), RIGHT, day)

    def is_disputed(self) -> None:
        before = self.signed()
        self.rooms.dispute(self.who("dispute"))
        assert self.signed() == before - 1

    def settle_the_dispute(self) -> None:
        before = self.signed()
        self.desk.follow(self.who("dispute").society)
        self.desk.tick("The answer is the society’s own")
        self.desk.fill("What was checked", "The president has told us by phone that she signed.")
        self.desk.see("dispute")
        self.desk.press("Settle the dispute")
        prove(self.desk, self.post)
        assert self.signed() == before + 1

    def record_what_came_on_paper(self, day: int) -> None:
        """One coordinator records it, and it counts when the other has read the proof."""
        course, before = self.who("on_paper"), self.signed()
        self.desk.follow("Roster")
        self.desk.page.get_by_role("link", name=f"Record an answer of {course.society}").click()
        self.desk.tick("on paper")
        self.desk.fill("From whom", course.contact)
        self.desk.page.get_by_label("On which day", exact=True).fill(self.rooms.day(day).isoformat())
        self.desk.page.get_by_label("The proof").set_input_files({"name": "letter.pdf", "mimeType": "application/pdf", "buffer": SCAN})
        self.desk.tick("It signs.")
        self.desk.fill("Name of the society", course.society)
        self.desk.fill("Officer who signs", course.contact)
        self.desk.page.get_by_label("Office", exact=True).fill("President")
        self.desk.tick("The officer has agreed")
        self.desk.fill("Who decided", "the board")
        self.desk.fill("Decided on which day", self.rooms.day(day - 1).isoformat())
        self.desk.fill("Competing interests", "None")
        self.desk.see("on-paper")
        self.desk.press("Record the answer and tell the society")
        prove(self.desk, self.post)
        assert self.signed() == before, "it counts before the other coordinator has confirmed it"
        self.desk.see("on-paper-recorded")
        assert "have recorded an answer" in self.post.next(course.email, "Recorded for").text
        second = HttpBrowser(self.server.base)
        second.get(self.server.sign_in_address(SECOND))
        second.press("Sign in")
        second.follow(TITLE)
        second.follow(course.society)
        asked = second.press("Confirm the recorded answer", status=(200, 403))
        code = self.post.staff_code(SECOND)
        second.page = asked
        second.press("Confirm and", proof_code=code)
        assert self.signed() == before + 1

    def signed(self) -> int:
        """The number on the front page."""
        self.open_letter(self.desk)
        return int(self.desk.page.locator(".count__number").inner_text())

    def look(self, day: int) -> None:
        """The front page at both widths, and the roster."""
        for person in (self.desk, self.phone):
            self.open_letter(person)
            person.see(f"overview-day-{day}")
        self.desk.follow("Roster")
        self.desk.see(f"roster-day-{day}")

    def open_letter(self, person: Person) -> None:
        person.sign_in(self.server)
        person.follow(TITLE)

    def let_the_morning_come(self, day: int, *, held_back: int = 0) -> None:
        """What was shown ahead the evening before is what leaves, each in the morning of whom it reminds."""
        self.server.move_clock(at(day - 1, 18))
        self.open_letter(self.desk)
        self.desk.follow("Roster")
        self.desk.follow("Reminders")
        self.desk.see(f"reminders-day-{day}")
        for _ in range(held_back):
            self.desk.page.locator("summary", has_text="Hold back").first.click()
            self.desk.press("This one")
        ahead, before = int(found(r"Tomorrow (\d+)", self.desk.text)), len(self.post.reminders())
        for hour in MORNINGS:
            self.server.move_clock(at(day, hour))
            self.let_the_worker_work()
        assert len(self.post.reminders()) - before == ahead > 5

    def only_boards_that_met_were_asked(self, day: int) -> None:
        met = {one.email for one in self.plans for act in one.acts if 0 < act.board_on < day}
        assert {to for to, _sent_at in self.post.reminders()} <= met

    def let_the_worker_work(self) -> None:
        """Until what is due has left: a rehearsal’s worker looks at the clock every two seconds."""
        sent, end = -1, time.monotonic() + 60
        while (now := self.post.left()) != sent:
            assert time.monotonic() < end, "the worker does not come to an end"
            sent = now
            time.sleep(3)

    def nobody_was_reminded_in_vain(self) -> None:
        """Never one who has answered; to one person two days apart, but for the last day."""
        answered = self.post.answered()
        told: dict[str, datetime] = {}
        for to, sent_at in self.post.reminders():
            # What was just leaving when the answer came could not know of it.
            assert sent_at < answered.get(to, DEADLINE) + timedelta(seconds=5), f"{to} was reminded after its answer"
            if to in told and sent_at < at(41, 0):
                assert sent_at - told[to] >= timedelta(hours=48), f"{to} was reminded twice within two days"
            told[to] = sent_at
        silent = [one.email for one in self.plans if not any(act.what in ANSWERS | LEAVES for act in one.acts)]
        assert silent and set(silent) <= told.keys()

    def close_and_seal(self) -> None:
        self.server.move_clock(DEADLINE + timedelta(seconds=31))
        end = time.monotonic() + 30
        self.open_letter(self.desk)
        while self.desk.page.locator("[aria-current=step]").inner_text().strip() != "closed":
            assert time.monotonic() < end, "the letter does not close"
            time.sleep(0.5)
            self.desk.page.reload()
        self.desk.see("closed")
        self.desk.follow("Seal")
        self.desk.see("seal")
        self.desk.press("Seal the letter, signed by 51 societies")
        prove(self.desk, self.post)
        self.desk.page.wait_for_url("**/documents", timeout=90_000)
        self.desk.see("sealed")
        self.desk.follow("Overview")

    def one_number_stands_everywhere(self, number: int) -> None:
        assert self.signed() == number
        reference = self.desk.page.url.rsplit("/", 1)[-1]
        names = [
            row["society"] for row in csv.DictReader(io.StringIO(self.fetch(f"{reference}/documents/signatories.csv").decode("utf-8-sig")))
        ]
        assert len(names) == len(set(names)) == number
        check_roll(self.fetch(f"{reference}/documents/letter.pdf"), names)
        rows = read_workbook(self.fetch(f"{reference}/roster/list.xlsx"))
        assert len(rows) == 1 + 60 and sum("signed" in row for row in rows) == number
        assert f'"signed": {number}' in self.server.command("letter", "list", "--json")
        self.server.command("verify")

    def fetch(self, path: str) -> bytes:
        answer = self.desk.page.request.get(f"{self.server.base}/letters/{path}")
        assert answer.status == 200, path
        return answer.body()


def found(pattern: str, text: str) -> str:
    match = re.search(pattern, text)
    assert match, f"nothing like {pattern} in: {text[:600]}"
    return match[1]


def make_letter(person: Person) -> None:
    page = person.page
    person.follow("Begin a new letter")
    page.get_by_label("Title", exact=True).fill(TITLE)
    person.fill("Lead society", "The Marrowby Society for Convalescent Medicine")
    person.fill("Address for questions", "office@marrowby.example.org")
    page.get_by_label("Journal", exact=True).fill("The Tarnbeck Journal of Convalescent Medicine")
    person.fill("Addressee", "The Editor-in-Chief")
    page.get_by_label("Citation").fill("Fennimore-Oake IR. The quiet hour. Tarnbeck J Convalesc Med 2026;58(10):701–714.")
    page.get_by_label("Kind of article").fill("trial")
    page.get_by_label("Sign-on closes at").fill(DEADLINE_LOCAL)
    page.get_by_label("Time zone").select_option("Europe/Berlin")
    person.tick("This letter is a demonstration")
    person.fill("Statement", "To the Editor,\n\nWe, the undersigned, ask that the clock of the trial is corrected.")
    person.press("Save the draft")
    assert person.heading == TITLE, person.text


def fill_roster(person: Person) -> None:
    person.follow("Roster")
    person.follow("Import a list")
    person.page.get_by_label("File", exact=True).set_input_files(LIST)
    person.press("Show what would be added")
    assert person.heading == "Match the columns"
    person.see("columns")
    person.press("Show what would be added")
    person.see("list")
    for doubtful in person.page.get_by_label("Looked at").all():
        doubtful.check()
    person.press("Add 60 societies to the roster")


def write_invitation(person: Person) -> None:
    """In the lead society’s own words, looked at as one of sixty will see it."""
    person.follow("Invitations")
    person.follow("Write and preview the invitation")
    person.see("invitation")
    person.fill("Subject", "The quiet hour: does {society} sign?")
    person.press("Save the invitation")
    person.see("invitation-saved")
    person.follow("Overview")


def open_sign_on(person: Person, post: Post) -> None:
    person.follow("Overview")
    person.follow("Open sign-on")
    person.tick("I have read the statement")
    person.press("Freeze the text and invite 60 societies")
    prove(person, post)
    assert "Sign-on is open" in person.text


def prove(person: Person, post: Post) -> None:
    """What cannot be taken back is asked once more, unless somebody has proved a moment ago who they are."""
    if person.heading == "Confirm that it is you":
        person.fill("Code", post.staff_code(COORDINATOR))
        person.press("Confirm and")
