"""What a list of references says of itself beside the texts that cite it: what is cited where, missing, twice there, malformed."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from webapp.domain.document import CslItem, TargetLine
from webapp.domain.identifier import bare_doi, is_doi, is_pmid, same_doi
from webapp.domain.reference import first_author, plain_title, text_of, year_of

# Titles are the same work’s where so much of their words is the same; both names and years agree then, too.
_MOST_TWINS = 5
_SAME_WORDS = 0.8
_BY_AUTHOR = "first author and year"
_WORD = re.compile(r"\w+")


class Weight(StrEnum):
    """How much a finding asks of a person."""

    WRONG = "wrong"
    DOUBTFUL = "doubtful"
    PLAIN = "plain"


@dataclass(frozen=True)
class Finding:
    weight: Weight
    sentence: str


@dataclass(frozen=True)
class CitingText:
    """One text of the letter by its name, such as “the statement”, and the keys that it cites, in order and as often as it does."""

    name: str
    keys: tuple[str, ...]


@dataclass(frozen=True)
class Known:
    """What a look-up says of a work; `notices` are sentences: “It was retracted on 5 March 2025”."""

    first_author: str
    title: str
    year: str
    notices: tuple[str, ...] = ()
    is_retracted: bool = False
    source: str = ""


@dataclass(frozen=True)
class ReferenceLine:
    """`number` is the place in the statement’s list; none where the statement does not cite it."""

    key: str
    item: CslItem
    number: int | None
    cited: tuple[tuple[str, int], ...]
    findings: tuple[Finding, ...]

    @property
    def is_cited(self) -> bool:
        return bool(self.cited)


@dataclass(frozen=True)
class ReferenceList:
    """`missing` are keys that are cited and are not there, each with the texts that cite it; `targets` speaks of the articles answered."""

    lines: tuple[ReferenceLine, ...]
    missing: tuple[tuple[str, tuple[str, ...]], ...]
    targets: tuple[Finding, ...]

    @property
    def uncited(self) -> int:
        return sum(not line.is_cited for line in self.lines)

    @property
    def doubtful(self) -> int:
        """How many references have something to look at, besides being cited nowhere."""
        return sum(any(one.weight != Weight.PLAIN for one in line.findings) for line in self.lines)


def review_references(
    items: Sequence[CslItem], texts: Sequence[CitingText], targets: Sequence[TargetLine] = (), known: Mapping[str, Known] | None = None
) -> ReferenceList:
    """The references in the order of their numbers: as the first text cites them, then the next, then those that none does.

    `known` has what a look-up said, by DOI in small letters or by “pmid:” and the number; nothing where none was made.
    """
    looked_up = known or {}
    by_key = {str(item["id"]): item for item in items}
    order = dict.fromkeys(key for text in texts for key in text.keys if key in by_key)
    numbers = {key: number for number, key in enumerate((key for key in _first(texts) if key in by_key), 1)}
    counts = [(text.name, Counter(text.keys)) for text in texts]
    twins = _twins(items)
    lines = [
        ReferenceLine(
            key=key,
            item=by_key[key],
            number=numbers.get(key),
            cited=tuple((name, count[key]) for name, count in counts if count[key]),
            findings=tuple(_findings(by_key[key], twins.get(key, ()), looked_up)),
        )
        for key in dict.fromkeys((*order, *by_key))
    ]
    return ReferenceList(tuple(lines), tuple(_missing(texts, by_key)), tuple(_of_targets(targets, items, looked_up)))


def _first(texts: Sequence[CitingText]) -> dict[str, None]:
    return dict.fromkeys(texts[0].keys) if texts else {}


def _missing(texts: Sequence[CitingText], by_key: Mapping[str, CslItem]) -> Iterator[tuple[str, tuple[str, ...]]]:
    for key in dict.fromkeys(key for text in texts for key in text.keys if key not in by_key):
        yield key, tuple(text.name for text in texts if key in text.keys)


def _findings(item: CslItem, twins: Iterable[str], known: Mapping[str, Known]) -> Iterator[Finding]:
    doi, pmid = text_of(item, "DOI"), text_of(item, "PMID")
    if doi and not is_doi(doi):
        yield Finding(Weight.WRONG, f"“{doi}” is not a DOI. One looks like 10.1234/abc.5: copy it from the article’s page.")
    if pmid and not is_pmid(pmid):
        yield Finding(Weight.WRONG, f"“{pmid}” is not a PubMed number, which has eight digits at most and nothing else.")
    for sentence in twins:
        yield Finding(Weight.DOUBTFUL, sentence)
    if not first_author(item):
        yield Finding(Weight.PLAIN, "It names no author. Where a body wrote it, name that.")
    if not item.get("issued"):
        yield Finding(Weight.DOUBTFUL, "It has no year.")
    yield from _by_look_up(item, known_of(item, known))


def known_of(item: CslItem, known: Mapping[str, Known]) -> Known | None:
    """What a look-up said of this work."""
    by_doi = known.get(text_of(item, "DOI").casefold())
    by_pmid = known.get(f"pmid:{text_of(item, 'PMID')}")
    if by_doi and by_pmid:
        # PubMed and Crossref learn of a retraction at different times.
        return by_pmid if by_pmid.notices and not by_doi.notices else by_doi
    return by_doi or by_pmid


def _by_look_up(item: CslItem, found: Known | None) -> Iterator[Finding]:
    if found is None:
        return
    for notice in found.notices:
        yield Finding(Weight.WRONG if found.is_retracted else Weight.DOUBTFUL, f"{notice} ({found.source}).")
    if found.first_author and first_author(item) and not _shares_a_word(found.first_author, first_author(item)):
        yield Finding(
            Weight.DOUBTFUL,
            f"{found.source} has {found.first_author} as its first author, not {first_author(item)}: the DOI may be another work’s.",
        )
    elif found.title and _likeness(found.title, plain_title(item)) < _SAME_WORDS / 2:
        yield Finding(Weight.DOUBTFUL, f"{found.source} has another title for it, “{found.title}”: the DOI may be another work’s.")


def _of_targets(targets: Sequence[TargetLine], items: Sequence[CslItem], known: Mapping[str, Known]) -> Iterator[Finding]:
    for target in targets:
        doi = bare_doi(target.doi or "")
        short = target.citation[:80]
        found = known.get(doi.casefold()) if doi else None
        cited = next((item for item in items if same_doi(text_of(item, "DOI"), doi)), None)
        author = found.first_author if found else first_author(cited) if cited else ""
        source = found.source if found else "the reference with that DOI"
        if author and not _shares_a_word(author, target.citation):
            yield Finding(
                Weight.DOUBTFUL, f"The article answered “{short}” does not name {author}, the first author by {source}: does the DOI fit?"
            )
        for notice in found.notices if found else ():
            yield Finding(Weight.DOUBTFUL, f"Of the article answered “{short}”: {notice} ({source}).")


def _twins(items: Sequence[CslItem]) -> dict[str, list[str]]:
    """Sentences by key, for works that seem to be there twice. Nothing is ever merged: a person decides."""
    found: dict[str, list[str]] = {}
    seen = WorkFinder()
    for item in items:
        key = str(item["id"])
        for other, what in seen.same_as(item):
            for one, twin in ((key, other), (other, key)):
                found.setdefault(one, []).append(f"It seems to be the same work as @{twin}: {what}.")
        seen.add(item)
    return {key: _first_few(sentences) for key, sentences in found.items()}


def _first_few(sentences: list[str]) -> list[str]:
    """A list of one work a hundred times over would have ten thousand lines."""
    more = len(sentences) - _MOST_TWINS
    return [*sentences[:_MOST_TWINS], *([f"The same is true of {more} more."] if more > 0 else [])]


class WorkFinder:
    """Finds a work again among those that were added: by DOI, by PMID, or by author and year with nearly the same title."""

    def __init__(self, items: Iterable[CslItem] = ()) -> None:
        self._by_mark: dict[tuple[str, str], list[CslItem]] = {}
        for item in items:
            self.add(item)

    def add(self, item: CslItem) -> None:
        for mark in _marks(item):
            self._by_mark.setdefault(mark, []).append(item)

    def same_as(self, item: CslItem) -> Iterator[tuple[str, str]]:
        """The key of each that seems to be the same work, and what is the same."""
        seen: set[str] = set()
        for name, value in _marks(item):
            for other in self._by_mark.get((name, value), ()):
                key = str(other["id"])
                if key in seen or (name == _BY_AUTHOR and _likeness(plain_title(item), plain_title(other)) < _SAME_WORDS):
                    continue
                seen.add(key)
                yield key, f"the same {name}" + (", and nearly the same title" if name == _BY_AUTHOR else "")


def _marks(item: CslItem) -> Iterator[tuple[str, str]]:
    if doi := text_of(item, "DOI").casefold():
        yield "DOI", doi
    if pmid := text_of(item, "PMID"):
        yield "PMID", pmid
    yield _BY_AUTHOR, f"{' '.join(_words(first_author(item)))} {year_of(item)}"


def is_same_work(one: CslItem, other: CslItem) -> bool:
    """Whether two items seem to be one work: the same DOI or PMID, or nearly the same title by the same first author in the same year."""
    return any(True for _same in WorkFinder([other]).same_as(one))


def _likeness(one: str, other: str) -> float:
    """How much of the words of two titles is the same, from 0 to 1."""
    ours, theirs = _counted(one), _counted(other)
    total = ours.total() + theirs.total()
    return 2 * (ours & theirs).total() / total if total else 0.0


@lru_cache(maxsize=1024)
def _counted(title: str) -> Counter[str]:
    return Counter(_words(title))


def _shares_a_word(name: str, words: str) -> bool:
    return bool(set(_words(name)) & set(_words(words)))


def _words(text: str) -> list[str]:
    folded = unicodedata.normalize("NFKD", text.casefold().replace("ß", "ss").replace("ø", "o").replace("ı", "i"))
    return _WORD.findall("".join(character for character in folded if not unicodedata.combining(character)))
