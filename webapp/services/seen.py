"""What somebody had before their eyes when they pressed: kept as a digest in the page, and compared before anything is fixed for good."""

from collections.abc import Iterable
from dataclasses import asdict

from webapp.domain.digest import sha256_of
from webapp.domain.document import LetterDocument, SignatoryLine
from webapp.domain.errors import Conflict


def digest_of_shown(record_length: int, lines: Iterable[SignatoryLine], document: LetterDocument | None = None) -> str:
    """Of the record, by its length, and of what the directory of societies says of the list, for that has a history of its own."""
    return sha256_of(
        "seen/v1",
        {
            "record_length": record_length,
            "lines": [asdict(line) for line in lines],
            "layout": asdict(document.layout) if document else None,
            "letterhead": asdict(document.letterhead) if document else None,
        },
    )


def refuse_unseen(shown: str, present: str, sentence: str) -> None:
    """Raises Conflict with the sentence where what was shown is not what there is."""
    if shown != present:
        raise Conflict(sentence)
