"""Mails to a journal: written, approved by those who must, sent once."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for

from webapp.domain.errors import Conflict, InvalidInput, WrongState
from webapp.domain.permission import Permission
from webapp.domain.received_file import kind_of
from webapp.services import ask_round_view, correspondence, dashboard, journal_mail_desk, journal_mails
from webapp.services.journal_mail_files import MadeFile, make_package_files
from webapp.web.access import actor, for_staff
from webapp.web.downloads import hand_out
from webapp.web.errors import attach
from webapp.web.forms.desk import EmptyForm
from webapp.web.forms.journal_mail import ChangedMailForm, JournalMailForm
from webapp.web.proof import Facts, with_proof
from webapp.web.transaction import now, reading, settings, transaction

bp = Blueprint("journal_mails", __name__, url_prefix="/letters/<letter>/journal-mail")


def _letter(letter: str) -> dashboard.Dashboard:
    return dashboard.show_dashboard(reading(), actor(), letter, settings().links, now=now())


def _rounds(letter: str) -> list[ask_round_view.RoundLine]:
    return ask_round_view.list_rounds(reading(), actor(), letter, now=now())


@bp.get("")
@for_staff(Permission.KEEP_COURSE)
def index(letter: str) -> Any:
    mails = journal_mail_desk.list_mails(reading(), actor(), letter)
    return render_template("journal_mails/index.html", letter=_letter(letter), mails=mails, rounds=_rounds(letter))


@bp.route("/new", methods=["GET", "POST"])
@for_staff(Permission.KEEP_COURSE)
def write(letter: str) -> Any:
    form = JournalMailForm(data=_proposed(letter))
    _offer(letter, form)
    if form.validate_on_submit():
        try:
            written = form.written(_made(letter, form))
            with transaction() as session:
                mail = journal_mails.write_mail(session, actor(), letter, written, now=now())
        except InvalidInput as error:
            attach(form, error)
        else:
            flash("The mail is written. Nothing leaves before it is approved.", "ok")
            return redirect(url_for("journal_mails.show", letter=letter, mail=mail), 303)
    page = render_template("journal_mails/write.html", letter=_letter(letter), form=form, mail=None, rounds=_rounds(letter))
    return page, 422 if form.errors else 200


def _proposed(letter: str) -> dict[str, Any]:
    """What a mail begins with that is opened from the page of a submission."""
    submission = request.args.get("submission", "")
    if not submission or request.method == "POST":
        return {}
    return vars(journal_mail_desk.propose_mail(reading(), actor(), letter, submission, settings().links, now=now()))


def _offer(letter: str, form: JournalMailForm) -> None:
    """The files of the submission that is chosen; one that is not the letter’s is refused when it is sent."""
    known = correspondence.offered_submissions(reading(), actor(), letter)
    chosen = form.submission.data if form.submission.data in known else ""
    form.offer(journal_mail_desk.offered_documents(reading(), actor(), letter, chosen), known)


def _made(letter: str, form: JournalMailForm) -> tuple[MadeFile, ...]:
    """Made before anything is held: a converter takes a while."""
    at, names = (letter, form.submission.data or ""), form.attachments.data or []
    if at[1] not in dict(form.submission.choices):
        return ()
    return make_package_files(reading(), actor(), at, names, settings().links, now=now())


@bp.route("/<mail>/edit", methods=["GET", "POST"])
@for_staff(Permission.KEEP_COURSE)
def edit(letter: str, mail: str) -> Any:
    view = journal_mail_desk.show_mail(reading(), actor(), letter, mail)
    known = {name: getattr(view, name) for name in ("submission", "to_address", "subject", "body")}
    form, status = ChangedMailForm(data={**known, "edition": str(view.edition), "attachments": [one.name for one in view.files]}), 422
    _offer(letter, form)
    if form.validate_on_submit():
        try:
            written = form.written(_made(letter, form))
            with transaction() as session:
                journal_mails.change_mail(session, actor(), letter, mail, written, now=now())
        except InvalidInput as error:
            attach(form, error)
        except (Conflict, WrongState) as error:
            status = 409
            form.form_errors.append(str(error))
            view = journal_mail_desk.show_mail(reading(), actor(), letter, mail)
            form.edition.data = str(view.edition)
        else:
            flash("The mail is kept. Who had approved it before must read it once more, if anything in it is another now.", "ok")
            return redirect(url_for("journal_mails.show", letter=letter, mail=mail), 303)
    page = render_template("journal_mails/write.html", letter=_letter(letter), form=form, mail=view, rounds=_rounds(letter))
    return page, status if form.errors else 200


@bp.get("/<mail>/files/<name>")
@for_staff(Permission.KEEP_COURSE)
def file(letter: str, mail: str, name: str) -> Response:
    content = journal_mail_desk.read_attached(reading(), actor(), letter, mail, name)
    return hand_out(name, kind_of(content), content)


@bp.get("/<mail>")
@for_staff(Permission.KEEP_COURSE)
def show(letter: str, mail: str) -> Any:
    return _showing(letter, mail, EmptyForm(formdata=None), 200)


def _showing(letter: str, mail: str, form: EmptyForm, status: int) -> Any:
    view = journal_mail_desk.show_mail(reading(), actor(), letter, mail)
    return render_template("journal_mails/show.html", letter=_letter(letter), mail=view, form=form, rounds=_rounds(letter)), status


def _facts(letter: str, mail: str) -> Facts:
    view = journal_mail_desk.show_mail(reading(), actor(), letter, mail)
    return [("To", view.to_address), ("Subject", view.subject), ("Attached", ", ".join(one.name for one in view.files) or "nothing")]


@bp.post("/<mail>/approve")
@for_staff(Permission.KEEP_COURSE)
@with_proof("approve the mail to the journal", facts=_facts)
def approve(letter: str, mail: str) -> Any:
    def act() -> str:
        with transaction() as session:
            journal_mails.approve_mail(session, actor(), letter, mail, request.form.get("digest", ""), now=now())
        return "You have approved the mail as it stands."

    return _pressed(letter, mail, act)


@bp.post("/<mail>/send")
@for_staff(Permission.KEEP_COURSE)
@with_proof("send the mail to the journal", facts=_facts, is_final=True)
def send(letter: str, mail: str) -> Any:
    def act() -> str:
        with transaction() as session:
            journal_mails.send_mail(session, actor(), letter, mail, request.form.get("digest", ""), now=now())
        return "The mail is on its way, once. It stands in the correspondence."

    return _pressed(letter, mail, act)


@bp.post("/<mail>/drop")
@for_staff(Permission.KEEP_COURSE)
def drop(letter: str, mail: str) -> Any:
    def act() -> str:
        with transaction() as session:
            journal_mails.drop_mail(session, actor(), letter, mail, now=now())
        return "The mail is put aside, and is not sent."

    return _pressed(letter, mail, act)


def _pressed(letter: str, mail: str, act: Callable[[], str]) -> Any:
    """The act, and back to the page, which says what has come of it."""
    form, status = EmptyForm(), 422
    if form.validate_on_submit():
        try:
            said = act()
        except (Conflict, WrongState) as error:
            status = 409
            form.form_errors.append(str(error))
        else:
            flash(said, "ok")
            return redirect(url_for("journal_mails.show", letter=letter, mail=mail), 303)
    return _showing(letter, mail, form, status)
