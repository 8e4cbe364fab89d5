"""Invitations: who has been sent one and when, their words with a preview, and sending to all, some or one."""

from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for

from webapp.domain.errors import Conflict, InvalidInput, TooMany
from webapp.domain.mail_text import PLACEHOLDERS
from webapp.domain.permission import Permission
from webapp.domain.wording import people_phrase
from webapp.services import dashboard, invitation_preview, invitation_words, invitations
from webapp.web.access import actor, for_staff
from webapp.web.errors import attach
from webapp.web.forms.desk import EmptyForm
from webapp.web.forms.invitation import InvitationTextForm, SendForm
from webapp.web.forms.room import new_nonce
from webapp.web.proof import Facts, with_proof
from webapp.web.read_only import is_mail_held
from webapp.web.transaction import now, reading, settings, transaction

bp = Blueprint("invitations", __name__, url_prefix="/letters/<letter>/invitations")

# A mail brings its own look along, and is shown by itself: nothing of it runs, and nothing is fetched.
_MAIL_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"


def _letter(letter: str) -> dashboard.Dashboard:
    return dashboard.show_dashboard(reading(), actor(), letter, settings().links, now=now())


@bp.get("")
@for_staff(Permission.SEE)
def show(letter: str) -> Any:
    return _show(letter, EmptyForm(formdata=None)), 200


def _show(letter: str, form: EmptyForm) -> str:
    show, search = request.args.get("show", ""), request.args.get("q", "")
    number = request.args.get("page", 1, type=int)
    page = invitations.list_invitations(reading(), actor(), letter, show=show, search=search, number=number)
    return render_template("invitations/show.html", letter=_letter(letter), page=page, show=show, search=search, form=form)


@bp.post("/review")
@for_staff(Permission.INVITE)
def review(letter: str) -> Any:
    form = EmptyForm()
    to = "all" if "all" in request.form else "who"
    try:
        chosen = invitations.choose(reading(), actor(), letter, " ".join(request.form.getlist(to)))
    except InvalidInput as error:
        form.form_errors.append(str(error))
        return _show(letter, form), 422
    return _review_page(letter, chosen, SendForm(formdata=None, marks=chosen.marks)), 200


def _review_page(letter: str, chosen: invitations.Chosen, form: SendForm) -> str:
    return render_template("invitations/review.html", letter=_letter(letter), chosen=chosen, people=people_phrase(chosen.number), form=form)


def _sending(letter: str) -> Facts:
    chosen = invitations.choose(reading(), actor(), letter, SendForm().marks.data or "")
    first, again = people_phrase(len(chosen.first)), people_phrase(len(chosen.again))
    return [("Invited for the first time", first), ("Sent a new link; the old one is dead", again)]


@bp.post("/send")
@for_staff(Permission.INVITE)
@with_proof("send the invitations", facts=_sending, is_final=True)
def send(letter: str) -> Any:
    form = SendForm()
    if not form.validate_on_submit():
        refused = EmptyForm(formdata=None)
        refused.form_errors.append("These are more than can be sent to at once. Narrow the list, and send in parts.")
        return _show(letter, refused), 422
    with transaction() as session:
        sent = invitations.send(session, actor(), letter, form.marks.data or "", settings().keyring, now=now())
    if sent.number:
        flash(f"{people_phrase(sent.number)} {'is' if sent.number == 1 else 'are'} being sent an invitation.", "ok")
    if sent.changed:
        flash(f"{people_phrase(sent.changed)} left out: something was sent to them, or changed, meanwhile.", "warn")
    return redirect(url_for("invitations.show", letter=letter), 303)


@bp.route("/text", methods=["GET", "POST"])
@for_staff(Permission.INVITE)
def text(letter: str) -> Any:
    form = _text_form(letter)
    if not form.validate_on_submit() or "preview" in request.form:
        return _text_page(letter, form), 422 if form.errors else 200
    try:
        with transaction() as session:
            invitation_words.write_text(session, actor(), letter, form.text(), now=now())
    except InvalidInput as error:
        attach(form, error)
        return _text_page(letter, form), 422
    except Conflict as error:
        saved = invitation_preview.text_for(reading(), actor(), letter)
        form.edition.data = str(saved.edition)
        form.form_errors.append(str(error))
        return _text_page(letter, form, saved), 409
    flash("The invitation is saved. Whoever is invited from now on reads it so.", "ok")
    if "test" in request.form:
        _mail_test(letter, form)
    return redirect(url_for("invitations.text", letter=letter, recipient=form.recipient.data or None), 303)


def _mail_test(letter: str, form: InvitationTextForm) -> None:
    try:
        with transaction() as session:
            recipient, nonce = form.recipient.data or "", form.nonce.data or ""
            address = invitation_preview.mail_test(session, actor(), letter, recipient, nonce, settings().keyring, now=now())
    except TooMany as error:
        flash(str(error), "error")
    else:
        waits = "waits with all other mail" if is_mail_held() else "is on its way"
        flash(f"A test mail {waits} to {address}. Its link opens nothing.", "ok")


def _text_form(letter: str) -> InvitationTextForm:
    people = invitation_preview.recipients(reading(), actor(), letter)
    if request.method == "GET":
        known = invitation_preview.text_for(reading(), actor(), letter)
        chosen = request.args.get("recipient", people[0].reference if people else "")
        said = {"subject": known.subject, "words": known.words, "edition": str(known.edition), "recipient": chosen}
        form = InvitationTextForm(formdata=None, data=said)
    else:
        form = InvitationTextForm()
    form.recipient.choices = [(one.reference, one.words) for one in people]
    return form


def _text_page(letter: str, form: InvitationTextForm, saved: invitation_words.InvitationText | None = None) -> str:
    """`saved` is what a colleague has written meanwhile."""
    preview = None
    if not form.errors:
        try:
            preview = invitation_preview.preview(reading(), actor(), letter, form.text(), form.recipient.data or "", settings().links)
        except InvalidInput as error:
            attach(form, error)
    form.nonce.data = new_nonce()
    return render_template(
        "invitations/text.html",
        letter=_letter(letter),
        form=form,
        preview=preview,
        placeholders=PLACEHOLDERS,
        saved=saved,
    )


@bp.get("/text/as-html")
@for_staff(Permission.INVITE)
def as_html(letter: str) -> Any:
    """The saved words as a mail program shows them."""
    saved = invitation_preview.text_for(reading(), actor(), letter)
    shown = invitation_preview.preview(reading(), actor(), letter, saved, request.args.get("recipient", ""), settings().links)
    return Response(shown.form.html, content_type="text/html; charset=utf-8", headers={"Content-Security-Policy": _MAIL_POLICY})
