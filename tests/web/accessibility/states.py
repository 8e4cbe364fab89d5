"""Every page in every state that a person can meet: one for each row of the table of access, and those that take a story."""

import hashlib
import io
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zlib import crc32

from pytest import MonkeyPatch
from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from tests import factories, new_texts
from tests.browser import Browser, Page
from tests.factories import ANNA, BRUNO, COORDINATOR, DEADLINE, KEYRING, NOW, SEALABLE
from tests.rendering.test_logo import picture
from tests.rendering.word_files import IMAGE, comment, commented, deleted, inserted, paragraph, run, word_file
from tests.web.matrix import MATRIX
from tests.web.test_access import token_of
from tests.web.world import SIGN, Person, World
from webapp.domain.actor import COMMAND, Actor, ActorKind
from webapp.domain.errors import NotAllowed, RenderingFailed, TookTooLong, TooMany
from webapp.domain.text import Change
from webapp.domain.venue import Limits, Part, Venue, WordLimit
from webapp.jobs import sealing
from webapp.lookup.record import Record
from webapp.persistence.database import DatabaseBusy, transaction
from webapp.persistence.tables import InstallationRow, OutboxRow, SealingRow
from webapp.persistence.tables.message import MessageState
from webapp.services import chosen_venues, dashboard, reference_list, reminders, revisions, sign_on, text_change, texts, venues
from webapp.services.revisions import Declaration
from webapp.settings import LookUp

P = Person
Make = Callable[[World, MonkeyPatch], Page | None]

LIST = """society,contact,email,country
"The International Confederation of Societies, Colleges and Guilds for the Study of Rest",Ida Vale,ida@windlemarsh.example.org,CH
Gullhaven Society,Anna Berg,anna.berg@gmail.com,GB
"""


@dataclass(frozen=True)
class State:
    """`situation` is the kind of state, as the list of kinds in test_states.py knows it."""

    name: str
    situation: str
    make: Make


# The states that a story leads to, in the order of this file.
TOLD: list[State] = []


def state(situation: str) -> Callable[[Make], Make]:
    def keep(make: Make) -> Make:
        TOLD.append(State(make.__name__.replace("_", " "), situation, make))
        return make

    return keep


def _of_the_table(endpoint: str, method: str) -> State:
    row = MATRIX[endpoint, method]
    letter_state, status = row.best_state, row.empty_answer if method == "POST" else row.answer(row.best_state)
    person = next(one for one in (P.ANONYMOUS, P.OWNER, P.REPRESENTATIVE, P.ADMINISTRATOR) if row.lets_in(one))

    def make(world: World, _monkeypatch: MonkeyPatch) -> Page | None:
        # Whoever comes in by a link is in the room of that letter alone.
        browser = anna(world, letter_state) if person is P.REPRESENTATIVE else world.browser(person)
        address = _address(world, endpoint, method, letter_state)
        answer = browser.ask(address, method, data={"csrf_token": token_of(browser)} if method == "POST" else None)
        return Page(answer) if answer.mimetype == "text/html" and answer.status_code not in {302, 303} else None

    situation = "error" if status == 422 else str(status) if status >= 400 else "as it is opened"
    return State(f"{method} {endpoint}", situation, make)


def _address(world: World, endpoint: str, method: str, letter_state: str) -> str:
    rule = next(rule for rule in world.app.url_map.iter_rules(endpoint) if method in (rule.methods or set()))
    values: dict[str, Any] = dict(world.values(letter_state))
    if endpoint.startswith("sign_in."):
        values["token"] = world.sign_in_token()
    return world.app.url_map.bind("localhost").build(endpoint, {name: values[name] for name in rule.arguments}, method=method)


# Fragments that the editor takes in: they are looked at there.
# A mail is looked at in test_mails.py.
FRAGMENTS = {"chosen_venues.meters", "invitations.as_html", "letters.preview", "new_texts.meters", "texts.compare", "texts.preview"}
FRAGMENTS |= {"translations.preview"}


def every_state() -> list[State]:
    return [*(_of_the_table(*one) for one in MATRIX if one[0] not in FRAGMENTS), *TOLD]


def one_for_each(shown: Iterable[tuple[State, Sequence[str]]]) -> set[str]:
    """Names of states that end at every template, and of every kind: for each the one whose name comes first by its checksum, which
    takes pages as they are opened and pages full of trouble alike. The templates of a state stand as they came; the last one is seen."""
    chosen: dict[str, str] = {}
    for one, templates in sorted(shown, key=lambda row: crc32(row[0].name.encode())):
        chosen.setdefault(one.situation, one.name)
        chosen.setdefault(templates[-1], one.name)
    return set(chosen.values())


# Comings and goings


def anna(world: World, state: str = "signing") -> Browser:
    """Anna in the reading room of the letter in this state."""
    browser = Browser(world.app)
    world.open_letter(browser, KEYRING.personal_link(world.values(state)["representative"], 1))
    return browser


def desk(world: World) -> Browser:
    return world.browser(P.COORDINATOR)


def at(world: World, state: str, part: str = "") -> str:
    return f"/letters/{world.facts.letters[state]}{part}"


def room(world: World, part: str = "", state: str = "signing") -> str:
    return f"/room/{world.values(state)['invitation']}{part}"


def typed_in(world: World) -> Browser:
    """Anna has filled in the form to sign, and stands before the code."""
    browser = anna(world)
    browser.get(room(world, "/sign"))
    browser.press("Go on to review", **SIGN)
    return browser


def disown_link(world: World, to: str) -> str:
    """The newest link in this person’s mail by which an answer is disowned."""
    return [match[0] for one in world.mail.messages(to) if (match := re.search(r"https?://\S+/not-us/\S+", one.text))][-1]


def signed(world: World) -> Browser:
    browser = typed_in(world)
    browser.press("Sign for", code=world.mail.code(ANNA))
    return browser


def declined(world: World) -> Browser:
    browser = anna(world)
    browser.get(room(world, "/decline"))
    browser.press("Go on to review", reason="We see it otherwise.", is_authorised="y")
    browser.press("Decline for", code=world.mail.code(ANNA))
    return browser


def conditional(world: World) -> Browser:
    browser = anna(world)
    browser.get(room(world, "/sign-if"))
    browser.press("Go on to review", reason="If the second paragraph goes.", is_authorised="y")
    browser.press("Send the condition of", code=world.mail.code(ANNA))
    return browser


def leaving(world: World, **typed: str) -> Browser:
    """Anna stands before the code with which she hands over."""
    browser = anna(world)
    browser.get(room(world, "/hand-over"))
    browser.press("Go on to review", **{"name": "Otto Lind", "email": "otto@gmail.com", "reason": "I have left the board.", **typed})
    return browser


def said_not_us(world: World) -> Browser:
    browser = anna(world)
    browser.get(room(world, "/not-us"))
    browser.press("Go on to review", which="wrong_person", reason="Ask our secretary.")
    browser.press("Tell the coordinators, and end my link", code=world.mail.code(ANNA))
    return browser


@state("filled")
def review_of_handing_over_to_a_doubtful_address(world: World, _: MonkeyPatch) -> Page:
    return leaving(world).page


@state("success")
def letter_that_is_handed_over(world: World, _: MonkeyPatch) -> Page:
    return leaving(world).press("Hand over to Otto Lind", code=world.mail.code(ANNA))


@state("filled")
def people_of_a_society_that_said_not_us(world: World, _: MonkeyPatch) -> Page:
    said_not_us(world)
    return desk(world).get(at(world, "signing", f"/roster/{world.facts.invitation}/representatives"))


@state("error")
def correction_to_a_doubtful_address(world: World, _: MonkeyPatch) -> Page:
    browser = desk(world)
    browser.get(at(world, "signing", f"/roster/{world.facts.invitation}/representatives/correct"))
    return browser.press("Correct the address", status=422, email="anna@gmail.com")


@state("filled")
def review_of_the_invitations(world: World, _: MonkeyPatch) -> Page:
    browser = desk(world)
    browser.get(at(world, "signing", "/invitations"))
    button = next(one for one in browser.page.all("button") if one.get("name") == "all")
    return browser.press("Send to all 2", all=button.get("value"))


@state("409")
def invitation_that_a_colleague_has_changed_meanwhile(world: World, _: MonkeyPatch) -> Page:
    browser, other = desk(world), world.browser(P.COLLEAGUE)
    browser.get(at(world, "signing", "/invitations/text"))
    other.get(at(world, "signing", "/invitations/text"))
    other.press("Save the invitation", words="Dear {name}")
    return browser.press("Save the invitation", status=409, words="Hello {name}")


# In public


@state("filled")
def review_of_the_publication(world: World, _: MonkeyPatch) -> Page:
    browser = desk(world)
    browser.get(at(world, "closed", "/publication"))
    return browser.press("Go on to review", release_local="2026-03-20T12:00")


