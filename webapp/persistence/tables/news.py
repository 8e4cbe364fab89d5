"""What the signatories are told after the seal, who wants to be told, and what they are asked before a journal is answered."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.domain.ask_round import Choice
from webapp.persistence.base import Base, Instant
from webapp.persistence.tables.letter import one_of
from webapp.persistence.tables.roster import InvitationRow, RepresentativeRow


class NewsWishRow(Base):
    """A representative who wants news of the letter; whoever wants none has no row."""

    __tablename__ = "news_wish"

    representative_id: Mapped[int] = mapped_column(
        ForeignKey("representative.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    letter_id: Mapped[int] = mapped_column(ForeignKey("letter.id"), index=True)
    since: Mapped[datetime] = mapped_column(Instant)


class NewsRow(Base):
    """One piece of news that was sent to the signatories. It never changes: what became of the messages, the outbox says."""

    __tablename__ = "news"
    __table_args__ = (
        # R16: nobody is told twice of one change.
        UniqueConstraint("letter_id", "about"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(unique=True)
    letter_id: Mapped[int] = mapped_column(ForeignKey("letter.id"), index=True)
    about: Mapped[int]
    """The number of the event of the record that it tells of."""
    subject: Mapped[str]
    words: Mapped[str]
    to_all: Mapped[bool]
    """To every signatory, not only to those who want news."""
    recipients: Mapped[int]
    sent_at: Mapped[datetime] = mapped_column(Instant)
    sent_by: Mapped[str]


class AskRoundRow(Base):
    """A round before an answer to a journal: what we propose to reply, and until when the signatories can say what they think of it."""

    __tablename__ = "ask_round"

    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(unique=True)
    letter_id: Mapped[int] = mapped_column(ForeignKey("letter.id"), index=True)
    nonce: Mapped[str] = mapped_column(unique=True)
    title: Mapped[str]
    proposal: Mapped[str]
    correspondence: Mapped[str]
    """The reference of the item that it answers, or empty."""
    opened_at: Mapped[datetime] = mapped_column(Instant)
    opened_by: Mapped[str]
    until: Mapped[datetime] = mapped_column(Instant)
    zone: Mapped[str]


class AskEndRow(Base):
    """That a round was ended before its moment. One that was not has no row."""

    __tablename__ = "ask_end"

    round_id: Mapped[int] = mapped_column(ForeignKey("ask_round.id"), primary_key=True, autoincrement=False)
    ended_at: Mapped[datetime] = mapped_column(Instant)
    ended_by: Mapped[str]


class AskAnswerRow(Base):
    """What a society said to a round; the newest holds. It is no signature, and changes none (R4)."""

    __tablename__ = "ask_answer"
    __table_args__ = (CheckConstraint(one_of("choice", [one.value for one in Choice]), name="choice"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(unique=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("ask_round.id"), index=True)
    invitation_id: Mapped[int] = mapped_column(ForeignKey("invitation.id"), index=True)
    representative_id: Mapped[int] = mapped_column(ForeignKey("representative.id"))
    nonce: Mapped[str] = mapped_column(unique=True)
    choice: Mapped[str]
    remarks: Mapped[str]
    received_at: Mapped[datetime] = mapped_column(Instant)
    """When the request had been read (R9)."""

    round: Mapped[AskRoundRow] = relationship()
    invitation: Mapped[InvitationRow] = relationship()
    representative: Mapped[RepresentativeRow] = relationship()
