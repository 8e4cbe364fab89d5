"""The letters whose pages stand as pictures in `docs/pictures`."""

import csv
import hashlib
import io
import json
import unicodedata
from dataclasses import replace
from datetime import date
from pathlib import Path

from babel import Locale

from webapp.domain.document import (
    AuthorityLine,
    AuthorLine,
    LetterDocument,
    Letterhead,
    Picture,
    Proof,
    SignatoryLine,
    TargetLine,
)
from webapp.domain.layout import Acronyms, Grouping, Layout, Paper
from webapp.services import demonstration
from webapp.services.collation import collation_weights
from webapp.services.demonstration.words import read_answers, read_roster_file

from .logos import logo

_FOLDER = Path(demonstration.__file__).parent
_FACTS = json.loads((_FOLDER / "letter.json").read_text(encoding="utf-8"))
_LEAD = "The Marrowby Society for Convalescent Medicine"
_HEAD = Letterhead(("Lockgate House, 12 Millrace Lane, Marrowby",), "https://marrowby.example.org/")
_RECORD = json.dumps({"letter": "QH26-7M4D", "events": [{"sequence": 1, "kind": "letter.begun"}]})
PROOF = Proof("https://letters.example.org/check/QH26-7M4D", hashlib.sha256(b"the last entry").hexdigest(), 214, _RECORD)

MORE_SCRIPTS = (
    SignatoryLine("日本しずけさ医学会", "棚村 未央", "理事長", "Japan"),
    SignatoryLine("대한휴식의학회", "백준호", "회장", "South Korea"),
)


_SOCIETIES = (
    "{} Society of Convalescent Medicine",
    "{} College of Bedside Nursing",
    "Royal {} Guild of Ward Physicians",
    "{} Sleep and Rest Association",
    "Patients’ Alliance of {}",
    "Academy of Rehabilitation, {}",
    "{} Federation of Physiotherapists",
    "Union of Hospital Pharmacists of {}",
    "{} Foundation for Quiet Hospitals",
    "The {} Group on Discharge and Recovery",
)
_PLACES = (
    *(
        ("Ambermere", "GB"),
        ("Brackenholt", "GB"),
        ("Coldharbour Vale", "IE"),
        ("Dúnbeag", "IE"),
        ("Eikevåg", "NO"),
        ("Fürstenried am Moos", "DE"),
    ),
    *(
        ("Gründelbach", "DE"),
        ("Höjdsjö", "SE"),
        ("Ivancovo", "HR"),
        ("Jelenia Polana", "PL"),
        ("Kővágóhely", "HU"),
        ("Laguna Serena", "ES"),
    ),
    *(
        ("Montclairval", "FR"),
        ("Nieuwveen aan Zee", "NL"),
        ("Ostrakovo", "BG"),
        ("Pedralva", "PT"),
        ("Quiroga del Mar", "ES"),
        ("Rosenlund", "DK"),
    ),
    *(
        ("Sant’Elia al Colle", "IT"),
        ("Tammisuo", "FI"),
        ("Uzunköy", "TR"),
        ("Valea Lungă", "RO"),
        ("Westerbrück", "AT"),
        ("Xylokastro", "GR"),
    ),
    *(
        ("Yarrow Flats", "AU"),
        ("Zelený Háj", "CZ"),
        ("Lake Anselm", "CA"),
        ("Port Merrin", "NZ"),
        ("Cedar Bluff", "US"),
        ("Vila Nova da Serra", "BR"),
    ),
)
_GIVEN = ("Dr Maren", "Prof Tomáš", "Dr Aoife", "Ingrid", "Prof Leyla", "Dr Nils", "Chiara", "Dr Zoltán")
_FAMILY = (
    *(
        "Ashcombe",
        "Thornley-Rudd",
        "Ní Fhlatharta",
        "Mac Giolla",
        "Solbakken",
        "Hartlieb",
        "Wiesengrund",
        "Öberg",
        "Perković",
        "Zawiślak",
        "Tóthné",
    ),
    *(
        "Ibáñez Luque",
        "de Montferrand",
        "van Rijswoude",
        "Draganov",
        "Figueiró",
        "Castro Vidal",
        "Rosenkrantz",
        "Bellafonte",
        "Lehtisaari",
        "Yıldızoğlu",
    ),
    *("Munteanu", "Kranzlmayr", "Papastathis", "Whitlock", "Háječek", "Tremblay-Roy", "Te Rangi", "Halloran", "Sampaio Neto"),
)
_OFFICES = ("President", "Honorary Secretary", "Chair of the Board", "Past-President")


def _country(code: str, language: str) -> str:
    return Locale.parse(language, sep="-").territories.get(code, code)


def _sort_key(name: str) -> bytes:
    return collation_weights(name.removeprefix("The "))


def _signing(language: str) -> list[SignatoryLine]:
    answers = read_answers()
    rows = csv.DictReader(io.StringIO(read_roster_file().decode("utf-8-sig")))
    lines = [
        SignatoryLine(
            row["society"],
            answers[row["email"]]["officer"],
            answers[row["email"]]["office"],
            _country(row["country"], language),
            acronym=row["acronym"],
            is_lead=row["society"] == _LEAD,
        )
        for row in rows
        if answers[row["email"]]["kind"] == "sign"
    ]
    return sorted(lines, key=lambda one: _sort_key(one.printed_name))


