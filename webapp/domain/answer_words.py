"""What an answer is called wherever a page, a mail or a list names it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from webapp.domain.answer import GROUNDS, AnswerKind


@dataclass(frozen=True)
class AnswerWords:
    name: str
    """In a list of facts."""
    past: str
    """What a person did “for your society”."""
    has: str
    """After the name of the society."""
    record: str
    """The same in the record, shortly."""
    letter: str
    """After the name of the society, and before the title of the letter."""
    confirm: str
    """On the button, before the name of the society."""


ANSWER_WORDS: dict[str, AnswerWords] = {
    AnswerKind.SIGN: AnswerWords("sign", "signed", "has signed", "signs", "has signed", "Sign for"),
    AnswerKind.SIGN_IF: AnswerWords(
        "sign on a condition",
        "answered with a condition",
        "would sign on a condition",
        "would sign on a condition",
        "would, on a condition, sign",
        "Send the condition of",
    ),
    AnswerKind.DECLINE: AnswerWords("decline", "declined", "has declined", "declines", "has declined to sign", "Decline for"),
    AnswerKind.ABSTAIN: AnswerWords("abstain", "abstained", "abstains", "abstains", "abstains from signing", "Abstain for"),
    AnswerKind.SEPARATE: AnswerWords(
        "a statement of its own",
        "announced a separate statement",
        "makes a statement of its own",
        "makes a statement of its own",
        "makes a statement of its own instead of signing",
        "Answer for",
    ),
}


def said_facts(kind: str, said: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What an answer that is no signature says beside its kind, by the names of its columns; each with a label."""
    facts = [("Ground", GROUNDS.get(said.get("ground", ""), "")), ("Own statement", said.get("link", ""))]
    label = "Condition" if kind == AnswerKind.SIGN_IF else "Reason"
    return [*((name, words) for name, words in facts if words), (label, said.get("reason") or "none given")]
