"""The roster: societies and representatives added one by one or from a list, all or nothing."""

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from webapp.domain import limits
from webapp.domain.actor import Actor
from webapp.domain.answer import AnswerKind
from webapp.domain.errors import InvalidInput, NotFound
from webapp.domain.letter import Action, LetterState, move_for
from webapp.domain.names import clean_line
from webapp.domain.permission import Permission
from webapp.domain.roster import RosterEntry, RosterRow, read_roster
from webapp.domain.tokens import Keyring, hash_token
from webapp.persistence import outbox
from webapp.persistence.record import append_event
from webapp.persistence.tables import AnswerRow, InvitationRow, LetterRow, RepresentativeRow, SocietyRow, WebSessionRow
from webapp.rendering.fonts import describe_character, uncovered_characters
from webapp.services.access import load_letter
from webapp.services.doors import clean_address
from webapp.services.references import new_reference
from webapp.services.roster_check import CheckedRow, RosterPreview, check_rows
from webapp.services.sign_on import invite


def preview_roster(session: Session, actor: Actor, reference: str, data: bytes) -> RosterPreview:
    """What the file would add, row by row; stores nothing. Raises InvalidInput where it cannot be read at all."""
    letter = load_letter(session, actor, reference, Permission.INVITE)
    move_for(letter.state, Action.INVITE)
    return check_rows(session, letter, read_roster(data))


def import_roster(session: Session, actor: Actor, reference: str, data: bytes, keyring: Keyring, *, now: datetime) -> int:
    """Adds every row of the file, or none: InvalidInput names each row that cannot be taken. Returns how many societies are new."""
    letter = load_letter(session, actor, reference, Permission.INVITE, for_update=True)
    preview = check_rows(session, letter, read_roster(data))
    problems = [f"Row {row.number}: {problem}" for row in preview.rows for problem in row.problems]
    if problems:
        raise InvalidInput("Nothing was stored. " + " ".join(problems), field="file")
    for row in preview.rows:
        _add(session, actor, letter, row.entry, keyring, now=now)
    return preview.society_count


def add_society(session: Session, actor: Actor, reference: str, entry: RosterEntry, keyring: Keyring, *, now: datetime) -> CheckedRow:
    """Adds one society with a representative, or a second representative to a society that is there; returns the row with its doubts."""
    letter = load_letter(session, actor, reference, Permission.INVITE, for_update=True)
    checked = check_rows(session, letter, [RosterRow(1, entry)]).rows[0]
    if checked.problems:
        raise InvalidInput(" ".join(checked.problems), field=checked.wrong or "society")
    _add(session, actor, letter, entry, keyring, now=now)
    return checked


def _add(session: Session, actor: Actor, letter: LetterRow, entry: RosterEntry, keyring: Keyring, *, now: datetime) -> None:
    move = move_for(letter.state, Action.INVITE)
    society = _society(session, entry, now=now)
    query = select(InvitationRow).where(InvitationRow.letter_id == letter.id, InvitationRow.society_id == society.id)
    invitation = session.scalars(query).one_or_none()
    if invitation is None:
        invitation = InvitationRow(reference=new_reference(), letter_id=letter.id, society_id=society.id, added_at=now)
        session.add(invitation)
        session.flush()
        public = {"society": society.reference, "printed_name": society.printed_name}
        append_event(session, letter, actor, move.event, public, now=now)
    representative = _representative(invitation, entry, keyring, now=now)
    session.flush()
    private = {"name": representative.name, "email": representative.email}
    public = {"society": society.reference, "representative": representative.reference}
    append_event(session, letter, actor, "representative.added", public, now=now, private=private)
    if letter.state == LetterState.SIGNING:
        invite(session, letter, invitation, now=now)


def _society(session: Session, entry: RosterEntry, *, now: datetime) -> SocietyRow:
    """The society of exactly this printed name, or a new one: what is only similar is another society (R15)."""
    name = clean_line(entry.society)
    known = session.scalars(select(SocietyRow).where(SocietyRow.printed_name == name)).first()
    if known is not None:
        return known
    society = SocietyRow(
        reference=new_reference(),
        printed_name=name,
        sort_name=clean_line(entry.sort_name),
        acronym=clean_line(entry.acronym),
        country=entry.country.strip().upper(),
        created_at=now,
    )
    session.add(society)
    session.flush()
    return society


def _representative(invitation: InvitationRow, entry: RosterEntry, keyring: Keyring, *, now: datetime) -> RepresentativeRow:
    reference = new_reference()
    row = RepresentativeRow(
        reference=reference,
        name=clean_line(entry.contact),
        email=clean_address(entry.email),
        link_generation=1,
        link_hash=hash_token(keyring.personal_link(reference, 1)),
        added_at=now,
    )
    invitation.representatives.append(row)
    return row


def replace_link(session: Session, actor: Actor, reference: str, representative: str, keyring: Keyring, *, now: datetime) -> None:
    """Kills a representative's link, and what it has opened, at once (R14); mails a new one to the registered address."""
    letter = load_letter(session, actor, reference, Permission.INVITE, for_update=True)
    row = session.scalars(
        select(RepresentativeRow)
        .join(InvitationRow)
        .where(InvitationRow.letter_id == letter.id, RepresentativeRow.reference == representative)
    ).one_or_none()
    if row is None:
        raise NotFound
    row.link_generation += 1
    row.link_hash = hash_token(keyring.personal_link(row.reference, row.link_generation))
    # Whoever came in by the old link, perhaps a stranger to whom it was forwarded, is out.
    session.execute(delete(WebSessionRow).where(WebSessionRow.representative_id == row.id))
    public = {"representative": row.reference, "generation": row.link_generation}
    append_event(session, letter, actor, "link.replaced", public, now=now)
    reason = f"new_link:{row.reference}:generation-{row.link_generation}"
    outbox.put(session, "new_link", reason, row.email, now=now, letter_id=letter.id, representative=row.id)


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


def printable_name(typed: str, *, field: str = "printed_name") -> str:
    """A name exactly as typed (R15), or InvalidInput where it cannot be printed honestly."""
    name = clean_line(typed, field=field, what="The name")
    if not name:
        raise InvalidInput("Give the name as it is to be printed.", field=field)
    if len(name) > limits.PRINTED_NAME:
        raise InvalidInput(f"The name has {len(name)} characters; {limits.PRINTED_NAME} is the most.", field=field)
    if missing := uncovered_characters(name):
        shown = ", ".join(describe_character(one) for one in missing)
        raise InvalidInput(
            f"The letter’s fonts cannot print {shown}. Please give the name in another form, for example in Latin letters.", field=field
        )
    return name
