"""What a register says of one work: the reference that it makes, and what became of the work since."""

from dataclasses import dataclass

from webapp.domain.document import CslItem
from webapp.domain.reference import first_author, plain_title, year_of
from webapp.domain.reference_list import Known


@dataclass(frozen=True)
class Record:
    """`item` has no key yet. `notices` are sentences without a stop, of retractions, corrections and the like."""

    item: CslItem
    notices: tuple[str, ...]
    is_retracted: bool
    source: str

    @property
    def known(self) -> Known:
        return Known(first_author(self.item), plain_title(self.item), year_of(self.item), self.notices, self.is_retracted, self.source)
