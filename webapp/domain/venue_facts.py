"""Venues as plain facts: what the shipped file and an installation's corrections hold. What is absent is not known."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from webapp.domain.venue import Limits, Part, Source, Venue, Window, WordLimit

Facts = Mapping[str, Any]


def venue_of(facts: Facts) -> Venue:
    """The venue that these facts describe. KeyError and ValueError for what is no venue: the facts come from us, never from a form."""
    page, note = facts.get("page"), facts.get("note", "")
    return Venue(
        slug=facts["slug"],
        journal=facts["journal"],
        route=facts["route"],
        limits=_limits(facts.get("limits") or {}),
        with_displays=_limits(facts["with_displays"]) if facts.get("with_displays") else None,
        window=Window(**facts["window"]) if facts.get("window") else None,
        formats=_several(facts.get("formats")),
        statements=_several(facts.get("statements")),
        refuses_accusations=facts.get("refuses_accusations"),
        style=facts.get("style"),
        page=page,
        sources=tuple(Source(**source) for source in facts.get("sources") or ()),
        note=note,
    )


def _several(given: list[str] | None) -> tuple[str, ...] | None:
    return None if given is None else tuple(given)


def _limits(facts: Facts) -> Limits:
    words = facts.get("words")
    return Limits(**{**facts, "words": _word_limit(words) if words else None})


def _word_limit(facts: Facts) -> WordLimit:
    counts, leaves_out = (frozenset(Part(part) for part in facts.get(name, ())) for name in ("counts", "leaves_out"))
    return WordLimit(facts["most"], counts, leaves_out, is_advice=facts.get("is_advice", False))


def facts_of(venue: Venue) -> dict[str, Any]:
    """The venue as JSON can hold it; `venue_of` gives it back."""
    plain = asdict(venue)
    for limits in (plain["limits"], plain["with_displays"]):
        if limits and limits["words"]:
            limits["words"].update({name: sorted(limits["words"][name]) for name in ("counts", "leaves_out")})
    return plain
