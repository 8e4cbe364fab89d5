"""What became of each article that a letter answers."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for

from webapp.domain.errors import Conflict, InvalidInput, LookUpFailed, WrongState
from webapp.domain.permission import Permission
from webapp.services import dashboard, fates
from webapp.web.access import actor, for_staff
from webapp.web.errors import attach
from webapp.web.forms.course import FateCorrectionForm, FateForm
from webapp.web.transaction import now, reading, settings, transaction

bp = Blueprint("fates", __name__, url_prefix="/letters/<letter>/articles")


@bp.route("/<int:target>/fate", methods=["GET", "POST"])
@for_staff(Permission.KEEP_COURSE)
def tell(letter: str, target: int) -> Any:
    found, edition = fates.show_target(reading(), actor(), letter, target)
    form = FateForm(happened_on=_letter(letter).today, edition=str(edition))
    status = 422
    if form.validate_on_submit():
        try:
            with transaction() as session:
                fates.tell_fate(session, actor(), letter, target, form.told(), form.seen, now=now())
        except InvalidInput as error:
            attach(form, error)
        except (Conflict, WrongState) as error:
            form.form_errors.append(str(error))
            found, edition = fates.show_target(reading(), actor(), letter, target)
            form.show_again(edition)
            status = 409
        else:
            flash("It is noted what became of the article.", "ok")
            return redirect(url_for("submissions.index", letter=letter), 303)
    return _page(letter, found, form), status if form.errors else 200


@bp.post("/<int:target>/look-up")
@for_staff(Permission.KEEP_COURSE)
def look_up(letter: str, target: int) -> Any:
    found, edition = fates.show_target(reading(), actor(), letter, target)
    asked = settings().look_up
    if asked is None:
        raise WrongState("Nothing is looked up here: whoever runs this installation has not switched it on (UNDERSIGNED_LOOK_UP).")
    form = FateForm(formdata=None, data={"happened_on": _letter(letter).today, "edition": str(edition)})
    if not found.doi:
        raise WrongState("Nothing can be looked up: no DOI is known of this article.")
    try:
        proposed = fates.look_up(found, asked)
    except LookUpFailed as error:
        form.form_errors.append(str(error))
        return _page(letter, found, form), 422
    return _page(letter, found, form, proposed=proposed)


@bp.route("/fates/<fate>/correct", methods=["GET", "POST"])
@for_staff(Permission.KEEP_COURSE)
def correct(letter: str, fate: str) -> Any:
    line, edition = fates.show_fate(reading(), actor(), letter, fate)
    form = FateCorrectionForm(edition=str(edition))
    status = 422
    if form.validate_on_submit():
        try:
            with transaction() as session:
                fates.correct_fate(session, actor(), letter, fate, form.reason.data, form.seen, now=now())
        except InvalidInput as error:
            attach(form, error)
        except (Conflict, WrongState) as error:
            form.form_errors.append(str(error))
            form.show_again(fates.show_fate(reading(), actor(), letter, fate)[1])
            status = 409
        else:
            flash("It is struck out. What it said stays readable.", "ok")
            return redirect(url_for("submissions.index", letter=letter), 303)
    return render_template("fates/correct.html", form=form, letter=_letter(letter), line=line), status if form.errors else 200


def _letter(letter: str) -> dashboard.Dashboard:
    return dashboard.show_dashboard(reading(), actor(), letter, settings().links, now=now())


def _page(letter: str, target: fates.TargetFates, form: FateForm, *, proposed: tuple[fates.Found, ...] | None = None) -> str:
    looks_up = settings().look_up is not None and bool(target.doi)
    return render_template("fates/tell.html", form=form, letter=_letter(letter), target=target, proposed=proposed, looks_up=looks_up)
