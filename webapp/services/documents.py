"""From rows to a document: the one place that lists the signatories of a letter (R4, R5)."""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import lru_cache
from itertools import accumulate
from typing import Any
from zoneinfo import ZoneInfo

from babel import Locale
from sqlalchemy import Select, bindparam, case, exists, func, literal_column, select
from sqlalchemy.orm import Session, joinedload

from webapp.domain.answer import StandingFacts, digests_that_count, is_signatory, is_to_be_affirmed
from webapp.domain.authority import recorded_phrase
from webapp.domain.deadline import show_date, show_instant
from webapp.domain.document import AuthorLine, LetterDocument, SignatoryLine, TargetLine
from webapp.domain.letter import ASKS, LetterState
from webapp.domain.names import default_sort_name
from webapp.domain.wording import disputed_phrase, withdrawn_phrase
from webapp.persistence.tables import (
    AnswerRow,
    DisputeRow,
    FreezingRow,
    InvitationRow,
    LetterRow,
    ObjectionRow,
    RevisionRow,
    SealedSignatoryRow,
)
from webapp.services.collation import collation_weights
from webapp.services.revisions import draft_digest

_FROZEN = (
    select(RevisionRow.digest, FreezingRow.change)
    .join(FreezingRow, FreezingRow.revision_id == RevisionRow.id)
    .where(FreezingRow.letter_id == bindparam("letter"))
    .order_by(FreezingRow.id)
)
_IN_FORCE = (
    select(RevisionRow.digest)
    .join(FreezingRow, FreezingRow.revision_id == RevisionRow.id)
    .where(FreezingRow.letter_id == AnswerRow.letter_id)
    .order_by(FreezingRow.id.desc())
    .limit(1)
    .correlate(AnswerRow)
    .scalar_subquery()
)
# Where exactly the signed text is in force again, there is nothing left to object to.
HAS_OBJECTED = exists().where(ObjectionRow.answer_id == AnswerRow.id, AnswerRow.digest != _IN_FORCE)
_HAS_OBJECTED = select(AnswerRow.id).where(AnswerRow.id == bindparam("answer"), HAS_OBJECTED)
_FROZEN_DIGEST = (
    select(RevisionRow.digest)
    .join(FreezingRow, FreezingRow.revision_id == RevisionRow.id)
    .where(FreezingRow.letter_id == bindparam("letter"))
    .order_by(FreezingRow.id.desc())
    .limit(1)
)
_WITHDRAWN_SINCE = (
    select(SealedSignatoryRow.printed_name, AnswerRow.withdrawn_at)
    .join(AnswerRow, AnswerRow.id == SealedSignatoryRow.answer_id)
    .where(SealedSignatoryRow.letter_id == bindparam("letter"), AnswerRow.withdrawn_at.is_not(None))
    .order_by(AnswerRow.withdrawn_at)
)
_DISPUTED_SINCE = (
    select(SealedSignatoryRow.printed_name, DisputeRow.opened_at)
    .join(DisputeRow, DisputeRow.answer_id == SealedSignatoryRow.answer_id)
    .where(SealedSignatoryRow.letter_id == bindparam("letter"), DisputeRow.settled_at.is_(None))
    .order_by(DisputeRow.opened_at)
)
# So many instants are asked about at once: a letter may be open for years, and a row has its limit of columns.
_MOST_INSTANTS = 100


@lru_cache(maxsize=_MOST_INSTANTS + 1)
def _signed_before(instants: int) -> Select[*tuple[Any, ...]]:
    """Each sort of answer, each of the times between these instants, and how many came then: a row looks for its time only once."""
    sort = (
        *(AnswerRow.kind, AnswerRow.is_standing, AnswerRow.digest, AnswerRow.authority, HAS_OBJECTED.label("has_objected")),
        *(AnswerRow.is_disputed, AnswerRow.is_confirmed),
    )
    before = [(AnswerRow.received_at < bindparam(f"instant_{number}"), number) for number in range(instants)]
    time = (case(*before, else_=instants) if before else literal_column("0")).label("time")
    standing = (AnswerRow.letter_id == bindparam("letter"), AnswerRow.is_standing.is_(True))
    return select(*sort, time, func.count()).where(*standing).group_by(*sort, "time")


