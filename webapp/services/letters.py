"""Making a letter and changing its draft."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.domain import limits
from webapp.domain.actor import Actor, ActorKind
from webapp.domain.deadline import instant_from_local, wall_clock_of
from webapp.domain.document import CslItem
from webapp.domain.errors import Conflict, InvalidInput, NotAllowed
from webapp.domain.letter import ASKS, Action, LetterState, move_for
from webapp.domain.names import bounded_line, bounded_text, without_word_marks
from webapp.domain.orcid import clean_orcid
from webapp.domain.permission import Permission, Role
from webapp.domain.text import TextKind
from webapp.domain.wording import COLLECTIVE_NOUNS
from webapp.persistence.record import append_event
from webapp.persistence.tables import AuthorRow, GrantRow, LetterRow, StaffRow, TargetRow, TextRow
from webapp.rendering.references import parse_references
from webapp.services.access import load_letter
from webapp.services.doors import clean_address
from webapp.services.references import new_reference


@dataclass(frozen=True)
class TargetDraft:
    role: str
    citation: str
    doi: str = ""
    published_on: date | None = None


@dataclass(frozen=True)
class AuthorDraft:
    full_name: str
    affiliation: str = ""
    orcid: str = ""
    is_corresponding: bool = False
    competing_interests: str = ""


@dataclass(frozen=True)
class LetterDraft:
    """A letter as its coordinator types it; `deadline_local` is the wall clock in `deadline_zone`, with its distance from UTC where that
    alone tells which moment is meant.

    `statement` and `references_typed` are what a new letter begins with; from then on each has its own page.
    """

    title: str
    collective_noun: str
    lead_society: str
    contact_email: str
    ask: str
    journal: str
    addressee: str
    statement: str
    references_typed: str
    deadline_local: datetime | None
    deadline_zone: str
    submission_target: date | None
    targets: tuple[TargetDraft, ...]
    authors: tuple[AuthorDraft, ...]
    language: str = "en-GB"
    is_demonstration: bool = False


@dataclass(frozen=True)
class PreparedDraft:
    """A draft whose references have been read."""

    draft: LetterDraft
    references: tuple[CslItem, ...]


def prepare_draft(draft: LetterDraft) -> PreparedDraft:
    """Reads the references, for which pandoc may take seconds: before the transaction, because every other writer waits behind that.

    Raises InvalidInput where they cannot be read.
    """
    return PreparedDraft(draft, parse_references(draft.references_typed))


def create_letter(session: Session, actor: Actor, prepared: PreparedDraft, *, now: datetime) -> str:
    """A new letter in *drafting*, owned by the actor; returns its reference. InvalidInput names the field that cannot be taken."""
    letter = LetterRow(reference=new_reference(), state=LetterState.DRAFTING, language=prepared.draft.language, created_at=now)
    letter.texts = [TextRow(reference=new_reference(), kind=TextKind.STATEMENT, position=0, name="Statement")]
    _fill(letter, prepared.draft)
    _begin_text(letter, prepared)
    session.add(letter)
    session.flush()
    if actor.kind == ActorKind.STAFF:
        session.add(GrantRow(staff_id=_staff(session, actor.reference).id, letter_id=letter.id, role=Role.OWNER))
    append_event(session, letter, actor, "letter.created", _facts(letter), now=now)
    return letter.reference


def edit_letter(session: Session, actor: Actor, reference: str, draft: LetterDraft, edition: int, *, now: datetime) -> None:
    """Replaces the facts of the letter, if they are still the edition that the form was made from; texts and references stay.

    Raises Conflict where somebody saved in between.
    """
    letter = load_letter(session, actor, reference, Permission.EDIT, for_update=True)
    move = move_for(letter.state, Action.EDIT)
    if letter.edition != edition:
        raise Conflict(
            "Somebody else has saved this draft since you opened it. Your text is still below: copy what you need, "
            "open the letter again, and put the two together."
        )
    _fill(letter, draft)
    letter.edition += 1
    append_event(session, letter, actor, move.event, _facts(letter), now=now)


def title_of(session: Session, actor: Actor, reference: str) -> str:
    """What the letter is called, for whoever may see it."""
    return load_letter(session, actor, reference, Permission.SEE).title


def read_draft(session: Session, actor: Actor, reference: str) -> tuple[LetterDraft, int]:
    """The facts and their edition, for filling the form; texts and references are left out."""
    letter = load_letter(session, actor, reference, Permission.EDIT)
    move_for(letter.state, Action.EDIT)
    return _draft_of(letter), letter.edition


def hand_to_staff(session: Session, actor: Actor, reference: str, staff_reference: str, *, now: datetime) -> None:
    """Makes a member of staff an owner; only from the command line, where whoever types owns the machine anyway."""
    if actor.kind != ActorKind.COMMAND:
        raise NotAllowed("Only the command line can hand a letter to somebody.")
    letter = load_letter(session, actor, reference, Permission.SEE, for_update=True)
    staff = _staff(session, staff_reference)
    held = session.get(GrantRow, (staff.id, letter.id))
    if held is not None and held.role == Role.OWNER:
        return
    session.merge(GrantRow(staff_id=staff.id, letter_id=letter.id, role=Role.OWNER))
    append_event(session, letter, actor, "person.added", {"person": staff.reference, "role": Role.OWNER}, now=now)


def _staff(session: Session, reference: str) -> StaffRow:
    return session.scalars(select(StaffRow).where(StaffRow.reference == reference)).one()


def _begin_text(letter: LetterRow, prepared: PreparedDraft) -> None:
    typed = prepared.draft
    letter.statement.body = bounded_text(without_word_marks(typed.statement), limits.STATEMENT, field="statement", what="The statement")
    letter.references = [dict(item) for item in prepared.references]


def _fill(letter: LetterRow, draft: LetterDraft) -> None:
    letter.title = bounded_line(draft.title, limits.TITLE, field="title", what="The title")
    letter.lead_society = bounded_line(draft.lead_society, limits.PRINTED_NAME, field="lead_society", what="The lead society")
    letter.contact_email = clean_address(draft.contact_email, field="contact_email")
    letter.collective_noun = _choice(draft.collective_noun, COLLECTIVE_NOUNS, "collective_noun")
    letter.ask = _choice(draft.ask, ASKS, "ask")
    letter.journal = bounded_line(draft.journal, limits.JOURNAL, field="journal", what="The journal")
    letter.addressee = bounded_text(draft.addressee, limits.ADDRESSEE, field="addressee", what="The addressee")
    letter.is_demonstration = draft.is_demonstration
    letter.deadline = instant_from_local(draft.deadline_local, draft.deadline_zone) if draft.deadline_local else None
    letter.deadline_zone = draft.deadline_zone
    letter.submission_target = draft.submission_target
    letter.targets = [_target(position, target) for position, target in enumerate(draft.targets, 1)]
    letter.authors = [_author(position, author) for position, author in enumerate(draft.authors, 1)]


def _target(position: int, draft: TargetDraft) -> TargetRow:
    prefix = f"targets-{position - 1}"
    return TargetRow(
        position=position,
        role=bounded_line(draft.role, limits.ROLE, field=f"{prefix}-role", what="The kind of article"),
        citation=bounded_line(draft.citation, limits.CITATION, field=f"{prefix}-citation", what="The citation"),
        doi=_bare_doi(bounded_line(draft.doi, limits.DOI, field=f"{prefix}-doi", what="The DOI"), f"{prefix}-doi"),
        published_on=draft.published_on,
    )


def _author(position: int, draft: AuthorDraft) -> AuthorRow:
    prefix = f"authors-{position - 1}"
    interests = f"{prefix}-competing_interests"
    return AuthorRow(
        position=position,
        name=bounded_line(draft.full_name, limits.PERSON_NAME, field=f"{prefix}-full_name", what="The author’s name"),
        affiliation=bounded_line(draft.affiliation, limits.AFFILIATION, field=f"{prefix}-affiliation", what="The affiliation"),
        orcid=clean_orcid(draft.orcid, field=f"{prefix}-orcid"),
        is_corresponding=draft.is_corresponding,
        competing_interests=bounded_text(draft.competing_interests, limits.COMPETING_INTERESTS, field=interests, what="This statement"),
    )


def _bare_doi(typed: str, field: str) -> str:
    """The DOI without the address of a resolver that people paste with it. InvalidInput for what is not a DOI."""
    for prefix in ("https://doi.org/", "http://doi.org/", "https://dx.doi.org/", "http://dx.doi.org/", "doi:"):
        if typed.casefold().startswith(prefix):
            typed = typed[len(prefix) :].strip()
    if typed and not (typed.startswith("10.") and "/" in typed and " " not in typed):
        raise InvalidInput("A DOI looks like 10.1234/abc.5. Copy it from the article’s page, or leave it empty.", field=field)
    return typed


def _choice(typed: str, known: Any, field: str) -> str:
    if typed not in known:
        raise InvalidInput("Choose one of the list.", field=field)
    return typed


def _facts(letter: LetterRow) -> dict[str, Any]:
    """What the record says of a draft: public facts only."""
    return {
        "state": letter.state,
        "title": letter.title,
        "ask": letter.ask,
        "targets": target_facts(letter.targets),
        "deadline": letter.deadline.isoformat() if letter.deadline else None,
        "deadline_zone": letter.deadline_zone,
        "is_demonstration": letter.is_demonstration,
    }


def target_facts(targets: Sequence[TargetRow]) -> list[dict[str, Any]]:
    """The targets as the digest covers them."""
    return [
        {
            "role": target.role,
            "citation": target.citation,
            "doi": target.doi,
            "published_on": target.published_on.isoformat() if target.published_on else None,
        }
        for target in targets
    ]


def _draft_of(letter: LetterRow) -> LetterDraft:
    targets = tuple(TargetDraft(row.role, row.citation, row.doi, row.published_on) for row in letter.targets)
    authors = tuple(
        AuthorDraft(row.name, row.affiliation, row.orcid, row.is_corresponding, row.competing_interests) for row in letter.authors
    )
    names = LetterDraft.__dataclass_fields__.keys() - {"targets", "authors", "deadline_local", "statement", "references_typed"}
    plain = {name: getattr(letter, name) for name in names}
    local = wall_clock_of(letter.deadline, letter.deadline_zone) if letter.deadline else None
    return LetterDraft(**plain, statement="", references_typed="", deadline_local=local, targets=targets, authors=authors)


def draft_as_plain(draft: LetterDraft) -> dict[str, Any]:
    """The draft as the form wants it."""
    return asdict(draft)
