"""Where else the text of a letter has been shown, and the sentence in which a journal is told (ICMJE on duplicate submission)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from webapp.domain.digest import sha256_of


class ShownAs(StrEnum):
    PREPRINT = "preprint"
    PUBLICATION = "publication"
    WEBSITE = "website"
    MEETING = "meeting"
    OTHER = "other"


SHOWN_AS: dict[str, str] = {
    ShownAs.PREPRINT: "preprint",
    ShownAs.PUBLICATION: "journal or newsletter",
    ShownAs.WEBSITE: "website",
    ShownAs.MEETING: "meeting or talk",
    ShownAs.OTHER: "somewhere else",
}

_IN_A_SENTENCE: dict[str, str] = {
    ShownAs.PREPRINT: "as a preprint: ",
    ShownAs.PUBLICATION: "in print: ",
    ShownAs.WEBSITE: "on a website: ",
    ShownAs.MEETING: "at a meeting: ",
    ShownAs.OTHER: "",
}


@dataclass(frozen=True)
class Showing:
    """One place where the text, or another text of the same letter, has been shown, as it is told to a journal."""

    words: str
    """“submitted to The Invented Journal, rapid response, on 3 April 2026, which declined it”."""
    address: str = ""
    reference: str = ""
    """Of what a person has noted, and can strike; empty for what is known here anyway."""

    @property
    def told(self) -> str:
        return f"{self.words}, {self.address}" if self.address else self.words


def noted_words(shown_as: str, place: str, shown_on: str) -> str:
    """“as a preprint: Invented Archive, 3 April 2026”."""
    return f"{_IN_A_SENTENCE[shown_as]}{place}{f', {shown_on}' if shown_on else ''}"


def digest_of_places(places: Sequence[Showing]) -> str:
    """What tells whether somebody who said that there are no others had these before their eyes."""
    return sha256_of("places/v1", [one.told for one in places])


def disclosure_sentence(places: Sequence[Showing]) -> str:
    """What a journal is told. True only once a person has said that these are all."""
    if not places:
        return "This text has not been published, and is not under consideration elsewhere."
    told = "; ".join(one.told for one in places)
    rest = "Apart from that it has not been published, and is not under consideration elsewhere."
    return f"This text, or another text of the same letter, has been shown elsewhere: {told}. {rest}"


def showing_digest(shown_as: str, place: str, address: str, shown_on: date | None) -> str:
    """Of what was noted: the record tells this and not the words, in which people may stand (R19)."""
    return sha256_of("showing/v1", [shown_as, place, address, shown_on.isoformat() if shown_on else None])