# As many as two letters of 1,000 societies: without it, collation is half of every page that lists or counts signatories.
@lru_cache(maxsize=2048)
def sort_key(printed_name: str, sort_name: str = "") -> bytes:
    """Unicode collation of the sort name; by default the name without “The” (R15)."""
    return collation_weights(sort_name or default_sort_name(printed_name))


def digest_in_force(letter: LetterRow) -> str:
    """The digest that stands on the document: of the frozen revision, or of the draft as it is."""
    if letter.revision_in_force is not None:
        return letter.revision_in_force.digest
    return draft_digest(letter)


def frozen_digest(session: Session, letter_id: int) -> str | None:
    """The digest of the revision in force, without the revision: its text is long. None while there is only a draft."""
    digest: str | None = session.scalar(_FROZEN_DIGEST, {"letter": letter_id})
    return digest


def counting_digests(session: Session, letter_id: int) -> frozenset[str]:
    """The digests on which a signature stands (R4); none while there is only a draft, for nobody was asked yet."""
    return digests_that_count([(digest, change) for digest, change in session.execute(_FROZEN, {"letter": letter_id})])


def facts_of(answer: AnswerRow, *, has_objected: bool) -> StandingFacts:
    return StandingFacts(
        answer.kind, answer.is_standing, answer.digest, answer.authority, has_objected, answer.is_disputed, answer.is_confirmed
    )


def signing_answers(session: Session, letter: LetterRow) -> list[AnswerRow]:
    """The answers that make a society a signatory (R4), in the order in which they are printed (R15)."""
    return _answers_that(is_signatory, session, letter)


def answers_to_affirm(session: Session, letter: LetterRow) -> list[AnswerRow]:
    """The signatures that wait until their society has affirmed the statement in force, in the same order."""
    return _answers_that(is_to_be_affirmed, session, letter)


def has_objected(session: Session, answer: AnswerRow) -> bool:
    """Whether its society has objected to a change since it gave this answer, and what it signed is not in force again."""
    return session.scalar(_HAS_OBJECTED, {"answer": answer.id}) is not None


def is_behind(session: Session, answer: AnswerRow) -> bool:
    """Whether it was given for a text that is carried no further, or its society has objected; counted or not."""
    return answer.digest not in counting_digests(session, answer.letter_id) or has_objected(session, answer)


def is_waiting(session: Session, answer: AnswerRow) -> bool:
    """Whether this one answer is among those that wait to be affirmed."""
    return is_to_be_affirmed(
        facts_of(answer, has_objected=has_objected(session, answer)), digests=counting_digests(session, answer.letter_id)
    )


def _answers_that(rule: Callable[..., bool], session: Session, letter: LetterRow) -> list[AnswerRow]:
    query = select(AnswerRow, HAS_OBJECTED).where(AnswerRow.letter_id == letter.id, AnswerRow.is_standing.is_(True))
    rows = session.execute(query.options(joinedload(AnswerRow.invitation).joinedload(InvitationRow.society)))
    digests = counting_digests(session, letter.id)
    chosen = [row for row, objected in rows if rule(facts_of(row, has_objected=objected), digests=digests)]
    return sorted(chosen, key=lambda row: (sort_key(row.printed_name, row.invitation.society.sort_name), row.printed_name))


def signatory_lines(session: Session, letter: LetterRow) -> tuple[SignatoryLine, ...]:
    """The signatories: the sealed list once there is one, for good (R11); else those who have signed so far."""
    if letter.sealed_at is not None:
        query = select(SealedSignatoryRow).where(SealedSignatoryRow.letter_id == letter.id).order_by(SealedSignatoryRow.position)
        return tuple(
            SignatoryLine(row.printed_name, row.officer or None, row.office or None, country_name(row.country, letter.language), row.note)
            for row in session.scalars(query)
        )
    return tuple(signatory_line(row, letter.language) for row in signing_answers(session, letter))


def signed_count(session: Session, letter: LetterRow) -> int:
    """How many societies `signatory_lines` would list, by the same rule (R4), for pages that need no more than the number."""
    if letter.sealed_at is not None:
        sealed = select(func.count()).select_from(SealedSignatoryRow).where(SealedSignatoryRow.letter_id == letter.id)
        return session.scalar(sealed) or 0
    return signed_before(session, letter, ())[-1]


