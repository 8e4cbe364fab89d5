"""What coordinators have written themselves, as the messages of the post carry it."""

from dataclasses import dataclass

from webapp.mail.message import Attachment


def _paragraphs(text: str) -> list[str]:
    return [one.strip() for one in text.split("\n\n") if one.strip()]


@dataclass(frozen=True)
class WrittenMail:
    """What is written to a journal, and the files that go along."""

    subject: str
    text: str
    attachments: tuple[Attachment, ...]

    @property
    def paragraphs(self) -> list[str]:
        return _paragraphs(self.text)


@dataclass(frozen=True)
class NewsWords:
    """What the signatories are told; `stop` is the address that stops news, empty where everybody is told."""

    subject: str
    text: str
    stop: str

    @property
    def paragraphs(self) -> list[str]:
        return _paragraphs(self.text)


@dataclass(frozen=True)
class AskWords:
    """What we propose to reply to a journal, and until when a society can say what it thinks of it."""

    title: str
    proposal: str
    until: str

    @property
    def paragraphs(self) -> list[str]:
        return _paragraphs(self.proposal)
