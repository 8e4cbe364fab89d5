"""The list of states is complete: every page, every template, every kind of trouble; and every title tells the page (WCAG 2.4.2)."""

import re
from collections import defaultdict
from dataclasses import dataclass

import pytest
from werkzeug.wrappers import Response

from tests.browser import Page
from tests.web.accessibility.made import Pages
from tests.web.accessibility.reviewed import REVIEWED
from tests.web.accessibility.states import FRAGMENTS, State, every_state, one_for_each
from tests.web.matrix import MATRIX, routes
from tests.web.world import World
from webapp.rendering.environment import TEMPLATES

STATES = every_state()
SITUATIONS = {
    *("as it is opened", "empty", "filled", "error", "success", "closed", "dead link", "shut room"),
    *("400", "403", "404", "405", "409", "413", "429", "500", "503"),
}
# Templates that are no page of ours: parts of pages, mails, and what goes into a PDF or into the editor.
PARTS = ("components/", "layouts/", "email/")
NO_PAGES = {"documents/letter.html", "documents/signatories.html", "documents/words.html", "letters/preview.html"}
NO_PAGES |= {"chosen_venues/meters.html", "documents/dispositions.html", "documents/redline.html"}
NO_PAGES |= {f"documents/{name}.html" for name in ("addendum", "checking", "edition", "erratum", "later", "page", "warming")}
# Stands in the page of the seal, which is seen while it is made.
NO_PAGES |= {"documents/making.html"}
# What is said where no page can be made any more; test_pages.py looks at the file itself.
NO_PAGES |= {"errors/bare.html"}
# What a person's data is asked for with, so that the browser can fill it in (WCAG 1.3.5).
AUTOCOMPLETE = {
    "code": "one-time-code",
    "officer": "name",
    "office": "organization-title",
    "printed_name": "organization",
    "contact_email": "email",
}


@dataclass(frozen=True)
class Seen:
    state: State
    page: Page
    templates: list[str]

    @property
    def title(self) -> str:
        return self.page.words(self.page.all("title")[0])


@pytest.fixture(scope="module")
def seen(pages: Pages) -> list[Seen]:
    """Every page in every state, with the templates that made it."""
    made = zip(STATES, pages.of_all(STATES), strict=True)
    return [Seen(one, Page(Response(page.html, page.status)), page.templates) for one, page in made if page.html]


def test_every_route_that_answers_with_a_page_is_in_the_list(lasting: World) -> None:
    listed = {one.name for one in STATES}
    assert {f"{method} {endpoint}" for endpoint, method in routes(lasting.app) if endpoint not in FRAGMENTS} <= listed
    assert {f"{method} {endpoint}" for endpoint, method in MATRIX if endpoint not in FRAGMENTS} <= listed
    assert len({one.name for one in STATES}) == len(STATES)


def test_every_template_of_a_page_is_seen(seen: list[Seen]) -> None:
    shown = {name for one in seen for name in one.templates}
    pages = {path.relative_to(TEMPLATES).as_posix() for path in TEMPLATES.rglob("*.html")}
    assert {name for name in pages if not name.startswith(PARTS)} - NO_PAGES - shown == set()


def test_states_that_are_always_looked_at_show_every_template_and_every_kind(seen: list[Seen]) -> None:
    """They are a part, chosen by no order of the list; with the control, that one less would not do."""
    always = one_for_each([(one.state, one.templates) for one in seen])
    assert len(always) < len(seen) / 2
    assert shown_by(seen, always) == shown_by(seen, {one.state.name for one in seen})
    mailbox = {one.state.name for one in seen if one.templates[-1] == "mailbox/index.html"}
    assert "mailbox/index.html" not in shown_by(seen, always - mailbox)


def shown_by(seen: list[Seen], names: set[str]) -> set[str]:
    return {what for one in seen if one.state.name in names for what in (one.templates[-1], one.state.situation)}


