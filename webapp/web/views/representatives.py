"""Who represents a society on a letter and who did, and correcting an address."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from webapp.domain.errors import InvalidInput, NotFound
from webapp.domain.permission import Permission
from webapp.services import corrections, dashboard
from webapp.web.access import actor, for_staff
from webapp.web.errors import attach
from webapp.web.forms.leaving import AddressForm
from webapp.web.proof import Facts, with_proof
from webapp.web.transaction import now, reading, settings, transaction

bp = Blueprint("representatives", __name__, url_prefix="/letters/<letter>/roster/<invitation>/representatives")


def _people(letter: str, invitation: str) -> corrections.PeopleView:
    return corrections.show_people(reading(), actor(), letter, invitation)


def _page(template: str, letter: str, invitation: str, **more: Any) -> str:
    view = dashboard.show_dashboard(reading(), actor(), letter, settings().links, now=now())
    return render_template(f"representatives/{template}.html", letter=view, people=_people(letter, invitation), **more)


@bp.get("")
@for_staff(Permission.SEE)
def show(letter: str, invitation: str) -> Any:
    return _page("show", letter, invitation)


def _correction(letter: str, invitation: str) -> Facts:
    form, people = AddressForm(), _people(letter, invitation)
    before = _before(people, form.who.data or "").email
    return [("Society", people.society), ("Old address, which gets nothing more", before), ("New address", form.email.data or "")]


def _before(people: corrections.PeopleView, who: str) -> corrections.Correctable:
    """The one who is meant, else the first whose address can be corrected."""
    found = next((one for one in people.correctable if one.representative == who), next(iter(people.correctable), None))
    if found is None:
        raise NotFound
    return found


@bp.route("/correct", methods=["GET", "POST"])
@for_staff(Permission.INVITE)
@with_proof("correct the address", facts=_correction, is_final=True)
def correct(letter: str, invitation: str) -> Any:
    form = AddressForm()
    before = _before(_people(letter, invitation), form.who.data or request.args.get("who", ""))
    form.who.data = before.representative
    if not form.is_submitted():
        form.name.data, form.email.data = before.name, before.email
    elif form.validate():
        try:
            with transaction() as session:
                corrections.correct_address(session, actor(), letter, invitation, form.correction(), settings().keyring, now=now())
        except InvalidInput as error:
            attach(form, error)
        else:
            flash("The address is corrected: the old link is dead, and nothing more is mailed to the old address.", "ok")
            return redirect(url_for("representatives.show", letter=letter, invitation=invitation), 303)
    doubts = corrections.doubts_of(reading(), actor(), letter, invitation, form.email.data or "") if form.errors else []
    return _page("correct", letter, invitation, form=form, before=before, doubts=doubts), 422 if form.errors else 200


@bp.post("/settle")
@for_staff(Permission.INVITE)
def settle(letter: str, invitation: str) -> Any:
    with transaction() as session:
        corrections.settle_not_us(session, actor(), letter, invitation, now=now())
    flash("It is left at that: the society is not asked again, and the front page no longer names it.", "ok")
    return redirect(url_for("representatives.show", letter=letter, invitation=invitation), 303)
