"""The record: whoever edits it breaks the chain, and replaying it gives the present state (R17)."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from webapp.domain.record import RecordedEvent, event_hash, first_break, genesis_hash, private_commitment, replay

LETTER = "letter-reference"
SALT = b"s" * 32
COURSE: list[tuple[str, dict[str, Any]]] = [
    ("letter.created", {"state": "drafting", "title": "A draft", "deadline": "2026-03-14T11:00:00+00:00"}),
    ("society.added", {"society": "s1", "printed_name": "One"}),
    ("society.added", {"society": "s2", "printed_name": "Two"}),
    ("society.added", {"society": "s3", "printed_name": "Three"}),
    ("letter.edited", {"state": "drafting", "title": "A joint letter"}),
    ("letter.opened", {"state": "signing", "digest": "d1", "deadline": "2026-03-14T11:00:00+00:00"}),
    ("answer.given", {"society": "s1", "answer_kind": "sign", "digest": "d1"}),
    ("answer.given", {"society": "s2", "answer_kind": "sign", "digest": "d1"}),
    ("deadline.moved", {"deadline": "2026-03-21T11:00:00+00:00"}),
    ("answer.given", {"society": "s3", "answer_kind": "decline", "digest": "d1"}),
    ("answer.given", {"society": "s3", "answer_kind": "sign", "digest": "d1"}),
    ("answer.withdrawn", {"society": "s2"}),
    ("letter.closed", {"state": "closed"}),
    ("letter.sealed", {"state": "sealed", "document_sha256": "f1"}),
    ("letter.submitted", {"state": "submitted"}),
    ("submission.noted", {"outcome": "correction"}),
    ("letter.resolved", {"state": "resolved"}),
]


def chained(course: list[tuple[str, dict[str, Any]]], letter: str = LETTER) -> list[RecordedEvent]:
    events: list[RecordedEvent] = []
    previous = genesis_hash(letter)
    for sequence, (kind, public) in enumerate(course, 1):
        commitment = private_commitment({"email": f"{sequence}@example.org"}, SALT) if sequence % 2 else None
        draft = RecordedEvent(sequence, f"2026-03-01T00:00:{sequence:02}", kind, "staff:abc", public, commitment, previous, "")
        events.append(replace(draft, hash=event_hash(draft)))
        previous = events[-1].hash
    return events


def rehashed(event: RecordedEvent, **changes: Any) -> RecordedEvent:
    changed = replace(event, **changes)
    return replace(changed, hash=event_hash(changed))


def test_r17_whole_chain_is_sound() -> None:
    assert first_break(LETTER, chained(COURSE)) is None


def test_r17_every_beginning_of_a_chain_is_sound() -> None:
    events = chained(COURSE)
    assert all(first_break(LETTER, events[:end]) is None for end in range(len(events) + 1))


Manipulation = Callable[[list[RecordedEvent]], list[RecordedEvent]]


def put(events: list[RecordedEvent], sequence: int, *others: RecordedEvent) -> list[RecordedEvent]:
    return [*events[: sequence - 1], *others, *events[sequence:]]


# Each is what somebody with the database in hand could do; the number is where the check must point.
MANIPULATIONS: list[tuple[str, Manipulation, int]] = [
    ("an edited fact", lambda e: put(e, 7, replace(e[6], public={**e[6].public, "answer_kind": "decline"})), 7),
    ("an edited fact with its own hash made anew", lambda e: put(e, 7, rehashed(e[6], public={"society": "s9"})), 8),
    ("a fact added", lambda e: put(e, 7, replace(e[6], public={**e[6].public, "note": ""})), 7),
    ("a fact taken away", lambda e: put(e, 7, replace(e[6], public={"society": "s1"})), 7),
    ("another kind", lambda e: put(e, 12, replace(e[11], kind="answer.given")), 12),
    ("another actor", lambda e: put(e, 3, replace(e[2], actor="representative:x")), 3),
    ("another time", lambda e: put(e, 10, replace(e[9], at="2026-02-01T00:00:10")), 10),
    ("another commitment", lambda e: put(e, 9, replace(e[8], private_commitment="0" * 64)), 9),
    ("a commitment taken away", lambda e: put(e, 9, replace(e[8], private_commitment=None)), 9),
    ("a commitment supplied later", lambda e: put(e, 10, replace(e[9], private_commitment="0" * 64)), 10),
    ("another number", lambda e: put(e, 5, rehashed(e[4], sequence=50)), 50),
    ("another previous hash", lambda e: put(e, 5, rehashed(e[4], previous_hash="0" * 64)), 5),
    ("another hash", lambda e: put(e, 5, replace(e[4], hash="0" * 64)), 5),
    ("the first event dropped", lambda e: e[1:], 2),
    ("the first event dropped and the next put in its place", lambda e: [rehashed(e[1], sequence=1), *e[2:]], 1),
    ("a middle event dropped", lambda e: put(e, 8), 9),
    ("two neighbours swapped", lambda e: [*e[:6], e[7], e[6], *e[8:]], 8),
    ("two neighbours swapped with their numbers", lambda e: [*e[:6], replace(e[7], sequence=7), replace(e[6], sequence=8), *e[8:]], 7),
    ("an event inserted", lambda e: [*e[:6], rehashed(e[6], public={"society": "s9"}), *e[6:]], 7),
    ("an event inserted at the front", lambda e: [rehashed(e[0], public={}), *e], 1),
    ("an event repeated", lambda e: [*e[:7], e[6], *e[7:]], 7),
    ("a forged event at the end", lambda e: [*e, rehashed(e[-1], sequence=18, previous_hash="0" * 64)], 18),
    ("all in reverse", lambda e: e[::-1], 17),
    ("the record of another letter", lambda _: chained(COURSE, "another-letter"), 1),
]


@pytest.mark.parametrize(
    ("manipulate", "sequence"), [row[1:] for row in MANIPULATIONS], ids=[f"R17 {row[0]} is found" for row in MANIPULATIONS]
)
def test_r17_planted_manipulation_is_found_and_named(manipulate: Manipulation, sequence: int) -> None:
    events = chained(COURSE)
    planted = manipulate(events)
    assert planted != events
    assert first_break(LETTER, planted) == sequence


@pytest.mark.parametrize("part", ["sequence", "at", "kind", "actor", "public", "private_commitment", "previous_hash"])
def test_r17_hash_covers_every_part(part: str) -> None:
    event = chained(COURSE)[8]
    others: dict[str, Any] = {"sequence": 99, "public": {"society": "s9"}}
    assert event_hash(replace(event, **{part: others.get(part, "0" * 64)})) != event_hash(event)


def test_record_cut_short_is_found_only_with_a_later_hash_in_hand() -> None:
    # Which is why every receipt quotes the hash of its event: the chain alone cannot know what came after.
    events = chained(COURSE)
    kept_by_a_society = events[-1].hash
    assert first_break(LETTER, events[:-1]) is None
    assert kept_by_a_society not in {event.hash for event in events[:-1]}


def test_genesis_of_two_letters_differs() -> None:
    assert genesis_hash("one") != genesis_hash("other")


PERSON = {"email": "ida@example.org", "name": "Ida Nørgård"}


def test_commitment_binds_to_the_private_part_and_the_salt() -> None:
    commitment = private_commitment(PERSON, SALT)
    assert private_commitment(dict(reversed(PERSON.items())), SALT) == commitment
    assert private_commitment({**PERSON, "name": "Ida"}, SALT) != commitment
    assert private_commitment(PERSON, b"t" * 32) != commitment


def test_r19_commitment_reveals_neither_the_person_nor_that_two_are_the_same() -> None:
    one, other = private_commitment(PERSON, SALT), private_commitment(PERSON, b"t" * 32)
    assert one != other
    assert len(one) == len(private_commitment({"email": "a" * 5_000}, SALT)) == 64
    assert not any(word in one for word in ("ida", "example"))


def test_r19_erasing_the_private_part_leaves_the_chain_sound() -> None:
    # The chain holds the commitment alone: nothing in an event asks for what was committed to.
    assert "email" not in repr(chained(COURSE))
    assert first_break(LETTER, chained(COURSE)) is None


def test_r17_whole_course_replays_to_the_present_state() -> None:
    letter = replay(chained(COURSE))
    assert letter.state == "resolved"
    assert letter.title == "A joint letter"
    assert letter.deadline == "2026-03-21T11:00:00+00:00"
    assert letter.digest == "d1"
    assert letter.societies == {"s1", "s2", "s3"}
    assert letter.standing == {"s1": "sign", "s3": "sign"}
    assert letter.document_sha256 == "f1"


@pytest.mark.parametrize(
    ("events", "state", "standing"),
    [
        (0, "", {}),
        (1, "drafting", {}),
        (6, "signing", {}),
        (8, "signing", {"s1": "sign", "s2": "sign"}),
        (10, "signing", {"s1": "sign", "s2": "sign", "s3": "decline"}),
        (11, "signing", {"s1": "sign", "s2": "sign", "s3": "sign"}),
        (12, "signing", {"s1": "sign", "s3": "sign"}),
        (13, "closed", {"s1": "sign", "s3": "sign"}),
        (14, "sealed", {"s1": "sign", "s3": "sign"}),
        (16, "submitted", {"s1": "sign", "s3": "sign"}),
    ],
)
def test_r17_course_replays_to_the_state_at_every_step(events: int, state: str, standing: dict[str, str]) -> None:
    letter = replay(chained(COURSE)[:events])
    assert (letter.state, letter.standing) == (state, standing)


def test_r1_replayed_society_has_one_standing_answer() -> None:
    letter = replay(chained([("answer.given", {"society": "s1", "answer_kind": kind}) for kind in ("sign", "decline", "sign")]))
    assert letter.standing == {"s1": "sign"}


def test_r2_only_the_opening_puts_a_text_in_force() -> None:
    course = [("letter.opened", {"digest": "d1"}), ("answer.given", {"society": "s1", "answer_kind": "sign", "digest": "d0"})]
    assert replay(chained(course)).digest == "d1"


def test_society_taken_from_the_roster_is_gone() -> None:
    assert replay(chained([("society.added", {"society": "s1"}), ("society.removed", {"society": "s1"})])).societies == set()


def test_event_of_an_unknown_kind_changes_nothing() -> None:
    assert replay(chained([("link.replaced", {"representative": "r"}), ("answer.withdrawn", {"society": "nobody"})])) == replay([])
