"""The coordinators’ page of comments: found, filtered, a page at a time, and each answered with a reason."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from webapp.domain import limits
from webapp.domain.actor import Actor
from webapp.domain.comment import Disposition
from webapp.domain.deadline import ShownInstant, show_instant
from webapp.domain.errors import Conflict, InvalidInput, NotFound
from webapp.domain.letter import Action, find_move, move_for
from webapp.domain.names import bounded_text
from webapp.domain.passage import place_of
from webapp.domain.permission import Permission
from webapp.persistence.record import append_event
from webapp.persistence.tables import CommentRow, InvitationRow, LetterRow, RevisionRow, SocietyRow, TextRow
from webapp.rendering.passages import Mark, marked_html, plain_text
from webapp.rendering.text import statement_html
from webapp.services.access import load_letter
from webapp.services.need import Need

PAGE = 50
# A revision may be hundreds of kilobytes: joined to each of its comments, it would be sorted and read as often as it has any.
NEAREST = (
    joinedload(CommentRow.invitation).joinedload(InvitationRow.society),
    selectinload(CommentRow.revision).load_only(RevisionRow.number, RevisionRow.texts),
)
BLOCKING_ACT, COMMENTS_ACT = "blocking", "comments"
UNANSWERED, BLOCKING = "unanswered", "blocking"
_STATUS: dict[str, tuple[ColumnElement[bool], ...]] = {
    UNANSWERED: (CommentRow.disposition == "",),
    BLOCKING: (CommentRow.disposition == "", CommentRow.is_blocking.is_(True)),
}


@dataclass(frozen=True)
class Filter:
    """What is looked for; empty words look for everything."""

    status: str = ""
    society: str = ""
    text: str = ""
    number: int = 1
    just_done: str = ""
    """The comment that was answered a moment ago: it comes first, whether or not it still fits."""


@dataclass(frozen=True)
class CommentLine:
    """A comment as the desk lists it."""

    reference: str
    society: str
    author: str
    text: str
    text_name: str
    revision: int
    quote: str
    remark: str
    wording: str | None
    is_blocking: bool
    made_at: ShownInstant
    disposition: str
    reason: str
    stands: bool
    is_applied: bool
    can_be_undone: bool
    """The text has not been edited since it took the wording in."""


@dataclass(frozen=True)
class CommentsPage:
    """One page of the comments, beside the text as it is now."""

    lines: tuple[CommentLine, ...]
    found: int
    number: int
    last: int
    in_all: int
    unanswered: int
    blocking: int
    societies: tuple[tuple[str, str], ...]
    texts: tuple[tuple[str, str], ...]
    shown_text: str
    html: str
    language: str
    can_be_answered: bool


def page_comments(session: Session, actor: Actor, reference: str, wanted: Filter) -> CommentsPage:
    """The comments that fit, those that block first; a number beyond the last page gives the last."""
    letter = load_letter(session, actor, reference, Permission.SEE)
    conditions = _conditions(letter, wanted)
    others = _count(session, *conditions)
    last = max(-(-others // PAGE), 1)
    number = min(max(wanted.number, 1), last)
    query = select(CommentRow).where(*conditions)
    query = query.order_by(CommentRow.disposition != "", CommentRow.is_blocking.desc(), CommentRow.id)
    rows = [*_just_done(session, letter, wanted), *session.scalars(query.options(*NEAREST).offset((number - 1) * PAGE).limit(PAGE))]
    bodies = {text.reference: _html_of(letter, text) for text in letter.texts}
    shown = wanted.text if wanted.text in bodies else letter.statement.reference
    of_letter = _of_letter(letter)
    return CommentsPage(
        lines=tuple(_line(row, letter, bodies) for row in rows),
        found=others + len(_just_done(session, letter, wanted)),
        number=number,
        last=last,
        in_all=_count(session, *of_letter),
        unanswered=_count(session, *of_letter, *_STATUS[UNANSWERED]),
        blocking=_count(session, *of_letter, *_STATUS[BLOCKING]),
        societies=_societies(session, letter),
        texts=tuple((text.reference, text.name) for text in letter.texts),
        shown_text=next(text.name for text in letter.texts if text.reference == shown),
        html=_marked(bodies[shown], [row for row in rows if row.text_reference == shown]),
        language=letter.language,
        can_be_answered=find_move(letter.state, Action.DISPOSE) is not None,
    )


def unanswered_comments(session: Session, letter: LetterRow) -> tuple[int, int]:
    """How many comments nobody has answered, and how many of them say that their society cannot sign without."""
    of_letter = _of_letter(letter)
    return _count(session, *of_letter, *_STATUS[UNANSWERED]), _count(session, *of_letter, *_STATUS[BLOCKING])


def has_comments(session: Session, letter: LetterRow) -> bool:
    return _count(session, *_of_letter(letter)) > 0


def comment_needs(session: Session, letter: LetterRow) -> list[Need]:
    """What the comments ask of the coordinators, those that keep a society from signing first."""
    unanswered, blocking = unanswered_comments(session, letter)
    needs = []
    if blocking:
        what = "1 comment says" if blocking == 1 else f"{blocking} comments say"
        needs.append(Need(f"{what} that a society cannot sign without a change", BLOCKING_ACT, "Answer this first."))
    if unanswered > blocking:
        rest = unanswered - blocking
        needs.append(Need(f"{rest} {'comment is' if rest == 1 else 'comments are'} not answered", COMMENTS_ACT))
    return needs


def dispose_comment(session: Session, actor: Actor, reference: str, comment: str, disposition: str, reason: str, *, now: datetime) -> None:
    """Answers a comment, or answers it anew; the reason goes back to everyone who commented.

    Raises InvalidInput without a reason, Conflict where its wording stands in the text and the answer would no longer be “accepted”.
    """
    letter = load_letter(session, actor, reference, Permission.EDIT, for_update=True)
    move = move_for(letter.state, Action.DISPOSE)
    row = find_comment(session, letter, comment)
    if disposition not in set(Disposition):
        raise InvalidInput("Choose whether the comment is accepted, partly accepted or declined.", field="disposition")
    why = bounded_text(reason, limits.REASON, field="reason", what="The reason")
    if not why:
        raise InvalidInput("Say why in a sentence: it goes back to everyone who commented.", field="reason")
    if row.applied_edition is not None and disposition != Disposition.ACCEPTED:
        raise Conflict("The suggested wording was taken into the text. Undo that first, then answer otherwise.")
    row.disposition, row.disposition_reason, row.disposed_at, row.disposed_by = disposition, why, now, actor.reference
    public = {"comment": row.reference, "disposition": disposition}
    append_event(session, letter, actor, move.event, public, now=now, private={"reason": why})


def find_comment(session: Session, letter: LetterRow, comment: str) -> CommentRow:
    """The comment, if it is one of this letter and was not taken back; NotFound otherwise."""
    query = select(CommentRow).where(*_of_letter(letter), CommentRow.reference == comment)
    row = session.scalars(query.execution_options(populate_existing=True)).one_or_none()
    if row is None:
        raise NotFound
    return row


def _of_letter(letter: LetterRow) -> tuple[ColumnElement[bool], ...]:
    return CommentRow.letter_id == letter.id, CommentRow.taken_back_at.is_(None)


def _just_done(session: Session, letter: LetterRow, wanted: Filter) -> list[CommentRow]:
    return list(session.scalars(select(CommentRow).where(*_of_letter(letter), CommentRow.reference == wanted.just_done)))


def _conditions(letter: LetterRow, wanted: Filter) -> list[ColumnElement[bool]]:
    conditions = [*_of_letter(letter), CommentRow.reference != wanted.just_done, *_STATUS.get(wanted.status, ())]
    if wanted.society:
        mine = select(InvitationRow.id).where(InvitationRow.reference == wanted.society, InvitationRow.letter_id == letter.id)
        conditions.append(CommentRow.invitation_id.in_(mine))
    if wanted.text:
        conditions.append(CommentRow.text_reference == wanted.text)
    return conditions


def _count(session: Session, *conditions: ColumnElement[bool]) -> int:
    return session.scalar(select(func.count()).select_from(CommentRow).where(*conditions)) or 0


def _societies(session: Session, letter: LetterRow) -> tuple[tuple[str, str], ...]:
    query = (
        select(InvitationRow.reference, SocietyRow.printed_name)
        .join(SocietyRow)
        .join(CommentRow, CommentRow.invitation_id == InvitationRow.id)
        .where(*_of_letter(letter))
        .distinct()
    )
    return tuple(sorted(((row[0], row[1]) for row in session.execute(query)), key=lambda one: one[1]))


def _html_of(letter: LetterRow, text: TextRow) -> str:
    """The text as it is now; nothing where it cannot be set yet, which its own page says."""
    try:
        return statement_html(text.body, letter.references, language=letter.language, style=text.style) if text.body else ""
    except InvalidInput:
        return ""


def _marked(html: str, rows: list[CommentRow]) -> str:
    words = plain_text(html)
    places = ((place_of(row.quote, row.prefix, row.suffix, words), row) for row in rows if row.quote)
    return marked_html(html, [Mark(*place, f"passage-{row.reference}") for place, row in places if place])


def _line(row: CommentRow, letter: LetterRow, bodies: dict[str, str]) -> CommentLine:
    text = next((one for one in letter.texts if one.reference == row.text_reference), None)
    words = plain_text(bodies.get(row.text_reference, ""))
    return CommentLine(
        reference=row.reference,
        society=row.invitation.society.printed_name if row.invitation else "",
        author=row.author,
        text=row.text_reference,
        text_name=next((one["name"] for one in row.revision.texts if one["reference"] == row.text_reference), ""),
        revision=row.revision.number,
        quote=row.quote,
        remark=row.remark,
        wording=row.wording,
        is_blocking=row.is_blocking,
        made_at=show_instant(row.made_at, letter.deadline_zone),
        disposition=row.disposition,
        reason=row.disposition_reason,
        stands=text is not None and (not row.quote or place_of(row.quote, row.prefix, row.suffix, words) is not None),
        is_applied=row.applied_edition is not None,
        can_be_undone=text is not None and row.applied_edition == text.edition,
    )
