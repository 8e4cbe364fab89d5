"""Asking for an addendum or an edition: put as one job into the transaction, and made by a worker as the seal is."""

from datetime import datetime

from sqlalchemy.orm import Session

from webapp.domain.actor import Actor
from webapp.domain.permission import Permission
from webapp.persistence.tables import SealingAct
from webapp.services import addenda, editions
from webapp.services.access import load_letter
from webapp.services.sealing import is_under_way, put_job
from webapp.services.seen import refuse_unseen

LATER_WORKFLOW = "make_after_seal"


def ask_for_addendum(session: Session, actor: Actor, reference: str, seen: str, *, now: datetime) -> None:
    """Pressed twice it is still one. Raises Conflict where what was seen is not what there is, and as `addenda.plan_addendum`."""
    letter = load_letter(session, actor, reference, Permission.SEAL, for_update=True)
    if not is_under_way(session, letter, SealingAct.ADDENDUM, now=now):
        refuse_unseen(seen, addenda.plan_addendum(session, actor, reference, now=now).seen, addenda.CHANGED_SINCE)
        put_job(session, actor, letter, SealingAct.ADDENDUM, LATER_WORKFLOW, seen, now=now)


def ask_for_edition(session: Session, actor: Actor, reference: str, seen: str, *, now: datetime) -> None:
    """The same, and as `editions.refuse_needless`."""
    letter = load_letter(session, actor, reference, Permission.SEAL, for_update=True)
    if not is_under_way(session, letter, SealingAct.EDITION, now=now):
        editions.refuse_needless(session, letter)
        refuse_unseen(seen, editions.seen_parts(session, letter), editions.CHANGED_SINCE)
        put_job(session, actor, letter, SealingAct.EDITION, LATER_WORKFLOW, seen, now=now)
