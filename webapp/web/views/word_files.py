"""Word files and what is pasted: a file comes into a text, a text goes out as a file."""

import io
from typing import Any

from flask import Blueprint, flash, jsonify, redirect, render_template, request, send_file, url_for

from webapp.domain.errors import Conflict, InvalidInput
from webapp.domain.imported import WordImport
from webapp.domain.permission import Permission
from webapp.rendering.paste import clean_pasted
from webapp.rendering.text import statement_html, word_count
from webapp.rendering.word import read_word
from webapp.rendering.word_writing import write_word
from webapp.services import conversions, dashboard, seal, texts, word_files
from webapp.services.texts import TextChanged, Writing
from webapp.web.access import actor, for_staff
from webapp.web.errors import attach
from webapp.web.forms.word import BroughtForm, WordFileForm
from webapp.web.transaction import now, reading, settings, transaction

bp = Blueprint("word_files", __name__, url_prefix="/letters/<letter>/texts/<text>")
_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@bp.route("/import", methods=["GET", "POST"])
@for_staff(Permission.EDIT)
def import_file(letter: str, text: str) -> Any:
    writing, form = word_files.open_text(reading(), actor(), letter, text), WordFileForm()
    if form.validate_on_submit():
        try:
            if not form.file.data:
                raise InvalidInput("Choose a Word file.", field="file")
            reading().rollback()
            brought = word_files.met(writing.references, read_word(form.file.data.read()))
            return _brought_page(letter, writing, brought)
        except InvalidInput as error:
            attach(form, error)
    return _file_page(letter, writing, form)


@bp.post("/import/confirm")
@for_staff(Permission.EDIT)
def confirm_import(letter: str, text: str) -> Any:
    writing, form = word_files.open_text(reading(), actor(), letter, text), BroughtForm()
    try:
        brought = form.brought()
        ahead = conversions.arrival_converted_ahead(reading(), actor(), letter, text, brought)
        with ahead, transaction() as session:
            revision = word_files.bring_in(session, actor(), letter, text, brought, form.edition_number, now=now())
            number = revision.number if revision else 0
    except InvalidInput as error:
        form = WordFileForm(formdata=None)
        attach(form, InvalidInput(str(error), field="file"))
        return _file_page(letter, writing, form)
    except TextChanged as error:
        by = error.text.edited_by or "Somebody else"
        return _brought_page(letter, writing, brought, changed=f"{by} has saved this text since you chose the file")
    except Conflict:
        return _brought_page(letter, writing, brought, changed="Somebody has changed the letter at the same moment")
    flash("The text is now the one of the Word file.", "ok")
    if number:
        flash(f"Its changes and comments hang on revision {number}.", "ok")
    return redirect(url_for("texts.edit", letter=letter, text=text), 303)


@bp.get("/word")
@for_staff(Permission.SEE)
def download(letter: str, text: str) -> Any:
    writing = texts.read_text(reading(), actor(), letter, text)
    document = seal.current_document(reading(), actor(), letter, now=now())
    reading().rollback()
    try:
        file = write_word(
            writing.text.body,
            writing.references,
            title=document.title,
            ask=document.ask,
            language=writing.language,
            style=writing.style,
            made_at=now(),
        )
    except InvalidInput as error:
        flash(str(error), "error")
        return redirect(url_for("texts.edit", letter=letter, text=text), 303)
    return send_file(io.BytesIO(file), mimetype=_WORD, as_attachment=True, download_name=f"{letter}-{text}.docx")


@bp.post("/paste")
@for_staff(Permission.EDIT)
def paste(letter: str, text: str) -> Any:
    """What was pasted from Word or the web, as Markdown: answers a program, which puts it where the cursor is."""
    word_files.open_text(reading(), actor(), letter, text)
    reading().rollback()
    try:
        return jsonify(text=clean_pasted(request.form.get("html", "")))
    except InvalidInput as error:
        return jsonify(problem=str(error)), 422


def _file_page(letter: str, writing: Writing, form: WordFileForm) -> Any:
    view = dashboard.show_dashboard(reading(), actor(), letter, settings().links, now=now())
    return render_template("texts/import.html", letter=view, writing=writing, form=form), 422 if form.errors else 200


def _brought_page(letter: str, writing: Writing, brought: WordImport, *, changed: str = "") -> Any:
    """Raises InvalidInput where the text cannot be set, for then nobody could see what it is."""
    references = [*writing.references, *brought.references]
    html = statement_html(brought.text, references, language=writing.language, style=writing.style)
    form = BroughtForm(formdata=None)
    form.carry(brought, writing.text.edition)
    context = {"html": html, "words": word_count(brought.text), "changed": changed}
    view = dashboard.show_dashboard(reading(), actor(), letter, settings().links, now=now())
    return render_template("texts/brought.html", letter=view, writing=writing, form=form, brought=brought, **context), (
        409 if changed else 200
    )
