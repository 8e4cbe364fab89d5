"""An entry of the directory of societies: its facts, in the form in which they are kept, and what can be done to it."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit

from webapp.domain.errors import InvalidInput

# Providers at which anybody can have an address.
FREE_MAIL = frozenset(
    [
        "aol.com",
        "gmail.com",
        "gmx.at",
        "gmx.ch",
        "gmx.com",
        "gmx.de",
        "gmx.net",
        "googlemail.com",
        "hotmail.com",
        "icloud.com",
        "libero.it",
        "live.com",
        "mail.ru",
        "me.com",
        "orange.fr",
        "outlook.com",
        "proton.me",
        "protonmail.com",
        "qq.com",
        "web.de",
        "yahoo.com",
        "yandex.ru",
    ]
)
# Crockford’s base 32, which leaves out what could be taken for another sign.
_ROR_SIGNS = "0123456789abcdefghjkmnpqrstvwxyz"
_ROR = re.compile(rf"(?:https?://)?(?:ror\.org/)?(0[{_ROR_SIGNS}]{{6}}[0-9]{{2}})/?")
_LABEL = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)")
_LONGEST_DOMAIN = 253


class ChangeKind(StrEnum):
    """What its history tells of an entry."""

    ADDED = "added"
    CHANGED = "changed"
    RENAMED = "renamed"
    LOGO = "logo"
    JOINED = "joined"
    TOOK_IN = "took_in"


@dataclass(frozen=True)
class Contact:
    """Whom to write to when a letter invites the society."""

    name: str
    email: str


@dataclass(frozen=True)
class SocietyFacts:
    """What the directory says of a society; everything but the printed name may be empty."""

    printed_name: str
    sort_name: str = ""
    acronym: str = ""
    country: str = ""
    kind: str = ""
    """What sort of society it is, as a heading over a list of them."""
    legal_name: str = ""
    former_names: tuple[str, ...] = ()
    website: str = ""
    ror: str = ""
    domains: tuple[str, ...] = ()
    official_address: str = ""
    contacts: tuple[Contact, ...] = ()


# What a kind can be called, for whoever has not thought of a word; any other is as good.
KINDS = ("International societies", "National societies", "Regional societies", "Colleges", "Federations", "Patient organisations")

# Those that are text, with what a person calls them.
FACT_WORDS = {
    "printed_name": "printed name",
    "sort_name": "sort name",
    "acronym": "acronym",
    "country": "country",
    "kind": "kind",
    "legal_name": "legal name",
    "former_names": "former names",
    "website": "website",
    "ror": "ROR id",
    "domains": "e-mail domains",
    "official_address": "official address",
}


def clean_ror(typed: str, *, field: str = "ror") -> str:
    """The nine signs of a ROR id, however it is written; empty for nothing. Raises InvalidInput where its check digits do not fit.

    A zero, six signs in base 32 and two check digits by ISO/IEC 7064 (ror.readme.io, “ROR identifier pattern”).
    """
    text = typed.strip().casefold()
    if not text:
        return ""
    found = _ROR.fullmatch(text)
    if found is None:
        raise InvalidInput("A ROR id looks like https://ror.org/05dxps055.", field=field)
    number = 0
    for sign in found[1][1:7]:
        number = number * len(_ROR_SIGNS) + _ROR_SIGNS.index(sign)
    if int(found[1][7:]) != 98 - number * 100 % 97:
        raise InvalidInput(f"“{found[1]}” is no ROR id: its last two digits do not fit the others. Copy it once more.", field=field)
    return found[1]


def clean_domain(typed: str, *, field: str = "domains") -> str:
    """A domain as mail servers take it: in small letters, other scripts encoded (IDNA). Raises InvalidInput for what is none."""
    text = typed.strip().casefold().removeprefix("@").rstrip(".")
    try:
        domain = text.encode("idna").decode("ascii")
    except UnicodeError:
        domain = ""
    labels = domain.split(".")
    if len(domain) > _LONGEST_DOMAIN or len(labels) < 2 or not all(_LABEL.fullmatch(label) for label in labels):
        raise InvalidInput(f"“{typed.strip()}” is no domain. It is what stands behind the @, such as society.example.org.", field=field)
    if domain in FREE_MAIL:
        raise InvalidInput(f"Anybody can have an address at {domain}: it is no society’s own domain.", field=field)
    return domain


def listed_domains(typed: str) -> list[str]:
    """The domains of a line or a list, as they were typed, each once."""
    return list(dict.fromkeys(one for one in re.split(r"[\s,;]+", typed) if one))


def domain_of(address: str) -> str:
    """What stands behind the @, in small letters."""
    return address.rpartition("@")[2].casefold()


def site_of(website: str) -> str:
    """The host of a website without “www.”; empty where there is none."""
    try:
        return (urlsplit(website).hostname or "").removeprefix("www.")
    except ValueError:
        return ""


def is_within(domain: str, own: Collection[str]) -> bool:
    """Whether the domain is one of these, or below one of them."""
    return any(domain == one or domain.endswith(f".{one}") for one in own)
