"""Making an addendum or an edition beside the sealed letter: outside any transaction, then stored with all that belongs to it, or not."""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy.orm import Session

from webapp.domain.errors import Conflict
from webapp.jobs.making import Making
from webapp.persistence.database import transaction
from webapp.persistence.tables import SealingAct
from webapp.rendering.later import addendum_pdf, edition_pdf
from webapp.services import addenda, editions, sealing
from webapp.services.pdf_seal import sealer
from webapp.services.seen import refuse_unseen

_STEPS = 2


@dataclass
class LaterJob(Making):
    """One worker's way of making them."""

    def make(self, letter_id: int, job: str, seen: str) -> None:
        """The document is issued, or nothing is stored and the row says why. `seen` tells what whoever pressed had before their eyes."""
        self.carry_out(letter_id, job, _STEPS, lambda asked: self._make(letter_id, job, asked, seen))

    def _make(self, letter_id: int, job: str, asked: sealing.Asked, seen: str) -> None:
        plans = {SealingAct.ADDENDUM: self._addendum, SealingAct.EDITION: self._edition}
        plans[SealingAct(asked.act)](letter_id, job, asked, seen)

    def _addendum(self, letter_id: int, job: str, asked: sealing.Asked, seen: str) -> None:
        with Session(self.engine) as session:
            plan = addenda.plan_addendum(session, asked.actor, asked.reference, now=self.now())
        _refuse_changed(asked, plan, seen, addenda.CHANGED_SINCE)
        seal = sealer(self.settings, now=self.now())
        pdf = self._rendered(letter_id, job, f"Making: addendum {plan.document.number}", lambda: addendum_pdf(plan.document, seal))
        with Session(self.engine) as session, transaction(session):
            self.end(session, letter_id, job)
            addenda.issue_addendum(session, asked.actor, asked.reference, plan, pdf, now=self.now())

    def _edition(self, letter_id: int, job: str, asked: sealing.Asked, seen: str) -> None:
        with Session(self.engine) as session:
            plan = editions.plan_edition(session, asked.actor, asked.reference, now=self.now())
        _refuse_changed(asked, plan, seen, editions.CHANGED_SINCE)
        seal = sealer(self.settings, now=self.now())
        making = f"Making: edition {plan.document.number}"
        pdf = self._rendered(letter_id, job, making, lambda: edition_pdf(plan.document, plan.sealed, plan.parts, seal))
        with Session(self.engine) as session, transaction(session):
            self.end(session, letter_id, job)
            editions.keep_edition(session, asked.actor, asked.reference, plan, pdf, now=self.now())

    def _rendered(self, letter_id: int, job: str, words: str, make: Callable[[], bytes]) -> bytes:
        pdf = self.made(lambda: self.tell(letter_id, job, words, 0), make)
        self.tell(letter_id, job, "Storing", 1)
        return pdf


def _refuse_changed(asked: sealing.Asked, plan: addenda.AddendumPlan | editions.EditionPlan, seen: str, sentence: str) -> None:
    if plan.record_length != asked.record_length:
        raise Conflict(sentence)
    refuse_unseen(seen, plan.seen, sentence)
