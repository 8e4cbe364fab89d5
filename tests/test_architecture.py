"""What imports cannot show: permissions named, mails whole, links true, clocks and commits at the edge, words in their place."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from jinja2 import nodes

from tests.factories import settings_for
from webapp.app import create_app
from webapp.domain.links import Links
from webapp.domain.permission import ROLE_PERMISSIONS, Permission, Role
from webapp.mail import messages, new_text_messages, round_messages
from webapp.rendering.environment import ROOT, TEMPLATES, document_environment
from webapp.services import answer_mails, composing, later_mails, mail_facts, new_text_mails, post_mails
from webapp.web.needs import WAYS

PACKAGE = ROOT / "webapp"
SOURCES = sorted(path for path in PACKAGE.rglob("*.py") if "versions" not in path.parts)
PAGES = sorted(path for path in TEMPLATES.rglob("*.html"))
LONGEST_FILE = 400


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.fixture(scope="module")
def routes(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """The application for its map of addresses alone: its database is never opened."""
    return create_app(settings_for(tmp_path_factory.mktemp("routes")))


def calls(path: Path) -> Iterator[str]:
    """Every call and attribute in a file, as it is written."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Attribute):
            yield ast.unparse(node)


def test_every_view_names_its_permission_or_says_public(routes: Flask) -> None:
    known = {"public", "staff", "administrator", "keeper", "representative", *(f"staff:{permission}" for permission in Permission)}
    named = {endpoint: getattr(view, "access", None) for endpoint, view in routes.view_functions.items() if endpoint != "static"}
    assert {endpoint: access for endpoint, access in named.items() if access not in known} == {}


def test_view_that_names_no_permission_answers_404(routes: Flask) -> None:
    app = create_app(routes.config["UNDERSIGNED"])
    app.add_url_rule("/forgotten", "forgotten", lambda: "a secret")
    answer = app.test_client().get("/forgotten")
    assert answer.status_code == 404
    assert "a secret" not in answer.text


def test_every_view_of_a_letter_asks_for_a_permission_on_it(routes: Flask) -> None:
    of_letter = {rule.endpoint for rule in routes.url_map.iter_rules() if "letter" in rule.arguments}
    assert {one for one in of_letter if not str(getattr(routes.view_functions[one], "access", "")).startswith("staff:")} == set()


def test_every_view_of_a_room_is_for_its_representative(routes: Flask) -> None:
    of_room = {rule.endpoint for rule in routes.url_map.iter_rules() if rule.rule.startswith("/room/")}
    assert {one for one in of_room if getattr(routes.view_functions[one], "access", "") != "representative"} == set()


MAILS = sorted(
    node.name
    for module in (messages, new_text_messages, round_messages)
    for node in ast.parse(Path(module.__file__).read_text()).body
    if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")
)


def test_every_mail_has_its_files_and_every_file_its_mail() -> None:
    folders = sorted(path.name for path in (TEMPLATES / "email").iterdir() if path.is_dir())
    assert folders == MAILS
    for folder in folders:
        assert sorted(path.name for path in (TEMPLATES / "email" / folder).iterdir()) == ["body.html", "body.txt"]


def test_every_mail_is_sent_by_somebody_and_every_kind_is_a_mail() -> None:
    composers = "".join(
        Path(module.__file__).read_text() for module in (composing, answer_mails, later_mails, mail_facts, new_text_mails, post_mails)
    )
    composed = set(re.findall(r"messages\.(\w+)\b", composers)) - {
        "Addressed",
        "AnswerFacts",
        "ChangeFacts",
        "EndedPlace",
        "ErratumFacts",
        "IssuedFacts",
        "JoiningFacts",
        "DisputeFacts",
        "LetterFacts",
        "NewTextFacts",
        "SaidFacts",
        "PlaceFacts",
        "RequestFacts",
        "SocietyWords",
        "Standing",
    }
    assert composed == set(MAILS)


@pytest.mark.parametrize("mail", MAILS)
def test_every_mail_says_why_it_was_sent(mail: str) -> None:
    environment = document_environment()
    text = environment.loader.get_source(environment, f"email/{mail}/body.txt")[0]  # type: ignore[union-attr]
    assert "You receive this because" in text or 'include "email/letter_foot.txt"' in text
    html = environment.loader.get_source(environment, f"email/{mail}/body.html")[0]  # type: ignore[union-attr]
    assert "block why" in html or 'extends "email/letter.html"' in html


