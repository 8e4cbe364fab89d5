"""What was sent to a journal and received from it, and the mails to a journal that wait for those who approve them."""

from datetime import datetime

from sqlalchemy import JSON, CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.domain.correspondence import Audience, Direction, JournalMailState, Way
from webapp.persistence.base import Base, Instant
from webapp.persistence.tables.letter import one_of
from webapp.persistence.tables.staff import StaffRow


class CorrespondenceRow(Base):
    """One item. What came stays as it came: only that it was released, or struck, is added."""

    __tablename__ = "correspondence"
    __table_args__ = (
        CheckConstraint(one_of("direction", [one.value for one in Direction]), name="direction"),
        CheckConstraint(one_of("way", [one.value for one in Way]), name="way"),
        CheckConstraint(one_of("audience", ["", *(one.value for one in Audience)]), name="audience"),
        CheckConstraint("(released_at IS NULL) = (audience = '')", name="released"),
        CheckConstraint("(struck_at IS NULL) = (struck_reason = '')", name="struck"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(unique=True)
    letter_id: Mapped[int] = mapped_column(ForeignKey("letter.id"), index=True)
    submission: Mapped[str]
    """The reference of the submission that it belongs to; empty where it concerns the letter as a whole."""
    nonce: Mapped[str] = mapped_column(unique=True)
    direction: Mapped[str]
    way: Mapped[str]
    sender: Mapped[str]
    recipient: Mapped[str]
    subject: Mapped[str]
    text: Mapped[str]
    happened_at: Mapped[datetime] = mapped_column(Instant)
    zone: Mapped[str]
    """In which the date was given."""
    reported_by: Mapped[str]
    link: Mapped[str]
    remarks: Mapped[list[str]] = mapped_column(JSON)
    """What could not be read as it was meant, in sentences."""
    entered_at: Mapped[datetime] = mapped_column(Instant)
    entered_by: Mapped[str]
    """As the record writes an actor."""
    audience: Mapped[str] = mapped_column(default="")
    summary: Mapped[str] = mapped_column(default="")
    """What those to whom it is released read first."""
    shows_text: Mapped[bool] = mapped_column(default=False)
    released_at: Mapped[datetime | None] = mapped_column(Instant)
    struck_at: Mapped[datetime | None] = mapped_column(Instant)
    struck_reason: Mapped[str] = mapped_column(default="")

    files: Mapped[list["CorrespondenceFileRow"]] = relationship(order_by="CorrespondenceFileRow.position")


class CorrespondenceFileRow(Base):
    """A file of an item: the mail as it came, what was attached to it, a scan. Never shown as a page."""

    __tablename__ = "correspondence_file"
    __table_args__ = (UniqueConstraint("correspondence_id", "position"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(unique=True)
    correspondence_id: Mapped[int] = mapped_column(ForeignKey("correspondence.id"))
    position: Mapped[int]
    name: Mapped[str]
    """As its sender called it; text and nothing else."""
    media_type: Mapped[str]
    sha256: Mapped[str]
    size: Mapped[int]
    content: Mapped[bytes] = mapped_column(deferred=True)


class CorrespondenceUploadRow(Base):
    """A file that somebody looks at before it is kept; nobody else sees it, and it is swept out."""

    __tablename__ = "correspondence_upload"

    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(unique=True)
    letter_id: Mapped[int] = mapped_column(ForeignKey("letter.id"), index=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    name: Mapped[str]
    content: Mapped[bytes]
    added_at: Mapped[datetime] = mapped_column(Instant)


class JournalMailRow(Base):
    """A mail to a journal: written, approved by those who must, sent once. Where it is sent, it stands in the correspondence too."""

    __tablename__ = "journal_mail"
    __table_args__ = (
        CheckConstraint(one_of("state", [one.value for one in JournalMailState]), name="state"),
        CheckConstraint("(state = 'sent') = (sent_at IS NOT NULL)", name="sent"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(unique=True)
    letter_id: Mapped[int] = mapped_column(ForeignKey("letter.id"), index=True)
    submission: Mapped[str]
    """The reference of the submission to which it belongs; empty for none."""
    to_address: Mapped[str]
    subject: Mapped[str]
    body: Mapped[str]
    attachments: Mapped[list[str]] = mapped_column(JSON)
    """By name: documents of the sealed letter or of a changed text, and files that were made for this mail."""
    digest: Mapped[str]
    """Over address, subject, text and the SHA-256 of what is attached: what is approved."""
    edition: Mapped[int] = mapped_column(default=1)
    state: Mapped[str]
    made_at: Mapped[datetime] = mapped_column(Instant)
    made_by: Mapped[str]
    sent_at: Mapped[datetime | None] = mapped_column(Instant)
    correspondence_id: Mapped[int | None] = mapped_column(ForeignKey("correspondence.id"), unique=True)
    """As it stands in the correspondence, once it is sent."""

    approvals: Mapped[list["JournalMailApprovalRow"]] = relationship(order_by="JournalMailApprovalRow.approved_at")
    files: Mapped[list["JournalMailFileRow"]] = relationship(order_by="JournalMailFileRow.name", cascade="all, delete-orphan")


class JournalMailFileRow(Base):
    """A file that was made for this mail, of the package of its submission: it goes as it was approved, or not at all."""

    __tablename__ = "journal_mail_file"

    journal_mail_id: Mapped[int] = mapped_column(ForeignKey("journal_mail.id"), primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(primary_key=True)
    sha256: Mapped[str]
    content: Mapped[bytes] = mapped_column(deferred=True)


class JournalMailApprovalRow(Base):
    """That somebody has approved these very words to this very address; a change of the mail removes it."""

    __tablename__ = "journal_mail_approval"

    journal_mail_id: Mapped[int] = mapped_column(ForeignKey("journal_mail.id"), primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), primary_key=True)
    digest: Mapped[str]
    approved_at: Mapped[datetime] = mapped_column(Instant)

    staff: Mapped[StaffRow] = relationship()