@state("success")
def publication_that_is_announced(world: World, _: MonkeyPatch) -> Page:
    browser = desk(world)
    browser.get(at(world, "closed", "/publication"))
    browser.press("Go on to review", release_local="2026-03-20T12:00")
    return browser.press("Make the letter public at that moment")


@state("filled")
def translation_before_it_is_saved(world: World, _: MonkeyPatch) -> Page:
    browser = desk(world)
    browser.get(at(world, "sealed", "/translations/add"))
    return browser.press("Preview without saving", language="fa", title="نامه", body="ما مخالفیم.", preview="1")


@state("filled")
def translation_in_the_room(world: World, _: MonkeyPatch) -> Page:
    return anna(world, "sealed").get(room(world, "/translations/ar", "sealed"))


@state("409")
def translation_that_somebody_else_has_changed_meanwhile(world: World, _: MonkeyPatch) -> Page:
    browser, other = desk(world), world.browser(P.COLLEAGUE)
    address = at(world, "sealed", f"/translations/{world.values('sealed')['translation']}")
    for one in (browser, other):
        one.get(address)
    other.press("Save the translation", title="عنوان آخر")
    return browser.press("Save the translation", status=409, title="عنوان ثالث")


@state("filled")
def share_kit_of_a_public_letter(world: World, _: MonkeyPatch) -> Page:
    return anna(world, "sealed").get(room(world, "/share", "sealed"))


@state("filled")
def signatories_that_were_searched_for(world: World, _: MonkeyPatch) -> Page:
    with Session(world.engine) as session, transaction(session):
        letter = factories.letter_in_signing(session, factories.staff_actor(session), factories.entry(), factories.entry("Fjord", BRUNO))
        for email, name in ((ANNA, "Gullhaven, Society of"), (BRUNO, "Fjord")):
            factories.sign(session, letter, email, printed_name=name)
        factories.publish(session, factories.staff_actor(session), letter)
    return Browser(world.app).get(f"/p/{letter}?q=gull")


# Checking a document


@state("success")
def checked_document_that_is_genuine(world: World, _: MonkeyPatch) -> Page:
    browser = Browser(world.app)
    browser.get("/check")
    return browser.press("Check it", sha256=hashlib.sha256(factories.FAKE_PDF).hexdigest())


@state("filled")
def checked_document_that_is_not_known(world: World, _: MonkeyPatch) -> Page:
    browser = Browser(world.app)
    browser.get("/check")
    return browser.press("Check it", sha256="0" * 64)


# Circulation


@state("filled")
def room_while_a_revision_circulates(world: World, _: MonkeyPatch) -> Page:
    return anna(world, "circulating").page


@state("filled")
def form_to_comment_on_a_passage(world: World, _: MonkeyPatch) -> Page:
    return anna(world, "circulating").get(room(world, "/comment?passage=1", "circulating"))


@state("filled")
def table_of_dispositions_in_the_room(world: World, _: MonkeyPatch) -> Page:
    return anna(world, "circulating").get(room(world, "/dispositions", "circulating"))


@state("filled")
def comments_beside_the_text(world: World, _: MonkeyPatch) -> Page:
    return desk(world).get(at(world, "circulating", "/comments"))


@state("filled")
def table_of_dispositions(world: World, _: MonkeyPatch) -> Page:
    return desk(world).get(at(world, "circulating", "/comments/table"))


@state("filled")
def roster_while_a_revision_circulates(world: World, _: MonkeyPatch) -> Page:
    return desk(world).get(at(world, "circulating", "/roster"))


@state("filled")
def overview_while_a_revision_circulates(world: World, _: MonkeyPatch) -> Page:
    return desk(world).get(at(world, "circulating"))


@state("filled")
def form_to_open_sign_on_with_an_unanswered_comment(world: World, _: MonkeyPatch) -> Page:
    return desk(world).get(at(world, "circulating", "/open"))


@state("filled")
def form_to_open_sign_on_on_a_text_that_has_changed(world: World, _: MonkeyPatch) -> Page:
    with Session(world.engine) as session, transaction(session):
        factories.letter_row(session, world.facts.letters["circulating"]).statement.body += "\nOne more sentence.\n"
    return desk(world).get(at(world, "circulating", "/open"))


@state("error")
def form_to_open_sign_on_undeclared(world: World, _: MonkeyPatch) -> Page:
    form_to_open_sign_on_on_a_text_that_has_changed(world, _)
    browser = desk(world)
    browser.get(at(world, "circulating", "/open"))
    return browser.press("Freeze the text", status=422, is_fit="y")


# Milestones


@state("filled")
def milestones_of_a_letter_that_circulates(world: World, _: MonkeyPatch) -> Page:
    return desk(world).get(at(world, "circulating", "/milestones"))


@state("success")
def milestones_that_do_not_go_together(world: World, _: MonkeyPatch) -> Page:
    browser = desk(world)
    browser.get(at(world, "signing", "/milestones"))
    return browser.press("Keep this day", submission_target="2026-03-10")


@state("error")
def milestones_with_a_day_that_is_none(world: World, _: MonkeyPatch) -> Page:
    browser = desk(world)
    browser.get(at(world, "signing", "/milestones"))
    return browser.press("Keep this day", status=422, submission_target="2026-02-30")


@state("error")
def facts_with_a_deadline_that_is_shown_twice(world: World, _: MonkeyPatch) -> Page:
    browser = desk(world)
    browser.get(at(world, "drafting", "/edit"))
    return browser.press("Save the facts", status=422, deadline_local="2026-10-25T02:30")


@state("filled")
def facts_with_a_deadline_that_was_chosen_of_two(world: World, _: MonkeyPatch) -> Page:
    browser = desk(world)
    browser.get(at(world, "drafting", "/edit"))
    browser.press("Save the facts", status=422, deadline_local="2026-10-25T02:30")
    browser.press("Save the facts", **{"deadline_local-reading": "2026-10-25T02:30:00+01:00"})
    return browser.get(at(world, "drafting", "/edit"))


# The reading room


@state("empty")
def room_with_a_board_date(world: World, _: MonkeyPatch) -> Page:
    browser = anna(world)
    browser.get(room(world, "/board"))
    return browser.press("Tell the coordinator", board_meets_on="2026-03-10")


@state("success")
def room_with_a_board_date_that_is_too_late(world: World, _: MonkeyPatch) -> Page:
    browser = anna(world)
    browser.get(room(world, "/board"))
    return browser.press("Tell the coordinator", board_meets_on="2026-03-30")


@state("filled")
def form_to_sign_with_a_logo_and_a_list_by_country(world: World, _: MonkeyPatch) -> Page:
    browser = desk(world)
    browser.get(at(world, "signing", "/layout"))
    browser.press("Print it so", shows_logos="y", grouping="country")
    browser.get(f"/societies/{world.values('signing')['society']}")
    browser.press("Look at this logo", file=(io.BytesIO(picture()), "logo.png"))
    browser.press("Use this logo")
    return anna(world).get(room(world, "/sign"))


@state("filled")
def list_as_it_would_be_printed(world: World, _: MonkeyPatch) -> Page:
    browser = desk(world)
    browser.get(at(world, "closed", "/layout"))
    return browser.press("See the list first", preview="1", grouping="country", is_lead_first="y")


@state("filled")
def room_after_signing(world: World, _: MonkeyPatch) -> Page:
    return signed(world).get(room(world))


@state("filled")
def room_after_declining(world: World, _: MonkeyPatch) -> Page:
    return declined(world).get(room(world))


@state("filled")
def page_to_disown_an_answer(world: World, _: MonkeyPatch) -> Page:
    signed(world)
    return Browser(world.app).get(disown_link(world, ANNA))


@state("success")
def answer_that_is_disowned(world: World, _: MonkeyPatch) -> Page:
    browser = Browser(world.app)
    signed(world)
    browser.get(disown_link(world, ANNA))
    browser.press("Go on", words="Our board has not met.")
    return browser.press("Dispute the answer", code=world.mail.code(ANNA))


@state("filled")
def page_to_confirm_from_the_official_address(world: World, _: MonkeyPatch) -> Page:
    with Session(world.engine) as session, transaction(session):
        letter = factories.letter_row(session, world.facts.letters["signing"])
        letter.authority_rule = ["official"]
        row = factories.representative(session, letter.reference)
        row.invitation.society.official_address = "office@official.example.org"
    signed(world)
    browser = desk(world)
    browser.get(at(world, "signing", "/authority"))
    browser.follow("Gullhaven, Society of")
    browser.press("Ask the official address to confirm")
    asked = next(one for one in reversed(world.mail.messages("office@official.example.org")) if "/confirm/" in one.text)
    found = re.search(r"https?://\S+/confirm/\S+", asked.text)
    assert found
    return Browser(world.app).get(found[0])


