"""Who changed what of an entry in the directory, and when: every act leaves a row, and no row ever changes."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.domain.actor import Actor, ActorKind
from webapp.domain.deadline import ShownInstant, show_instant
from webapp.domain.society import FACT_WORDS, ChangeKind
from webapp.persistence.record import actor_words
from webapp.persistence.tables import SocietyChangeRow, SocietyRow, StaffRow

_TITLES = {
    ChangeKind.ADDED: "Entry made",
    ChangeKind.CHANGED: "Facts changed",
    ChangeKind.RENAMED: "Printed name changed",
    ChangeKind.LOGO: "Logo changed",
    ChangeKind.JOINED: "Joined with another entry",
    ChangeKind.TOOK_IN: "Another entry joined with this one",
}
_ACTORS = {ActorKind.COMMAND: "the command line", ActorKind.CLOCK: "the clock"}


@dataclass(frozen=True)
class ChangeLine:
    """One act on an entry, as its page tells it."""

    number: int
    when: ShownInstant
    title: str
    who: str
    note: str


def change(society: int, actor: Actor, kind: ChangeKind, facts: Mapping[str, Any], *, reason: str = "", now: datetime) -> SocietyChangeRow:
    """The row to be added. `facts` are of each fact what it was and what it is; of persons nothing but how many."""
    return SocietyChangeRow(society_id=society, at=now, kind=kind, actor=actor_words(actor), facts=dict(facts), reason=reason)


def list_changes(session: Session, societies: Collection[int]) -> list[ChangeLine]:
    """The history of these entries as one, the newest first; where there are several, each line names its own."""
    rows = session.scalars(select(SocietyChangeRow).where(SocietyChangeRow.society_id.in_(societies)).order_by(SocietyChangeRow.id)).all()
    staff = {f"{ActorKind.STAFF}:{row.reference}": row.email for row in session.execute(select(StaffRow.reference, StaffRow.email))}
    named = select(SocietyRow.id, SocietyRow.printed_name).where(SocietyRow.id.in_(societies))
    names = {row.id: row.printed_name for row in session.execute(named)} if len(societies) > 1 else {}
    lines = [_line(number, row, staff, names.get(row.society_id, "")) for number, row in enumerate(rows, 1)]
    return lines[::-1]


def _line(number: int, row: SocietyChangeRow, staff: Mapping[str, str], entry: str) -> ChangeLine:
    who = staff.get(row.actor) or _ACTORS.get(ActorKind(row.actor.partition(":")[0]), "somebody who has left")
    words = [*(_fact_words(name, value) for name, value in row.facts.items()), f"Why: {row.reason}" if row.reason else ""]
    title = _TITLES[ChangeKind(row.kind)]
    return ChangeLine(number, show_instant(row.at, "UTC"), f"{title} (“{entry}”)" if entry else title, who, " ".join(filter(None, words)))


def _fact_words(name: str, value: Any) -> str:
    if name == "contacts":
        return f"Contacts: {value[0]}, now {value[1]}."
    if name in FACT_WORDS:
        before, after = (_shown(one) for one in value)
        label = FACT_WORDS[name]
        return f"{label[0].upper()}{label[1:]}: {before}, now {after}."
    return {"joined_name": f"With “{value}”.", "source": f"From {value}.", "logo": f"{value}."}.get(name, "")


def _shown(value: str) -> str:
    return f"“{'; '.join(value.splitlines())}”" if value else "nothing"
