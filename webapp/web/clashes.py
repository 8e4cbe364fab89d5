"""Says at once what does not go together, to whoever has just set a milestone: it warns, and what was set is kept."""

from flask import flash

from webapp.domain.milestone import MilestoneKind
from webapp.services import milestones
from webapp.web.access import actor
from webapp.web.transaction import now, reading


def warn_of_clashes(letter: str, *kinds: MilestoneKind) -> None:
    """To be called after the change was stored."""
    for sentence in milestones.clash_sentences(reading(), actor(), letter, kinds, now=now()):
        flash(sentence, "warn")
