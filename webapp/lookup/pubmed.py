"""PubMed’s E-utilities (efetch, the MEDLINE format): the reference behind a number, and the notices in its comments and corrections.

The tags of notices are NLM’s: RIN, “Retraction in”; PRIN, “Partial retraction in”; ECI, “Expression of concern in”; EIN, “Erratum in”;
CRI, “Corrected and republished in”; UIN, “Update in”; ROF and EFR stand in the notices themselves.
"""

from collections.abc import Iterable, Iterator, Sequence

from webapp.domain.errors import LookUpFailed
from webapp.lookup.fetching import Question, ask, refuse_status
from webapp.lookup.record import Record
from webapp.rendering.bibliography.nbib import Record as Medline
from webapp.rendering.bibliography.nbib import item_of, records
from webapp.settings import LookUp

REGISTER = "PubMed"
_SECONDS = 8.0
_AT_ONCE = 100
_PATH = "/entrez/eutils/efetch.fcgi"
_NOTICES = {
    "RIN": "It was retracted",
    "PRIN": "It was retracted in part",
    "ECI": "An expression of concern was published about it",
    "CRI": "It was corrected and published again",
    "EIN": "It was corrected",
    "UIN": "There is an update of it",
    "ROF": "It is itself a notice of retraction",
    "EFR": "It is itself a notice of correction",
}
_LONGEST_PLACE = 200


def find_by_pmid(pmid: str, look_up: LookUp) -> Record:
    """The work behind a PubMed number. Raises LookUpFailed with a sentence where there is none, or none can be had."""
    found = dict(_fetched([pmid], look_up))
    if pmid not in found:
        raise LookUpFailed(f"PubMed does not know the number {pmid}. See that it is typed as PubMed shows it.")
    return found[pmid]


def check_pmids(pmids: Iterable[str], look_up: LookUp) -> dict[str, Record]:
    """Records by number, of those that PubMed knows. Raises LookUpFailed."""
    asked = list(dict.fromkeys(pmids))
    found: dict[str, Record] = {}
    for start in range(0, len(asked), _AT_ONCE):
        found.update(_fetched(asked[start : start + _AT_ONCE], look_up))
    return found


def _fetched(pmids: Sequence[str], look_up: LookUp) -> Iterator[tuple[str, Record]]:
    fields = {
        "db": "pubmed",
        "id": ",".join(pmids),
        "rettype": "medline",
        "retmode": "text",
        "tool": "undersigned",
        "email": look_up.contact,
    }
    answer = ask(Question(REGISTER, look_up.pubmed, _PATH, fields, look_up.contact), seconds=_SECONDS)
    if answer.status == 400:
        # How it says, for one number, that there is no such record.
        return
    refuse_status(answer, REGISTER)
    try:
        text = answer.body.decode()
    except UnicodeDecodeError as error:
        raise LookUpFailed("PubMed answered with something that cannot be read. Try again later, or type it.") from error
    if not text.strip() or text.lstrip().startswith(("<", "{")):
        raise LookUpFailed("PubMed answered with something that is no record. Try again later, or type it.")
    for one in records(text):
        if one.first("PMID") in pmids and one.first("TI", "BTI"):
            yield one.first("PMID"), _record(one)


def _record(one: Medline) -> Record:
    notices = [f"{said}{_place(where)}" for tag, said in _NOTICES.items() for where in one.all(tag)]
    is_retracted = bool(one.all("RIN")) or "Retracted Publication" in one.all("PT")
    if is_retracted and not one.all("RIN"):
        notices.insert(0, "It was retracted")
    item = {name: value for name, value in item_of(one).items() if name != "id"}
    return Record(item, tuple(dict.fromkeys(notices)), is_retracted, REGISTER)


def _place(where: str) -> str:
    """The notice’s own citation, as PubMed writes it."""
    return f", see {where[:_LONGEST_PLACE].rstrip('. ')}" if where else ""
