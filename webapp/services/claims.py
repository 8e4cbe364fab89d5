"""The claims of a letter, each with the ground of COPE to which it belongs: written on one page, all at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from webapp.domain import limits
from webapp.domain.actor import Actor
from webapp.domain.cope import ASKS_WITH_GROUNDS, COPE_GROUNDS, Claim, claims_digest
from webapp.domain.errors import InvalidInput
from webapp.domain.letter import Action, find_move, move_for
from webapp.domain.names import bounded_line, bounded_text
from webapp.domain.permission import Permission
from webapp.persistence.record import append_event
from webapp.persistence.tables import ClaimRow, LetterRow
from webapp.services.access import load_letter
from webapp.services.package_store import CHANGED
from webapp.services.seen import refuse_unseen


@dataclass(frozen=True)
class ClaimsView:
    claims: tuple[Claim, ...]
    seen: str
    is_open: bool
    """False once nothing goes to a journal any more."""
    may_have_grounds: bool
    """What the letter asks for is what COPE knows grounds for."""


def show_claims(session: Session, actor: Actor, reference: str) -> ClaimsView:
    letter = load_letter(session, actor, reference, Permission.SEE)
    claims = claims_of(session, letter)
    return ClaimsView(claims, claims_digest(claims), find_move(letter.state, Action.PREPARE) is not None, letter.ask in ASKS_WITH_GROUNDS)


def claims_of(session: Session, letter: LetterRow) -> tuple[Claim, ...]:
    """In their order."""
    rows = session.scalars(select(ClaimRow).where(ClaimRow.letter_id == letter.id).order_by(ClaimRow.position))
    return tuple(Claim(row.words, row.passage, row.ground) for row in rows)


def map_claims(session: Session, actor: Actor, reference: str, claims: Sequence[Claim], seen: str, *, now: datetime) -> None:
    """Keeps these claims in the place of those that were there. Conflict where those were not the ones that were `seen`."""
    letter = load_letter(session, actor, reference, Permission.KEEP_COURSE, for_update=True)
    move_for(letter.state, Action.PREPARE)
    before = claims_of(session, letter)
    refuse_unseen(seen, claims_digest(before), CHANGED)
    if len(claims) > limits.CLAIMS:
        raise InvalidInput(f"These are {len(claims)} claims; {limits.CLAIMS} is the most. Put some of them together.")
    kept = tuple(_cleaned(one, number) for number, one in enumerate(claims))
    if kept == before:
        return
    session.execute(delete(ClaimRow).where(ClaimRow.letter_id == letter.id))
    for position, one in enumerate(kept, 1):
        session.add(ClaimRow(letter_id=letter.id, position=position, words=one.words, passage=one.passage, ground=one.ground))
    session.flush()
    append_event(session, letter, actor, "claims.mapped", {"claims": len(kept), "sha256": claims_digest(kept)}, now=now)


def _cleaned(claim: Claim, number: int) -> Claim:
    field = f"claims-{number}"
    words = bounded_text(claim.words, limits.CLAIM, field=f"{field}-words", what="The claim")
    if not words:
        raise InvalidInput("Say what is wrong, or empty the other fields of this claim.", field=f"{field}-words")
    if claim.ground not in COPE_GROUNDS:
        raise InvalidInput("Choose a ground from the list.", field=f"{field}-ground")
    passage = bounded_line(claim.passage, limits.CLAIM_PASSAGE, field=f"{field}-passage", what="The passage")
    return Claim(" ".join(words.split()), passage, claim.ground)
