"""The venues of the installation: everybody on the staff reads them, an administrator corrects and adds."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from webapp.domain.errors import Conflict, InvalidInput
from webapp.services import venues
from webapp.web.access import actor, for_administrator, for_staff
from webapp.web.errors import attach
from webapp.web.forms.venue import ConfirmForm, NewVenueForm, VenueForm, venue_as_plain
from webapp.web.transaction import now, reading, transaction

_LONGEST_NUMBER = 10

bp = Blueprint("venues", __name__, url_prefix="/venues")


@bp.get("")
@for_staff()
def index() -> Any:
    return render_template("venues/index.html", venues=venues.list_venues(reading()))


@bp.get("/<venue>")
@for_staff()
def show(venue: str) -> Any:
    return render_template("venues/show.html", view=venues.show_venue(reading(), venue), confirm=ConfirmForm(formdata=None))


@bp.route("/new", methods=["GET", "POST"])
@for_administrator
def new() -> Any:
    form = NewVenueForm()
    if form.validate_on_submit():
        given = form.venue("", form.journal.data, form.route.data, year=now().year)
        try:
            with transaction() as session:
                slug = venues.add_venue(session, actor(), given, now=now())
        except InvalidInput as error:
            attach(form, error)
        except Conflict as error:
            form.form_errors.append(str(error))
        else:
            flash("The venue is added.", "ok")
            return redirect(url_for("venues.show", venue=slug), 303)
    return _form_page(form, None)


@bp.route("/<venue>/correct", methods=["GET", "POST"])
@for_administrator
def correct(venue: str) -> Any:
    view = venues.show_venue(reading(), venue)
    form = VenueForm(data=venue_as_plain(view.venue, view.edition))
    if form.validate_on_submit():
        given = form.venue(venue, view.venue.journal, view.venue.route, year=now().year)
        try:
            with transaction() as session:
                venues.correct_venue(session, actor(), given, _number(form.edition.data), now=now())
        except InvalidInput as error:
            attach(form, error)
        except Conflict as error:
            form.form_errors.append(str(error))
        else:
            flash("What you have read is kept, with your name and the day.", "ok")
            return redirect(url_for("venues.show", venue=venue), 303)
    return _form_page(form, view)


@bp.post("/<venue>/confirm")
@for_administrator
def confirm(venue: str) -> Any:
    with transaction() as session:
        venues.confirm_venue(session, actor(), venue, _number(request.form.get("edition")), now=now())
    flash("It is noted that you have checked it today.", "ok")
    return redirect(url_for("venues.show", venue=venue), 303)


def _number(typed: str | None) -> int:
    return int(typed) if typed and typed.isdecimal() and len(typed) < _LONGEST_NUMBER else 0


def _form_page(form: VenueForm, view: venues.VenueView | None) -> Any:
    return render_template("venues/edit.html", form=form, view=view), 422 if form.errors else 200
