"""The words of the demonstration and of the walk on real facts: complete, consistent and plainly invented."""

import csv
import json
import re
import unicodedata
from datetime import date
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
DEMONSTRATION = ROOT / "webapp" / "services" / "demonstration"
CASE = ROOT / "tests" / "journeys" / "case"
FILES = ("letter.json", "statement.md", "references.json", "roster.csv", "answers.json")

LETTER_KEYS = {
    "title",
    "language",
    "collective_noun",
    "ask",
    "journal",
    "addressee",
    "dated",
    "targets",
    "authors",
    "lead_society",
    "contact_email",
}
ANSWER_KEYS = {
    "kind",
    "officer",
    "office",
    "decided_by",
    "decided_days_before_deadline",
    "competing_interests",
    "mandate",
    "reason",
}
ASKS = {"correction", "expression_of_concern", "retraction", "publication", "reply"}
BODIES = {"board", "executive committee", "council", "president under standing rules", "general assembly"}

# (role, first author, title, volume, e-locator, DOI); "" is a fact that is not known and must not be supplied.
CASE_FACTS = [
    (
        "guideline",
        "Busse JW",
        "Commonly used interventional procedures for non-cancer chronic spine pain: a clinical practice guideline",
        "388",
        "e079970",
        "10.1136/bmj-2024-079970",
    ),
    (
        "network meta-analysis",
        "Wang X",
        (
            "Common interventional procedures for chronic non-cancer spine pain: a systematic review and network "
            "meta-analysis of randomised trials"
        ),
        "388",
        "e079971",
        "10.1136/bmj-2024-079971",
    ),
    ("editorial", "Ballantyne JC", "Spinal interventions for chronic back pain", "388", "r179", ""),
]
CASE_PUBLISHED = "2025-02-19"

both = pytest.mark.parametrize("folder", [DEMONSTRATION, CASE], ids=["demonstration", "case"])


def text_of(folder: Path, name: str) -> str:
    return (folder / name).read_text(encoding="utf-8")


def json_of(folder: Path, name: str) -> Any:
    return json.loads(text_of(folder, name))


def roster_of(folder: Path) -> list[dict[str, str]]:
    with (folder / "roster.csv").open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file, strict=True)
        assert reader.fieldnames == ["society", "contact", "email", "country", "acronym"]
        return list(reader)


def words_of(markdown: str) -> list[str]:
    """The words of the text as read: no citation markers, no marks of heading, list, quote or table."""
    without_citations = re.sub(r"\s*\[@[^\]]*\]", "", markdown)
    without_marks = re.sub(r"(?m)^\s*(?:#+|>|[-*]|\d+\.)\s+", "", without_citations).replace("|", " ")
    return [word for word in without_marks.split() if re.search(r"\w", word)]


def citation_keys(markdown: str) -> list[str]:
    return [key for group in re.findall(r"\[(@[^\]]*)\]", markdown) for key in re.findall(r"@([\w-]+)", group)]


@pytest.mark.parametrize(
    ("folder", "kinds"),
    [(DEMONSTRATION, {"sign": 34, "decline": 1, "silent": 1}), (CASE, {"sign": 34, "decline": 0, "silent": 0})],
    ids=["demonstration", "case"],
)
def test_every_society_has_its_answer(folder: Path, kinds: dict[str, int]) -> None:
    roster, answers = roster_of(folder), json_of(folder, "answers.json")
    found = [answer["kind"] for answer in answers.values()]
    assert {kind: found.count(kind) for kind in kinds} == kinds
    assert len(roster) == len(found) == sum(kinds.values())
    assert [row["email"] for row in roster] == list(answers)


@both
def test_an_answer_is_complete_for_its_kind(folder: Path) -> None:
    for email, answer in json_of(folder, "answers.json").items():
        assert set(answer) == ANSWER_KEYS, email
        answered = answer["kind"] != "silent"
        for key in ("officer", "office", "decided_by", "competing_interests"):
            assert bool(answer[key]) is answered, (email, key)
        assert (answer["decided_by"] in BODIES) is answered, email
        days = answer["decided_days_before_deadline"]
        assert (1 <= days <= 27) if answered else days is None, email
        assert answer["mandate"] in ({"edit", "ask"} if answer["kind"] == "sign" else {""}), email
        assert bool(answer["reason"]) is (answer["kind"] == "decline"), email


@both
def test_addresses_can_reach_nobody(folder: Path) -> None:
    addresses = [row["email"] for row in roster_of(folder)] + [json_of(folder, "letter.json")["contact_email"]]
    for address in addresses:
        assert re.fullmatch(r"[a-z0-9.+'-]+@(?:[a-z0-9-]+\.)*example\.(?:org|net|com)", address), address
    for name in FILES:
        for address in re.findall(r"[^\s\"<>,;:]+@[^\s\"<>,;:]+\.\w+", text_of(folder, name)):
            assert re.search(r"[@.]example\.(?:org|net|com)$", address), (name, address)


@both
def test_names_and_addresses_are_unique(folder: Path) -> None:
    roster = roster_of(folder)
    for column in ("society", "email", "contact"):
        assert len({row[column].casefold() for row in roster}) == len(roster), column
    for row in roster:
        assert re.fullmatch("[A-Z]{2}", row["country"]), row
        for value in row.values():
            assert value == value.strip() == unicodedata.normalize("NFC", value), row


