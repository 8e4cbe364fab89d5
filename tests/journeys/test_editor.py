"""The editor in a real browser: what is typed is kept, and two people on one text never overwrite each other."""

from dataclasses import dataclass

import pytest
from playwright.sync_api import expect

from webapp.rendering.environment import ROOT

from .chrome import Person
from .client import HttpBrowser
from .conftest import NewPerson
from .server import Server

pytestmark = [pytest.mark.browser, pytest.mark.journey]

LETTER = {
    "title": "A letter that several people write",
    "lead_society": "The Marrowby Society",
    "contact_email": "office@marrowby.example.org",
    "journal": "Journal of Ferns",
    "addressee": "The Editor-in-Chief",
    "statement": "We ask for a correction [@vale2026].",
    "references_typed": "@article{vale2026, title={A quiet hour}, author={Vale, Ada}, journal={J Ferns}, year=2026}",
}


@dataclass(frozen=True)
class Text:
    """A text that was just made, and where it is written."""

    server: Server
    desk: HttpBrowser
    address: str

    def opened_by(self, person: Person) -> Person:
        person.go(self.server.sign_in_address())
        person.press("Sign in")
        person.go(self.address)
        person.page.get_by_role("button", name="Write in Markdown").click()
        return person

    def stored(self) -> str:
        page = self.desk.get(self.address)
        return (page.value("body") or "").strip()


@pytest.fixture
def text(server: Server) -> Text:
    desk = HttpBrowser(server.base)
    desk.get(server.sign_in_address())
    desk.press("Sign in")
    desk.get("/letters/new")
    desk.press("Save the draft", **LETTER)
    desk.follow("Text")
    address = next(e.get("href") for e in desk.page.all("a") if desk.page.words(e) == "Statement")
    return Text(server, desk, address or "")


def type_more(person: Person, words: str) -> None:
    source = person.page.get_by_label("Text", exact=True)
    source.press("Control+End")
    source.press_sequentially(words)


def state(person: Person, words: str) -> None:
    expect(person.page.locator("[data-keep-state]")).to_contain_text(words)


def test_text_is_saved_while_it_is_typed(new_person: NewPerson, text: Text) -> None:
    person = text.opened_by(new_person(1280, folder="editor"))
    person.see("opened")
    type_more(person, " And more.")
    state(person, "Not saved yet")
    state(person, "Saved ")
    person.see("saved")
    assert text.stored() == "We ask for a correction [@vale2026]. And more."
    type_more(person, " And again.")
    person.press("Save the text")
    assert text.stored() == "We ask for a correction [@vale2026]. And more. And again."


def test_second_of_two_writers_sees_both_texts_and_chooses(new_person: NewPerson, text: Text) -> None:
    first, second = (text.opened_by(new_person(width, folder="two-writers")) for width in (1280, 360))
    type_more(first, " The first adds this.")
    state(first, "Saved ")
    type_more(second, " The second adds that.")
    state(second, "Not saved")
    expect(second.page.get_by_text("has saved this text since you opened it")).to_be_visible()
    second.see("not-saved")
    assert "The second" not in text.stored()
    second.press("See both, and choose")
    assert second.heading == "Two people have changed this text"
    mine = second.page.get_by_label("Text", exact=True)
    assert mine.input_value().endswith("The second adds that.")
    assert second.page.get_by_label("What was saved by").input_value().endswith("The first adds this.")
    second.see("choose")
    mine.fill("Both have put this together.")
    second.press("Replace what was saved by this")
    assert text.stored() == "Both have put this together."


def test_text_outlives_a_lost_connection(new_person: NewPerson, text: Text) -> None:
    person = text.opened_by(new_person(1280, folder="editor"))
    person.context.set_offline(True)
    type_more(person, " Typed in a train.")
    expect(person.page.get_by_text("There is no connection.")).to_be_visible()
    person.context.set_offline(False)
    state(person, "Saved ")
    assert text.stored().endswith("Typed in a train.")


