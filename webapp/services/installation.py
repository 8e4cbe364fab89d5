"""What holds for the whole installation: whether it can be written to, whether its mail may leave, and how both begin and end."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from webapp.domain import limits
from webapp.domain.actor import Actor
from webapp.domain.errors import ReadOnly, WrongState
from webapp.domain.names import bounded_line
from webapp.persistence.plain import look
from webapp.persistence.record import append_event
from webapp.persistence.tables import InstallationRow, LetterRow, OutboxRow
from webapp.persistence.tables.message import WAITING, MessageState

NOT_SENT_AGAIN = "it had waited since before the restore, and was not to be sent again"


@dataclass(frozen=True)
class Standing:
    """How the installation stands; `reason` is a sentence."""

    read_only_since: datetime | None = None
    mail_held_since: datetime | None = None
    reason: str = ""
    backup_made_at: datetime | None = None

    @property
    def is_read_only(self) -> bool:
        return self.read_only_since is not None

    @property
    def is_mail_held(self) -> bool:
        return self.mail_held_since is not None


@dataclass(frozen=True)
class Resumed:
    """What resuming did: letters whose record says so, messages that will not be sent, messages that will."""

    letters: int
    set_aside: int
    waiting: int


# Built once: every request asks.
_STANDING = select(InstallationRow.read_only_since, InstallationRow.mail_held_since, InstallationRow.reason, InstallationRow.backup_made_at)
_READ_ONLY_SINCE = select(InstallationRow.read_only_since).with_for_update(read=True)


def standing(session: Session) -> Standing:
    row = look(session, _STANDING).one_or_none()
    return Standing(*row) if row else Standing()


def has_letters(session: Session) -> bool:
    """Whether anything has been begun here."""
    return session.scalar(select(LetterRow.id).limit(1)) is not None


def refuse_if_read_only(session: Session) -> None:
    """Raises ReadOnly. Asked behind the lock: the row is held against being changed until this transaction ends."""
    if look(session, _READ_ONLY_SINCE).scalar() is not None:
        raise refusal()


def refusal() -> ReadOnly:
    return ReadOnly("Nothing was stored. Please keep what you have typed and come back in a while: it will be possible again.")


def may_write(session: Session) -> bool:
    """Whether the worker may close letters and sweep."""
    return not standing(session).is_read_only


def may_send(session: Session) -> bool:
    """Whether mail may leave."""
    return not standing(session).is_mail_held


def make_read_only(session: Session, reason: str, *, now: datetime, backup_made_at: datetime | None = None) -> None:
    """From here on nothing changes and no mail leaves, until a person resumes."""
    row = _locked(session)
    row.read_only_since, row.mail_held_since, row.reason = now, row.mail_held_since or now, reason
    row.backup_made_at = backup_made_at


def put_back(session: Session, before: Standing) -> None:
    """As it stood before."""
    row = _locked(session)
    row.read_only_since, row.mail_held_since = before.read_only_since, before.mail_held_since
    row.reason, row.backup_made_at = before.reason, before.backup_made_at


def hold_mail(session: Session, reason: str, *, now: datetime) -> None:
    """Stops all mail at once; what is due goes on being queued."""
    row = _locked(session)
    if row.mail_held_since is not None:
        raise WrongState("Mail is held already. How it stands: undersigned mail status")
    row.mail_held_since, row.reason = now, bounded_line(reason, limits.NOTE, field="reason")


def release_mail(session: Session, *, now: datetime) -> int:
    """Lets mail leave again; returns how many messages wait. WrongState where the whole installation has yet to be resumed."""
    row = _locked(session)
    if row.read_only_since is not None:
        raise WrongState("The installation can only be read for now, and its mail is held with it. Both end with: undersigned resume")
    if row.mail_held_since is None:
        raise WrongState("Mail is not held.")
    row.mail_held_since, row.reason = None, ""
    return _send_what_waits(session, now=now)


def waiting(session: Session) -> int:
    """How many messages have yet to leave."""
    return session.scalar(select(func.count()).select_from(OutboxRow).where(OutboxRow.state.in_(WAITING))) or 0


def resume(session: Session, actor: Actor, *, sends_waiting: bool, now: datetime) -> Resumed:
    """A person says that all is well: pages take answers again and mail leaves.

    After a restore, each letter's record says that it was restored, and what had waited in the backup is not sent unless that is
    asked for: much of it has left since. WrongState where nothing was stopped.
    """
    row = _locked(session)
    if row.read_only_since is None:
        raise WrongState("Nothing has to be resumed: the installation is in use. Mail alone is resumed with: undersigned mail resume")
    letters = set_aside = 0
    if row.backup_made_at is not None:
        letters = _note_restore(session, actor, row.backup_made_at, now=now)
        set_aside = 0 if sends_waiting else _set_aside(session)
    row.read_only_since = row.mail_held_since = row.backup_made_at = None
    row.reason = ""
    return Resumed(letters, set_aside, _send_what_waits(session, now=now))


def _locked(session: Session) -> InstallationRow:
    return session.scalars(select(InstallationRow).with_for_update().execution_options(populate_existing=True)).one()


def _note_restore(session: Session, actor: Actor, backup_made_at: datetime, *, now: datetime) -> int:
    letters = session.scalars(select(LetterRow).order_by(LetterRow.id).with_for_update()).all()
    for letter in letters:
        append_event(session, letter, actor, "record.restored", {"backup_made_at": backup_made_at.isoformat()}, now=now)
    return len(letters)


def _set_aside(session: Session) -> int:
    """Everything that waits came with the backup, but for links to sign in with, which are asked for again."""
    known = waiting(session)
    queued = update(OutboxRow).where(OutboxRow.state.in_(WAITING))
    session.execute(queued.values(state=MessageState.FAILED, last_error=NOT_SENT_AGAIN))
    return known


def _send_what_waits(session: Session, *, now: datetime) -> int:
    # What has been tried keeps its time: an attempt may be under way.
    session.execute(update(OutboxRow).where(OutboxRow.state.in_(WAITING), OutboxRow.attempts == 0).values(next_attempt_at=now))
    return waiting(session)
