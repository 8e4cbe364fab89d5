"""The correspondence about a letter: everything sent to a journal or received from it, in order; none of it ever changes or goes."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from webapp.domain import limits
from webapp.domain.actor import Actor
from webapp.domain.correspondence import DIRECTION_WORDS, Direction, Way
from webapp.domain.deadline import ShownInstant, instant_from_local, show_instant
from webapp.domain.digest import sha256_of
from webapp.domain.errors import Conflict, InvalidInput, NotFound
from webapp.domain.letter import AFTER_THE_SEAL
from webapp.domain.names import bounded_text
from webapp.domain.permission import Permission
from webapp.domain.received_file import KIND_WORDS, ReceivedFile
from webapp.domain.received_text import received_line, received_text
from webapp.domain.web_address import clean_link
from webapp.persistence.record import actor_words, append_event
from webapp.persistence.tables import CorrespondenceFileRow, CorrespondenceRow, CorrespondenceUploadRow, LetterRow, StaffRow
from webapp.services.access import load_letter
from webapp.services.references import new_reference
from webapp.services.stored_file import checked_content
from webapp.services.submissions import submissions_of

_SENT_OTHERWISE = "Another item was stored from this page before. Yours is still here: press once more to store it too."
_A_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Entry:
    """What somebody typed of one item; `when` is what a wall clock in the zone showed."""

    direction: str
    nonce: str
    when: datetime
    zone: str
    sender: str = ""
    recipient: str = ""
    subject: str = ""
    text: str = ""
    reported_by: str = ""
    link: str = ""
    submission: str = ""


@dataclass(frozen=True)
class Came:
    """What an item brings along: its files, and what could not be read of them."""

    way: Way = Way.TYPED
    files: tuple[ReceivedFile, ...] = ()
    remarks: tuple[str, ...] = ()
    upload: str = ""
    """The reference under which the file waited to be looked at."""


@dataclass(frozen=True)
class FileLine:
    reference: str
    name: str
    kind: str
    size: int
    sha256: str


@dataclass(frozen=True)
class Item:
    """One item, as the coordinators see it."""

    reference: str
    direction: str
    says: str
    way: str
    at: ShownInstant
    sender: str
    recipient: str
    subject: str
    text: str
    reported_by: str
    link: str
    submission: str
    remarks: tuple[str, ...]
    entered_at: ShownInstant
    entered_by: str
    audience: str
    summary: str
    shows_text: bool
    released_at: ShownInstant | None
    struck_at: ShownInstant | None
    struck_reason: str
    files: tuple[FileLine, ...]


def load_sealed(session: Session, actor: Actor, reference: str, *, for_update: bool = False) -> LetterRow:
    """Raises NotFound before the seal, and NotAllowed for whoever may not keep the course."""
    letter = load_letter(session, actor, reference, Permission.KEEP_COURSE, for_update=for_update)
    if letter.state not in AFTER_THE_SEAL:
        raise NotFound
    return letter


def usual_zone(session: Session, actor: Actor, reference: str) -> str:
    """The zone in which an item's date is asked for first. Raises as `load_sealed`."""
    return load_sealed(session, actor, reference).deadline_zone


def offered_submissions(session: Session, actor: Actor, reference: str) -> dict[str, str]:
    """To which an item can belong, by reference. Raises as `load_sealed`."""
    rows = submissions_of(session, load_sealed(session, actor, reference))
    return {row.reference: f"{row.journal} ({row.manuscript_number})" if row.manuscript_number else row.journal for row in rows}


def enter_item(session: Session, actor: Actor, reference: str, entry: Entry, came: Came, *, now: datetime) -> str:
    """Stores one item with its files and its event; returns its reference. The same form twice is one item.

    Raises InvalidInput naming the field, and Conflict where the form has stored something else before.
    """
    letter = load_sealed(session, actor, reference, for_update=True)
    row = _row(letter, entry, came, now=now)
    if row.submission and row.submission not in {one.reference for one in submissions_of(session, letter)}:
        raise InvalidInput("Choose a submission of this letter, or none.", field="submission")
    row.entered_by = actor_words(actor)
    known = session.scalars(select(CorrespondenceRow).where(CorrespondenceRow.nonce == entry.nonce)).one_or_none()
    if known is not None:
        if known.letter_id != letter.id or content_digest(known) != content_digest(row):
            raise Conflict(_SENT_OTHERWISE)
        return known.reference
    _refuse_full(session, letter)
    session.execute(delete(CorrespondenceUploadRow).where(CorrespondenceUploadRow.reference == came.upload))
    return keep_item(session, actor, letter, row, now=now)


