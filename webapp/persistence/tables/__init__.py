"""All tables, imported here so that the metadata is whole wherever one of them is."""

from webapp.persistence.base import Base
from webapp.persistence.tables.answer import AnswerRow, PendingAnswerRow
from webapp.persistence.tables.authority import AuthorityCheckRow, ProofFileRow, RecordedAnswerRow
from webapp.persistence.tables.comment import CirculatedRow, CirculationRow, CommentRow
from webapp.persistence.tables.directory import (
    ColumnMatchRow,
    ContactRow,
    JoinRow,
    LogoRow,
    SocietyChangeRow,
    SocietyRow,
)
from webapp.persistence.tables.dispute import DisputeRow, WitnessRow
from webapp.persistence.tables.door import CodeRow, SignInLinkRow, StaffCodeRow, WebSessionRow
from webapp.persistence.tables.event import EventRow
from webapp.persistence.tables.installation import InstallationRow
from webapp.persistence.tables.letter import AuthorRow, LetterRow, TargetRow
from webapp.persistence.tables.limit import CountRow
from webapp.persistence.tables.looked_up import LookedUpRow
from webapp.persistence.tables.message import MailboxRow, OutboxRow
from webapp.persistence.tables.reminder import HeldReminderRow, ReminderPlanRow, ReminderRow
from webapp.persistence.tables.roster import Ended, InvitationRow, InvitationTextRow, RepresentativeRow
from webapp.persistence.tables.seal import DocumentRow, SealedSignatoryRow
from webapp.persistence.tables.staff import GrantRow, StaffRow
from webapp.persistence.tables.submission import SubmissionRow, SubmissionStepRow
from webapp.persistence.tables.talk import TalkRow
from webapp.persistence.tables.text import ChosenVenueRow, FreezingRow, ObjectionRow, RevisionRow, TextRow, VenueRow
from webapp.persistence.tables.worker import WorkerRow

__all__ = [
    "AnswerRow",
    "AuthorRow",
    "AuthorityCheckRow",
    "Base",
    "ChosenVenueRow",
    "CirculatedRow",
    "CirculationRow",
    "CodeRow",
    "ColumnMatchRow",
    "CommentRow",
    "ContactRow",
    "CountRow",
    "DisputeRow",
    "DocumentRow",
    "Ended",
    "EventRow",
    "FreezingRow",
    "GrantRow",
    "HeldReminderRow",
    "InstallationRow",
    "InvitationRow",
    "InvitationTextRow",
    "JoinRow",
    "LetterRow",
    "LogoRow",
    "LookedUpRow",
    "MailboxRow",
    "ObjectionRow",
    "OutboxRow",
    "PendingAnswerRow",
    "ProofFileRow",
    "RecordedAnswerRow",
    "ReminderPlanRow",
    "ReminderRow",
    "RepresentativeRow",
    "RevisionRow",
    "SealedSignatoryRow",
    "SignInLinkRow",
    "SocietyChangeRow",
    "SocietyRow",
    "StaffCodeRow",
    "StaffRow",
    "SubmissionRow",
    "SubmissionStepRow",
    "TalkRow",
    "TargetRow",
    "TextRow",
    "VenueRow",
    "WebSessionRow",
    "WitnessRow",
    "WorkerRow",
]
