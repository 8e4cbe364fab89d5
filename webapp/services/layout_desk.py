"""How a letter is printed, at the desk: what can be chosen, what is chosen, and the list as it will stand."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.domain import limits
from webapp.domain.actor import Actor
from webapp.domain.colour import PAPER, clean_accent, contrast
from webapp.domain.document import Group, SignatoryLine, groups_of
from webapp.domain.errors import Conflict, InvalidInput, WrongState
from webapp.domain.layout import LANGUAGES, Acronyms, Grouping, Layout, Paper
from webapp.domain.letter import Action, find_move, move_for
from webapp.domain.names import bounded_text
from webapp.domain.permission import Permission
from webapp.persistence.record import append_event
from webapp.persistence.tables import InvitationRow, LayoutRow, LetterRow, SocietyRow
from webapp.services.access import load_letter
from webapp.services.documents import country_name, listed_answers, signatory_lines, sort_key, under_heading
from webapp.services.layouts import layout_row, lead_entries
from webapp.services.needs import BEFORE_SIGNING
from webapp.services.sign_on import invitations_of
from webapp.services.society_facts import clean_website

_LANGUAGE_IS_SIGNED = (
    "The language is fixed since sign-on was opened: the quotation marks, ranges and headings of the statement follow it, and societies"
    " have been asked to sign it as it was."
)
_ANNEX_WAS_NOT_TOLD = (
    "The annex can be added only before sign-on is opened: what a society says of its decision is printed only if it was told so first."
)
_CHANGED = "Somebody else has changed this since you opened it. Compare with what is there now, then send once more."


@dataclass(frozen=True)
class LayoutDraft:
    """What a person chooses, as the form has it."""

    paper: str = Paper.A4
    language: str = "en-GB"
    grouping: str = Grouping.NONE
    is_lead_first: bool = False
    acronyms: str = Acronyms.NONE
    shows_logos: bool = False
    has_annex: bool = False
    accent: str = Layout.accent
    address: str = ""
    website: str = ""
    lead: str = ""
    """The reference of the lead society in the directory; empty: the one that is named as the letter names it."""

    @property
    def layout(self) -> Layout:
        """Raises InvalidInput for a choice that is none, and for a colour that cannot be read."""
        return Layout(
            paper=Paper(_one_of(self.paper, Paper, "paper")),
            grouping=Grouping(_one_of(self.grouping, Grouping, "grouping")),
            is_lead_first=self.is_lead_first,
            acronyms=Acronyms(_one_of(self.acronyms, Acronyms, "acronyms")),
            shows_logos=self.shows_logos,
            has_annex=self.has_annex,
            accent=clean_accent(self.accent),
        )


@dataclass(frozen=True)
class LayoutView:
    """What the page shows beside the form."""

    draft: LayoutDraft
    """What is kept."""
    edition: int
    is_open: bool
    """False once nothing can be changed any more."""
    is_before_sign_on: bool
    """False once societies have been asked to sign: the language is fixed, and an annex is not added any more."""
    contrast: float
    """Of the colour that is kept, on white."""
    leads: tuple[tuple[str, str], ...]
    """The societies that can be chosen as the lead: reference and name."""
    groups: tuple[Group, ...]
    """The list as it will stand."""
    layout: Layout
    """The layout of that list."""
    is_of_signatories: bool
    """False where nobody has signed yet: then the list is of those who are on the roster."""
    logos: int
    """How many of them will stand with their logo."""


def show_layout(session: Session, actor: Actor, reference: str, typed: LayoutDraft | None = None) -> LayoutView:
    """What is chosen; the list as it will stand, or as it would with what is `typed`. Raises InvalidInput where that cannot be taken."""
    letter = load_letter(session, actor, reference, Permission.SEE)
    row = layout_row(session, letter)
    draft = _kept(session, letter, row)
    shown = (typed or draft).layout
    lines = _lines(session, letter, row, shown, typed)
    return LayoutView(
        draft=draft,
        edition=row.edition if row else 0,
        is_open=find_move(letter.state, Action.LAY_OUT) is not None,
        is_before_sign_on=letter.state in BEFORE_SIGNING,
        contrast=round(contrast(draft.accent, PAPER), 1),
        leads=_leads(session, letter, row),
        groups=tuple(groups_of(tuple(lines), shown)),
        layout=shown,
        is_of_signatories=bool(signatory_lines(session, letter)),
        logos=sum(1 for one in lines if one.logo),
    )


def set_layout(session: Session, actor: Actor, reference: str, draft: LayoutDraft, edition: int, *, now: datetime) -> bool:
    """Keeps what was chosen; whether anything is different. Documents that are made from now on look so.

    Raises Conflict where somebody else has changed it since that edition (0: nobody had chosen anything), WrongState once the letter
    is sealed, and for what societies that sign rely on; InvalidInput names the field.
    """
    letter = load_letter(session, actor, reference, Permission.EDIT, for_update=True)
    move = move_for(letter.state, Action.LAY_OUT)
    row = layout_row(session, letter)
    if edition != (row.edition if row else 0):
        raise Conflict(_CHANGED)
    before, kept = layout_facts(session, letter, row), _kept(session, letter, row)
    row = row or LayoutRow(letter_id=letter.id, edition=0)
    _fill(session, letter, row, draft)
    if letter.state not in BEFORE_SIGNING:
        _refuse_what_is_relied_on(kept, draft)
    session.add(row)
    session.flush()
    facts = layout_facts(session, letter, row)
    if facts == before:
        return False
    row.edition += 1
    append_event(session, letter, actor, move.event, facts, now=now)
    session.flush()
    return True


def _refuse_what_is_relied_on(kept: LayoutDraft, draft: LayoutDraft) -> None:
    if draft.language != kept.language:
        raise WrongState(_LANGUAGE_IS_SIGNED)
    if draft.has_annex and not kept.has_annex:
        raise WrongState(_ANNEX_WAS_NOT_TOLD)


def layout_facts(session: Session, letter: LetterRow, row: LayoutRow | None) -> dict[str, Any]:
    """What the record says of a layout; nothing where nobody has chosen one."""
    if row is None:
        return {}
    names = ("paper", "grouping", "is_lead_first", "acronyms", "shows_logos", "has_annex", "accent", "address", "website")
    return {**{name: getattr(row, name) for name in names}, "language": letter.language, "lead": _reference(session, row)}


def _fill(session: Session, letter: LetterRow, row: LayoutRow, draft: LayoutDraft) -> None:
    layout = draft.layout
    for name in ("paper", "grouping", "is_lead_first", "acronyms", "shows_logos", "has_annex", "accent"):
        setattr(row, name, getattr(layout, name))
    row.address = _clean_address(draft.address)
    row.website = clean_website(draft.website)
    row.lead_society_id = _chosen_lead(session, letter, draft.lead, row)
    letter.language = _one_of(draft.language, LANGUAGES, "language")


def _clean_address(typed: str) -> str:
    text = bounded_text(typed, limits.POSTAL_ADDRESS, field="address", what="The postal address")
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if len(lines) > limits.POSTAL_LINES:
        raise InvalidInput(f"The postal address has {len(lines)} lines; {limits.POSTAL_LINES} is the most.", field="address")
    return "\n".join(lines)


def _one_of(typed: str, known: Any, field: str) -> str:
    if typed not in list(known):
        raise InvalidInput("Choose one of the list.", field=field)
    return typed


def _kept(session: Session, letter: LetterRow, row: LayoutRow | None) -> LayoutDraft:
    if row is None:
        return LayoutDraft(language=letter.language)
    facts = layout_facts(session, letter, row)
    return LayoutDraft(**{**facts, "lead": facts["lead"] or ""})


def _reference(session: Session, row: LayoutRow) -> str | None:
    return session.get_one(SocietyRow, row.lead_society_id).reference if row.lead_society_id else None


def _candidates(session: Session, letter: LetterRow, row: LayoutRow | None) -> dict[str, SocietyRow]:
    """Those on the roster, the one that has been chosen, and the one of the directory that is called as the letter calls its lead."""
    named = select(SocietyRow).where(SocietyRow.printed_name == letter.lead_society)
    found = [*(place.society for place in invitations_of(session, letter)), *session.scalars(named)]
    if row is not None and row.lead_society_id is not None:
        found.append(session.get_one(SocietyRow, row.lead_society_id))
    return {one.reference: one for one in found}


def _leads(session: Session, letter: LetterRow, row: LayoutRow | None) -> tuple[tuple[str, str], ...]:
    found = _candidates(session, letter, row).values()
    return tuple((one.reference, one.printed_name) for one in sorted(found, key=lambda one: sort_key(one.printed_name, one.sort_name)))


def _chosen_lead(session: Session, letter: LetterRow, chosen: str, row: LayoutRow) -> int | None:
    if not chosen:
        return None
    known: Mapping[str, SocietyRow] = _candidates(session, letter, row)
    if chosen not in known:
        raise InvalidInput("Choose a society of the list.", field="lead")
    return known[chosen].id


def _lines(session: Session, letter: LetterRow, row: LayoutRow | None, layout: Layout, typed: LayoutDraft | None) -> list[SignatoryLine]:
    """The signatories under this layout, or while there is none, the societies on the roster."""
    if letter.sealed_at is not None:
        return list(signatory_lines(session, letter))
    leads = lead_entries(session, letter, _as_typed(session, letter, row, typed))
    listed = [line for _answer, line in listed_answers(session, letter, layout, leads)]
    if not listed:
        places = sorted(invitations_of(session, letter), key=_by_name)
        listed = [_as_listed(place, letter.language, is_lead=place.society_id in leads) for place in places]
    return sorted(listed, key=lambda line: under_heading(line, layout))


def _as_typed(session: Session, letter: LetterRow, row: LayoutRow | None, typed: LayoutDraft | None) -> LayoutRow | None:
    """A row that is never stored, with the lead society that was typed."""
    if typed is None or not typed.lead:
        return row if typed is None else None
    known = _candidates(session, letter, row)
    return LayoutRow(lead_society_id=known[typed.lead].id) if typed.lead in known else None


def _by_name(place: InvitationRow) -> tuple[bytes, str]:
    return sort_key(place.society.printed_name, place.society.sort_name), place.society.printed_name


def _as_listed(place: InvitationRow, language: str, *, is_lead: bool) -> SignatoryLine:
    society = place.society
    country = country_name(society.country, language)
    return SignatoryLine(society.printed_name, None, None, country, "", society.acronym, society.kind, "", is_lead)
