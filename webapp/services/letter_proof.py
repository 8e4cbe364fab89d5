"""How a sealed document can be checked: its place in the record, and the record as it is published."""

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from sqlalchemy.orm import Session

from webapp.domain.digest import canonical_json
from webapp.domain.document import Proof
from webapp.domain.links import Links
from webapp.domain.record import RecordedEvent
from webapp.persistence.record import load_events
from webapp.persistence.tables import AnswerRow, LetterRow

# What the list rests on, and nothing besides: a kind that stands in neither is withheld.
_OF_THE_LETTER = frozenset(
    {
        *("letter.created", "letter.opened", "letter.closed", "letter.sealed", "revision.frozen", "deadline.moved"),
        *("authority.rule_set", "clock.regressed", "record.restored"),
    }
)
_AFTER_THE_SEAL = frozenset({"addendum.opened", "addendum.closed", "addendum.issued", "addendum.ended", "erratum.made", "edition.made"})
_OF_A_SIGNATURE = frozenset({"answer.given", "answer.confirmed", "authority.settled", "name.corrected"})
_OF_A_NEW_TEXT = frozenset({"new_text.put", "new_text.fixed"})


def proof_of(session: Session, letter: LetterRow, signed: Iterable[AnswerRow], links: Links, *, new_text: str = "") -> Proof:
    """As of now, for a list of these answers. Persons are named by their references alone (R19).

    With `new_text` of the text with this reference, which a journal wanted changed after the seal.
    """
    events = load_events(session, letter.id)
    record = {"letter": letter.reference, "events": published_record(events, signed, new_text=new_text)}
    return Proof(links.check(letter.reference), events[-1].hash, events[-1].sequence, canonical_json(record))


def published_record(events: Iterable[RecordedEvent], signed: Iterable[AnswerRow], *, new_text: str = "") -> list[dict[str, Any]]:
    """Whole is what the list rests on; of all else the hash alone: who was invited and did not sign is nobody’s business (R13)."""
    named = {answer.reference: answer.invitation.society.reference for answer in signed}
    societies = set(named.values())
    return [
        asdict(event) if _is_published(event, named, societies) or _tells_of_text(event, named, new_text) else _withheld(event)
        for event in events
    ]


def _is_published(event: RecordedEvent, named: dict[str, str], societies: set[str]) -> bool:
    if event.kind == "society.added":
        return event.public["society"] in societies
    return event.kind in _OF_THE_LETTER | _AFTER_THE_SEAL or (event.kind in _OF_A_SIGNATURE and event.public["answer"] in named)


def _tells_of_text(event: RecordedEvent, named: dict[str, str], new_text: str) -> bool:
    """That it was put and fixed, and who has affirmed it; who has objected stands on no list, and is nobody’s business (R13)."""
    if not new_text or event.public.get("new_text") != new_text:
        return False
    return event.kind in _OF_A_NEW_TEXT or (event.kind == "new_text.affirmed" and event.public["answer"] in named)


def _withheld(event: RecordedEvent) -> dict[str, Any]:
    return {"sequence": event.sequence, "previous_hash": event.previous_hash, "hash": event.hash, "withheld": True}
