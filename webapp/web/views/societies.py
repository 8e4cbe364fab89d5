"""The directory of societies: everybody on the staff reads it, whoever coordinates a letter keeps it."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from webapp.domain.errors import Conflict, InvalidInput, PictureKindRefused
from webapp.rendering.logo import read_logo
from webapp.services import directory, societies, society_join, society_logo
from webapp.web.access import actor, for_keeper, for_staff
from webapp.web.errors import attach
from webapp.web.forms.desk import EmptyForm
from webapp.web.forms.society import JoinForm, LogoForm, SocietyFactsForm, facts_as_plain
from webapp.web.pictures import picture_response
from webapp.web.transaction import now, reading, transaction

_LONGEST_NUMBER = 10

bp = Blueprint("societies", __name__, url_prefix="/societies")


@bp.get("")
@for_staff()
def index() -> Any:
    search, number = request.args.get("q", ""), request.args.get("page", 1, type=int)
    page = directory.list_societies(reading(), search=search, number=number)
    return render_template("societies/index.html", page=page, search=search, may_keep=directory.may_keep(reading(), actor()))


@bp.get("/<society>")
@for_staff()
def show(society: str) -> Any:
    current = societies.stands_for(reading(), society)
    if current != society:
        return redirect(url_for("societies.show", society=current))
    return _entry_page(society)


@bp.get("/<society>/logo.png")
@for_staff()
def logo(society: str) -> Any:
    return picture_response(society_logo.read_logo_of(reading(), society))


@bp.get("/<society>/logo/upload.png")
@for_keeper
def upload(society: str) -> Any:
    return picture_response(society_logo.read_upload(reading(), actor(), society))


@bp.post("/<society>/logo")
@for_keeper
def put_logo(society: str) -> Any:
    form = LogoForm()
    try:
        reading().rollback()
        picture = read_logo(form.file.data.read() if form.file.data else b"")
        with transaction() as session:
            society_logo.offer_logo(session, actor(), society, picture, now=now())
    except InvalidInput as error:
        attach(form, error)
        return _entry_page(society, form), 415 if isinstance(error, PictureKindRefused) else 422
    return redirect(url_for("societies.look_at_logo", society=society), 303)


@bp.get("/<society>/logo")
@for_keeper
def look_at_logo(society: str) -> Any:
    return _logo_page(society, EmptyForm(formdata=None))


@bp.post("/<society>/logo/use")
@for_keeper
def use_logo(society: str) -> Any:
    form = EmptyForm()
    try:
        with transaction() as session:
            society_logo.use_upload(session, actor(), society, request.form.get("sha256", ""), now=now())
    except Conflict as error:
        form.form_errors.append(str(error))
        return _logo_page(society, form), 409
    flash("The logo is in the directory.", "ok")
    return redirect(url_for("societies.show", society=society), 303)


@bp.post("/<society>/logo/drop")
@for_keeper
def drop_logo(society: str) -> Any:
    with transaction() as session:
        society_logo.drop_upload(session, actor(), society)
    flash("It was not taken. Nothing has changed.", "ok")
    return redirect(url_for("societies.show", society=society), 303)


def _logo_page(society: str, form: EmptyForm) -> Any:
    waiting = society_logo.show_upload(reading(), actor(), society)
    if waiting is None:
        return redirect(url_for("societies.show", society=society), 303)
    view = societies.show_society(reading(), actor(), society)
    return render_template("societies/look_at_logo.html", view=view, upload=waiting, form=form)


@bp.post("/<society>/logo/remove")
@for_keeper
def remove_logo(society: str) -> Any:
    with transaction() as session:
        society_logo.take_logo_out(session, actor(), society, now=now())
    flash("The logo is taken out.", "ok")
    return redirect(url_for("societies.show", society=society), 303)


@bp.route("/new", methods=["GET", "POST"])
@for_keeper
def new() -> Any:
    form = SocietyFactsForm()
    if form.validate_on_submit():
        try:
            with transaction() as session:
                society = societies.add_entry(session, actor(), form.facts(), now=now())
        except InvalidInput as error:
            attach(form, error)
        else:
            flash(f"{form.printed_name.data} is in the directory.", "ok")
            return redirect(url_for("societies.show", society=society), 303)
    return _form_page(form, None)


@bp.route("/<society>/edit", methods=["GET", "POST"])
@for_keeper
def edit(society: str) -> Any:
    if (current := societies.stands_for(reading(), society)) != society:
        return redirect(url_for("societies.show", society=current), 303)
    view = societies.show_society(reading(), actor(), society)
    form = SocietyFactsForm(data=facts_as_plain(view.facts, view.edition))
    if form.validate_on_submit():
        try:
            edition, reason = number(form.edition.data), form.reason.data or ""
            with transaction() as session:
                is_changed = societies.change_entry(session, actor(), society, form.facts(), edition, reason=reason, now=now())
        except InvalidInput as error:
            attach(form, error)
        except Conflict as error:
            form.form_errors.append(str(error))
            # What is typed stays; who sends it once more has seen what is there now.
            form.edition.data = str(view.edition)
        else:
            flash("The entry is saved." if is_changed else "Nothing was different.", "ok")
            return redirect(url_for("societies.show", society=society), 303)
    return _form_page(form, view)


@bp.get("/<society>/join")
@for_keeper
def find_double(society: str) -> Any:
    view = societies.show_society(reading(), actor(), society)
    search = request.args.get("q", "")
    lines = society_join.others_like(reading(), actor(), society, search)
    return render_template("societies/find_double.html", view=view, lines=lines, search=search)


@bp.route("/<society>/join/<other>", methods=["GET", "POST"])
@for_keeper
def join(society: str, other: str) -> Any:
    joining = society_join.compare_entries(reading(), actor(), society, other)
    editions = {"stays_edition": str(joining.stays.edition), "goes_edition": str(joining.goes.edition)}
    form = JoinForm(data=editions)
    if form.validate_on_submit():
        seen = (number(form.stays_edition.data), number(form.goes_edition.data))
        try:
            with transaction() as session:
                society_join.join_entries(session, actor(), society, other, seen, form.reason.data, now=now())
        except InvalidInput as error:
            attach(form, error)
        except Conflict as error:
            form.form_errors.append(str(error))
            form.stays_edition.data, form.goes_edition.data = editions.values()
        else:
            flash("The two are one entry now. Both histories are below.", "ok")
            return redirect(url_for("societies.show", society=society), 303)
    return render_template("societies/join.html", form=form, joining=joining), 422 if form.errors else 200


def _entry_page(society: str, form: LogoForm | None = None) -> str:
    view = societies.show_society(reading(), actor(), society)
    return render_template("societies/show.html", view=view, form=form or LogoForm(formdata=None))


def number(typed: str | None) -> int:
    return int(typed) if typed and typed.isdecimal() and len(typed) < _LONGEST_NUMBER else 0


def _form_page(form: SocietyFactsForm, view: societies.SocietyView | None) -> Any:
    form.fill_spare_rows()
    return render_template("societies/edit.html", form=form, view=view, kinds=directory.known_kinds(reading())), 422 if form.errors else 200