def test_links_of_mails_and_documents_are_the_addresses_of_the_pages(routes: Flask) -> None:
    links = Links("http://127.0.0.1:8000")
    pages = {
        "personal": ("rooms.door", {"token": "t0ken"}, links.personal("t0ken")),
        "sign_in": ("sign_in.confirm", {"token": "t0ken"}, links.sign_in("t0ken")),
        "stop": ("stops.show", {"mark": "one.t0ken"}, links.stop("one.t0ken")),
        "stop_news": ("news.stop", {"news_mark": "one.t0ken"}, links.stop_news("one.t0ken")),
        "letter": ("letters.show", {"letter": "ref"}, links.letter("ref")),
        "check": ("check.of_letter", {"reference": "ref"}, links.check("ref")),
        "embed": ("embed.show", {"published": "ref"}, links.embed("ref")),
        "public": ("public.show", {"published": "ref"}, links.public("ref")),
        "translation": ("public.translation", {"published": "ref", "language": "de"}, links.translation("ref", "de")),
        "mailbox": ("mailbox.index", {}, links.mailbox()),
        "stays": ("stays.show", {}, links.stays()),
        "people": ("representatives.show", {"letter": "ref", "invitation": "one"}, links.people("ref", "one")),
        "not_us": ("witnesses.dispute", {"token": "t0ken"}, links.not_us("t0ken")),
        "confirm": ("witnesses.confirm", {"token": "t0ken"}, links.confirm("t0ken")),
        "authority": ("authority.answer", {"letter": "ref", "answer": "one"}, links.authority("ref", "one")),
        "after_the_seal": ("after.show", {"letter": "ref"}, links.after_the_seal("ref")),
        "new_text": ("new_texts.show", {"letter": "ref", "text": "one"}, links.new_text("ref", "one")),
        "talk": ("talks.at_desk", {"letter": "ref", "invitation": "one"}, links.talk("ref", "one")),
    }
    builders = {one for one in vars(Links) if not one.startswith("_") and callable(getattr(Links, one))}
    assert builders == pages.keys()
    urls = routes.url_map.bind("127.0.0.1:8000")
    for endpoint, values, link in pages.values():
        assert urls.build(endpoint, values, force_external=True) == link


COMMITTING = {
    "webapp/persistence/database.py": "transactions",
    "webapp/persistence/migrate.py": "a migration is its own transaction",
}


def test_only_the_edge_commits() -> None:
    committing = {name(path) for path in SOURCES for call in calls(path) if call.endswith(".commit")}
    assert {
        one for one in committing if not one.startswith(("webapp/web/", "webapp/jobs/")) and one != "webapp/cli.py"
    } <= COMMITTING.keys()


CLOCKS = ("datetime.now", "datetime.utcnow", "datetime.today", "date.today", "time.time", "time.time_ns")
KEEPING_TIME = {
    "webapp/clock.py": "the clock itself",
    "webapp/jobs/rounds.py": "the worker's own housekeeping: its signs of life, and when the job engine's rows are old",
}


def test_only_the_clock_knows_the_time() -> None:
    asking = {name(path) for path in SOURCES for call in calls(path) if call.endswith(CLOCKS)}
    assert asking <= KEEPING_TIME.keys()


