"""All tables, imported here so that the metadata is whole wherever one of them is."""

from webapp.persistence.base import Base
from webapp.persistence.tables.answer import AnswerRow, PendingAnswerRow
from webapp.persistence.tables.authority import AuthorityCheckRow, ProofFileRow, RecordedAnswerRow
from webapp.persistence.tables.comment import CirculatedRow, CirculationRow, CommentRow
from webapp.persistence.tables.correspondence import (
    CorrespondenceFileRow,
    CorrespondenceRow,
    CorrespondenceUploadRow,
    JournalMailApprovalRow,
    JournalMailFileRow,
    JournalMailRow,
)
from webapp.persistence.tables.directory import (
    ColumnMatchRow,
    ContactRow,
    JoinRow,
    LogoRow,
    LogoUploadRow,
    SocietyChangeRow,
    SocietyRow,
)
from webapp.persistence.tables.dispute import DisputeRow, WitnessRow
from webapp.persistence.tables.door import CodeRow, SignInLinkRow, StaffCodeRow, WebSessionRow
from webapp.persistence.tables.event import EventRow
from webapp.persistence.tables.installation import InstallationRow
from webapp.persistence.tables.later import AddendumRow, AddendumSignatoryRow, ErratumRow, LaterDocumentRow, LaterKind
from webapp.persistence.tables.letter import AuthorRow, LetterRow, TargetRow
from webapp.persistence.tables.limit import CountRow
from webapp.persistence.tables.looked_up import LookedUpRow
from webapp.persistence.tables.message import MailboxRow, OutboxRow
from webapp.persistence.tables.new_text import (
    NewTextAnswerRow,
    NewTextAskedRow,
    NewTextDocumentRow,
    NewTextRow,
    NewTextSignatoryRow,
    PutTextRow,
)
from webapp.persistence.tables.news import AskAnswerRow, AskEndRow, AskRoundRow, NewsRow, NewsWishRow
from webapp.persistence.tables.package import ClaimRow, PackageRow, ShownRow
from webapp.persistence.tables.publication import PublicationRow
from webapp.persistence.tables.reminder import HeldReminderRow, ReminderPlanRow, ReminderRow
from webapp.persistence.tables.roster import Ended, InvitationRow, InvitationTextRow, RepresentativeRow
from webapp.persistence.tables.seal import DocumentRow, LayoutRow, SealedSignatoryRow, SealingAct, SealingRow
from webapp.persistence.tables.staff import GrantRow, StaffRow
from webapp.persistence.tables.submission import FollowUpRow, StepProofRow, SubmissionRow, SubmissionStepRow, TargetFateRow
from webapp.persistence.tables.talk import TalkRow
from webapp.persistence.tables.text import ChosenVenueRow, FreezingRow, ObjectionRow, RevisionRow, TextRow, VenueRow
from webapp.persistence.tables.translation import TranslationRow
from webapp.persistence.tables.worker import WorkerRow

__all__ = [
    "AddendumRow",
    "AddendumSignatoryRow",
    "AnswerRow",
    "AskAnswerRow",
    "AskEndRow",
    "AskRoundRow",
    "AuthorRow",
    "AuthorityCheckRow",
    "Base",
    "ChosenVenueRow",
    "CirculatedRow",
    "CirculationRow",
    "ClaimRow",
    "CodeRow",
    "ColumnMatchRow",
    "CommentRow",
    "ContactRow",
    "CorrespondenceFileRow",
    "CorrespondenceRow",
    "CorrespondenceUploadRow",
    "CountRow",
    "DisputeRow",
    "DocumentRow",
    "Ended",
    "ErratumRow",
    "EventRow",
    "FollowUpRow",
    "FreezingRow",
    "GrantRow",
    "HeldReminderRow",
    "InstallationRow",
    "InvitationRow",
    "InvitationTextRow",
    "JoinRow",
    "JournalMailApprovalRow",
    "JournalMailFileRow",
    "JournalMailRow",
    "LaterDocumentRow",
    "LaterKind",
    "LayoutRow",
    "LetterRow",
    "LogoRow",
    "LogoUploadRow",
    "LookedUpRow",
    "MailboxRow",
    "NewTextAnswerRow",
    "NewTextAskedRow",
    "NewTextDocumentRow",
    "NewTextRow",
    "NewTextSignatoryRow",
    "NewsRow",
    "NewsWishRow",
    "ObjectionRow",
    "OutboxRow",
    "PackageRow",
    "PendingAnswerRow",
    "ProofFileRow",
    "PublicationRow",
    "PutTextRow",
    "RecordedAnswerRow",
    "ReminderPlanRow",
    "ReminderRow",
    "RepresentativeRow",
    "RevisionRow",
    "SealedSignatoryRow",
    "SealingAct",
    "SealingRow",
    "ShownRow",
    "SignInLinkRow",
    "SocietyChangeRow",
    "SocietyRow",
    "StaffCodeRow",
    "StaffRow",
    "StepProofRow",
    "SubmissionRow",
    "SubmissionStepRow",
    "TalkRow",
    "TargetFateRow",
    "TargetRow",
    "TextRow",
    "TranslationRow",
    "VenueRow",
    "WebSessionRow",
    "WitnessRow",
    "WorkerRow",
]
