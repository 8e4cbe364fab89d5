"""The venues on the command line, for people and for machines."""

import json

from tests.cli.conftest import Command
from webapp.persistence.shipped_venues import shipped_venues


def test_list_shows_what_is_known_and_what_is_not(undersigned: Command) -> None:
    lines = undersigned("venue", "list").stdout.splitlines()
    assert len(lines) == len(shipped_venues())
    assert "ajr-letter  American Journal of Roentgenology, letter to the editor  400 words, 4 references, 3 authors" in lines
    assert "jama-letter  JAMA, letter to the editor  limits not known: check with the journal" in lines
    assert any(line.endswith("1,200 words (guideline)") for line in lines)


def test_list_for_machines_holds_every_fact(undersigned: Command) -> None:
    known = json.loads(undersigned("venue", "list", "--json").stdout)["venues"]
    one = next(venue for venue in known if venue["slug"] == "ajr-letter")
    assert one["limits"]["words"]["most"] == 400
    assert one["sources"] == [{"address": "https://arrs.org/AJR/AJR/Authrs/AuthorGuidelines.aspx", "year": 2026}]
    assert (one["checked_on"], one["edition"]) == (None, 0)
    assert next(venue for venue in known if venue["slug"] == "jama-letter")["limits"]["words"] is None
