"""The references of a letter: the list with what it lacks, brought in from a file, typed one by one, looked up, taken away."""

from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for

from webapp.domain.errors import BrokenReferences, InvalidInput, LookUpFailed, NotFound, WrongState
from webapp.domain.permission import Permission
from webapp.rendering.references import WRITERS
from webapp.rendering.styles import STYLES
from webapp.services import citation_styles, dashboard, reference_list
from webapp.services.reference_list import ReferencesChanged, Shelf
from webapp.settings import LookUp
from webapp.web.access import actor, for_staff
from webapp.web.errors import attach
from webapp.web.forms.references import ConfirmImportForm, ImportForm, PickStyleForm, ReferenceForm, RemoveForm, StyleForm, form_data
from webapp.web.forms.venue import set_apart
from webapp.web.transaction import let_go, now, reading, settings, transaction

bp = Blueprint("references", __name__, url_prefix="/letters/<letter>/references")


def _letter(letter: str) -> dashboard.Dashboard:
    return dashboard.show_dashboard(reading(), actor(), letter, settings().links, now=now())


def _shelf(letter: str, style: str = "") -> Shelf:
    return reference_list.show_references(reading(), actor(), letter, style=style)


@bp.get("")
@for_staff(Permission.SEE)
def show(letter: str) -> Any:
    return _list_page(letter)


@bp.post("/styles/<text>")
@for_staff(Permission.EDIT)
def pick_style(letter: str, text: str) -> Any:
    form = PickStyleForm()
    if not form.validate_on_submit():
        return _list_page(letter, (text, form)), 422
    with transaction() as session:
        citation_styles.pick_style(session, actor(), letter, text, form.style.data, now=now())
    flash("From now on the text is set so. Revisions stay as they were made.", "ok")
    return redirect(url_for("references.show", letter=letter, _anchor="styles-title"), 303)


def _list_page(letter: str, wrong: tuple[str, PickStyleForm] | None = None) -> str:
    """`wrong` is a choice of style that was refused, after its text."""
    styles = citation_styles.list_styles(reading(), actor(), letter)
    forms = {one.reference: PickStyleForm(formdata=None, data={"style": one.style if one.is_picked else ""}) for one in styles}
    if wrong and wrong[0] in forms:
        forms[wrong[0]] = wrong[1]
    asked = request.args.get("style", "")
    # The statement comes first of all texts.
    style = asked if asked in STYLES else styles[0].style
    picks = [(one, set_apart(forms[one.reference], one.reference)) for one in styles]
    context = {"look": StyleForm(formdata=None, data={"style": style}), "style": STYLES[style], "picks": picks}
    shelf, looks_up = _shelf(letter, style), settings().look_up is not None
    return render_template(
        "references/show.html", letter=_letter(letter), form=wrong[1] if wrong else None, shelf=shelf, looks_up=looks_up, **context
    )


@bp.get("/export/<form>")
@for_staff(Permission.SEE)
def export(letter: str, form: str) -> Any:
    if form not in WRITERS:
        raise NotFound
    write, kind = WRITERS[form]
    disposition = {"Content-Disposition": f"attachment; filename=references-{letter}.{form}"}
    items = [line.item for line in _shelf(letter).review.lines]
    return Response(write(items), content_type=f"{kind}; charset=utf-8", headers=disposition)


@bp.route("/import", methods=["GET", "POST"])
@for_staff(Permission.EDIT)
def import_file(letter: str) -> Any:
    reference_list.read_references(reading(), actor(), letter)
    form = ImportForm()
    if not form.validate_on_submit():
        return _import_page(letter, form)
    try:
        return _preview(letter, _text_of(form))
    except InvalidInput as error:
        return _import_page(letter, form, error)


def _import_page(letter: str, form: ImportForm, error: InvalidInput | None = None) -> Any:
    if isinstance(error, BrokenReferences):
        # A sentence for each, so that each can be found.
        form.references_typed.errors = [*form.references_typed.errors, *error.sentences]
    elif error:
        attach(form, error)
    return render_template("references/import.html", form=form, letter=_letter(letter)), 422 if form.errors else 200


