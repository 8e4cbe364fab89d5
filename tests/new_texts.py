"""A letter that is sealed, and a text of it that a journal wants changed, on its way."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories import (
    ANNA,
    DEADLINE,
    KEYRING,
    OTTO,
    SEALABLE,
    enter,
    entry,
    letter_in_signing,
    letter_row,
    newest_code,
    seal_it,
    sign,
)
from webapp.domain.actor import Actor
from webapp.domain.answer import Mandate
from webapp.domain.new_text import AFFIRM, OBJECT_TO_TEXT
from webapp.persistence.tables import NewTextRow
from webapp.services import new_text, new_text_acts, new_text_list, sign_on
from webapp.services.answers import Recorded
from webapp.services.new_text import Begun, PutDeclared, Written
from webapp.services.new_text_acts import SaidOfText

UPLAND = "iris@upland.example.org"
JOURNAL = "Journal of Invented Medicine"
ASKED = "Please cut the section “Why”."
BEGUN = SEALABLE + timedelta(days=1)
UNTIL_LOCAL, UNTIL = datetime(2026, 4, 3, 18, 0), datetime(2026, 4, 3, 16, 0, tzinfo=DEADLINE.tzinfo)  # noqa: DTZ001 - a wall clock
FIXED = UNTIL + timedelta(seconds=30)
SHORTER = "To the Editor,\n\nWe, the undersigned, disagree [@vale2026].\n"


def sealed_letter(session: Session, actor: Actor, **changes: Any) -> str:
    """Gullhaven and The Marshes let the lead society shorten; Upland is to be asked each time."""
    societies = (entry(), entry("The Marshes", OTTO, "Otto Lind"), entry("Upland", UPLAND, "Iris Ek"))
    reference = letter_in_signing(session, actor, *societies, **changes)
    sign(session, reference, ANNA, printed_name="Gullhaven, Society of")
    sign(session, reference, OTTO, printed_name="The Marshes", officer="Otto Lind")
    sign(session, reference, UPLAND, printed_name="Upland", officer="Iris Ek", mandate=Mandate.ASK)
    assert sign_on.close_if_due(session, letter_row(session, reference).id, now=DEADLINE)
    seal_it(session, actor, reference)
    return reference


def begin(session: Session, actor: Actor, reference: str, **changes: Any) -> str:
    """Begun as a copy of the statement, and shortened."""
    facts = {"journal": JOURNAL, "asked": ASKED, **changes}
    text = new_text.begin_new_text(session, actor, reference, Begun(**facts), now=BEGUN)
    new_text.write_new_text(session, actor, reference, text, Written(SHORTER, ASKED, 1), now=BEGUN)
    return text


def put(session: Session, actor: Actor, reference: str, text: str, change: str = "editorial") -> None:
    new_text.put_new_text(session, actor, reference, text, PutDeclared(change, UNTIL_LOCAL), now=BEGUN)


def asking(session: Session, actor: Actor, reference: str, change: str = "editorial") -> str:
    text = begin(session, actor, reference)
    put(session, actor, reference, text, change)
    return text


def text_row(session: Session, text: str) -> NewTextRow:
    return session.scalars(select(NewTextRow).where(NewTextRow.reference == text)).one()


def said_of(session: Session, text: str, act: str, **changes: Any) -> SaidOfText:
    row = text_row(session, text)
    facts = {
        "act": act,
        "new_text": text,
        "nonce": f"a-nonce-to-{act}",
        "digest": row.put.digest if row.put else "",
        "decided_by": "the board",
    }
    return SaidOfText(**{**facts, **changes})


def say(session: Session, reference: str, text: str, email: str, act: str = AFFIRM, *, at: datetime = BEGUN, **changes: Any) -> str:
    """The whole act: prepared, and confirmed with the code."""
    place = enter(session, reference, email, now=at)
    said = said_of(session, text, act, nonce=f"{email}-{act}-{at.isoformat()}", **changes)
    new_text_acts.prepare_saying(session, place, said, KEYRING, received_at=at, now=at)
    code = newest_code(session, place)
    done = new_text_acts.confirm_saying(session, place, said.nonce, code, KEYRING, received_at=at, now=at)
    assert isinstance(done, Recorded)
    return done.answer


def objects(session: Session, reference: str, text: str, email: str = OTTO, *, at: datetime = BEGUN, **changes: Any) -> str:
    return say(session, reference, text, email, OBJECT_TO_TEXT, at=at, **changes)


def fix(session: Session, reference: str, *, now: datetime = FIXED) -> list[str]:
    return new_text_list.fix_if_due(session, letter_row(session, reference).id, now=now)


def names(session: Session, reference: str, text: str) -> list[str]:
    """Who stands on the list of the text, or would if it ended now."""
    row = text_row(session, text)
    return [one.printed_name for one in new_text_list.list_of(session, letter_row(session, reference), row)]
