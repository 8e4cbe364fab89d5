"""Where the texts of a letter are to go, and how each stands against the limits there."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from webapp.domain.errors import InvalidInput
from webapp.domain.milestone import MilestoneKind
from webapp.domain.permission import Permission
from webapp.services import chosen_venues, citation_styles, dashboard, venues
from webapp.web.access import actor, for_staff
from webapp.web.clashes import warn_of_clashes
from webapp.web.errors import attach
from webapp.web.forms.venue import ChooseForm, WindowForm, set_apart
from webapp.web.transaction import now, reading, settings, transaction

bp = Blueprint("chosen_venues", __name__, url_prefix="/letters/<letter>/venues")


@bp.get("")
@for_staff(Permission.SEE)
def show(letter: str) -> Any:
    return _page(letter)


@bp.post("/<text>/choose")
@for_staff(Permission.EDIT)
def choose(letter: str, text: str) -> Any:
    form = ChooseForm().offer({one.venue.slug: one.venue.name for one in venues.list_venues(reading())})
    if not form.validate_on_submit():
        return _page(letter, wrong=(text, form))
    before = _styles(letter)
    with transaction() as session:
        chosen_venues.choose_venue(session, actor(), letter, text, form.venue.data, now=now())
    _tell("The venue is chosen.", letter, before)
    return redirect(url_for("chosen_venues.show", letter=letter), 303)


@bp.post("/<text>/<venue>/drop")
@for_staff(Permission.EDIT)
def drop(letter: str, text: str, venue: str) -> Any:
    before = _styles(letter)
    with transaction() as session:
        chosen_venues.drop_venue(session, actor(), letter, text, venue, now=now())
    _tell("The venue is taken off the text.", letter, before)
    return redirect(url_for("chosen_venues.show", letter=letter), 303)


def _styles(letter: str) -> dict[str, str]:
    return {one.reference: one.style for one in citation_styles.list_styles(reading(), actor(), letter)}


def _tell(done: str, letter: str, before: dict[str, str]) -> None:
    """What was done, and the citation style where it has changed with it."""
    changed = [one.sentence for one in citation_styles.list_styles(reading(), actor(), letter) if before.get(one.reference) != one.style]
    flash(" ".join([done, *(f"Citation style of {sentence}" for sentence in changed)]), "ok")


@bp.post("/<text>/<venue>/window")
@for_staff(Permission.EDIT)
def set_window(letter: str, text: str, venue: str) -> Any:
    form = WindowForm()
    if form.validate_on_submit():
        try:
            with transaction() as session:
                chosen_venues.set_window_start(session, actor(), letter, text, venue, form.window_starts_on.data, now=now())
        except InvalidInput as error:
            attach(form, error)
        else:
            flash("The start of the window is kept.", "ok")
            warn_of_clashes(letter, MilestoneKind.WINDOW)
            return redirect(url_for("chosen_venues.show", letter=letter), 303)
    return _page(letter, wrong=(f"{text}-{venue}", form))


@bp.post("/<text>/meters")
@for_staff(Permission.SEE)
def meters(letter: str, text: str) -> Any:
    """The meters of a text as it is typed: nothing is stored."""
    measured = chosen_venues.measure_text(reading(), actor(), letter, text, request.form.get("body", ""), now=now())
    return render_template("chosen_venues/meters.html", text=measured)


def _page(letter: str, wrong: tuple[str, Any] | None = None) -> Any:
    """`wrong` is a form that was refused, after the text, or the text and venue, to which it belongs."""
    view = dashboard.show_dashboard(reading(), actor(), letter, settings().links, now=now())
    texts = chosen_venues.list_chosen(reading(), actor(), letter, now=now())
    offered = {one.venue.slug: one.venue.name for one in venues.list_venues(reading())}
    forms: dict[str, Any] = {text.reference: ChooseForm(formdata=None).offer(offered) for text in texts}
    for text in texts:
        for one in text.venues:
            forms[f"{text.reference}-{one.venue.slug}"] = WindowForm(formdata=None, data={"window_starts_on": one.window.starts_on})
    forms |= dict([wrong]) if wrong else {}
    context = {"forms": {mark: set_apart(form, mark) for mark, form in forms.items()}, "form": wrong[1] if wrong else None}
    context["came_out"] = chosen_venues.days_of_articles(reading(), actor(), letter)
    return render_template("chosen_venues/show.html", letter=view, texts=texts, **context), 422 if wrong else 200
