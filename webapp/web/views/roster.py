"""The roster: who is invited, where each society is, and adding more."""

from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for

from webapp.domain.columns import COLUMNS
from webapp.domain.errors import InvalidInput, NotFound
from webapp.domain.permission import Permission
from webapp.domain.roster import RosterEntry
from webapp.services import addresses, dashboard, roster, roster_export, roster_list
from webapp.web.access import actor, for_staff
from webapp.web.errors import attach
from webapp.web.forms.desk import EmptyForm, NameForm, SocietyForm
from webapp.web.lists import file_of
from webapp.web.proof import Facts, with_proof
from webapp.web.roster_page import roster_page, wanted_of
from webapp.web.transaction import now, reading, settings, transaction

bp = Blueprint("roster", __name__, url_prefix="/letters/<letter>/roster")


def _letter(letter: str) -> dashboard.Dashboard:
    return dashboard.show_dashboard(reading(), actor(), letter, settings().links, now=now())


@bp.get("")
@for_staff(Permission.SEE)
def show(letter: str) -> Any:
    return roster_page(letter, EmptyForm(formdata=None))


@bp.get("/list.csv")
@for_staff(Permission.SEE)
def as_csv(letter: str) -> Response:
    return file_of("csv", roster_export.COLUMNS, _exported(letter), f"roster-{letter}")


@bp.get("/list.xlsx")
@for_staff(Permission.SEE)
def as_xlsx(letter: str) -> Response:
    return file_of("xlsx", roster_export.COLUMNS, _exported(letter), f"roster-{letter}")


def _exported(letter: str) -> list[tuple[str, ...]]:
    return roster_export.export_roster(reading(), actor(), letter, wanted_of(request.args), now=now())


@bp.route("/add", methods=["GET", "POST"])
@for_staff(Permission.INVITE)
def add(letter: str) -> Any:
    form = SocietyForm(data={"society": request.args.get("society", "")})
    if form.validate_on_submit():
        entry = RosterEntry(**{field.name: (field.data or "").strip() for field in form if field.name in COLUMNS})
        try:
            with transaction() as session:
                checked = roster.add_society(session, actor(), letter, entry, settings().keyring, now=now())
        except InvalidInput as error:
            attach(form, error)
        else:
            flash(f"{entry.society} is on the roster.", "ok")
            for doubt in checked.doubts:
                flash(doubt, "warn")
            return redirect(url_for("roster.show", letter=letter), 303)
    return render_template("roster/add.html", form=form, letter=_letter(letter)), 422 if form.errors else 200


def _addresses(letter: str) -> Facts:
    return [("Addresses of", f"the representatives of {_letter(letter).invited_phrase}")]


@bp.route("/addresses", methods=["GET", "POST"])
@for_staff(Permission.EXPORT_ADDRESSES)
@with_proof(
    "export the addresses",
    facts=_addresses,
    is_final=True,
    note="The file is saved by your browser as soon as the code is right; this page then stays as it is.",
)
def export_addresses(letter: str) -> Any:
    form = EmptyForm()
    if not form.validate_on_submit():
        return render_template("roster/addresses.html", form=form, letter=_letter(letter))
    with transaction() as session:
        rows = addresses.export_addresses(session, actor(), letter, now=now())
    return file_of("xlsx" if "xlsx" in request.form else "csv", addresses.ADDRESS_COLUMNS, rows, f"addresses-{letter}")


@bp.post("/representatives/<representative>/link")
@for_staff(Permission.INVITE)
def replace_link(letter: str, representative: str) -> Any:
    with transaction() as session:
        roster.replace_link(session, actor(), letter, representative, settings().keyring, now=now())
    flash("The old link is dead; a new one is on its way to the registered address.", "ok")
    return redirect(url_for("roster.show", letter=letter), 303)


@bp.post("/representatives/<representative>/revoke")
@for_staff(Permission.INVITE)
def revoke_representative(letter: str, representative: str) -> Any:
    with transaction() as session:
        roster.revoke_representative(session, actor(), letter, representative, now=now())
    flash("The link is dead for good. What the society has answered stands.", "ok")
    return redirect(url_for("roster.show", letter=letter), 303)


@bp.post("/<invitation>/remove")
@for_staff(Permission.INVITE)
def remove_society(letter: str, invitation: str) -> Any:
    with transaction() as session:
        roster.remove_society(session, actor(), letter, invitation, now=now())
    flash("The society is off the roster.", "ok")
    return redirect(url_for("roster.show", letter=letter), 303)


@bp.route("/<invitation>/name", methods=["GET", "POST"])
@for_staff(Permission.INVITE)
def correct_name(letter: str, invitation: str) -> Any:
    line = roster_list.find_line(reading(), actor(), letter, invitation)
    if line is None or not line.printed_name:
        raise NotFound
    form = NameForm(printed_name=line.printed_name)
    if form.validate_on_submit():
        try:
            with transaction() as session:
                roster.correct_printed_name(session, actor(), letter, invitation, form.printed_name.data, now=now())
        except InvalidInput as error:
            attach(form, error)
        else:
            flash("The printed name is corrected, and the society is being told.", "ok")
            return redirect(url_for("roster.show", letter=letter), 303)
    return render_template("roster/name.html", form=form, letter=_letter(letter), line=line), 422 if form.errors else 200
