"""The editor: one text of a letter beside its preview, and the short forms."""

from typing import Any

from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for

from webapp.domain.errors import Conflict, InvalidInput
from webapp.domain.permission import Permission
from webapp.rendering.likeness import reads_the_same
from webapp.rendering.redline import redline, redline_html
from webapp.rendering.text import statement_html, word_count
from webapp.services import chosen_venues, dashboard, texts
from webapp.services.texts import TextChanged, Writing
from webapp.web.access import actor, for_staff
from webapp.web.errors import attach
from webapp.web.forms.text import RemoveTextForm, ShortFormForm, TextForm
from webapp.web.transaction import now, reading, settings, transaction

bp = Blueprint("texts", __name__, url_prefix="/letters/<letter>/texts")


@bp.get("/<text>")
@for_staff(Permission.SEE)
def edit(letter: str, text: str) -> Any:
    writing = texts.read_text(reading(), actor(), letter, text)
    form = TextForm(formdata=None, data={"body": writing.text.body, "edition": str(writing.text.edition)})
    return _page(letter, writing, form)


@bp.post("/<text>")
@for_staff(Permission.EDIT)
def save(letter: str, text: str) -> Any:
    form = TextForm()
    writing = texts.read_text(reading(), actor(), letter, text)
    if not form.validate_on_submit() or "preview" in request.form:
        return _page(letter, writing, form)
    try:
        with transaction() as session:
            texts.write_text(session, actor(), letter, text, form.body.data or "", form.edition_number, now=now())
    except InvalidInput as error:
        attach(form, error)
    except TextChanged as error:
        return _changed_page(letter, writing, form, error), 409
    else:
        flash("The text is saved.", "ok")
        return redirect(url_for("texts.edit", letter=letter, text=text), 303)
    return _page(letter, writing, form)


@bp.post("/<text>/keep")
@for_staff(Permission.EDIT)
def keep(letter: str, text: str) -> Any:
    """Saves while it is being written: answers a program, which says on the page how it stands."""
    form = TextForm()
    if not form.validate_on_submit():
        return jsonify(problem=" ".join(message for messages in form.errors.values() for message in messages)), 422
    try:
        with transaction() as session:
            edition = texts.write_text(session, actor(), letter, text, form.body.data or "", form.edition_number, now=now())
    except InvalidInput as error:
        return jsonify(problem=str(error)), 422
    except TextChanged as error:
        return jsonify(problem=str(error), changed=True), 409
    return jsonify(edition=edition)


@bp.post("/new")
@for_staff(Permission.EDIT)
def add(letter: str) -> Any:
    form = ShortFormForm()
    try:
        with transaction() as session:
            text = texts.add_short_form(session, actor(), letter, form.name.data or "", now=now())
    except InvalidInput as error:
        flash(str(error), "error")
        return redirect(url_for("letters.show", letter=letter), 303)
    flash("The short form begins as a copy of the statement: cut it to what its venue takes.", "ok")
    return redirect(url_for("texts.edit", letter=letter, text=text), 303)


@bp.route("/<text>/remove", methods=["GET", "POST"])
@for_staff(Permission.EDIT)
def remove(letter: str, text: str) -> Any:
    """Asks first: what was written since the last revision is nowhere else."""
    writing = texts.read_removable(reading(), actor(), letter, text)
    form, status = RemoveTextForm(), 200
    if form.validate_on_submit():
        try:
            with transaction() as session:
                texts.remove_short_form(session, actor(), letter, text, form.edition_number, now=now())
        except Conflict as error:
            form.form_errors.append(str(error))
            status, writing = 409, texts.read_removable(reading(), actor(), letter, text)
        else:
            flash("The short form is removed. Revisions that have it keep it.", "ok")
            return redirect(url_for("letters.show", letter=letter), 303)
    elif form.errors:
        status = 422
    # The page that goes out now shows what there is now.
    form.edition.data = str(writing.text.edition)
    view = dashboard.show_dashboard(reading(), actor(), letter, settings().links, now=now())
    return render_template("texts/remove.html", letter=view, form=form, writing=writing, words=_count(writing.text.body)), status


def _page(letter: str, writing: Writing, form: TextForm) -> Any:
    view = dashboard.show_dashboard(reading(), actor(), letter, settings().links, now=now())
    html, words, problem = _preview(form.body.data or "", writing)
    status = 422 if form.errors else 200
    typed = form.body.data or ""
    measured = chosen_venues.measure_text(reading(), actor(), letter, writing.text.reference, typed, now=now())
    is_unsaved = (form.body.data or "") != writing.text.body
    context = {
        "is_unsaved": is_unsaved,
        "preview_html": html,
        "words": words,
        "problem": problem,
        "short_form": ShortFormForm(formdata=None),
    }
    return render_template("texts/edit.html", letter=view, writing=writing, form=form, measured=measured, **context), status


def _changed_page(letter: str, writing: Writing, form: TextForm, error: TextChanged) -> Any:
    view = dashboard.show_dashboard(reading(), actor(), letter, settings().links, now=now())
    typed = form.body.data or ""
    form.edition.data = str(error.text.edition)
    difference = _difference(error.text.body, typed, writing)
    return render_template(
        "texts/changed.html", letter=view, writing=writing, form=form, problem=str(error), redline=difference, theirs=error.text
    )


def _difference(theirs: str, mine: str, writing: Writing) -> Any:
    """How the two differ as they are read; none where one of them cannot be converted yet."""
    try:
        sides = [statement_html(body, writing.references, language=writing.language, style=writing.style) for body in (theirs, mine)]
    except InvalidInput:
        return None
    return redline_html(redline(*sides), language=writing.language)


def _preview(body: str, writing: Writing) -> tuple[str, int, str]:
    if not body.strip():
        return "", 0, ""
    try:
        return statement_html(body, writing.references, language=writing.language, style=writing.style), word_count(body), ""
    except InvalidInput as error:
        return "", _count(body), str(error)


def _count(body: str) -> int:
    try:
        return word_count(body)
    except InvalidInput:
        return 0


@bp.post("/<text>/compare")
@for_staff(Permission.EDIT)
def compare(letter: str, text: str) -> Any:
    """Whether what the formatted editor would write says the same as what stands there: answers a program."""
    texts.read_text(reading(), actor(), letter, text)
    reading().rollback()
    return jsonify(same=reads_the_same(request.form.get("body", ""), request.form.get("other", "")))


@bp.post("/<text>/preview")
@for_staff(Permission.SEE)
def preview(letter: str, text: str) -> Any:
    """The text as every document will set it, while it is typed."""
    html, words, problem = _preview(request.form.get("body", ""), texts.read_text(reading(), actor(), letter, text))
    return render_template("letters/preview.html", problem=problem, html=html, words=words)
