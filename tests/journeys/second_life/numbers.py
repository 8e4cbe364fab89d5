"""One number for one list, wherever it is asked for (R5): each place with the number that it tells."""

import csv
import io
import json
import re
from dataclasses import dataclass

from tests.journeys.checks import check_roll
from tests.rendering.pdf_text import pages_of, squeezed

from .desk import Desk
from .outside import Outside

_SIGNED = re.compile(r"(\d+) societies have signed this letter")
SINCE = ("1 has since withdrawn", "2 have joined since")


@dataclass
class Numbers:
    """What was told of the sealed list, place by place; `live` are those that add what came since."""

    desk: Desk
    room: str
    """What the reading room of a signatory says."""

    def told(self) -> dict[str, int]:
        return {**self._of_files(), **self._of_programs(), **{place: int(_found(words)) for place, words in self._live().items()}}

    def without_what_came_since(self) -> list[str]:
        """Live places that do not say, beside the number, who withdrew and who joined."""
        return [place for place, words in self._live().items() if not all(since in words for since in SINCE)]

    def _live(self) -> dict[str, str]:
        letter, outside = self.desk.letter, Outside(self.desk.server.base)
        self.desk.go("/after")
        return {
            "desk, after the seal": self.desk.person.text,
            "reading room": self.room,
            **{
                address: outside.read(address).decode()
                for address in (f"/p/{letter}", f"/embed/{letter}", f"/embed/{letter}/signatories.json", f"/api/v1/letters/{letter}")
            },
            "signatories of the API": outside.read(f"/api/v1/letters/{letter}/signatories").decode(),
            "undersigned public show": self.desk.server.command("public", "show", letter),
        }

    def _of_files(self) -> dict[str, int]:
        letter, outside = self.desk.letter, Outside(self.desk.server.base)
        pdf, rows = outside.read(f"/p/{letter}/files/letter.pdf"), outside.read(f"/p/{letter}/files/signatories.csv")
        names = [row["society"] for row in csv.DictReader(io.StringIO(rows.decode("utf-8-sig")))]
        check_roll(pdf, names)
        told = re.search(r"(\d+)societieshavesignedthisletter", squeezed("".join(pages_of(pdf))))
        assert told, "the PDF tells no number"
        return {
            "rows of the CSV": len(names),
            "PDF": int(told[1]),
            "JSON": json.loads(outside.read(f"/p/{letter}/files/signatories.json"))["count"],
        }

    def _of_programs(self) -> dict[str, int]:
        letter, outside, command = self.desk.letter, Outside(self.desk.server.base), self.desk.server.command
        listed = json.loads(outside.read("/api/v1/letters"))["letters"][0]
        known = json.loads(command("letter", "list", "--json"))["letters"][0]
        facts = json.loads(outside.read(f"/embed/{letter}/signatories.json"))
        front = re.search(r"signed by (\d+) societies", outside.read("/").decode())
        assert front, "the front page tells no number"
        return {
            "desk, overview": self.desk.number(),
            "letters of the API": listed["signed"],
            "names embedded": len(facts["signatories"]),
            "front page": int(front[1]),
            "undersigned letter list": known["signed"],
            "feed": int(_found(outside.read(f"/p/{letter}/feed.atom").decode())),
        }


def _found(words: str) -> str:
    found = _SIGNED.search(words)
    assert found, f"no number in: {words[:400]}"
    return found[1]
