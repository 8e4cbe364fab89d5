"""One deadline is the same on pages, in the mail, in the PDF and in the calendar file, on the days on which clocks change (F11, R10)."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any

import pytest
from pypdf import PdfReader
from sqlalchemy.orm import Session

from tests import factories
from tests.browser import Browser
from tests.calendar_reader import events_of
from tests.counts import IS_ASSURE, times
from tests.factories import ANNA, letter_in_signing, staff_actor
from tests.web.world import Person, World
from webapp.domain import deadline
from webapp.domain.document import LetterDocument
from webapp.persistence.database import transaction
from webapp.rendering.letter import letter_html
from webapp.rendering.pdf import letter_pdf
from webapp.services import calendar_files, dashboard, documents, mail_facts, milestones, rooms, seal

BERLIN, NEW_YORK, AUCKLAND = "Europe/Berlin", "America/New_York", "Pacific/Auckland"
LORD_HOWE, KATHMANDU = "Australia/Lord_Howe", "Asia/Kathmandu"

# Read off the rules of each zone: what is typed, with its distance from UTC where it comes twice, and what must stand everywhere.
INSTANTS: dict[str, list[tuple[str, str]]] = {
    BERLIN: [
        ("2026-03-29T01:59", "29 March 2026, 01:59 Europe/Berlin (00:59 UTC)"),
        ("2026-03-29T03:00", "29 March 2026, 03:00 Europe/Berlin (01:00 UTC)"),
        ("2026-10-25T01:59", "25 October 2026, 01:59 Europe/Berlin (24 October 2026, 23:59 UTC)"),
        ("2026-10-25T02:00+02:00", "25 October 2026, 02:00 Europe/Berlin (00:00 UTC)"),
        ("2026-10-25T02:59+02:00", "25 October 2026, 02:59 Europe/Berlin (00:59 UTC)"),
        ("2026-10-25T02:00+01:00", "25 October 2026, 02:00 Europe/Berlin (01:00 UTC)"),
        ("2026-10-25T02:59+01:00", "25 October 2026, 02:59 Europe/Berlin (01:59 UTC)"),
        ("2026-10-25T03:00", "25 October 2026, 03:00 Europe/Berlin (02:00 UTC)"),
    ],
    NEW_YORK: [
        ("2026-03-08T01:59", "8 March 2026, 01:59 America/New_York (06:59 UTC)"),
        ("2026-03-08T03:00", "8 March 2026, 03:00 America/New_York (07:00 UTC)"),
        ("2026-11-01T00:59", "1 November 2026, 00:59 America/New_York (04:59 UTC)"),
        ("2026-11-01T01:00-04:00", "1 November 2026, 01:00 America/New_York (05:00 UTC)"),
        ("2026-11-01T01:59-04:00", "1 November 2026, 01:59 America/New_York (05:59 UTC)"),
        ("2026-11-01T01:00-05:00", "1 November 2026, 01:00 America/New_York (06:00 UTC)"),
        ("2026-11-01T01:59-05:00", "1 November 2026, 01:59 America/New_York (06:59 UTC)"),
        ("2026-11-01T02:00", "1 November 2026, 02:00 America/New_York (07:00 UTC)"),
    ],
    AUCKLAND: [
        ("2026-04-05T01:59", "5 April 2026, 01:59 Pacific/Auckland (4 April 2026, 12:59 UTC)"),
        ("2026-04-05T02:00+13:00", "5 April 2026, 02:00 Pacific/Auckland (4 April 2026, 13:00 UTC)"),
        ("2026-04-05T02:59+13:00", "5 April 2026, 02:59 Pacific/Auckland (4 April 2026, 13:59 UTC)"),
        ("2026-04-05T02:00+12:00", "5 April 2026, 02:00 Pacific/Auckland (4 April 2026, 14:00 UTC)"),
        ("2026-04-05T02:59+12:00", "5 April 2026, 02:59 Pacific/Auckland (4 April 2026, 14:59 UTC)"),
        ("2026-04-05T03:00", "5 April 2026, 03:00 Pacific/Auckland (4 April 2026, 15:00 UTC)"),
        ("2026-09-27T01:59", "27 September 2026, 01:59 Pacific/Auckland (26 September 2026, 13:59 UTC)"),
        ("2026-09-27T03:00", "27 September 2026, 03:00 Pacific/Auckland (26 September 2026, 14:00 UTC)"),
    ],
    LORD_HOWE: [
        ("2026-04-05T01:29", "5 April 2026, 01:29 Australia/Lord_Howe (4 April 2026, 14:29 UTC)"),
        ("2026-04-05T01:30+11:00", "5 April 2026, 01:30 Australia/Lord_Howe (4 April 2026, 14:30 UTC)"),
        ("2026-04-05T01:59+11:00", "5 April 2026, 01:59 Australia/Lord_Howe (4 April 2026, 14:59 UTC)"),
        ("2026-04-05T01:30+10:30", "5 April 2026, 01:30 Australia/Lord_Howe (4 April 2026, 15:00 UTC)"),
        ("2026-04-05T01:59+10:30", "5 April 2026, 01:59 Australia/Lord_Howe (4 April 2026, 15:29 UTC)"),
        ("2026-04-05T02:00", "5 April 2026, 02:00 Australia/Lord_Howe (4 April 2026, 15:30 UTC)"),
        ("2026-10-04T01:59", "4 October 2026, 01:59 Australia/Lord_Howe (3 October 2026, 15:29 UTC)"),
        ("2026-10-04T02:30", "4 October 2026, 02:30 Australia/Lord_Howe (3 October 2026, 15:30 UTC)"),
    ],
    KATHMANDU: [
        ("2026-03-29T02:30", "29 March 2026, 02:30 Asia/Kathmandu (28 March 2026, 20:45 UTC)"),
        ("2026-04-05T01:30", "5 April 2026, 01:30 Asia/Kathmandu (4 April 2026, 19:45 UTC)"),
        ("2026-10-25T02:30", "25 October 2026, 02:30 Asia/Kathmandu (24 October 2026, 20:45 UTC)"),
        ("2026-12-31T23:59", "31 December 2026, 23:59 Asia/Kathmandu (18:14 UTC)"),
        ("2027-01-01T00:00", "1 January 2027, 00:00 Asia/Kathmandu (31 December 2026, 18:15 UTC)"),
        ("2027-01-01T05:44", "1 January 2027, 05:44 Asia/Kathmandu (31 December 2026, 23:59 UTC)"),
        ("2027-01-01T05:45", "1 January 2027, 05:45 Asia/Kathmandu (00:00 UTC)"),
        ("2028-02-29T12:00", "29 February 2028, 12:00 Asia/Kathmandu (06:15 UTC)"),
    ],
}
# A PDF takes a second; the page that is printed is looked at each time.
PRINTED = times(8)


@dataclass(frozen=True)
class Announced:
    """A letter that is open, and how its deadline must read."""

    letter: str
    shown: str

    @property
    def instant(self) -> datetime:
        """Read off the words, by nothing of the program."""
        words = re.fullmatch(r"(.*?), .* \((?:(.*), )?(..:..) UTC\)", self.shown)
        assert words
        return datetime.strptime(f"{words[2] or words[1]} {words[3]}", "%d %B %Y %H:%M").replace(tzinfo=UTC)


def announce(world: World, zone: str, typed: str, shown: str) -> Announced:
    with Session(world.engine) as session, transaction(session):
        local = datetime.fromisoformat(typed)
        facts: dict[str, Any] = {"deadline_local": local, "deadline_zone": zone, "submission_target": None}
        return Announced(letter_in_signing(session, staff_actor(session), title=f"A letter until {typed}", **facts), shown)


def where_it_differs(world: World, desk: Browser, one: Announced, *, prints: bool = False) -> set[str]:
    """The places that show another deadline, or none."""
    with Session(world.engine) as session:
        link = factories.personal_link(session, one.letter)
    anna, message = Browser(world.app), next(row for row in reversed(world.mail.messages(ANNA)) if link in row.text)
    world.open_letter(anna, link)
    paper = _paper(world, one)
    places = {
        # The milestones stand on the front page too.
        "desk": desk.get(f"/letters/{one.letter}").text.partition(" Milestones ")[0],
        "milestones": desk.get(f"/letters/{one.letter}/milestones").text,
        "room": anna.page.text,
        "mail": message.text,
        "mail as a page": message.html,
        "paper": letter_html(paper),
        "PDF": PdfReader(BytesIO(letter_pdf(paper))).pages[0].extract_text() if prints else one.shown,
    }
    differing = {place for place, text in places.items() if one.shown not in " ".join(text.split())}
    files = {"file of the room": anna.ask(anna.page.link("all dates")).data, "file of the mail": message.calendar.encode()}
    for place, content in files.items():
        [event] = [event for event in events_of(content).values() if "Sign-on deadline" in event.text("SUMMARY")]
        if event.start != one.instant or one.shown not in event.text("DESCRIPTION"):
            differing.add(place)
    return differing


def _paper(world: World, one: Announced) -> LetterDocument:
    with Session(world.engine) as session:
        return seal.draft_document(session, staff_actor(session), one.letter, now=world.clock.now())


@pytest.mark.parametrize("zone", INSTANTS)
def test_f11_deadline_is_the_same_in_page_mail_pdf_and_calendar(world: World, zone: str) -> None:
    desk = world.browser(Person.COORDINATOR)
    # Every second one by itself, and among them the one that is printed.
    for number, (typed, shown) in list(enumerate(INSTANTS[zone]))[:: 1 if IS_ASSURE else 2]:
        one = announce(world, zone, typed, shown)
        # The third of each zone is near a change of its clocks, so the one that is printed is no easy one.
        prints = (number + 6) % 8 < PRINTED
        assert where_it_differs(world, desk, one, prints=prints) == set(), shown


def test_f11_every_zone_has_eight_instants_and_none_twice() -> None:
    assert [len(set(rows)) for rows in INSTANTS.values()] == [8] * 5


def _an_hour_off(instant: datetime, zone: str) -> deadline.ShownInstant:
    return deadline.show_instant(instant + timedelta(hours=1), zone)


BROKEN: list[tuple[Any, set[str]]] = [
    (dashboard, {"desk"}),
    (rooms, {"room"}),
    (milestones, {"milestones"}),
    (mail_facts, {"mail", "mail as a page"}),
    (documents, {"paper"}),
    (calendar_files, {"file of the room", "file of the mail"}),
]


@pytest.mark.parametrize(("module", "places"), BROKEN, ids=[row[0].__name__.rpartition(".")[2] for row in BROKEN])
def test_f11_place_that_is_an_hour_off_is_found(world: World, monkeypatch: pytest.MonkeyPatch, module: Any, places: set[str]) -> None:
    """The negative control, for each place by itself."""
    desk = world.browser(Person.COORDINATOR)
    one = announce(world, BERLIN, *INSTANTS[BERLIN][5])
    monkeypatch.setattr(module, "show_instant", _an_hour_off)
    found = where_it_differs(world, desk, one)
    assert found == places


def test_r10_final_document_says_no_deadline(world: World) -> None:
    with Session(world.engine) as session:
        actor = staff_actor(session)
        closed = seal.draft_document(session, actor, world.facts.letters["closed"], now=world.clock.now())
        sealed = seal.current_document(session, actor, world.facts.letters["sealed"], now=world.clock.now())
    assert (closed.sign_on_closes, sealed.sign_on_closes) == ("", "")
    assert "Sign-on closes" not in letter_html(sealed)
