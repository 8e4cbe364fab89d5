"""The list of letters, a letter's front page, its facts, its record."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from webapp.domain.errors import Conflict, InvalidInput
from webapp.domain.letter import TARGET_ROLES
from webapp.domain.milestone import MilestoneKind
from webapp.domain.permission import Permission
from webapp.rendering.references import parse_references
from webapp.rendering.text import statement_html, word_count
from webapp.services import dashboard, letters
from webapp.services import record as record_service
from webapp.web.access import actor, for_staff
from webapp.web.clashes import warn_of_clashes
from webapp.web.errors import attach
from webapp.web.forms.letter import LetterForm
from webapp.web.needs import for_whoever_looks
from webapp.web.transaction import now, reading, settings, transaction

_LONGEST_NUMBER = 10
_DATES = (MilestoneKind.DEADLINE, MilestoneKind.SUBMISSION)

bp = Blueprint("letters", __name__, url_prefix="/letters")


@bp.get("")
@for_staff()
def index() -> Any:
    overdue = dashboard.list_overdue(reading(), actor(), now=now())
    return render_template("letters/index.html", letters=dashboard.list_letters(reading(), actor(), now=now()), overdue=overdue)


@bp.route("/new", methods=["GET", "POST"])
@for_staff()
def new() -> Any:
    form = _form()
    if form.validate_on_submit() and "preview" not in request.form:
        try:
            prepared = letters.prepare_draft(form.draft())
            with transaction() as session:
                reference = letters.create_letter(session, actor(), prepared, now=now())
        except InvalidInput as error:
            attach(form, error)
        else:
            flash("The letter is kept as a draft.", "ok")
            warn_of_clashes(reference, *_DATES)
            return redirect(url_for("letters.show", letter=reference), 303)
    return _form_page(form, title="A new letter", letter=None)


@bp.get("/<letter>")
@for_staff(Permission.SEE)
def show(letter: str) -> Any:
    view = dashboard.show_dashboard(reading(), actor(), letter, settings().links, with_needs=True, now=now())
    waiting = for_whoever_looks(letter, view.statement, view.needs)
    return render_template("letters/show.html", letter=view, waiting=waiting, now_iso=now().isoformat(timespec="seconds"))


@bp.route("/<letter>/edit", methods=["GET", "POST"])
@for_staff(Permission.EDIT)
def edit(letter: str) -> Any:
    draft, edition = letters.read_draft(reading(), actor(), letter)
    form = _form(data={**letters.draft_as_plain(draft), "edition": str(edition)})
    form.leave_text_out()
    if request.method == "GET":
        form.offer_readings()
    if form.validate_on_submit():
        try:
            typed = form.draft(language=draft.language, is_demonstration=draft.is_demonstration)
            with transaction() as session:
                letters.edit_letter(session, actor(), letter, typed, _number(form.edition.data), now=now())
        except InvalidInput as error:
            attach(form, error)
        except Conflict as error:
            form.form_errors.append(str(error))
        else:
            flash("The facts are saved.", "ok")
            warn_of_clashes(letter, *_DATES)
            return redirect(url_for("letters.show", letter=letter), 303)
    return _form_page(form, title="The facts", letter=letter)


def _form(**known: Any) -> LetterForm:
    form = LetterForm(**known)
    if not settings().links.is_loopback:
        form.forget_demonstration()
    return form


def _number(typed: str | None) -> int:
    return int(typed) if typed and typed.isdecimal() and len(typed) < _LONGEST_NUMBER else 0


def _form_page(form: LetterForm, *, title: str, letter: str | None) -> Any:
    form.fill_spare_rows()
    preview, words = _preview(form) if form.statement and form.statement.data else ("", 0)
    status = 422 if form.errors else 200
    view = dashboard.show_dashboard(reading(), actor(), letter, settings().links, now=now()) if letter else None
    context = {"title": title, "letter": view, "preview_html": preview, "words": words, "roles": TARGET_ROLES}
    return render_template("letters/edit.html", form=form, **context), status


def _preview(form: LetterForm) -> tuple[str, int]:
    text = form.statement.data or ""
    if not text.strip():
        return "", 0
    try:
        html = statement_html(text, parse_references(form.references_typed.data or ""))
    except InvalidInput as error:
        # A form that could not be saved says it already.
        if request.method == "POST" and str(error) not in (*form.references_typed.errors, *form.statement.errors):
            attach(form, error)
        return "", _count(text)
    return html, _count(text)


def _count(text: str) -> int:
    """No words where the text cannot be converted: the form says why, and keeps what was typed."""
    try:
        return word_count(text)
    except InvalidInput:
        return 0


@bp.post("/preview")
@for_staff()
def preview() -> Any:
    """The statement as every document will set it, while it is typed."""
    text = request.form.get("statement", "")
    try:
        html = statement_html(text, parse_references(request.form.get("references_typed", "")))
    except InvalidInput as error:
        return render_template("letters/preview.html", problem=str(error), html="", words=None)
    return render_template("letters/preview.html", problem="", html=html, words=word_count(text))


@bp.get("/<letter>/record")
@for_staff(Permission.SEE)
def record(letter: str) -> Any:
    view = dashboard.show_dashboard(reading(), actor(), letter, settings().links, now=now())
    return render_template(
        "letters/record.html",
        letter=view,
        events=record_service.list_events(reading(), actor(), letter),
        is_unbroken=record_service.is_unbroken(reading(), actor(), letter),
    )
