"""Looking at roster rows before anything is stored: what keeps a row out, and what a person should look at twice."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache

from babel import Locale
from rapidfuzz import fuzz, process
from sqlalchemy.orm import Session

from webapp.domain import limits
from webapp.domain.errors import DomainError, InvalidInput
from webapp.domain.names import clean_line, comparison_key
from webapp.domain.roster import RosterEntry, RosterRow
from webapp.persistence.tables import LetterRow
from webapp.rendering.fonts import describe_character, uncovered_characters
from webapp.services.doors import clean_address, folded_address
from webapp.services.sign_on import invitations_of

# Above this many points of a hundred two names are shown side by side to a person; nothing is ever merged (R15).
_LOOKS_ALIKE = 88
_FREE_MAIL = frozenset(
    [
        "gmail.com",
        "googlemail.com",
        "outlook.com",
        "hotmail.com",
        "yahoo.com",
        "gmx.de",
        "gmx.net",
        "web.de",
        "icloud.com",
        "qq.com",
        "mail.ru",
    ]
)
# Codes that Unicode’s list of territories has beside those of ISO 3166: regions, unions, islands of a country, and tests.
_NO_COUNTRIES = frozenset(["AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "ZZ"])
# What the European Union’s own papers write.
_OTHER_CODES = {"UK": "the United Kingdom is GB", "EL": "Greece is GR"}


@dataclass(frozen=True)
class CheckedRow:
    """A row of the preview: what keeps it from being stored, and what a person should look at."""

    number: int
    entry: RosterEntry
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

    def remember(self, name: str, addresses: Iterable[str], where: str) -> None:
        self.names.setdefault(name, _words_in_order(name))
        for address in map(folded_address, addresses):
            self.pairs.setdefault((name, address), where)
            self.addresses.setdefault(address, name)


def check_rows(session: Session, letter: LetterRow, rows: Sequence[RosterRow]) -> RosterPreview:
    known = _Known()
    invitations = invitations_of(session, letter)
    for invitation in invitations:
        known.remember(invitation.society.printed_name, [row.email for row in invitation.representatives], "on the roster")
    checked = tuple(_check_row(row, known) for row in rows)
    if len(invitations) + sum(1 for row in checked if not row.joins) > limits.SOCIETIES:
        raise InvalidInput(f"A letter has at most {limits.SOCIETIES} societies.", field="file")
    return RosterPreview(checked)


def _check_row(row: RosterRow, known: _Known) -> CheckedRow:
    entry = row.entry
    if found := _problems(entry):
        return CheckedRow(row.number, entry, tuple(found.values()), wrong=next(iter(found)))
    # The very rule by which it is stored: whatever else a reader would take for the same name is another society (R15).
    name = clean_line(entry.society)
    problems = []
    if twice := known.pairs.get((name, folded_address(entry.email))):
        problems.append(f"“{name}” with {entry.email} is given twice: it is {twice} already.")
    doubts = [] if problems else _doubts(entry, name, known)
    joins = name in known.names
    known.remember(name, [entry.email], f"in row {row.number}")
    return CheckedRow(row.number, entry, tuple(problems), tuple(doubts), joins)


def _problems(entry: RosterEntry) -> dict[str, str]:
    """The part of the entry that is wrong, and why."""
    problems = {}
    for part, check in (("society", _check_society), ("contact", _check_contact), ("email", _check_address), ("country", _check_country)):
        try:
            check(entry)
        except DomainError as error:
            problems[part] = str(error)
    return problems


def _check_society(entry: RosterEntry) -> None:
    _need(entry.society, "the society’s name", limits.PRINTED_NAME)
    _need(entry.acronym, "the acronym", limits.ACRONYM, may_be_empty=True)
    _need(entry.sort_name, "the sort name", limits.PRINTED_NAME, may_be_empty=True)


def _check_contact(entry: RosterEntry) -> None:
    _need(entry.contact, "the contact’s name", limits.PERSON_NAME)


def _check_address(entry: RosterEntry) -> None:
    if not entry.email:
        raise InvalidInput("The address is missing.")
    clean_address(entry.email)


def _check_country(entry: RosterEntry) -> None:
    code = entry.country.strip().upper()
    if not code or code in _country_codes():
        return
    if code in _OTHER_CODES:
        raise InvalidInput(f"“{entry.country}” is not a code of ISO 3166: {_OTHER_CODES[code]}.")
    raise InvalidInput(f"“{entry.country}” is not a country code of two letters (ISO 3166), such as DE or BR.")


@cache
def _country_codes() -> frozenset[str]:
    """The 249 codes of ISO 3166-1, and XK, under which Kosovo’s societies are listed everywhere."""
    return frozenset(code for code in map(str, Locale("en").territories) if len(code) == 2 and code.isalpha()) - _NO_COUNTRIES


def _need(typed: str, what: str, longest: int, *, may_be_empty: bool = False) -> None:
    text = clean_line(typed, what=what[0].upper() + what[1:])
    if not text and not may_be_empty:
        raise InvalidInput(f"Please give {what}.")
    if len(text) > longest:
        raise InvalidInput(f"{what[0].upper() + what[1:]} has {len(text)} characters; {longest} is the most.")


def _words_in_order(name: str) -> str:
    return " ".join(sorted(comparison_key(name).split()))


def _doubts(entry: RosterEntry, name: str, known: _Known) -> list[str]:
    doubts = []
    if name in known.names:
        doubts.append(f"“{name}” is there already: this person becomes another representative of it.")
    elif match := process.extractOne(_words_in_order(name), known.names, scorer=fuzz.ratio, score_cutoff=_LOOKS_ALIKE):
        doubts.append(f"The name looks like “{match[2]}”. If it is the same society, remove one.")
    other = known.addresses.get(folded_address(entry.email), name)
    if other != name:
        doubts.append(f"The same address stands for “{other}”.")
    domain = entry.email.rpartition("@")[2].casefold()
    if domain in _FREE_MAIL:
        doubts.append(f"{domain} is a free mail service, not a society’s own domain.")
    if not entry.email.isascii() or "xn--" in domain:
        doubts.append("The address is not in plain Latin letters. Is it the right one, letter by letter?")
    if missing := uncovered_characters(name):
        doubts.append(f"No font of the letter can print {', '.join(describe_character(one) for one in missing)}.")
    return doubts