def test_text_that_was_typed_at_a_shut_desk_can_be_brought_back(new_person: NewPerson, text: Text) -> None:
    person = text.opened_by(new_person(1280, folder="editor"))
    other = person.context.new_page()
    other.goto(f"{text.server.base}/letters")
    other.get_by_role("button", name="Sign out").click()
    type_more(person, " Typed too late.")
    expect(person.page.get_by_text("This page has closed, or you are signed out.")).to_be_visible()
    person.see("shut")
    assert "Typed too late." not in text.stored()
    # Whoever leaves is asked first.
    questions: list[str] = []
    person.page.on("dialog", lambda dialog: (questions.append(dialog.type), dialog.accept()))
    person.go(text.server.sign_in_address())
    assert questions == ["beforeunload"]
    person.press("Sign in")
    person.go(text.address)
    person.see("offered")
    person.page.get_by_role("button", name="Bring it back").click()
    state(person, "Saved ")
    assert text.stored().endswith("Typed too late.")


def test_text_that_was_not_saved_outlives_what_is_typed_since(new_person: NewPerson, text: Text) -> None:
    person = text.opened_by(new_person(1280, folder="earlier-text"))
    # Not by being offline: a page that is just being shut still hears that the connection is back, and saves.
    person.context.route("**/keep", lambda route: route.abort())
    type_more(person, " Typed in a train.")
    expect(person.page.get_by_text("There is no connection.")).to_be_visible()
    person.page.close()
    person.context.unroute("**/keep")
    person.page = person.context.new_page()
    person.go(text.address)
    type_more(person, " Typed at home.")
    state(person, "Saved ")
    person.page.reload()
    person.page.get_by_role("button", name="Bring it back").click()
    person.press("See both, and choose")
    assert person.page.get_by_label("Text", exact=True).input_value().endswith("Typed in a train.")
    assert person.page.get_by_label("What was saved by").input_value().endswith("Typed at home.")


def test_text_is_written_with_formatting(new_person: NewPerson, text: Text) -> None:
    person = text.opened_by(new_person(1280, folder="formatted"))
    page = person.page
    page.get_by_role("button", name="Write with formatting").click()
    written = page.get_by_role("textbox", name="Text, with formatting")
    expect(written).to_be_focused()
    # The editor looks at its caret 20 ms after it was given the keyboard; no person presses a key before that.
    page.evaluate("() => new Promise((done) => setTimeout(done, 100))")
    written.press("Control+End")
    written.press("Enter")
    page.get_by_role("button", name="Subheading").click()
    assert page.get_by_role("button", name="Subheading").get_attribute("aria-pressed") == "true"
    page.keyboard.type("What we ask")
    page.keyboard.press("Enter")
    page.keyboard.press("Control+b")
    page.keyboard.type("Now")
    page.keyboard.press("Control+b")
    page.keyboard.type(" 5 * 6 [@nobody] ")
    page.keyboard.press("Control+Alt+r")
    page.get_by_label("Find a reference").fill("quiet vale")
    person.see("citation")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Footnote").click()
    page.keyboard.type("A note.")
    state(person, "Saved ")
    page.evaluate("scrollTo(0, 0)")
    expect(page.locator("[data-keep-state]")).to_be_in_viewport()
    expect(page.get_by_role("region", name="Preview").get_by_role("heading", name="What we ask")).to_be_visible()
    person.see("written")
    person.press("Save the text")
    assert text.stored() == (
        "We ask for a correction [@vale2026].\n\n## What we ask\n\n**Now** 5 \\* 6 \\[\\@nobody\\] [@vale2026][^1]\n\n[^1]: A note."
    )


def test_text_that_would_change_stays_in_markdown(new_person: NewPerson, text: Text) -> None:
    person = text.opened_by(new_person(360, folder="refused"))
    source = person.page.get_by_label("Text", exact=True)
    source.fill("![A picture](picture.png)")
    person.page.get_by_role("button", name="Write with formatting").click()
    expect(person.page.get_by_text("It stays in Markdown, so that nothing is lost.")).to_be_visible()
    assert source.input_value() == "![A picture](picture.png)"
    person.see("refused")
    source.fill("# A heading\n\n- a\n- list")
    person.page.get_by_role("button", name="Write with formatting").click()
    expect(person.page.get_by_role("toolbar", name="Formatting")).to_be_visible()
    person.see("formatted")
    state(person, "Saved ")


