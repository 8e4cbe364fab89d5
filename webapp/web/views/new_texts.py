"""Texts that journals want changed after the seal: begun, written, put to the signatories, listed, made into documents."""

import io
from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, send_file, url_for
from flask_wtf import FlaskForm

from webapp.domain.document_kind import DocumentKind
from webapp.domain.errors import Conflict, InvalidInput, NotFound, WrongState
from webapp.domain.new_text import NewTextState
from webapp.domain.permission import Permission
from webapp.domain.wording import count_phrase, people_phrase
from webapp.services import dashboard, new_text, new_text_files, new_text_view, venues
from webapp.services.new_text_view import NewTextView
from webapp.web.access import actor, for_staff
from webapp.web.errors import attach
from webapp.web.forms.desk import EmptyForm
from webapp.web.forms.new_text import CHANGES, AbandonTextForm, BeginTextForm, PutTextForm, WriteTextForm
from webapp.web.proof import Facts, with_proof
from webapp.web.transaction import now, reading, settings, transaction

bp = Blueprint("new_texts", __name__, url_prefix="/letters/<letter>/new-texts")


def _letter(letter: str) -> dashboard.Dashboard:
    return dashboard.show_dashboard(reading(), actor(), letter, settings().links, now=now())


def _text(letter: str, text: str) -> NewTextView:
    return new_text_view.show_new_text(reading(), actor(), letter, text, now=now())


def _to(letter: str, text: str) -> Any:
    return redirect(url_for("new_texts.show", letter=letter, text=text), 303)


@bp.get("")
@for_staff(Permission.SEE)
def index(letter: str) -> Any:
    return _list_page(letter, None)


@bp.post("")
@for_staff(Permission.EDIT)
def begin(letter: str) -> Any:
    form, status = _begin_form(letter, BeginTextForm()), 422
    if form.validate_on_submit():
        try:
            with transaction() as session:
                begun = new_text.begin_new_text(session, actor(), letter, form.begun(), now=now())
        except InvalidInput as error:
            attach(form, error)
        except (Conflict, WrongState) as error:
            form.form_errors.append(str(error))
            status = 409
        else:
            flash("The text begins as a copy of the sealed one: change it as the journal asks.", "ok")
            return _to(letter, begun)
    return _list_page(letter, form, status)


def _begin_form(letter: str, form: BeginTextForm) -> BeginTextForm:
    bases = new_text_view.list_new_texts(reading(), actor(), letter).bases
    return form.offer(bases, {one.venue.slug: one.venue.name for one in venues.list_venues(reading())})


def _list_page(letter: str, form: BeginTextForm | None, status: int = 200) -> Any:
    view, found = _letter(letter), new_text_view.list_new_texts(reading(), actor(), letter)
    known, asked_by = {"journal": view.journal}, request.args.get("submission", "")
    if asked_by:
        known = new_text_view.propose_new_text_for(reading(), actor(), letter, asked_by)
    shown = form or _begin_form(letter, BeginTextForm(formdata=None, data=known))
    return render_template("new_texts/index.html", letter=view, texts=found, form=shown), status


@bp.get("/<text>")
@for_staff(Permission.SEE)
def show(letter: str, text: str) -> Any:
    return _page(letter, text)


@bp.post("/<text>/write")
@for_staff(Permission.EDIT)
def write(letter: str, text: str) -> Any:
    form, status = WriteTextForm(), 422
    if form.validate_on_submit():
        try:
            with transaction() as session:
                new_text.write_new_text(session, actor(), letter, text, form.written(), now=now())
        except InvalidInput as error:
            attach(form, error)
        except (Conflict, WrongState) as error:
            form.form_errors.append(str(error))
            status = 409
        else:
            flash("The text is saved.", "ok")
            return _to(letter, text)
    return _page(letter, text, form, status)


@bp.post("/<text>/meters")
@for_staff(Permission.SEE)
def meters(letter: str, text: str) -> Any:
    """The meters of the text as it is typed: nothing is stored."""
    measured = new_text_view.measure_new_text(reading(), actor(), letter, text, request.form.get("body", ""))
    return render_template("chosen_venues/meters.html", text=measured)