def test_every_kind_of_state_is_seen_and_has_its_status(seen: list[Seen]) -> None:
    assert {one.state.situation for one in seen} == SITUATIONS
    wrong = {
        one.state.name: one.page.status for one in seen if one.state.situation.isdecimal() and one.page.status != int(one.state.situation)
    }
    # A code asked for too often is refused on the page of the review, to which the refusal leads.
    assert wrong == {"review with too many codes": 200}


def test_every_form_is_seen_refused(seen: list[Seen]) -> None:
    refusing = {endpoint for (endpoint, method), row in MATRIX.items() if method == "POST" and row.empty_answer == 422}
    refused = {one.state.name.removeprefix("POST ") for one in seen if one.page.status == 422}
    assert refusing <= refused


def test_title_begins_with_the_number_of_errors_and_the_heading(seen: list[Seen]) -> None:
    for one in seen:
        boxes = [element for element in one.page.root.iter() if element.get("data-error-summary") is not None]
        count = sum(1 for box in boxes for element in box.iter() if element.tag == "li")
        words = one.title
        if count:
            prefix = f"{count} error{'' if count == 1 else 's'} – "
            assert words.startswith(prefix), f"{one.state.name}: “{words}”"
            words = words.removeprefix(prefix)
        assert re.sub(r"^(\d+ errors? – |Not stored – )", "", words).startswith(one.page.heading), f"{one.state.name}: “{one.title}”"


def test_two_pages_never_have_one_title(seen: list[Seen]) -> None:
    templates = defaultdict(set)
    for one in seen:
        templates[re.sub(r"^(\d+ errors? – |Not stored – )", "", one.title)] |= set(one.templates[-1:])
    assert {title: names for title, names in templates.items() if len(names) > 1} == {}


def test_fields_about_the_reader_can_be_filled_in_by_the_browser(seen: list[Seen]) -> None:
    found = defaultdict(set)
    for one in seen:
        for element in one.page.all("input"):
            name = element.get("name") or ""
            # The desk corrects a society's name for it, keeps the directory, and records what came from others.
            is_of_another = any(part in one.state.name for part in ("correct_name", "societies.", "recorded."))
            if one.page.status < 400 and not is_of_another and (name in AUTOCOMPLETE or element.get("type") == "email"):
                found[name].add(element.get("autocomplete"))
    wanted = {**{name: {kind} for name, kind in AUTOCOMPLETE.items()}, "email": {"email"}}
    assert {name: kinds for name, kinds in found.items() if kinds != wanted.get(name)} == {}
    assert found.keys() >= AUTOCOMPLETE.keys()


def test_code_is_one_field_that_takes_a_paste(seen: list[Seen]) -> None:
    asking = [one for one in seen if any(e.get("autocomplete") == "one-time-code" for e in one.page.all("input"))]
    assert len(asking) >= 5
    for one in asking:
        fields = [e for e in one.page.all("input") if e.get("autocomplete") == "one-time-code"]
        assert len(fields) == 1 and int(fields[0].get("maxlength") or 40) >= 9, one.state.name
        assert fields[0].get("onpaste") is None


def test_language_is_named_and_help_stands_first_in_the_foot(seen: list[Seen]) -> None:
    for one in seen:
        is_public = one.templates[-1].startswith(("public/", "embed/"))
        # What strangers read is in the language of the letter; every other page is in English.
        assert one.page.all("html")[0].get("lang") == ("en-GB" if is_public else "en")
        if one.templates[-1].startswith("embed/"):
            # In the frame of another site, whose foot it has.
            continue
        foot = one.page.all("footer")[0]
        texts = [one.page.words(child) for child in foot]
        questions = [place for place, words in enumerate(texts) if words.startswith("Questions?")]
        assert questions in ([], [0]), one.state.name
        assert [e.get("href") for e in foot.iter() if e.tag == "a"][-1] == "/accessibility", one.state.name
    letters = [
        element for one in seen for element in one.page.root.iter() if element.get("class") == "letter-text" and element.get("id") is None
    ]
    assert letters and all(element.get("lang") for element in letters)


def test_every_reviewed_exception_says_why() -> None:
    assert all(len(reason.split()) >= 12 for reason in REVIEWED.values())
