"""Sending a revision out for comment."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for

from webapp.domain.deadline import offset_words
from webapp.domain.errors import Conflict, InvalidInput, WrongState
from webapp.domain.milestone import MilestoneKind
from webapp.domain.permission import Permission
from webapp.domain.wording import count_phrase
from webapp.services import circulation, conversions, dashboard
from webapp.web.access import actor, for_staff
from webapp.web.clashes import warn_of_clashes
from webapp.web.errors import attach
from webapp.web.forms.comment import CirculateForm
from webapp.web.proof import Facts, with_proof
from webapp.web.transaction import now, reading, settings, transaction

bp = Blueprint("circulation", __name__, url_prefix="/letters/<letter>")


def _form(letter: str) -> tuple[CirculateForm, circulation.Plan]:
    plan, form = circulation.plan_circulation(reading(), actor(), letter), CirculateForm()
    form.revision.choices = {str(number): words for number, words in plan.revisions}
    form.revision.validators[0].values = list(form.revision.choices)
    form.societies.choices = {one.invitation: one.name for one in plan.societies if one.can_be_mailed}
    return form, plan


def _sending(letter: str) -> Facts:
    form, plan = _form(letter)
    number = len(form.societies.choices) if form.to.data == "all" else len(form.societies.data or ())
    view = dashboard.show_dashboard(reading(), actor(), letter, settings().links, now=now())
    until = f"{form.until.data:%Y-%m-%d %H:%M} {plan.zone}" if form.until.data else ""
    if form.until.chosen:
        until = f"{until} ({offset_words(form.until.data)})"
    return [("Revision", form.revision.data or ""), ("To", count_phrase(number, view.collective_noun)), ("Comments until", until)]


@bp.route("/circulate", methods=["GET", "POST"])
@for_staff(Permission.CIRCULATE)
@with_proof("send the revision out", facts=_sending)
def circulate(letter: str) -> Any:
    form, plan = _form(letter)
    if form.validate_on_submit():
        sending = form.sending()
        try:
            circulation.check_readable(reading(), actor(), letter, sending.revision)
            with conversions.converted_ahead(reading(), actor(), letter, now=now()), transaction() as session:
                circulation.circulate(session, actor(), letter, sending, now=now())
        except InvalidInput as error:
            attach(form, error)
        except (Conflict, WrongState) as error:
            form.form_errors.append(str(error))
            return _page(letter, form, plan), 409
        else:
            flash("The revision is on its way. Each representative is being sent a personal link.", "ok")
            warn_of_clashes(letter, MilestoneKind.COMMENTS)
            return redirect(url_for("letters.show", letter=letter), 303)
    elif not form.errors:
        form.shows_comments.data = plan.shows_comments
    return _page(letter, form, plan), 422 if form.errors else 200


def _page(letter: str, form: CirculateForm, plan: circulation.Plan) -> str:
    view = dashboard.show_dashboard(reading(), actor(), letter, settings().links, now=now())
    return render_template("circulation/circulate.html", form=form, plan=plan, letter=view)