def test_layers_and_every_other_contract_on_imports_hold() -> None:
    command = [sys.executable, "-c", "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports())", "--no-cache"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


# Markup that a template prints unescaped: each is cleaned by the converter, or is text that nobody typed.
UNESCAPED = {
    "templates/documents/page.html": "the statement, cleaned by the converter",
    "templates/documents/jats.xml": "body and back, as the converter writes them",
    "templates/letters/edit.html": "the preview, cleaned by the converter",
    "templates/letters/preview.html": "the preview, cleaned by the converter",
    "templates/references/edit.html": "the reference as it is set, cleaned by the converter",
    "templates/references/remove.html": "the reference as it is set, cleaned by the converter",
    "templates/references/show.html": "the references as they are set, cleaned by the converter",
    "templates/texts/brought.html": "the text of a Word file, cleaned by the converter",
    "templates/texts/edit.html": "the preview, cleaned by the converter",
    "templates/revisions/show.html": "the text of a revision, cleaned by the converter",
    "templates/dispositions/show.html": "the text with what is remarked upon marked, cleaned by the converter",
    "templates/rooms/circulated.html": "the passages of a text, cleaned by the converter",
    "templates/public/show.html": "the statement, cleaned by the converter",
    "templates/public/translation.html": "the translation, cleaned by the converter",
    "templates/translations/edit.html": "the preview, cleaned by the converter",
    "templates/translations/in_room.html": "the translation, cleaned by the converter",
    "templates/new_text_room/read.html": "the text as changed, cleaned by the converter",
    "templates/rooms/read.html": "the statement, cleaned by the converter",
}


def test_markup_is_printed_unescaped_only_where_it_was_cleaned() -> None:
    printing = {name(path) for path in TEMPLATES.rglob("*") if path.is_file() and re.search(r"\|\s*safe\b|autoescape", path.read_text())}
    assert printing == UNESCAPED.keys()


def test_markup_is_made_of_text_only_in_rendering() -> None:
    making = {name(path) for path in SOURCES if re.search(r"\bMarkup\(", path.read_text())}
    assert making <= {"webapp/rendering/letter.py", "webapp/rendering/redline/page.py"}


FRAGMENTS = {
    "errors/bare.html": "shown when no other page can be made",
    "chosen_venues/meters.html": "a fragment for the editor",
    "letters/preview.html": "a fragment for the editor, and read without script as a bare page",
}


# A file that is given away: its style sheet can only be inside.
ALONE = TEMPLATES / "documents" / "page.html"
# Set by the press, not shown by a browser: the colour of a letter and the size of a logo are its own, and are numbers of ours.
PRINTED_STYLES = {"documents/later.html": 1, "documents/letter.html": 2, "documents/signatories.html": 1}


@pytest.mark.parametrize("path", PAGES, ids=name)
def test_no_page_holds_script_or_style_of_its_own(path: Path) -> None:
    text = path.read_text()
    # A mail brings no style sheet along: what keeps a long digest from widening it can only stand in the element.
    is_mail = path.is_relative_to(TEMPLATES / "email")
    if path == ALONE:
        text = text.replace("<style>", "", 1)
    if allowed := PRINTED_STYLES.get(path.relative_to(TEMPLATES).as_posix(), 0):
        text, found = re.subn(r"<style>|\sstyle=\"\{\{ [a-z_]+\.[a-z]+ \}\}\"", "", text)
        assert found <= allowed
    assert not re.search(r"<style|javascript:" if is_mail else r"<style|javascript:|\sstyle\s*=", text, re.IGNORECASE)
    assert not re.search(r"\son[a-z]+\s*=\s*[\"']", text, re.IGNORECASE)
    assert all("src=" in script for script in re.findall(r"<script[^>]*>", text))


def test_pages_extend_a_layout() -> None:
    apart = {"layouts", "components", "documents", "email"}
    for path in PAGES:
        inside = path.relative_to(TEMPLATES).as_posix()
        parsed = document_environment().parse(path.read_text())
        parent = next((node.template.value for node in parsed.find_all(nodes.Extends) if isinstance(node.template, nodes.Const)), "")
        is_page = inside.split("/")[0] not in apart or inside == "documents/seal.html"
        if is_page and inside not in FRAGMENTS:
            assert parent.startswith("layouts/") and parent != "layouts/base.html", inside


def test_exceptions_from_the_checkers_have_a_code_and_a_reason_and_are_few() -> None:
    found = []
    for path in PACKAGE.rglob("*.py"):
        for number, line in enumerate(path.read_text().splitlines(), 1):
            for mark in re.finditer(r"#\s*(noqa|type: ignore)\b", line):
                found.append(f"{name(path)}:{number}")
                rest = line[mark.end() :]
                assert re.match(r"(: [A-Z]+[0-9]+|\[[a-z-]+\])", rest), f"{found[-1]} names no code"
                assert re.search(r"(\s-\s|#\s).*\w+ \w+", rest), f"{found[-1]} gives no reason"
    assert len(found) < 10, found


def test_no_file_is_named_after_nothing() -> None:
    nothing = {"utils", "util", "helpers", "helper", "common", "manager", "misc"}
    assert {name(path) for path in SOURCES if set(path.with_suffix("").relative_to(ROOT).parts) & nothing} == set()


@pytest.mark.parametrize("path", SOURCES, ids=name)
def test_file_stays_short_and_says_what_it_is(path: Path) -> None:
    text = path.read_text()
    assert len(text.splitlines()) <= LONGEST_FILE
    assert not text or ast.get_docstring(ast.parse(text)), "its first line says what it holds"


def test_nothing_typed_is_taken_without_a_limit() -> None:
    cleaning = re.compile(r"\bclean_(line|text)\(")
    assert [name(path) for path in SOURCES if path.name != "names.py" and cleaning.search(path.read_text())] == []


def test_addresses_are_never_taken_from_a_request() -> None:
    for path in [*SOURCES, *TEMPLATES.rglob("*.*")]:
        text = path.read_text()
        assert "_external" not in text, name(path)
        assert not re.search(r"request\.(host_url|url_root|base_url|url)\b", text), name(path)


def test_no_exception_is_swallowed() -> None:
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ExceptHandler):
                assert node.type is not None, f"{name(path)}:{node.lineno} catches everything"
                assert not all(isinstance(one, ast.Pass) for one in node.body), f"{name(path)}:{node.lineno} swallows"


