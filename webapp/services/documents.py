"""From rows to a document: the one place that lists the signatories of a letter (R4, R5)."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from itertools import accumulate
from typing import Any
from zoneinfo import ZoneInfo

from babel import Locale
from sqlalchemy import Row, Select, bindparam, case, exists, func, literal_column, select
from sqlalchemy.orm import Session, joinedload

from webapp.domain.answer import StandingFacts, digests_that_count, is_signatory, is_to_be_affirmed
from webapp.domain.authority import recorded_phrase
from webapp.domain.deadline import show_instant
from webapp.domain.document import AuthorityLine, AuthorLine, LetterDocument, SignatoryLine, TargetLine, heading_of
from webapp.domain.layout import Layout
from webapp.domain.letter import ASKS, LetterState
from webapp.domain.names import default_sort_name
from webapp.persistence.plain import look
from webapp.persistence.tables import (
    AnswerRow,
    FreezingRow,
    InvitationRow,
    LetterRow,
    ObjectionRow,
    RevisionRow,
    SealedSignatoryRow,
    SocietyRow,
)
from webapp.services.authority_annex import authority_annex
from webapp.services.collation import collation_weights
from webapp.services.layouts import agreed_logos, layout_of, layout_row, lead_entries, letterhead, pictures
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
# What a list shows of its signatories, and what decides who they are and how they are sorted: of 1,000 whole answers with their
# societies, all that they have besides takes 6 MB.
_PRINTED = (
    select(
        *(AnswerRow.kind, AnswerRow.is_standing, AnswerRow.digest, AnswerRow.authority, AnswerRow.is_disputed, AnswerRow.is_confirmed),
        *(AnswerRow.printed_name, AnswerRow.officer, AnswerRow.office, AnswerRow.consent_to_print, AnswerRow.source),
        *(InvitationRow.society_id, SocietyRow.sort_name, SocietyRow.country, SocietyRow.acronym),
        *(SocietyRow.kind.label("society_kind"), HAS_OBJECTED.label("has_objected")),
    )
    .join(InvitationRow, InvitationRow.id == AnswerRow.invitation_id)
    .join(SocietyRow, SocietyRow.id == InvitationRow.society_id)
    .where(AnswerRow.letter_id == bindparam("letter"), AnswerRow.is_standing.is_(True))
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


def facts_of(answer: AnswerRow | Row[*tuple[Any, ...]], *, has_objected: bool) -> StandingFacts:
    return StandingFacts(
        answer.kind, answer.is_standing, answer.digest, answer.authority, has_objected, answer.is_disputed, answer.is_confirmed
    )


def signing_answers(session: Session, letter: LetterRow) -> list[AnswerRow]:
    """The answers that make a society a signatory (R4), in the order of their names (R15)."""
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


def listed_answers(
    session: Session, letter: LetterRow, layout: Layout | None = None, leads: frozenset[int] | None = None
) -> list[tuple[AnswerRow, SignatoryLine]]:
    """Each answer that makes a signatory, beside the line that it is printed as, in the order of the list (R5): what the seal fixes.

    The lead society first where that is wanted; then by heading, in the order of its words, those without one last; then by name (R15).
    Laid out as the letter says, unless another layout is to be looked at.
    """
    row, answers = layout_row(session, letter), signing_answers(session, letter)
    layout = layout or layout_of(row)
    leads = lead_entries(session, letter, row) if leads is None else leads
    logos = agreed_logos(session, answers) if layout.shows_logos else {}
    listed = []
    for answer in answers:
        line = signatory_line(answer, letter.language)
        is_lead = answer.invitation.society_id in leads
        listed.append((answer, replace(line, logo=logos.get(answer.id, ""), is_lead=is_lead)))
    # The answers are in the order of their names already, and sorting keeps that.
    return sorted(listed, key=lambda one: under_heading(one[1], layout))


def printed_lines(session: Session, letter: LetterRow) -> list[tuple[str, SignatoryLine]]:
    """The code of its country, and the line without its logo, of each signatory of a list that is not sealed, in the same order."""
    row, digests = layout_row(session, letter), counting_digests(session, letter.id)
    layout, leads = layout_of(row), lead_entries(session, letter, row)
    signed = [
        one
        for one in look(session, _PRINTED, {"letter": letter.id})
        if is_signatory(facts_of(one, has_objected=one.has_objected), digests=digests)
    ]
    signed.sort(key=lambda one: (sort_key(one.printed_name, one.sort_name), one.printed_name))
    lines = [(one.country, _line(one, one.country, one.acronym, one.society_kind, letter.language), one.society_id) for one in signed]
    listed = [(country, replace(line, is_lead=society in leads)) for country, line, society in lines]
    return sorted(listed, key=lambda one: under_heading(one[1], layout))


def under_heading(line: SignatoryLine, layout: Layout) -> tuple[bool, bool, bytes, str]:
    """Sorts what is in the order of its names already into the order of a list with this layout."""
    heading = heading_of(line, layout.grouping)
    return not (line.is_lead and layout.is_lead_first), not heading, sort_key(heading), heading


def signatory_lines(session: Session, letter: LetterRow) -> tuple[SignatoryLine, ...]:
    """The signatories: the sealed list once there is one, for good (R11); else those who have signed so far."""
    if letter.sealed_at is not None:
        query = select(SealedSignatoryRow).where(SealedSignatoryRow.letter_id == letter.id).order_by(SealedSignatoryRow.position)
        return tuple(_sealed_line(row, letter.language) for row in session.scalars(query))
    return tuple(line for _answer, line in listed_answers(session, letter))


def _sealed_line(row: SealedSignatoryRow, language: str) -> SignatoryLine:
    return SignatoryLine(
        row.printed_name,
        row.officer or None,
        row.office or None,
        country_name(row.country, language),
        row.note,
        row.acronym,
        row.society_kind,
        row.logo,
        row.is_lead,
    )


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
    society = answer.invitation.society
    return _line(answer, society.country, society.acronym, society.kind, language)


def _line(answer: AnswerRow | Row[*tuple[Any, ...]], country: str, acronym: str, society_kind: str, language: str) -> SignatoryLine:
    agreed = answer.consent_to_print
    return SignatoryLine(
        answer.printed_name,
        answer.officer if agreed else None,
        answer.office if agreed else None,
        country_name(country, language),
        recorded_phrase(answer.source),
        acronym,
        society_kind,
    )


def letter_document(session: Session, letter: LetterRow, *, dated: datetime, is_draft: bool, draft_for: str = "") -> LetterDocument:
    """The letter as a document, of the frozen text where there is one; dated by the calendar of its own zone."""
    revision, row = letter.revision_in_force, layout_row(session, letter)
    layout, head, lines = layout_of(row), letterhead(session, letter, row), signatory_lines(session, letter)
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
        signatories=lines,
        digest=digest_in_force(letter),
        revision_number=revision.number if revision else 0,
        is_draft=is_draft,
        is_demonstration=letter.is_demonstration,
        style=revision.style if revision else letter.statement.style,
        sign_on_closes=str(show_instant(letter.deadline, letter.deadline_zone))
        if is_draft and letter.deadline and _is_awaited(letter)
        else "",
        layout=layout,
        letterhead=head,
        authority=_annex(session, letter) if layout.has_annex else (),
        draft_for=draft_for,
        pictures=pictures(session, (head.logo, *(one.logo for one in lines))),
    )


def _annex(session: Session, letter: LetterRow) -> tuple[AuthorityLine, ...]:
    """Of the signatories, in the order of the list."""
    if letter.sealed_at is None:
        return authority_annex(answer for answer, _line in listed_answers(session, letter))
    sealed = select(AnswerRow).join(SealedSignatoryRow, SealedSignatoryRow.answer_id == AnswerRow.id)
    sealed = sealed.where(SealedSignatoryRow.letter_id == letter.id).order_by(SealedSignatoryRow.position)
    return authority_annex(session.scalars(sealed))


def _is_awaited(letter: LetterRow) -> bool:
    return letter.state in {LetterState.DRAFTING, LetterState.CIRCULATING, LetterState.SIGNING}