def signed_before(session: Session, letter: LetterRow, instants: Sequence[datetime]) -> list[int]:
    """How many of the present signatories (R4) had signed before each of these instants, the earliest first, and how many there are."""
    if len(instants) > _MOST_INSTANTS:
        first, rest = instants[:_MOST_INSTANTS], instants[_MOST_INSTANTS:]
        return signed_before(session, letter, first)[:-1] + signed_before(session, letter, rest)
    asked = {f"instant_{number}": instant for number, instant in enumerate(instants)}
    sorts = session.execute(_signed_before(len(instants)), {"letter": letter.id, **asked})
    # Where nothing was frozen nobody was asked yet.
    digests = counting_digests(session, letter.id)
    at_each_time = [0] * (len(instants) + 1)
    for *facts, time, number in sorts:
        if is_signatory(StandingFacts(*facts), digests=digests):
            at_each_time[time] += number
    return list(accumulate(at_each_time))


def country_name(code: str, language: str) -> str | None:
    """The country in the language of the letter; an unknown code stands as it was given."""
    return Locale.parse(language, sep="-").territories.get(code, code) if code else None


def signatory_line(answer: AnswerRow, language: str) -> SignatoryLine:
    """How this society is printed: with its officer only where the officer has agreed."""
    country, note = country_name(answer.invitation.society.country, language), recorded_phrase(answer.source)
    if not answer.consent_to_print:
        return SignatoryLine(answer.printed_name, None, None, country, note)
    return SignatoryLine(answer.printed_name, answer.officer, answer.office, country, note)


def since_the_seal(session: Session, letter: LetterRow) -> str:
    """What has changed about the sealed list, by name and day, for the places that are live (R5); the list itself never does (R11)."""
    if letter.sealed_at is None:
        return ""
    zone = ZoneInfo(letter.deadline_zone)
    rows = session.execute(_WITHDRAWN_SINCE, {"letter": letter.id})
    withdrawn = withdrawn_phrase([f"{name} ({show_date(at.astimezone(zone).date())})" for name, at in rows if at])
    doubted = session.execute(_DISPUTED_SINCE, {"letter": letter.id})
    disputed = disputed_phrase([f"{name} ({show_date(at.astimezone(zone).date())})" for name, at in doubted])
    return " ".join(part for part in (withdrawn, disputed) if part)


def letter_document(session: Session, letter: LetterRow, *, dated: datetime, is_draft: bool) -> LetterDocument:
    """The letter as a document, of the frozen text where there is one; dated by the calendar of its own zone."""
    revision = letter.revision_in_force
    return LetterDocument(
        reference=letter.reference,
        title=letter.title,
        language=letter.language,
        collective_noun=letter.collective_noun,
        lead_society=letter.lead_society,
        addressee=tuple(line for line in letter.addressee.splitlines() if line.strip()),
        journal=letter.journal,
        dated=dated.astimezone(ZoneInfo(letter.deadline_zone)).date(),
        ask=ASKS[letter.ask],
        targets=tuple(TargetLine(row.role, row.citation, row.doi or None, row.published_on) for row in letter.targets),
        authors=tuple(
            AuthorLine(row.name, row.affiliation, row.orcid or None, row.is_corresponding, row.competing_interests)
            for row in letter.authors
        ),
        statement=revision.statement if revision else letter.statement.body,
        references=tuple(revision.references if revision else letter.references),
        signatories=signatory_lines(session, letter),
        digest=digest_in_force(letter),
        revision_number=revision.number if revision else 0,
        is_draft=is_draft,
        is_demonstration=letter.is_demonstration,
        style=revision.style if revision else letter.statement.style,
        sign_on_closes=str(show_instant(letter.deadline, letter.deadline_zone))
        if is_draft and letter.deadline and _is_awaited(letter)
        else "",
    )


def _is_awaited(letter: LetterRow) -> bool:
    return letter.state in {LetterState.DRAFTING, LetterState.CIRCULATING, LetterState.SIGNING}