@state("filled")
def disowned_answer_at_the_desk(world: World, monkeypatch: MonkeyPatch) -> Page:
    answer_that_is_disowned(world, monkeypatch)
    browser = desk(world)
    browser.get(at(world, "signing", "/authority"))
    return browser.follow("Gullhaven, Society of")


@state("filled")
def talk_in_the_room(world: World, _: MonkeyPatch) -> Page:
    browser = conditional(world)
    browser.get(room(world, "/talk"))
    return browser.press("Send to the coordinators", words="Would two words do?\n\nWe ask because of our bylaws.")


@state("filled")
def talk_at_the_desk(world: World, monkeypatch: MonkeyPatch) -> Page:
    talk_in_the_room(world, monkeypatch)
    browser = desk(world)
    browser.get(at(world, "signing"))
    browser.follow("would sign on a condition")
    return browser.press("Send to the society", words="They would.")


@state("empty")
def form_to_name_a_condition(world: World, _: MonkeyPatch) -> Page:
    return anna(world).get(room(world, "/sign-if"))


@state("filled")
def room_after_naming_a_condition(world: World, _: MonkeyPatch) -> Page:
    return conditional(world).get(room(world))


@state("success")
def receipt_of_a_condition(world: World, _: MonkeyPatch) -> Page:
    return conditional(world).page


@state("filled")
def review_of_an_abstention(world: World, _: MonkeyPatch) -> Page:
    browser = anna(world)
    browser.get(room(world, "/decline"))
    return browser.press("Go on to review", how="abstain:policy", reason="By our bylaws.", is_authorised="y")


@state("closed")
def room_after_the_deadline(world: World, _: MonkeyPatch) -> Page:
    world.clock.at = DEADLINE
    return anna(world).page


@state("closed")
def room_of_a_sealed_letter(world: World, _: MonkeyPatch) -> Page:
    return anna(world, "sealed").page


# After the seal


def held_open(world: World) -> Browser:
    """The sealed letter is held open, Upland has been asked, and Gullhaven has withdrawn; the coordinator is at the desk."""
    world.clock.at = SEALABLE + timedelta(days=1)
    leaver = anna(world, "sealed")
    leaver.get(room(world, "/withdraw", "sealed"))
    leaver.press("Go on", reason="Our board has changed its mind.")
    leaver.press("Withdraw the answer of", code=world.mail.code(ANNA))
    browser = desk(world)
    browser.get(at(world, "sealed", "/after/open"))
    browser.press("Hold the letter open", deadline_local="2026-04-01T18:00")
    browser.get(at(world, "sealed", "/roster/add"))
    browser.press("Add the society", society="Upland", contact="Iris Ek", email="iris@upland.example.org")
    return browser


@state("filled")
def desk_while_a_sealed_letter_is_held_open(world: World, _: MonkeyPatch) -> Page:
    return held_open(world).get(at(world, "sealed", "/after"))


@state("filled")
def room_of_a_sealed_letter_that_is_held_open(world: World, _: MonkeyPatch) -> Page:
    held_open(world)
    return anna(world, "sealed").page


@state("success")
def desk_after_an_erratum_and_an_edition(world: World, _: MonkeyPatch) -> Page:
    browser = held_open(world)
    browser.get(at(world, "sealed", "/after"))
    browser.press("Issue the erratum about Gullhaven, Society of")
    browser.press("Make an edition as of today")
    world.make_documents()
    return browser.get(at(world, "sealed", "/after"))


@state("filled")
def desk_while_an_edition_is_made(world: World, _: MonkeyPatch) -> Page:
    browser = held_open(world)
    browser.get(at(world, "sealed", "/after"))
    browser.press("Issue the erratum about Gullhaven, Society of")
    return browser.press("Make an edition as of today")


@state("error")
def correction_of_a_printed_name_without_a_reason(world: World, _: MonkeyPatch) -> Page:
    world.clock.at = SEALABLE + timedelta(days=1)
    browser = desk(world)
    browser.get(at(world, "sealed", "/after/correct"))
    browser.follow("Gullhaven, Society of")
    return browser.press("Issue the erratum", status=422, after="Gullhaven Society", reason="")


def changed_text(world: World, *, is_put: bool = True) -> str:
    """A text of the sealed letter that its journal wants changed: where it stands among the letter’s, or the room’s."""
    world.clock.at = new_texts.BEGUN
    with Session(world.engine) as session, transaction(session):
        actor = factories.staff_actor(session)
        begin = new_texts.asking if is_put else new_texts.begin
        return f"/new-texts/{begin(session, actor, world.facts.letters['sealed'])}"


@state("filled")
def changed_text_as_it_is_written(world: World, _: MonkeyPatch) -> Page:
    part = changed_text(world, is_put=False)
    return desk(world).get(at(world, "sealed", part))


@state("error")
def changed_text_put_to_the_signatories_for_an_hour(world: World, _: MonkeyPatch) -> Page:
    part = changed_text(world, is_put=False)
    browser = desk(world)
    browser.get(at(world, "sealed", f"{part}/put"))
    return browser.press("Put it to the signatories", status=422, change="editorial", until="2026-03-15T18:00", is_fit="y")


@state("filled")
def changed_text_before_the_signatories(world: World, _: MonkeyPatch) -> Page:
    part = changed_text(world)
    with Session(world.engine) as session, transaction(session):
        new_texts.objects(session, world.facts.letters["sealed"], part.rpartition("/")[2], ANNA, remark="It says less.")
    return desk(world).get(at(world, "sealed", part))


@state("as it is opened")
def page_to_abandon_a_changed_text(world: World, _: MonkeyPatch) -> Page:
    part = changed_text(world)
    return desk(world).get(at(world, "sealed", f"{part}/abandon"))


@state("filled")
def changed_text_in_the_room(world: World, _: MonkeyPatch) -> Page:
    part = changed_text(world)
    return anna(world, "sealed").get(room(world, part, "sealed"))


@state("error")
def objection_to_a_changed_text_without_who_decided(world: World, _: MonkeyPatch) -> Page:
    part = changed_text(world)
    browser = anna(world, "sealed")
    browser.get(room(world, f"{part}/object", "sealed"))
    return browser.press("Go on to review", status=422, decided_by="")


@state("filled")
def review_of_an_objection_to_a_changed_text(world: World, _: MonkeyPatch) -> Page:
    part = changed_text(world)
    browser = anna(world, "sealed")
    browser.get(room(world, f"{part}/object", "sealed"))
    return browser.press("Go on to review", decided_by="the board", is_authorised="y")


@state("filled")
def round_before_an_answer_as_it_would_be_sent(world: World, _: MonkeyPatch) -> Page:
    browser = desk(world)
    browser.get(at(world, "sealed", "/rounds/new"))
    return browser.press("Look at it first", title="A question", proposal="We reply.", until="2026-03-24T17:00")


def round_that_has_ended(world: World) -> str:
    """In which Anna has spoken twice: its reference."""
    asked = str(world.values("sealed")["asked"])
    browser = anna(world, "sealed")
    for choice in ("yes", "remarks"):
        browser.get(room(world, f"/rounds/{asked}", "sealed"))
        browser.press("Say it for", choice=choice, remarks="One word is wrong.")
    world.clock.at = DEADLINE + timedelta(days=11)
    return asked


@state("error")
def word_in_a_round_without_its_remarks(world: World, _: MonkeyPatch) -> Page:
    browser = anna(world, "sealed")
    browser.follow("Read it, and say yes, no, or what you remark")
    return browser.press("Say it for", status=422, choice="remarks")


@state("closed")
def round_before_an_answer_that_has_ended(world: World, _: MonkeyPatch) -> Page:
    asked = round_that_has_ended(world)
    return desk(world).get(at(world, "sealed", f"/rounds/{asked}"))


@state("closed")
def round_before_an_answer_that_has_ended_in_the_room(world: World, _: MonkeyPatch) -> Page:
    asked = round_that_has_ended(world)
    return anna(world, "sealed").get(room(world, f"/rounds/{asked}", "sealed"))


@state("409")
def end_of_a_round_that_has_ended(world: World, _: MonkeyPatch) -> Page:
    first, second = desk(world), desk(world)
    for browser in (first, second):
        browser.get(at(world, "sealed", f"/rounds/{world.values('sealed')['asked']}"))
    second.press("End the round now")
    return first.press("End the round now", status=409)


@state("closed")
def room_of_a_cancelled_letter(world: World, _: MonkeyPatch) -> Page:
    cancelled(world, _)
    return anna(world).page


@state("empty")
def form_to_replace_an_answer(world: World, _: MonkeyPatch) -> Page:
    browser = signed(world)
    return browser.get(room(world, "/sign"))


