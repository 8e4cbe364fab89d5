"""After the seal: addenda, errata, and the edition that joins them to the letter."""

import io
from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, send_file, url_for
from flask_wtf import FlaskForm

from webapp.domain.erratum import ErratumKind
from webapp.domain.errors import Conflict, InvalidInput, RenderingFailed, WrongState
from webapp.domain.permission import Permission
from webapp.domain.wording import count_phrase
from webapp.rendering.later import erratum_pdf
from webapp.services import addenda, after_the_seal, dashboard, errata, later_bundle, later_files, later_making, pdf_seal
from webapp.web.access import actor, for_staff
from webapp.web.errors import attach
from webapp.web.forms.after import ErratumForm, OpenAddendumForm
from webapp.web.forms.desk import EmptyForm
from webapp.web.proof import Facts, with_proof
from webapp.web.transaction import now, reading, settings, transaction

bp = Blueprint("after", __name__, url_prefix="/letters/<letter>/after")


def _letter(letter: str) -> dashboard.Dashboard:
    return dashboard.show_dashboard(reading(), actor(), letter, settings().links, now=now())


def _page(template: str, letter: str, form: FlaskForm, *, status: int = 422, **more: Any) -> Any:
    after = after_the_seal.show_after(reading(), actor(), letter, now=now())
    page = render_template(f"after/{template}.html", form=form, letter=_letter(letter), after=after, **more)
    return page, status if form.errors else 200


@bp.get("")
@for_staff(Permission.SEE)
def show(letter: str) -> Any:
    return _show(letter, EmptyForm(formdata=None))


def _show(letter: str, form: FlaskForm, *, status: int = 200) -> Any:
    return _page("show", letter, form, status=status, unfit=pdf_seal.why_unfit(settings(), now=now()))


def _opening(letter: str) -> Facts:
    form, after = OpenAddendumForm(), after_the_seal.show_after(reading(), actor(), letter, now=now())
    until = form.deadline_local.data
    asked = count_phrase(after.can_be_asked, _letter(letter).collective_noun) if form.asks.data else "nobody"
    return [("Open until", f"{until:%Y-%m-%d, %H:%M}" if until else ""), ("Mailed", asked)]


@bp.route("/open", methods=["GET", "POST"])
@for_staff(Permission.SEAL)
@with_proof("hold the letter open for more signatures", facts=_opening)
def open_addendum(letter: str) -> Any:
    form = OpenAddendumForm()
    if form.validate_on_submit():
        try:
            with transaction() as session:
                addenda.open_addendum(session, actor(), letter, form.deadline_local.data, asks=form.asks.data, now=now())
        except InvalidInput as error:
            attach(form, error)
        except (Conflict, WrongState) as error:
            form.form_errors.append(str(error))
            return _page("open", letter, form, status=409)
        else:
            flash("The letter is held open: societies can join by an addendum.", "ok")
            return redirect(url_for("after.show", letter=letter), 303)
    return _page("open", letter, form)


@bp.post("/close")
@for_staff(Permission.SEAL)
def close_addendum(letter: str) -> Any:
    def act() -> str:
        with transaction() as session:
            addenda.close_addendum(session, actor(), letter, now=now())
        return "The addendum is closed. It can be issued half a minute later."

    return _pressed(letter, act)


@bp.post("/end")
@for_staff(Permission.SEAL)
def end_addendum(letter: str) -> Any:
    def act() -> str:
        with transaction() as session:
            waiting = addenda.end_addendum(session, actor(), letter, now=now())
        why = f"Not settled yet, so in no addendum: {'; '.join(waiting)}." if waiting else "Nobody has joined."
        return f"The addendum is ended without a file. {why}"

    return _pressed(letter, act)


def _joined(letter: str) -> Facts:
    after = after_the_seal.show_after(reading(), actor(), letter, now=now())
    return [("Names", "; ".join(after.under_way.joined) if after.under_way else "")]


@bp.post("/issue")
@for_staff(Permission.SEAL)
@with_proof("issue the addendum", facts=_joined, is_final=True)
def issue_addendum(letter: str) -> Any:
    def act() -> str:
        _refuse_unfit_key()
        with transaction() as session:
            later_making.ask_for_addendum(session, actor(), letter, request.form.get("seen", ""), now=now())
        return "It has begun. The addendum is issued as soon as it is made and looked through; those who joined are then told."

    return _pressed(letter, act)


