"""The checks notice: a page with one fault planted in it is caught for that fault, and the same page without it is clean."""

import pytest

from tests.web.accessibility.screen import Screen
from tests.web.accessibility.test_pages import by_axe, look_whole
from tests.web.world import Person, World

pytestmark = pytest.mark.browser

# The rule or check that must tell, and what is put into the page before the end of main, or what is replaced in it.
BY_AXE = [
    ("color-contrast", '<p class="planted">You can hardly read this.</p>'),
    ("label", '<input name="planted">'),
    (
        "target-size",
        '<p class="planted-small"><a class="planted-small__one" href="/a">a</a><a class="planted-small__one" href="/b">b</a></p>',
    ),
    ("duplicate-id-aria", '<p id="twice">a</p><p id="twice">b</p><input name="planted" aria-labelledby="twice">'),
    ("heading-order", "<h4>Two levels below</h4>"),
    ("image-alt", '<img src="/static/icon.svg" width="30" height="30">'),
    ("button-name", '<button type="button"></button>'),
    ("link-name", '<a href="/somewhere"></a>'),
    ("tabindex", '<a href="/a" tabindex="3">First</a>'),
    ("valid-lang", '<p lang="nolanguage">words</p>'),
    ("label-content-name-mismatch", '<button type="button" aria-label="Delete">Send the letter off</button>'),
    ("region", "REGION"),
]
STYLES = """
.planted { color: #aaa; background: #fff }
.planted-small__one { display: inline-block; inline-size: 9px; block-size: 9px; overflow: hidden; font-size: 8px }
.planted-scroller { overflow: auto; inline-size: 100px; block-size: 40px } .planted-wide { inline-size: 400px; block-size: 200px }
.planted-broad { inline-size: 700px }
.planted-cut { block-size: 1.5em; inline-size: 4.8em; overflow: hidden; white-space: nowrap; line-height: 1.5 }
.planted-fixed { inline-size: 1200px; overflow: hidden; white-space: nowrap; font-size: 3rem }
.planted-bare:focus { outline: none !important } .planted-lid { position: fixed; inset: 0; z-index: 9; background: #fff }
"""
BY_EYE = [
    ("reflow", 320, '<div class="planted-broad">broad</div>', "pixels wide in a window of 320"),
    ("reflow", 320, '<div class="planted-scroller"><p class="planted-wide">wide</p></div>', "scrolls sideways"),
    ("spacing", 320, '<p class="planted-cut">exactly as</p>', "cut off"),
    ("doubled", 1280, '<p class="planted-fixed">We, the undersigned societies, disagree with it</p>', "cut off"),
    ("names", 320, '<a href="/a">More</a> <a href="/b">More</a>', "two controls are called “More”"),
    ("names", 320, '<input name="x" onpaste="return false" aria-label="x">', "hinders a hand"),
    ("tour", 320, '<button class="planted-bare" type="button">Bare</button>', "the focus cannot be seen"),
    ("tour", 320, '<div class="planted-lid">lid</div>', "out of sight or covered"),
    ("tour", 320, "FIRST", "the first stop is not the skip link"),
    ("tour", 320, "TRAP", "the focus does not leave the page"),
]


def planted(html: str, fault: str) -> str:
    # The fault brings its own style sheet; the page's policy lets in none that is written into the page.
    if fault == "REGION":
        return html.replace("<footer", "<p>Outside every landmark.</p><footer")
    if fault == "FIRST":
        return html.replace('<a class="skip"', '<a href="/a">Before</a><a class="skip"')
    return html.replace("</main>", f"{fault}</main>")


def show(screen: Screen, world: World, fault: str, width: int) -> None:
    html = world.browser(Person.ANONYMOUS).get("/sign-in").html
    screen.show(planted(html, fault), width)
    screen.page.evaluate(
        "(css) => document.adoptedStyleSheets.push(Object.assign(new CSSStyleSheet(), { planted: true })) "
        "&& document.adoptedStyleSheets.at(-1).replaceSync(css)",
        STYLES,
    )
    if fault == "TRAP":
        screen.page.evaluate("addEventListener('keydown', (event) => document.activeElement.matches('input') && event.preventDefault())")


@pytest.mark.parametrize(("rule", "fault"), BY_AXE, ids=[row[0] for row in BY_AXE])
def test_planted_fault_is_caught_by_axe(readers: World, screen: Screen, rule: str, fault: str) -> None:
    show(screen, readers, fault, 320)
    given = screen.axe()
    told = {one.rule for one in (*given.violations, *given.incomplete)}
    assert rule in told, f"axe tells of {told or 'nothing'}"


@pytest.mark.parametrize(("what", "width", "fault", "words"), BY_EYE, ids=[f"{row[0]}: {row[3]}" for row in BY_EYE])
def test_planted_fault_is_caught_by_our_own_checks(readers: World, screen: Screen, what: str, width: int, fault: str, words: str) -> None:
    show(screen, readers, fault, width)
    found = screen.tour() if what == "tour" else screen.look(what)
    assert any(words in line for line in found), found


def test_page_without_a_planted_fault_is_clean(readers: World, screen: Screen) -> None:
    for width in (320, 1280):
        show(screen, readers, "", width)
        assert by_axe(screen) == []
        assert look_whole(screen, width) == []
        assert screen.tour() == []
