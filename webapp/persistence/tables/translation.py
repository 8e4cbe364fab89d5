"""Translations of a sealed statement: read beside it, and signed by nobody."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from webapp.persistence.base import Base, Instant

_STANDS = text("removed_at IS NULL")


class TranslationRow(Base):
    """One language of one letter as it stands now; the record tells the digest of every edition that there was."""

    __tablename__ = "translation"
    __table_args__ = (
        CheckConstraint("(removed_at IS NULL) = (removed_by = '')", name="removed"),
        Index("uq_translation_stands", "letter_id", "language", unique=True, sqlite_where=_STANDS, postgresql_where=_STANDS),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(unique=True)
    letter_id: Mapped[int] = mapped_column(ForeignKey("letter.id"), index=True)
    language: Mapped[str]
    """BCP 47, of those that are offered."""
    translates: Mapped[str]
    """The digest of the sealed statement that it renders."""
    title: Mapped[str]
    body: Mapped[str]
    """Markdown, which cites the references of the statement."""
    translator: Mapped[str] = mapped_column(default="")
    """Who translated it, as it is shown; empty where nobody is named."""
    digest: Mapped[str]
    edition: Mapped[int] = mapped_column(default=1)
    """Raised by every edit, so that two people never overwrite each other unseen."""
    added_at: Mapped[datetime] = mapped_column(Instant)
    added_by: Mapped[str]
    """As the record writes an actor."""
    edited_at: Mapped[datetime] = mapped_column(Instant)
    edited_by: Mapped[str]
    removed_at: Mapped[datetime | None] = mapped_column(Instant)
    removed_by: Mapped[str] = mapped_column(default="")
