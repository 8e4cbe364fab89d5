"""The reminders of a letter: shown ahead, held back, planned, and what was sent."""

from datetime import date
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from webapp.domain.errors import Conflict, InvalidInput
from webapp.domain.permission import Permission
from webapp.domain.reminder import KIND_WORDS
from webapp.services import dashboard, reminder_acts, reminder_desk
from webapp.web.access import actor, for_staff
from webapp.web.errors import attach
from webapp.web.forms.reminder import PlanForm
from webapp.web.transaction import now, reading, settings, transaction

bp = Blueprint("reminders", __name__, url_prefix="/letters/<letter>/reminders")

_LONGEST_NUMBER = 6


@bp.get("")
@for_staff(Permission.INVITE)
def show(letter: str) -> Any:
    typed = request.args.get("page", "")
    number = int(typed) if typed.isdecimal() and len(typed) < _LONGEST_NUMBER else 1
    view = reminder_desk.show_reminders(reading(), actor(), letter, day=_day(request.args.get("day", "")), number=number, now=now())
    return render_template("reminders/show.html", letter=_letter(letter), reminders=view)


@bp.post("/hold")
@for_staff(Permission.INVITE)
def hold(letter: str) -> Any:
    """One reminder, or all of a day."""
    with transaction() as session:
        number = reminder_acts.hold(session, actor(), letter, _marks(letter, is_held=False), now=now())
    flash(f"{_many(number)} held back." if number else "There was nothing left to hold back.", "ok" if number else "warn")
    return _back(letter)


@bp.post("/let-go")
@for_staff(Permission.INVITE)
def let_go(letter: str) -> Any:
    with transaction() as session:
        number = reminder_acts.let_go(session, actor(), letter, _marks(letter, is_held=True), now=now())
    flash(f"{_many(number)} let go again." if number else "There was nothing left to let go.", "ok" if number else "warn")
    return _back(letter)


@bp.post("/societies/<invitation>/hold")
@for_staff(Permission.INVITE)
def hold_society(letter: str, invitation: str) -> Any:
    with transaction() as session:
        society = reminder_acts.hold_society(session, actor(), letter, invitation, is_held=True, now=now())
    flash(f"{society} is not reminded until you let it go again.", "ok")
    return _back(letter)


@bp.post("/societies/<invitation>/let-go")
@for_staff(Permission.INVITE)
def let_go_society(letter: str, invitation: str) -> Any:
    with transaction() as session:
        society = reminder_acts.hold_society(session, actor(), letter, invitation, is_held=False, now=now())
    flash(f"{society} is reminded again.", "ok")
    return _back(letter)


@bp.route("/plan", methods=["GET", "POST"])
@for_staff(Permission.INVITE)
def plan(letter: str) -> Any:
    form, status = PlanForm(), 200
    if form.validate_on_submit():
        try:
            with transaction() as session:
                reminder_acts.edit_plan(session, actor(), letter, form.draft(), now=now())
        except InvalidInput as error:
            attach(form, error)
            status = 422
        except Conflict as error:
            form.form_errors.append(str(error))
            form.edition.data, status = str(reminder_acts.show_plan(reading(), actor(), letter)[1]), 409
        else:
            flash("The plan is kept. It holds for every reminder from now on.", "ok")
            return redirect(url_for("reminders.show", letter=letter), 303)
    elif form.is_submitted():
        status = 422
    else:
        form = _filled(letter)
    return render_template("reminders/plan.html", letter=_letter(letter), form=form), status


def _filled(letter: str) -> PlanForm:
    present, edition = reminder_acts.show_plan(reading(), actor(), letter)
    return PlanForm(
        formdata=None,
        data={
            "days_before": ", ".join(map(str, present.days_before)),
            "days_after_board": ", ".join(map(str, present.days_after_board)),
            "kinds": [kind for kind in KIND_WORDS if kind in present.kinds],
            "is_paused": present.is_paused,
            "edition": str(edition),
        },
    )


def _letter(letter: str) -> dashboard.Dashboard:
    return dashboard.show_dashboard(reading(), actor(), letter, settings().links, now=now())


def _marks(letter: str, *, is_held: bool) -> list[reminder_acts.Mark]:
    """Those that the form names, each as “representative slot”, or all of the day that it names."""
    day = _day(request.form.get("day", "")) if "all" in request.form else None
    if day is not None:
        return reminder_acts.marks_of_day(reading(), actor(), letter, day, is_held=is_held, now=now())
    parted = (one.partition(" ") for one in request.form.getlist("reminder"))
    return [(representative, slot) for representative, _space, slot in parted]


def _day(typed: str) -> date | None:
    try:
        return date.fromisoformat(typed)
    except ValueError:
        return None


def _many(number: int) -> str:
    return "1 reminder is" if number == 1 else f"{number} reminders are"


def _back(letter: str) -> Any:
    day = _day(request.form.get("day", ""))
    return redirect(url_for("reminders.show", letter=letter, day=day.isoformat() if day else None), 303)