def keep_item(session: Session, actor: Actor, letter: LetterRow, row: CorrespondenceRow, *, now: datetime) -> str:
    """Stores it with its event: which it is, and of what it says only a commitment. The caller holds the letter."""
    session.add(row)
    session.flush()
    public = {"item": row.reference, "direction": row.direction}
    append_event(session, letter, actor, "correspondence.entered", public, now=now, private={"content_sha256": content_digest(row)})
    return row.reference


def content_digest(row: CorrespondenceRow) -> str:
    """Over all that never changes of an item."""
    facts = {
        "item": [row.direction, row.way, row.submission, row.happened_at.isoformat(), row.zone, row.entered_by],
        "said": [row.sender, row.recipient, row.subject, row.text, row.reported_by, row.link, list(row.remarks)],
        "files": [[one.name, one.media_type, one.sha256] for one in row.files],
    }
    return sha256_of("correspondence/v1", facts)


def _row(letter: LetterRow, entry: Entry, came: Came, *, now: datetime) -> CorrespondenceRow:
    if entry.direction not in set(Direction):
        raise InvalidInput("Say whether it was received, sent or reported.", field="direction")
    happened_at = instant_from_local(entry.when, entry.zone, field="happened_local")
    if happened_at > now + _A_DAY:
        raise InvalidInput("That lies in the future. Enter it when it has come.", field="happened_local")
    row = CorrespondenceRow(
        reference=new_reference(),
        letter_id=letter.id,
        submission=received_line(entry.submission, limits.POST_LINE),
        nonce=entry.nonce,
        direction=entry.direction,
        way=came.way,
        sender=received_line(entry.sender, limits.POST_LINE),
        recipient=received_line(entry.recipient, limits.POST_LINE),
        subject=received_line(entry.subject, limits.POST_LINE),
        text=received_text(entry.text, limits.POST_TEXT),
        happened_at=happened_at,
        zone=entry.zone,
        reported_by=received_line(entry.reported_by, limits.REPORTED_BY),
        link=clean_link(entry.link),
        remarks=list(came.remarks),
        entered_at=now,
        files=[_file(one, position) for position, one in enumerate(came.files, 1)],
    )
    _refuse_empty(row)
    return row


def _refuse_empty(row: CorrespondenceRow) -> None:
    if row.direction == Direction.REPORT:
        if not row.reported_by:
            raise InvalidInput("Say who reports it.", field="reported_by")
        if not (row.link or row.files):
            raise InvalidInput("Give the address at which it can be read, or attach it.", field="link")
    elif row.direction == Direction.IN and not row.sender:
        raise InvalidInput("Say from whom it came.", field="sender")
    elif row.direction == Direction.OUT and not row.recipient:
        raise InvalidInput("Say to whom it went.", field="recipient")
    if not (row.text or row.files or row.link):
        raise InvalidInput("Type or paste what it says, or choose the file.", field="text")


def _file(file: ReceivedFile, position: int) -> CorrespondenceFileRow:
    return CorrespondenceFileRow(
        reference=new_reference(),
        position=position,
        name=file.name,
        media_type=file.media_type,
        sha256=hashlib.sha256(file.content).hexdigest(),
        size=len(file.content),
        content=file.content,
    )


def _refuse_full(session: Session, letter: LetterRow) -> None:
    here = select(func.count()).select_from(CorrespondenceRow).where(CorrespondenceRow.letter_id == letter.id)
    if (session.scalar(here) or 0) >= limits.POST_ITEMS:
        raise InvalidInput(f"{limits.POST_ITEMS:,} items are the most of one letter.")


