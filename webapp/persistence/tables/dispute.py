"""“This was not us”: whom a receipt asked, and what came of an answer that somebody disowns."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.domain.authority import WitnessPurpose
from webapp.persistence.base import Base, Instant
from webapp.persistence.tables.answer import AnswerRow
from webapp.persistence.tables.letter import one_of
from webapp.persistence.tables.roster import RepresentativeRow
from webapp.persistence.tables.staff import StaffRow

_IS_OPEN = text("settled_at IS NULL")


class WitnessRow(Base):
    """Somebody of the society who was mailed about one answer and can speak to it, by a link and a code to the same address."""

    __tablename__ = "witness"
    __table_args__ = (
        CheckConstraint(one_of("purpose", [purpose.value for purpose in WitnessPurpose]), name="purpose"),
        CheckConstraint("(code_hash IS NULL) = (code_made_at IS NULL)", name="code"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(unique=True)
    answer_id: Mapped[int] = mapped_column(ForeignKey("answer.id"), index=True)
    purpose: Mapped[str]
    representative_id: Mapped[int | None] = mapped_column(ForeignKey("representative.id"))
    """None for the society’s official address."""
    address: Mapped[str]
    """The official address as it was when it was mailed: the code goes to the same. Empty for a representative, who has one (R19)."""
    token_hash: Mapped[str] = mapped_column(unique=True)
    made_at: Mapped[datetime] = mapped_column(Instant)
    code_number: Mapped[int] = mapped_column(default=0)
    """How many codes were made for it; each is derived from reference and number."""
    code_hash: Mapped[str | None]
    code_made_at: Mapped[datetime | None] = mapped_column(Instant)
    code_expires_at: Mapped[datetime | None] = mapped_column(Instant)
    code_tries: Mapped[int] = mapped_column(default=0)
    used_at: Mapped[datetime | None] = mapped_column(Instant)

    answer: Mapped[AnswerRow] = relationship()
    representative: Mapped[RepresentativeRow | None] = relationship()

    @property
    def to_address(self) -> str:
        return self.representative.email if self.representative else self.address


class DisputeRow(Base):
    """That somebody of the society says that an answer was not theirs, until a coordinator settles it."""

    __tablename__ = "dispute"
    __table_args__ = (
        CheckConstraint("(settled_at IS NULL) = (stands IS NULL)", name="settled"),
        Index("uq_dispute_open", "answer_id", unique=True, sqlite_where=_IS_OPEN, postgresql_where=_IS_OPEN),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(unique=True)
    answer_id: Mapped[int] = mapped_column(ForeignKey("answer.id"), index=True)
    witness_id: Mapped[int] = mapped_column(ForeignKey("witness.id"))
    words: Mapped[str]
    opened_at: Mapped[datetime] = mapped_column(Instant)
    settled_at: Mapped[datetime | None] = mapped_column(Instant)
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    stands: Mapped[bool | None]
    """Whether the answer stands after all; else it was withdrawn by this dispute."""
    finding: Mapped[str] = mapped_column(default="")
    """What was checked, and with whom."""

    answer: Mapped[AnswerRow] = relationship()
    witness: Mapped[WitnessRow] = relationship()
    staff: Mapped[StaffRow | None] = relationship()