def _with_logos(lines: list[SignatoryLine]) -> tuple[tuple[SignatoryLine, ...], dict[str, Picture]]:
    """Every seventh society has none, as in life."""
    pictures: dict[str, Picture] = {}
    shown = []
    for place, one in enumerate(lines):
        if place % 7 == 4:
            shown.append(one)
            continue
        sha256, picture = logo(place, _letters(one.printed_name))
        pictures[sha256] = picture
        shown.append(replace(one, logo=sha256))
    return tuple(shown), pictures


def _letters(name: str) -> str:
    """The initials, as far as they are Latin."""
    plain = unicodedata.normalize("NFKD", name)
    initials = [word[0] for word in plain.split() if word[0].isascii() and word[0].isupper()]
    return "".join(initials[:4]) or "W9"


def _annex(lines: tuple[SignatoryLine, ...]) -> tuple[AuthorityLine, ...]:
    deciding = ("board", "general assembly", "executive committee")
    known = ("By a code sent to the registered address", "Confirmed from the society’s official address", "By a minute of its board")
    return tuple(
        AuthorityLine(
            one.printed_name, one.officer or "", one.office or "", deciding[place % 3], date(2026, 11, 2 + place % 20), known[place % 3]
        )
        for place, one in enumerate(lines)
    )


def _letter() -> LetterDocument:
    statement = (_FOLDER / "statement.md").read_text(encoding="utf-8")
    return LetterDocument(
        reference="QH26-7M4D",
        title=_FACTS["title"],
        language="en-GB",
        collective_noun="societies",
        lead_society=_LEAD,
        addressee=tuple(_FACTS["addressee"]),
        journal=_FACTS["journal"],
        dated=date(2026, 11, 24),
        ask="a correction",
        targets=tuple(TargetLine(one["role"], one["citation"], one["doi"], None) for one in _FACTS["targets"]),
        authors=tuple(
            AuthorLine(one["name"], one["affiliation"], None, one["is_corresponding"], one["competing_interests"])
            for one in _FACTS["authors"]
        ),
        statement=statement,
        references=tuple(json.loads((_FOLDER / "references.json").read_text(encoding="utf-8"))),
        signatories=tuple(_signing("en-GB")),
        digest=hashlib.sha256(statement.encode()).hexdigest(),
        revision_number=3,
        is_draft=False,
        is_demonstration=False,
        letterhead=_HEAD,
        proof=PROOF,
    )


def with_logos() -> LetterDocument:
    """34 societies with logos, the lead society first, and the authority annex."""
    lines = _signing("en-GB")
    lines.sort(key=lambda one: not one.is_lead)
    shown, pictures = _with_logos(lines)
    head, picture = logo(0, "MSCM")
    layout = Layout(is_lead_first=True, shows_logos=True, has_annex=True, accent="#1f5a7a")
    return replace(
        _letter(),
        signatories=shown,
        pictures={**pictures, head: picture},
        letterhead=replace(_HEAD, logo=head),
        layout=layout,
        authority=_annex(shown),
    )


def of_300() -> LetterDocument:
    """300 societies, grouped by country."""
    lines = [
        SignatoryLine(
            name.format(place),
            f"{_GIVEN[(which + row) % len(_GIVEN)]} {_FAMILY[which]}",
            _OFFICES[(which + row) % 4],
            _country(code, "en-GB"),
        )
        for row, name in enumerate(_SOCIETIES)
        for which, (place, code) in enumerate(_PLACES)
    ]
    lines.sort(key=lambda one: (_sort_key(one.country or ""), _sort_key(one.printed_name)))
    return replace(_letter(), signatories=tuple(lines), layout=Layout(grouping=Grouping.COUNTRY))


def of_eleven_scripts() -> LetterDocument:
    """Latin, Vietnamese, Greek, Cyrillic, Arabic, Hebrew, Devanagari, Thai, Chinese, Japanese and Korean."""
    foreign = [one for one in _signing("en-GB") if any(ord(sign) > 0x370 for sign in one.printed_name if sign.isalpha())]
    latin = [one for one in _signing("en-GB") if not any(ord(sign) > 0x370 for sign in one.printed_name if sign.isalpha())][:5]
    vietnamese = [SignatoryLine("Hội Y học Nghỉ dưỡng Vịnh Mây", "Nguyễn Thị Hạ Miên", "Chủ tịch", "Vietnam")]
    return replace(_letter(), signatories=(*latin, *vietnamese, *foreign, *MORE_SCRIPTS), layout=Layout(acronyms=Acronyms.AFTER))


def draft() -> LetterDocument:
    """Revision 3, as one society was given it."""
    return replace(
        _letter(),
        is_draft=True,
        proof=None,
        signatories=(),
        draft_for="Gullhaven, Society of Bedside Nursing",
        sign_on_closes="30 November 2026, 17:00 (Europe/Berlin), 16:00 UTC",
    )


def german() -> LetterDocument:
    """In German, on US Letter, grouped by kind."""
    lines = [replace(one, society_kind="Pflege" if "Nurs" in one.printed_name else "Medizin") for one in _signing("de")[:24]]
    lines.sort(key=lambda one: one.society_kind)
    return replace(
        _letter(),
        language="de",
        title="Die Ruhestunde auf Genesungsstationen: eine Bitte, die Uhr zu berichtigen",
        statement=Path(__file__).with_name("ruhestunde.md").read_text(encoding="utf-8"),
        addressee=("An die Redaktion", *_FACTS["addressee"][1:]),
        signatories=tuple(lines),
        layout=Layout(paper=Paper.LETTER, grouping=Grouping.KIND, accent="#2f6b46"),
    )


ALL = {"logos": with_logos, "300": of_300, "scripts": of_eleven_scripts, "draft": draft, "german": german}
