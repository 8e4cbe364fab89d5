"""A letter's references: shown with what they lack, typed, imported, removed, and looked up where that is switched on."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from webapp.domain.actor import Actor
from webapp.domain.deadline import ShownInstant, show_instant
from webapp.domain.document import CslItem, TargetLine
from webapp.domain.errors import Conflict, InvalidInput, LookUpFailed, NotFound
from webapp.domain.identifier import bare_doi, is_doi, is_pmid
from webapp.domain.letter import Action, find_move, move_for
from webapp.domain.permission import Permission
from webapp.domain.reference import text_of
from webapp.domain.reference_import import ImportPlan, plan_import
from webapp.domain.reference_list import CitingText, Known, ReferenceList, review_references
from webapp.domain.reference_typing import TypedReference, item_from_typed
from webapp.lookup.crossref import check_dois, find_by_doi
from webapp.lookup.pubmed import check_pmids, find_by_pmid
from webapp.lookup.record import Record
from webapp.persistence.record import append_event
from webapp.persistence.tables import LetterRow, LookedUpRow
from webapp.rendering.reference_entries import set_references
from webapp.rendering.references import parse_references, refuse_unusable
from webapp.rendering.text import citations
from webapp.services.access import load_letter
from webapp.settings import LookUp

_INSERT: dict[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


class ReferencesChanged(Conflict):
    """Somebody else has changed the references since the page was opened."""

    def __init__(self) -> None:
        super().__init__(
            "Somebody else has changed the references since you opened this page, so nothing was stored. What you typed is still here: "
            "look at the list once more, then send it again."
        )


@dataclass(frozen=True)
class Shelf:
    """The references as the page shows them; `edition` is what a change has to name, `entries` the style's words by key, as clean HTML."""

    items: tuple[CslItem, ...]
    edition: int
    review: ReferenceList
    entries: Mapping[str, str]
    problems: tuple[str, ...]
    checked_at: ShownInstant | None
    can_be_changed: bool

    def find(self, key: str) -> CslItem:
        """Raises NotFound."""
        found = next((item for item in self.items if item["id"] == key), None)
        if found is None:
            raise NotFound
        return found


def show_references(session: Session, actor: Actor, reference: str, *, style: str = "") -> Shelf:
    """The references in the order of their numbers, as the style sets them, by itself that of the statement; each with what to look at."""
    letter = load_letter(session, actor, reference, Permission.SEE)
    items, problems = tuple(letter.references), []
    texts = []
    for text in letter.texts:
        try:
            texts.append(CitingText(f"“{text.name}”", citations(text.body)))
        except InvalidInput as error:
            problems.append(f"“{text.name}”: {error}")
    targets = [TargetLine(row.role, row.citation, row.doi or None, row.published_on) for row in letter.targets]
    known = _known(session, _works(items, letter))
    review = review_references(items, texts, targets, {work: one for work, (one, _at) in known.items()})
    entries: Mapping[str, str] = {}
    try:
        entries = set_references([line.item for line in review.lines], language=letter.language, style=style or letter.statement.style)
    except InvalidInput as error:
        problems.append(str(error))
    asked = [at for _one, at in known.values()]
    return Shelf(
        items=items,
        edition=letter.references_edition,
        review=review,
        entries=entries,
        problems=tuple(problems),
        checked_at=show_instant(min(asked), letter.deadline_zone) if asked else None,
        can_be_changed=find_move(letter.state, Action.CITE) is not None,
    )


def read_references(session: Session, actor: Actor, reference: str) -> tuple[tuple[CslItem, ...], int]:
    """The references and their edition, for whoever changes them. Raises WrongState where nobody can."""
    letter = load_letter(session, actor, reference, Permission.EDIT)
    move_for(letter.state, Action.CITE)
    return tuple(letter.references), letter.references_edition


def plan(held: Sequence[CslItem], typed: str) -> ImportPlan:
    """What bringing these references would do; nothing is stored. Raises InvalidInput. Pandoc may take seconds: not for a transaction."""
    brought = parse_references(typed, taken=[str(item["id"]) for item in held])
    if not brought:
        raise InvalidInput("Choose a file, or paste references.", field="references_typed")
    planned = plan_import(held, brought)
    refuse_unusable(planned.apply(held, with_doubles=False))
    return planned


def import_references(
    session: Session, actor: Actor, reference: str, planned: ImportPlan, edition: int, *, with_doubles: bool, now: datetime
) -> None:
    """All of them or none. ReferencesChanged where the plan was made from another edition."""

    def bring(held: Sequence[CslItem]) -> list[dict[str, Any]]:
        return planned.apply(held, with_doubles=with_doubles)

    _change(session, actor, reference, bring, edition, {"imported": len(planned.lines)}, now=now)


def add_reference(session: Session, actor: Actor, reference: str, typed: TypedReference, *, now: datetime) -> str:
    """Puts one more behind the others and returns its key. No edition is named, because it takes nothing from anybody."""
    made: list[str] = []

    def add(held: Sequence[CslItem]) -> list[dict[str, Any]]:
        item = item_from_typed(typed, {str(one["id"]) for one in held})
        made.append(str(item["id"]))
        return [*(dict(one) for one in held), item]

    _change(session, actor, reference, add, None, {"added": 1}, now=now)
    return made[0]


