"""What a person writes for one submission: its covering letter, and what is answered to the statements that the venue asks for."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from webapp.domain import limits
from webapp.domain.actor import Actor
from webapp.domain.digest import sha256_of
from webapp.domain.errors import InvalidInput
from webapp.domain.names import bounded_text
from webapp.services.package_store import begin_edition, keep_event, open_package


def words_digest(words: str) -> str:
    return sha256_of("covering-letter/v1", words)


def statements_digest(statements: Mapping[str, str]) -> str:
    return sha256_of("statements/v1", dict(statements))


def keep_covering_letter(
    session: Session, actor: Actor, reference: str, submission: str, words: str, edition: int, *, now: datetime
) -> None:
    """Keeps the covering letter; empty: the one that is proposed stands again. Conflict where somebody else has written since `edition`."""
    cleaned = bounded_text(words, limits.COVERING_LETTER, field="words", what="The covering letter")
    letter, row = open_package(session, actor, reference, submission)
    begin_edition(row, edition)
    if cleaned != row.covering_letter:
        row.covering_letter = cleaned
        keep_event(session, letter, actor, row, "covering_letter", words_digest(cleaned), now=now)


def keep_statements(
    session: Session, actor: Actor, reference: str, submission: str, answered: Mapping[str, str], edition: int, *, now: datetime
) -> None:
    """Keeps what is answered to each statement that the venue asks for. InvalidInput names the field; Conflict as above."""
    cleaned: dict[str, str] = {}
    for number, (asked, answer) in enumerate(answered.items()):
        if len(asked) > limits.VENUE_LINE or number >= limits.VENUE_ITEMS:
            raise InvalidInput("The venue has changed meanwhile. Look at what it asks for once more.")
        words = bounded_text(answer, limits.STATEMENT_ANSWER, field=f"statement-{number}", what="This statement")
        cleaned |= {asked: words} if words else {}
    letter, row = open_package(session, actor, reference, submission)
    begin_edition(row, edition)
    if cleaned != row.statements:
        row.statements = cleaned
        keep_event(session, letter, actor, row, "statements", statements_digest(cleaned), now=now)
