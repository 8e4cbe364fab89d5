"""One letter from the draft to the journal through the real server: its forms, its mails and its codes, nothing behind its back."""

import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import groupby
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from tests.browser import Page
from webapp.domain.deadline import show_date
from webapp.domain.wording import count_phrase

from .client import HttpBrowser
from .server import Server
from .stories import Story

Say = Callable[[str], None]

# Secretaries see to such letters now and then: what boards have decided is answered on the next of these days.
# The last answer in the last hour, so that the coordinator is still signed in at the deadline.
_ANSWERED_BEFORE_DEADLINE = (timedelta(days=12), timedelta(days=5), timedelta(minutes=30))
_MAIL_TAKES = 60.0
_FOR_THE_DESK = "is your code for the desk"
_CODE = re.compile(r"\b[0-9A-Z]{4}-[0-9A-Z]{4}\b")


@dataclass(frozen=True)
class Outcome:
    """What the walk leaves, and what the pages said on the way."""

    letter: str
    files: Path
    words: int
    requests: int
    sha256_on_page: str
    pdf_from_page: bytes
    signed_on_index: str
    signed_on_dashboard: str
    names_on_seal_page: tuple[str, ...]
    listed: str
    """What `undersigned letter list --json` prints."""


@dataclass
class Post:
    """Everybody’s mail about one letter, read from the mailbox page as a signed-in coordinator; each message is read once."""

    desk: HttpBrowser
    title: str
    read: set[str] = field(default_factory=set)

    def text(self, to: str, words: str) -> str:
        """The newest unread message to this address whose subject holds the words, as soon as it has arrived."""
        end = time.monotonic() + _MAIL_TAKES
        while time.monotonic() < end:
            self.desk.get(f"/mailbox?{urlencode({'q': to})}")
            unread = [address for address in self._about(words) if address not in self.read]
            if unread:
                self.read.add(unread[0])
                self.desk.get(unread[0])
                return self.desk.page.words(self.desk.page.all("pre")[0])
            time.sleep(0.1)
        raise AssertionError(f"no mail “{words}” for {to} within {_MAIL_TAKES:.0f} seconds")

    def _about(self, words: str) -> list[str]:
        page = self.desk.page
        return [e.get("href") or "" for e in page.all("a") if words in page.words(e) and f"“{self.title}”" in page.words(e)]

    def link(self, to: str) -> str:
        found = re.search(r"https?://\S+/i/\S+", self.text(to, "Will "))
        assert found, f"no link in the mail to {to}"
        return found[0]

    def code(self, to: str) -> str:
        found = _CODE.search(self.text(to, "is your code for"))
        assert found, f"no code in the mail to {to}"
        return found[0]

    def staff_code(self) -> str:
        """The newest unread code for the desk, as soon as it has arrived."""
        end = time.monotonic() + _MAIL_TAKES
        while time.monotonic() < end:
            unread = [one for one in self._staff_codes() if one[0] not in self.read]
            if unread:
                self.read.add(unread[0][0])
                return unread[0][1]
            time.sleep(0.1)
        raise AssertionError(f"no code for the desk within {_MAIL_TAKES:.0f} seconds")

    def forget_staff_codes(self) -> None:
        """Those that are there already were meant for other acts."""
        shown = self.desk.page
        self.read.update(address for address, _code in self._staff_codes())
        self.desk.page = shown

    def _staff_codes(self) -> list[tuple[str, str]]:
        page = self.desk.get(f"/mailbox?{urlencode({'q': _FOR_THE_DESK})}")
        found = [(e.get("href") or "", _CODE.search(page.words(e))) for e in page.all("a") if _FOR_THE_DESK in page.words(e)]
        return [(address, code[0]) for address, code in found if code]

    def wait_for_invitations(self, count: int) -> None:
        end = time.monotonic() + _MAIL_TAKES
        while self.desk.get("/mailbox") and (arrived := len(self._about("Will "))) < count:
            assert time.monotonic() < end, f"only {arrived} invitations have arrived"
            time.sleep(0.2)


