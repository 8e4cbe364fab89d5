"""The roster: societies and representatives added one by one or from a list, all or nothing."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.domain import limits
from webapp.domain.actor import Actor
from webapp.domain.answer import AnswerKind
from webapp.domain.errors import InvalidInput, NotFound
from webapp.domain.letter import Action, LetterState, move_for
from webapp.domain.names import bounded_line
from webapp.domain.permission import Permission
from webapp.domain.roster import RosterEntry, RosterRow, read_roster
from webapp.domain.society import ChangeKind
from webapp.domain.tokens import Keyring, hash_token
from webapp.persistence import outbox
from webapp.persistence.record import Happening, append_event, append_events
from webapp.persistence.tables import AnswerRow, ContactRow, InvitationRow, LetterRow, RepresentativeRow, SocietyRow
from webapp.rendering.fonts import describe_character, uncovered_characters
from webapp.rendering.workbook import as_list
from webapp.services.access import load_letter
from webapp.services.asked_to_join import ask_to_join
from webapp.services.circulation import ask_newcomers
from webapp.services.directory import hold_names, known_to_all
from webapp.services.held_open import move_now
from webapp.services.joined import joins
from webapp.services.personal_links import asks_again, end_stays, renewed
from webapp.services.references import new_reference
from webapp.services.roster_check import FACTS, CheckedRow, RosterPreview, check_rows, refuse_too_many, societies_named
from webapp.services.sign_on import invitations_of, invite
from webapp.services.society_history import change

_LISTED = "the list of a letter"


def preview_roster(session: Session, actor: Actor, reference: str, data: bytes) -> RosterPreview:
    """What the file would add, row by row; stores nothing. Raises InvalidInput where it cannot be read at all."""
    letter = load_letter(session, actor, reference, Permission.INVITE)
    move_now(session, letter, Action.INVITE)
    return check_rows(session, letter, read_roster(as_list(data)))


def import_roster(
    session: Session,
    actor: Actor,
    reference: str,
    preview: RosterPreview,
    keyring: Keyring,
    *,
    keeps_contacts: bool = False,
    now: datetime,
) -> int:
    """Adds every row of the preview, or none: InvalidInput names each row that cannot be taken. Returns how many societies are new.

    Representatives become usual contacts in the directory only where somebody has said so.

    The rows were checked before the transaction; what can have changed since, the roster itself, is looked at again behind the lock.
    """
    letter = load_letter(session, actor, reference, Permission.INVITE, for_update=True)
    problems = [f"Row {row.number}: {problem}" for row in preview.rows for problem in row.problems]
    if problems:
        raise InvalidInput("Nothing was stored. " + " ".join(problems), field="file")
    count = _add(session, actor, letter, preview.rows, keyring, now=now)
    if keeps_contacts:
        _keep_contacts(session, preview.rows)
    return count


def add_society(session: Session, actor: Actor, reference: str, entry: RosterEntry, keyring: Keyring, *, now: datetime) -> CheckedRow:
    """Adds one society with a representative, or a second representative to a society that is there; returns the row with its doubts."""
    letter = load_letter(session, actor, reference, Permission.INVITE, for_update=True)
    checked = check_rows(session, letter, [RosterRow(1, entry)]).rows[0]
    if checked.problems:
        raise InvalidInput(" ".join(checked.problems), field=checked.wrong)
    _add(session, actor, letter, [checked], keyring, now=now)
    return checked


def _add(session: Session, actor: Actor, letter: LetterRow, rows: Sequence[CheckedRow], keyring: Keyring, *, now: datetime) -> int:
    """Stores checked rows in a handful of statements, however many they are: everybody else's answers wait behind this."""
    move = move_now(session, letter, Action.INVITE)
    # Two letters of one moment may bring the same society for the first time, and each holds only its own row.
    hold_names(session)
    joined = joins(session)
    societies = _societies(session, actor, [row.entry for row in rows], joined, now=now)
    places = {joined.get(row.society_id, row.society_id): row for row in invitations_of(session, letter)}
    _refuse_given_meanwhile(places, societies, rows)
    before, happenings, touched = len(places), [], {}
    for entry in (row.entry for row in rows):
        society = societies[entry.society]
        invitation = places.get(society.id)
        if invitation is None:
            invitation = InvitationRow(reference=new_reference(), letter_id=letter.id, society=society, added_at=now)
            session.add(invitation)
            places[society.id] = invitation
            happenings.append(Happening(move.event, {"society": society.reference, "printed_name": society.printed_name}))
        touched[society.id] = invitation
        representative = _representative(invitation, entry, keyring, now=now)
        private = {"name": representative.name, "email": representative.email}
        public = {"society": invitation.society.reference, "representative": representative.reference}
        happenings.append(Happening("representative.added", public, private))
    refuse_too_many(len(places))
    session.flush()
    append_events(session, letter, actor, happenings, now=now)
    for place in touched.values():
        asks_again(place)
    if letter.state == LetterState.SIGNING:
        invite(session, letter, list(touched.values()), now=now)
    elif letter.sealed_at is not None:
        ask_to_join(session, letter, list(touched.values()), now=now)
    elif letter.state == LetterState.CIRCULATING:
        ask_newcomers(session, letter, list(touched.values()), now=now)
    return len(places) - before


