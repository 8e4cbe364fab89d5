"""One invented letter, always the same, and the names that break careless renderers."""

from dataclasses import replace
from datetime import date
from typing import Any

from webapp.domain.document import AuthorLine, CslItem, LetterDocument, SignatoryLine, TargetLine

LONGEST_NAME = (
    "College of Family Physicians, Nurses, and Allied Professions of the Northern Territories, the Islands "
    "and the Overseas Departments Ltd (CFP)"
)
UNBROKEN_NAME = ("Donaudampfschifffahrtselektrizitätenhauptbetriebswerk" * 3)[:140]

AWKWARD_NAMES = (
    "The Adriatic Council of Community Pharmacy",
    "Académie française de néphrologie",
    "Ärztegesellschaft für Diabetologie, Köln & Düsseldorf",
    "Asociación Española de Diálisis y Trasplante, A.C.",
    "British Society (Interventional) of Renal Medicine",
    "Český svaz lékařů – nefrologická sekce",
    LONGEST_NAME,
    "中华医学会肾脏病学分会",
    "日本腎臓学会（にほんじんぞうがっかい）",
    "الجمعية السعودية لأمراض وزراعة الكلى",
    "האיגוד הישראלי לנפרולוגיה",
    "สมาคมโรคไตแห่งประเทศไทย",
    "भारतीय नेफ्रोलॉजी सोसायटी",
    UNBROKEN_NAME,
    "Ελληνική Νεφρολογική Εταιρεία",
    "Российское диализное общество",
    "Hội Thận học Thành phố Hồ Chí Minh",
    "Łódzkie Towarzystwo Nefrologiczne",
    "Société des “Néphrologues” & Cie",
    "Íslenska nýrnafélagið",
    "Kidney Research <b>& Care</b>",
    "O’Brien–Ní Chonchúir Institute",
    "=SUM(A1) Society",
    "United Diabetes Alliance (جمعية) Ltd",
)

SMITH: CslItem = {
    "id": "smith2024",
    "type": "article-journal",
    "title": "A trial of something",
    "author": [{"family": "Smith", "given": "Anna"}],
    "container-title": "Example J Med",
    "issued": {"date-parts": [[2024]]},
    "volume": "7",
    "page": "1-9",
    "DOI": "10.5555/ejm.2024.1",
}
AUDIT: CslItem = {
    "id": "audit2023",
    "type": "report",
    "title": "An audit of care",
    "author": [{"literal": "Audit Collaborative"}],
    "publisher": "Audit Collaborative",
    "issued": {"date-parts": [[2023]]},
}
UNCITED: CslItem = {"id": "never", "type": "book", "title": "A book that nobody cites"}

_PARAGRAPH = (
    "The base case assumes that annual testing reaches nearly all eligible adults, which no audit has ever found [@audit2023]. "
    "When it begins from the uptake that is really observed, the same change removes tests from the people who are tested least. "
)
STATEMENT = (
    "To the Editor,\n\nWe write in response to the study by Smith and colleagues [@smith2024], with **care** and *respect*.\n\n"
    + "".join(f"# Point {number}\n\n{_PARAGRAPH * 4}\n\n{_PARAGRAPH * 3}\n\n" for number in range(1, 6))
    + "| Outcome | Reported | Found |\n|---|--:|--:|\n| Tests done | 94% | 41–68% |\n\n"
    "1. Please publish this letter.\n2. Please correct the article.\n\nYours faithfully,\n"
)

DIGEST = "3fe5a1c49b20d7761c0f8e2ab59934d1e6708cfa44b1d2903e5f6a7788c90b1d"


def signatories(names: tuple[str, ...] = AWKWARD_NAMES) -> tuple[SignatoryLine, ...]:
    """Every third without officer, every fourth without country, as real rosters have it."""
    return tuple(
        SignatoryLine(
            name,
            "Prof Tomáš Okafor" if place % 3 else None,
            "President" if place % 3 else None,
            "Portugal" if place % 4 else None,
        )
        for place, name in enumerate(names)
    )


_LETTER = LetterDocument(
    reference="US-2026-0417",
    title="Annual kidney testing should not be withdrawn on modelled evidence alone",
    language="en-GB",
    collective_noun="societies",
    lead_society="American Example Society",
    addressee=("Dr Margaret Whitlow", "Editor-in-Chief"),
    journal="Example Journal of Medicine",
    dated=date(2026, 4, 28),
    ask="A correction of the study",
    targets=(TargetLine("modelling study", "Smith A. A trial of something. Example J Med. 2024;7:1–9", "10.5555/ejm.2024.1", None),),
    authors=(AuthorLine("Anna Sørensen", "Example University Hospital, Leeds", "0000-0002-1825-0097", True, "none declared."),),
    statement=STATEMENT,
    references=(SMITH, AUDIT, UNCITED),
    signatories=signatories(),
    digest=DIGEST,
    revision_number=3,
    is_draft=False,
    is_demonstration=False,
)


def letter(**changes: Any) -> LetterDocument:
    return replace(_LETTER, **changes)
