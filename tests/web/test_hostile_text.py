"""Hostile text goes into every field, and then every page, file, list and mail that it goes to is asked for (`bar.md` T34 to T44)."""

import io
import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any
from zlib import crc32

import pikepdf
import pytest
from jinja2 import ChoiceLoader, DictLoader
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from tests import factories
from tests.browser import Browser, Page
from tests.cli.conftest import command_in
from tests.counts import IS_ASSURE, times
from tests.factories import FAKE_PDF, SEALABLE
from tests.hostile.canary import Canary, listening
from tests.hostile.checks import (
    XLSX,
    csv_problems,
    html_problems,
    line_problems,
    pdf_problems,
    text_in,
    word_problems,
    workbook_cells,
    workbook_problems,
)
from tests.hostile.letters import HostileLetters
from tests.hostile.words import BLOCKS, LINES, expected, statement
from tests.rendering.pdf_text import squeezed, text_of
from tests.rendering.word_files import comment, commented, inserted, paragraph, run, word_file
from tests.rendering.word_files import field as word_field
from tests.web.conftest import Seeded
from tests.web.matrix import MATRIX
from tests.web.test_access import token_of
from tests.web.world import ACCOUNTS, Person, World
from webapp.persistence.database import transaction
from webapp.rendering import cited, spreadsheet, text
from webapp.rendering.pdf import letter_pdf
from webapp.services.documents import letter_document

pytestmark = pytest.mark.enable_socket

