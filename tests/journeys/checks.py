"""What must be true of a letter that has been carried to the journal, whichever way one asks."""

import csv
import hashlib
import io
import json
import re
import subprocess
import unicodedata
from collections import Counter
from datetime import date
from pathlib import Path

import pypdf

from tests.rendering.pdf_text import RIGHT_TO_LEFT, pages_of, squeezed
from webapp.domain.deadline import show_date

from .stories import Story
from .walk import Outcome

_MARGINS = re.compile(r"^(\d+\.|SHA-256 \S+ Page \d+ of \d+)$", re.MULTILINE)
_AFTER_THE_LIST = re.compile("About this document|How to check this letter|Authority of the signatories")


def check_file(path: Path) -> None:
    """A PDF that another program finds whole."""
    done = subprocess.run(["qpdf", "--check", str(path)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def check_roll(content: bytes, names: list[str]) -> None:
    """Every signatory stands in the PDF's list once, in this order."""
    text = _MARGINS.sub("", "".join(pages_of(content)))
    lines = _AFTER_THE_LIST.split(text.rpartition("signed this letter.")[2])[0].splitlines()
    roll = _letters(" ".join(_as_read(line) for line in lines))
    places = [roll.find(_letters(name)) for name in names]
    missing = [name for name, place in zip(names, places, strict=True) if place < 0]
    assert not missing, f"not in the list of the PDF: {missing}"
    assert places == sorted(places), "the PDF lists the signatories in another order"
    doubled = [name for name in names if roll.count(_letters(name)) != 1]
    assert not doubled, f"more than once in the list of the PDF: {doubled}"


def _as_read(line: str) -> str:
    """The words of a right-to-left line come out of a file as they stand, from the left."""
    return " ".join(reversed(line.split())) if RIGHT_TO_LEFT.search(squeezed(line)) else line


def _letters(text: str) -> str:
    """Squeezed, and without marks: a PDF keeps Devanagari vowel signs as shapes, which come out displaced or not at all."""
    return "".join(one for one in squeezed(text) if not unicodedata.category(one).startswith("M"))


def check_outcome(outcome: Outcome, story: Story) -> list[str]:
    """Holds every list and every number against every other; returns what was found, in words."""
    pdf = (outcome.files / "letter.pdf").read_bytes()
    document = json.loads((outcome.files / "signatories.json").read_text(encoding="utf-8"))
    rows = list(csv.DictReader((outcome.files / "signatories.csv").read_text(encoding="utf-8-sig").splitlines()))
    listed = next(line for line in json.loads(outcome.listed)["letters"] if line["reference"] == outcome.letter)
    names = [one["society"] for one in document["signatories"]]
    count = story.count("sign")

    invited = Counter(row["society"] for row in csv.DictReader(story.roster.decode().splitlines()))
    assert set(names) <= set(invited) and len(set(names)) == len(names) == count
    assert [row["society"] for row in rows] == names == list(outcome.names_on_seal_page)
    numbers = {document["count"], listed["signed"], int(outcome.signed_on_dashboard), int(outcome.signed_on_index.split()[0])}
    assert numbers == {count}, f"not everywhere the same number: {numbers}"

    sha256 = hashlib.sha256(pdf).hexdigest()
    assert sha256 == outcome.sha256_on_page, "the exported PDF is not the one whose SHA-256 the page shows"
    assert pdf == outcome.pdf_from_page, "the page and the command hand out different files"
    check_file(outcome.files / "letter.pdf")
    check_roll(pdf, names)
    text = squeezed("".join(pages_of(pdf)))
    assert squeezed(f"{count} {document['collective_noun']} have signed this letter.") in text
    assert squeezed(document["digest"]) in text
    assert squeezed(show_date(sealed_on(story))) in text
    return [
        f"{count} signatories on every page, in every list and in the PDF, once each and in order",
        f"letter.pdf: {len(pypdf.PdfReader(io.BytesIO(pdf)).pages)} pages, {len(pdf):,} bytes, whole, SHA-256 {sha256}",
    ]


def sealed_on(story: Story) -> date:
    return story.deadline_local.date()
