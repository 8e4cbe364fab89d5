"""A sealed letter's course at a journal."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.domain.submission import OUTCOMES, ROUTES, StepKind
from webapp.persistence.base import Base, Instant
from webapp.persistence.tables.letter import one_of


class SubmissionRow(Base):
    __tablename__ = "submission"
    __table_args__ = (CheckConstraint(one_of("route", ROUTES), name="route"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    letter_id: Mapped[int] = mapped_column(ForeignKey("letter.id"), unique=True)
    journal: Mapped[str]
    route: Mapped[str]
    manuscript_number: Mapped[str]

    steps: Mapped[list["SubmissionStepRow"]] = relationship(order_by="(SubmissionStepRow.happened_on, SubmissionStepRow.id)")


class SubmissionStepRow(Base):
    __tablename__ = "submission_step"
    __table_args__ = (
        CheckConstraint(one_of("kind", [kind.value for kind in StepKind]), name="kind"),
        CheckConstraint(one_of("outcome", ["", *OUTCOMES]), name="outcome"),
        CheckConstraint("(kind = 'outcome') = (outcome <> '')", name="outcome_given"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id"), index=True)
    kind: Mapped[str]
    happened_on: Mapped[date]
    outcome: Mapped[str]
    note: Mapped[str]
    noted_at: Mapped[datetime] = mapped_column(Instant)
