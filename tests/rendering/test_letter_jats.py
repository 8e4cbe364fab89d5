"""The letter as JATS: valid by the grammar, with its authors, its signatories, what it answers and what it cites."""

from dataclasses import replace
from functools import cache
from typing import Any

import pytest
from lxml import etree

from tests.hostile.words import statement
from webapp.domain.document import AuthorLine, LetterDocument, Proof, TargetLine
from webapp.domain.layout import Grouping, Layout
from webapp.rendering.environment import ROOT
from webapp.rendering.letter_jats import letter_jats

from .letters import AUDIT, AWKWARD_NAMES, DIGEST, SMITH, letter
from .test_letter_text import MARKDOWN

GRAMMAR = ROOT / "tests" / "vendor" / "jats-archiving-1.1" / "JATS-archiving.rng"
# Prefixes that the file uses and does not declare.
_DECLARED = {
    "ali": "http://www.niso.org/schemas/ali/1.0/",
    "mml": "http://www.w3.org/1998/Math/MathML",
    "oasis": "http://www.niso.org/standards/z39-96/ns/oasis-exchange/table",
    "xi": "http://www.w3.org/2001/XInclude",
    "xlink": "http://www.w3.org/1999/xlink",
}
NAMESPACES = " ".join(f'xmlns:{prefix}="{address}"' for prefix, address in _DECLARED.items())
XLINK = "{http://www.w3.org/1999/xlink}href"


@cache
def grammar() -> etree.RelaxNG:
    declared = GRAMMAR.read_text().replace("<grammar ", f"<grammar {NAMESPACES} ", 1)
    return etree.RelaxNG(etree.fromstring(declared.encode()))


def problems(written: str) -> list[str]:
    """What the grammar of 1.1 says; the file says 1.3 of itself, which is compatible."""
    root = etree.fromstring(written.replace('dtd-version="1.3"', 'dtd-version="1.1"').encode())
    return [] if grammar().validate(root) else [str(one) for one in grammar().error_log]


def parsed(document: LetterDocument) -> Any:
    return etree.fromstring(letter_jats(document).encode())


BARE = letter(authors=(), signatories=(), targets=(), references=(), statement="Short.", ask="", addressee=(), journal="")
FULL = letter(
    statement=f"Begin.\n\n{MARKDOWN}",
    references=(SMITH, AUDIT),
    targets=(*letter().targets, TargetLine("", "An editorial without a DOI?", None, None)),
    authors=(*letter().authors, AuthorLine("Ida Holm", "", None, False, "")),
    layout=Layout(grouping=Grouping.COUNTRY),
    proof=Proof("https://example.org/check/x", "a" * 64, 41, "{}"),
    is_demonstration=True,
)


@pytest.mark.parametrize(
    "document",
    [
        pytest.param(letter(), id="a letter"),
        pytest.param(BARE, id="nothing but words"),
        pytest.param(FULL, id="everything"),
        pytest.param(letter(is_draft=True, draft_for="Gullhaven"), id="a draft"),
        pytest.param(letter(style="apa"), id="a style without numbers"),
        pytest.param(letter(statement="# One\n\n### Two\n\nA.\n\n## Three\n\nB.\n\n# Four\n"), id="headings with gaps"),
        pytest.param(
            letter(statement=f"{statement('http://127.0.0.1:9')}\n\n[@smith2024]", references=(SMITH, {**AUDIT, "id": "vale2026"})),
            id="hostile",
        ),
    ],
)
def test_file_is_valid(document: LetterDocument) -> None:
    assert problems(letter_jats(document)) == []


@pytest.mark.parametrize("slip", [("<article-title>", "<p>"), ("<fn-group>", "<notes-group>"), ('article-type="letter"', 'kind="letter"')])
def test_control_file_that_is_not_valid_is_noticed(slip: tuple[str, str]) -> None:
    written = letter_jats(FULL)
    broken = written.replace(slip[0], slip[1]).replace(slip[0].replace("<", "</"), slip[1].replace("<", "</"))
    assert broken != written and problems(broken) != []


def test_front_says_what_it_is_and_what_it_answers() -> None:
    root = parsed(FULL)
    assert (root.get("article-type"), root.get("dtd-version")) == ("letter", "1.3")
    assert root.findtext(".//journal-title") == "Example Journal of Medicine"
    assert root.findtext(".//article-title") == letter().title
    answered = root.findall(".//related-article")
    assert [(one.get("related-article-type"), one.get("ext-link-type"), one.get(XLINK)) for one in answered] == [
        ("commentary-article", "doi", "10.5555/ejm.2024.1"),
        ("commentary-article", None, None),
    ]
    assert dict(zip(root.xpath(".//meta-name/text()"), root.xpath(".//meta-value/text()"), strict=True))["sha-256"] == DIGEST


def test_authors_have_orcid_affiliation_and_interests_and_write_on_behalf() -> None:
    root = parsed(FULL)
    (anna, ida) = root.findall(".//contrib[@contrib-type='author']")
    assert (anna.get("corresp"), ida.get("corresp")) == ("yes", None)
    assert anna.findtext("contrib-id") == "https://orcid.org/0000-0002-1825-0097"
    assert anna.findtext("aff/institution") == "Example University Hospital, Leeds"
    assert root.findtext(f".//fn[@id='{anna.find('xref').get('rid')}']/p") == "Anna Sørensen: none declared."
    assert ida.findtext("string-name") == "Ida Holm" and ida.find("aff") is None
    assert root.findtext(".//on-behalf-of") == "24 societies"


def test_signatories_are_groups_who_contributed_and_stand_again_after_the_text() -> None:
    root = parsed(letter())
    assert root.xpath(".//contrib[@contrib-type='signatory']/collab/institution/text()") == list(AWKWARD_NAMES)
    assert root.xpath(".//back/sec[@sec-type='signatories']//named-content/text()") == list(AWKWARD_NAMES)


def test_every_reference_that_is_cited_is_in_the_list() -> None:
    root = parsed(FULL)
    assert set(root.xpath(".//xref[@ref-type='bibr']/@rid")) == set(root.xpath(".//ref/@id")) == {"ref-smith2024", "ref-audit2023"}
    assert root.findtext(".//ref-list/title") == "References"
    assert "".join(root.find(".//ref/mixed-citation").itertext()).startswith("Smith A. A trial of something.")


def test_link_leads_to_the_web_or_a_mailbox_or_nowhere() -> None:
    root = parsed(letter(statement="[a](javascript:alert(1)) [b](file:///etc/x) [c](https://example.org/c) [d](mailto:office@example.org)"))
    assert root.xpath(".//body//ext-link/@*[local-name()='href']") == ["https://example.org/c", "mailto:office@example.org"]
    assert "".join(root.find(".//body").itertext()).split() == ["a", "b", "c", "d"]


def test_r19_file_names_no_mailbox() -> None:
    assert "@" not in letter_jats(replace(FULL, statement="Short.", references=()))
