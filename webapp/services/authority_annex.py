"""The authority annex: of each signatory who stands for it, what decided it, and how that is known; no address of anybody (R19)."""

from collections.abc import Iterable

from webapp.domain.answer import AuthorityCheck
from webapp.domain.authority import recorded_phrase
from webapp.domain.document import AuthorityLine
from webapp.persistence.tables import AnswerRow

# As strangers read it: the list at the desk says more, and names people.
_CONFIRMED = {
    AuthorityCheck.CODE: "By a code sent to the registered address",
    AuthorityCheck.OWN_DOMAIN: "By a code sent to an address at the society’s own domain",
    AuthorityCheck.OFFICIAL: "Confirmed from the society’s official address",
    AuthorityCheck.MINUTE: "By a minute of its board",
    AuthorityCheck.WORD: "By the word of a coordinator of the letter",
    AuthorityCheck.PROOF: "By the proof kept with the answer",
}


def authority_annex(answers: Iterable[AnswerRow]) -> tuple[AuthorityLine, ...]:
    """In the order in which they are given. An officer who has not agreed to be printed is not named here either."""
    return tuple(
        AuthorityLine(
            society=answer.printed_name,
            officer=answer.officer if answer.consent_to_print else "",
            office=answer.office if answer.consent_to_print else "",
            decided_by=answer.decided_by,
            decided_on=answer.decided_on,
            confirmed=_confirmed(answer),
        )
        for answer in answers
    )


def _confirmed(answer: AnswerRow) -> str:
    known = _CONFIRMED.get(AuthorityCheck(answer.authority), "")
    recorded = recorded_phrase(answer.source)
    return f"{known}; {recorded}" if known and recorded else known or recorded
