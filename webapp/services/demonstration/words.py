"""The words of the demonstration: a letter, its roster and its answers, all plainly invented."""

import json
from datetime import date, datetime
from pathlib import Path
from typing import Any

from webapp.services.letters import AuthorDraft, LetterDraft, TargetDraft

_FOLDER = Path(__file__).parent
ZONE = "Europe/Berlin"


def read_roster_file() -> bytes:
    return (_FOLDER / "roster.csv").read_bytes()


def read_answers() -> dict[str, Any]:
    """What each society says in the end, by the address of its representative, in the order of the roster."""
    return _read_json("answers.json")


def read_stages() -> dict[str, Any]:
    """The societies that have come no further than reading or their board, and the one that took its answer back."""
    return _read_json("stages.json")


def read_letter(deadline_local: datetime, submission_target: date) -> LetterDraft:
    """The letter as its coordinator would have typed it."""
    facts = _read_json("letter.json")
    plain = {name: facts[name] for name in ("title", "collective_noun", "lead_society", "contact_email", "ask", "journal", "language")}
    return LetterDraft(
        **plain,
        addressee="\n".join(facts["addressee"]),
        statement=_read("statement.md"),
        references_typed=_read("references.json"),
        deadline_local=deadline_local,
        deadline_zone=ZONE,
        submission_target=submission_target,
        is_demonstration=True,
        targets=tuple(_target(target) for target in facts["targets"]),
        authors=tuple(_author(author) for author in facts["authors"]),
    )


def _target(facts: dict[str, str]) -> TargetDraft:
    return TargetDraft(facts["role"], facts["citation"], facts["doi"], date.fromisoformat(facts["published"]))


def _author(facts: dict[str, Any]) -> AuthorDraft:
    return AuthorDraft(facts["name"], facts["affiliation"], facts["orcid"], facts["is_corresponding"], facts["competing_interests"])


def _read_json(name: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(_read(name))
    return content


def _read(name: str) -> str:
    return (_FOLDER / name).read_text(encoding="utf-8")