@dataclass
class Walk:
    server: Server
    story: Story
    say: Say
    desk: HttpBrowser
    letter: str = ""
    words: int = 0
    requests: int = 0

    def __post_init__(self) -> None:
        self.post = Post(self.desk, self.story.letter["title"])

    @property
    def noun(self) -> str:
        return str(self.story.letter["collective_noun"])

    def sign_in(self) -> None:
        """Again where a tick that had read the clock before it was moved ends what then seems to have begun in the future."""
        for _ in range(3):
            self.desk.get(self.server.sign_in_address())
            if self.desk.press("Sign in").heading == "Letters":
                return
        raise AssertionError(f"nobody is signed in: {self.desk.page.text}")

    def make_letter(self) -> None:
        self.desk.get("/letters")
        self.desk.follow("Begin a new letter")
        self.desk.press("Preview without saving", **_draft(self.story), preview="1")
        self.words = int(_found(r"([\d,]+) words, references not counted", self.desk.page.text).replace(",", ""))
        self.desk.press("Save the draft")
        assert self.desk.page.heading == self.story.letter["title"]
        self.letter = self.desk.page.link("Roster").split("/")[2]
        self.say(f"the letter is typed in: {self.words:,} words, {self.story.statement.count('[@')} places that cite")

    def fill_roster(self) -> None:
        self.desk.follow("Roster")
        self.desk.follow("Import a list")
        self.desk.press("Show what would be added", file=("roster.csv", self.story.roster))
        rows = len(self.desk.page.all("tr")) - 1
        doubtful = [e.get("value") for e in self.desk.page.all("input") if e.get("name") == "seen"]
        self.desk.press(f"Add {count_phrase(rows, self.noun)} to the roster", seen=doubtful)
        assert rows == len(self.story.answers)
        self.say(f"{count_phrase(rows, self.noun)} on the roster, seen in the preview first")

    def open_sign_on(self) -> None:
        self.desk.get(f"/letters/{self.letter}")
        self.desk.follow("Open sign-on")
        self.press_and_prove("Freeze the text and invite", is_fit="y")
        self.post.wait_for_invitations(len(self.story.answers))
        self.say(f"sign-on is open, and {len(self.story.answers)} invitations have arrived")

    def answer(self) -> None:
        """Every society at its time; those of one time type first, and then enter the codes that have come."""
        links = {email: self.post.link(email) for email in self.story.answers}
        deciding = sorted((email for email in links if self.story.answers[email]["kind"] != "silent"), key=self._answers_at)
        for moment, emails in groupby(deciding, key=self._answers_at):
            self.server.move_clock(moment)
            self.sign_in()
            self._answer_together({email: links[email] for email in emails}, moment)
        silent = [email for email in links if self.story.answers[email]["kind"] == "silent"]
        self.say(f"{len(silent)} of {len(links)} {self.noun} {'stays' if len(silent) == 1 else 'stay'} silent")

    def _answers_at(self, email: str) -> datetime:
        moments = [self.story.deadline - before for before in _ANSWERED_BEFORE_DEADLINE]
        return next(moment for moment in moments if moment.date() >= self.story.decided_on(email))

    def _answer_together(self, links: dict[str, str], moment: datetime) -> None:
        rooms = {email: HttpBrowser(self.server.base) for email in links}
        for email, room in rooms.items():
            self._type_answer(room, email, links[email])
        for email, room in rooms.items():
            kind = self.story.answers[email]["kind"]
            room.press(_ACT[kind], code=self.post.code(email))
            assert room.page.heading.endswith(_DONE[kind]), room.page.heading
        self.requests += sum(room.requests for room in rooms.values())
        kinds = [self.story.answers[email]["kind"] for email in links]
        declined = f", {kinds.count('decline')} declined" if "decline" in kinds else ""
        self.say(f"{show_date(moment.date())}: {kinds.count('sign')} signed{declined}")

    def _type_answer(self, room: HttpBrowser, email: str, link: str) -> None:
        answer = self.story.answers[email]
        room.get(link)
        room.press("Open the letter")
        if answer["kind"] == "decline":
            room.follow("We will not sign")
            room.press("Go on to review", reason=answer["reason"], is_authorised="y")
            return
        room.follow("Sign now for")
        typed = {name: answer[name] for name in ("officer", "office", "decided_by", "competing_interests", "mandate")}
        decided_on = self.story.decided_on(email).isoformat()
        room.press("Go on to review", **typed, decided_on=decided_on, consent_to_print="y", is_authorised="y")

    def close(self) -> None:
        self.server.move_clock(self.story.deadline + timedelta(seconds=1))
        end = time.monotonic() + _MAIL_TAKES
        while (state := _state(self.desk.get(f"/letters/{self.letter}"))) != "closed":
            assert time.monotonic() < end, f"the letter does not close: {self.desk.page.text}"
            if not state:
                self.sign_in()
            time.sleep(0.2)
        self.say("the deadline has passed, and the letter is closed")

    def seal(self) -> tuple[str, ...]:
        self.server.move_clock(self.story.deadline + timedelta(seconds=31))
        self.desk.get(f"/letters/{self.letter}/seal")
        page = self.desk.page
        names = tuple(page.words(e) for e in page.all("p") if e.get("class") == "signatory__name")
        began = time.monotonic()
        self.press_and_prove(f"Seal the letter, signed by {count_phrase(len(names), self.noun)}")
        end = time.monotonic() + _MAIL_TAKES
        while self.desk.get(f"/letters/{self.letter}/seal").heading != "Documents":
            assert time.monotonic() < end, f"the documents are not made: {self.desk.page.text}"
            time.sleep(0.2)
        self.say(f"sealed with {len(names)} signatories, in {time.monotonic() - began:.1f} s")
        return names

    def press_and_prove(self, button: str, **typed: str) -> None:
        """What cannot be taken back is asked once more, and done with the code that has come; not again for a quarter of an hour."""
        self.post.forget_staff_codes()
        asked = self.desk.press(button, status=(200, 403), **typed)
        if asked.status == 200:
            return
        code = self.post.staff_code()
        self.desk.page = asked
        self.desk.press("Confirm and", proof_code=code)

    def submit(self) -> None:
        self.desk.get(f"/letters/{self.letter}/submissions/new")
        self.desk.press("Record the submission", route="rapid_response", manuscript_number="REHEARSAL-1")
        self.desk.press("Note this", kind="acknowledged", note="Acknowledged by return of mail.")
        self.say(f"submitted to {self.story.letter['journal']}, and acknowledged")