@state("error")
def form_to_sign_with_one_thing_missing(world: World, _: MonkeyPatch) -> Page:
    browser = anna(world)
    browser.get(room(world, "/sign"))
    return browser.press("Go on to review", status=422, **{**SIGN, "office": ""})


@state("409")
def form_to_sign_after_a_colleague_has(world: World, _: MonkeyPatch) -> Page:
    browser = anna(world)
    browser.get(room(world, "/sign"))
    bruno = Browser(world.app)
    world.open_letter(bruno, world.mail.link(BRUNO).rpartition("/")[2])
    bruno.get(room(world, "/sign"))
    bruno.press("Go on to review", **SIGN)
    bruno.press("Sign for", code=world.mail.code(BRUNO))
    return browser.press("Go on to review", status=409, **SIGN)


@state("409")
def form_to_sign_an_older_text(world: World, _: MonkeyPatch) -> Page:
    browser = anna(world)
    browser.get(room(world, "/sign"))
    added = "differ\n\n| a | b |\n|---|---|\n| 1 | [2](https://example.org/2) |\n\n1. one\n2. two\n\nWe, the others,"
    with Session(world.engine) as session, transaction(session):
        factories.freeze_another(session, world.facts.letters["signing"], "disagree", added)
    return browser.press("Go on to review", status=409, **SIGN)


@state("409")
def form_to_sign_too_late(world: World, _: MonkeyPatch) -> Page:
    world.clock.at = DEADLINE - timedelta(minutes=5)
    browser = anna(world)
    browser.get(room(world, "/sign"))
    world.clock.at = DEADLINE
    return browser.press("Go on to review", status=409, **SIGN)


@state("409")
def form_to_decline_too_late(world: World, _: MonkeyPatch) -> Page:
    world.clock.at = DEADLINE - timedelta(minutes=5)
    browser = anna(world)
    browser.get(room(world, "/decline"))
    world.clock.at = DEADLINE
    return browser.press("Go on to review", status=409, is_authorised="y")


@state("closed")
def form_to_sign_that_is_opened_too_late(world: World, _: MonkeyPatch) -> Page:
    return anna(world, "closed").get(room(world, "/sign", "closed"))


@state("filled")
def form_to_withdraw(world: World, _: MonkeyPatch) -> Page:
    return signed(world).get(room(world, "/withdraw"))


@state("filled")
def review_of_a_signature(world: World, _: MonkeyPatch) -> Page:
    return typed_in(world).page


@state("success")
def review_with_a_new_code(world: World, _: MonkeyPatch) -> Page:
    return typed_in(world).press("Send a new code")


@state("429")
def review_with_too_many_codes(world: World, _: MonkeyPatch) -> Page:
    browser = typed_in(world)
    for _turn in range(6):
        browser.press("Send a new code")
    assert "flash--error" in browser.page.html
    return browser.page


@state("error")
def review_with_a_wrong_code(world: World, _: MonkeyPatch) -> Page:
    return typed_in(world).press("Sign for", status=422, code="AAAA-AAAA")


@state("409")
def review_that_comes_too_late(world: World, _: MonkeyPatch) -> Page:
    world.clock.at = DEADLINE - timedelta(minutes=5)
    browser = typed_in(world)
    code = world.mail.code(ANNA)
    world.clock.at = DEADLINE
    return browser.press("Sign for", status=409, code=code)


@state("filled")
def review_of_a_refusal(world: World, _: MonkeyPatch) -> Page:
    browser = anna(world)
    browser.get(room(world, "/decline"))
    return browser.press("Go on to review", reason="We see it otherwise.", is_authorised="y")


@state("filled")
def review_of_a_withdrawal(world: World, _: MonkeyPatch) -> Page:
    browser = signed(world)
    browser.get(room(world, "/withdraw"))
    return browser.press("Go on to review")


@state("success")
def receipt_of_a_signature(world: World, _: MonkeyPatch) -> Page:
    return signed(world).page


@state("success")
def receipt_of_a_refusal(world: World, _: MonkeyPatch) -> Page:
    return declined(world).page


@state("success")
def receipt_of_a_withdrawal(world: World, _: MonkeyPatch) -> Page:
    browser = signed(world)
    browser.get(room(world, "/withdraw"))
    browser.press("Go on to review")
    return browser.press("Withdraw the answer of", code=world.mail.code(ANNA))


@state("dead link")
def link_that_is_unknown(world: World, _: MonkeyPatch) -> Page:
    return Browser(world.app).get("/i/lost", status=404)


@state("dead link")
def link_that_was_revoked(world: World, _: MonkeyPatch) -> Page:
    staff = desk(world)
    staff.get(at(world, "signing", "/roster"))
    staff.press("Revoke the link of Anna Berg")
    return Browser(world.app).get(f"/i/{world.facts.anna}", status=404)


@state("success")
def link_asked_for_again(world: World, _: MonkeyPatch) -> Page:
    browser = Browser(world.app)
    browser.get("/i/lost", status=404)
    return browser.press("Send me my link", email=ANNA)


@state("shut room")
def room_that_is_shut(world: World, _: MonkeyPatch) -> Page:
    return Browser(world.app).get(room(world), status=404)


@state("shut room")
def room_that_is_shut_while_somebody_types(world: World, _: MonkeyPatch) -> Page:
    browser = anna(world)
    browser.get(room(world, "/sign"))
    world.clock.move(minutes=61)
    return browser.press("Go on to review", status=404, **SIGN)


# A text that is changed while societies sign


def change_text(world: World, change: str = Change.EDITORIAL) -> None:
    """The revision that waits in the world is put in force."""
    until = datetime(2026, 3, 10, 12) if change == Change.EDITORIAL else None  # noqa: DTZ001 - the wall clock of the letter
    declared = text_change.Declared(change, is_fit=True, object_until=until)
    with Session(world.engine) as session, transaction(session):
        owner = factories.staff_actor(session)
        text_change.change_text(session, owner, world.facts.letters["signing"], declared, now=world.clock.now())


def signed_before_a_change(world: World, change: str = Change.EDITORIAL) -> Browser:
    browser = signed(world)
    change_text(world, change)
    return browser


def objecting(world: World) -> Browser:
    browser = signed_before_a_change(world)
    browser.get(room(world))
    browser.follow("Object to the change")
    browser.press("Go on to review", reason="It is more than a word.")
    return browser


@state("filled")
def room_with_a_change_before_anybody_signed(world: World, _: MonkeyPatch) -> Page:
    change_text(world)
    return anna(world).page


@state("filled")
def room_with_an_editorial_change(world: World, _: MonkeyPatch) -> Page:
    return signed_before_a_change(world).get(room(world))


@state("filled")
def room_with_a_substantive_change(world: World, _: MonkeyPatch) -> Page:
    return signed_before_a_change(world, Change.SUBSTANTIVE).get(room(world))


@state("closed")
def room_in_which_nobody_affirmed(world: World, _: MonkeyPatch) -> Page:
    signed_before_a_change(world, Change.SUBSTANTIVE)
    world.clock.at = DEADLINE
    return anna(world).page


@state("filled")
def objection_that_can_be_made(world: World, _: MonkeyPatch) -> Page:
    signed_before_a_change(world)
    return anna(world).get(room(world, "/object"))


@state("error")
def objection_without_a_word(world: World, _: MonkeyPatch) -> Page:
    browser = signed_before_a_change(world)
    browser.get(room(world, "/object"))
    return browser.press("Go on to review", status=422, reason="")


@state("409")
def objection_that_comes_too_late(world: World, _: MonkeyPatch) -> Page:
    signed_before_a_change(world)
    world.clock.at = datetime(2026, 3, 10, 10, 55, tzinfo=UTC)
    browser = anna(world)
    browser.get(room(world, "/object"))
    world.clock.move(minutes=30)
    return browser.press("Go on to review", status=409, reason="It is more than a word.")


@state("filled")
def review_of_an_objection(world: World, _: MonkeyPatch) -> Page:
    return objecting(world).page


@state("success")
def receipt_of_an_objection(world: World, _: MonkeyPatch) -> Page:
    return objecting(world).press("Object for", code=world.mail.code(ANNA))


@state("closed")
def objection_that_was_made_already(world: World, _: MonkeyPatch) -> Page:
    receipt_of_an_objection(world, _)
    return anna(world).get(room(world, "/object"))


@state("closed")
def receipt_of_a_signature_that_was_not_affirmed(world: World, _: MonkeyPatch) -> Page:
    signed_before_a_change(world, Change.SUBSTANTIVE)
    world.clock.at = DEADLINE
    return anna(world).get(room(world, "/receipt"))


@state("filled")
def form_to_affirm(world: World, _: MonkeyPatch) -> Page:
    return signed_before_a_change(world, Change.SUBSTANTIVE).get(room(world, "/sign"))


