"""The letter on paper: a representative takes it to the board, and every sheet says whose copy it is, and of which day (T30)."""

import io

import pypdf
import pytest

from tests.factories import KEYRING
from tests.web.accessibility.screen import Screen
from tests.web.world import Person, World

pytestmark = pytest.mark.browser

LINE = "Confidential draft for Gullhaven, Society of, 2 March 2026"


def pages(screen: Screen) -> list[str]:
    content = screen.page.pdf(format="A4")
    return [" ".join(page.extract_text().split()) for page in pypdf.PdfReader(io.BytesIO(content)).pages]


@pytest.fixture
def room(readers: World) -> str:
    return readers.browser(Person.REPRESENTATIVE).get(f"/room/{readers.facts.invitation}").html


def long(html: str) -> str:
    """The same letter, long enough for several sheets."""
    more = f'<div class="letter-text">{"<p>A paragraph for the board.</p>" * 120}</div>'
    return html.replace('<div class="letter-text"', f'{more}<div class="letter-text"', 1)


def test_t30_every_sheet_of_the_letter_says_whose_copy_it_is(screen: Screen, room: str) -> None:
    screen.show(long(room), 1280)
    found = pages(screen)
    of_the_letter = [text for text in found if "A paragraph for the board." in text]
    assert len(of_the_letter) >= 3
    assert all(text.count(LINE) == 1 for text in of_the_letter)


def test_print_holds_the_letter_and_nothing_to_press(screen: Screen, room: str) -> None:
    screen.show(room, 1280)
    text = " ".join(pages(screen))
    assert "We, the undersigned, disagree" in text and "The text’s digest" in text and "Sign-on closes 14 March 2026" in text
    assert not [
        words for words in ("Sign now", "Leave", "Skip to", "Print the letter", "Accessibility", " left", "your time") if words in text
    ]


def test_line_is_on_the_page_itself_and_not_in_the_text(readers: World, screen: Screen, room: str) -> None:
    screen.show(room, 320)
    assert screen.page.get_by_text(LINE, exact=True).is_visible()
    assert LINE not in screen.page.locator(".letter-text").inner_text()


def test_print_link_prints_and_without_script_says_how(screen: Screen, room: str) -> None:
    screen.show(room, 320)
    screen.page.evaluate("window.print = () => { window.printed = true }")
    link = screen.page.get_by_role("link", name="Print the letter for your board")
    link.click()
    assert screen.page.evaluate("window.printed")
    assert screen.page.locator(link.get_attribute("href") or "").inner_text().startswith("To take the letter to your board on paper")


def test_sealed_letter_is_no_draft(readers: World) -> None:
    browser = readers.browser(Person.ANONYMOUS)
    readers.open_letter(browser, KEYRING.personal_link(readers.values("sealed")["representative"], 1))
    assert "Confidential draft" not in browser.page.text
