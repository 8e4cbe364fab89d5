"""The letter whose second life is walked: the dates and the size of a real case, and nobody in it who exists."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from typing import Any

from tests.journeys.stories import Story, demonstration

OPENED = datetime(2025, 2, 24, 9, tzinfo=UTC)
SEALED_ON = date(2025, 3, 18)
ZONE = "Europe/London"
LATE = ("policy@wickerford.example.com", "vanphong@vinhmay.example.org")
"""Whose boards met too late: they join by addendum."""
WITHDRAWS = "secretaria@valdesueno.example.org"
OBJECTS = "hello@3wards.example.com"
AFFIRMS = "office@eurorepose.example.net"
"""Who is to be asked each time; so is Clairombre, which says nothing."""
SILENT = "contact@clairombre.example.org"
LEADS = "quiet-hour@marrowby.example.org"
_FIRST = (LEADS, "secretary@gullhaven-nursing.example.org", AFFIRMS, OBJECTS, WITHDRAWS, SILENT)
_JOURNAL = "The Tarnbeck Journal of Convalescent Medicine"
_REVIEW = {
    "role": "network meta-analysis",
    "citation": "Oakhanger P, Brightwater S. Protected rest in hospital: a systematic review and network meta-analysis. "
    "Tarnbeck J Convalesc Med 2025;57(2):88–102.",
    "doi": "10.5555/tjcm.2025.0088",
}
_GUIDELINE = {
    "role": "guideline",
    "citation": "Fennimore-Oake IR, de la Sombra I. Quiet hours on convalescent wards: a clinical practice guideline. "
    "Tarnbeck J Convalesc Med 2025;57(2):71–87.",
    "doi": "10.5555/tjcm.2025.0071",
}
_EDITORIAL = {
    "role": "editorial",
    "citation": "Quillfeather M. Time to wake the ward. Tarnbeck J Convalesc Med 2025;57(2):69–70.",
    "doi": "",
}
# What makes the statement longer than the short form that is cut from it.
_ANNEX = """
## How the three articles hang together

The guideline advises against the quiet hour. It rests on the network meta-analysis of the same issue, which rests in turn on the one
trial of which we speak above: of the 28 wards that it pools, all 28 are those of that trial. The editorial then calls the evidence
“consistent across three publications”. It is one clock, read three times. A reader who meets the editorial first cannot know this, and
none of the three articles says so.

We have asked four statisticians who belong to none of our societies to pool what is left when the entries of the four o’clock round are
taken out. Nothing is left to pool. We therefore ask for the retraction of the guideline, and for a correction of the other two.
"""


@dataclass(frozen=True)
class Place:
    """A venue as an administrator types it, and what stands for it in a list."""

    journal: str
    route: str
    words: int
    asks: str = ""

    @property
    def name(self) -> str:
        return f"{self.journal}, {self.route}"


RESPONSE = Place(_JOURNAL, "rapid response", 600, "competing interests")
LETTER = Place("Annals of Ward Practice", "letter to the editor", 900, "competing interests\nfunding")
ARTICLE = Place("Windlemarsh Archives of Rest", "position statement", 3000)


def second_life(count: int) -> Story:
    """So many societies sign in the last hour, and two are late."""
    whole = demonstration(OPENED)
    chosen = [*_FIRST, *(email for email, one in whole.answers.items() if one["kind"] == "sign" and email not in _FIRST)][:count]
    signing = {email: {**whole.answers[email], "decided_days_before_deadline": 1} for email in chosen}
    late = {email: {**whole.answers[email], "kind": "silent"} for email in LATE}
    head, *rows = whole.roster.decode().splitlines(keepends=True)
    roster = head + "".join(row for row in rows if any(email in row for email in {**signing, **late}))
    return replace(
        whole,
        name="the second life of a letter",
        letter=_facts(whole.letter),
        statement=whole.statement.replace("\nYours faithfully,", f"{_ANNEX}\nYours faithfully,"),
        roster=roster.encode(),
        answers={**signing, **late},
        opened_at=OPENED,
        deadline_local=datetime.combine(SEALED_ON, time(12)),
        zone=ZONE,
    )


def short_form(story: Story) -> str:
    return story.statement.replace(_ANNEX, "")


def shortened(text: str) -> str:
    """As the second journal wants it: without the part in which nothing is asked."""
    before, _heading, after = text.partition("## Where we agree")
    return before + after[after.index("## What we ask") :]


def _facts(letter: dict[str, Any]) -> dict[str, Any]:
    targets = [{**one, "published": "2025-02-19"} for one in (_GUIDELINE, _REVIEW, _EDITORIAL)]
    return {**letter, "title": "One clock, read three times: the quiet hour on convalescent wards", "ask": "retraction", "targets": targets}
