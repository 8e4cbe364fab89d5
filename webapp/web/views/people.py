"""Who works on a letter: the owner lets staff in, changes their role, takes them off."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for

from webapp.domain.errors import InvalidInput
from webapp.domain.permission import Permission, Role
from webapp.services import dashboard, people
from webapp.web.access import actor, for_staff
from webapp.web.errors import attach
from webapp.web.forms.desk import ROLES, PersonForm, RoleForm
from webapp.web.proof import Facts, with_proof
from webapp.web.transaction import now, reading, settings, transaction

bp = Blueprint("people", __name__, url_prefix="/letters/<letter>/people")


@bp.get("")
@for_staff(Permission.SEE)
def show(letter: str) -> Any:
    return _page(letter, PersonForm(formdata=None))


def _page(letter: str, form: PersonForm) -> Any:
    view = dashboard.show_dashboard(reading(), actor(), letter, settings().links, now=now())
    lines = people.list_people(reading(), actor(), letter)
    page = render_template("people/show.html", letter=view, people=lines, roles=ROLES, form=form)
    return page, 422 if form.errors else 200


def _newcomer(**_address: str) -> Facts:
    form = PersonForm()
    return [("Account", form.email.data or ""), ("Role", ROLES.get(form.role.data, ""))]


def _other_role(letter: str, person: str) -> Facts:
    return [*_leaving(letter, person), ("New role", ROLES.get(RoleForm().role.data, ""))]


def _leaving(letter: str, person: str) -> Facts:
    here = people.list_people(reading(), actor(), letter)
    return [fact for one in here if one.reference == person for fact in (("Account", one.email), ("Role", ROLES[Role(one.role)]))]


@bp.post("/add")
@for_staff(Permission.SHARE)
@with_proof("let them work on the letter", facts=_newcomer)
def add(letter: str) -> Any:
    form = PersonForm()
    if form.validate_on_submit():
        try:
            with transaction() as session:
                people.add_person(session, actor(), letter, form.email.data, form.role.data, now=now())
        except InvalidInput as error:
            attach(form, error)
        else:
            flash("They find the letter in their list from now on.", "ok")
            return redirect(url_for("people.show", letter=letter), 303)
    return _page(letter, form)


@bp.post("/<person>/role")
@for_staff(Permission.SHARE)
@with_proof("change the role", facts=_other_role)
def change_role(letter: str, person: str) -> Any:
    form = RoleForm()
    if not form.validate_on_submit():
        raise InvalidInput("Go back and choose one of the roles in the list.")
    with transaction() as session:
        people.change_role(session, actor(), letter, person, form.role.data, now=now())
    flash("The role is changed, and holds at once.", "ok")
    return redirect(url_for("people.show", letter=letter), 303)


@bp.post("/<person>/remove")
@for_staff(Permission.SHARE)
@with_proof("take them off the letter", facts=_leaving)
def remove(letter: str, person: str) -> Any:
    with transaction() as session:
        people.remove_person(session, actor(), letter, person, now=now())
    flash("They can no longer open the letter.", "ok")
    is_oneself = person == actor().reference
    return redirect(url_for("letters.index") if is_oneself else url_for("people.show", letter=letter), 303)
