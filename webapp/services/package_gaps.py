"""What is missing before a package can go, and what a person should look at first: each in words, with the place where it is mended."""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import date

from webapp.domain.cope import ASKS_WITH_GROUNDS, Ground
from webapp.domain.deadline import show_date
from webapp.domain.package import Gap, PackageFacts, asks_for_interests
from webapp.domain.submission import Route
from webapp.domain.venue import MEASURES, Limits, Reading, Standing, Venue
from webapp.domain.window import length_phrase
from webapp.rendering.covering_letter import says_count
from webapp.services.course_texts import ChangedText
from webapp.services.package_facts import Gathered


@dataclass(frozen=True)
class Circumstances:
    """What the facts do not hold, and decides what is missing."""

    ask: str
    """What the letter asks, by its key."""
    route: str
    covering_letter: str
    """Empty while nobody has kept one."""
    readings: tuple[Reading, ...]
    problem: str
    """Why the text cannot be converted or counted; empty where it can."""
    window_ends_on: date | None
    today: date
    since: str
    """What became of the list since, as a sentence or several."""
    is_checked: bool
    """Somebody here has checked the venue."""
    has_gone: bool
    changed: tuple[ChangedText, ...] = ()
    """The texts that this journal wants changed."""
    lacks_documents: bool = False
    """It is a changed text of which no documents are made yet."""


def gaps_of(gathered: Gathered, around: Circumstances) -> list[Gap]:
    """What is missing first, then what is to be looked at; each in the order of the page."""
    found = [*_of_the_text(gathered, around), *_of_the_limits(gathered.facts, around), *_of_the_people(gathered.facts)]
    found += [*_of_the_statements(gathered.facts), *_of_the_covering_letter(gathered, around), *_of_other_places(gathered)]
    found += [*_of_the_claims(gathered.facts, around), *_of_the_time(gathered.facts.venue, around)]
    return sorted(found, key=lambda one: not one.is_missing)


def _of_the_text(gathered: Gathered, around: Circumstances) -> Iterator[Gap]:
    if gathered.facts.sealed is None:
        yield Gap("The letter is not sealed: its text and its signatories can still change.", "seal")
    if around.problem:
        yield Gap(around.problem, "write")
    if gathered.facts.sealed is not None and not gathered.is_frozen:
        yield Gap(f"The text “{gathered.text_name}” was not put in force with what the societies signed.")
    if not gathered.is_text_chosen:
        yield Gap("It is not said which text goes to this venue. Shown is the statement.", "submission", is_missing=False)
    for one in around.changed:
        if one.may_be_carried:
            yield Gap(f"{one.title}: its list is fixed. Shown is {gathered.text_name}.", "submission", is_missing=False)
        elif one.is_open and one.reference != gathered.text:
            yield Gap(f"{one.title}: {one.state_words}. Shown is {gathered.text_name}.", "course", is_missing=False)
    if around.lacks_documents:
        yield Gap("The documents of this text are not made yet.", "changed", is_missing=False)


def _of_the_limits(facts: PackageFacts, around: Circumstances) -> Iterator[Gap]:
    for one in around.readings:
        if one.standing in {Standing.OVER, Standing.OVER_ADVICE}:
            yield Gap(one.sentence, "write" if facts.sealed is None else "", is_missing=one.standing is Standing.OVER)
    if not facts.venue.slug:
        sentence = "Nothing is known of this journal’s limits: it was typed by hand and not chosen from the venues."
        yield Gap(sentence, "submission", is_missing=False)
        return
    unread = [MEASURES[one.measure] for one in around.readings if one.standing is Standing.NOT_KNOWN]
    if unread:
        yield Gap(f"Nobody has read how many the journal takes of: {', '.join(unread)}. Check with the journal.", "venue", is_missing=False)
    if _has_any(facts.venue.limits) and not around.is_checked:
        yield Gap("Nobody here has checked the limits of this venue yet. Journals change them.", "venue", is_missing=False)


def _has_any(limits: Limits) -> bool:
    return any(getattr(limits, one.name) is not None for one in fields(limits))


def _of_the_people(facts: PackageFacts) -> Iterator[Gap]:
    authors, edit = facts.letter.authors, "edit" if facts.sealed is None else ""
    if not authors:
        yield Gap("No author is named. Journals ask who wrote the letter.", edit, is_missing=False)
    elif not any(one.is_corresponding for one in authors):
        yield Gap("No author is marked as the corresponding one.", edit, is_missing=False)
    for one in authors:
        if not one.competing_interests.strip():
            yield Gap(f"{one.name} has stated no competing interests; “none” must be said, too.", edit)
    silent = [name for name, stated in facts.interests if not stated.strip()]
    if silent:
        is_asked = any(asks_for_interests(asked) for asked, _answered in facts.statements)
        yield Gap(f"Nothing is stated on the competing interests of: {'; '.join(silent)}.", "roster", is_missing=is_asked)
    if not facts.letter.signatories:
        yield Gap("Nobody has signed yet.", "roster")


def _of_the_statements(facts: PackageFacts) -> Iterator[Gap]:
    if facts.venue.slug and facts.venue.statements is None:
        yield Gap("Nobody has read which statements this journal asks for. Check with the journal.", "venue", is_missing=False)
    for asked, answered in facts.statements:
        if not answered and not asks_for_interests(asked):
            yield Gap(f"The journal asks for: {asked}. Nothing is written for it yet.", "statements")


def _of_the_covering_letter(gathered: Gathered, around: Circumstances) -> Iterator[Gap]:
    words, facts = around.covering_letter, gathered.facts
    if not words:
        yield Gap("Nobody has read the covering letter yet: it stands as it is proposed.", "covering", is_missing=False)
        return
    if facts.letter.signatories and not says_count(words, facts.letter):
        yield Gap("The covering letter does not say how many have signed, or says another number.", "covering")
    if facts.disclosure and facts.disclosure not in words:
        yield Gap("The covering letter does not have the disclosure sentence as it is now.", "covering")


def _of_other_places(gathered: Gathered) -> Iterator[Gap]:
    elsewhere = gathered.elsewhere
    if elsewhere.is_settled:
        return
    again = "The list of other places has changed since somebody said that it is whole. Look at it again."
    yield Gap(again if elsewhere.was_settled else "Nobody has said yet whether the text has been shown elsewhere.", "places")


def _of_the_claims(facts: PackageFacts, around: Circumstances) -> Iterator[Gap]:
    if around.ask not in ASKS_WITH_GROUNDS:
        return
    if not facts.claims:
        yield Gap("No claim of the letter is mapped to a ground of COPE yet.", "claims", is_missing=False)
    elif around.ask == "retraction" and all(one.ground == Ground.NONE for one in facts.claims):
        sentence = "The letter asks for retraction, and no claim has a ground for it: a difference on method or interpretation is none."
        yield Gap(sentence, "claims", is_missing=False)


def _of_the_time(venue: Venue, around: Circumstances) -> Iterator[Gap]:
    window = venue.window
    if window and window.has_end and not (around.window_ends_on or around.has_gone) and around.route != Route.EDITOR:
        within = f"The journal takes it within {length_phrase(window)} from {window.starts}"
        yield Gap(f"{within}. Nobody has said yet on which day that ends.", "submission", is_missing=False)
    if around.window_ends_on and around.window_ends_on < around.today and around.route != Route.EDITOR:
        ended = show_date(around.window_ends_on)
        sentence = f"The window of this venue ended on {ended}. A concern to the editor can be sent at any time."
        yield Gap(sentence, "submission", is_missing=False)
    if around.since:
        yield Gap(f"{around.since} Tell the journal so.", "after", is_missing=False)
