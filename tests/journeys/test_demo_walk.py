"""`make demo` as a test, on the demonstration and on the dates, the targets and the size of the real case."""

import json
from pathlib import Path

import pytest

from tests.counts import IS_ASSURE
from tests.rendering.pdf_text import pages_of, squeezed

from .checks import sealed_on
from .demo import perform, perform_on
from .server import Server
from .stories import case, demonstration, few

pytestmark = pytest.mark.journey


# The case is the same course; `make demo` walks this one.
@pytest.mark.assure
def test_demonstration_goes_all_the_way(server: Server, tmp_path: Path) -> None:
    story = demonstration(server.now())
    assert (len(story.answers), story.count("sign"), story.count("decline"), story.count("silent")) == (36, 34, 1, 1)
    outcome = perform_on(server, story, tmp_path, print)
    assert outcome.signed_on_index == "34 of 36"
    assert {path.name for path in tmp_path.iterdir()} == {"letter.pdf", "signatories.csv", "signatories.json"}


def test_case_goes_all_the_way_on_its_dates(tmp_path: Path) -> None:
    whole = case()
    assert (sealed_on(whole) - whole.published).days == 27
    assert whole.count("sign") == 34
    story = whole if IS_ASSURE else few(whole, 10)
    outcome = perform(story, tmp_path, print)
    assert outcome.signed_on_index == ("34 of 34" if IS_ASSURE else "10 of 10")
    assert 1450 <= outcome.words <= 1470
    text = squeezed("".join(pages_of((tmp_path / "letter.pdf").read_bytes())))
    assert squeezed("18 March 2025") in text
    for target in story.letter["targets"]:
        assert squeezed(target["citation"]) in text
    references = json.loads(story.references)
    assert len(references) == 15
    assert [reference["id"] for reference in references if text.count(squeezed(reference["DOI"])) != 1] == []