@state("filled")
def review_of_what_is_affirmed(world: World, _: MonkeyPatch) -> Page:
    form_to_affirm(world, _)
    browser = anna(world)
    browser.get(room(world, "/sign"))
    return browser.press("Go on and affirm", is_authorised="y")


@state("409")
def form_to_affirm_a_text_that_is_changed_again(world: World, _: MonkeyPatch) -> Page:
    browser = signed_before_a_change(world, Change.SUBSTANTIVE)
    browser.get(room(world, "/sign"))
    with Session(world.engine) as session, transaction(session):
        factories.freeze_another(session, world.facts.letters["signing"], "disagree", "strongly disagree")
    return browser.press("Go on and affirm", status=409, is_authorised="y")


@state("filled")
def change_that_can_be_put_in_force(world: World, _: MonkeyPatch) -> Page:
    signed(world)
    return desk(world).get(at(world, "signing", "/change"))


@state("empty")
def change_without_a_newer_revision(world: World, _: MonkeyPatch) -> Page:
    change_text(world)
    return desk(world).get(at(world, "signing", "/change"))


@state("error")
def change_that_is_not_declared(world: World, _: MonkeyPatch) -> Page:
    browser = desk(world)
    browser.get(at(world, "signing", "/change"))
    return browser.press("in force", status=422, change=Change.EDITORIAL)


@state("403")
def change_that_is_to_be_confirmed(world: World, _: MonkeyPatch) -> Page:
    browser = Browser(world.app)
    world.sign_in(browser, is_proved=False)
    browser.get(at(world, "signing", "/change"))
    return browser.press("in force", status=403, change=Change.SUBSTANTIVE, is_fit="y")


@state("success")
def change_that_is_in_force(world: World, _: MonkeyPatch) -> Page:
    signed(world)
    browser = desk(world)
    browser.get(at(world, "signing", "/change"))
    return browser.press("in force", change=Change.SUBSTANTIVE, is_fit="y")


@state("filled")
def roster_with_one_to_affirm(world: World, _: MonkeyPatch) -> Page:
    signed_before_a_change(world, Change.SUBSTANTIVE)
    return desk(world).get(at(world, "signing", "/roster"))


@state("filled")
def closing_while_one_is_to_affirm(world: World, _: MonkeyPatch) -> Page:
    signed_before_a_change(world, Change.SUBSTANTIVE)
    return desk(world).get(at(world, "signing", "/close"))


@state("filled")
def seal_that_leaves_out_what_was_not_affirmed(world: World, _: MonkeyPatch) -> Page:
    signed_before_a_change(world, Change.SUBSTANTIVE)
    world.clock.at = SEALABLE
    with Session(world.engine) as session, transaction(session):
        sign_on.close_if_due(session, factories.letter_row(session, world.facts.letters["signing"]).id, now=SEALABLE)
    return desk(world).get(at(world, "signing", "/seal"))


# The desk


@state("empty")
def desk_without_letters(world: World, _: MonkeyPatch) -> Page:
    return world.browser(P.STRANGER).get("/letters")


@state("success")
def draft_that_was_saved(world: World, _: MonkeyPatch) -> Page:
    browser = desk(world)
    browser.get(at(world, "drafting", "/edit"))
    return browser.press("Save the facts")


@state("error")
def draft_with_many_things_wrong(world: World, _: MonkeyPatch) -> Page:
    browser = desk(world)
    browser.get(at(world, "drafting", "/edit"))
    wrong = {
        "title": "",
        "contact_email": "nobody",
        "targets-0-citation": "",
        "targets-0-doi": "10.5555/x",
    }
    return browser.press("Save the facts", status=422, **wrong)


@state("error")
def draft_that_somebody_else_changed(world: World, _: MonkeyPatch) -> Page:
    browser = desk(world)
    browser.get(at(world, "drafting", "/edit"))
    return browser.press("Save the facts", status=422, edition="0")


@state("filled")
def overview_of_a_draft(world: World, _: MonkeyPatch) -> Page:
    return desk(world).get(at(world, "drafting"))


@state("closed")
def overview_of_a_closed_letter(world: World, _: MonkeyPatch) -> Page:
    return desk(world).get(at(world, "closed"))


@state("closed")
def overview_of_a_sealed_letter(world: World, _: MonkeyPatch) -> Page:
    return desk(world).get(at(world, "sealed"))


@state("closed")
def overview_of_a_submitted_letter(world: World, _: MonkeyPatch) -> Page:
    return desk(world).get(at(world, "submitted"))


@state("filled")
def overview_with_a_sign_on(world: World, _: MonkeyPatch) -> Page:
    signed(world)
    world.clock.move(days=2)
    return desk(world).get(at(world, "signing"))


def asked_to_confirm(world: World) -> Browser:
    browser = Browser(world.app)
    world.sign_in(browser, is_proved=False)
    browser.get(at(world, "signing", "/cancel"))
    browser.press("Cancel this letter for good", status=403, reason="The article was retracted.")
    return browser


@state("403")
def act_that_is_to_be_confirmed(world: World, _: MonkeyPatch) -> Page:
    return asked_to_confirm(world).page


@state("error")
def act_that_is_confirmed_with_a_wrong_code(world: World, _: MonkeyPatch) -> Page:
    return asked_to_confirm(world).press("Confirm and cancel the letter", status=422, proof_code="0000-0000")


@state("empty")
def proof_without_a_code(world: World, _: MonkeyPatch) -> Page:
    return asked_to_confirm(world).press("Confirm and", status=422, proof_code="")


@state("429")
def act_that_is_confirmed_with_too_many_codes(world: World, _: MonkeyPatch) -> Page:
    browser = asked_to_confirm(world)
    for _code in range(4):
        browser.press("Send a new code", status=403, another_code="1")
    return browser.press("Send a new code", status=429, another_code="1")


@state("filled")
def people_as_a_reader_sees_them(world: World, _: MonkeyPatch) -> Page:
    return world.browser(P.READER).get(at(world, "signing", "/people"))


@state("filled")
def overview_as_a_reader_sees_it(world: World, _: MonkeyPatch) -> Page:
    return world.browser(P.READER).get(at(world, "closed"))


@state("filled")
def stays_in_two_browsers(world: World, _: MonkeyPatch) -> Page:
    desk(world)
    return desk(world).get("/stays")


@state("success")
def cancelled(world: World, _: MonkeyPatch) -> Page:
    browser = desk(world)
    browser.get(at(world, "signing", "/cancel"))
    return browser.press("Cancel this letter for good", reason="The article was retracted.")


@state("closed")
def course_that_is_ended(world: World, _: MonkeyPatch) -> Page:
    browser = desk(world)
    browser.get(at(world, "submitted", "/submissions"))
    browser.press("End the course of this letter", reason="Nobody answers.")
    return browser.get(submission(world))


@state("empty")
def course_that_has_not_begun(world: World, _: MonkeyPatch) -> Page:
    return desk(world).get(at(world, "sealed", "/submissions"))


@state("success")
def course_with_a_step_that_was_corrected(world: World, _: MonkeyPatch) -> Page:
    world.clock.at = SEALABLE
    browser = desk(world)
    browser.get(submission(world))
    browser.press("Note this", kind="acknowledged", note="By mail.")
    browser.press("Note this", kind="declined", note="By mail.")
    browser.follow("Correct the step “Declined by the journal”")
    return browser.press("Correct the step", reason="That was another letter.")


@state("filled")
def articles_with_their_fates_and_a_day_that_is_overdue(world: World, _: MonkeyPatch) -> Page:
    world.clock.at = SEALABLE + timedelta(days=90)
    browser = desk(world)
    browser.get(at(world, "submitted", "/articles/1/fate"))
    return browser.press("Note what became of it", kind="retraction", link="10.1234/jim.9")


# What was written to the journal, and what came back


@state("error")
def item_of_the_correspondence_that_says_nothing(world: World, _: MonkeyPatch) -> Page:
    browser = desk(world)
    browser.get(at(world, "submitted", "/correspondence/new"))
    browser.press("Look at it first")
    return browser.press("Keep it", status=422, act="keep")


@state("filled")
def correspondence_in_the_room(world: World, _: MonkeyPatch) -> Page:
    browser = desk(world)
    browser.get(at(world, "submitted", f"/correspondence/{world.values('submitted')['item']}/release"))
    browser.press("Release it", audience="signatories", summary="The journal has it.", shows_text="y")
    return anna(world, "submitted").get(room(world, "/correspondence", "submitted"))


@state("success")
def room_of_a_society_that_wants_news(world: World, _: MonkeyPatch) -> Page:
    browser = anna(world, "submitted")
    browser.get(room(world, "/correspondence", "submitted"))
    return browser.press("Send me news of this letter")


