"""The seal, and every file that is made of a letter."""

import io
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, send_file, url_for

from webapp.domain.errors import Conflict, InvalidInput, RenderingFailed
from webapp.domain.permission import Permission
from webapp.domain.wording import count_phrase
from webapp.rendering.pdf import letter_pdf
from webapp.rendering.signatories import signatories_csv, signatories_json
from webapp.services import dashboard, seal
from webapp.web.access import actor, for_staff
from webapp.web.forms.desk import EmptyForm
from webapp.web.proof import Facts, with_proof
from webapp.web.transaction import now, reading, settings, transaction

bp = Blueprint("documents", __name__, url_prefix="/letters/<letter>")


def _signatories(letter: str) -> Facts:
    document = seal.current_document(reading(), actor(), letter, now=now())
    return [("Signed by", count_phrase(len(document.signatories), document.collective_noun))]


@bp.route("/seal", methods=["GET", "POST"])
@for_staff(Permission.SEAL)
@with_proof("seal the letter", facts=_signatories, is_final=True)
def seal_letter(letter: str) -> Any:
    form, status = EmptyForm(), 200
    if form.validate_on_submit():
        try:
            plan = seal.plan_seal(reading(), actor(), letter, settings().links, now=now())
            reading().rollback()
            # Typeset between two looks at the record, not inside a transaction: everybody else can go on meanwhile.
            pdf = letter_pdf(plan.document)
            with transaction() as session:
                seal.seal_letter(session, actor(), letter, plan, pdf, now=now())
        except (RenderingFailed, InvalidInput) as error:
            status = 503
            form.form_errors.append(f"{error} The letter stays closed and nothing was stored: you can seal it again.")
        except Conflict as error:
            status = 409
            form.form_errors.append(str(error))
        else:
            flash("The letter is sealed. Its text, its signatories and its file are fixed for good.", "ok")
            return redirect(url_for("letters.show", letter=letter), 303)
    view = dashboard.show_dashboard(reading(), actor(), letter, settings().links, now=now())
    signatories = seal.current_document(reading(), actor(), letter, now=now()).signatories
    return render_template("documents/seal.html", form=form, letter=view, signatories=signatories), status


@bp.get("/draft.pdf")
@for_staff(Permission.SEE)
def draft(letter: str) -> Any:
    document = seal.draft_document(reading(), actor(), letter, now=now())
    reading().rollback()
    return _pdf(letter_pdf(document), f"draft-{letter}.pdf")


@bp.get("/letter.pdf")
@for_staff(Permission.SEE)
def sealed(letter: str) -> Any:
    file = seal.read_sealed(reading(), actor(), letter)
    return _pdf(file.content, file.name)


@bp.get("/signatories.csv")
@for_staff(Permission.SEE)
def csv(letter: str) -> Response:
    document = seal.current_document(reading(), actor(), letter, now=now())
    return _attached(signatories_csv(document), "text/csv; charset=utf-8", f"signatories-{letter}.csv")


@bp.get("/signatories.json")
@for_staff(Permission.SEE)
def json(letter: str) -> Response:
    document = seal.current_document(reading(), actor(), letter, now=now())
    return _attached(signatories_json(document), "application/json", f"signatories-{letter}.json")


def _pdf(content: bytes, name: str) -> Response:
    return send_file(io.BytesIO(content), mimetype="application/pdf", download_name=name)


def _attached(text: str, mimetype: str, name: str) -> Response:
    return Response(text, content_type=mimetype, headers={"Content-Disposition": f"attachment; filename={name}"})
