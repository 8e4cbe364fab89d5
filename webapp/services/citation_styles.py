"""The citation style of each text: its venue’s own, unless a person has picked another."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from webapp.domain.actor import Actor
from webapp.domain.errors import NotFound
from webapp.domain.letter import Action, find_move, move_for
from webapp.domain.permission import Permission
from webapp.persistence.record import append_event
from webapp.persistence.tables import TextRow
from webapp.rendering.styles import STYLES, find_style
from webapp.services.access import load_letter
from webapp.services.venues import follow_venues, proposed_style


@dataclass(frozen=True)
class TextStyle:
    """How a text is set, and why. `venue` is the one whose style it is, `proposed` what its venues ask for; empty where there is none."""

    reference: str
    name: str
    style: str
    is_picked: bool
    venue: str
    proposed: str
    can_be_picked: bool

    @property
    def sentence(self) -> str:
        """“Statement: BMJ, because it goes to The BMJ, rapid response.”"""
        set_in = f"{self.name}: {_name(self.style)}"
        if self.is_picked:
            asked = f" {self.venue} asks for {_name(self.proposed)}." if self.proposed not in ("", self.style) else ""
            return f"{set_in}, which was picked here.{asked}"
        if self.proposed not in ("", self.style):
            return f"{set_in}. {self.venue} asks for {_name(self.proposed)}: choose “as its venues ask” to set it so."
        why = f"it goes to {self.venue}" if self.venue else "no venue of it is known to ask for another"
        return f"{set_in}, because {why}."


def _name(style: str) -> str:
    """As it is, where a newer program has set it."""
    return STYLES[style].name if style in STYLES else style


def list_styles(session: Session, actor: Actor, reference: str) -> tuple[TextStyle, ...]:
    """The style of every text of the letter."""
    letter = load_letter(session, actor, reference, Permission.SEE)
    can_be_picked = find_move(letter.state, Action.CITE) is not None
    found = []
    for text in letter.texts:
        style, venue = proposed_style(session, text)
        found.append(TextStyle(text.reference, text.name, text.style, text.style_is_picked, venue, style, can_be_picked))
    return tuple(found)


def pick_style(session: Session, actor: Actor, reference: str, text: str, style: str, *, now: datetime) -> None:
    """Sets the text in this style whatever its venues ask for; with no style, in theirs again. What a revision keeps stays as it is.

    Raises InvalidInput for a style that there is not.
    """
    letter = load_letter(session, actor, reference, Permission.EDIT, for_update=True)
    move_for(letter.state, Action.CITE)
    row = _text(letter.texts, text)
    was = (row.style, row.style_is_picked)
    row.style_is_picked = bool(style)
    if style:
        row.style = find_style(style).id
    else:
        follow_venues(session, row)
    if (row.style, row.style_is_picked) != was:
        public = {"text": row.reference, "style": row.style, "is_picked": row.style_is_picked}
        append_event(session, letter, actor, "style.set", public, now=now)


def _text(texts: list[TextRow], reference: str) -> TextRow:
    found = next((text for text in texts if text.reference == reference), None)
    if found is None:
        raise NotFound
    return found
