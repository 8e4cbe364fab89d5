"""From when a letter is public: said, reviewed, moved and taken back until it has come."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from webapp.domain.errors import Conflict, InvalidInput, WrongState
from webapp.domain.permission import Permission
from webapp.services import dashboard, publication
from webapp.services.publication import Release
from webapp.web.access import actor, for_staff
from webapp.web.errors import attach
from webapp.web.forms.desk import EmptyForm
from webapp.web.forms.publication import AT_ONCE, ReleaseForm
from webapp.web.proof import Facts, with_proof
from webapp.web.transaction import now, reading, settings, transaction

bp = Blueprint("publication", __name__, url_prefix="/letters/<letter>/publication")


def _view(letter: str) -> publication.PublicationView:
    return publication.show_publication(reading(), actor(), letter, settings().links, now=now())


def _page(template: str, letter: str, form: Any, *, status: int = 422, **more: Any) -> Any:
    view = dashboard.show_dashboard(reading(), actor(), letter, settings().links, now=now())
    page = render_template(f"publication/{template}.html", form=form, letter=view, end=EmptyForm(formdata=None), **more)
    return page, status if form.errors else 200


@bp.route("", methods=["GET", "POST"])
@for_staff(Permission.PUBLISH)
def show(letter: str) -> Any:
    """Says what would be done; nothing is, until the review is confirmed."""
    view, form = _view(letter), ReleaseForm()
    if request.method == "GET":
        form.release_local.data, form.edition.data = view.local, view.edition
    if form.validate_on_submit() and "change" not in request.form:
        try:
            shown = publication.review_release(reading(), actor(), letter, _given(form), now=now())
        except InvalidInput as error:
            attach(form, error)
        except (Conflict, WrongState) as error:
            form.form_errors.append(str(error))
            form.edition.data = view.edition
            return _page("show", letter, form, status=409, publication=view)
        else:
            return _page("review", letter, form, publication=view, shown=shown, at_once=form.how.data == AT_ONCE)
    return _page("show", letter, form, publication=view)


def _given(form: ReleaseForm) -> Release:
    return Release(form.local(), form.seen_edition())


def _facts(letter: str) -> Facts:
    form = ReleaseForm()
    try:
        shown = str(publication.review_release(reading(), actor(), letter, _given(form), now=now())) if form.validate() else ""
    except (InvalidInput, Conflict, WrongState):
        # The act itself then says why.
        shown = ""
    when = "at once" if form.how.data == AT_ONCE else shown
    return [("Public", when), ("Read at", _view(letter).address)]


@bp.post("/release")
@for_staff(Permission.PUBLISH)
@with_proof("say when the letter becomes public", facts=_facts, is_final=True)
def release(letter: str) -> Any:
    form = ReleaseForm()
    if form.validate_on_submit():
        try:
            with transaction() as session:
                publication.release_letter(session, actor(), letter, _given(form), now=now())
        except InvalidInput as error:
            attach(form, error)
        else:
            at_once = form.how.data == AT_ONCE
            flash("The letter is public." if at_once else "From that moment the letter is public. Nobody has to press anything then.", "ok")
            return redirect(url_for("publication.show", letter=letter), 303)
    return _page("show", letter, form, publication=_view(letter))


@bp.post("/drop")
@for_staff(Permission.PUBLISH)
def drop(letter: str) -> Any:
    with transaction() as session:
        publication.drop_release(session, actor(), letter, ReleaseForm().seen_edition(), now=now())
    flash("The letter does not become public by itself any more.", "ok")
    return redirect(url_for("publication.show", letter=letter), 303)