# Ten different dealings under `make assure`; by itself one, in which each line goes into twenty fields.
DEALS = range(0, len(LINES), len(LINES) // times(10))
BASE = "http://127.0.0.1:8000"
# A PDF takes its second, and differs little from state to state.
PRINTED = {"documents.draft": {"drafting", "signing", "cancelled"}, "revisions.compare_pdf": {"circulating"}, "documents.file": set()}
# Read letter by letter in more than one state. Of every other page of a letter `make test` asks for every second state, dealt in turn.
READ = {"texts.edit", "revisions.show", "rooms.read"}
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@dataclass
class Site:
    """A world in which five letters are hostile from their title to their last note."""

    world: World
    letters: HostileLetters
    canary: Canary
    statements: dict[str, str]
    browsers: dict[Any, Browser] = field(default_factory=dict)

    @property
    def states(self) -> list[str]:
        return ["drafting", "circulating", "signing", "submitted", "cancelled"]

    def browser(self, endpoint: str, method: str, state: str) -> Browser:
        """Of somebody who may; in the room, of Anna with this letter open."""
        row = MATRIX[endpoint, method]
        person = next(one for one in (Person.OWNER, Person.ADMINISTRATOR, Person.REPRESENTATIVE, Person.ANONYMOUS) if row.lets_in(one))
        key = (person, state if person is Person.REPRESENTATIVE else "")
        if key not in self.browsers:
            browser = self.world.browser(person) if person in ACCOUNTS else Browser(self.world.app)
            if person is Person.REPRESENTATIVE and state != "drafting":
                self.world.open_letter(browser, self.world.values(state)["token"])
            self.browsers[key] = browser
        return self.browsers[key]

    def ask(self, endpoint: str, method: str, state: str, data: dict[str, Any] | None = None, *, is_short: bool = False) -> TestResponse:
        rule = next(rule for rule in self.world.app.url_map.iter_rules(endpoint) if method in (rule.methods or set()))
        values = {**self.world.values(state), "venue": self.letters.venue}
        if not is_short:
            values["text"] = self.statements[state]
        if endpoint.startswith("sign_in."):
            values["token"] = self.world.sign_in_token()
        known = {name: values[name] for name in rule.arguments}
        address = self.world.app.url_map.bind("localhost").build(endpoint, known, method=method)
        browser = self.browser(endpoint, method, state)
        sent = {"csrf_token": token_of(browser), **(data or {})} if method == "POST" else None
        return browser.ask(address, method, data=sent)


@dataclass
class Seen:
    """What was asked for, what was wrong with it, and all words that somebody could read there."""

    problems: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    words: dict[str, str] = field(default_factory=dict)
    kinds: set[str] = field(default_factory=set)
    statuses: dict[str, int] = field(default_factory=dict)

    def look_at(self, where: str, answer: TestResponse) -> None:
        assert answer.status_code < 500 or where.startswith("health."), f"{where}: {answer.status_code} {answer.text[-900:]}"
        self.statuses[where] = answer.status_code
        if answer.data == FAKE_PDF or answer.status_code in {302, 303}:
            return
        self.kinds.add(answer.mimetype)
        match answer.mimetype:
            case "text/html":
                self._page(where, answer)
            case "application/pdf":
                self.note(where, pdf_problems(answer.data), text_of(answer.data))
            case "text/csv":
                self.note(where, csv_problems(answer.text), answer.text.replace('""', '"'))
            case kind if kind == WORD:
                self.note(where, word_problems(answer.data))
            case kind if kind == XLSX:
                self.note(where, workbook_problems(answer.data), " ".join(text for _kind, text in workbook_cells(answer.data)))
            case "application/json":
                self.note(where, [], " ".join(_strings(json.loads(answer.data))))
            case _:
                self.note(where, [], answer.text)

    def _page(self, where: str, answer: TestResponse) -> None:
        # A fragment for the editor has no heading; every page is looked at by the browser of the tests too.
        if "<h1" in answer.text:
            Page(answer)
        self.note(where, html_problems(answer.text), text_in(answer.text))

    def note(self, where: str, problems: list[str], words: str = "") -> None:
        if problems:
            self.problems[where] += problems
        self.words[where] = f"{self.words.get(where, '')} {words}"


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    for one in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _strings(one)


@pytest.fixture(scope="module")
def canary() -> Iterator[Canary]:
    with listening() as canary:
        yield canary


@pytest.fixture(scope="module", params=DEALS)
def site(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, seeded: Seeded, canary: Canary) -> Iterator[Site]:
    for world in seeded.open(tmp_path_factory.mktemp("hostile")):
        with Session(world.engine, expire_on_commit=False) as session, transaction(session):
            made = HostileLetters(
                session, factories.staff_actor(session, ACCOUNTS[Person.ADMINISTRATOR]), canary.address, place=request.param
            )
            references = made.all()
            statements = {state: factories.letter_row(session, one).statement.reference for state, one in references.items()}
        facts = replace(world.facts, letters={**world.facts.letters, **references})
        yield Site(replace(world, facts=facts, _values={}), made, canary, statements)


@pytest.fixture(scope="module")
def seen(site: Site) -> Seen:
    """Every page and file of every hostile letter, as whoever may see it is given it."""
    found = Seen()
    for endpoint, method in MATRIX:
        if method == "GET" and endpoint != "static":
            for state in _states_of(site, endpoint):
                found.look_at(f"{endpoint} {state}", site.ask(endpoint, "GET", state))
    for endpoint in ("texts.edit", "texts.remove", "word_files.download"):
        found.look_at(f"{endpoint} short form", site.ask(endpoint, "GET", "drafting", is_short=True))
    for form in ("bib", "ris", "json"):
        found.look_at(f"references.export {form}", site.browser("letters.show", "GET", "").ask(_at(site, f"/references/export/{form}")))
    with Session(site.world.engine) as session:
        sealed = letter_document(
            session, factories.letter_row(session, site.world.facts.letters["submitted"]), dated=SEALABLE, is_draft=False
        )
    printed = letter_pdf(sealed)
    found.note("sealed letter", pdf_problems(printed), text_of(printed))
    found.look_at("roster.addresses", site.ask("roster.export_addresses", "POST", "signing"))
    return found


def _states_of(site: Site, endpoint: str) -> list[str]:
    rule = next(rule for rule in site.world.app.url_map.iter_rules(endpoint) if "GET" in (rule.methods or set()))
    of_letter = {"letter", "invitation"} & rule.arguments
    if not of_letter:
        return ["signing"]
    found = [state for state in site.states if state in PRINTED.get(endpoint, site.states)]
    if IS_ASSURE or endpoint in PRINTED or endpoint in READ:
        return found
    best = MATRIX[endpoint, "GET"].best_state
    return [state for place, state in enumerate(found) if state == best or (place + crc32(endpoint.encode())) % 2]


def _at(site: Site, part: str, state: str = "drafting") -> str:
    return f"/letters/{site.world.facts.letters[state]}{part}"


def test_nothing_that_was_typed_acts_or_leads_elsewhere_in_any_page_or_file(seen: Seen) -> None:
    assert {"text/html", "application/pdf", "text/csv", "application/json", WORD, XLSX} <= seen.kinds
    assert len(seen.words) > 200
    assert seen.problems == {}


def test_what_was_typed_stands_as_text_where_it_is_text(site: Site, seen: Seen) -> None:
    everywhere = squeezed(_plain(" ".join([*seen.words.values(), *(one.text for one in site.world.mail.messages())])))
    lost = [(name, said) for name, said in site.letters.deal.given if not _stands(squeezed(_plain(said)), everywhere)]
    assert lost == []


def _stands(said: str, everywhere: str) -> bool:
    """Whole, or parted once by the end of a printed page; no two fields begin alike."""
    return any(said[:place] in everywhere and said[place:] in everywhere for place in range(len(said), 0, -1))


def _plain(words: str) -> str:
    """As it is compared: set in typographic signs, and broken into lines, it is the same."""
    for typeset, typed in (("“", '"'), ("”", '"'), ("‘", "'"), ("’", "'"), ("–", "-"), ("—", "-")):
        words = words.replace(typeset, typed)
    return " ".join(words.split())


@pytest.mark.parametrize("where", ["texts.edit drafting", "revisions.show circulating", "rooms.read circulating", "rooms.read signing"])
def test_text_reads_letter_by_letter_as_it_was_typed(site: Site, seen: Seen, where: str) -> None:
    read = _plain(seen.words[where])
    assert [words for words in expected(site.canary.address) if _plain(words) not in read] == []


def test_printed_letter_says_what_was_typed(site: Site, seen: Seen) -> None:
    printed = squeezed(_plain(seen.words["documents.draft drafting"]))
    right_to_left = len(BLOCKS) - 1
    missing = [words for words in expected(site.canary.address)[:right_to_left] if squeezed(_plain(words)) not in printed]
    assert missing == []


@pytest.mark.usefixtures("seen")  # An act may end a link: every page is looked at before.
def test_whatever_answers_a_form_of_hostile_words_is_harmless(site: Site) -> None:
    """Each act is asked for with hostile words in all of its fields: most are refused by a page that shows what was typed."""
    found, given = Seen(), statement(site.canary.address)[:3_000]
    for (endpoint, method), row in MATRIX.items():
        if method == "POST" and endpoint not in {"sign_in.leave", "rooms.leave", "staff.remove", "people.remove", "documents.seal_letter"}:
            answer = site.ask(
                endpoint, "POST", row.best_state if row.best_state in site.states else "signing", dict.fromkeys(row.typed, given)
            )
            found.look_at(endpoint, answer)
    assert found.problems == {}


def test_previews_of_what_is_brought_in_are_harmless(site: Site) -> None:
    found, web = Seen(), site.canary.address
    image = f"Text ![x]({web}/image.png)\n\n![y](file:///etc/passwd)"
    for body in (statement(web), image):
        for endpoint in ("texts.preview", "texts.compare", "texts.save", "texts.keep", "chosen_venues.meters"):
            sent = {"body": body, "other": statement(web), "edition": "0", "preview": "1"}
            found.look_at(f"{endpoint} {len(body)}", site.ask(endpoint, "POST", "drafting", sent))
    found.look_at("letters.preview", site.ask("letters.preview", "POST", "drafting", {"statement": image}))
    shelf = site.browser("letters.show", "GET", "").ask(_at(site, "/references/export/bib")).text
    ris, odd = "TY  - JOUR\nTI  - <script>alert(1)</script>\nER  - \n", "@article{<script>alert(1)</script>, <b onclick=x> = {y}}"
    nbib, half = (
        "PMID- 7\nTI  - <img src=x onerror=alert(1)>\n",
        '[{"id": "<script>alert(1)</script>", "title": "<svg onload=x>", "author": 7}]',
    )
    for typed in (shelf, ris, odd, nbib, half, "<script>alert(1)</script>"):
        found.look_at("references.import", site.ask("references.import_file", "POST", "drafting", {"references_typed": typed}))
    found.look_at(
        "word_files.import_file", site.ask("word_files.import_file", "POST", "drafting", {"file": (io.BytesIO(_word(web)), "x.docx")})
    )
    found.look_at("word_files.paste", site.ask("word_files.paste", "POST", "drafting", {"html": "".join(one[0] for one in BLOCKS)}))
    said = {"nonce": "n" * 20, "revision": "2", "text": "no such text", "suggests": "wording"}
    hostile = dict.fromkeys(("quote", "prefix", "suffix", "remark", "wording"), statement(web)[:1_500])
    found.look_at("comments.give", site.ask("comments.give", "POST", "circulating", {**said, **hostile}))
    roster = f"society,contact,email\n{statement(web)[:400]!r},<b>x</b>,x@example.org\n=1+1,@SUM(1),<script>alert(1)</script>\n"
    found.look_at("roster_import.choose", site.ask("roster_import.choose", "POST", "drafting", {"pasted": roster}))
    assert found.problems == {}
    assert site.canary.calls == []


def _word(web: str) -> bytes:
    """A Word file with hostile words, changes, remarks, fields and links."""
    lines = [line.replace("{web}", web) for line in LINES]
    fields = (word_field(f' HYPERLINK "{address}" ', run("link")) for address in ("javascript:alert(1)", "file:///etc/passwd", f"{web}/x"))
    body = [paragraph(run(line), inserted(line)) for line in lines] + [paragraph(*fields, commented(1, run("words")))]
    return word_file(*body, comments=comment(1, *lines))


def test_mail_says_what_was_typed_and_does_nothing(site: Site) -> None:
    messages = site.world.mail.messages()
    assert len({one.subject.partition(" ")[0] for one in messages}) > 4
    found = Seen()
    for one in messages:
        found.note(one.subject, html_problems(one.html, base=BASE))
        assert len(one.subject.splitlines()) == 1 and not line_problems(one.subject)
    assert found.problems == {}
    said = _plain(" ".join(one.text for one in messages))
    shown = _plain(" ".join(text_in(one.html) for one in messages))
    for name in ("lead society", "message", "note of the revision", "contact"):
        given = [words for what, words in site.letters.deal.given if what == name]
        assert any(_plain(words) in said and _plain(words) in shown for words in given), name


def test_command_prints_lines_that_nobody_typed_further(site: Site) -> None:
    settings = site.world.app.config["UNDERSIGNED"]
    run_command, where = command_in(settings.data_folder), {"DATABASE_URL": settings.database_url}
    letter = site.world.facts.letters["signing"]
    for words in (("letter", "list"), ("roster", "list", letter), ("venue", "list"), ("verify",)):
        printed = run_command(*words, **where).stdout
        assert line_problems(printed) == []
        if words != ("verify",):
            listed = json.loads(run_command(*words, "--json", **where).stdout)
            assert len(printed.splitlines()) == max(len(rows) for rows in listed.values() if isinstance(rows, list))
    assert any(said in run_command("letter", "list", **where).stdout for name, said in site.letters.deal.given if name == "title")


def test_nothing_was_fetched(site: Site, seen: Seen) -> None:
    """After every page and file; with the control below, somebody does listen there."""
    assert seen.kinds and site.canary.calls == []


# Controls: what the checks would find, if it were there


PLANTED = {
    "components/comment.html": ("{{ line }}", "{{ line|safe }}", "dispositions.show"),
    "layouts/letter.html": ('<p class="eyebrow">{{ letter.title }}', '<p class="eyebrow">{{ letter.title|safe }}', "letters.record"),
    "revisions/index.html": ("{{ line.note or", "{{ line.note|safe or", "revisions.index"),
    "venues/index.html": ("{{ one.venue.journal }}", "{{ one.venue.journal|safe }}", "venues.index"),
}


@pytest.mark.parametrize("template", PLANTED)
def test_control_template_that_does_not_escape_is_noticed(site: Site, template: str, monkeypatch: pytest.MonkeyPatch) -> None:
    escaped, unescaped, endpoint = PLANTED[template]
    environment = site.world.app.jinja_env
    assert environment.loader is not None
    source = environment.loader.get_source(environment, template)[0]
    assert escaped in source
    planted = DictLoader({template: source.replace(escaped, unescaped, 1)})
    assert [html_problems(site.ask(endpoint, "GET", state).text) for state in site.states] == [[]] * len(site.states)
    monkeypatch.setattr(environment, "loader", ChoiceLoader([planted, environment.loader]))
    assert any(html_problems(site.ask(endpoint, "GET", state).text) for state in site.states)


def test_control_converter_that_lets_markup_through_is_noticed(monkeypatch: pytest.MonkeyPatch, site: Site) -> None:
    body = statement(site.canary.address)
    monkeypatch.setattr(text, "_clean", lambda html: html)
    # Another text each time: what was converted is kept.
    assert html_problems(text.statement_html(f"{body}\n\nLinks.", site.letters.references))
    monkeypatch.setattr(text, "MARKDOWN", f"{text.MARKDOWN}+raw_html")
    assert "a script: alert(1)" in html_problems(text.statement_html("One <script>alert(1)</script>.", []))


def test_control_list_that_a_spreadsheet_would_run_is_noticed(monkeypatch: pytest.MonkeyPatch, site: Site) -> None:
    monkeypatch.setattr(spreadsheet, "_harmless", lambda cell: cell)
    assert csv_problems(site.ask("dispositions.csv", "GET", "circulating").text)


def test_control_word_file_with_every_link_is_noticed(monkeypatch: pytest.MonkeyPatch, site: Site) -> None:
    monkeypatch.setattr(cited, "is_honest", lambda _address: True)
    assert word_problems(site.ask("word_files.download", "GET", "drafting").data)


def test_control_pdf_that_acts_is_noticed(site: Site) -> None:
    printed = site.ask("documents.draft", "GET", "drafting").data
    assert pdf_problems(printed) == []
    with pikepdf.open(io.BytesIO(printed)) as pdf:
        pdf.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name("/JavaScript"), JS="app.alert(1)")
        pdf.pages[0].Annots = pdf.make_indirect([{"/A": {"/S": pikepdf.Name("/URI"), "/URI": "javascript:alert(1)"}}])
        planted = io.BytesIO()
        pdf.save(planted)
    assert {"an action /JavaScript", "an entry /OpenAction", "a link to javascript:alert(1)"} <= set(pdf_problems(planted.getvalue()))
