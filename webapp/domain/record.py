"""The record: events chained by hash, and the state that replaying them gives (R17)."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from webapp.domain.actor import ActorKind
from webapp.domain.digest import canonical_json, sha256_of
from webapp.domain.permission import Role


@dataclass(frozen=True)
class RecordedEvent:
    """One event as it is chained. Personal data is only in the private part, which the chain knows by a salted commitment."""

    sequence: int
    at: str
    kind: str
    actor: str
    public: Mapping[str, Any]
    private_commitment: str | None
    previous_hash: str
    hash: str


def genesis_hash(letter_reference: str) -> str:
    """What the first event of a letter is chained to."""
    return sha256_of("genesis/v1", {"letter": letter_reference})


def private_commitment(private: Mapping[str, Any], salt: bytes) -> str:
    """Binds the event to its private part; once salt and part are erased it can be neither guessed nor linked."""
    content = b"undersigned/private/v1\0" + salt + canonical_json(dict(private)).encode()
    return hashlib.sha256(content).hexdigest()


def event_hash(event: RecordedEvent) -> str:
    """The hash of an event: over the one before it and all of its own public part."""
    content = {
        "sequence": event.sequence,
        "at": event.at,
        "kind": event.kind,
        "actor": event.actor,
        "public": dict(event.public),
        "private_commitment": event.private_commitment,
    }
    return hashlib.sha256(f"undersigned/event/v1\0{event.previous_hash}{canonical_json(content)}".encode()).hexdigest()


def first_break(letter_reference: str, events: Iterable[RecordedEvent]) -> int | None:
    """The sequence number of the first event that does not fit the chain; None when all do."""
    expected_sequence, expected_previous = 1, genesis_hash(letter_reference)
    for event in events:
        fits = event.sequence == expected_sequence and event.previous_hash == expected_previous and event.hash == event_hash(event)
        if not fits:
            return event.sequence
        expected_sequence, expected_previous = event.sequence + 1, event.hash
    return None


@dataclass(frozen=True)
class Fault:
    """What is wrong with one event: “event 7 is missing” in two parts."""

    sequence: int
    what: str


def faults(letter_reference: str, events: Iterable[RecordedEvent]) -> Iterator[Fault]:
    """Every place at which the record was cut, bent or patched, for people; `first_break` decides whether it was."""
    sequence, previous, at = 0, genesis_hash(letter_reference), ""
    for event in events:
        if event.sequence != sequence + 1:
            yield Fault(sequence + 1, "is missing")
        elif event.previous_hash != previous:
            yield Fault(event.sequence, "does not follow from the one before it")
        if event.hash != event_hash(event):
            yield Fault(event.sequence, "is not as it was recorded")
        if event.at < at:
            yield Fault(event.sequence, "is earlier than the one before it")
        sequence, previous, at = event.sequence, event.hash, event.at


TAKEN_BACK = "taken back"
# What tells of a revision: that it was made, sent out, or put in force; the first of these may be the making itself.
REVISION_EVENTS = frozenset({"revision.made", "revision.circulated", "letter.opened", "revision.frozen"})


@dataclass
class Replayed:
    """The state of a letter as its record tells it."""

    state: str = ""
    title: str = ""
    deadline: str | None = None
    digest: str | None = None
    revisions: dict[int, str] = field(default_factory=dict)
    """Number → digest of its statement."""
    societies: set[str] = field(default_factory=set)
    standing: dict[str, str] = field(default_factory=dict)
    """Society → kind of its standing answer."""
    comments: dict[str, str] = field(default_factory=dict)
    """Comment → what became of it; empty while nobody has answered it."""
    document_sha256: str | None = None
    people: dict[str, str] = field(default_factory=dict)
    """Member of staff → role on the letter."""


def replay(events: Iterable[RecordedEvent]) -> Replayed:
    """The present state of a letter from its events alone."""
    letter = Replayed()
    for event in events:
        _apply(letter, event.kind, event.public)
        _apply_to_comments(letter.comments, event.kind, event.public)
        _apply_to_people(letter.people, event)
    return letter


def _apply(letter: Replayed, kind: str, public: Mapping[str, Any]) -> None:
    letter.state = public.get("state", letter.state)
    letter.title = public.get("title", letter.title)
    letter.deadline = public.get("deadline", letter.deadline)
    letter.digest = public.get("digest", letter.digest) if kind in {"letter.opened", "revision.frozen"} else letter.digest
    letter.document_sha256 = public.get("document_sha256", letter.document_sha256)
    if kind in REVISION_EVENTS and "revision" in public:
        letter.revisions[public["revision"]] = public["digest"]
    if kind == "society.added":
        letter.societies.add(public["society"])
    elif kind == "society.removed":
        letter.societies.discard(public["society"])
    elif kind == "answer.given":
        letter.standing[public["society"]] = public["answer_kind"]
    elif kind == "answer.withdrawn":
        letter.standing.pop(public["society"], None)


def _apply_to_comments(comments: dict[str, str], kind: str, public: Mapping[str, Any]) -> None:
    if kind == "comment.given":
        comments[public["comment"]] = ""
    elif kind == "comment.taken_back":
        comments[public["comment"]] = TAKEN_BACK
    elif kind == "comments.imported":
        comments.update(dict.fromkeys(public["comments"], ""))
    elif kind == "comment.disposed":
        comments[public["comment"]] = public["disposition"]


def _apply_to_people(people: dict[str, str], event: RecordedEvent) -> None:
    kind, _, reference = event.actor.partition(":")
    if event.kind == "letter.created" and kind == ActorKind.STAFF:
        # Whoever makes a letter owns it.
        people[reference] = Role.OWNER
    elif event.kind in {"person.added", "person.changed"}:
        people[event.public["person"]] = event.public["role"]
    elif event.kind == "person.removed":
        people.pop(event.public["person"], None)