PASTE = """([html, plain]) => {
    const data = new DataTransfer();
    data.setData("text/html", html);
    data.setData("text/plain", plain);
    document.activeElement.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
}"""
_ITEM = (
    '<p class=MsoListParagraph style="text-indent:-18.0pt;mso-list:l0 level1 lfo1">'
    '<span style="mso-list:Ignore">·<span>&nbsp;</span></span>{}</p>'
)
FROM_WORD = (
    '<html xmlns:o="urn:schemas-microsoft-com:office:office"><head><style>p.MsoNormal { color: red; }</style></head><body>'
    '<h2 style="color:#2F5496">What went wrong</h2>'
    '<p class=MsoNormal><b style="mso-bidi-font-weight:normal">Nobody</b> was <i>asked</i>.<o:p></o:p></p>'
    f"{_ITEM.format('First')}{_ITEM.format('Second')}"
    '<img src="https://elsewhere.example.org/pixel.png" onerror="document.title = 1"><script>document.title = "taken"</script>'
    '<p><a href="javascript:document.title=1">Press</a></p></body></html>'
)
PASTED = "## What went wrong\n\n**Nobody** was *asked*.\n\n- First\n- Second\n\nPress"


def test_paste_from_word_keeps_structure_and_nothing_else(new_person: NewPerson, text: Text) -> None:
    person = text.opened_by(new_person(1280, folder="pasted"))
    page = person.page
    page.get_by_label("Text", exact=True).fill("")
    page.get_by_role("button", name="Write with formatting").click()
    page.get_by_role("textbox", name="Text, with formatting").focus()
    page.evaluate(PASTE, [FROM_WORD, "plain"])
    expect(page.get_by_role("textbox", name="Text, with formatting").get_by_role("heading", name="What went wrong")).to_be_visible()
    person.see("pasted")
    person.press("Save the text")
    person.see("pasted-and-saved")
    assert "taken" not in page.title()
    # A heading that stands alone is the first of its text.
    assert text.stored().replace("-   ", "- ") in {PASTED, PASTED.replace("##", "#", 1)}


HOSTILE = (
    "<script>document.title = 'taken'</script> <img src=x onerror=\"document.title = 'taken'\">\n\n"
    "[press](javascript:document.title='taken') <javascript:document.title='taken'> [data](data:text/html,taken)\n\n"
    "<iframe src=https://elsewhere.example.org></iframe> <svg onload=\"document.title = 'taken'\">\n"
)


def test_hostile_text_is_words_wherever_the_editor_shows_it(new_person: NewPerson, text: Text) -> None:
    person = text.opened_by(new_person(1280, folder="hostile"))
    page = person.page
    page.get_by_label("Text", exact=True).fill(HOSTILE)
    expect(page.get_by_role("region", name="Preview").get_by_text("press", exact=False).first).to_be_visible()
    page.get_by_role("button", name="Write with formatting").click()
    expect(page.get_by_role("textbox", name="Text, with formatting")).to_be_visible()
    places = page.evaluate("[...document.querySelectorAll('.letter-text a')].map((one) => one.getAttribute('href') ?? '')")
    assert not [place for place in places if place.startswith(("javascript:", "data:"))]
    assert not page.locator(".letter-text").locator("script, img, iframe, svg").count()
    person.press("Save the text")
    person.see("hostile")
    assert "taken" not in page.title()


def test_toolbar_is_one_stop_and_arrow_keys_go_on(new_person: NewPerson, text: Text) -> None:
    person = text.opened_by(new_person(360, folder="toolbar"))
    page = person.page
    page.get_by_role("button", name="Write with formatting").click()
    written = page.get_by_role("textbox", name="Text, with formatting")
    written.press("Alt+F10")
    name = "document.activeElement.textContent"
    assert page.evaluate(name) == "Heading"
    page.keyboard.press("ArrowRight")
    assert page.evaluate(name) == "Subheading"
    page.keyboard.press("Home")
    page.keyboard.press("ArrowLeft")
    assert page.evaluate(name) == "Redo"
    assert page.locator(".written__bar button[tabindex='0']").count() == 1
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('role')") == "textbox"
    page.keyboard.press("Control+k")
    page.keyboard.type("javascript:alert(1)")
    page.keyboard.press("Enter")
    expect(page.get_by_text("A link begins with https:// or mailto:.")).to_be_visible()
    person.see("link-refused")
    page.keyboard.press("Escape")
    assert page.evaluate(name) == "Link"
    page.evaluate((ROOT / "tests" / "vendor" / "axe-core-4.14.1" / "axe.min.js").read_text(encoding="utf-8"))
    found = page.evaluate("axe.run().then((answer) => answer.violations.map((one) => one.id + ': ' + one.nodes[0].html))")
    assert found == []
