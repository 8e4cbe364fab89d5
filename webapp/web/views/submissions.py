"""The course of the sealed letter at the journal."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for

from webapp.domain.errors import InvalidInput
from webapp.domain.permission import Permission
from webapp.services import dashboard, submissions
from webapp.web.access import actor, for_staff
from webapp.web.errors import attach
from webapp.web.forms.desk import EmptyForm, StepForm, SubmitForm
from webapp.web.transaction import now, reading, settings, transaction

bp = Blueprint("submissions", __name__, url_prefix="/letters/<letter>/submission")


def _page(template: str, letter: str, form: Any) -> Any:
    view = dashboard.show_dashboard(reading(), actor(), letter, settings().links, now=now())
    return render_template(f"submissions/{template}.html", form=form, letter=view, end=EmptyForm()), 422 if form.errors else 200


@bp.route("/new", methods=["GET", "POST"])
@for_staff(Permission.KEEP_COURSE)
def submit(letter: str) -> Any:
    view = dashboard.show_dashboard(reading(), actor(), letter, settings().links, now=now())
    form = SubmitForm(journal=view.journal, submitted_on=view.today)
    if form.validate_on_submit():
        given = submissions.Submitted(
            journal=form.journal.data,
            route=form.route.data,
            manuscript_number=form.manuscript_number.data or "",
            submitted_on=form.submitted_on.data,
            note=form.note.data or "",
        )
        try:
            with transaction() as session:
                submissions.submit_letter(session, actor(), letter, given, now=now())
        except InvalidInput as error:
            attach(form, error)
        else:
            flash("The submission is recorded.", "ok")
            return redirect(url_for("submissions.show", letter=letter), 303)
    return _page("submit", letter, form)


@bp.route("", methods=["GET", "POST"])
@for_staff(Permission.KEEP_COURSE)
def show(letter: str) -> Any:
    form = StepForm(happened_on=dashboard.show_dashboard(reading(), actor(), letter, settings().links, now=now()).today)
    if form.validate_on_submit():
        given = submissions.Step(form.kind.data, form.happened_on.data, form.note.data or "", form.outcome.data or "")
        try:
            with transaction() as session:
                submissions.note_step(session, actor(), letter, given, now=now())
        except InvalidInput as error:
            attach(form, error)
        else:
            flash("The step is recorded.", "ok")
            return redirect(url_for("submissions.show", letter=letter), 303)
    return _page("show", letter, form)


@bp.post("/resolve")
@for_staff(Permission.KEEP_COURSE)
def resolve(letter: str) -> Any:
    with transaction() as session:
        submissions.resolve_letter(session, actor(), letter, now=now())
    flash("The course of the letter is ended. Its story stays readable.", "ok")
    return redirect(url_for("letters.show", letter=letter), 303)
