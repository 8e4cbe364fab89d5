"""Looking at roster rows before anything is stored: what keeps a row out, and what a person should look at twice."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace

from rapidfuzz import fuzz, process
from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.domain import limits
from webapp.domain.digest import sha256_of
from webapp.domain.errors import InvalidInput
from webapp.domain.names import bounded_line, mixed_words
from webapp.domain.roster import RosterEntry, RosterRow
from webapp.domain.society import site_of
from webapp.persistence.tables import LetterRow, SocietyRow
from webapp.rendering.fonts import describe_character, uncovered_characters
from webapp.services.address_doubts import address_doubts
from webapp.services.doors import clean_address
from webapp.services.known_names import LOOKS_ALIKE, KnownNames, known_names, words_in_order
from webapp.services.sign_on import invitations_of
from webapp.services.society_facts import clean_country, clean_domains, clean_website

# What a row may say of a society beside its name.
FACTS = {
    "country": "The country",
    "kind": "The kind",
    "acronym": "The acronym",
    "sort_name": "The sort name",
    "legal_name": "The legal name",
    "website": "The website",
    "domains": "The domains",
    "official_address": "The official address",
}


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
    all_wrong: tuple[str, ...] = ()

    @property
    def mark(self) -> str:
        """Stands for exactly these doubts about exactly this row: what a person has ticked holds for nothing else."""
        return f"{self.number}-{sha256_of('doubts', [asdict(self.entry), list(self.doubts)])[:16]}"

    @property
    def is_there_already(self) -> bool:
        """The same person for the same society: there is nothing to add, and nothing to correct."""
        return self.joins and bool(self.problems)


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
    def doubtful(self) -> tuple[CheckedRow, ...]:
        return tuple(row for row in self.rows if row.doubts and not row.problems)

    @property
    def mark(self) -> str:
        """Stands for all doubts of the list together."""
        return sha256_of("list", [row.mark for row in self.doubtful])[:16]

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
    directory: KnownNames = field(default_factory=lambda: KnownNames({}, {}, {}))

    def remember(self, name: str, addresses: Iterable[str], where: str) -> None:
        self.names.setdefault(name, words_in_order(name))
        for address in addresses:
            self.pairs.setdefault((name, address.lower()), where)
            self.addresses.setdefault(address.lower(), name)


def check_rows(session: Session, letter: LetterRow, rows: Sequence[RosterRow]) -> RosterPreview:
    """Every row as it would be stored, with its problems and doubts; reads only."""
    cleaned = [(row.number, *_cleaned(row.entry)) for row in rows]
    directory = known_names(session)
    names = {directory.joined.get(entry.society, entry.society) for _number, entry, problems in cleaned if not problems}
    known = _Known(facts=_known_facts(session, names), directory=directory)
    invitations = invitations_of(session, letter)
    for invitation in invitations:
        known.remember(
            directory.joined.get(invitation.society.printed_name, invitation.society.printed_name),
            [row.email for row in invitation.representatives],
            "on the roster",
        )
    checked = tuple(_checked(number, entry, problems, known) for number, entry, problems in cleaned)
    refuse_too_many(len(invitations) + sum(1 for row in checked if not row.joins))
    return RosterPreview(checked)


def refuse_too_many(societies: int) -> None:
    if societies > limits.SOCIETIES:
        raise InvalidInput(f"A letter has at most {limits.SOCIETIES} societies.", field="file")


def societies_named(session: Session, names: Iterable[str], joined: Mapping[int, int]) -> dict[str, SocietyRow]:
    """The societies of exactly these printed names: what is only similar is another society (R15). One that was found to be one with
    another is that other."""
    query = select(SocietyRow).where(SocietyRow.printed_name.in_(list(names))).order_by(SocietyRow.id.desc())
    rows = session.scalars(query).all()
    others = select(SocietyRow).where(SocietyRow.id.in_({joined[row.id] for row in rows if row.id in joined}))
    into = {row.id: row for row in session.scalars(others)}
    return {row.printed_name: into[joined[row.id]] if row.id in joined else row for row in rows}


def _known_facts(session: Session, names: set[str]) -> dict[str, dict[str, str]]:
    return {name: {part: getattr(row, part) for part in FACTS} for name, row in societies_named(session, names, {}).items()}


def _checked(number: int, entry: RosterEntry, found: dict[str, str], known: _Known) -> CheckedRow:
    if found:
        return CheckedRow(number, entry, tuple(found.values()), wrong=next(iter(found)), all_wrong=tuple(found))
    given, entry = entry.society, replace(entry, society=known.directory.joined.get(entry.society, entry.society))
    if twice := known.pairs.get((entry.society, entry.email.lower())):
        problem = f"“{entry.society}” with {entry.email} is given twice: it is {twice} already."
        return CheckedRow(number, entry, (problem,), joins=True, wrong="society")
    renamed = [f"“{given}” was joined with “{entry.society}” in the directory: it is invited as that."] if given != entry.society else []
    doubts = (*renamed, *_doubts(entry, known))
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


_PARTS: dict[str, Callable[[str], str]] = {
    "society": _name(limits.PRINTED_NAME, "the society’s name"),
    "contact": _name(limits.PERSON_NAME, "the contact’s name"),
    "email": _address,
    "country": clean_country,
    "kind": _optional(limits.SOCIETY_KIND, "The kind"),
    "acronym": _optional(limits.ACRONYM, "The acronym"),
    "sort_name": _optional(limits.PRINTED_NAME, "The sort name"),
    "legal_name": _optional(limits.PRINTED_NAME, "The legal name"),
    "website": clean_website,
    "domains": lambda typed: "\n".join(clean_domains([typed])),
    "official_address": lambda typed: clean_address(typed) if typed.strip() else "",
}


def _doubts(entry: RosterEntry, known: _Known) -> list[str]:
    doubts = []
    if entry.society in known.names:
        doubts.append(f"“{entry.society}” is there already: this person becomes another representative of it.")
    elif match := process.extractOne(words_in_order(entry.society), known.names, scorer=fuzz.ratio, score_cutoff=LOOKS_ALIKE):
        doubts.append(f"The name looks like “{match[2]}”. If it is the same society, remove one.")
    elif entry.society not in known.facts and (like := known.directory.like(entry.society, entry.acronym)):
        doubts.append(like)
    doubts.extend(f"“{word}” mixes letters of scripts that look alike. Was it typed so?" for word in mixed_words(entry.society))
    other = known.addresses.get(entry.email.lower(), entry.society)
    if other != entry.society:
        doubts.append(f"The same address stands for “{other}”.")
    doubts.extend(_contradictions(entry, known))
    doubts.extend(address_doubts(entry.email, _own_domains(entry, known)))
    if missing := uncovered_characters(entry.society):
        doubts.append(f"No font of the letter can print {', '.join(describe_character(one) for one in missing)}.")
    return doubts


def _own_domains(entry: RosterEntry, known: _Known) -> list[str]:
    """Those that the directory and the row know of, and that of its website."""
    facts = known.facts.get(entry.society, {})
    listed = [facts.get("domains", ""), entry.domains]
    sites = [site_of(facts.get("website", "")), site_of(entry.website)]
    return list(dict.fromkeys(one for one in [*"\n".join(listed).split(), *sites] if one))


def _contradictions(entry: RosterEntry, known: _Known) -> Iterator[str]:
    """What the row says of a society otherwise than is known: societies live across letters, so a list fills gaps alone."""
    facts = known.facts.setdefault(entry.society, dict.fromkeys(FACTS, ""))
    for part, label in FACTS.items():
        given = getattr(entry, part)
        if given and facts[part] and given != facts[part]:
            yield f"{label} of this society is known as “{facts[part]}”. That stays; “{given}” is not taken over."
        facts[part] = facts[part] or given
