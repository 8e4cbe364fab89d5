"""The package of one submission: what is put into the journal's form, with checks, files and covering letter."""

import io
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, send_file, url_for
from flask_wtf import FlaskForm

from webapp.domain.cope import COPE_SOURCE
from webapp.domain.errors import Conflict, InvalidInput
from webapp.domain.package import Gap
from webapp.domain.permission import Permission
from webapp.rendering import package_files
from webapp.services import claims, covering_letters, dashboard, elsewhere, package
from webapp.services.package import PackageView
from webapp.web.access import actor, for_staff, may
from webapp.web.errors import attach
from webapp.web.forms.package import ClaimsForm, CoveringLetterForm, ProposedForm, SettleForm, ShowingForm, StatementsForm
from webapp.web.needs import way_to
from webapp.web.transaction import now, reading, settings, transaction

bp = Blueprint("package", __name__, url_prefix="/letters/<letter>/submissions/<submission>/package")

_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_TEXT = "text/plain; charset=utf-8"
# Where a gap is mended: the pages of this package, and those of the letter.
_HERE = {
    "covering": "package.write_covering_letter",
    "statements": "package.answer_statements",
    "claims": "package.map_claims",
    "submission": "submissions.edit",
    "course": "submissions.show",
}
_OF_THE_LETTER = frozenset({"after", "edit", "roster", "seal"})


def _read(letter: str, submission: str) -> PackageView:
    return package.show_package(reading(), actor(), letter, submission, settings().links, now=now())


def _page(template: str, letter: str, view: PackageView, form: FlaskForm, *, status: int = 422, **more: Any) -> Any:
    shown = dashboard.show_dashboard(reading(), actor(), letter, settings().links, now=now())
    page = render_template(f"package/{template}.html", letter=shown, package=view, form=form, cope=COPE_SOURCE, **more)
    return page, status if form.errors else 200


def _unless_sent(kept: dict[str, Any]) -> dict[str, Any] | None:
    """What a form begins with. One that is sent says all of it itself: what is left out of it was not seen."""
    return None if request.method == "POST" else kept


def _kept(form: FlaskForm, act: Callable[[], None]) -> int:
    """0 where it was done, else the status with which the page is shown again."""
    try:
        act()
    except InvalidInput as error:
        attach(form, error)
        return 422
    except Conflict as error:
        form.form_errors.append(str(error))
        return 409
    return 0


def _back(letter: str, submission: str, said: str, part: str | None = None) -> Any:
    flash(said, "ok")
    return redirect(url_for("package.show", letter=letter, submission=submission, _anchor=part), 303)


@bp.get("")
@for_staff(Permission.SEE)
def show(letter: str, submission: str) -> Any:
    return _shown(letter, submission, SettleForm(formdata=None))


def _shown(letter: str, submission: str, form: FlaskForm, *, status: int = 422) -> Any:
    view = _read(letter, submission)
    gaps = [(one, _way(letter, view, one)) for one in view.gaps]
    return _page("show", letter, view, form, status=status, gaps=gaps)


def _way(letter: str, view: PackageView, gap: Gap) -> str:
    """Where whoever looks can mend it; empty where they cannot."""
    if gap.act in _OF_THE_LETTER:
        return way_to(letter, gap.act)
    if gap.act == "venue":
        return url_for("venues.show", venue=view.facts.venue.slug)
    if gap.act == "write":
        return url_for("texts.edit", letter=letter, text=view.text) if may(Permission.EDIT) else ""
    if gap.act == "changed":
        return url_for("new_texts.show", letter=letter, text=view.text)
    if gap.act == "places":
        return url_for("package.show", letter=letter, submission=view.submission, _anchor="elsewhere")
    if gap.act in _HERE and may(Permission.KEEP_COURSE):
        return url_for(_HERE[gap.act], letter=letter, submission=view.submission)
    return ""


@bp.get("/text.<any(txt, docx):suffix>")
@for_staff(Permission.SEE)
def text_file(letter: str, submission: str, suffix: str) -> Any:
    facts = package.facts_to_write(reading(), actor(), letter, submission, settings().links, now=now())
    reading().rollback()
    return _sent(package_files.text_file(facts.letter, suffix, made_at=now()), f"text-{letter}.{suffix}")


@bp.get("/covering-letter.<any(txt, docx):suffix>")
@for_staff(Permission.SEE)
def covering_letter_file(letter: str, submission: str, suffix: str) -> Any:
    words = package.read_covering_letter(reading(), actor(), letter, submission, settings().links, now=now()).words
    reading().rollback()
    return _sent(package_files.covering_letter_file(words, suffix, made_at=now()), f"covering-letter-{letter}.{suffix}")


def _sent(content: bytes, name: str) -> Response:
    return send_file(io.BytesIO(content), mimetype=_WORD if name.endswith(".docx") else _TEXT, as_attachment=True, download_name=name)


