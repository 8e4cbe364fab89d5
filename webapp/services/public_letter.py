"""The one door to a letter for strangers: shut until its instant of publication, by the clock of the request (R5, R18)."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from operator import attrgetter

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from webapp.domain.document import AuthorLine, TargetLine
from webapp.domain.document_kind import FILE_KINDS, DocumentKind, FileKind
from webapp.domain.errors import NotFound
from webapp.domain.letter import ASKS, LetterState
from webapp.domain.public_letter import Change, CourseStep, PublicChanged, PublicFile, PublicItem, PublicLetter, PublicLine, PublicSignatory
from webapp.domain.publication import is_public
from webapp.persistence.base import Instant
from webapp.persistence.plain import look
from webapp.persistence.tables import (
    AddendumRow,
    AddendumSignatoryRow,
    AnswerRow,
    DocumentRow,
    EventRow,
    LaterDocumentRow,
    LaterKind,
    LetterRow,
    NewTextDocumentRow,
    NewTextRow,
    NewTextSignatoryRow,
    PublicationRow,
    SealedSignatoryRow,
)
from webapp.services.documents import country_name, digest_in_force, printed_lines, signed_count
from webapp.services.joined_since import later_of
from webapp.services.later_files import day_of
from webapp.services.public_course import public_correspondence, public_course
from webapp.services.public_translations import public_translations, translation_changes

_LAST = select(func.max(EventRow.sequence)).where(EventRow.letter_id == LetterRow.id).correlate(LetterRow).scalar_subquery()
# Built once, and the same for a letter that is not public yet as for one that does not exist.
_FIND = (
    select(LetterRow.id, LetterRow.sealed_at, EventRow.sequence, EventRow.hash)
    .join(PublicationRow, PublicationRow.letter_id == LetterRow.id)
    .join(EventRow, EventRow.letter_id == LetterRow.id)
    .where(LetterRow.reference == bindparam("reference"), EventRow.sequence == _LAST)
    .where(PublicationRow.released_at <= bindparam("now", type_=Instant()))
)
_NAMES = {LaterKind.ADDENDUM: "Addendum", LaterKind.ERRATUM: "Erratum", LaterKind.EDITION: "Edition"}
_ORDER = {kind: place for place, kind in enumerate(DocumentKind)}
PDF = "application/pdf"
CORRESPONDENCE = "correspondence"


@dataclass(frozen=True)
class Found:
    """A letter that is public now. As long as `record_head` is the same, all that strangers may read of a sealed letter is."""

    id: int
    reference: str
    is_sealed: bool
    record_length: int
    record_head: str


def find_public(session: Session, reference: str, *, now: datetime) -> Found:
    """Raises NotFound alike for a letter that is not public yet and for one that there is not (R18)."""
    row = look(session, _FIND, {"reference": reference, "now": now}).one_or_none()
    if row is None:
        raise NotFound
    return Found(row[0], reference, row[1] is not None, row[2], row[3])


def is_public_now(session: Session, letter_id: int, *, now: datetime) -> bool:
    """For whoever knows of the letter already."""
    row = session.get(PublicationRow, letter_id)
    return row is not None and is_public(row.released_at, now=now)


def list_public(session: Session, *, now: datetime) -> list[PublicLine]:
    """The public letters of this installation, the newest first."""
    query = select(LetterRow, PublicationRow.released_at).join(PublicationRow, PublicationRow.letter_id == LetterRow.id)
    query = query.where(PublicationRow.released_at <= now).order_by(PublicationRow.released_at.desc(), LetterRow.id.desc())
    return [
        PublicLine(
            reference=letter.reference,
            title=letter.title,
            language=letter.language,
            lead_society=letter.lead_society,
            journal=letter.journal,
            collective_noun=letter.collective_noun,
            signed=signed_count(session, letter),
            released_at=released_at,
            is_demonstration=letter.is_demonstration,
        )
        for letter, released_at in session.execute(query)
    ]


def read_public(session: Session, reference: str, *, now: datetime) -> PublicLetter:
    """All that strangers may read. Raises NotFound as `find_public`."""
    found = find_public(session, reference, now=now)
    return describe_letter(session, session.get_one(LetterRow, found.id), record_length=found.record_length, record_head=found.record_head)


def describe_letter(session: Session, letter: LetterRow, *, record_length: int = 0, record_head: str = "") -> PublicLetter:
    """The same of a letter that somebody may see before it is public; who that is, the caller has asked."""
    row = session.get(PublicationRow, letter.id)
    # Where nobody has said when, nothing dates it yet.
    released_at = row.released_at if row else letter.created_at
    revision, files, later_files = letter.revision_in_force, tuple(_files(session, letter)), tuple(_later_files(session, letter))
    signatories, joined, later = tuple(_signatories(session, letter)), tuple(_joined(session, letter)), later_of(session, letter)
    course, items = tuple(public_course(session, letter)), tuple(public_correspondence(session, letter, row.released_at if row else None))
    return PublicLetter(
        reference=letter.reference,
        title=letter.title,
        language=letter.language,
        collective_noun=letter.collective_noun,
        lead_society=letter.lead_society,
        journal=letter.journal,
        ask=ASKS[letter.ask],
        state=letter.state,
        is_demonstration=letter.is_demonstration,
        is_sealed=letter.sealed_at is not None,
        is_cancelled=letter.state == LetterState.CANCELLED,
        released_at=released_at,
        dated=day_of(letter, letter.sealed_at or released_at),
        targets=tuple(TargetLine(one.role, one.citation, one.doi or None, one.published_on) for one in letter.targets),
        authors=tuple(
            AuthorLine(one.name, one.affiliation, one.orcid or None, one.is_corresponding, one.competing_interests)
            for one in letter.authors
        ),
        statement=revision.statement if revision else letter.statement.body,
        references=tuple(revision.references if revision else letter.references),
        style=revision.style if revision else letter.statement.style,
        digest=digest_in_force(letter),
        revision=revision.number if revision else 0,
        signatories=signatories,
        joined=joined,
        later=later,
        files=files,
        later_files=later_files,
        changed=tuple(_changed(session, letter)),
        course=course,
        correspondence=items,
        translations=tuple(public_translations(session, letter)),
        changes=tuple(_changes(session, letter, released_at, course, items)),
        record_length=record_length,
        record_head=record_head,
    )


def _signatories(session: Session, letter: LetterRow) -> Iterator[PublicSignatory]:
    if letter.sealed_at is None:
        for code, line in printed_lines(session, letter):
            officer, office = line.officer or "", line.office or ""
            yield PublicSignatory(line.printed_name, officer, office, line.country or "", code, line.note, line.acronym)
        return
    query = select(SealedSignatoryRow, AnswerRow.withdrawn_at).join(AnswerRow, AnswerRow.id == SealedSignatoryRow.answer_id)
    for row, withdrawn_at in session.execute(query.where(SealedSignatoryRow.letter_id == letter.id).order_by(SealedSignatoryRow.position)):
        yield _printed(letter, row, withdrawn_at)


def _joined(session: Session, letter: LetterRow) -> Iterator[PublicSignatory]:
    query = (
        select(AddendumSignatoryRow, AnswerRow.withdrawn_at, AnswerRow.received_at, AddendumRow.number)
        .join(AnswerRow, AnswerRow.id == AddendumSignatoryRow.answer_id)
        .join(AddendumRow, AddendumRow.id == AddendumSignatoryRow.addendum_id)
        .where(AddendumRow.letter_id == letter.id)
        .order_by(AddendumRow.number, AddendumSignatoryRow.position)
    )
    for row, withdrawn_at, received_at, number in session.execute(query):
        yield _printed(letter, row, withdrawn_at, received_at, number)


def _printed(
    letter: LetterRow,
    row: SealedSignatoryRow | AddendumSignatoryRow,
    withdrawn_at: datetime | None,
    signed_at: datetime | None = None,
    addendum: int = 0,
) -> PublicSignatory:
    # Whoever has withdrawn stands printed for good; who had signed for it is no longer shown where it need not be.
    officer, office = ("", "") if withdrawn_at else (row.officer, row.office)
    return PublicSignatory(
        printed_name=row.printed_name,
        officer=officer,
        office=office,
        country=country_name(row.country, letter.language) or "",
        country_code=row.country,
        note=row.note,
        acronym=row.acronym,
        addendum=addendum,
        signed_on=day_of(letter, signed_at) if signed_at else None,
        withdrawn_on=day_of(letter, withdrawn_at) if withdrawn_at else None,
    )


def _files(session: Session, letter: LetterRow) -> list[PublicFile]:
    query = select(DocumentRow.kind, DocumentRow.sha256, func.length(DocumentRow.content), DocumentRow.made_at)
    rows = [row for row in session.execute(query.where(DocumentRow.letter_id == letter.id)) if row[0] in _ORDER]
    in_order = sorted(rows, key=lambda row: _ORDER[row[0]])
    return [_file(FILE_KINDS[DocumentKind(kind)], sha256, size, day_of(letter, made_at)) for kind, sha256, size, made_at in in_order]


def _file(kind: FileKind, sha256: str, size: int, made_on: date) -> PublicFile:
    return PublicFile(kind.name, kind.words, kind.media_type, size, sha256, made_on)


def _later_files(session: Session, letter: LetterRow) -> Iterator[PublicFile]:
    columns = (LaterDocumentRow.kind, LaterDocumentRow.number, LaterDocumentRow.sha256, func.length(LaterDocumentRow.content))
    query = select(*columns, LaterDocumentRow.made_at).where(LaterDocumentRow.letter_id == letter.id).order_by(LaterDocumentRow.id)
    for kind, number, sha256, size, made_at in session.execute(query):
        yield PublicFile(f"{kind}-{number}.pdf", _NAMES[LaterKind(kind)], PDF, size, sha256, day_of(letter, made_at), number)


def _changed(session: Session, letter: LetterRow) -> Iterator[PublicChanged]:
    """Made of their fixed lists, in the order in which they were begun."""
    query = select(NewTextRow).where(NewTextRow.letter_id == letter.id, NewTextRow.made_at.is_not(None)).order_by(NewTextRow.number)
    of_list = select(NewTextSignatoryRow.printed_name).order_by(NewTextSignatoryRow.position)
    columns = (NewTextDocumentRow.kind, NewTextDocumentRow.sha256, func.length(NewTextDocumentRow.content), NewTextDocumentRow.made_at)
    for row in session.scalars(query):
        names = session.scalars(of_list.where(NewTextSignatoryRow.new_text_id == row.id)).all()
        found = session.execute(select(*columns).where(NewTextDocumentRow.new_text_id == row.id)).all()
        files = tuple(
            _file(replace(facts, stem=f"text-{row.number}-{facts.stem}"), sha256, size, day_of(letter, at))
            for kind, sha256, size, at in sorted(found, key=lambda one: _ORDER[DocumentKind(one[0])])
            for facts in (FILE_KINDS[DocumentKind(kind)],)
        )
        yield PublicChanged(row.number, row.journal, len(names), names[0] if names else "", row.made_at or letter.created_at, files)


def _texts_made(session: Session, letter: LetterRow) -> Iterator[Change]:
    for one in _changed(session, letter):
        yield Change(f"text-{one.number}", "text", one.made_at, str(one.number))


def _changes(
    session: Session, letter: LetterRow, released_at: datetime, course: tuple[CourseStep, ...], items: tuple[PublicItem, ...]
) -> list[Change]:
    """What became known since the page is there, the newest first; what had happened before came with the page itself."""
    known = [
        *_sealing(letter),
        *_issued(session, letter),
        *_withdrawals(session, letter),
        *_texts_made(session, letter),
        *translation_changes(session, letter),
        *_steps(course),
        *(Change(f"{CORRESPONDENCE}-{one.reference}", CORRESPONDENCE, one.noted_at, one.reference) for one in items),
    ]
    since = [one for one in known if one.at > released_at]
    return sorted([Change("published", "published", released_at), *since], key=attrgetter("at", "key"), reverse=True)


def _steps(course: tuple[CourseStep, ...]) -> Iterator[Change]:
    for one in course:
        yield Change(f"course-{one.key}", "course", one.noted_at, f"{one.about}: {one.words}")


def _sealing(letter: LetterRow) -> Iterator[Change]:
    if letter.sealed_at is not None:
        yield Change("sealed", "sealed", letter.sealed_at)


def _issued(session: Session, letter: LetterRow) -> Iterator[Change]:
    query = select(LaterDocumentRow.kind, LaterDocumentRow.number, LaterDocumentRow.made_at)
    for kind, number, made_at in session.execute(query.where(LaterDocumentRow.letter_id == letter.id)):
        yield Change(f"{kind}-{number}", kind, made_at, str(number))


def _withdrawals(session: Session, letter: LetterRow) -> Iterator[Change]:
    printed = select(SealedSignatoryRow.answer_id, SealedSignatoryRow.printed_name).where(SealedSignatoryRow.letter_id == letter.id)
    added = select(AddendumSignatoryRow.answer_id, AddendumSignatoryRow.printed_name).join(AddendumRow)
    listed = printed.union_all(added.where(AddendumRow.letter_id == letter.id)).subquery()
    query = select(listed.c.printed_name, AnswerRow.withdrawn_at, AnswerRow.reference).join(AnswerRow, AnswerRow.id == listed.c.answer_id)
    for name, at, reference in session.execute(query.where(AnswerRow.withdrawn_at.is_not(None))):
        yield Change(f"withdrawn-{reference}", "withdrawn", at, name)
