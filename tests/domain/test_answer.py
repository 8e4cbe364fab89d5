"""When an answer counts, to the millisecond."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from webapp.domain.answer import (
    GROUNDS,
    MANDATES,
    AnswerKind,
    AuthorityCheck,
    Ground,
    Mandate,
    Source,
    StandingFacts,
    authority_sentence,
    decline_sentence,
    digests_that_count,
    is_in_time,
    is_signatory,
    is_to_be_affirmed,
)
from webapp.domain.answer_words import ANSWER_WORDS
from webapp.domain.authority import CHECK_WORDS, SOURCE_WORDS

IN_FORCE, OLDER = "a" * 64, "b" * 64
SIGNED = StandingFacts(kind="sign", is_standing=True, digest=IN_FORCE, authority="code")
CLOSES_AT = datetime(2026, 3, 14, 22, 59, 59, tzinfo=UTC)
MS = timedelta(milliseconds=1)


def test_r4_standing_sign_on_the_statement_in_force_makes_a_signatory() -> None:
    assert is_signatory(SIGNED, digests={IN_FORCE})


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(replace(SIGNED, kind="decline"), id="R4 a society that declines is not a signatory"),
        pytest.param(replace(SIGNED, kind="sign_if"), id="R4 a condition is no signature"),
        pytest.param(replace(SIGNED, kind="abstain"), id="R4 an abstention does not count"),
        pytest.param(replace(SIGNED, kind="separate"), id="R4 a statement of its own does not count"),
        pytest.param(replace(SIGNED, kind="another"), id="R4 an answer of an unknown kind does not count"),
        pytest.param(replace(SIGNED, kind=""), id="R4 no answer does not count"),
        pytest.param(replace(SIGNED, is_standing=False), id="R4 an answer that was withdrawn or replaced does not count"),
        pytest.param(replace(SIGNED, digest=OLDER), id="R4 an answer to an older text does not count"),
        pytest.param(replace(SIGNED, digest=""), id="R4 an answer to no text does not count"),
        pytest.param(replace(SIGNED, digest=IN_FORCE.upper()), id="R4 a digest is compared letter by letter"),
        pytest.param(replace(SIGNED, authority="open"), id="R4 an answer waits for its authority check"),
        pytest.param(replace(SIGNED, authority=""), id="R4 authority that is not known is not settled"),
        pytest.param(replace(SIGNED, authority="surely"), id="R4 authority of an unknown kind is not settled"),
        pytest.param(replace(SIGNED, authority="refused"), id="R4 authority that could not be known does not count"),
        pytest.param(replace(SIGNED, is_confirmed=False), id="R12 a recorded answer waits for the second coordinator"),
        pytest.param(replace(SIGNED, is_disputed=True), id="R4 a disputed answer does not count"),
        pytest.param(replace(SIGNED, has_objected=True), id="R4 an answer whose society has objected to a change does not count"),
    ],
)
def test_r4_any_one_failing_fact_keeps_a_society_off_the_list(answer: StandingFacts) -> None:
    assert not is_signatory(answer, digests={IN_FORCE})


ONE, TWO, THREE, FOUR = "1" * 64, "2" * 64, "3" * 64, "4" * 64


@pytest.mark.parametrize(
    ("frozen", "counting"),
    [
        pytest.param([], set(), id="R4 on a draft nothing counts"),
        pytest.param([(ONE, "")], {ONE}, id="R4 the text that was frozen counts"),
        pytest.param([(ONE, ""), (TWO, "editorial")], {ONE, TWO}, id="R4 a signature is carried across an editorial change"),
        pytest.param([(ONE, ""), (TWO, "substantive")], {TWO}, id="R4 a substantive change carries none"),
        pytest.param(
            [(ONE, ""), (TWO, "substantive"), (THREE, "editorial"), (FOUR, "editorial")],
            {TWO, THREE, FOUR},
            id="R4 it is carried across several, and no further than to the last substantive one",
        ),
        pytest.param(
            [(ONE, ""), (TWO, "editorial"), (THREE, "substantive")], {THREE}, id="R4 nothing is carried past a substantive change"
        ),
        pytest.param([(ONE, ""), (TWO, "unknown")], {TWO}, id="R4 a change of an unknown kind carries none"),
    ],
)
def test_r4_signature_is_carried_across_editorial_changes_alone(frozen: list[tuple[str, str]], counting: set[str]) -> None:
    assert digests_that_count(frozen) == counting


@pytest.mark.parametrize(
    ("answer", "is_waiting"),
    [
        (SIGNED, False),
        (replace(SIGNED, digest=OLDER), True),
        (replace(SIGNED, has_objected=True), True),
        (replace(SIGNED, digest=OLDER, kind="decline"), False),
        (replace(SIGNED, digest=OLDER, is_standing=False), False),
        (replace(SIGNED, digest=OLDER, authority="open"), False),
    ],
)
def test_r4_signature_on_an_older_text_is_to_be_affirmed_and_is_no_signatory(answer: StandingFacts, *, is_waiting: bool) -> None:
    assert is_to_be_affirmed(answer, digests={IN_FORCE}) is is_waiting


def test_withdrawn_society_is_not_a_signatory() -> None:
    assert not is_signatory(replace(SIGNED, is_standing=False), digests={IN_FORCE})


@pytest.mark.parametrize(
    ("received_at", "counts"),
    [
        pytest.param(CLOSES_AT - timedelta(days=30), True, id="R9 weeks before the deadline counts"),
        pytest.param(CLOSES_AT - MS, True, id="R9 one millisecond before the deadline counts"),
        pytest.param(CLOSES_AT, False, id="R9 at the deadline is refused"),
        pytest.param(CLOSES_AT + MS, False, id="R9 one millisecond after the deadline is refused"),
    ],
)
def test_r9_one_instant_decides(received_at: datetime, counts: bool) -> None:
    assert is_in_time(received_at, CLOSES_AT) is counts


def test_r9_answer_at_the_deadline_is_refused() -> None:
    assert not is_in_time(CLOSES_AT, CLOSES_AT)


@pytest.mark.parametrize("hours", [-9.5, 5.75, 14], ids=["Marquesas", "Kathmandu", "Kiritimati"])
def test_r9_the_zone_in_which_an_instant_is_written_decides_nothing(hours: float) -> None:
    zone = timezone(timedelta(hours=hours))
    assert is_in_time((CLOSES_AT - MS).astimezone(zone), CLOSES_AT)
    assert not is_in_time(CLOSES_AT, CLOSES_AT.astimezone(zone))


@pytest.mark.parametrize("name", ["The Society", "Société d’Anesthésie, Réanimation (SAR)", "社会 学会"])
def test_r15_authority_sentence_holds_the_name_as_given(name: str) -> None:
    assert authority_sentence(name, "A title") == f"I am authorised by {name} to state that {name} signs this letter, “A title”."
    assert decline_sentence(name, "A title") == f"I am authorised by {name} to state that {name} does not sign this letter, “A title”."


def test_every_mandate_is_put_in_words() -> None:
    assert set(MANDATES) == set(Mandate)


def test_no_kind_or_check_is_added_without_these_tests() -> None:
    assert set(AnswerKind) == {"sign", "sign_if", "decline", "abstain", "separate"}
    assert set(ANSWER_WORDS) == set(AnswerKind)
    assert set(GROUNDS) == set(Ground)
    assert set(AuthorityCheck) == {"open", "code", "own_domain", "official", "minute", "word", "proof", "refused"}
    assert set(Source) == {"room", "phone", "paper", "email"}
    assert set(CHECK_WORDS) == set(AuthorityCheck)
    assert set(SOURCE_WORDS) == set(Source) - {"room"}


@pytest.mark.parametrize("method", sorted({*AuthorityCheck} - {"open", "refused"}))
def test_r4_each_settled_check_lets_a_signature_count(method: str) -> None:
    assert is_signatory(replace(SIGNED, authority=method), digests={IN_FORCE})