_ACT = {"sign": "Sign for", "decline": "Decline for"}
_DONE = {"sign": "has signed", "decline": "has declined"}


def carry(server: Server, story: Story, out: Path, say: Say) -> Outcome:
    """The whole course. Leaves letter.pdf, signatories.csv and signatories.json in `out`."""
    walk = Walk(server, story, say, HttpBrowser(server.base))
    walk.sign_in()
    walk.make_letter()
    walk.fill_roster()
    walk.open_sign_on()
    walk.answer()
    walk.close()
    names = walk.seal()
    walk.submit()
    _export(server, walk.letter, out)
    return _outcome(walk, names, out)


def _export(server: Server, letter: str, out: Path) -> None:
    kinds = (option for kind in ("letter", "signatories-csv", "signatories-json") for option in ("--kind", kind))
    server.command("letter", "export", letter, "--out", str(out), *kinds)
    (out / f"letter-{letter}.pdf").replace(out / "letter.pdf")


def _outcome(walk: Walk, names: tuple[str, ...], out: Path) -> Outcome:
    desk = walk.desk
    index = desk.get("/letters").text
    dashboard = desk.get(f"/letters/{walk.letter}")
    return Outcome(
        letter=walk.letter,
        files=out,
        words=walk.words,
        requests=walk.requests + desk.requests,
        sha256_on_page=_found(r"SHA-256 of the sealed PDF ([0-9a-f]{64})", dashboard.text),
        pdf_from_page=desk.download(f"/letters/{walk.letter}/documents/letter.pdf").data,
        signed_on_index=_found(rf"{re.escape(walk.story.letter['title'])} .*?(\d+ of \d+) signed", index),
        signed_on_dashboard=next(dashboard.words(e) for e in dashboard.all("span") if e.get("class") == "count__number"),
        names_on_seal_page=names,
        listed=walk.server.command("letter", "list", "--json"),
    )


def _draft(story: Story) -> dict[str, Any]:
    """The letter’s form as it is typed."""
    facts = story.letter
    plain = {name: facts[name] for name in ("title", "lead_society", "contact_email", "collective_noun", "ask", "journal")}
    rows: dict[str, Any] = {}
    for number, target in enumerate(facts["targets"]):
        names = {"role": "role", "citation": "citation", "doi": "doi", "published": "published_on"}
        rows |= {f"targets-{number}-{name}": target[known] for known, name in names.items()}
    for number, author in enumerate(facts["authors"]):
        names = {"name": "full_name", "affiliation": "affiliation", "orcid": "orcid", "competing_interests": "competing_interests"}
        rows |= {f"authors-{number}-{name}": author[known] for known, name in names.items()}
        rows |= {f"authors-{number}-is_corresponding": "y"} if author["is_corresponding"] else {}
    return {
        **plain,
        **rows,
        "addressee": "\n".join(facts["addressee"]),
        "statement": story.statement,
        "references_typed": story.references,
        "deadline_local": story.deadline_local.isoformat(timespec="minutes"),
        "deadline_zone": story.zone,
        "is_demonstration": "y",
    }


def _state(page: Page) -> str:
    """The step of the course at which the letter’s own page says it is; empty where this is another page."""
    return next((page.words(e) for e in page.all("li") if e.get("aria-current") == "step"), "")


def _found(pattern: str, text: str) -> str:
    match = re.search(pattern, text)
    assert match, f"nothing like {pattern} in: {text[:600]}"
    return match[1]