def _putting(letter: str, text: str) -> Facts:
    view, form = _text(letter, text), PutTextForm()
    if view.proposed is None:
        return []
    until = form.until.data
    return [
        ("Journal", view.journal),
        ("Declared", CHANGES.get(form.change.data or "", "").partition(":")[0]),
        ("Asked", f"{count_phrase(view.proposed.asked, _letter(letter).collective_noun)}, {people_phrase(view.proposed.people)} by mail"),
        ("Until", f"{until:%Y-%m-%d, %H:%M}" if until else ""),
    ]


@bp.route("/<text>/put", methods=["GET", "POST"])
@for_staff(Permission.SEAL)
@with_proof("put the text to the signatories", facts=_putting, is_final=True)
def put(letter: str, text: str) -> Any:
    form, status = PutTextForm(), 422
    if form.validate_on_submit():
        try:
            with transaction() as session:
                new_text.put_new_text(session, actor(), letter, text, form.declared(), now=now())
        except InvalidInput as error:
            attach(form, error)
        except (Conflict, WrongState) as error:
            form.form_errors.append(str(error))
            status = 409
        else:
            flash("The text is before the signatories, and each of them is being told.", "ok")
            return _to(letter, text)
    view = _text(letter, text)
    form.seen.data = view.proposed.mark if view.proposed else ""
    page = render_template("new_texts/put.html", letter=_letter(letter), text=view, form=form)
    return page, status if form.errors else 200


@bp.route("/<text>/abandon", methods=["GET", "POST"])
@for_staff(Permission.SEAL)
def abandon(letter: str, text: str) -> Any:
    form, status = AbandonTextForm(), 422
    if form.validate_on_submit():
        try:
            with transaction() as session:
                new_text.abandon_new_text(session, actor(), letter, text, form.reason.data or "", now=now())
        except InvalidInput as error:
            attach(form, error)
        except WrongState as error:
            form.form_errors.append(str(error))
            status = 409
        else:
            flash("The text is abandoned. Whoever was asked about it is being told.", "ok")
            return _to(letter, text)
    page = render_template("new_texts/abandon.html", letter=_letter(letter), text=_text(letter, text), form=form)
    return page, status if form.errors else 200


def _made_of(letter: str, text: str) -> Facts:
    view = _text(letter, text)
    return [("Journal", view.journal), ("On its list", view.listed_phrase)]


@bp.post("/<text>/make")
@for_staff(Permission.SEAL)
@with_proof("make the documents", facts=_made_of, is_final=True)
def make(letter: str, text: str) -> Any:
    return _pressed(letter, text, _ask_to_make)


def _ask_to_make(letter: str, text: str) -> str:
    with transaction() as session:
        new_text_files.ask_to_make(session, actor(), letter, text, now=now())
    return "The documents are being made. That takes a moment; you need not wait for it."


def _pressed(letter: str, text: str, act: Callable[[str, str], str]) -> Any:
    form = EmptyForm()
    if form.validate_on_submit():
        try:
            flash(act(letter, text), "ok")
        except (Conflict, WrongState) as error:
            form.form_errors.append(str(error))
            return _page(letter, text, form, 409)
        return _to(letter, text)
    return _page(letter, text, form, 422)


def _page(letter: str, text: str, form: FlaskForm | None = None, status: int = 200) -> Any:
    view = _text(letter, text)
    writing = form if isinstance(form, WriteTextForm) else WriteTextForm(formdata=None, data=vars(view))
    if isinstance(form, WriteTextForm):
        # Pressed again, it is stored over what stands there now, which the page shows beside it.
        writing.edition.data = str(view.edition)
    shown = form or EmptyForm(formdata=None)
    template = "draft" if view.state == NewTextState.DRAFTING else "show"
    return render_template(f"new_texts/{template}.html", letter=_letter(letter), text=view, form=shown, writing=writing), status


@bp.get("/<text>/files/<kind>")
@for_staff(Permission.SEE)
def file(letter: str, text: str, kind: str) -> Any:
    if kind not in set(DocumentKind):
        raise NotFound
    found = new_text_files.read_new_text_file(reading(), actor(), letter, text, kind)
    return send_file(io.BytesIO(found.content), mimetype=found.media_type, download_name=found.name)