def _refuse_given_meanwhile(places: Mapping[int, InvitationRow], societies: Mapping[str, SocietyRow], rows: Sequence[CheckedRow]) -> None:
    there = {(society, row.email.lower()) for society, place in places.items() for row in place.representatives}
    for row in rows:
        if (societies[row.entry.society].id, row.entry.email.lower()) in there:
            sentence = f"Nothing was stored. Row {row.number}: “{row.entry.society}” with {row.entry.email} is on the roster already."
            raise InvalidInput(sentence, field="file")


def _societies(
    session: Session, actor: Actor, entries: Sequence[RosterEntry], joined: Mapping[int, int], *, now: datetime
) -> dict[str, SocietyRow]:
    """The society of each printed name, new where there is none; what nobody had said of it is filled in, and nothing is changed."""
    societies = societies_named(session, {entry.society for entry in entries}, joined)
    made: dict[str, SocietyRow] = {}
    told: dict[str, dict[str, Any]] = {}
    for entry in entries:
        if entry.society not in societies:
            made[entry.society] = SocietyRow(
                reference=new_reference(), printed_name=entry.society, created_at=now, **dict.fromkeys(FACTS, "")
            )
            societies[entry.society] = made[entry.society]
        filled = _fill_in(societies[entry.society], entry)
        if filled:
            told.setdefault(entry.society, {}).update(filled)
    session.add_all(made.values())
    session.flush()
    for name in {**made, **told}:
        kind, source = (ChangeKind.ADDED, {"source": _LISTED}) if name in made else (ChangeKind.CHANGED, {"source": _LISTED})
        session.add(change(societies[name].id, actor, kind, told.get(name, {}) | source, now=now))
        societies[name].edition += name not in made
    known_to_all(session, [societies[name] for name in told if name not in made])
    return societies


def _fill_in(society: SocietyRow, entry: RosterEntry) -> dict[str, Any]:
    """What the row says that nobody had said."""
    filled = {part: ("", getattr(entry, part)) for part in FACTS if getattr(entry, part) and not getattr(society, part)}
    for part, (_before, value) in filled.items():
        setattr(society, part, value)
    return filled


def _keep_contacts(session: Session, rows: Sequence[CheckedRow]) -> None:
    societies = societies_named(session, {row.entry.society for row in rows}, joins(session))
    ids = [society.id for society in societies.values()]
    kept: dict[int, set[str]] = {one: set() for one in ids}
    for contact in session.scalars(select(ContactRow).where(ContactRow.society_id.in_(ids))):
        kept[contact.society_id].add(contact.email.lower())
    for row in rows:
        known = kept[societies[row.entry.society].id]
        if row.entry.email.lower() not in known and len(known) < limits.CONTACTS:
            contact = ContactRow(
                society_id=societies[row.entry.society].id, position=len(known), name=row.entry.contact, email=row.entry.email
            )
            session.add(contact)
            known.add(row.entry.email.lower())
    session.flush()


def _representative(invitation: InvitationRow, entry: RosterEntry, keyring: Keyring, *, now: datetime) -> RepresentativeRow:
    reference = new_reference()
    row = RepresentativeRow(
        reference=reference,
        name=entry.contact,
        email=entry.email,
        link_generation=1,
        link_hash=hash_token(keyring.personal_link(reference, 1)),
        added_at=now,
    )
    invitation.representatives.append(row)
    return row