@bp.post("/edition")
@for_staff(Permission.SEAL)
def make_edition(letter: str) -> Any:
    def act() -> str:
        _refuse_unfit_key()
        with transaction() as session:
            later_making.ask_for_edition(session, actor(), letter, request.form.get("seen", ""), now=now())
        return "It has begun. The edition is there as soon as it is made and looked through. The sealed file stays as it is."

    return _pressed(letter, act)


def _withdrawal(letter: str) -> Facts:
    lines = after_the_seal.lines_to_correct(reading(), actor(), letter)
    wanted = request.form.get("answer", "")
    return [("Withdrawn", f"{one.name}, {one.where}") for one in lines if one.answer == wanted]


@bp.post("/withdrawal")
@for_staff(Permission.SEAL)
@with_proof("issue the erratum", facts=_withdrawal, is_final=True)
def tell_withdrawal(letter: str) -> Any:
    given = errata.Correction(request.form.get("answer", ""), ErratumKind.WITHDRAWN)
    return _pressed(letter, lambda: _make(letter, given))


def _correction(letter: str) -> Facts:
    form, lines = ErratumForm(), after_the_seal.lines_to_correct(reading(), actor(), letter)
    line = next((one for one in lines if one.answer == form.answer.data), None)
    before = form.before.data if form.kind.data == ErratumKind.OTHER else line.name_now if line else ""
    return [("Printed", before or ""), ("Correct", form.after.data or "")]


@bp.route("/correct", methods=["GET", "POST"])
@for_staff(Permission.SEAL)
@with_proof("issue the erratum", facts=_correction, is_final=True)
def correct(letter: str) -> Any:
    lines = after_the_seal.lines_to_correct(reading(), actor(), letter)
    form = ErratumForm(answer=request.args.get("line", ""))
    line = next((one for one in lines if one.answer == form.answer.data), None)
    if line is None:
        return _page("choose", letter, EmptyForm(formdata=None), lines=lines)
    if form.validate_on_submit():
        try:
            flash(_make(letter, form.correction()), "ok")
        except InvalidInput as error:
            attach(form, error)
        except (Conflict, WrongState) as error:
            form.form_errors.append(str(error))
            return _page("correct", letter, form, status=409, line=line)
        except RenderingFailed as error:
            form.form_errors.append(str(error))
        else:
            return redirect(url_for("after.show", letter=letter), 303)
    elif not form.is_submitted():
        form.after.data = line.name_now
    return _page("correct", letter, form, line=line)


def _make(letter: str, given: errata.Correction) -> str:
    _refuse_unfit_key()
    plan = errata.plan_erratum(reading(), actor(), letter, given, now=now())
    reading().rollback()
    # One page, and no list: a third of a second.
    pdf = erratum_pdf(plan.document, pdf_seal.sealer(settings(), now=now()))
    with transaction() as session:
        number = errata.make_erratum(session, actor(), letter, plan, pdf, now=now())
    return f"Erratum {number} is issued. Whoever represents the society with a link that works is told by mail."


def _refuse_unfit_key() -> None:
    """Before anything is asked for: the job would only find out later. Raises WrongState."""
    if why := pdf_seal.why_unfit(settings(), now=now()):
        raise WrongState(why)


def _pressed(letter: str, act: Callable[[], str]) -> Any:
    """The act, and back to the page, which says what has come of it."""
    form, status = EmptyForm(), 422
    if form.validate_on_submit():
        try:
            said = act()
        except (Conflict, WrongState, RenderingFailed) as error:
            form.form_errors.append(str(error))
            status = 503 if isinstance(error, RenderingFailed) else 409
        else:
            flash(said, "ok")
            return redirect(url_for("after.show", letter=letter), 303)
    return _show(letter, form, status=status)


@bp.get("/bundle.zip")
@for_staff(Permission.SEE)
def bundle(letter: str) -> Any:
    found = later_bundle.read_later_bundle(reading(), actor(), letter, settings().keyring)
    return send_file(io.BytesIO(found.content), mimetype="application/zip", as_attachment=True, download_name=found.name)


@bp.get("/<any(addendum, erratum, edition):kind>-<int(max=9999):number>.pdf")
@for_staff(Permission.SEE)
def file(letter: str, kind: str, number: int) -> Any:
    found = later_files.read_file(reading(), actor(), letter, kind, number)
    return send_file(io.BytesIO(found.content), mimetype="application/pdf", download_name=found.name)
