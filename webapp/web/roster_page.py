"""The page of the roster, as its address narrows it: where a choice of several is refused, it is this page that says so."""

from collections.abc import Collection, Mapping

from flask import render_template, request

from webapp.domain.roster_view import Trouble, Wanted
from webapp.services import dashboard, roster_list
from webapp.web.access import actor
from webapp.web.forms.desk import EmptyForm
from webapp.web.transaction import now, reading, settings

# The parts of what is wanted, as the address of the page names them.
_NAMES = {"stage": "stage", "search": "q", "country": "country", "trouble": "trouble", "order": "sort"}

_WORDS = {Trouble.BOARD_MET: "board has met, no answer"}
_TROUBLES = [(trouble.value, _WORDS.get(trouble, trouble.value)) for trouble in Trouble]


def wanted_of(typed: Mapping[str, str]) -> Wanted:
    return Wanted(**{part: typed.get(name, "") for part, name in _NAMES.items()})


def as_address(wanted: Wanted) -> dict[str, str | None]:
    """What the page is narrowed to, as its addresses say it; what is as usual stays out of them."""
    return {name: getattr(wanted, part) or None for part, name in _NAMES.items()}


def roster_page(letter: str, form: EmptyForm, ticked: Collection[str] = ()) -> str:
    """The roster, with these societies ticked."""
    wanted, number = wanted_of(request.args), request.args.get("page", 1, type=int)
    page = roster_list.page_roster(reading(), actor(), letter, wanted, number=number, now=now())
    view = dashboard.show_dashboard(reading(), actor(), letter, settings().links, now=now())
    facts = {"page": page, "wanted": wanted, "kept": as_address(wanted), "troubles": _TROUBLES, "ticked": ticked}
    return render_template("roster/show.html", letter=view, form=form, **facts)
