"""One reference typed by hand: the few fields of a form, and the CSL item that they make."""

from collections.abc import Container
from dataclasses import asdict, dataclass
from typing import Any

from webapp.domain import limits
from webapp.domain.document import CslItem
from webapp.domain.errors import InvalidInput
from webapp.domain.identifier import bare_doi, bare_pmid, is_doi, is_pmid
from webapp.domain.names import bounded_line, without_word_marks
from webapp.domain.reference import KINDS, Name, date_from, date_text, inverted, is_citable, made_key, names_of, person_or_body, text_of

GROUP = "Group:"
_FIELDS = {
    "title": "title",
    "container": "container-title",
    "volume": "volume",
    "issue": "issue",
    "page": "page",
    "publisher": "publisher",
    "place": "publisher-place",
    "url": "URL",
}


@dataclass(frozen=True)
class TypedReference:
    """As a person types it: one author a line, “Family, Given”, or “Group: Name of the Group”."""

    kind: str = "article-journal"
    key: str = ""
    authors: str = ""
    editors: str = ""
    title: str = ""
    container: str = ""
    issued: str = ""
    volume: str = ""
    issue: str = ""
    page: str = ""
    publisher: str = ""
    place: str = ""
    doi: str = ""
    pmid: str = ""
    url: str = ""


def typed_from_item(item: CslItem) -> TypedReference:
    plain = {ours: text_of(item, theirs) for ours, theirs in _FIELDS.items()}
    return TypedReference(
        kind=text_of(item, "type"),
        key=str(item.get("id") or ""),
        authors=_lines_of(item, "author"),
        editors=_lines_of(item, "editor"),
        issued=date_text(item.get("issued")),
        doi=text_of(item, "DOI"),
        pmid=text_of(item, "PMID"),
        **plain,
    )


def _lines_of(item: CslItem, role: str) -> str:
    return "\n".join(_line_of(name) for name in names_of(item, role))


def _line_of(name: Name) -> str:
    if name.get("literal"):
        return f"{GROUP} {name['literal']}"
    line = inverted(name)
    return line if "," in line else f"{line},"


def item_from_typed(typed: TypedReference, taken: Container[str], base: CslItem | None = None) -> dict[str, Any]:
    """The item. What the form does not ask for stays as it is in `base`, and so does a name that was not touched.

    Raises InvalidInput, naming the field. A key is made where none was typed; `taken` are those of the other references.
    """
    before = dict(base or {})
    same = typed_from_item(before) if base else TypedReference()
    item = {**before, "type": _kind(typed.kind, before)}
    for ours, theirs in _FIELDS.items():
        item[theirs] = _clean(asdict(typed)[ours], ours)
    item["author"] = _names(typed.authors, before, "author", "authors")
    item["editor"] = _names(typed.editors, before, "editor", "editors")
    if typed.issued.strip() != same.issued or "issued" not in before:
        item["issued"] = date_from(_clean(typed.issued, "issued"))
    item["DOI"], item["PMID"] = _doi(typed.doi), _pmid(typed.pmid)
    if not item["title"]:
        raise InvalidInput("Give the title of the work.", field="title")
    item = {name: value for name, value in item.items() if value not in ("", [], None)}
    return {**item, "id": _key(typed.key.strip(), item, taken)}


def _clean(typed: str, field: str) -> str:
    """One line, without the marks that word processors leave; InvalidInput for characters that nobody sees."""
    return bounded_line(" ".join(without_word_marks(typed).split()), limits.REFERENCE_LINE, field=field, what="This")


def _kind(typed: str, before: CslItem) -> str:
    if typed not in KINDS and typed != before.get("type"):
        raise InvalidInput("Choose what kind of work it is.", field="kind")
    return typed


def _names(typed: str, before: CslItem, role: str, field: str) -> list[Name]:
    known = {_line_of(name): name for name in names_of(before, role)}
    lines = [_clean(line, field) for line in typed.splitlines()]
    return [known.get(line) or _name(line, field) for line in lines if line]


def _name(line: str, field: str) -> Name:
    if line.casefold().startswith(GROUP.casefold()):
        body = line[len(GROUP) :].strip()
        if not body:
            raise InvalidInput("Name the group behind “Group:”.", field=field)
        return {"literal": body}
    if "," not in line:
        raise InvalidInput(f"“{line}” has no comma. Write a person as “Family, Given”, and a group as “{GROUP} {line}”.", field=field)
    family, _, given = line.partition(",")
    if not family.strip():
        raise InvalidInput(f"“{line}” has no family name before its comma.", field=field)
    # The comma says that it is a person, whatever words stand behind it.
    read = person_or_body(line)
    return read if "family" in read else {name: part for name, part in (("family", family.strip()), ("given", given.strip())) if part}


def _doi(typed: str) -> str:
    bare = bare_doi(typed)
    if bare and not is_doi(bare):
        raise InvalidInput("A DOI looks like 10.1234/abc.5. Copy it from the article’s page, or leave it empty.", field="doi")
    return bare


def _pmid(typed: str) -> str:
    bare = bare_pmid(typed)
    if bare and not is_pmid(bare):
        raise InvalidInput("A PubMed number is digits only, such as 12345678. Copy it from PubMed, or leave it empty.", field="pmid")
    return bare


def _key(typed: str, item: CslItem, taken: Container[str]) -> str:
    if not typed:
        return made_key(item, taken)
    if not is_citable(typed):
        raise InvalidInput(f"The key “{typed}” cannot be cited. Use letters, digits and hyphens, without spaces.", field="key")
    if typed in taken:
        raise InvalidInput(f"Another reference has the key “{typed}”. Choose another, or leave it empty.", field="key")
    return typed
