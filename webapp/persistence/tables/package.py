"""What a person has written for the package of one submission; the claims of a letter; and where else its text has been shown."""

from datetime import date, datetime

from sqlalchemy import JSON, CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from webapp.domain.cope import COPE_GROUNDS
from webapp.domain.shown import SHOWN_AS
from webapp.persistence.base import Base, Instant
from webapp.persistence.tables.letter import one_of


class PackageRow(Base):
    """One submission’s own words: the covering letter, and what is answered to the statements that the venue asks for."""

    __tablename__ = "package"

    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id"), primary_key=True, autoincrement=False)
    letter_id: Mapped[int] = mapped_column(ForeignKey("letter.id"), index=True)
    covering_letter: Mapped[str] = mapped_column(default="")
    """Empty while nobody has changed the one that is proposed."""
    statements: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    """What the venue asks for → what is answered."""
    shown_digest: Mapped[str] = mapped_column(default="")
    """Of the places that stood on the page when a person last said that there are no others; empty until somebody has."""
    shown_by: Mapped[str] = mapped_column(default="")
    """Who said so, as the record writes an actor."""
    shown_at: Mapped[datetime | None] = mapped_column(Instant)
    edition: Mapped[int] = mapped_column(default=1)
    """Raised by every edit of covering letter or statements, so that two people never overwrite each other unseen."""


class ClaimRow(Base):
    """A claim of the letter; all of them are written at once."""

    __tablename__ = "claim"
    __table_args__ = (UniqueConstraint("letter_id", "position"), CheckConstraint(one_of("ground", COPE_GROUNDS), name="ground"))

    id: Mapped[int] = mapped_column(primary_key=True)
    letter_id: Mapped[int] = mapped_column(ForeignKey("letter.id"), index=True)
    position: Mapped[int]
    words: Mapped[str]
    passage: Mapped[str]
    ground: Mapped[str]


class ShownRow(Base):
    """A place where the text was shown. What was noted is never changed; what was noted in error is struck."""

    __tablename__ = "shown_elsewhere"
    __table_args__ = (CheckConstraint(one_of("shown_as", SHOWN_AS), name="shown_as"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(unique=True)
    letter_id: Mapped[int] = mapped_column(ForeignKey("letter.id"), index=True)
    shown_as: Mapped[str]
    place: Mapped[str]
    address: Mapped[str]
    shown_on: Mapped[date | None]
    noted_at: Mapped[datetime] = mapped_column(Instant)
    noted_by: Mapped[str]
    struck_at: Mapped[datetime | None] = mapped_column(Instant)
