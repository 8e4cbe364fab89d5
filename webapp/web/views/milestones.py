"""The milestones of a letter, and the day on which it is to be submitted."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for

from webapp.domain.permission import Permission
from webapp.services import calendar_files, dashboard, milestones
from webapp.web.access import actor, for_staff
from webapp.web.calendars import calendar_response
from webapp.web.forms.milestone import SubmissionForm
from webapp.web.transaction import now, reading, settings, transaction

bp = Blueprint("milestones", __name__, url_prefix="/letters/<letter>/milestones")


@bp.get("")
@for_staff(Permission.SEE)
def show(letter: str) -> Any:
    return _page(letter)


@bp.post("/submission")
@for_staff(Permission.EDIT)
def plan_submission(letter: str) -> Any:
    form = SubmissionForm()
    if not form.validate_on_submit():
        return _page(letter, form)
    with transaction() as session:
        milestones.set_submission_target(session, actor(), letter, form.submission_target.data, now=now())
    # The page that follows says above its list what does not go together.
    flash("The day of submission is kept.", "ok")
    return redirect(url_for("milestones.show", letter=letter), 303)


@bp.get("/calendar.ics")
@for_staff(Permission.SEE)
def calendar(letter: str) -> Any:
    return calendar_response(calendar_files.letter_calendar(reading(), actor(), letter, now=now()), "milestones")


@bp.get("/calendar/<milestone>.ics")
@for_staff(Permission.SEE)
def one_calendar(letter: str, milestone: str) -> Any:
    return calendar_response(calendar_files.letter_calendar(reading(), actor(), letter, milestone, now=now()), milestone)


def _page(letter: str, form: SubmissionForm | None = None) -> Any:
    view = dashboard.show_dashboard(reading(), actor(), letter, settings().links, now=now())
    shown = milestones.show_milestones(reading(), actor(), letter, now=now())
    filled = form or SubmissionForm(formdata=None, data={"submission_target": shown.submission_target})
    page = render_template("milestones/show.html", letter=view, milestones=shown, form=filled, now_iso=now().isoformat(timespec="seconds"))
    return page, 422 if form else 200
