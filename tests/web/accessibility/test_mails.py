"""The HTML of every mail: axe and reflow, in one combination of width and colours as the pages are, in all four under `make assure`."""

import pytest

from tests.mail.test_messages import MESSAGES
from tests.web.accessibility.screen import Screen
from tests.web.accessibility.test_pages import combinations_for

pytestmark = pytest.mark.browser

# A mail is shown inside the page of a mail program, which brings the heading and the landmarks.
OF_THE_PROGRAM = {"bypass", "landmark-one-main", "page-has-heading-one", "region"}


@pytest.mark.parametrize("name", MESSAGES)
def test_mail_is_accessible(screen: Screen, name: str) -> None:
    screen.show(MESSAGES[name].html, 320, policy="default-src 'none'; style-src 'unsafe-inline'")
    # A mail sets no colour of its own; its ground is the program's, and axe takes what is not said for white.
    screen.page.evaluate("look.restyle('html { background: Canvas; color: CanvasText }')")
    found = []
    for width, scheme in combinations_for(name):
        screen.turn(width, scheme)
        given = screen.axe()
        found += [f"{one} ({width}, {scheme})" for one in (*given.violations, *given.incomplete) if one.rule not in OF_THE_PROGRAM]
        found += [f"{line} ({width})" for line in screen.look("reflow")]
    assert found == [], "\n".join(found)
