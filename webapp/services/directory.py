"""The directory of societies: who may keep it, and the list with its search."""

import unicodedata
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from webapp.domain import limits
from webapp.domain.actor import Actor, ActorKind
from webapp.domain.errors import NotAllowed, NotFound
from webapp.domain.permission import Role
from webapp.domain.society import KINDS
from webapp.persistence.database import take_alone
from webapp.persistence.tables import GrantRow, SocietyRow, StaffRow
from webapp.services.documents import country_name, sort_key
from webapp.services.joined import joins

# Any number, as long as it stands for nothing else in this database.
_NAMES = 7_083_001
_KEEPERS = (Role.OWNER, Role.COORDINATOR)
_LISTED = (
    SocietyRow.id,
    SocietyRow.reference,
    SocietyRow.printed_name,
    SocietyRow.sort_name,
    SocietyRow.acronym,
    SocietyRow.country,
    SocietyRow.legal_name,
    SocietyRow.former_names,
)


def hold_names(session: Session) -> None:
    """Until the transaction ends nobody else gives a society a name: each name stands for one society."""
    take_alone(session, _NAMES)


def may_keep(session: Session, actor: Actor) -> bool:
    """Whether the actor may change the directory: whoever coordinates a letter, administrators, and the command line."""
    if actor.kind == ActorKind.COMMAND:
        return True
    grants = select(func.count()).select_from(GrantRow).where(GrantRow.staff_id == StaffRow.id, GrantRow.role.in_(_KEEPERS))
    mine = select(StaffRow.is_administrator, grants.scalar_subquery().label("letters"))
    row = session.execute(mine.where(StaffRow.reference == actor.reference, StaffRow.closed_at.is_(None))).one_or_none()
    return actor.kind == ActorKind.STAFF and row is not None and (row.is_administrator or row.letters > 0)


def check_keeper(session: Session, actor: Actor) -> None:
    if not may_keep(session, actor):
        raise NotAllowed("Only those who coordinate a letter, and administrators, change the directory. Ask one of them.")


def load_society(session: Session, reference: str, *, for_update: bool = False) -> SocietyRow:
    """The entry, whether it was joined or not. Raises NotFound."""
    query = select(SocietyRow).where(SocietyRow.reference == reference).execution_options(populate_existing=True)
    row = session.scalars(query.with_for_update() if for_update else query).one_or_none()
    if row is None:
        raise NotFound
    return row


def known_to_all(session: Session, rows: Collection[SocietyRow]) -> None:
    """A letter keeps the entry that it asked: what tells who speaks for a society is the same in all that were joined with it."""
    standing = {row.id: row for row in rows}
    joined = {one: standing[into] for one, into in joins(session).items() if into in standing}
    for row in session.scalars(select(SocietyRow).where(SocietyRow.id.in_(joined))):
        row.domains, row.official_address = joined[row.id].domains, joined[row.id].official_address
    session.flush()


def known_kinds(session: Session) -> list[str]:
    """The words for kinds of societies that the directory has, and some to begin with; in order."""
    kept = session.scalars(select(SocietyRow.kind).where(SocietyRow.kind != "").distinct())
    return sorted({*KINDS, *kept}, key=lambda one: _place(one, ""))


@dataclass(frozen=True)
class SocietyLine:
    """A society as the directory lists it."""

    reference: str
    printed_name: str
    acronym: str
    country: str
    found_by: str
    """The other name under which the search has found it."""


@dataclass(frozen=True)
class SocietiesPage:
    lines: tuple[SocietyLine, ...]
    found: int
    total: int
    number: int
    last: int


def list_societies(session: Session, *, search: str = "", number: int = 1) -> SocietiesPage:
    """One page of the societies that no other entry stands for, in order; the search looks at every name that they have had."""
    joined = joins(session)
    rows = [row for row in session.execute(select(*_LISTED)) if row.id not in joined]
    words = folded(search).split()
    found = [(row, by) for row in rows if (by := _found_by(row, words)) is not None]
    found.sort(key=lambda one: _place(one[0].printed_name, one[0].sort_name))
    last = max(1, -(-len(found) // limits.SOCIETIES_ON_A_PAGE))
    number = min(max(number, 1), last)
    shown = found[(number - 1) * limits.SOCIETIES_ON_A_PAGE : number * limits.SOCIETIES_ON_A_PAGE]
    return SocietiesPage(tuple(_line(row, by) for row, by in shown), len(found), len(rows), number, last)


def every_society(session: Session) -> list[SocietyRow]:
    """All entries that no other stands for, in order; for the command line."""
    joined = joins(session)
    rows = [row for row in session.scalars(select(SocietyRow)) if row.id not in joined]
    return sorted(rows, key=lambda row: _place(row.printed_name, row.sort_name))


def _line(row: Any, found_by: str) -> SocietyLine:
    return SocietyLine(row.reference, row.printed_name, row.acronym, _country(row.country), found_by)


@cache
def _country(code: str) -> str:
    return country_name(code, "en-GB") or ""


@lru_cache(maxsize=10_000)
def _place(printed_name: str, sort_name: str) -> bytes:
    """Where it sorts. Weights are slow to find, and the same names are sorted whenever somebody looks at the list."""
    return sort_key(printed_name, sort_name)


def _found_by(row: Any, words: Sequence[str]) -> str | None:
    """None where the words are in none of its names; else the former or legal name that has them, where the printed one has not."""
    if _has(words, f"{row.printed_name} {row.acronym} {row.sort_name} {row.country} {_country(row.country)}"):
        return ""
    return next((name for name in (row.legal_name, *row.former_names.splitlines()) if _has(words, name)), None)


def _has(words: Iterable[str], text: str) -> bool:
    there = folded(text)
    return all(word in there for word in words)


def folded(text: str) -> str:
    """For finding: without accents, case and width."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(character for character in decomposed if not unicodedata.combining(character))