@bp.route("/covering-letter", methods=["GET", "POST"])
@for_staff(Permission.KEEP_COURSE)
def write_covering_letter(letter: str, submission: str) -> Any:
    view = _read(letter, submission)
    kept = view.covering_letter
    form, status = CoveringLetterForm(data=_unless_sent({"words": kept.words, "edition": str(kept.edition)})), 422

    def act() -> None:
        with transaction() as session:
            words = form.words.data or ""
            covering_letters.keep_covering_letter(session, actor(), letter, submission, words, form.edition_number, now=now())

    if form.validate_on_submit():
        status = _kept(form, act)
        if not status:
            return _back(letter, submission, "The covering letter is kept.", "covering-letter")
        form.edition.data = str(kept.edition)
    return _page("covering_letter", letter, view, form, status=status)


@bp.post("/covering-letter/propose")
@for_staff(Permission.KEEP_COURSE)
def propose_covering_letter(letter: str, submission: str) -> Any:
    """The words that were kept make room for those that are proposed from the facts as they are."""
    form = ProposedForm()

    def act() -> None:
        with transaction() as session:
            covering_letters.keep_covering_letter(session, actor(), letter, submission, "", form.edition_number, now=now())

    status = _kept(form, act) if form.validate_on_submit() else 422
    if not status:
        return _back(letter, submission, "The covering letter is the proposed one again.", "covering-letter")
    view = _read(letter, submission)
    again = CoveringLetterForm(formdata=None, words=view.covering_letter.words, edition=str(view.covering_letter.edition))
    again.form_errors.extend(sentence for sentences in form.errors.values() for sentence in sentences)
    return _page("covering_letter", letter, view, again, status=status)


@bp.route("/statements", methods=["GET", "POST"])
@for_staff(Permission.KEEP_COURSE)
def answer_statements(letter: str, submission: str) -> Any:
    view = _read(letter, submission)
    asked = [{"asked": one, "answer": answer} for one, answer in view.own_statements]
    form, status = StatementsForm(data=_unless_sent({"statements": asked, "edition": str(view.covering_letter.edition)})), 422

    def act() -> None:
        if set(form.answered()) != {one["asked"] for one in asked}:
            raise Conflict("What the journal asks for has changed meanwhile. Look at it again, then write.")
        with transaction() as session:
            covering_letters.keep_statements(session, actor(), letter, submission, form.answered(), form.edition_number, now=now())

    if form.validate_on_submit():
        status = _kept(form, act)
        if not status:
            return _back(letter, submission, "What you wrote is kept.", "boxes")
        form.edition.data = str(view.covering_letter.edition)
    form.name_them()
    return _page("statements", letter, view, form, status=status)


@bp.route("/claims", methods=["GET", "POST"])
@for_staff(Permission.KEEP_COURSE)
def map_claims(letter: str, submission: str) -> Any:
    view, kept = _read(letter, submission), claims.show_claims(reading(), actor(), letter)
    form, status = ClaimsForm(data=_unless_sent({"claims": [asdict(one) for one in kept.claims], "seen": kept.seen})), 422

    def act() -> None:
        with transaction() as session:
            claims.map_claims(session, actor(), letter, form.mapped(), form.seen.data or "", now=now())

    if form.validate_on_submit():
        status = _kept(form, act)
        if not status:
            return _back(letter, submission, "The claims are kept, for every venue of this letter.", "boxes")
        form.seen.data = kept.seen
    form.fill_spare_rows()
    return _page("claims", letter, view, form, status=status, claims=kept)


@bp.route("/elsewhere", methods=["GET", "POST"])
@for_staff(Permission.KEEP_COURSE)
def note_showing(letter: str, submission: str) -> Any:
    view, form, status = _read(letter, submission), ShowingForm(), 422

    def act() -> None:
        with transaction() as session:
            elsewhere.note_showing(session, actor(), letter, form.given(), now=now())

    if form.validate_on_submit():
        status = _kept(form, act)
        if not status:
            return _back(letter, submission, "The place is noted. Every venue of this letter is told of it.", "elsewhere")
    return _page("elsewhere", letter, view, form, status=status)


@bp.post("/elsewhere/<showing>/strike")
@for_staff(Permission.KEEP_COURSE)
def strike_showing(letter: str, submission: str, showing: str) -> Any:
    _read(letter, submission)
    with transaction() as session:
        elsewhere.strike_showing(session, actor(), letter, showing, now=now())
    return _back(letter, submission, "The place is taken off the list.", "elsewhere")


@bp.post("/elsewhere/settle")
@for_staff(Permission.KEEP_COURSE)
def settle_places(letter: str, submission: str) -> Any:
    form = SettleForm()

    def act() -> None:
        with transaction() as session:
            elsewhere.settle_places(session, actor(), letter, submission, form.seen.data or "", settings().links, now=now())

    status = _kept(form, act) if form.validate_on_submit() else 422
    if not status:
        return _back(letter, submission, "It is kept that these are all the places.", "elsewhere")
    return _shown(letter, submission, form, status=status)