def test_package_loads_the_domain_without_flask() -> None:
    command = "import sys, webapp.domain.answer, webapp.domain.record; assert not {'flask', 'sqlalchemy', 'jinja2'} & sys.modules.keys()"
    subprocess.run([sys.executable, "-c", command], cwd=ROOT, check=True)


# What cannot be taken back, and what lets others do it: each asks for a code, however fresh the session is.
NEED_PROOF = {
    "authority.confirm": "confirm the recorded answer",
    "authority.settle_dispute": "settle the dispute",
    "circulation.circulate": "send the revision out",
    "sign_on.open_sign_on": "open sign-on",
    "sign_on.move_deadline": "move the deadline",
    "sign_on.cancel": "cancel the letter",
    "text_change.change_text": "put the new text in force",
    "documents.seal_letter": "seal the letter",
    "publication.release": "say when the letter becomes public",
    "journal_mails.approve": "approve the mail to the journal",
    "journal_mails.send": "send the mail to the journal",
    "rounds.open_round": "ask the signatories",
    "news.send_to_all": "tell all signatories",
    "after.open_addendum": "hold the letter open for more signatures",
    "after.issue_addendum": "issue the addendum",
    "after.correct": "issue the erratum",
    "after.tell_withdrawal": "issue the erratum",
    "new_texts.put": "put the text to the signatories",
    "new_texts.make": "make the documents",
    "representatives.correct": "correct the address",
    "invitations.send": "send the invitations",
    "selected.write": "send the message",
    "roster.export_addresses": "export the addresses",
    "people.add": "let them work on the letter",
    "people.change_role": "change the role",
    "people.remove": "take them off the letter",
    "staff.add": "add the account",
    "staff.make_administrator": "make an administrator",
    "staff.unmake_administrator": "unmake an administrator",
    "staff.remove": "close the account",
}


def test_acts_that_cannot_be_taken_back_ask_for_proof(routes: Flask) -> None:
    assert {one: view.needs_proof for one, view in routes.view_functions.items() if hasattr(view, "needs_proof")} == NEED_PROOF


FINAL = {
    "publication.release",
    "sign_on.open_sign_on",
    "sign_on.move_deadline",
    "sign_on.cancel",
    "text_change.change_text",
    "documents.seal_letter",
    "journal_mails.send",
    "news.send_to_all",
    "rounds.open_round",
    "after.issue_addendum",
    "after.correct",
    "after.tell_withdrawal",
    "new_texts.put",
    "new_texts.make",
    "roster.export_addresses",
    "invitations.send",
    "representatives.correct",
    "selected.write",
}


def test_acts_that_nothing_takes_back_are_known(routes: Flask) -> None:
    assert {one for one, view in routes.view_functions.items() if getattr(view, "is_final", False)} == FINAL


def test_every_need_says_an_act_whose_page_is_known_and_every_page_is_there(routes: Flask) -> None:
    said = {
        argument.value
        for path in SOURCES
        for call in ast.walk(ast.parse(path.read_text()))
        if isinstance(call, ast.Call) and ast.unparse(call.func) == "Need"
        for argument in (call.args[1:2] or [word.value for word in call.keywords if word.arg == "act"])
        if isinstance(argument, ast.Constant)
    }
    assert said - {""} <= WAYS.keys()
    for way in WAYS.values():
        rule = next(rule for rule in routes.url_map.iter_rules() if rule.endpoint == way.endpoint)
        assert rule.arguments == {"letter", way.of} - {""}


def test_whoever_is_sent_to_a_page_may_open_it(routes: Flask) -> None:
    """A need whose page asks for more than the need itself would lead drafters and readers to a page that refuses them."""
    roles = [ROLE_PERMISSIONS[role] for role in Role]
    for act, way in WAYS.items():
        asked = str(getattr(routes.view_functions[way.endpoint], "access", "")).removeprefix("staff:")
        assert all(asked in may for may in roles if way.permission in may), act
