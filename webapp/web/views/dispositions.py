"""The coordinators’ comments: beside the text, answered, taken into the text, and as the table of dispositions."""

import io
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, send_file, url_for

from webapp.domain.errors import Conflict, InvalidInput
from webapp.domain.permission import Permission
from webapp.rendering.dispositions import dispositions_pdf, file_names
from webapp.rendering.spreadsheet import csv_text
from webapp.services import comment_desk, dashboard, wordings
from webapp.services import dispositions as table
from webapp.services.comment_desk import Filter
from webapp.web.access import actor, for_staff
from webapp.web.forms.comment import DispositionForm, number_of
from webapp.web.transaction import now, reading, settings, transaction

bp = Blueprint("dispositions", __name__, url_prefix="/letters/<letter>/comments")


@bp.get("")
@for_staff(Permission.SEE)
def show(letter: str) -> Any:
    return _page(letter, None, "")


@bp.post("/<comment>")
@for_staff(Permission.EDIT)
def dispose(letter: str, comment: str) -> Any:
    form = DispositionForm()
    try:
        with transaction() as session:
            comment_desk.dispose_comment(session, actor(), letter, comment, form.disposition.data or "", form.reason.data or "", now=now())
    except InvalidInput as error:
        field = form.disposition if error.field == "disposition" else form.reason
        field.errors = [str(error)]
        return _page(letter, form, comment), 422
    except Conflict as error:
        form.form_errors.append(str(error))
        return _page(letter, form, comment), 409
    flash("The comment is answered.", "ok")
    return _back(letter, comment)


@bp.post("/<comment>/apply")
@for_staff(Permission.EDIT)
def apply(letter: str, comment: str) -> Any:
    try:
        plan = wordings.plan_wording(reading(), actor(), letter, comment)
        with transaction() as session:
            wordings.apply_wording(session, actor(), letter, comment, plan, now=now())
    except (InvalidInput, Conflict) as error:
        flash(str(error), "error")
    else:
        flash("The wording is in the text. As long as nobody edits the text, a press takes it out again.", "ok")
    return _back(letter, comment)


@bp.post("/<comment>/undo")
@for_staff(Permission.EDIT)
def undo(letter: str, comment: str) -> Any:
    try:
        with transaction() as session:
            wordings.undo_wording(session, actor(), letter, comment, now=now())
    except Conflict as error:
        flash(str(error), "error")
    else:
        flash("The text is as it was before.", "ok")
    return _back(letter, comment)


def _back(letter: str, comment: str) -> Any:
    kept: dict[str, Any] = {name: value for name, value in _kept().items() if value}
    return redirect(url_for("dispositions.show", letter=letter, done=comment, _anchor=f"comment-{comment}", **kept), 303)


def _kept() -> dict[str, str]:
    """What the list is narrowed to, carried along in its address."""
    return {name: request.args.get(name, "") for name in ("status", "society", "text", "page")}


def _page(letter: str, refused: DispositionForm | None, comment: str) -> str:
    kept = _kept()
    done = request.args.get("done", "")
    page = comment_desk.page_comments(
        reading(), actor(), letter, Filter(kept["status"], kept["society"], kept["text"], number_of(kept["page"]), just_done=done)
    )
    return render_template(
        "dispositions/show.html",
        letter=dashboard.show_dashboard(reading(), actor(), letter, settings().links, now=now()),
        page=page,
        done=next((one.reference for one in page.lines if one.reference == done), ""),
        kept={name: value for name, value in kept.items() if value and name != "page"},
        form=refused or DispositionForm(formdata=None),
        refused=comment if refused else "",
    )


@bp.get("/table")
@for_staff(Permission.SEE)
def show_table(letter: str) -> Any:
    view = dashboard.show_dashboard(reading(), actor(), letter, settings().links, now=now())
    lines = table.list_dispositions(reading(), actor(), letter)
    return render_template("dispositions/table.html", letter=view, lines=lines, files=file_names(lines))


@bp.get("/table.pdf")
@for_staff(Permission.SEE)
def pdf(letter: str) -> Any:
    document = table.print_dispositions(reading(), actor(), letter, request.args.get("part", 1, type=int), now=now())
    # Set between two looks at the database, not inside a transaction.
    reading().rollback()
    return send_file(io.BytesIO(dispositions_pdf(document)), mimetype="application/pdf", download_name=f"dispositions-{letter}.pdf")


@bp.get("/table.csv")
@for_staff(Permission.SEE)
def csv(letter: str) -> Response:
    text = csv_text(table.COLUMNS, table.as_rows(table.list_dispositions(reading(), actor(), letter)))
    disposition = {"Content-Disposition": f"attachment; filename=dispositions-{letter}.csv"}
    return Response(text, content_type="text/csv; charset=utf-8", headers=disposition)
