"""The facts of a society as they were typed, made as they are kept; every refusal names its field."""

from collections.abc import Iterable
from functools import cache
from typing import TypeVar

from babel import Locale

from webapp.domain import limits
from webapp.domain.errors import InvalidInput
from webapp.domain.names import bounded_line
from webapp.domain.society import Contact, SocietyFacts, clean_domain, clean_ror, listed_domains
from webapp.domain.web_address import clean_link
from webapp.services.doors import clean_address

T = TypeVar("T")
_LANGUAGES = ("pt", "it", "es", "fr", "de", "en")
# Codes that Unicode’s list of territories has beside those of ISO 3166: regions, unions, islands of a country, and tests.
_NO_COUNTRIES = frozenset(["AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "ZZ"])
# What the European Union’s own papers write.
_OTHER_CODES = {"UK": "the United Kingdom is GB", "EL": "Greece is GR"}


def clean_facts(typed: SocietyFacts) -> SocietyFacts:
    """The facts as they are kept. Raises InvalidInput, naming the field."""
    return SocietyFacts(
        printed_name=clean_name(typed.printed_name, field="printed_name"),
        sort_name=bounded_line(typed.sort_name, limits.PRINTED_NAME, field="sort_name", what="The sort name"),
        acronym=bounded_line(typed.acronym, limits.ACRONYM, field="acronym", what="The acronym"),
        country=clean_country(typed.country, field="country"),
        kind=bounded_line(typed.kind, limits.SOCIETY_KIND, field="kind", what="The kind"),
        legal_name=bounded_line(typed.legal_name, limits.PRINTED_NAME, field="legal_name", what="The legal name"),
        former_names=_names(typed.former_names),
        website=clean_website(typed.website),
        ror=clean_ror(typed.ror),
        domains=clean_domains(typed.domains),
        official_address=clean_address(typed.official_address, field="official_address") if typed.official_address.strip() else "",
        contacts=clean_contacts(typed.contacts),
    )


def clean_name(typed: str, *, field: str) -> str:
    name = bounded_line(typed, limits.PRINTED_NAME, field=field, what="The name")
    if not name:
        raise InvalidInput("Give the society’s name.", field=field)
    return name


def clean_country(typed: str, *, field: str | None = None) -> str:
    """The code of a country in capitals, or nothing; the name of a country in one of six languages is taken for its code."""
    code = typed.strip().upper()
    if not code or code in _country_codes():
        return code
    if named := _country_names().get(typed.strip().casefold()):
        return named
    if code in _OTHER_CODES:
        raise InvalidInput(f"“{typed}” is not a code of ISO 3166: {_OTHER_CODES[code]}.", field=field)
    raise InvalidInput(f"“{typed}” is not a country code of two letters (ISO 3166), such as DE or BR.", field=field)


@cache
def _country_codes() -> frozenset[str]:
    """The 249 codes of ISO 3166-1, and XK, under which Kosovo’s societies are listed everywhere."""
    return frozenset(code for code in map(str, Locale("en").territories) if len(code) == 2 and code.isalpha()) - _NO_COUNTRIES


@cache
def _country_names() -> dict[str, str]:
    return {
        str(name).casefold(): code
        for language in _LANGUAGES
        for code, name in Locale(language).territories.items()
        if code in _country_codes()
    }


def clean_website(typed: str, *, field: str = "website") -> str:
    """The whole address; https is put before a bare name, as people copy it."""
    text = typed.strip()
    is_bare = bool(text) and "://" not in text and "@" not in text
    return clean_link(f"https://{text}" if is_bare else text, field=field)


def clean_domains(typed: Iterable[str], *, field: str = "domains") -> tuple[str, ...]:
    domains = dict.fromkeys(clean_domain(one, field=field) for line in typed for one in listed_domains(line))
    return _at_most(tuple(domains), limits.DOMAINS, "domains", field)


def clean_contacts(typed: Iterable[Contact]) -> tuple[Contact, ...]:
    """Each address once; a row with neither name nor address is none."""
    contacts: dict[str, Contact] = {}
    for one in typed:
        if one.name.strip() or one.email.strip():
            contact = _contact(one)
            contacts.setdefault(contact.email.casefold(), contact)
    return _at_most(tuple(contacts.values()), limits.CONTACTS, "contacts", "contacts")


def _contact(typed: Contact) -> Contact:
    name = bounded_line(typed.name, limits.PERSON_NAME, what="The contact’s name")
    if not name or not typed.email.strip():
        raise InvalidInput("Every contact needs a name and an address. Fill in what is missing, or empty the row.")
    return Contact(name, clean_address(typed.email))


def _names(typed: Iterable[str]) -> tuple[str, ...]:
    cleaned = (bounded_line(one, limits.PRINTED_NAME, field="former_names", what="A former name") for one in typed)
    names = dict.fromkeys(name for name in cleaned if name)
    return _at_most(tuple(names), limits.FORMER_NAMES, "former names", "former_names")


def _at_most(given: tuple[T, ...], most: int, what: str, field: str) -> tuple[T, ...]:
    if len(given) > most:
        raise InvalidInput(f"These are {len(given)} {what}; {most} is the most.", field=field)
    return given
