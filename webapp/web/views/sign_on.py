"""Opening sign-on, moving its deadline, closing it, cancelling the letter."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from webapp.domain.errors import Conflict, InvalidInput, WrongState
from webapp.domain.letter import LetterState
from webapp.domain.permission import Permission
from webapp.domain.wording import people_phrase
from webapp.rendering.redline import counts_phrase
from webapp.services import conversions, dashboard, opening, sign_on
from webapp.web.access import actor, for_staff
from webapp.web.errors import attach
from webapp.web.forms.change import change_word
from webapp.web.forms.desk import CancelForm, DeadlineForm, EmptyForm, OpenForm
from webapp.web.forms.revision import OpenChangedForm
from webapp.web.proof import Facts, with_proof
from webapp.web.transaction import now, reading, settings, transaction

bp = Blueprint("sign_on", __name__, url_prefix="/letters/<letter>")


def _letter(letter: str, *, with_needs: bool = False) -> dashboard.Dashboard:
    return dashboard.show_dashboard(reading(), actor(), letter, settings().links, with_needs=with_needs, now=now())


def _page(template: str, letter: str, form: Any, *, status: int = 422, **more: Any) -> Any:
    page = render_template(f"sign_on/{template}.html", form=form, letter=_letter(letter, with_needs=template == "open"), **more)
    return page, status if form.errors else 200


def _opening(letter: str) -> Facts:
    view, form = _letter(letter), _open_form(letter)
    changed = []
    if isinstance(form, OpenChangedForm):
        changed = [("What has changed", form.note.data or ""), ("Declared", change_word(form.change.data))]
    invited = "nobody yet" if "later" in request.form else view.invited_phrase
    return [("To be invited", invited), ("Sign-on closes", str(view.deadline or "")), *changed]


def _open_form(letter: str) -> OpenForm:
    return OpenChangedForm() if opening.look_at_opening(reading(), actor(), letter).since else OpenForm()


def _new_deadline(letter: str) -> Facts:
    """Nothing where it cannot be moved so: the act itself then says why."""
    form = DeadlineForm()
    if not form.validate():
        return []
    try:
        review = sign_on.review_deadline(reading(), actor(), letter, form.deadline_local.data, now=now())
    except (InvalidInput, WrongState):
        return []
    return [("Deadline until now", str(review.before)), ("New deadline", str(review.after)), ("Told by mail", people_phrase(review.people))]


def _reason(letter: str) -> Facts:
    view = _letter(letter)
    invited = [] if view.state == LetterState.DRAFTING else [("Invited", view.invited_phrase)]
    return [*invited, ("Why", CancelForm().reason.data or "")]


@bp.route("/open", methods=["GET", "POST"])
@for_staff(Permission.OPEN_SIGN_ON)
@with_proof("open sign-on", facts=_opening, is_final=True)
def open_sign_on(letter: str) -> Any:
    form = _open_form(letter)
    if form.validate_on_submit():
        said, reasons, later = form.declared(), form.reasons(), "later" in request.form
        try:
            with conversions.converted_ahead(reading(), actor(), letter, now=now()), transaction() as session:
                sign_on.open_sign_on(
                    session, actor(), letter, said, is_fit=form.is_fit.data, reasons=reasons, invites_later=later, now=now()
                )
        except InvalidInput as error:
            attach(form, error)
        except (Conflict, WrongState) as error:
            form.form_errors.append(str(error))
            return _open_page(letter, form, status=409)
        else:
            if later:
                flash("Sign-on is open, and nobody has been invited yet. Choose here who is.", "ok")
                return redirect(url_for("invitations.show", letter=letter), 303)
            flash("Sign-on is open. Every representative is being sent a personal link.", "ok")
            return redirect(url_for("letters.show", letter=letter), 303)
    return _open_page(letter, form)


def _open_page(letter: str, form: OpenForm, *, status: int = 422) -> Any:
    # The page that goes out now shows what there is now.
    look = opening.look_at_opening(reading(), actor(), letter)
    if form.seen.data not in {None, "", look.mark} and not form.form_errors:
        form.form_errors.append(sign_on.CHANGED_SINCE)
    form.seen.data = look.mark
    changes = opening.changes_before_opening(reading(), actor(), letter, now=now()) if look.since else ()
    shown = [(one.chosen, counts_phrase(one.redline.counts) if one.redline else "") for one in changes]
    return _page("open", letter, form, status=status, since=look.since, changes=shown)


@bp.route("/deadline", methods=["GET", "POST"])
@for_staff(Permission.CLOSE)
def review_deadline(letter: str) -> Any:
    form = DeadlineForm()
    if form.validate_on_submit() and "change" not in request.form:
        try:
            review = sign_on.review_deadline(reading(), actor(), letter, form.deadline_local.data, now=now())
        except InvalidInput as error:
            attach(form, error)
        else:
            return _page("deadline_review", letter, form, review=review, people=people_phrase(review.people))
    return _page("deadline", letter, form)


@bp.post("/deadline/move")
@for_staff(Permission.CLOSE)
@with_proof("move the deadline", facts=_new_deadline, is_final=True)
def move_deadline(letter: str) -> Any:
    form = DeadlineForm()
    if form.validate_on_submit():
        try:
            with transaction() as session:
                sign_on.move_deadline(session, actor(), letter, form.deadline_local.data, now=now())
        except InvalidInput as error:
            attach(form, error)
        else:
            flash("The deadline is moved, and every representative is being told.", "ok")
            return redirect(url_for("letters.show", letter=letter), 303)
    return _page("deadline", letter, form)


@bp.route("/close", methods=["GET", "POST"])
@for_staff(Permission.CLOSE)
def close(letter: str) -> Any:
    form = EmptyForm()
    if form.validate_on_submit():
        try:
            with transaction() as session:
                sign_on.close_early(session, actor(), letter, now=now())
        except Conflict as error:
            form.form_errors.append(str(error))
        else:
            flash("Sign-on is closed.", "ok")
            return redirect(url_for("letters.show", letter=letter), 303)
    return _page("close", letter, form)


@bp.route("/cancel", methods=["GET", "POST"])
@for_staff(Permission.CANCEL)
@with_proof("cancel the letter", facts=_reason, is_final=True)
def cancel(letter: str) -> Any:
    form = CancelForm()
    if form.validate_on_submit():
        try:
            with transaction() as session:
                sign_on.cancel_letter(session, actor(), letter, form.reason.data, now=now())
        except InvalidInput as error:
            attach(form, error)
        else:
            flash("The letter is cancelled.", "ok")
            return redirect(url_for("letters.show", letter=letter), 303)
    return _page("cancel", letter, form)