@state("filled")
def news_as_it_would_be_sent(world: World, _: MonkeyPatch) -> Page:
    browser = desk(world)
    browser.get(at(world, "submitted", "/news"))
    browser.follow("Tell the signatories")
    said = "The letter was submitted.\n\nWe tell you what comes of it."
    return browser.press("Look at it first", subject="It is at the journal", words=said)


@state("error")
def news_without_words(world: World, _: MonkeyPatch) -> Page:
    browser = desk(world)
    browser.get(at(world, "submitted", "/news"))
    browser.follow("Tell the signatories")
    return browser.press("Look at it first", status=422, act="look")


@state("filled")
def correction_of_what_became_of_an_article(world: World, _: MonkeyPatch) -> Page:
    articles_with_their_fates_and_a_day_that_is_overdue(world, _)
    browser = desk(world)
    browser.get(at(world, "submitted", "/submissions"))
    return browser.follow("Correct “")


def submission(world: World) -> str:
    return at(world, "submitted", f"/submissions/{world.values('submitted')['submission']}")


@state("filled")
def roster_with_an_answer(world: World, _: MonkeyPatch) -> Page:
    signed(world)
    return desk(world).get(at(world, "signing", "/roster"))


@state("filled")
def roster_with_a_board_date(world: World, _: MonkeyPatch) -> Page:
    room_with_a_board_date(world, _)
    return desk(world).get(at(world, "signing", "/roster"))


@state("filled")
def words_for_several_societies(world: World, _: MonkeyPatch) -> Page:
    browser = desk(world)
    browser.get(at(world, "signing", "/roster"))
    return browser.press("Write to them", act="write", all="1")


@state("filled")
def several_societies_to_be_taken_off(world: World, _: MonkeyPatch) -> Page:
    browser = desk(world)
    browser.get(at(world, "drafting", "/roster"))
    return browser.press("Take them off the list", act="remove", all="1")


@state("filled")
def roster_of_a_draft(world: World, _: MonkeyPatch) -> Page:
    return desk(world).get(at(world, "drafting", "/roster"))


@state("empty")
def roster_in_which_nothing_fits(world: World, _: MonkeyPatch) -> Page:
    return desk(world).get(at(world, "signing", "/roster") + "?q=nobody")


@state("empty")
def roster_without_societies(world: World, _: MonkeyPatch) -> Page:
    return desk(world).get(at_empty_letter(world) + "/roster")


def at_empty_letter(world: World) -> str:
    with Session(world.engine) as session, transaction(session):
        owner = Actor(ActorKind.STAFF, factories.staff_actor(session).reference)
        reference = factories.letters.create_letter(
            session, owner, factories.prepared(title="A letter to nobody", deadline_local=None), now=world.clock.now()
        )
    return f"/letters/{reference}"


@state("success")
def roster_with_one_society_more(world: World, _: MonkeyPatch) -> Page:
    browser = desk(world)
    browser.get(at(world, "drafting", "/roster/add"))
    return browser.press("Add the society", society="Gullhaven Society", contact="Otto Lind", email="otto@gmail.com", country="DE")


@state("filled")
def list_with_doubts(world: World, _: MonkeyPatch) -> Page:
    browser = desk(world)
    browser.get(at(world, "drafting", "/roster/import"))
    return browser.press("Show what would be added", pasted=LIST)


@state("filled")
def logo_to_be_looked_at(world: World, _: MonkeyPatch) -> Page:
    browser = desk(world)
    browser.get(f"/societies/{world.values('drafting')['society']}")
    browser.press("Look at this logo", file=(io.BytesIO(picture()), "logo.png"))
    browser.press("Use this logo")
    return browser.press("Look at this logo", file=(io.BytesIO(picture(size=(90, 30))), "logo.png"))


@state("filled")
def society_with_its_logo(world: World, _: MonkeyPatch) -> Page:
    browser = desk(world)
    browser.get(f"/societies/{world.values('drafting')['society']}")
    browser.press("Look at this logo", file=(io.BytesIO(picture()), "logo.png"))
    browser.press("Use this logo")
    browser.follow("Change the entry")
    contact = {"contacts-0-person": "Otto Lind", "contacts-0-email": "otto@gullhaven.example.org"}
    known = {"printed_name": "Gullhaven Society", "reason": "Its office asked.", "domains": "gullhaven.example.org"}
    return browser.press("Save the entry", **contact, **known)


@state("filled")
def list_with_columns_to_match(world: World, _: MonkeyPatch) -> Page:
    browser = desk(world)
    browser.get(at(world, "drafting", "/roster/import"))
    return browser.press("Show what would be added", pasted=LIST.replace("contact", "who"))


@state("error")
def list_with_mistakes(world: World, _: MonkeyPatch) -> Page:
    browser = desk(world)
    browser.get(at(world, "drafting", "/roster/import"))
    return browser.press("Show what would be added", status=422, pasted=LIST.replace("ida@windlemarsh", "ida at windlemarsh"))


@state("error")
def list_that_is_none(world: World, _: MonkeyPatch) -> Page:
    browser = desk(world)
    browser.get(at(world, "drafting", "/roster/import"))
    return browser.press("Show what would be added", status=422, pasted="no list")


@state("empty")
def opening_of_a_letter_that_is_not_complete(world: World, _: MonkeyPatch) -> Page:
    return desk(world).get(at_empty_letter(world) + "/open")


@state("filled")
def closing_when_all_have_answered(world: World, _: MonkeyPatch) -> Page:
    signed(world)
    return desk(world).get(at(world, "signing", "/close"))


@state("filled")
def seal_that_can_be_set(world: World, _: MonkeyPatch) -> Page:
    world.clock.at = SEALABLE
    return desk(world).get(at(world, "closed", "/seal"))


@state("closed")
def seal_that_comes_too_early(world: World, _: MonkeyPatch) -> Page:
    return desk(world).get(at(world, "signing", "/seal"))


@state("error")
def seal_that_no_press_could_make(world: World, monkeypatch: MonkeyPatch) -> Page:
    world.clock.at = SEALABLE
    browser = desk(world)
    browser.get(at(world, "closed", "/seal"))
    browser.press("Seal the letter")
    monkeypatch.setattr(sealing, "make_document", _raising(RenderingFailed("The document could not be made.")))
    world.make_documents()
    return browser.get(at(world, "closed", "/seal"))


@state("filled")
def seal_that_is_being_made(world: World, _: MonkeyPatch) -> Page:
    world.clock.at = SEALABLE
    browser = desk(world)
    browser.get(at(world, "closed", "/seal"))
    browser.press("Seal the letter")
    with Session(world.engine) as session, transaction(session):
        row = session.scalars(select(SealingRow)).one()
        row.step, row.steps, row.steps_done = "Making: The letter (PDF)", 8, 2
    return browser.get(at(world, "closed", "/seal"))


@state("filled")
def documents_of_a_sealed_letter(world: World, _: MonkeyPatch) -> Page:
    return desk(world).get(at(world, "sealed", "/documents"))


@state("error")
def record_whose_chain_is_broken(world: World, _: MonkeyPatch) -> Page:
    with world.engine.begin() as connection:
        for trigger in connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).scalars().all():
            connection.execute(text(f"DROP TRIGGER {trigger}"))
        connection.execute(text("UPDATE event SET hash = 'x' || substr(hash, 2)"))
    return desk(world).get(at(world, "signing", "/record"))


@state("empty")
def mailbox_in_which_nothing_fits(world: World, _: MonkeyPatch) -> Page:
    return desk(world).get("/mailbox?q=nobody")


@state("filled")
def mailbox_that_is_full(world: World, _: MonkeyPatch) -> Page:
    signed(world)
    return desk(world).get("/mailbox")


@state("filled")
def mail_with_a_code(world: World, _: MonkeyPatch) -> Page:
    typed_in(world)
    world.mail.deliver()
    browser = desk(world)
    browser.get("/mailbox")
    return browser.follow("is your code")


# Coming in


@state("success")
def sign_in_link_sent(world: World, _: MonkeyPatch) -> Page:
    browser = Browser(world.app)
    browser.get("/sign-in")
    return browser.press("Send me a link", email="somebody@example.org")


def with_mailed_link(world: World) -> Browser:
    """Another browser than the one that asked, at the page of a link."""
    asked, other = Browser(world.app), Browser(world.app)
    asked.get("/sign-in")
    asked.press("Send me a link", email=COORDINATOR)
    other.get(world.mail.link(COORDINATOR))
    return other


@state("as it is opened")
def sign_in_link_in_another_browser(world: World, _: MonkeyPatch) -> Page:
    return with_mailed_link(world).page


@state("error")
def sign_in_link_with_a_wrong_address(world: World, _: MonkeyPatch) -> Page:
    return with_mailed_link(world).press("Sign in", status=422, email="somebody@example.org")


@state("dead link")
def sign_in_link_that_is_dead(world: World, _: MonkeyPatch) -> Page:
    return Browser(world.app).get("/sign-in/lost", status=404)


