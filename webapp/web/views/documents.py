"""The seal, and every file that is made of a letter."""

import io
from typing import Any

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, send_file, url_for

from webapp.domain.document_kind import FILE_KINDS, DocumentKind
from webapp.domain.errors import Conflict, NotFound
from webapp.domain.letter import LetterState
from webapp.domain.permission import Permission
from webapp.domain.wording import count_phrase
from webapp.rendering.count_words import count_sentences
from webapp.rendering.documents import KINDS_MADE, LISTS, make_document
from webapp.rendering.kept import kept_draft
from webapp.services import dashboard, files, package, pdf_seal, seal, sealing
from webapp.services.files import SealedFile
from webapp.web.access import actor, for_staff
from webapp.web.forms.desk import SeenForm
from webapp.web.proof import Facts, with_proof
from webapp.web.transaction import now, reading, settings, transaction

bp = Blueprint("documents", __name__, url_prefix="/letters/<letter>")

_KINDS = {facts.name: kind for kind, facts in FILE_KINDS.items()}
# Whoever has been taken off a letter reads it no longer, so each time it is asked whether they may; the file itself is sent once.
_ASK_AGAIN = "private, no-cache"


def _signatories(letter: str) -> Facts:
    document = seal.current_document(reading(), actor(), letter, now=now())
    return [("Signed by", count_phrase(len(document.signatories), document.collective_noun))]


@bp.route("/seal", methods=["GET", "POST"])
@for_staff(Permission.SEAL)
@with_proof("seal the letter", facts=_signatories, is_final=True)
def seal_letter(letter: str) -> Any:
    form, status = SeenForm(), 200
    if form.validate_on_submit():
        try:
            # What keeps it from being sealed is said before the button was pressed in vain.
            seal.plan_seal(reading(), actor(), letter, settings().links, now=now())
            if why := pdf_seal.why_unfit(settings(), now=now()):
                raise Conflict(why)
            with transaction() as session:
                sealing.ask_to_seal(session, actor(), letter, form.seen.data or "", now=now())
        except Conflict as error:
            status = 409
            form.form_errors.append(str(error))
        else:
            flash("It has begun. The letter is sealed as soon as all of its documents are made.", "ok")
            return redirect(url_for("documents.seal_letter", letter=letter), 303)
    view = dashboard.show_dashboard(reading(), actor(), letter, settings().links, now=now())
    if view.document_sha256:
        return redirect(url_for("documents.index", letter=letter), 303)
    shown = seal.show_list(reading(), actor(), letter, now=now())
    form.seen.data = shown.seen
    more = {"signatories": shown.document.signatories, "made": [FILE_KINDS[kind].words for kind in KINDS_MADE]}
    unfit = pdf_seal.why_unfit(settings(), now=now()) if view.state == LetterState.CLOSED else ""
    return render_template("documents/seal.html", form=form, letter=view, unfit=unfit, **more), status


@bp.get("/documents")
@for_staff(Permission.SEE)
def index(letter: str) -> Any:
    view = dashboard.show_dashboard(reading(), actor(), letter, settings().links, now=now())
    sealed = files.sealed_files(reading(), actor(), letter)
    lists = [FILE_KINDS[kind] for kind in KINDS_MADE if kind in LISTS]
    packages = package.list_submissions(reading(), actor(), letter)
    sentences = count_sentences(seal.current_document(reading(), actor(), letter, now=now()))
    return render_template("documents/index.html", letter=view, sealed=sealed, lists=lists, sentences_of_count=sentences, packages=packages)


@bp.get("/draft.pdf")
@for_staff(Permission.SEE)
def draft(letter: str) -> Any:
    document = seal.draft_document(reading(), actor(), letter, now=now())
    reading().rollback()
    pdf = kept_draft(settings().data_folder, document)
    return send_file(io.BytesIO(pdf), mimetype="application/pdf", download_name=f"draft-{letter}.pdf")


@bp.get("/documents/<name>")
@for_staff(Permission.SEE)
def file(letter: str, name: str) -> Any:
    kind = _KINDS.get(name)
    if kind is None:
        raise NotFound
    found = files.find_sealed(reading(), actor(), letter, kind)
    if found is None and kind in LISTS:
        return _list_as_it_stands(letter, kind)
    if found is None:
        raise NotFound(files.NO_SUCH_FILE)
    if found.sha256 in request.if_none_match:
        return _labelled(make_response(b"", 304), found.sha256)
    return _labelled(_sent(files.hand_out(reading(), found), is_shown=kind is DocumentKind.LETTER), found.sha256)


def _list_as_it_stands(letter: str, kind: DocumentKind) -> Response:
    document = seal.current_document(reading(), actor(), letter, now=now())
    reading().rollback()
    facts = FILE_KINDS[kind]
    made = SealedFile(make_document(kind, document), "", f"{facts.stem}-{letter}.{facts.suffix}", facts.media_type)
    return _sent(made, is_shown=False)


def _sent(file: SealedFile, *, is_shown: bool) -> Response:
    response = make_response(file.content)
    response.content_type = file.media_type
    response.headers.set("Content-Disposition", "inline" if is_shown else "attachment", filename=file.name)
    return response


def _labelled(response: Response, digest: str) -> Response:
    response.set_etag(digest)
    response.headers["Cache-Control"] = _ASK_AGAIN
    return response
