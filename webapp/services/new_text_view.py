"""What the pages show of texts that journals want changed: at the desk, and in the reading room of a society that was asked."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from markupsafe import Markup
from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.domain import limits
from webapp.domain.actor import Actor
from webapp.domain.answer import MANDATES, is_in_time
from webapp.domain.deadline import ShownInstant, show_date, show_instant, time_left
from webapp.domain.document import SignatoryLine
from webapp.domain.document_kind import FILE_KINDS, DocumentKind
from webapp.domain.errors import InvalidInput, NotFound
from webapp.domain.letter import AFTER_THE_SEAL, LetterState
from webapp.domain.new_text import AFFIRM, OBJECT_TO_TEXT, PLACE_WORDS, NewTextState, Place, fixes_from
from webapp.domain.permission import Permission
from webapp.domain.text import Change, TextKind
from webapp.domain.wording import count_phrase
from webapp.persistence.tables import AnswerRow, LetterRow, NewTextAskedRow, NewTextRow, PutTextRow, RevisionRow, StaffRow
from webapp.rendering.text import statement_html
from webapp.services import place as places_of_people
from webapp.services.access import load_letter
from webapp.services.chosen_venues import TextVenues, measure_for
from webapp.services.later_files import day_of
from webapp.services.need import Need
from webapp.services.new_text import Proposed, find_new_text, propose_new_text, sealed_revision, sealed_text
from webapp.services.new_text_acts import asked_of, newest_said
from webapp.services.new_text_files import documents_of, file_name_of, is_under_way
from webapp.services.new_text_list import AskedPlace, asked_places, counted_places, list_of
from webapp.services.new_text_redline import changed_words, new_text_redline
from webapp.services.submissions import find_submission

STATE_WORDS = {
    NewTextState.DRAFTING: "being written",
    NewTextState.ASKING: "before the signatories",
    NewTextState.FIXED: "its list is fixed",
    NewTextState.MADE: "its documents are made",
    NewTextState.ABANDONED: "abandoned",
}
_ORDER = (Place.OBJECTED, Place.AWAITED, Place.DISPUTED, Place.AFFIRMED, Place.CARRIED, Place.WITHDRAWN)


@dataclass(frozen=True)
class NewTextLine:
    reference: str
    number: int
    journal: str
    state: str
    day: str


@dataclass(frozen=True)
class NewTexts:
    """All of a letter, the newest first, and whether another can be begun."""

    lines: tuple[NewTextLine, ...]
    bases: dict[str, str]
    """The sealed texts from which one can begin, by reference."""
    can_begin: bool


@dataclass(frozen=True)
class PlaceLine:
    """A society that was asked, and where it stands."""

    name: str
    place: str
    words: str
    said_at: ShownInstant | None
    decided_by: str
    remark: str


@dataclass(frozen=True)
class PutView:
    change: str
    until: ShownInstant
    left: str
    is_over: bool
    """The window has ended; the list is fixed half a minute later."""
    digest: str
    changed: str


@dataclass(frozen=True)
class FileLine:
    kind: str
    words: str
    name: str
    sha256: str


@dataclass(frozen=True)
class NewTextView:
    """One such text, for the desk."""

    reference: str
    number: int
    journal: str
    asked: str
    base: str
    base_name: str
    submission: str
    state: str
    state_words: str
    body: str
    edition: int
    edited_by: str
    edited_at: ShownInstant | None
    html: str
    redline: Markup | None
    problem: str
    """Why the text cannot be shown as it will be set, as a sentence."""
    measured: TextVenues
    proposed: Proposed | None
    """Whom it would be put to; None once it was."""
    put: PutView | None
    places: tuple[PlaceLine, ...]
    counts: tuple[tuple[str, int], ...]
    listed: tuple[SignatoryLine, ...]
    listed_phrase: str
    fixed_at: ShownInstant | None
    withdrawn_since: tuple[str, ...]
    """Who stands on the fixed list and has withdrawn since, with the day."""
    is_under_way: bool
    failure: str
    files: tuple[FileLine, ...]
    reason: str


def list_new_texts(session: Session, actor: Actor, reference: str) -> NewTexts:
    """Raises NotFound before the seal."""
    letter = load_letter(session, actor, reference, Permission.SEE)
    if letter.sealed_at is None:
        raise NotFound
    rows = session.scalars(select(NewTextRow).where(NewTextRow.letter_id == letter.id).order_by(NewTextRow.number.desc()))
    lines = tuple(
        NewTextLine(row.reference, row.number, row.journal, STATE_WORDS[NewTextState(row.state)], show_date(day_of(letter, row.begun_at)))
        for row in rows
    )
    can_begin = letter.state in AFTER_THE_SEAL and letter.state != LetterState.RESOLVED
    return NewTexts(lines, _bases(sealed_revision(letter)), can_begin)


def propose_new_text_for(session: Session, actor: Actor, reference: str, submission: str) -> dict[str, str]:
    """What is known of a text that the journal of this submission wants changed. NotFound where the letter has no such submission."""
    letter = load_letter(session, actor, reference, Permission.SEE)
    row = find_submission(session, letter, submission)
    based_on = row.text if row.text in _bases(sealed_revision(letter)) else ""
    return {"submission": row.reference, "journal": row.journal, "venue": row.venue, "based_on": based_on}


def _bases(revision: RevisionRow) -> dict[str, str]:
    """The statement first, by no reference."""
    return {"": "the statement", **{one["reference"]: one["name"] for one in revision.texts if one["kind"] != TextKind.STATEMENT}}


def show_new_text(session: Session, actor: Actor, reference: str, new_text: str, *, now: datetime) -> NewTextView:
    letter = load_letter(session, actor, reference, Permission.SEE)
    row = find_new_text(session, letter, new_text)
    put = row.put
    html, redline, problem = _shown(letter, row)
    places = asked_places(session, row)
    listed = list_of(session, letter, row)
    return NewTextView(
        reference=row.reference,
        number=row.number,
        journal=row.journal,
        asked=put.asked if put else row.asked,
        base=row.based_on,
        base_name=sealed_text(sealed_revision(letter), row.based_on)["name"],
        submission=row.submission,
        state=row.state,
        state_words=STATE_WORDS[NewTextState(row.state)],
        body=row.body,
        edition=row.edition,
        edited_by=session.scalar(select(StaffRow.email).where(StaffRow.reference == row.edited_by)) or "",
        edited_at=show_instant(row.edited_at, letter.deadline_zone) if row.edited_at else None,
        html=html,
        redline=redline,
        problem=problem,
        measured=_measured(session, letter, row, row.body),
        proposed=propose_new_text(session, letter, row) if row.state == NewTextState.DRAFTING else None,
        put=_put_view(letter, row, put, now=now) if put else None,
        places=_place_lines(letter, places),
        counts=tuple((PLACE_WORDS[place], counted_places(places)[place]) for place in _ORDER if counted_places(places)[place]),
        listed=listed,
        listed_phrase=count_phrase(len(listed), letter.collective_noun),
        fixed_at=show_instant(row.fixed_at, letter.deadline_zone) if row.fixed_at else None,
        withdrawn_since=withdrawn_since(letter, row, places),
        is_under_way=is_under_way(row, now=now),
        failure=row.making_failure,
        files=file_lines(session, letter, row),
        reason=row.reason,
    )


def file_lines(session: Session, letter: LetterRow, row: NewTextRow) -> tuple[FileLine, ...]:
    """Its documents; none before they are made."""
    return tuple(
        FileLine(one.kind, FILE_KINDS[DocumentKind(one.kind)].words, file_name_of(one.kind, row, letter), one.sha256)
        for one in documents_of(session, row)
    )


def _shown(letter: LetterRow, row: NewTextRow) -> tuple[str, Markup | None, str]:
    """As it is read, what it changes, and why either cannot be shown."""
    body, style = (row.put.body, row.put.style) if row.put else (row.body, row.style)
    try:
        html = statement_html(body, sealed_revision(letter).references, language=letter.language, style=style)
        return html, new_text_redline(letter, row), ""
    except InvalidInput as error:
        return "", None, str(error)


def measure_new_text(session: Session, actor: Actor, reference: str, new_text: str, body: str) -> TextVenues:
    """The meters of the text as it is typed; nothing is stored."""
    letter = load_letter(session, actor, reference, Permission.SEE)
    return _measured(session, letter, find_new_text(session, letter, new_text), body)


def _measured(session: Session, letter: LetterRow, row: NewTextRow, body: str) -> TextVenues:
    chosen, problem = measure_for(session, letter, row.venue, body, row.style)
    return TextVenues(row.reference, f"As changed for {row.journal}", True, chosen, problem)


def _put_view(letter: LetterRow, row: NewTextRow, put: PutTextRow, *, now: datetime) -> PutView:
    return PutView(
        change=put.change,
        until=show_instant(put.until, put.zone),
        left=time_left(put.until, now=now),
        is_over=not is_in_time(now, put.until),
        digest=put.digest,
        changed=changed_words(letter, row, put),
    )


def _place_lines(letter: LetterRow, places: Iterable[AskedPlace]) -> tuple[PlaceLine, ...]:
    """Who objects first, then who is awaited: what a coordinator may have to see to."""
    lines = [
        PlaceLine(
            name=one.answer.printed_name,
            place=one.place,
            words=PLACE_WORDS[one.place],
            said_at=show_instant(one.said.received_at, letter.deadline_zone) if one.said else None,
            decided_by=one.said.decided_by if one.said else "",
            remark=one.said.remark if one.said else "",
        )
        for one in places
    ]
    return tuple(sorted(lines, key=lambda line: _ORDER.index(Place(line.place))))


def withdrawn_since(letter: LetterRow, row: NewTextRow, places: Iterable[AskedPlace]) -> tuple[str, ...]:
    """The list stays as it was fixed; what came later is a fact beside it."""
    on_list = {one.answer_id for one in row.signatories}
    return tuple(
        f"{one.answer.printed_name} ({show_date(day_of(letter, one.answer.withdrawn_at))})"
        for one in places
        if one.answer.id in on_list and one.answer.withdrawn_at is not None
    )


@dataclass(frozen=True)
class RoomText:
    """One such text as it concerns the society that reads."""

    reference: str
    number: int
    journal: str
    asked: str
    is_editorial: bool
    mandate: str
    """What the society let the lead society do, in its own words."""
    is_carried: bool
    """If it does nothing, it stands on the list."""
    place: str
    stands: bool
    until: ShownInstant
    left: str
    is_open: bool
    """It can still affirm or object."""
    may_affirm: bool
    may_object: bool
    said: str
    said_at: ShownInstant | None
    said_by: str
    is_abandoned: bool
    is_fixed: bool
    reason: str
    digest: str
    changed: str
    redline: Markup | None
    html: str


def show_room_text(session: Session, place: places_of_people.Place, reference: str, *, now: datetime) -> RoomText:
    """NotFound where it was not put to this society (R13)."""
    row, put, asked = asked_of(session, place, reference)
    letter = session.get_one(LetterRow, row.letter_id)
    mine = next(one for one in asked_places(session, row) if one.answer.id == asked.answer_id)
    html, redline, _problem = _shown(letter, row)
    is_open = row.state == NewTextState.ASKING and is_in_time(now, put.until) and mine.answer.is_standing
    on_list = {one.answer_id for one in row.signatories}
    said = newest_said(session, row.id, asked.answer_id)
    return RoomText(
        reference=row.reference,
        number=row.number,
        journal=row.journal,
        asked=put.asked,
        is_editorial=put.change == Change.EDITORIAL,
        mandate=MANDATES.get(mine.answer.mandate, ""),
        is_carried=asked.is_carried,
        place=mine.place,
        stands=asked.answer_id in on_list if row.fixed_at else mine.is_listed,
        until=show_instant(put.until, put.zone),
        left=time_left(put.until, now=now),
        is_open=is_open,
        may_affirm=is_open and (said is None or said.act != AFFIRM),
        may_object=is_open and (said is None or said.act != OBJECT_TO_TEXT),
        said=said.act if said else "",
        said_at=show_instant(said.received_at, put.zone) if said else None,
        said_by=said.representative.name if said else "",
        is_abandoned=row.state == NewTextState.ABANDONED,
        is_fixed=row.fixed_at is not None,
        reason=row.reason,
        digest=put.digest,
        changed=changed_words(letter, row, put),
        redline=redline,
        html=html,
    )


def texts_in_room(session: Session, place: places_of_people.Place, *, now: datetime) -> list[RoomText]:
    """Those about which this society was asked, the newest first: what its reading room leads to."""
    query = (
        select(NewTextRow.reference)
        .join(NewTextAskedRow, NewTextAskedRow.new_text_id == NewTextRow.id)
        .join(AnswerRow, AnswerRow.id == NewTextAskedRow.answer_id)
        .where(AnswerRow.invitation_id == place.invitation.id)
        .order_by(NewTextRow.id.desc())
    )
    return [show_room_text(session, place, reference, now=now) for reference in session.scalars(query)]


def new_text_needs(session: Session, letter: LetterRow, *, now: datetime) -> list[Need]:
    """What waits for a coordinator: a fixed list without documents, and societies that were asked and are awaited."""
    needs = []
    query = select(NewTextRow).where(NewTextRow.letter_id == letter.id, NewTextRow.state.in_([NewTextState.ASKING, NewTextState.FIXED]))
    for row in session.scalars(query.order_by(NewTextRow.id)):
        if row.state == NewTextState.FIXED and not is_under_way(row, now=now):
            needs.append(Need(f"The list of the text as changed for {row.journal} is fixed: make its documents", "new_texts"))
        elif row.put is not None and now < fixes_from(row.put.until, limits.LONGEST_REQUEST):
            counts = counted_places(asked_places(session, row))
            if awaited := counts[Place.AWAITED]:
                who = count_phrase(awaited, letter.collective_noun)
                words = f"{who} {'has' if awaited == 1 else 'have'} not affirmed the text as changed for {row.journal}"
                needs.append(Need(words, "new_texts", f"Until {show_instant(row.put.until, row.put.zone)}."))
    return needs
