"""What societies have said. No answer is overwritten; the newest stands, and only one can (R1)."""

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.domain.answer import AnswerKind, AuthorityCheck, Ground, Mandate, Source
from webapp.persistence.base import Base, Instant
from webapp.persistence.tables.letter import one_of
from webapp.persistence.tables.roster import InvitationRow, RepresentativeRow

if TYPE_CHECKING:
    from webapp.persistence.tables.authority import RecordedAnswerRow


class AnswerRow(Base):
    __tablename__ = "answer"
    __table_args__ = (
        CheckConstraint(one_of("kind", [kind.value for kind in AnswerKind]), name="kind"),
        CheckConstraint(one_of("mandate", [*(mandate.value for mandate in Mandate), ""]), name="mandate"),
        CheckConstraint(one_of("authority", [check.value for check in AuthorityCheck]), name="authority"),
        CheckConstraint(one_of("ground", [*(ground.value for ground in Ground), ""]), name="ground"),
        CheckConstraint("(ground <> '') = (kind = 'abstain')", name="abstains"),
        CheckConstraint(one_of("source", [source.value for source in Source]), name="source"),
        # R12: what a coordinator has recorded names no representative as its giver.
        CheckConstraint("(source = 'room') = (representative_id IS NOT NULL)", name="giver"),
        CheckConstraint("is_confirmed OR source <> 'room'", name="confirmed"),
        CheckConstraint("NOT is_standing OR withdrawn_at IS NULL", name="withdrawn"),
        CheckConstraint("kind <> 'sign' OR (officer <> '' AND printed_name <> '')", name="printed"),
        # R1, where two representatives of one society press at the same instant.
        Index(
            "uq_answer_standing",
            "invitation_id",
            unique=True,
            sqlite_where=text("is_standing = 1"),
            postgresql_where=text("is_standing"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(unique=True)
    letter_id: Mapped[int] = mapped_column(ForeignKey("letter.id"), index=True)
    invitation_id: Mapped[int] = mapped_column(ForeignKey("invitation.id"), index=True)
    representative_id: Mapped[int | None] = mapped_column(ForeignKey("representative.id"), index=True)
    """None where a coordinator has recorded what came by phone, paper or e-mail."""
    replaces_id: Mapped[int | None] = mapped_column(ForeignKey("answer.id"))
    nonce: Mapped[str] = mapped_column(unique=True)
    """Chosen by the page: the same form sent twice is one answer (R8)."""
    kind: Mapped[str]
    is_standing: Mapped[bool]
    received_at: Mapped[datetime] = mapped_column(Instant)
    digest: Mapped[str]
    printed_name: Mapped[str]
    officer: Mapped[str]
    office: Mapped[str]
    consent_to_print: Mapped[bool]
    consent_to_logo: Mapped[bool] = mapped_column(default=False)
    """That the letter may show the society’s logo."""
    decided_by: Mapped[str]
    decided_on: Mapped[date | None]
    competing_interests: Mapped[str]
    mandate: Mapped[str]
    authority_sentence: Mapped[str]
    authority: Mapped[str]
    source: Mapped[str] = mapped_column(default=Source.ROOM)
    is_confirmed: Mapped[bool] = mapped_column(default=True)
    """False while a recorded answer waits for the second coordinator."""
    is_disputed: Mapped[bool] = mapped_column(default=False)
    """Somebody of the society says that it was not theirs, and no coordinator has settled it yet."""
    ground: Mapped[str] = mapped_column(default="")
    """Why it abstains; else empty."""
    reason: Mapped[str]
    """What it says for itself: why it declines or abstains, or the condition on which it would sign."""
    link: Mapped[str] = mapped_column(default="")
    """Where its own statement stands, if it makes one and has said so."""
    record_sequence: Mapped[int]
    record_hash: Mapped[str]
    """Place and hash of the answer's event: the receipt quotes them, and so every signer can prove them."""
    withdrawn_at: Mapped[datetime | None] = mapped_column(Instant)
    withdrawal_nonce: Mapped[str | None] = mapped_column(unique=True)

    invitation: Mapped[InvitationRow] = relationship()
    representative: Mapped[RepresentativeRow | None] = relationship()
    recorded: Mapped["RecordedAnswerRow | None"] = relationship()

    @property
    def given_by(self) -> str:
        """The representative who gave it, or from whom it was received."""
        if self.representative is not None:
            return self.representative.name
        return self.recorded.received_from if self.recorded else ""


class PendingAnswerRow(Base):
    """What somebody has typed and reviewed in one stay, waiting for the code.

    It belongs to the stay, not to the person: whoever holds a forwarded link neither reads nor replaces what another has typed.
    """

    __tablename__ = "pending_answer"

    id: Mapped[int] = mapped_column(primary_key=True)
    web_session_id: Mapped[int] = mapped_column(ForeignKey("web_session.id", ondelete="CASCADE"), unique=True)
    nonce: Mapped[str] = mapped_column(unique=True)
    act: Mapped[str]
    digest: Mapped[str]
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    replaces_id: Mapped[int | None] = mapped_column(ForeignKey("answer.id"))
    saved_at: Mapped[datetime] = mapped_column(Instant)