def list_items(session: Session, actor: Actor, reference: str) -> list[Item]:
    """All of it, the oldest first, what was struck among it."""
    letter = load_sealed(session, actor, reference)
    query = select(CorrespondenceRow).where(CorrespondenceRow.letter_id == letter.id)
    rows = session.scalars(query.order_by(CorrespondenceRow.happened_at, CorrespondenceRow.id)).all()
    return [_item(one, letter, _staff(session)) for one in rows]


def items_about(session: Session, actor: Actor, reference: str, submission: str) -> list[Item]:
    """Those of one submission, the oldest first, without what was struck; none before the seal, when there is no correspondence."""
    letter = load_letter(session, actor, reference, Permission.KEEP_COURSE)
    items = list_items(session, actor, reference) if letter.state in AFTER_THE_SEAL else []
    return [one for one in items if one.submission == submission and one.struck_at is None]


def show_item(session: Session, actor: Actor, reference: str, item: str) -> Item:
    """Raises NotFound."""
    letter = load_sealed(session, actor, reference)
    return _item(find_item(session, letter, item), letter, _staff(session))


def find_item(session: Session, letter: LetterRow, item: str) -> CorrespondenceRow:
    """Raises NotFound."""
    query = select(CorrespondenceRow).where(CorrespondenceRow.letter_id == letter.id, CorrespondenceRow.reference == item)
    row = session.scalars(query.execution_options(populate_existing=True)).one_or_none()
    if row is None:
        raise NotFound
    return row


@dataclass(frozen=True)
class StoredFile:
    name: str
    media_type: str
    content: bytes


def read_file(session: Session, actor: Actor, reference: str, item: str, file: str) -> StoredFile:
    """As it came, checked against its hash on every reading. Raises NotFound."""
    row = find_item(session, load_sealed(session, actor, reference), item)
    found = next((one for one in row.files if one.reference == file), None)
    if found is None:
        raise NotFound
    return StoredFile(found.name, found.media_type, checked_content(found.content, found.sha256))


def strike_item(session: Session, actor: Actor, reference: str, item: str, reason: str, *, now: datetime) -> None:
    """Says that an item was entered wrongly, and why. It stays where it is, and is shown to nobody but the coordinators."""
    letter = load_sealed(session, actor, reference, for_update=True)
    row = find_item(session, letter, item)
    if row.struck_at is not None:
        raise Conflict("This item has been struck already. The reason stands beside it.")
    words = bounded_text(reason, limits.NOTE, field="reason", what="The reason")
    if not words:
        raise InvalidInput("Say why it is struck: whoever looks for it later reads that.", field="reason")
    row.struck_at, row.struck_reason = now, words
    append_event(session, letter, actor, "correspondence.struck", {"item": row.reference}, now=now, private={"reason": words})


def _staff(session: Session) -> dict[str, str]:
    return {f"staff:{row.reference}": row.email for row in session.execute(select(StaffRow.reference, StaffRow.email))}


def _item(row: CorrespondenceRow, letter: LetterRow, staff: dict[str, str]) -> Item:
    def at(instant: datetime | None) -> ShownInstant | None:
        return show_instant(instant, letter.deadline_zone) if instant else None

    return Item(
        reference=row.reference,
        direction=row.direction,
        says=DIRECTION_WORDS[Direction(row.direction)],
        way=row.way,
        at=show_instant(row.happened_at, row.zone),
        sender=row.sender,
        recipient=row.recipient,
        subject=row.subject,
        text=row.text,
        reported_by=row.reported_by,
        link=row.link,
        submission=row.submission,
        remarks=tuple(row.remarks),
        entered_at=show_instant(row.entered_at, letter.deadline_zone),
        entered_by=staff.get(row.entered_by, "the command line"),
        audience=row.audience,
        summary=row.summary,
        shows_text=row.shows_text,
        released_at=at(row.released_at),
        struck_at=at(row.struck_at),
        struck_reason=row.struck_reason,
        files=file_lines(row.files),
    )


def file_lines(files: Sequence[CorrespondenceFileRow]) -> tuple[FileLine, ...]:
    return tuple(FileLine(one.reference, one.name, KIND_WORDS[one.media_type], one.size, one.sha256) for one in files)
