"""The named errors of the rules: each carries a sentence that tells a person what to do next."""

from collections.abc import Sequence
from datetime import timedelta


class DomainError(Exception):
    """A rule refused; `str(error)` is a sentence for the person who asked."""


class NotFound(DomainError):
    """The thing does not exist, or the actor may not know of it (R13: both look the same)."""

    def __init__(self, sentence: str = "There is nothing at this address.") -> None:
        super().__init__(sentence)


class NotAllowed(DomainError):
    """The actor may know of the thing but may not do this to it."""


class WrongState(DomainError):
    """The letter is not in a state in which this act exists."""


class Conflict(DomainError):
    """Somebody else was first, or the page was made from older facts."""


class InvalidInput(DomainError):
    """Something that was typed or uploaded cannot be taken; `field` names the form field, where there is one."""

    def __init__(self, sentence: str, field: str | None = None) -> None:
        super().__init__(sentence)
        self.field = field


class PictureKindRefused(InvalidInput):
    """A file of a kind that is not taken as a picture."""


class TextTooSlow(InvalidInput):
    """A text was not converted in its time: it is tangled, or the machine is busy. Nothing was stored, and trying again later is safe."""

    wait = timedelta(minutes=5)

    def __init__(self, field: str | None = "statement") -> None:
        super().__init__(
            "A text takes too long to set, so it cannot be shown for now. Nothing is lost: try again in five minutes. "
            "If it stays so, lists or quotes may be nested too deeply in it.",
            field=field,
        )


class BrokenReferences(InvalidInput):
    """Some of the references cannot be read, so none is stored; `sentences` name entry and line, of ten at most."""

    MOST_NAMED = 10

    def __init__(self, sentences: Sequence[str], *, count: int, field: str | None = None) -> None:
        more = len(sentences) - self.MOST_NAMED
        self.sentences = (*sentences[: self.MOST_NAMED], *([f"{more} more entries cannot be read."] if more > 0 else []))
        which = "The reference" if count == 1 else f"{len(sentences)} of {count} references"
        super().__init__(f"{which} cannot be read, so nothing is stored. {' '.join(self.sentences)}", field=field)


class LookUpFailed(DomainError):
    """A register of works gave no answer that can be used; nothing was stored, and a reference can always be typed."""


class RenderingFailed(DomainError):
    """A document could not be made; nothing was stored, and trying again is safe."""


class PictureFailed(RenderingFailed):
    """It could not be made because of one picture, named by its SHA-256."""

    def __init__(self, sentence: str, picture: str) -> None:
        super().__init__(sentence)
        self.picture = picture


class StaleText(Conflict):
    """The form names the digest of a text that is no longer in force (R2); nothing is stored."""


class AnswerStands(Conflict):
    """Another answer of this society stands; it is replaced only by saying so."""

    def __init__(self, sentence: str, answer: str) -> None:
        super().__init__(sentence)
        self.answer = answer


class TooLate(WrongState):
    """The answer came at or after the deadline (R9); what was typed is kept."""


class TookTooLong(DomainError):
    """The request took longer than any may; nothing is stored, and sending it again is right."""


class TooMany(DomainError):
    """Asked for too often; the sentence says when it can be asked again, and `wait` says it to a program."""

    def __init__(self, sentence: str, wait: timedelta | None = None) -> None:
        super().__init__(sentence)
        self.wait = wait


class ReadOnly(DomainError):
    """The whole installation can only be read for now; nothing is stored, and what was typed is kept."""


class BackupRefused(DomainError):
    """A backup could not be made, or one that was given cannot be used; the sentence says what is wrong with it."""
