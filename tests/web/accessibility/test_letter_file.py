"""The letter as one HTML file, opened by itself: axe, reflow, keyboard, both colour schemes, print; and it asks nobody for anything."""

from dataclasses import replace

import pytest

from tests.hostile.canary import listening
from tests.hostile.words import statement
from tests.rendering.letters import AUDIT, SMITH, letter
from tests.rendering.test_letter_text import MARKDOWN
from tests.rendering.test_letter_word import blue_png
from tests.web.accessibility.screen import Screen
from tests.web.accessibility.test_pages import COMBINATIONS, look_whole
from webapp.domain.document import LetterDocument, Letterhead, Picture, Proof
from webapp.domain.layout import Grouping, Layout
from webapp.rendering.letter_page import letter_page

pytestmark = pytest.mark.browser

OWN_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"


def document(markdown: str) -> LetterDocument:
    picture = Picture("image/png", blue_png(60, 30), 60, 30)
    given = letter(
        statement=markdown,
        references=(SMITH, AUDIT, {**AUDIT, "id": "vale2026"}),
        layout=Layout(grouping=Grouping.COUNTRY, shows_logos=True),
        letterhead=Letterhead(("12 Example Street", "London"), "https://www.example.org", "logo"),
        pictures={"logo": picture},
        proof=Proof("https://example.org/check/x", "a" * 64, 41, "{}"),
        is_draft=True,
        draft_for="Gullhaven Society",
    )
    return replace(given, signatories=tuple(replace(one, logo="logo") for one in given.signatories))


def test_letter_that_stands_alone_is_accessible(screen: Screen) -> None:
    screen.show(letter_page(document(f"To the Editor,\n\n{MARKDOWN}")), 320, policy=OWN_POLICY)
    found = [f"{line} (Tab key, 320)" for line in screen.tour()]
    for width, scheme in COMBINATIONS:
        screen.turn(width, scheme)
        found += [f"{line} ({width}, {scheme})" for line in look_whole(screen, width)]
    assert found == [], "\n".join(found)
    loaded = screen.page.evaluate("[...document.images].map((one) => one.naturalWidth)")
    assert loaded == [60] * (1 + len(letter().signatories))


def test_r20_file_asks_nobody_for_anything_whatever_was_typed(screen: Screen) -> None:
    with listening() as canary:
        asked: list[str] = []
        screen.page.on("request", lambda request: asked.append(request.url))
        hostile = letter_page(document(statement(canary.address)))
        # Without a policy of a server: what the file says of itself has to do.
        screen.show(hostile, 320, policy="")
        assert [one for one in asked if one != f"{screen.base}/page"] == [] == canary.calls
        assert screen.page.evaluate("document.scripts.length") == 0


def test_control_file_that_fetches_is_noticed(screen: Screen) -> None:
    with listening() as canary:
        fetching = (
            letter_page(document("Short.")).replace("img-src data:", "img-src *").replace("</main>", f"<img src={canary.address}/x></main>")
        )
        screen.show(fetching, 320, policy="")
        assert canary.calls != []