def _text_of(form: ImportForm) -> str:
    """What was chosen or pasted. Raises InvalidInput for a file that is no text."""
    typed: str = form.references_typed.data or ""
    data = form.file.data.read() if form.file.data else b""
    if not data:
        return typed
    try:
        text: str = data.decode("utf-16" if data.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig")
    except UnicodeDecodeError as error:
        sentence = "This file is no text in UTF-8. Export the references once more, as BibTeX, RIS, CSL-JSON or .nbib in UTF-8."
        raise InvalidInput(sentence, field="file") from error
    # What cannot be taken is shown for mending, whatever way it came.
    form.references_typed.data = text
    return text


def _preview(letter: str, typed: str, *, problem: str = "", status: int = 200) -> Any:
    held, edition = reference_list.read_references(reading(), actor(), letter)
    planned = reference_list.plan(held, typed)
    form = ConfirmImportForm(formdata=None, references_typed=typed, edition=str(edition))
    return render_template("references/preview.html", plan=planned, form=form, letter=_letter(letter), problem=problem), status


@bp.post("/import/confirm")
@for_staff(Permission.EDIT)
def confirm_import(letter: str) -> Any:
    form = ConfirmImportForm()
    typed = form.references_typed.data or ""
    held, _edition = reference_list.read_references(reading(), actor(), letter)
    try:
        planned = reference_list.plan(held, typed)
        with transaction() as session:
            reference_list.import_references(
                session, actor(), letter, planned, form.edition_number, with_doubles=form.with_doubles.data, now=now()
            )
    except InvalidInput as error:
        return _import_page(letter, ImportForm(formdata=None, references_typed=typed), error)
    except ReferencesChanged as error:
        return _preview(letter, typed, problem=str(error), status=409)
    flash("The references are stored.", "ok")
    return redirect(url_for("references.show", letter=letter), 303)


@bp.route("/add", methods=["GET", "POST"])
@for_staff(Permission.EDIT)
def add(letter: str) -> Any:
    reference_list.read_references(reading(), actor(), letter)
    form = ReferenceForm()
    if "look_up" in request.form:
        return _looked_up(letter, form, None)
    if form.validate_on_submit():
        try:
            with transaction() as session:
                key = reference_list.add_reference(session, actor(), letter, form.typed(), now=now())
        except InvalidInput as error:
            attach(form, error)
        else:
            flash(f"The reference is stored. A text cites it as [@{key}].", "ok")
            return redirect(url_for("references.show", letter=letter), 303)
    return _reference_page(letter, form, None)


@bp.route("/<path:key>/edit", methods=["GET", "POST"])
@for_staff(Permission.EDIT)
def edit(letter: str, key: str) -> Any:
    held, edition = reference_list.read_references(reading(), actor(), letter)
    item = next((one for one in held if one["id"] == key), None)
    if item is None:
        raise NotFound
    form = ReferenceForm(data=form_data(item, edition))
    form.keep_kind(str(item.get("type", "")))
    if "look_up" in request.form:
        return _looked_up(letter, form, key)
    if not form.validate_on_submit():
        return _reference_page(letter, form, key)
    try:
        with transaction() as session:
            reference_list.change_reference(session, actor(), letter, key, form.typed(), form.edition_number, now=now())
    except InvalidInput as error:
        attach(form, error)
    except ReferencesChanged as error:
        form.edition.data = str(edition)
        form.form_errors.append(str(error))
        return _reference_page(letter, form, key, is_stale=True)
    else:
        flash("The reference is stored.", "ok")
        return redirect(url_for("references.show", letter=letter), 303)
    return _reference_page(letter, form, key)


def _looked_up(letter: str, form: ReferenceForm, key: str | None) -> Any:
    asked = _registers()
    # The registers may take seconds, and whoever waits for them holds nothing.
    let_go()
    try:
        record = reference_list.look_up(form.typed(), asked)
    except LookUpFailed as error:
        (form.doi if form.doi.data else form.pmid).errors = [str(error)]
        return _reference_page(letter, form, key)
    form.fill_gaps(record.item)
    with transaction() as session:
        reference_list.keep_records(session, {reference_list.work_of(record): record}, now=now())
    return _reference_page(letter, form, key, record=record)


def _registers() -> LookUp:
    asked = settings().look_up
    if asked is None:
        raise WrongState("Nothing is looked up here: whoever runs this installation has not switched it on (UNDERSIGNED_LOOK_UP).")
    return asked


def _reference_page(letter: str, form: ReferenceForm, key: str | None, **more: Any) -> Any:
    context = {"key": key, "looks_up": settings().look_up is not None, "record": None, "is_stale": False, **more}
    status = 409 if context["is_stale"] else 422 if form.errors else 200
    stored = _shelf(letter).entries.get(key or "") if context["is_stale"] else None
    return render_template("references/edit.html", form=form, letter=_letter(letter), stored=stored, **context), status


@bp.route("/<path:key>/remove", methods=["GET", "POST"])
@for_staff(Permission.EDIT)
def remove(letter: str, key: str) -> Any:
    reference_list.read_references(reading(), actor(), letter)
    shelf, form, problem = _shelf(letter), RemoveForm(), ""
    line = next((one for one in shelf.review.lines if one.key == key), None)
    if line is None:
        raise NotFound
    if form.validate_on_submit():
        try:
            with transaction() as session:
                reference_list.remove_reference(session, actor(), letter, key, form.edition_number, now=now())
        except ReferencesChanged as error:
            problem = str(error)
        else:
            flash(f"@{key} is taken off the list.", "ok")
            return redirect(url_for("references.show", letter=letter), 303)
    form.edition.data = str(shelf.edition)
    context = {"line": line, "entry": shelf.entries.get(key, ""), "problem": problem}
    return render_template(
        "references/remove.html", form=form, letter=_letter(letter), **context
    ), 409 if problem else 422 if form.errors else 200


@bp.post("/check")
@for_staff(Permission.EDIT)
def check(letter: str) -> Any:
    """Asks the registers about all of them, and keeps what they say."""
    works = reference_list.works_of(reading(), actor(), letter)
    asked = _registers()
    let_go()
    try:
        records = reference_list.check(works, asked)
    except LookUpFailed as error:
        flash(str(error), "error")
        return redirect(url_for("references.show", letter=letter), 303)
    with transaction() as session:
        reference_list.keep_records(session, records, now=now())
    flash(
        f"{len(records)} of {len(works)} DOIs and PubMed numbers are known to Crossref and PubMed; what they say stands in the list.", "ok"
    )
    return redirect(url_for("references.show", letter=letter), 303)
