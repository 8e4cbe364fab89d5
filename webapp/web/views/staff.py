"""The accounts of the staff, kept by its administrators."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for

from webapp.domain.errors import InvalidInput
from webapp.services import staff
from webapp.web.access import actor, for_administrator
from webapp.web.errors import attach
from webapp.web.forms.desk import AccountForm
from webapp.web.proof import Facts, with_proof
from webapp.web.transaction import now, reading, transaction

bp = Blueprint("staff", __name__, url_prefix="/staff")


@bp.get("")
@for_administrator
def show() -> Any:
    return _page(AccountForm(formdata=None))


def _page(form: AccountForm) -> Any:
    accounts = staff.list_accounts(reading(), actor())
    return render_template("staff/show.html", accounts=accounts, form=form), 422 if form.errors else 200


def _newcomer() -> Facts:
    return [("Account", AccountForm().email.data or "")]


def _account(account: str) -> Facts:
    return [("Account", one.email) for one in staff.list_accounts(reading(), actor()) if one.reference == account]


@bp.post("/add")
@for_administrator
@with_proof("add the account", facts=_newcomer)
def add() -> Any:
    form = AccountForm()
    if form.validate_on_submit():
        try:
            with transaction() as session:
                is_new = staff.add_account(session, actor(), form.email.data, now=now())
        except InvalidInput as error:
            attach(form, error)
        else:
            flash(f"{form.email.data} {'is now' if is_new else 'was already'} on the staff.", "ok")
            return redirect(url_for("staff.show"), 303)
    return _page(form)


@bp.post("/<account>/administrator")
@for_administrator
@with_proof("make an administrator", facts=_account)
def make_administrator(account: str) -> Any:
    with transaction() as session:
        staff.set_administrator(session, actor(), account, is_administrator=True)
    flash("There is another administrator.", "ok")
    return redirect(url_for("staff.show"), 303)


@bp.post("/<account>/no-administrator")
@for_administrator
@with_proof("unmake an administrator", facts=_account)
def unmake_administrator(account: str) -> Any:
    with transaction() as session:
        staff.set_administrator(session, actor(), account, is_administrator=False)
    flash("That account is no administrator any more.", "ok")
    return redirect(url_for("letters.index") if account == actor().reference else url_for("staff.show"), 303)


@bp.post("/<account>/remove")
@for_administrator
@with_proof("close the account", facts=_account)
def remove(account: str) -> Any:
    with transaction() as session:
        staff.close_account(session, actor(), account, now=now())
    flash("The account is closed, and its sessions have ended.", "ok")
    return redirect(url_for("front.show") if account == actor().reference else url_for("staff.show"), 303)
