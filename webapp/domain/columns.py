"""Which column of a list holds what: guessed from the words in its first row, in several spellings and languages."""

import re
import unicodedata
from collections.abc import Sequence

REQUIRED_COLUMNS = ("society", "contact", "email")
OPTIONAL_COLUMNS = ("country", "acronym", "sort_name", "legal_name", "website", "domains", "official_address", "kind")
COLUMNS = (*REQUIRED_COLUMNS, *OPTIONAL_COLUMNS)

# What a person calls each.
COLUMN_WORDS = {
    "society": "society, as it is printed",
    "contact": "representative",
    "email": "representative’s address",
    "country": "country",
    "kind": "kind of society",
    "acronym": "acronym",
    "sort_name": "sort under",
    "legal_name": "legal name",
    "website": "website",
    "domains": "domains of its e-mail",
    "official_address": "official address",
}
_SPELLINGS = {
    "society": "society|society name|name of society|name of the society|printed name|organisation|organization|organisation name"
    "|organization name|name of organisation|name of organization|institution|association|college|gesellschaft|fachgesellschaft|verein"
    "|verband|organisationsname|societe|societe savante|association savante|sociedad|asociacion|sociedade|associacao|societa|associazione"
    "|vereniging|forening",
    "contact": "contact|contact person|contact name|name of contact|representative|representative name|person|full name|your name|signatory"
    "|ansprechpartner|ansprechpartnerin|ansprechpartner in|kontakt|kontaktperson|vertreter|vertreterin"
    "|nom du contact|personne de contact|representant"
    "|contacto|persona de contacto|contato|contatto|referente|contactpersoon|kontaktnavn",
    "email": "email|e mail|mail|email address|e mail address|mail address|contact email|contact e mail|emailadresse|e mail adresse"
    "|mailadresse|courriel|adresse e mail|adresse email|adresse courriel|correo|correo electronico|posta elettronica|indirizzo email"
    "|endereco de email|e post",
    "country": "country|country code|iso country|iso code|land|staat|landercode|pays|pais|paese|nation",
    "kind": "kind|kind of society|type|type of society|society type|category|art|art der gesellschaft|typ|kategorie|categorie"
    "|type de societe|type d organisation|tipo|tipo de sociedad|tipo de sociedade|tipo di societa|categoria|tipologia|soort",
    "acronym": "acronym|abbreviation|short name|initials|kurzel|abkurzung|akronym|kurzname|sigle|sigla|acronimo|acronyme|afkorting",
    "sort_name": "sort name|sort key|sort under|sort as|sort|sortierung|sortiername|cle de tri",
    "legal_name": "legal name|official name|registered name|full legal name|rechtlicher name|eingetragener name|offizieller name"
    "|raison sociale|denomination sociale|razon social|ragione sociale|denominazione",
    "website": "website|web site|web|url|homepage|home page|site|web address|webseite|internetseite|site web|site internet|sitio web"
    "|pagina web|sito|sito web",
    "domains": "domain|domains|email domain|email domains|e mail domain|e mail domains|mail domain|domaine|dominio|domane",
    "official_address": "official address|official email|official e mail|office email|office e mail|office address|general email"
    "|society email|secretariat|secretariat email|sekretariat|geschaftsstelle|adresse officielle|correo oficial",
}
_KNOWN = {spelling: column for column, spellings in _SPELLINGS.items() for spelling in spellings.split("|")}
# A column that says no more than “name” is the society's, or the person's where the society has one of its own.
_NAMES = frozenset(["name", "nom", "nombre", "nome", "navn", "naam"])


def guess_columns(headings: Sequence[str]) -> tuple[str, ...]:
    """Of each heading which column it is, or empty; no column is given twice."""
    guessed = [_KNOWN.get(plain_heading(heading), "") for heading in headings]
    guessed = [column if column not in guessed[:place] else "" for place, column in enumerate(guessed)]
    for place, heading in enumerate(headings):
        if not guessed[place] and plain_heading(heading) in _NAMES:
            guessed[place] = next((column for column in ("society", "contact") if column not in guessed), "")
    return tuple(guessed)


def doubled_column(headings: Sequence[str]) -> str:
    """A column that two headings name with the very same word; empty where there is none."""
    plain = [plain_heading(heading) for heading in headings]
    return next((_KNOWN[one] for one in plain if one in _KNOWN and plain.count(one) > 1), "")


def missing_columns(columns: Sequence[str]) -> list[str]:
    return [column for column in REQUIRED_COLUMNS if column not in columns]


def plain_heading(heading: str) -> str:
    """Without case, accents and signs: “E-Mail:” is “e mail”."""
    decomposed = unicodedata.normalize("NFKD", heading.casefold())
    letters = "".join(character for character in decomposed if not unicodedata.combining(character))
    return " ".join(re.sub(r"[\W_]+", " ", letters).split())
