"""How it is known that an answer is the society’s own: what was recorded, the proof of it, and what settled the check."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.domain.answer import AuthorityCheck
from webapp.persistence.base import Base, Instant
from webapp.persistence.tables.letter import one_of
from webapp.persistence.tables.roster import RepresentativeRow
from webapp.persistence.tables.staff import StaffRow


class RecordedAnswerRow(Base):
    """What a coordinator has recorded of an answer that came by phone, paper or e-mail (R12); only its confirmation is added."""

    __tablename__ = "recorded_answer"
    __table_args__ = (CheckConstraint("(confirmed_by_id IS NULL) = (confirmed_at IS NULL)", name="confirmed"),)

    answer_id: Mapped[int] = mapped_column(ForeignKey("answer.id"), primary_key=True, autoincrement=False)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    received_from: Mapped[str]
    came_on: Mapped[date]
    how: Mapped[str]
    """Anything that the coordinator says beside it: the number that was called, who listened."""
    needs_second: Mapped[bool]
    """The letter had a second coordinator when it was recorded: it counts only once confirmed by another than the recorder."""
    confirmed_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    confirmed_at: Mapped[datetime | None] = mapped_column(Instant)

    recorder: Mapped[StaffRow] = relationship(foreign_keys=[staff_id])


class ProofFileRow(Base):
    """A file that shows who said what: a letter, a mail, a minute. Kept as it was given, and never shown as a page."""

    __tablename__ = "proof_file"
    __table_args__ = (CheckConstraint("(representative_id IS NULL) <> (staff_id IS NULL)", name="giver"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(unique=True)
    answer_id: Mapped[int] = mapped_column(ForeignKey("answer.id"), index=True)
    representative_id: Mapped[int | None] = mapped_column(ForeignKey("representative.id"))
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    name: Mapped[str]
    """As its giver called it; text and nothing else."""
    media_type: Mapped[str]
    sha256: Mapped[str]
    content: Mapped[bytes]
    added_at: Mapped[datetime] = mapped_column(Instant)

    representative: Mapped[RepresentativeRow | None] = relationship()


class AuthorityCheckRow(Base):
    """What settled, or opened anew, how it is known that somebody may speak for the society; the newest of an answer holds."""

    __tablename__ = "authority_check"
    __table_args__ = (CheckConstraint(one_of("method", [check.value for check in AuthorityCheck]), name="method"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    answer_id: Mapped[int] = mapped_column(ForeignKey("answer.id"), index=True)
    method: Mapped[str]
    words: Mapped[str]
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    """None where the society itself settled it, from its official address."""
    proof_id: Mapped[int | None] = mapped_column(ForeignKey("proof_file.id"))
    settled_at: Mapped[datetime] = mapped_column(Instant)

    staff: Mapped[StaffRow | None] = relationship()
    proof: Mapped[ProofFileRow | None] = relationship()
