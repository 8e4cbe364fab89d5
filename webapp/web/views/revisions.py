"""The revisions of a letter: the list, one as it reads, two compared, and a new one."""

import io
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, send_file, url_for

from webapp.domain.errors import Conflict, InvalidInput, NotFound
from webapp.domain.permission import Permission
from webapp.rendering.redline import Redline, redline_docx, redline_html, redline_pdf
from webapp.services import comparisons, conversions, dashboard, revision_list, revisions
from webapp.services.comparisons import WORKING, Comparison, Sides
from webapp.web.access import actor, for_staff
from webapp.web.errors import attach
from webapp.web.forms.revision import CompareForm, FirstRevisionForm, RevisionForm
from webapp.web.transaction import now, reading, settings, transaction

_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_LONGEST_NUMBER = 9

bp = Blueprint("revisions", __name__, url_prefix="/letters/<letter>/revisions")


def _letter(letter: str) -> dashboard.Dashboard:
    return dashboard.show_dashboard(reading(), actor(), letter, settings().links, now=now())


@bp.get("")
@for_staff(Permission.SEE)
def index(letter: str) -> Any:
    page = revision_list.list_revisions(reading(), actor(), letter, page=request.args.get("page", 1, type=int))
    return render_template("revisions/index.html", letter=_letter(letter), page=page)


@bp.get("/<number>")
@for_staff(Permission.SEE)
def show(letter: str, number: str) -> Any:
    view = revision_list.read_revision(reading(), actor(), letter, _number(number), request.args.get("text", ""))
    return render_template("revisions/show.html", letter=_letter(letter), revision=view)


@bp.route("/new", methods=["GET", "POST"])
@for_staff(Permission.EDIT)
def make(letter: str) -> Any:
    prepared = comparisons.prepare_revision(reading(), actor(), letter, now=now())
    form, status = FirstRevisionForm() if prepared.number == 1 else RevisionForm(), 422
    if form.validate_on_submit():
        try:
            with conversions.converted_ahead(reading(), actor(), letter, now=now()), transaction() as session:
                number = revisions.make_revision(session, actor(), letter, form.declared(), now=now())
        except InvalidInput as error:
            attach(form, error)
        except Conflict as error:
            status = 409
            form.form_errors.append(str(error))
        else:
            flash(f"Revision {number} is made. It never changes.", "ok")
            return redirect(url_for("revisions.show", letter=letter, number=number), 303)
        prepared = comparisons.prepare_revision(reading(), actor(), letter, now=now())
    # The page that goes out now shows what there is now.
    form.seen.data = prepared.mark
    shown = [(one, _shown(one, f"text{place}")) for place, one in enumerate(prepared.changes, 1)]
    page = render_template("revisions/make.html", letter=_letter(letter), form=form, prepared=prepared, shown=shown)
    return page, status if form.errors else 200


@bp.get("/compare")
@for_staff(Permission.SEE)
def compare(letter: str) -> Any:
    comparison = _comparison(letter)
    form = CompareForm(formdata=None, data={"old": str(comparison.old), "new": str(comparison.new), "text": comparison.chosen.reference})
    form.offer(list(comparison.numbers), {one.reference: f"{one.name} ({one.fate})" for one in comparison.texts})
    context = {"comparison": comparison, "form": form, "redline": _shown(comparison, "change")}
    return render_template("revisions/compare.html", letter=_letter(letter), **context)


@bp.get("/compare.pdf")
@for_staff(Permission.SEE)
def compare_pdf(letter: str) -> Response:
    comparison, redline = _readable(letter)
    content = redline_pdf(redline, comparison.document)
    return send_file(io.BytesIO(content), mimetype="application/pdf", download_name=f"{_file_name(letter, comparison)}.pdf")


@bp.get("/compare.docx")
@for_staff(Permission.SEE)
def compare_docx(letter: str) -> Response:
    comparison, redline = _readable(letter)
    content = redline_docx(redline, comparison.document, author=comparison.author, at=comparison.made_at)
    return send_file(io.BytesIO(content), mimetype=_WORD, as_attachment=True, download_name=f"{_file_name(letter, comparison)}.docx")


def _comparison(letter: str) -> Comparison:
    """What the address asks for; by itself the newest revision and what is being written."""
    if "old" in request.args:
        old, new = _number(request.args["old"]), _number(request.args.get("new", str(WORKING)))
        sides = Sides(old, new, request.args.get("text", ""))
    else:
        sides = comparisons.newest_sides(reading(), actor(), letter)
    return comparisons.compare(reading(), actor(), letter, sides, now=now())


def _number(typed: str) -> int:
    if not typed.isdecimal() or len(typed) > _LONGEST_NUMBER:
        raise NotFound
    return int(typed)


def _readable(letter: str) -> tuple[Comparison, Redline]:
    comparison = _comparison(letter)
    # Set between two looks at the database, not inside a transaction.
    reading().rollback()
    if comparison.redline is None:
        raise InvalidInput(comparison.problem)
    return comparison, comparison.redline


def _shown(comparison: Comparison, prefix: str) -> Any:
    if comparison.redline is None:
        return None
    return redline_html(comparison.redline, prefix=prefix, language=comparison.document.language)


def _file_name(letter: str, comparison: Comparison) -> str:
    old, new = (f"{number}" if number else "working" for number in (comparison.old, comparison.new))
    return f"changes-{letter}-{old}-{new}"
