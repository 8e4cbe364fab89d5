"""Translations of the sealed letter: written, looked at and removed at the desk, and read in the rooms of the signatories."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from webapp.domain.errors import Conflict, InvalidInput
from webapp.domain.permission import Permission
from webapp.rendering.text import word_count
from webapp.rendering.writing import is_right_to_left
from webapp.services import dashboard, publication, rooms, translations
from webapp.services.place import Place
from webapp.services.translations import TranslationView
from webapp.web.access import actor, for_representative, for_staff
from webapp.web.errors import attach
from webapp.web.forms.translation import RemoveTranslationForm, TranslationForm
from webapp.web.transaction import now, reading, settings, transaction

bp = Blueprint("translations", __name__)

_DESK = "/letters/<letter>/translations"


def _page(template: str, letter: str, **more: Any) -> str:
    view = dashboard.show_dashboard(reading(), actor(), letter, settings().links, now=now())
    return render_template(f"translations/{template}.html", letter=view, **more)


@bp.get(_DESK)
@for_staff(Permission.PUBLISH)
def index(letter: str) -> Any:
    page = translations.list_translations(reading(), actor(), letter)
    links = settings().links
    shown = publication.show_publication(reading(), actor(), letter, links, now=now())
    addresses = {one.language: links.translation(letter, one.language) for one in page.standing}
    return _page("index", letter, page=page, publication=shown, addresses=addresses)


@bp.route(f"{_DESK}/add", methods=["GET", "POST"])
@for_staff(Permission.PUBLISH)
def add(letter: str) -> Any:
    page = translations.list_translations(reading(), actor(), letter)
    form = TranslationForm().offer(
        {**page.offered, **{one.language: one.english_name for one in page.standing if request.method == "POST"}}
    )
    return _take(letter, None, form)


@bp.route(f"{_DESK}/<translation>", methods=["GET", "POST"])
@for_staff(Permission.PUBLISH)
def edit(letter: str, translation: str) -> Any:
    view = translations.read_translation(reading(), actor(), letter, translation)
    form = TranslationForm(data=vars(view)) if request.method == "GET" else TranslationForm()
    return _take(letter, view, form.of(view))


def _take(letter: str, known: TranslationView | None, form: TranslationForm) -> Any:
    """Kept, or shown once more with what is wrong with it; a press on “Preview” shows how it will be set."""
    status, preview, theirs = 422, "", None
    if form.validate_on_submit():
        try:
            # Set before any lock is taken: the converter may be slow, and what it has made is kept for the act itself.
            preview = translations.preview_translation(reading(), actor(), letter, form.language.data, form.body.data or "")
            if "preview" not in request.form:
                return _kept(letter, known, form)
        except InvalidInput as error:
            attach(form, error)
        except Conflict as error:
            form.form_errors.append(str(error))
            status, theirs = 409, _theirs(letter, form.language.data)
            form.edition.data = str(theirs.edition if theirs and known else 0)
    page = translations.list_translations(reading(), actor(), letter)
    direction = "rtl" if is_right_to_left(form.language.data or "") else "ltr"
    shown = _page("edit", letter, page=page, known=known, form=form, preview=preview, theirs=theirs, direction=direction)
    return shown, status if form.errors else 200


def _kept(letter: str, known: TranslationView | None, form: TranslationForm) -> Any:
    with transaction() as session:
        if known is None:
            translations.add_translation(session, actor(), letter, form.language.data, form.written(), now=now())
        else:
            translations.edit_translation(session, actor(), letter, known.reference, form.written(), now=now())
    flash("The translation is saved.", "ok")
    return redirect(url_for("translations.index", letter=letter), 303)


def _theirs(letter: str, language: str) -> TranslationView | None:
    page = translations.list_translations(reading(), actor(), letter)
    return next((one for one in page.standing if one.language == language), None)


@bp.post(f"{_DESK}/preview")
@for_staff(Permission.PUBLISH)
def preview(letter: str) -> Any:
    """How it will be set, while it is typed."""
    language, body = request.form.get("language", ""), request.form.get("body", "")
    html, words, problem = "", 0, ""
    try:
        html = translations.preview_translation(reading(), actor(), letter, language, body)
        words = word_count(body)
    except InvalidInput as error:
        problem = str(error)
    direction = "rtl" if is_right_to_left(language) else "ltr"
    return render_template("letters/preview.html", problem=problem, html=html, words=words, language=language, direction=direction)


@bp.route(f"{_DESK}/<translation>/remove", methods=["GET", "POST"])
@for_staff(Permission.PUBLISH)
def remove(letter: str, translation: str) -> Any:
    """Asks first: whoever has its address finds nothing there afterwards."""
    view, form, status = translations.read_translation(reading(), actor(), letter, translation), RemoveTranslationForm(), 422
    if form.validate_on_submit():
        try:
            with transaction() as session:
                translations.remove_translation(session, actor(), letter, translation, form.edition_number, now=now())
        except Conflict as error:
            form.form_errors.append(str(error))
            status, view = 409, translations.read_translation(reading(), actor(), letter, translation)
        else:
            flash(f"The translation into {view.english_name} is removed.", "ok")
            return redirect(url_for("translations.index", letter=letter), 303)
    form.edition.data = str(view.edition)
    return _page("remove", letter, form=form, translation=view), status if form.errors else 200


@bp.get("/room/<invitation>/translations/<language>")
@for_representative
def in_room(place: Place, language: str) -> Any:
    found = translations.read_in_room(reading(), place, language)
    direction = "rtl" if is_right_to_left(language) else "ltr"
    room = rooms.show_room(reading(), place, now=now())
    return render_template("translations/in_room.html", translation=found, room=room, direction=direction)