def test_the_two_rosters_share_no_name() -> None:
    names = [row["society"].casefold() for folder in (DEMONSTRATION, CASE) for row in roster_of(folder)]
    assert len(set(names)) == 70


def test_names_are_as_awkward_as_real_ones() -> None:
    names = [row["society"] for row in roster_of(DEMONSTRATION)]
    assert [len(name) for name in names if len(name) >= 140] == [140]
    assert sum(name.startswith("The ") for name in names) >= 2
    assert any(name[0].isdigit() for name in names)
    assert any(name[0].islower() and name[0].isascii() for name in names)
    for mark in (", ", "&", "(", "|", '"', "'", "’", "–", "—", ", Inc."):
        assert any(mark in name for name in names), mark
    assert {"Brindlemoor Society of Rehabilitation Nursing", "Brindlemere Society of Rehabilitation Nursing"} <= set(names)
    for script in ("CJK", "ARABIC", "HEBREW", "GREEK", "CYRILLIC", "DEVANAGARI", "THAI"):
        holders = [name for name in names if any(unicodedata.name(char, "").startswith(script) for char in name)]
        assert len(holders) == 1, script


@both
def test_every_citation_has_its_reference_and_every_reference_its_citation(folder: Path) -> None:
    cited = citation_keys(text_of(folder, "statement.md"))
    references = json_of(folder, "references.json")
    assert text_of(folder, "statement.md").count("@") == len(cited)
    assert list(dict.fromkeys(cited)) == [item["id"] for item in references], "listed in order of first citation"
    assert len(references) == {DEMONSTRATION: 6, CASE: 15}[folder]


@both
def test_references_are_invented_and_complete(folder: Path) -> None:
    references = json_of(folder, "references.json")
    assert len({item["DOI"] for item in references}) == len(references)
    for item in references:
        assert item["DOI"].startswith("10.5555/"), item["id"]
        assert item["type"] and item["title"] and item["author"], item["id"]
        assert isinstance(item["issued"]["date-parts"][0][0], int), item["id"]
        assert item.get("container-title") or item.get("publisher"), item["id"]


@both
def test_the_letter_has_its_shape(folder: Path) -> None:
    letter = json_of(folder, "letter.json")
    assert set(letter) == LETTER_KEYS
    assert letter["collective_noun"] == "societies"
    assert letter["ask"] in ASKS
    assert letter["addressee"] and all(letter["addressee"])
    assert letter["lead_society"] in {row["society"] for row in roster_of(folder)}
    assert all(set(target) == {"role", "citation", "doi", "published"} for target in letter["targets"])
    assert [set(author) for author in letter["authors"]] == [
        {"name", "affiliation", "orcid", "is_corresponding", "competing_interests"}
    ] * 3
    assert [author["is_corresponding"] for author in letter["authors"]] == [True, False, False]
    assert {author["orcid"] for author in letter["authors"]} == {""}


def test_the_demonstration_answers_an_invented_article() -> None:
    letter = json_of(DEMONSTRATION, "letter.json")
    assert letter["targets"]
    assert all(target["doi"].startswith("10.5555/") for target in letter["targets"])
    assert 450 <= len(words_of(text_of(DEMONSTRATION, "statement.md"))) <= 600


def test_the_case_answers_the_three_publications_as_known() -> None:
    letter = json_of(CASE, "letter.json")
    assert letter["targets"] == [
        {
            "role": role,
            "citation": f"{first_author} (first author). {title}. BMJ 2025;{volume}:{elocator}.",
            "doi": doi,
            "published": CASE_PUBLISHED,
        }
        for role, first_author, title, volume, elocator, doi in CASE_FACTS
    ]
    assert letter["ask"] == "retraction"
    assert letter["dated"] == "2025-03-18"
    assert (date.fromisoformat(letter["dated"]) - date.fromisoformat(CASE_PUBLISHED)).days == 27


def test_the_case_statement_has_the_length_and_parts_of_the_real_one() -> None:
    statement = text_of(CASE, "statement.md")
    assert 1455 <= len(words_of(statement)) <= 1465
    assert statement.count("\n## ") >= 6
    assert all(mark in statement for mark in ("\n- ", "\n> ", "\n| --- |"))


def test_the_case_statement_accuses_nobody() -> None:
    statement = text_of(CASE, "statement.md")
    first_paragraph = statement.split("\n\n")[1]
    assert "sample text for trying the software" in first_paragraph
    assert "societies beneath it are invented" in first_paragraph
    for _role, first_author, *_rest in CASE_FACTS:
        assert first_author.split()[0] not in statement


@both
def test_no_number_of_signatories_is_written_into_the_text(folder: Path) -> None:
    # R5: counts come from the list alone.
    statement = text_of(folder, "statement.md")
    assert not re.search(r"\b(?:3[3-6]|thirty-\w+)\b|\bundersigned\b", statement)


@both
def test_no_real_society_appears(folder: Path) -> None:
    for name in FILES:
        assert not re.search(r"\b(?:AAPM&R|AAPM|NASS|ACR|ASIPP|SIS|ASRA|SIR|IPSIS)\b", text_of(folder, name)), name
