"""The two letters that are carried from draft to journal: the demonstration, and the size and dates of the real case."""

import csv
import io
import json
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from webapp.rendering.environment import ROOT

DEMONSTRATION = ROOT / "webapp" / "services" / "demonstration"
CASE = Path(__file__).parent / "case"


@dataclass(frozen=True)
class Story:
    """What is typed into the forms, by whom and on which day."""

    name: str
    letter: dict[str, Any]
    statement: str
    references: str
    roster: bytes
    answers: dict[str, dict[str, Any]]
    opened_at: datetime
    deadline_local: datetime
    zone: str

    @property
    def deadline(self) -> datetime:
        return self.deadline_local.replace(tzinfo=ZoneInfo(self.zone)).astimezone(UTC)

    @property
    def published(self) -> date:
        """The day on which the first target appeared."""
        return date.fromisoformat(self.letter["targets"][0]["published"])

    def count(self, kind: str) -> int:
        return sum(1 for answer in self.answers.values() if answer["kind"] == kind)

    def decided_on(self, email: str) -> date:
        return self.deadline_local.date() - timedelta(days=self.answers[email]["decided_days_before_deadline"] or 0)


def demonstration(now: datetime) -> Story:
    """The demonstration's letter, opened now, with four weeks to answer."""
    zone = "Europe/Berlin"
    last_day = now.astimezone(ZoneInfo(zone)).date() + timedelta(days=28)
    return _read("the demonstration", DEMONSTRATION, now, datetime.combine(last_day, time(17)), zone)


def case() -> Story:
    """The dates, the targets and the size of the real case: published on 19 February 2025, answered 27 days later."""
    return _read("the case", CASE, datetime(2025, 2, 24, 9, tzinfo=UTC), datetime.combine(date(2025, 3, 18), time(12)), "Europe/London")


def short(title: str, roster: str, now: datetime) -> Story:
    """The demonstration's letter under another title, with a short roster and forty minutes to answer: no session ends meanwhile."""
    whole = demonstration(now)
    answers = {row["email"]: {} for row in csv.DictReader(roster.splitlines())}
    deadline = (now + timedelta(minutes=40)).replace(second=0, microsecond=0, tzinfo=None)
    letter = {**whole.letter, "title": title}
    return replace(whole, name=title, letter=letter, roster=roster.encode(), answers=answers, deadline_local=deadline, zone="UTC")


def few(story: Story, count: int) -> Story:
    """The same letter with the societies that sign last, when the coordinator is at the desk to the end."""
    signing = [row for row in csv.DictReader(story.roster.decode().splitlines()) if story.answers[row["email"]]["kind"] == "sign"]
    rows = sorted(signing, key=lambda row: story.decided_on(row["email"]))[-count:]
    file = io.StringIO()
    writer = csv.DictWriter(file, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return replace(story, roster=file.getvalue().encode(), answers={row["email"]: story.answers[row["email"]] for row in rows})


def _read(name: str, folder: Path, opened_at: datetime, deadline_local: datetime, zone: str) -> Story:
    def text(file: str) -> str:
        return (folder / file).read_text(encoding="utf-8")

    roster = (folder / "roster.csv").read_bytes()
    answers = json.loads(text("answers.json"))
    statement, references = text("statement.md"), text("references.json")
    return Story(name, json.loads(text("letter.json")), statement, references, roster, answers, opened_at, deadline_local, zone)