@state("success")
def front_after_signing_out(world: World, _: MonkeyPatch) -> Page:
    browser = desk(world)
    browser.get("/letters")
    return browser.press("Sign out")


@state("403")
def desk_that_is_shut_while_somebody_types(world: World, _: MonkeyPatch) -> Page:
    browser = desk(world)
    browser.get("/letters/new")
    world.clock.move(minutes=61)
    return browser.press("Save the draft", status=403, title="A title that took an hour", statement="Line\n" * 20)


# A second look at the new deadline


@state("filled")
def review_of_a_later_deadline(world: World, _: MonkeyPatch) -> Page:
    browser = desk(world)
    browser.get(at(world, "signing", "/deadline"))
    return browser.press("Go on to review", deadline_local="2026-03-20T17:00")


@state("filled")
def review_of_a_deadline_after_the_day_of_submission(world: World, _: MonkeyPatch) -> Page:
    with Session(world.engine) as session, transaction(session):
        factories.letter_row(session, world.facts.letters["signing"]).submission_target = NOW.date()
    return review_of_a_later_deadline(world, _)


@state("error")
def deadline_that_is_not_later(world: World, _: MonkeyPatch) -> Page:
    browser = desk(world)
    browser.get(at(world, "signing", "/deadline"))
    return browser.press("Go on to review", status=422, deadline_local="2026-03-13T17:00")


# An installation that is stopped


def _stopped(world: World, **columns: datetime) -> None:
    with Session(world.engine) as session, transaction(session):
        row = session.scalars(select(InstallationRow)).one()
        row.reason = "It was restored from a backup."
        for name, value in columns.items():
            setattr(row, name, value)


@state("closed")
def desk_of_an_installation_that_can_only_be_read(world: World, _: MonkeyPatch) -> Page:
    browser = desk(world)
    _stopped(world, read_only_since=NOW, mail_held_since=NOW)
    return browser.get("/letters")


@state("closed")
def room_of_an_installation_that_can_only_be_read(world: World, _: MonkeyPatch) -> Page:
    browser = anna(world)
    _stopped(world, read_only_since=NOW, mail_held_since=NOW)
    return browser.get(room(world))


@state("503")
def answer_that_an_installation_cannot_take_for_now(world: World, _: MonkeyPatch) -> Page:
    browser = anna(world)
    browser.get(room(world, "/sign"))
    _stopped(world, read_only_since=NOW, mail_held_since=NOW)
    return browser.press("Go on to review", status=503, **SIGN)


@state("filled")
def desk_of_an_installation_whose_mail_is_held(world: World, _: MonkeyPatch) -> Page:
    browser = desk(world)
    _stopped(world, mail_held_since=NOW)
    return browser.get("/letters")


@state("filled")
def answer_whose_code_cannot_leave(world: World, _: MonkeyPatch) -> Page:
    browser = anna(world)
    _stopped(world, mail_held_since=NOW)
    browser.get(room(world, "/sign"))
    return browser.press("Go on to review", **SIGN)


@state("403")
def proof_whose_code_cannot_leave(world: World, _: MonkeyPatch) -> Page:
    _stopped(world, mail_held_since=NOW)
    return asked_to_confirm(world).page


# What goes wrong


def _raising(error: Exception) -> Callable[..., Any]:
    def fail(*_: object, **__: object) -> Any:
        raise error

    return fail


def _broken(world: World, monkeypatch: MonkeyPatch, error: Exception, status: int) -> Page:
    browser = desk(world)
    monkeypatch.setattr(dashboard, "list_letters", _raising(error))
    return browser.get("/letters", status=status)


@state("400")
def page_that_has_grown_too_old(world: World, _: MonkeyPatch) -> Page:
    return Browser(world.app).post("/sign-in", {"email": ANNA}, status=400)


@state("403")
def request_that_another_site_caused(world: World, _: MonkeyPatch) -> Page:
    answer = Browser(world.app).ask("/sign-in", "POST", data={"email": ANNA}, headers={"Sec-Fetch-Site": "cross-site"})
    return Page(answer)


@state("403")
def act_that_is_not_ones_own(world: World, monkeypatch: MonkeyPatch) -> Page:
    return _broken(world, monkeypatch, NotAllowed("Only an owner of the letter can do that."), 403)


@state("404")
def address_that_leads_nowhere(world: World, _: MonkeyPatch) -> Page:
    return Browser(world.app).get("/nowhere", status=404)


@state("405")
def address_that_takes_no_such_request(world: World, _: MonkeyPatch) -> Page:
    return Page(Browser(world.app).ask("/link", "GET"))


@state("413")
def file_that_is_too_large(world: World, _: MonkeyPatch) -> Page:
    return Page(Browser(world.app).ask("/sign-in", "POST", data={"email": "x" * 7_000_000}))


@state("429")
def request_too_often(world: World, monkeypatch: MonkeyPatch) -> Page:
    return _broken(world, monkeypatch, TooMany("That was asked too often. Please wait an hour."), 429)


@state("500")
def fault_of_the_software(world: World, monkeypatch: MonkeyPatch) -> Page:
    return _broken(world, monkeypatch, RuntimeError("boom"), 500)


@state("503")
def database_that_is_busy(world: World, monkeypatch: MonkeyPatch) -> Page:
    return _broken(world, monkeypatch, DatabaseBusy("busy"), 503)


@state("503")
def request_that_took_too_long(world: World, monkeypatch: MonkeyPatch) -> Page:
    return _broken(world, monkeypatch, TookTooLong("That took too long, and nothing was stored. Send it again."), 503)


# Revisions


def revised(world: World) -> Browser:
    """A coordinator whose letter in drafting has two revisions, and has gone on since in all of its texts."""
    with Session(world.engine) as session, transaction(session):
        reference = world.facts.letters["drafting"]
        letter = factories.letter_row(session, reference)
        revisions.make_revision(session, COMMAND, reference, Declaration("What the board saw"), now=NOW)
        letter.statement.body = letter.statement.body.replace("We, the undersigned,", "1. We, the undersigned societies,\n2. all of us")
        revisions.make_revision(session, COMMAND, reference, Declaration("Who we are", "substantive"), now=NOW)
        letter.statement.body += "\n\n| a | b |\n|---|---|\n| 1 | [2](https://example.org/2) |\n"
        texts.remove_short_form(session, COMMAND, reference, letter.texts[-1].reference, letter.texts[-1].edition, now=NOW)
        texts.add_short_form(session, COMMAND, reference, "For another journal", now=NOW)
    return desk(world)


@state("filled")
def short_form_before_it_is_removed(world: World, _: MonkeyPatch) -> Page:
    browser = desk(world)
    browser.get(at(world, "drafting", f"/texts/{world.values('drafting')['text']}"))
    return browser.follow("Remove this short form")


@state("error")
def short_form_that_was_edited_before_it_could_be_removed(world: World, _: MonkeyPatch) -> Page:
    browser, address = desk(world), at(world, "drafting", f"/texts/{world.values('drafting')['text']}")
    browser.get(address)
    browser.press("Save the text", body="Cut to what the journal takes.")
    browser.get(f"{address}/remove")
    return browser.press("Remove this short form", status=409, edition="1")


@state("filled")
def revisions_of_a_draft(world: World, _: MonkeyPatch) -> Page:
    return revised(world).get(at(world, "drafting", "/revisions"))


@state("empty")
def revisions_where_there_is_none(world: World, _: MonkeyPatch) -> Page:
    return desk(world).get(at(world, "drafting", "/revisions"))


@state("filled")
def revision_with_a_short_form(world: World, _: MonkeyPatch) -> Page:
    return revised(world).get(at(world, "drafting", "/revisions/2"))


@state("filled")
def revisions_compared(world: World, _: MonkeyPatch) -> Page:
    return revised(world).get(at(world, "drafting", "/revisions/compare") + "?old=1&new=0")


@state("filled")
def revision_with_what_changed_before_it(world: World, _: MonkeyPatch) -> Page:
    return revised(world).get(at(world, "drafting", "/revisions/new"))


@state("error")
def revision_that_cites_nothing(world: World, _: MonkeyPatch) -> Page:
    browser = revised(world)
    with Session(world.engine) as session, transaction(session):
        factories.letter_row(session, world.facts.letters["drafting"]).statement.body += " As shown [@nobody2026]."
    browser.get(at(world, "drafting", "/revisions/new"))
    return browser.press("Make revision 3", status=422, note="A citation", change="editorial")


@state("closed")
def revision_where_nothing_has_changed(world: World, _: MonkeyPatch) -> Page:
    browser = desk(world)
    browser.get(at(world, "drafting", "/revisions/new"))
    browser.press("Make revision 1", note="The first")
    return browser.get(at(world, "drafting", "/revisions/new"))


