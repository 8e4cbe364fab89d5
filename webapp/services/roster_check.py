"""Looking at roster rows before anything is stored: what keeps a row out, and what a person should look at twice."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cache

from babel import Locale
from rapidfuzz import fuzz, process
from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.domain import limits
from webapp.domain.errors import InvalidInput
from webapp.domain.names import bounded_line, lookalike_key, mixed_words
from webapp.domain.roster import RosterEntry, RosterRow
from webapp.persistence.tables import LetterRow, SocietyRow
from webapp.rendering.fonts import describe_character, uncovered_characters
from webapp.services.address_doubts import address_doubts
from webapp.services.doors import clean_address
from webapp.services.sign_on import invitations_of

# Above this many points of a hundred two names are shown side by side to a person; nothing is ever merged (R15).
_LOOKS_ALIKE = 88
# What a row may say of a society beside its name.
FACTS = {"country": "The country", "acronym": "The acronym", "sort_name": "The sort name"}
# Codes that Unicode’s list of territories has beside those of ISO 3166: regions, unions, islands of a country, and tests.
_NO_COUNTRIES = frozenset(["AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "ZZ"])
# What the European Union’s own papers write.
_OTHER_CODES = {"UK": "the United Kingdom is GB", "EL": "Greece is GR"}


@dataclass(frozen=True)
class CheckedRow:
    """A row of the preview: what keeps it from being stored, and what a person should look at."""

    number: int
    entry: RosterEntry
    """As it is to be stored; as it was typed, where it has a problem."""
    problems: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()
    joins: bool = False
    """The society is on the roster, or higher in the list, already: this row adds a second representative to it."""
    wrong: str = ""
    """The first part of the entry that has a problem."""


@dataclass(frozen=True)
class RosterPreview:
    rows: tuple[CheckedRow, ...]

    @property
    def problem_count(self) -> int:
        return sum(1 for row in self.rows if row.problems)

    @property
    def doubt_count(self) -> int:
        return sum(1 for row in self.rows if row.doubts)

    @property
    def society_count(self) -> int:
        return sum(1 for row in self.rows if not row.joins)


@dataclass
class _Known:
    """The societies and addresses seen so far, on the roster and in the rows above."""

    names: dict[str, str] = field(default_factory=dict)
    """Each printed name with its words folded and in order, for finding what looks like it."""
    pairs: dict[tuple[str, str], str] = field(default_factory=dict)
    addresses: dict[str, str] = field(default_factory=dict)
    facts: dict[str, dict[str, str]] = field(default_factory=dict)
    """What is known of each society, on whatever letter."""

    def remember(self, name: str, addresses: Iterable[str], where: str) -> None:
        self.names.setdefault(name, _words_in_order(name))
        for address in addresses:
            self.pairs.setdefault((name, address.lower()), where)
            self.addresses.setdefault(address.lower(), name)


def check_rows(session: Session, letter: LetterRow, rows: Sequence[RosterRow]) -> RosterPreview:
    """Every row as it would be stored, with its problems and doubts; reads only."""
    cleaned = [(row.number, *_cleaned(row.entry)) for row in rows]
    known = _Known(facts=_known_facts(session, {entry.society for _number, entry, problems in cleaned if not problems}))
    invitations = invitations_of(session, letter)
    for invitation in invitations:
        known.remember(invitation.society.printed_name, [row.email for row in invitation.representatives], "on the roster")
    checked = tuple(_checked(number, entry, problems, known) for number, entry, problems in cleaned)
    refuse_too_many(len(invitations) + sum(1 for row in checked if not row.joins))
    return RosterPreview(checked)


def refuse_too_many(societies: int) -> None:
    if societies > limits.SOCIETIES:
        raise InvalidInput(f"A letter has at most {limits.SOCIETIES} societies.", field="file")


def societies_named(session: Session, names: Iterable[str]) -> dict[str, SocietyRow]:
    """The societies of exactly these printed names: what is only similar is another society (R15)."""
    query = select(SocietyRow).where(SocietyRow.printed_name.in_(list(names))).order_by(SocietyRow.id.desc())
    return {row.printed_name: row for row in session.scalars(query)}


def _known_facts(session: Session, names: set[str]) -> dict[str, dict[str, str]]:
    return {name: {part: getattr(row, part) for part in FACTS} for name, row in societies_named(session, names).items()}


def _checked(number: int, entry: RosterEntry, found: dict[str, str], known: _Known) -> CheckedRow:
    if found:
        return CheckedRow(number, entry, tuple(found.values()), wrong=next(iter(found)))
    if twice := known.pairs.get((entry.society, entry.email.lower())):
        problem = f"“{entry.society}” with {entry.email} is given twice: it is {twice} already."
        return CheckedRow(number, entry, (problem,), joins=True, wrong="society")
    doubts = tuple(_doubts(entry, known))
    joins = entry.society in known.names
    known.remember(entry.society, [entry.email], f"in row {number}")
    return CheckedRow(number, entry, (), doubts, joins)


def _cleaned(entry: RosterEntry) -> tuple[RosterEntry, dict[str, str]]:
    """The entry as it is to be stored, or as it was typed; and each part of it that is wrong, with the reason."""
    clean, problems = {}, {}
    for part, take in _PARTS.items():
        try:
            clean[part] = take(getattr(entry, part))
        except InvalidInput as error:
            problems[part] = str(error)
    return (entry if problems else replace(entry, **clean)), problems


def _name(longest: int, what: str) -> Callable[[str], str]:
    def take(typed: str) -> str:
        text = bounded_line(typed, longest, what=what[0].upper() + what[1:])
        if not text:
            raise InvalidInput(f"Please give {what}.")
        return text

    return take


def _optional(longest: int, what: str) -> Callable[[str], str]:
    return lambda typed: bounded_line(typed, longest, what=what)


def _address(typed: str) -> str:
    if not typed.strip():
        raise InvalidInput("The address is missing.")
    return clean_address(typed)


def _country(typed: str) -> str:
    code = typed.strip().upper()
    if not code or code in _country_codes():
        return code
    if code in _OTHER_CODES:
        raise InvalidInput(f"“{typed}” is not a code of ISO 3166: {_OTHER_CODES[code]}.")
    raise InvalidInput(f"“{typed}” is not a country code of two letters (ISO 3166), such as DE or BR.")


_PARTS: dict[str, Callable[[str], str]] = {
    "society": _name(limits.PRINTED_NAME, "the society’s name"),
    "contact": _name(limits.PERSON_NAME, "the contact’s name"),
    "email": _address,
    "country": _country,
    "acronym": _optional(limits.ACRONYM, "The acronym"),
    "sort_name": _optional(limits.PRINTED_NAME, "The sort name"),
}


@cache
def _country_codes() -> frozenset[str]:
    """The 249 codes of ISO 3166-1, and XK, under which Kosovo’s societies are listed everywhere."""
    return frozenset(code for code in map(str, Locale("en").territories) if len(code) == 2 and code.isalpha()) - _NO_COUNTRIES


def _words_in_order(name: str) -> str:
    return " ".join(sorted(lookalike_key(name).split()))


def _doubts(entry: RosterEntry, known: _Known) -> list[str]:
    doubts = []
    if entry.society in known.names:
        doubts.append(f"“{entry.society}” is there already: this person becomes another representative of it.")
    elif match := process.extractOne(_words_in_order(entry.society), known.names, scorer=fuzz.ratio, score_cutoff=_LOOKS_ALIKE):
        doubts.append(f"The name looks like “{match[2]}”. If it is the same society, remove one.")
    doubts.extend(f"“{word}” mixes letters of scripts that look alike. Was it typed so?" for word in mixed_words(entry.society))
    other = known.addresses.get(entry.email.lower(), entry.society)
    if other != entry.society:
        doubts.append(f"The same address stands for “{other}”.")
    doubts.extend(_contradictions(entry, known))
    doubts.extend(address_doubts(entry.email))
    if missing := uncovered_characters(entry.society):
        doubts.append(f"No font of the letter can print {', '.join(describe_character(one) for one in missing)}.")
    return doubts


def _contradictions(entry: RosterEntry, known: _Known) -> Iterator[str]:
    """What the row says of a society otherwise than is known: societies live across letters, so a list fills gaps alone."""
    facts = known.facts.setdefault(entry.society, dict.fromkeys(FACTS, ""))
    for part, label in FACTS.items():
        given = getattr(entry, part)
        if given and facts[part] and given != facts[part]:
            yield f"{label} of this society is known as “{facts[part]}”. That stays; “{given}” is not taken over."
        facts[part] = facts[part] or given
