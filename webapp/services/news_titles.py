"""What each change since the seal is called where people choose one to tell of: at which journal, of which article, in which words."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from webapp.domain import limits
from webapp.domain.correspondence import Audience
from webapp.domain.course import STEPS
from webapp.domain.fate import FATES
from webapp.persistence.tables import EventRow, LetterRow
from webapp.services.record import event_title
from webapp.services.released import released_items
from webapp.services.submissions import submissions_of


@dataclass(frozen=True)
class Titles:
    """What the changes of one letter are about, read once for all of them."""

    journals: Mapping[str, str]
    citations: Mapping[int, str]
    summaries: Mapping[str, str]

    def of(self, row: EventRow) -> str:
        """“Annals of Ferns: Published”; of what is about nothing else, as the record calls it. Never longer than a subject may be."""
        title = ": ".join(part for part in self._parts(row) if part)
        most = limits.NEWS_SUBJECT
        return title if len(title) <= most else f"{title[: most - 2].rsplit(' ', 1)[0]} …"

    def _parts(self, row: EventRow) -> Iterator[str]:
        public = json.loads(row.public)
        if journal := self.journals.get(public.get("submission", "")):
            yield journal
        yield STEPS.get(public.get("step_kind", "")) or FATES.get(public.get("fate_kind", "")) or event_title(row.kind)
        yield self.citations.get(public.get("target", 0), "")
        yield self.summaries.get(public.get("item", ""), "")


def titles_of(session: Session, letter: LetterRow) -> Titles:
    return Titles(
        journals={row.reference: row.journal for row in submissions_of(session, letter)},
        citations={target.position: target.citation or target.doi for target in letter.targets},
        summaries={one.reference: one.summary for one in released_items(session, letter, Audience.SIGNATORIES)},
    )