def replace_link(session: Session, actor: Actor, reference: str, representative: str, keyring: Keyring, *, now: datetime) -> None:
    """Kills a representative's link, and what it has opened, at once (R14); mails a new one to the registered address."""
    letter = load_letter(session, actor, reference, Permission.INVITE, for_update=True)
    move_now(session, letter, Action.REPLACE_LINK)
    row = _live_representative(session, letter, representative)
    append_events(session, letter, actor, [renewed(row, keyring)], now=now)
    end_stays(session, [row.id])
    reason = f"new_link:{row.reference}:generation-{row.link_generation}"
    outbox.put(session, "new_link", reason, row.email, now=now, letter_id=letter.id, representative=row.id)


def revoke_representative(session: Session, actor: Actor, reference: str, representative: str, *, now: datetime) -> None:
    """Kills a representative's link for good (R14): the wrong address, or somebody who has left. What the society has answered stands."""
    letter = load_letter(session, actor, reference, Permission.INVITE, for_update=True)
    move = move_now(session, letter, Action.REVOKE)
    row = _live_representative(session, letter, representative)
    row.revoked_at = now
    end_stays(session, [row.id])
    append_event(session, letter, actor, move.event, {"representative": row.reference}, now=now)


def remove_society(session: Session, actor: Actor, reference: str, invitation: str, *, now: datetime) -> None:
    """Takes a society off the roster of a draft. Once it was asked to sign, it stays: the record must say that it was asked."""
    letter = load_letter(session, actor, reference, Permission.INVITE, for_update=True)
    move = move_for(letter.state, Action.REMOVE_SOCIETY)
    query = select(InvitationRow).where(InvitationRow.letter_id == letter.id, InvitationRow.reference == invitation)
    row = session.scalars(query).one_or_none()
    if row is None:
        raise NotFound
    public = {"society": row.society.reference, "printed_name": row.society.printed_name}
    for representative in row.representatives:
        session.delete(representative)
    session.flush()
    session.delete(row)
    session.flush()
    append_event(session, letter, actor, move.event, public, now=now)


def _live_representative(session: Session, letter: LetterRow, representative: str) -> RepresentativeRow:
    query = select(RepresentativeRow).join(InvitationRow).where(InvitationRow.letter_id == letter.id)
    live = query.where(RepresentativeRow.reference == representative, RepresentativeRow.revoked_at.is_(None))
    row = session.scalars(live).one_or_none()
    if row is None:
        raise NotFound
    return row


def correct_printed_name(session: Session, actor: Actor, reference: str, invitation: str, printed_name: str, *, now: datetime) -> None:
    """Corrects how a signatory is printed, before the seal; the society is told, and text and answer stay as they are (DESIGN §2)."""
    letter = load_letter(session, actor, reference, Permission.INVITE, for_update=True)
    move_for(letter.state, Action.CORRECT_NAME)
    row = session.scalars(
        select(AnswerRow)
        .join(InvitationRow)
        .where(InvitationRow.reference == invitation, InvitationRow.letter_id == letter.id)
        .where(AnswerRow.is_standing.is_(True), AnswerRow.kind == AnswerKind.SIGN)
    ).one_or_none()
    if row is None:
        raise NotFound
    name = printable_name(printed_name)
    if name == row.printed_name:
        raise InvalidInput("That is how the society is printed already.", field="printed_name")
    before, row.printed_name = row.printed_name, name
    public = {"society": row.invitation.society.reference, "answer": row.reference, "before": before, "printed_name": name}
    event = append_event(session, letter, actor, "name.corrected", public, now=now)
    for representative in row.invitation.representatives:
        if representative.revoked_at is None:
            reason = f"name_corrected:{representative.reference}:{event.sequence}"
            parameters = {"representative": representative.id, "answer": row.id}
            outbox.put(session, "name_corrected", reason, representative.email, now=now, letter_id=letter.id, **parameters)


def printable_name(typed: str, *, longest: int = limits.PRINTED_NAME, field: str = "printed_name") -> str:
    """A name exactly as typed (R15), or InvalidInput where it cannot be printed honestly."""
    name = bounded_line(typed, longest, field=field, what="The name")
    if not name:
        raise InvalidInput("Give the name as it is to be printed.", field=field)
    refuse_unprintable(name, "give the name in another form, for example in Latin letters", field=field)
    return name


def refuse_unprintable(text: str, instead: str, *, field: str) -> None:
    """Raises InvalidInput where the letter could not print it; `instead` is what to do about it."""
    if missing := uncovered_characters(text):
        shown = ", ".join(describe_character(one) for one in missing)
        raise InvalidInput(f"The letter’s fonts cannot print {shown}. Please {instead}.", field=field)