def change_reference(
    session: Session, actor: Actor, reference: str, key: str, typed: TypedReference, edition: int, *, now: datetime
) -> None:
    """Replaces what the form asks for; the key stays, because texts cite it."""

    def replace(held: Sequence[CslItem]) -> list[dict[str, Any]]:
        _held(held, key)
        return [{**item_from_typed(typed, (), base=one), "id": key} if one["id"] == key else dict(one) for one in held]

    _change(session, actor, reference, replace, edition, {"changed": [key]}, now=now)


def remove_reference(session: Session, actor: Actor, reference: str, key: str, edition: int, *, now: datetime) -> None:
    """A text that cites it keeps its citation, and the list says that it is missing."""

    def remove(held: Sequence[CslItem]) -> list[dict[str, Any]]:
        _held(held, key)
        return [dict(one) for one in held if one["id"] != key]

    _change(session, actor, reference, remove, edition, {"removed": [key]}, now=now)


def _held(held: Sequence[CslItem], key: str) -> None:
    if all(one["id"] != key for one in held):
        raise NotFound


def _change(
    session: Session,
    actor: Actor,
    reference: str,
    act: Callable[[Sequence[CslItem]], list[dict[str, Any]]],
    edition: int | None,
    public: Mapping[str, Any],
    *,
    now: datetime,
) -> None:
    letter = load_letter(session, actor, reference, Permission.EDIT, for_update=True)
    move = move_for(letter.state, Action.CITE)
    if edition is not None and letter.references_edition != edition:
        raise ReferencesChanged
    items = act(letter.references)
    refuse_unusable(items)
    if items == letter.references:
        return
    letter.references, letter.references_edition = items, letter.references_edition + 1
    append_event(session, letter, actor, move.event, {**public, "count": len(items)}, now=now)


def look_up(typed: TypedReference, asked: LookUp) -> Record:
    """The work that the form names by its DOI or PubMed number. Raises LookUpFailed. It asks over the network: not for a transaction."""
    doi, pmid = bare_doi(typed.doi), typed.pmid.strip()
    if doi and is_doi(doi):
        return find_by_doi(doi, asked)
    if pmid and is_pmid(pmid):
        return find_by_pmid(pmid, asked)
    raise LookUpFailed("Type a DOI, such as 10.1234/abc.5, or a PubMed number, such as 12345678, to look a work up.")


def works_of(session: Session, actor: Actor, reference: str) -> frozenset[str]:
    """What a check would ask about: the DOIs and numbers of the references and of the articles answered."""
    letter = load_letter(session, actor, reference, Permission.EDIT)
    move_for(letter.state, Action.CITE)
    return _works(letter.references, letter)


def check(works: Iterable[str], asked: LookUp) -> dict[str, Record]:
    """What the registers say now. Raises LookUpFailed. It asks over the network: not for a transaction."""
    numbers = sorted(work.removeprefix("pmid:") for work in works if work.startswith("pmid:"))
    dois = sorted(work for work in works if not work.startswith("pmid:"))
    by_number = {f"pmid:{number}": record for number, record in check_pmids(numbers, asked).items()} if numbers else {}
    return {**by_number, **(check_dois(dois, asked) if dois else {})}


def keep_records(session: Session, records: Mapping[str, Record], *, now: datetime) -> None:
    """What a register said takes the place of what it said before, though somebody else asks at the same moment."""
    rows = [
        {
            "work": work,
            "source": record.source,
            "first_author": record.known.first_author,
            "title": record.known.title,
            "year": record.known.year,
            "notices": list(record.notices),
            "is_retracted": record.is_retracted,
            "asked_at": now,
        }
        # In one order always, or two who ask could wait for each other.
        for work, record in sorted(records.items())
    ]
    if rows:
        fresh = _INSERT[session.get_bind().dialect.name](LookedUpRow).values(rows)
        newer = {name: fresh.excluded[name] for name in rows[0] if name != "work"}
        session.execute(fresh.on_conflict_do_update(index_elements=["work"], set_=newer))


def work_of(record: Record) -> str:
    """By what a record is kept: a register names a work as it was asked."""
    return f"pmid:{text_of(record.item, 'PMID')}" if record.source == "PubMed" else text_of(record.item, "DOI").casefold()


def _works(items: Iterable[CslItem], letter: LetterRow) -> frozenset[str]:
    dois = {text_of(item, "DOI") for item in items} | {bare_doi(target.doi) for target in letter.targets}
    numbers = {text_of(item, "PMID") for item in items}
    return frozenset({doi.casefold() for doi in dois if is_doi(doi)} | {f"pmid:{number}" for number in numbers if is_pmid(number)})


def _known(session: Session, works: frozenset[str]) -> dict[str, tuple[Known, datetime]]:
    query = select(LookedUpRow).where(LookedUpRow.work.in_(works)).execution_options(populate_existing=True)
    rows = session.scalars(query) if works else ()
    return {
        row.work: (Known(row.first_author, row.title, row.year, tuple(row.notices), row.is_retracted, row.source), row.asked_at)
        for row in rows
    }
