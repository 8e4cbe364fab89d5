"""What is to be looked after at a journal: added, given another day, marked done."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for

from webapp.domain.errors import Conflict, InvalidInput, WrongState
from webapp.domain.permission import Permission
from webapp.services import course_desk, dashboard, follow_ups, submissions
from webapp.web.access import actor, for_staff
from webapp.web.errors import attach
from webapp.web.forms.course import EditionForm, FollowUpForm
from webapp.web.transaction import now, reading, settings, transaction

bp = Blueprint("follow_ups", __name__, url_prefix="/letters/<letter>/submissions/<submission>/follow-ups")


@bp.route("/new", methods=["GET", "POST"])
@for_staff(Permission.KEEP_COURSE)
def add(letter: str, submission: str) -> Any:
    page = course_desk.show_submission(reading(), actor(), letter, submission, now=now())
    return _take(letter, page, None, FollowUpForm(edition=str(page.line.edition)))


@bp.route("/<follow_up>", methods=["GET", "POST"])
@for_staff(Permission.KEEP_COURSE)
def change(letter: str, submission: str, follow_up: str) -> Any:
    page = course_desk.show_submission(reading(), actor(), letter, submission, now=now())
    known = page.find(follow_up)
    return _take(letter, page, known, FollowUpForm(what=known.own_words, due_on=known.due_on, edition=str(page.line.edition)))


@bp.post("/<follow_up>/done")
@for_staff(Permission.KEEP_COURSE)
def done(letter: str, submission: str, follow_up: str) -> Any:
    form = EditionForm()
    if not form.validate():
        raise InvalidInput(" ".join(form.edition.errors))
    with transaction() as session:
        held = submissions.hold_submission(session, actor(), letter, submission, form.seen)
        follow_ups.mark_done(session, actor(), held.letter, held.row, follow_up, now=now())
    flash("It is marked as done.", "ok")
    return redirect(url_for("submissions.show", letter=letter, submission=submission), 303)


def _take(letter: str, page: course_desk.SubmissionPage, known: course_desk.FollowUpLine | None, form: FollowUpForm) -> Any:
    status, submission = 422, page.line.reference
    if form.validate_on_submit():
        try:
            with transaction() as session:
                held = submissions.hold_submission(session, actor(), letter, submission, form.seen)
                if known is None:
                    follow_ups.add_follow_up(session, actor(), held.letter, held.row, form.wish(), now=now())
                else:
                    follow_ups.change_follow_up(session, actor(), held.letter, held.row, known.reference, form.wish(), now=now())
        except InvalidInput as error:
            attach(form, error)
        except (Conflict, WrongState) as error:
            form.form_errors.append(str(error))
            form.show_again(course_desk.plan_of(reading(), actor(), letter, submission)[1])
            status = 409
        else:
            flash("The day is kept.", "ok")
            return redirect(url_for("submissions.show", letter=letter, submission=submission), 303)
    view = dashboard.show_dashboard(reading(), actor(), letter, settings().links, now=now())
    shown = render_template("follow_ups/edit.html", form=form, letter=view, page=page, known=known)
    return shown, status if form.errors else 200
