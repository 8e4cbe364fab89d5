"""The digest of a text: moved by every part of it, and by nothing else."""

import hashlib
import json
import unicodedata
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from webapp.domain.digest import canonical_json, sha256_of, statement_digest

TARGET = {"role": "guideline", "citation": "Author A. A guideline. 2025", "doi": "10.1000/one", "published_on": "2025-02-19"}
REFERENCE = {"id": "one2025", "type": "article-journal", "title": "A trial", "issued": {"date-parts": [[2025, 2]]}}
TEXT: dict[str, Any] = {
    "title": "A joint letter",
    "ask": "retraction",
    "targets": [TARGET],
    "statement": "We *ask* for it, as [the rules](https://example.org/rules) say [@one2025].\n\n![A chart of trials](chart.png)",
    "references": [REFERENCE],
}


def with_statement(old: str, new: str) -> dict[str, Any]:
    assert old in TEXT["statement"]
    return {**TEXT, "statement": TEXT["statement"].replace(old, new)}


@pytest.mark.parametrize(
    "other",
    [
        pytest.param({**TEXT, "title": "A joint Letter"}, id="R2 another title is another text"),
        pytest.param({**TEXT, "ask": "correction"}, id="R2 another ask is another text"),
        pytest.param({**TEXT, "targets": []}, id="R2 a text without its target is another"),
        pytest.param({**TEXT, "targets": [{**TARGET, "doi": "10.1000/two"}]}, id="R2 another DOI of a target"),
        pytest.param({**TEXT, "targets": [{**TARGET, "doi": None}]}, id="R2 no DOI of a target"),
        pytest.param({**TEXT, "targets": [{**TARGET, "role": "review"}]}, id="R2 another role of a target"),
        pytest.param({**TEXT, "targets": [{**TARGET, "citation": "Author B."}]}, id="R2 another citation of a target"),
        pytest.param({**TEXT, "targets": [TARGET, TARGET]}, id="R2 a target twice"),
        pytest.param(with_statement("We", "we"), id="R2 one letter of the statement"),
        pytest.param(with_statement("example.org/rules", "example.org/other"), id="R2 another target of a link under the same words"),
        pytest.param(with_statement("A chart of trials", "A chart"), id="R2 another alternative text"),
        pytest.param(with_statement("*ask*", "**ask**"), id="R2 another emphasis of the same words"),
        pytest.param(with_statement("\n\n", "\n"), id="R2 another paragraph"),
        pytest.param(with_statement("@one2025", "@two2025"), id="R2 another citation key"),
        pytest.param({**TEXT, "references": []}, id="R2 no reference"),
        pytest.param({**TEXT, "references": [{**REFERENCE, "title": "Another trial"}]}, id="R2 another reference"),
        pytest.param({**TEXT, "references": [{**REFERENCE, "issued": {"date-parts": [[2025, 3]]}}]}, id="R2 another date in a reference"),
        pytest.param({**TEXT, "references": [{**REFERENCE, "id": "1"}, REFERENCE]}, id="R2 one reference more"),
        pytest.param({**TEXT, "title": TEXT["ask"], "ask": TEXT["title"]}, id="R2 parts that change places"),
    ],
)
def test_r2_digest_is_moved_by_every_part(other: dict[str, Any]) -> None:
    assert statement_digest(**other) != statement_digest(**TEXT)


def test_r2_order_of_references_is_part_of_the_text() -> None:
    two = {**REFERENCE, "id": "two2025"}
    assert statement_digest(**{**TEXT, "references": [two, REFERENCE]}) != statement_digest(**{**TEXT, "references": [REFERENCE, two]})


def test_order_in_which_facts_are_given_is_no_part_of_the_text() -> None:
    turned = {**TEXT, "targets": [dict(reversed(TARGET.items()))], "references": [dict(reversed(REFERENCE.items()))]}
    assert statement_digest(**turned) == statement_digest(**TEXT)


def test_one_text_written_in_two_ways_has_one_digest() -> None:
    one = {**TEXT, "title": "Société", "statement": "Für Ärzte\n\u0301 e\u0301", "targets": [{**TARGET, "citation": "Ångström"}]}
    other = json.loads(unicodedata.normalize("NFD", json.dumps(one, ensure_ascii=False)))
    assert one != other
    assert statement_digest(**one) == statement_digest(**other)


def test_digest_is_the_documented_one() -> None:
    written = (
        '{"ask":"reply","references":[{"id":"a"}],"statement":"Zwölf\\n\\"Wörter\\"","targets":[{"doi":null,"role":"trial"}],"title":"T"}'
    )
    expected = hashlib.sha256(b"undersigned/text/v1\0" + written.encode()).hexdigest()
    given_text = {"title": "T", "ask": "reply", "statement": 'Zwölf\n"Wörter"'}
    assert statement_digest(**given_text, targets=[{"role": "trial", "doi": None}], references=[{"id": "a"}]) == expected


def test_label_keeps_digests_of_different_things_apart() -> None:
    assert sha256_of("text/v1", {}) != sha256_of("genesis/v1", {})


# RFC 8785 written out from its text, §3.2.2 and §3.2.3, for strings, integers, true, false, null, arrays and objects.
ESCAPES = {'"': '\\"', "\\": "\\\\", "\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r"}


def rfc_8785(value: Any) -> str:
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, int):
        return str(value)
    if isinstance(value, str):
        normal = unicodedata.normalize("NFC", value)
        return '"' + "".join(ESCAPES.get(one) or (f"\\u{ord(one):04x}" if ord(one) < 32 else one) for one in normal) + '"'
    if isinstance(value, list):
        return "[" + ",".join(rfc_8785(part) for part in value) + "]"
    members = sorted(value.items(), key=lambda item: item[0].encode("utf-16-be"))
    return "{" + ",".join(f"{rfc_8785(name)}:{rfc_8785(part)}" for name, part in members) + "}"


KEYS = st.text(st.characters(max_codepoint=127), max_size=8)
WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12) | st.text('"\\\n\t\b/e>\u0301\u0338\u200dé社𝔸', max_size=8)
LEAVES = st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | WORDS
VALUES = st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4), max_leaves=12)


@settings(deadline=None)
@given(VALUES)
def test_canonical_json_is_rfc_8785(value: Any) -> None:
    assert canonical_json(value) == rfc_8785(value)


@settings(deadline=None)
@given(VALUES)
def test_r17_canonical_json_is_read_back_and_written_again_the_same(value: Any) -> None:
    written = canonical_json(value)
    assert canonical_json(json.loads(written)) == written


@pytest.mark.parametrize("escaped", ["\n", "\t", "\r", "\b", "\f", '"', "\\", "\x1f"])
def test_r17_mark_behind_an_escape_stays_readable(escaped: str) -> None:
    text = f"a{escaped}\u0301"
    assert json.loads(canonical_json({"reason": text})) == {"reason": text}


@pytest.mark.parametrize("value", [float("nan"), float("inf"), b"bytes", {1, 2}, object()], ids=["nan", "inf", "bytes", "set", "object"])
def test_what_json_cannot_hold_is_refused(value: Any) -> None:
    with pytest.raises((TypeError, ValueError)):
        canonical_json({"value": value})


def test_lone_surrogate_has_no_digest() -> None:
    with pytest.raises(UnicodeEncodeError):
        sha256_of("text/v1", "\ud800")
