"""Every name that the societies of the directory have or had, for finding what looks like one of them; nothing is ever merged (R15)."""

from dataclasses import dataclass

from rapidfuzz import fuzz, process
from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.domain.names import lookalike_key
from webapp.persistence.tables import SocietyRow
from webapp.services.joined import joins

# Above this many points of a hundred two names are shown side by side to a person.
LOOKS_ALIKE = 88
_NAMES = (
    SocietyRow.id,
    SocietyRow.printed_name,
    SocietyRow.acronym,
    SocietyRow.legal_name,
    SocietyRow.former_names,
)


@dataclass(frozen=True)
class KnownNames:
    names: dict[str, str]
    """Each name that a society has or had, its words folded and in order → the sentence that names the society."""
    acronyms: dict[str, str]
    """Each acronym, in capitals → the printed name."""
    joined: dict[str, str]
    """The printed name of each entry that was joined → of the one that stands for it."""

    def like(self, name: str, acronym: str) -> str:
        """What a person should know before the name is kept as one of a society of its own; empty where nothing is like it."""
        key = words_in_order(name)
        if key in self.names:
            return self.names[key]
        match = process.extractOne(key, self.names.keys(), scorer=fuzz.ratio, score_cutoff=LOOKS_ALIKE)
        if match:
            return self.names[match[0]]
        owner = self.acronyms.get(acronym.upper()) or self.acronyms.get(name.upper())
        return f"The directory has “{owner}” with this acronym. If it is the same society, give it that name." if owner else ""


def known_names(session: Session) -> KnownNames:
    """Reads the whole directory at once; a society's own printed name says nothing of itself."""
    joined = joins(session)
    rows = {row.id: row for row in session.execute(select(*_NAMES))}
    names: dict[str, str] = {}
    for row in (one for one in rows.values() if one.id not in joined):
        own = f"The name looks like “{row.printed_name}” in the directory. If it is the same society, give it that name."
        names[words_in_order(row.printed_name)] = own
        for other in filter(None, (row.legal_name, *row.former_names.splitlines())):
            sentence = f"The name looks like “{other}”, another name of “{row.printed_name}”. If it is the same society, give it that name."
            names.setdefault(words_in_order(other), sentence)
    acronyms = {row.acronym.upper(): row.printed_name for row in rows.values() if row.acronym and row.id not in joined}
    return KnownNames(names, acronyms, {rows[one].printed_name: rows[into].printed_name for one, into in joined.items()})


def words_in_order(name: str) -> str:
    return " ".join(sorted(lookalike_key(name).split()))