@state("409")
def revision_of_what_has_changed_since_it_was_shown(world: World, _: MonkeyPatch) -> Page:
    browser = desk(world)
    browser.get(at(world, "drafting", "/revisions/new"))
    with Session(world.engine) as session, transaction(session):
        factories.letter_row(session, world.facts.letters["drafting"]).statement.body += " And more."
    return browser.press("Make revision 1", status=409, note="The first")


# Venues


@state("filled")
def venues_with_limits_crossed_and_a_window(world: World, _: MonkeyPatch) -> Page:
    with Session(world.engine) as session, transaction(session):
        narrow = Limits(words=WordLimit(9, leaves_out=frozenset({Part.REFERENCES})), references=0, tables=0)
        slug = venues.add_venue(session, COMMAND, Venue("", "Journal of Ferns", "letter", narrow, note="By mail."), now=NOW)
        letter = world.facts.letters["drafting"]
        text = factories.letter_row(session, letter).statement.reference
        for one in (slug, "science-advances-eletter", "jama-letter"):
            chosen_venues.choose_venue(session, COMMAND, letter, text, one, now=NOW)
    browser = desk(world)
    browser.get(at(world, "drafting", "/venues"))
    return browser.press("Keep this day", window_starts_on="2025-09-20")


@state("filled")
def venue_that_was_corrected(world: World, _: MonkeyPatch) -> Page:
    browser = world.browser(P.ADMINISTRATOR)
    browser.get("/venues/jhop-letter/correct")
    return browser.press("Keep what I have read", words="450", references="0")


@state("error")
def venue_with_a_contradiction(world: World, _: MonkeyPatch) -> Page:
    browser = world.browser(P.ADMINISTRATOR)
    browser.get("/venues/jama-letter/correct")
    return browser.press("Keep what I have read", status=422, words="450", counts=["title"], leaves_out=["title"], references="many")


# References

BROUGHT = """@article{vale2026, title={A quiet hour}, author={Vale, A}, year=2026, volume=7}
@book{mine, title={A quiet hour}, author={Vale, A}, year=2026}
"""
MESSY = """@article{fern2020, title={Ferns in the shade}, author={Fern, Ada and {Society of Ferns}}, year=2020, doi={10.5555/fern.1}}
@article{fern2020again, title={Ferns in the shade}, author={Fern, Ada}, year=2020, doi={10.5555/fern.1}}
@book{undated, title={A book of mosses}, author={Moss, B}, doi={mosses}}
"""


@state("filled")
def references_with_much_to_look_at(world: World, _: MonkeyPatch) -> Page:
    with Session(world.engine) as session, transaction(session):
        letter = world.facts.letters["drafting"]
        planned = reference_list.plan(factories.letter_row(session, letter).references, MESSY)
        reference_list.import_references(session, COMMAND, letter, planned, 1, with_doubles=True, now=NOW)
        text = factories.letter_row(session, letter).statement
        texts.write_text(session, COMMAND, letter, text.reference, "As shown [@fern2020; @gone2019].", text.edition, now=NOW)
        work = {"title": "Ferns", "author": [{"family": "Fern"}], "DOI": "10.5555/fern.1"}
        record = Record(work, ("It was retracted on 5 March 2025, see 10.5555/fern.9",), is_retracted=True, source="Crossref")
        reference_list.keep_records(session, {"10.5555/fern.1": record}, now=NOW)
    return desk(world).get(at(world, "drafting", "/references"))


@state("error")
def references_that_cannot_be_read(world: World, _: MonkeyPatch) -> Page:
    browser = desk(world)
    browser.get(at(world, "drafting", "/references/import"))
    return browser.press("Show what would change", status=422, references_typed="@book{a, year=2020}\n@book{b, title={B\n")


@state("filled")
def references_before_they_are_stored(world: World, _: MonkeyPatch) -> Page:
    browser = desk(world)
    browser.get(at(world, "drafting", "/references/import"))
    return browser.press("Show what would change", references_typed=MESSY + BROUGHT)


@state("error")
def reference_that_cannot_be_taken(world: World, _: MonkeyPatch) -> Page:
    browser = desk(world)
    browser.get(at(world, "drafting", "/references/add"))
    return browser.press("Store the reference", status=422, authors="Society of Ferns", doi="ferns")


@state("409")
def reference_that_another_has_changed(world: World, _: MonkeyPatch) -> Page:
    browser, other = desk(world), world.browser(P.DRAFTER)
    for one in (browser, other):
        one.get(at(world, "drafting", "/references/vale2026/edit"))
    other.press("Store the reference", title="Another quiet hour")
    return browser.press("Store the reference", status=409, title="A quiet afternoon")


@state("filled")
def reference_that_was_looked_up(world: World, monkeypatch: MonkeyPatch) -> Page:
    work = {"type": "article-journal", "title": "Ferns", "author": [{"family": "Fern", "given": "A"}], "DOI": "10.5555/fern.1"}
    record = Record(work, ("It was corrected in 2025, see 10.5555/fern.9",), is_retracted=False, source="Crossref")
    monkeypatch.setattr(reference_list, "look_up", lambda *_parts: record)
    monkeypatch.setitem(world.app.config, "UNDERSIGNED", replace(world.app.config["UNDERSIGNED"], look_up=LookUp("office@example.org")))
    browser = desk(world)
    browser.get(at(world, "drafting", "/references/add"))
    return browser.press("Fill in from Crossref", doi="10.5555/fern.1", look_up="1")


# Texts


@state("409")
def text_that_two_people_have_changed(world: World, _: MonkeyPatch) -> Page:
    known = world.values("drafting")
    mine, other = desk(world), world.browser(P.DRAFTER)
    for browser in (mine, other):
        browser.get(at(world, "drafting", f"/texts/{known['text']}"))
    other.press("Save the text", body="We disagree strongly.")
    return mine.press("Save the text", status=409, body="We do not agree.")


# Word files


def _upload(world: World, file: bytes, *, status: int = 200) -> Page:
    browser = desk(world)
    with Session(world.engine) as session:
        text = factories.letter_row(session, world.facts.letters["drafting"]).statement.reference
    browser.get(at(world, "drafting", f"/texts/{text}/import"))
    return browser.press("Show what it would bring", status=status, file=(io.BytesIO(file), "letter.docx"))


@state("filled")
def word_file_with_changes_and_comments(world: World, _: MonkeyPatch) -> Page:
    words = [run("It was tw"), deleted("o"), inserted("elve"), run(" years "), commented(1, run("of care")), run(".")]
    heading = paragraph(run("The point"), style="Heading1")
    return _upload(world, word_file(heading, paragraph(*words), paragraph(run("More."), IMAGE), comments=comment(1, "Too soft.")))


@state("error")
def word_file_that_is_none(world: World, _: MonkeyPatch) -> Page:
    return _upload(world, b"%PDF-1.7", status=422)


# Reminders


@state("filled")
def reminders_ahead_held_back_stopped_and_sent(world: World, _: MonkeyPatch) -> Page:
    letter = world.facts.letters["signing"]
    with Session(world.engine) as session, transaction(session):
        session.execute(update(OutboxRow).values(state=MessageState.SENT, sent_at=NOW))
        reminders.put_due(session, factories.letter_row(session, letter).id, now=datetime(2026, 3, 7, 8, 0, tzinfo=UTC))
        session.execute(update(OutboxRow).values(state=MessageState.SENT, sent_at=NOW))
        factories.representative(session, letter, ANNA).reminders_stopped_at = NOW
    browser = desk(world)
    browser.get(at(world, "signing", "/reminders"))
    return browser.press("This one, Bruno Wirth")


@state("filled")
def reminders_of_a_society_that_are_held_back(world: World, _: MonkeyPatch) -> Page:
    browser = desk(world)
    browser.get(at(world, "signing", "/reminders"))
    return browser.press("All to this society")


@state("error")
def plan_of_reminders_that_cannot_be_taken(world: World, _: MonkeyPatch) -> Page:
    browser = desk(world)
    browser.get(at(world, "signing", "/reminders/plan"))
    return browser.press("Keep this plan", status=422, days_before="soon", kinds=["silent"])


@state("success")
def reminders_that_were_stopped(world: World, _: MonkeyPatch) -> Page:
    browser, address = Browser(world.app), f"/stop/{KEYRING.stop_link(world.facts.representative, 1)}"
    browser.ask(address, "POST", data={"List-Unsubscribe": "One-Click"})
    return browser.get(address)


@state("error")
def code_that_stops_reminders(world: World, _: MonkeyPatch) -> Page:
    browser = Browser(world.app)
    browser.get(f"/stop/{KEYRING.stop_link(world.facts.representative, 1)}")
    browser.press("Mail me the code", word="reminders")
    return browser.press("Stop the reminders", status=422, code="0000-0000")
