"""The reading room while a revision circulates: its texts, what is asked and until when, what changed, and the comments."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from markupsafe import Markup
from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from webapp.domain import limits
from webapp.domain.deadline import ShownInstant, show_date, show_instant, time_left
from webapp.domain.document import TargetLine
from webapp.domain.errors import InvalidInput, NotFound, TextTooSlow
from webapp.domain.letter import ASKS, LetterState
from webapp.domain.passage import place_of
from webapp.domain.text import style_of
from webapp.persistence.tables import CirculationRow, CommentRow, LetterRow, RevisionRow
from webapp.rendering.passages import Passage, passages, plain_text
from webapp.rendering.text import statement_html
from webapp.services.circulation import circulations_of
from webapp.services.comment_desk import NEAREST
from webapp.services.place import Place
from webapp.services.redlines import text_redlines

MOST_SHOWN = 100
"""Comments of others on one page of the room."""

_AROUND = 200


@dataclass(frozen=True)
class RoomHead:
    """What every page of the room says of the letter and of the society."""

    invitation: str
    society: str
    title: str
    language: str
    lead_society: str
    contact_email: str
    journal: str
    ask: str
    targets: tuple[TargetLine, ...]
    deadline: ShownInstant | None
    is_demonstration: bool
    is_cancelled: bool


@dataclass(frozen=True)
class CirculatedText:
    """A text of the revision, block by block, so that each can be remarked upon."""

    reference: str
    name: str
    passages: tuple[Passage, ...]
    words: str


@dataclass(frozen=True)
class CommentView:
    """A comment as a society sees it: its own, or that of another."""

    reference: str
    society: str
    text: str
    revision: int
    quote: str
    remark: str
    wording: str | None
    is_blocking: bool
    stands: bool
    """Its passage is still in the text; a comment on a whole text always stands."""
    made_at: ShownInstant
    disposition: str
    reason: str
    is_own: bool


@dataclass(frozen=True)
class CirculatedRoom:
    """Everything that the room shows while comments are taken."""

    head: RoomHead
    revision: int
    texts: tuple[CirculatedText, ...]
    until: ShownInstant
    time_left: str
    is_open: bool
    message: str
    since: int
    """The revision that this society was sent before; 0 where this is the first."""
    changes: tuple[tuple[str, Markup], ...]
    own: tuple[CommentView, ...]
    others: tuple[CommentView, ...]
    others_in_all: int
    shows_comments: bool
    has_dispositions: bool
    board_meets_on: str
    today: str


def room_head(session: Session, place: Place) -> RoomHead:
    letter = session.get_one(LetterRow, place.letter_id)
    return RoomHead(
        invitation=place.invitation.reference,
        society=place.invitation.society.printed_name,
        title=letter.title,
        language=letter.language,
        lead_society=letter.lead_society,
        contact_email=letter.contact_email,
        journal=letter.journal,
        ask=ASKS[letter.ask],
        targets=tuple(TargetLine(row.role, row.citation, row.doi or None, row.published_on) for row in letter.targets),
        deadline=show_instant(letter.deadline, letter.deadline_zone) if letter.deadline else None,
        is_demonstration=letter.is_demonstration,
        is_cancelled=letter.state == LetterState.CANCELLED,
    )


def is_circulated_room(session: Session, place: Place) -> bool:
    """Whether this letter has no statement to sign yet, or never had."""
    return session.get_one(LetterRow, place.letter_id).revision_in_force is None


def show_circulated(session: Session, place: Place, *, now: datetime) -> CirculatedRoom:
    """Raises NotFound where this society was sent nothing, or the letter can be signed."""
    letter = session.get_one(LetterRow, place.letter_id)
    sent = circulations_of(session, place.invitation.id)
    if not sent or letter.revision_in_force is not None:
        raise NotFound
    newest, revision = sent[0], sent[0].revision
    before = next((one.revision for one in sent if one.revision_id != newest.revision_id), None)
    texts = _texts(revision, letter)
    # Found once for all comments: there may be hundreds.
    words = {one.reference: one.words for one in texts}
    others, in_all = _others(session, letter, place, words)
    return CirculatedRoom(
        head=room_head(session, place),
        revision=revision.number,
        texts=texts,
        until=show_instant(newest.until, newest.zone),
        time_left=time_left(newest.until, now=now),
        is_open=letter.state == LetterState.CIRCULATING and now < newest.until,
        message=newest.message,
        since=before.number if before else 0,
        changes=text_redlines(before, revision, letter.language) if before else (),
        own=_own(session, letter, place, words),
        others=others,
        others_in_all=in_all,
        shows_comments=letter.shows_comments,
        has_dispositions=has_dispositions(session, place),
        board_meets_on=show_date(place.invitation.board_meets_on) if place.invitation.board_meets_on else "",
        today=show_date(now.astimezone(ZoneInfo(newest.zone)).date()),
    )


def has_dispositions(session: Session, place: Place) -> bool:
    """Whether this society has commented on this letter, so that the table of dispositions is for it too."""
    mine = select(CommentRow.id).where(CommentRow.invitation_id == place.invitation.id, CommentRow.taken_back_at.is_(None)).limit(1)
    return session.scalar(mine) is not None


def find_passage(session: Session, place: Place, text: str, number: int) -> tuple[str, str, str]:
    """The words of one block of the revision that was sent, with what stands before and after it, for the form.

    Of a block that is longer than a comment can quote, as a long list of references is, only the beginning.
    """
    newest = _newest(session, place)
    letter = session.get_one(LetterRow, place.letter_id)
    for one in _texts(newest.revision, letter):
        if one.reference == text and 0 <= number < len(one.passages):
            before = one.passages[number - 1].text if number else ""
            after = one.passages[number + 1].text if number + 1 < len(one.passages) else ""
            quote, rest = _beginning(one.passages[number].text)
            return quote, before[-_AROUND:], (rest or after)[:_AROUND]
    raise NotFound


def _beginning(words: str) -> tuple[str, str]:
    """As much as a comment can quote, to the end of a word, and the rest."""
    if len(words) <= limits.QUOTE:
        return words, ""
    end = words.rfind(" ", 0, limits.QUOTE + 1)
    end = end if end > 0 else limits.QUOTE
    return words[:end], words[end:]


def _newest(session: Session, place: Place) -> CirculationRow:
    sent = circulations_of(session, place.invitation.id)
    if not sent:
        raise NotFound
    return sent[0]


def _texts(revision: RevisionRow, letter: LetterRow) -> tuple[CirculatedText, ...]:
    shown = []
    for one in revision.texts:
        try:
            html = statement_html(one["body"], revision.references, language=letter.language, style=style_of(one))
        except TextTooSlow:
            raise
        except InvalidInput as error:
            raise NotFound from error
        shown.append(CirculatedText(one["reference"], one["name"], passages(html), plain_text(html)))
    return tuple(shown)


def _own(session: Session, letter: LetterRow, place: Place, words: Mapping[str, str]) -> tuple[CommentView, ...]:
    query = _comments(letter).where(CommentRow.invitation_id == place.invitation.id)
    return tuple(_view(row, letter, words, place) for row in session.scalars(query))


def _others(session: Session, letter: LetterRow, place: Place, words: Mapping[str, str]) -> tuple[tuple[CommentView, ...], int]:
    if not letter.shows_comments:
        return (), 0
    query = _comments(letter).where(CommentRow.invitation_id != place.invitation.id)
    in_all = session.scalar(select(func.count()).select_from(query.order_by(None).subquery())) or 0
    return tuple(_view(row, letter, words, place) for row in session.scalars(query.limit(MOST_SHOWN))), in_all


def _comments(letter: LetterRow) -> Select[CommentRow]:
    query = select(CommentRow).where(CommentRow.letter_id == letter.id, CommentRow.taken_back_at.is_(None))
    return query.order_by(CommentRow.id.desc()).options(*NEAREST)


def _view(row: CommentRow, letter: LetterRow, words: Mapping[str, str], place: Place) -> CommentView:
    """`words` are those of each text of the revision that was sent."""
    text = words.get(row.text_reference)
    return CommentView(
        reference=row.reference,
        society=row.invitation.society.printed_name if row.invitation else "",
        text=next((one["name"] for one in row.revision.texts if one["reference"] == row.text_reference), ""),
        revision=row.revision.number,
        quote=row.quote,
        remark=row.remark,
        wording=row.wording,
        is_blocking=row.is_blocking,
        stands=text is not None and (not row.quote or place_of(row.quote, row.prefix, row.suffix, text) is not None),
        made_at=show_instant(row.made_at, letter.deadline_zone),
        disposition=row.disposition,
        reason=row.disposition_reason,
        is_own=row.invitation_id == place.invitation.id,
    )
