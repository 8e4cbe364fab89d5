"""How it is known who speaks for a society: what the letter asks for, the list, one answer, its proof."""

from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_wtf import FlaskForm

from webapp.domain.errors import InvalidInput, NotAllowed, TooMany, WrongState
from webapp.domain.permission import Permission
from webapp.services import authority, authority_list, dashboard, disputes, proof_files, recorded
from webapp.web.access import actor, for_staff
from webapp.web.downloads import hand_out
from webapp.web.errors import attach
from webapp.web.forms.authority import DisputeSettledForm, RuleForm, SettleForm
from webapp.web.proof import Facts, with_proof
from webapp.web.transaction import now, reading, settings, transaction

bp = Blueprint("authority", __name__, url_prefix="/letters/<letter>/authority")


def _letter(letter: str) -> dashboard.Dashboard:
    return dashboard.show_dashboard(reading(), actor(), letter, settings().links, now=now())


@bp.get("")
@for_staff(Permission.SEE)
def show(letter: str) -> Any:
    return render_template("authority/show.html", letter=_letter(letter), listed=authority_list.list_authority(reading(), actor(), letter))


@bp.route("/rule", methods=["GET", "POST"])
@for_staff(Permission.VOUCH)
def rule(letter: str) -> Any:
    known = authority_list.list_authority(reading(), actor(), letter).rule
    form, status = RuleForm(data={"methods": list(known.methods)}), 422
    if form.validate_on_submit():
        try:
            with transaction() as session:
                authority.set_rule(session, actor(), letter, form.methods.data or (), now=now())
        except InvalidInput as error:
            attach(form, error)
        except WrongState as error:
            status = 409
            form.form_errors.append(str(error))
        else:
            flash("That is what is asked for from now on.", "ok")
            return redirect(url_for("authority.show", letter=letter), 303)
    return render_template("authority/rule.html", letter=_letter(letter), form=form), status if form.errors else 200


@bp.get("/<answer>")
@for_staff(Permission.SEE)
def answer(letter: str, answer: str) -> Any:
    return _page(letter, answer, 200)


def _page(letter: str, answer: str, status: int, **forms: FlaskForm) -> Any:
    found = authority_list.show_authority(reading(), actor(), letter, answer)
    settle_form = forms.get("settling") or SettleForm(formdata=None)
    if isinstance(settle_form, SettleForm):
        settle_form.offer(found.ways, {one.reference: one.name for one in found.proofs})
    dispute_form = forms.get("dispute") or DisputeSettledForm(formdata=None)
    wrong = next(iter(forms.values()), settle_form)
    context = {"found": found, "settling": settle_form, "dispute": dispute_form, "form": wrong}
    return render_template("authority/answer.html", letter=_letter(letter), **context), status


@bp.post("/<answer>/settle")
@for_staff(Permission.VOUCH)
def settle(letter: str, answer: str) -> Any:
    form, status = SettleForm(), 422
    if form.validate():
        try:
            settling = form.settling()
            with transaction() as session:
                authority.settle_authority(session, actor(), (letter, answer), settling, now=now())
        except InvalidInput as error:
            attach(form, error)
        except (WrongState, TooMany) as error:
            status = 409
            form.form_errors.append(str(error))
        else:
            flash("That is settled, and stands in the record.", "ok")
            return redirect(url_for("authority.show", letter=letter), 303)
    return _page(letter, answer, status, settling=form)


@bp.post("/<answer>/ask")
@for_staff(Permission.VOUCH)
def ask(letter: str, answer: str) -> Any:
    with transaction() as session:
        authority.ask_for_confirmation(session, actor(), (letter, answer), settings().keyring, now=now())
    flash("The official address is asked to confirm the answer.", "ok")
    return redirect(url_for("authority.answer", letter=letter, answer=answer), 303)


def _recorded(letter: str, answer: str) -> Facts:
    line = authority_list.show_authority(reading(), actor(), letter, answer).line
    return [("Society", line.society), ("Answer", line.has), ("How it came", line.recorded)]


@bp.post("/<answer>/confirm")
@for_staff(Permission.VOUCH)
@with_proof("confirm the recorded answer", facts=_recorded)
def confirm(letter: str, answer: str) -> Any:
    try:
        with transaction() as session:
            recorded.confirm_record(session, actor(), letter, answer, now=now())
    except NotAllowed as error:
        flash(str(error), "error")
        return redirect(url_for("authority.answer", letter=letter, answer=answer), 303)
    flash("The recorded answer is confirmed.", "ok")
    return redirect(url_for("authority.show", letter=letter), 303)


def _disputed(letter: str, answer: str) -> Facts:
    line = authority_list.show_authority(reading(), actor(), letter, answer).line
    stands = request.form.get("stands") == "yes"
    return [("Society", line.society), ("What you found", "the answer stands" if stands else "the answer is withdrawn")]


@bp.post("/<answer>/dispute")
@for_staff(Permission.VOUCH)
@with_proof("settle the dispute", facts=_disputed)
def settle_dispute(letter: str, answer: str) -> Any:
    form, status = DisputeSettledForm(), 422
    if form.validate():
        stands = form.stands.data == "yes"
        try:
            with transaction() as session:
                disputes.settle_dispute(session, actor(), (letter, answer), form.finding.data or "", stands=stands, now=now())
        except InvalidInput as error:
            attach(form, error)
        except WrongState as error:
            status = 409
            form.form_errors.append(str(error))
        else:
            flash("The dispute is settled, and everybody of the society is told.", "ok")
            return redirect(url_for("authority.show", letter=letter), 303)
    return _page(letter, answer, status, dispute=form)


@bp.get("/<answer>/proof/<proof>")
@for_staff(Permission.VOUCH)
def proof(letter: str, answer: str, proof: str) -> Response:
    file = proof_files.read_proof_file(reading(), actor(), letter, answer, proof)
    return hand_out(file.name, file.media_type, file.content)
