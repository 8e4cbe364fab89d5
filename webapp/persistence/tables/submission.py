"""A letter's submissions, the steps of each at its journal, what is to be looked after, and what became of the articles."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.domain.course import CourseState, StepKind
from webapp.domain.fate import Fate
from webapp.domain.follow_up import FollowUpKind
from webapp.domain.submission import Route
from webapp.persistence.base import Base, Instant
from webapp.persistence.tables.letter import TargetRow, one_of

_STANDS = text("struck_at IS NULL")
_STRUCK = "(struck_at IS NULL) = (struck_by = '')"


class SubmissionRow(Base):
    """One venue of one letter: how the journal and the route were called then, and where the course has led."""

    __tablename__ = "submission"
    __table_args__ = (
        CheckConstraint(one_of("route", list(Route)), name="route"),
        CheckConstraint(one_of("state", list(CourseState)), name="state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(unique=True)
    letter_id: Mapped[int] = mapped_column(ForeignKey("letter.id"), index=True)
    venue: Mapped[str]
    """The slug of the venue; empty for a journal that was typed by hand."""
    journal: Mapped[str]
    route: Mapped[str]
    route_words: Mapped[str]
    """The venue’s own words for its route; empty where nobody gave any."""
    text: Mapped[str]
    """The reference of the text that goes there, one of the letter’s or a changed one; empty where that is not known."""
    text_digest: Mapped[str]
    """Of the text that was submitted last; empty until then."""
    contact: Mapped[str]
    """Whom to write to: a name, an address, a web page. For coordinators alone."""
    manuscript_number: Mapped[str]
    state: Mapped[str]
    edition: Mapped[int] = mapped_column(default=1)
    """Raised by every act, so that two coordinators never move one course unseen."""
    window_ends_on: Mapped[date | None]
    planned_at: Mapped[datetime] = mapped_column(Instant)
    planned_by: Mapped[str]
    """As the record writes an actor; empty where it is from before there were several submissions."""

    steps: Mapped[list["SubmissionStepRow"]] = relationship(order_by="(SubmissionStepRow.position, SubmissionStepRow.id)")
    follow_ups: Mapped[list["FollowUpRow"]] = relationship(order_by="(FollowUpRow.due_on, FollowUpRow.id)")


class SubmissionStepRow(Base):
    """One thing that happened. It is never changed or removed; a wrong one is struck out, with the reason."""

    __tablename__ = "submission_step"
    __table_args__ = (
        CheckConstraint(one_of("kind", list(StepKind)), name="kind"),
        CheckConstraint(_STRUCK, name="struck"),
        Index("uq_submission_step_stands", "submission_id", "position", unique=True, sqlite_where=_STANDS, postgresql_where=_STANDS),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(unique=True)
    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id"), index=True)
    position: Mapped[int]
    """Its place in the course; what corrects a step takes the place of that step."""
    kind: Mapped[str]
    happened_on: Mapped[date]
    note: Mapped[str]
    manuscript_number: Mapped[str]
    """That which the journal gave with this step, if it gave one."""
    link: Mapped[str]
    """Where it can be seen by all: a DOI or the address of a page."""
    sent_text: Mapped[str] = mapped_column(default="", server_default="")
    """Of a step with which a text went to the journal, which one: one of the letter’s, or one that was changed for a journal."""
    sent_digest: Mapped[str] = mapped_column(default="", server_default="")
    """The digest of that text."""
    noted_at: Mapped[datetime] = mapped_column(Instant)
    noted_by: Mapped[str]
    """As the record writes an actor; empty where it is from before that was kept."""
    struck_at: Mapped[datetime | None] = mapped_column(Instant)
    struck_by: Mapped[str] = mapped_column(default="")
    strike_reason: Mapped[str] = mapped_column(default="")

    proof: Mapped["StepProofRow | None"] = relationship()


class StepProofRow(Base):
    """A file that shows that the step happened: kept as it was given, and never shown as a page."""

    __tablename__ = "step_proof"

    step_id: Mapped[int] = mapped_column(ForeignKey("submission_step.id"), primary_key=True, autoincrement=False)
    name: Mapped[str]
    """As its giver called it; text and nothing else."""
    media_type: Mapped[str]
    sha256: Mapped[str]
    content: Mapped[bytes]


class FollowUpRow(Base):
    """What is to be looked after, and by when."""

    __tablename__ = "follow_up"
    __table_args__ = (
        CheckConstraint(one_of("kind", list(FollowUpKind)), name="kind"),
        CheckConstraint("done_on IS NOT NULL OR done_by = ''", name="done"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(unique=True)
    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id"), index=True)
    kind: Mapped[str]
    what: Mapped[str]
    """In a person’s words; empty where the kind says it all."""
    due_on: Mapped[date]
    set_by: Mapped[str]
    """Who set the day, as the record writes an actor; empty while it is what the program proposed."""
    proposed_by_id: Mapped[int | None] = mapped_column(ForeignKey("submission_step.id"))
    """The step with which it was proposed."""
    done_on: Mapped[date | None]
    done_by: Mapped[str] = mapped_column(default="")
    """Who marked it done; empty where a step has done so."""
    done_by_id: Mapped[int | None] = mapped_column(ForeignKey("submission_step.id"))


class TargetFateRow(Base):
    """What became of one article, at one day; a wrong one is struck out."""

    __tablename__ = "target_fate"
    __table_args__ = (
        CheckConstraint(one_of("kind", list(Fate)), name="kind"),
        CheckConstraint(_STRUCK, name="struck"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(unique=True)
    letter_id: Mapped[int] = mapped_column(ForeignKey("letter.id"), index=True)
    target_id: Mapped[int | None] = mapped_column(ForeignKey("target.id"))
    """None where it is from before the articles of a letter were told apart."""
    kind: Mapped[str]
    happened_on: Mapped[date]
    link: Mapped[str]
    note: Mapped[str]
    noted_at: Mapped[datetime] = mapped_column(Instant)
    noted_by: Mapped[str]
    struck_at: Mapped[datetime | None] = mapped_column(Instant)
    struck_by: Mapped[str] = mapped_column(default="")
    strike_reason: Mapped[str] = mapped_column(default="")

    target: Mapped[TargetRow | None] = relationship()
