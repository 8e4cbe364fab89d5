"""Whether a letter asks a society for its logo, which one that is, and what it has agreed to: never to one that it was not shown."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from webapp.domain.errors import Conflict, InvalidInput, NotFound
from webapp.persistence.plain import look
from webapp.persistence.tables import AnswerRow, LetterRow, LogoRow, SocietyRow
from webapp.services.layouts import agreed_logos, layout_of, layout_row, lead_entries
from webapp.services.place import Place

_OF_SOCIETY = (
    select(LogoRow.sha256).join(SocietyRow, SocietyRow.id == LogoRow.society_id).where(SocietyRow.reference == bindparam("society"))
)
_OTHER = "The logo has changed since you opened this page. Look at it once more below, and tick the line if the letter may show it."
_GONE = "The logo of your society is another now than when you filled in the form. Look at the form once more, and send it again."


@dataclass(frozen=True)
class LogoAsked:
    """What the form that signs shows of it."""

    is_asked: bool
    """The letter shows logos, or this is the lead society, whose logo stands in the letterhead."""
    sha256: str
    """Of the logo in the directory; empty where there is none."""


def logo_asked(session: Session, letter: LetterRow, society: str) -> LogoAsked:
    """Of the society with this reference."""
    row, sha256 = layout_row(session, letter), logo_of(session, society)
    if layout_of(row).shows_logos:
        return LogoAsked(True, sha256)
    own = session.scalar(select(SocietyRow.id).where(SocietyRow.reference == society)) if sha256 else None
    leads = own is not None and own in lead_entries(session, letter, row)
    return LogoAsked(leads, sha256 if leads else "")


def logo_of(session: Session, society: str) -> str:
    """The SHA-256 of the logo of the society with this reference; empty where it has none."""
    sha256: str | None = look(session, _OF_SOCIETY, {"society": society}).scalar()
    return sha256 or ""


def judged_consent(session: Session, society: str, content: Mapping[str, Any]) -> dict[str, Any]:
    """What was typed, with an agreement only to a logo that is there. Raises InvalidInput where that is another than was shown."""
    if not content.get("consent_to_logo"):
        # What is not agreed to need not be remembered.
        return {**content, "logo": ""} if "logo" in content else dict(content)
    present = logo_of(session, society)
    if not present:
        return {**content, "consent_to_logo": False, "logo": ""}
    if content.get("logo") != present:
        raise InvalidInput(_OTHER, field="consent_to_logo")
    return dict(content)


def refuse_other_logo(session: Session, society: str, content: Mapping[str, Any]) -> None:
    """Raises Conflict where the logo that was agreed to is not there any more."""
    if content.get("consent_to_logo") and content.get("logo") != logo_of(session, society):
        raise Conflict(_GONE)


def has_agreed(session: Session, answer: AnswerRow) -> bool:
    """Whether the letter may show the logo that is there now."""
    return answer.id in agreed_logos(session, [answer])


def read_logo_in_room(session: Session, place: Place) -> bytes:
    """The society’s own logo, for the one who answers for it. Raises NotFound where there is none."""
    of_mine = select(LogoRow).join(SocietyRow, SocietyRow.id == LogoRow.society_id)
    row = session.scalars(of_mine.where(SocietyRow.reference == place.invitation.society.reference)).one_or_none()
    if row is None:
        raise NotFound
    return row.preview or row.content
