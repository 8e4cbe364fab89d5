"""A list comes into the roster: chosen, its columns matched where they are not clear, looked at row by row, confirmed."""

from dataclasses import replace
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from webapp.domain.columns import COLUMN_WORDS, REQUIRED_COLUMNS
from webapp.domain.errors import InvalidInput
from webapp.domain.names import visible
from webapp.domain.permission import Permission
from webapp.domain.wording import count_phrase
from webapp.services import dashboard, roster, roster_copy, roster_import
from webapp.services.roster_check import RosterPreview
from webapp.services.roster_import import Reading
from webapp.web.access import actor, for_staff
from webapp.web.errors import attach
from webapp.web.forms.roster import CopyForm, ListForm, RosterFileForm
from webapp.web.transaction import now, reading, settings, transaction

bp = Blueprint("roster_import", __name__, url_prefix="/letters/<letter>/roster/import")


@bp.route("", methods=["GET", "POST"])
@for_staff(Permission.INVITE)
def choose(letter: str) -> Any:
    form = RosterFileForm()
    if not form.validate_on_submit():
        return render_template("roster/import.html", form=form, letter=_letter(letter)), 422 if form.errors else 200
    try:
        given = form.reading()
        matching = roster_import.match_columns(reading(), actor(), letter, given)
        if not matching.is_clear:
            return _columns_page(letter, given)
        return _preview_page(letter, replace(given, encoding=matching.encoding, columns=matching.taken_for))
    except InvalidInput as error:
        attach(form, error)
    return render_template("roster/import.html", form=form, letter=_letter(letter)), 422


@bp.route("/copy", methods=["GET", "POST"])
@for_staff(Permission.INVITE)
def copy(letter: str) -> Any:
    letters = roster_copy.earlier_letters(reading(), actor(), letter)
    form = CopyForm().offer({one.reference: one.title for one in letters})
    if form.validate_on_submit():
        try:
            copied = roster_copy.copy_roster(reading(), actor(), letter, form.source.data)
            return _preview_page(letter, copied.reading, there_already=copied.there_already)
        except InvalidInput as error:
            attach(form, error)
    page = render_template("roster/copy.html", form=form, letters=letters, letter=_letter(letter))
    return page, 422 if form.errors else 200


@bp.post("/columns")
@for_staff(Permission.INVITE)
def match(letter: str) -> Any:
    """Either the same list read in another encoding, or its columns as they were matched."""
    given = _given()
    if "again" in request.form:
        return _columns_page(letter, given)
    try:
        return _preview_page(letter, given)
    except InvalidInput as error:
        return _columns_page(letter, given, problem=str(error))


@bp.post("/confirm")
@for_staff(Permission.INVITE)
def confirm(letter: str) -> Any:
    given = _given()
    if "back" in request.form:
        return _columns_page(letter, given)
    try:
        preview = roster_import.preview_list(reading(), actor(), letter, given)
        if "without_twice" in request.form:
            there = frozenset(row.number for row in preview.rows if row.is_there_already)
            return _preview_page(letter, replace(given, left_out=given.left_out | there))
        unseen = roster_import.unseen_rows(preview, request.form.getlist("seen"))
        if preview.problem_count or unseen or "check" in request.form:
            return _preview_page(letter, given, preview, unseen=0 if "check" in request.form else len(unseen))
        with transaction() as session:
            keeps = ListForm().keeps_contacts.data
            count = roster.import_roster(session, actor(), letter, preview, settings().keyring, keeps_contacts=keeps, now=now())
            roster_import.remember_columns(session, given, now=now())
    except InvalidInput as error:
        form = RosterFileForm(formdata=None)
        attach(form, error)
        return render_template("roster/import.html", form=form, letter=_letter(letter)), 422
    flash(f"{count_phrase(count, _letter(letter).collective_noun)} {'is' if count == 1 else 'are'} new on the roster.", "ok")
    return redirect(url_for("roster.show", letter=letter), 303)


def _given() -> Reading:
    form = ListForm()
    return form.reading(request.form)


def _letter(letter: str) -> dashboard.Dashboard:
    return dashboard.show_dashboard(reading(), actor(), letter, settings().links, now=now())


def _columns_page(letter: str, given: Reading, *, problem: str = "") -> Any:
    matching = roster_import.match_columns(reading(), actor(), letter, given)
    form = ListForm(formdata=None)
    form.carry(replace(given, encoding=matching.encoding, columns=()))
    if problem:
        form.form_errors.append(problem)
    shown = {"form": form, "matching": matching, "given": given, "kept": _fixes(given), "words": COLUMN_WORDS, "required": REQUIRED_COLUMNS}
    return render_template("roster/columns.html", letter=_letter(letter), **shown), 422 if problem else 200


def _preview_page(letter: str, given: Reading, preview: RosterPreview | None = None, *, unseen: int = 0, there_already: int = 0) -> Any:
    shown = preview or roster_import.preview_list(reading(), actor(), letter, given)
    form, view = ListForm(), _letter(letter)
    form.carry(given)
    phrase = count_phrase(shown.society_count, view.collective_noun)
    status = 422 if shown.problem_count or unseen else 200
    asked = {row.number for row in shown.rows if row.problems or row.doubts}
    kept = [fix for fix in _fixes(given) if fix[0] not in asked]
    context = {
        "seen": request.form.getlist("seen"),
        "unseen": unseen,
        "kept": kept,
        "given": given,
        "words": COLUMN_WORDS,
        "visible": visible,
        "there_already": there_already,
    }
    return render_template("roster/preview.html", form=form, preview=shown, letter=view, phrase=phrase, **context), status


def _fixes(given: Reading) -> list[tuple[int, str, str]]:
    return [(number, column, value) for number, fixes in given.corrections.items() for column, value in fixes.items()]
