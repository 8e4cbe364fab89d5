"""Links, codes and sessions: all kept as hashes (R19)."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.persistence.base import Base, Instant
from webapp.persistence.tables.roster import RepresentativeRow
from webapp.persistence.tables.staff import StaffRow


class SignInLinkRow(Base):
    __tablename__ = "sign_in_link"

    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(unique=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), index=True)
    token_hash: Mapped[str] = mapped_column(unique=True)
    made_at: Mapped[datetime] = mapped_column(Instant)
    expires_at: Mapped[datetime] = mapped_column(Instant)
    used_at: Mapped[datetime | None] = mapped_column(Instant)
    browser_hash: Mapped[str | None]
    """The browser that asked for it by mail; none where the command line printed it."""

    staff: Mapped[StaffRow] = relationship()


class WebSessionRow(Base):
    """One browser's stay, at the desk or in one society's reading room."""

    __tablename__ = "web_session"
    __table_args__ = (CheckConstraint("(staff_id IS NULL) <> (representative_id IS NULL)", name="one_person"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(unique=True)
    reference: Mapped[str] = mapped_column(unique=True, index=True)
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"), index=True)
    representative_id: Mapped[int | None] = mapped_column(ForeignKey("representative.id"), index=True)
    began_at: Mapped[datetime] = mapped_column(Instant)
    seen_at: Mapped[datetime] = mapped_column(Instant)
    proved_at: Mapped[datetime | None] = mapped_column(Instant)
    """When a code last proved who sits there; some acts ask for it."""

    device: Mapped[str | None]
    """“Firefox on Windows”, of a session at the desk: for its owner to know it again. The header itself is never kept."""

    staff: Mapped[StaffRow | None] = relationship()
    representative: Mapped[RepresentativeRow | None] = relationship()


class CodeRow(Base):
    __tablename__ = "code"

    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(unique=True)
    representative_id: Mapped[int] = mapped_column(ForeignKey("representative.id"), index=True)
    web_session_id: Mapped[int | None] = mapped_column(ForeignKey("web_session.id", ondelete="SET NULL"))
    """The code works only in the session that asked for it; when that session has ended, nowhere."""
    nonce: Mapped[str]
    """The pending answer that it confirms, and so the digest too."""
    code_hash: Mapped[str]
    made_at: Mapped[datetime] = mapped_column(Instant)
    expires_at: Mapped[datetime] = mapped_column(Instant)
    tries: Mapped[int] = mapped_column(default=0)
    used_at: Mapped[datetime | None] = mapped_column(Instant)


class StaffCodeRow(Base):
    """A code that proves who sits at the desk, mailed to the account's own address."""

    __tablename__ = "staff_code"

    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(unique=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), index=True)
    web_session_id: Mapped[int | None] = mapped_column(ForeignKey("web_session.id", ondelete="SET NULL"), index=True)
    """It works only in the session that asked for it; when that session has ended, nowhere."""
    code_hash: Mapped[str]
    made_at: Mapped[datetime] = mapped_column(Instant)
    expires_at: Mapped[datetime] = mapped_column(Instant)
    tries: Mapped[int] = mapped_column(default=0)
    used_at: Mapped[datetime | None] = mapped_column(Instant)
