"""Answering for a society: the form, the review with its code, the receipt."""

from dataclasses import asdict
from datetime import date
from typing import Any, TypeVar

from flask import Blueprint, redirect, render_template, request, url_for

from webapp.domain.answer import AnswerKind, authority_sentence, condition_sentence, decline_sentence
from webapp.domain.errors import AnswerStands, Conflict, InvalidInput, StaleText, TooLate, TooMany, WrongState
from webapp.domain.rate import WRONG_CODES
from webapp.domain.wording import wrong_code_sentence
from webapp.services import answers, change_view, redlines, rooms, witnesses
from webapp.services.answer_store import WITHDRAW
from webapp.services.answers import Intent
from webapp.services.objections import OBJECT
from webapp.services.place import Place
from webapp.web.access import for_representative, reload_place
from webapp.web.codes import mail_another_code
from webapp.web.errors import attach
from webapp.web.forms.desk import EmptyForm
from webapp.web.forms.room import AnswerForm, DeclineForm, ObjectForm, ReviewForm, SignForm, SignIfForm, WithdrawForm, new_nonce
from webapp.web.limits import count_one, refuse_if_spent
from webapp.web.transaction import now, reading, received_at, settings, transaction

bp = Blueprint("answers", __name__, url_prefix="/room/<invitation>")

Form = TypeVar("Form", bound=AnswerForm)


@bp.route("/sign", methods=["GET", "POST"])
@for_representative
def sign(place: Place) -> Any:
    form = _form(SignForm, place, AnswerKind.SIGN)
    if form.validate_on_submit():
        return _answer(place, form, AnswerKind.SIGN, sign_on=form.sign_on())
    return _page(AnswerKind.SIGN, place, form)


@bp.route("/decline", methods=["GET", "POST"])
@for_representative
def decline(place: Place) -> Any:
    form = _form(DeclineForm, place, AnswerKind.DECLINE)
    if form.validate_on_submit():
        kind, _, ground = (form.how.data or "").partition(":")
        return _answer(place, form, kind, reason=form.reason.data or "", ground=ground, link=form.link.data or "")
    return _page(AnswerKind.DECLINE, place, form)


@bp.route("/sign-if", methods=["GET", "POST"])
@for_representative
def sign_if(place: Place) -> Any:
    form = _form(SignIfForm, place, AnswerKind.SIGN_IF)
    if form.validate_on_submit():
        return _answer(place, form, AnswerKind.SIGN_IF, reason=form.reason.data or "")
    return _page(AnswerKind.SIGN_IF, place, form)


@bp.route("/object", methods=["GET", "POST"], endpoint="object")
@for_representative
def object_to_change(place: Place) -> Any:
    form = _form(ObjectForm, place, OBJECT)
    if form.validate_on_submit():
        return _answer(place, form, OBJECT, reason=form.reason.data or "")
    return _page(OBJECT, place, form)


@bp.route("/withdraw", methods=["GET", "POST"])
@for_representative
def withdraw(place: Place) -> Any:
    form = _form(WithdrawForm, place, WITHDRAW)
    if form.validate_on_submit():
        return _answer(place, form, WITHDRAW, reason=form.reason.data or "")
    return _page(WITHDRAW, place, form)


def _form(kind: type[Form], place: Place, act: str) -> Form:
    """What was sent, as it was sent: the room, with all that it shows, is looked up only for a page that shows it."""
    if request.method == "POST":
        return kind()
    return kind(data=_prefilled(rooms.show_room(reading(), place, now=now()), act))


def _prefilled(room: rooms.RoomView, act: str) -> dict[str, Any]:
    """The form as it is first shown: what waits for its code, else what is known; the nonce is new, the digest is of the text shown."""
    standing = room.answer if room.answer and room.answer.is_standing else None
    known: dict[str, Any] = {"printed_name": room.society}
    if standing and form_of(standing.kind) == act:
        known = {**asdict(standing), "how": _way(standing.kind, standing.ground)}
    if room.pending and form_of(room.pending.act) == act:
        # Whoever comes back from the review to change a line has ticked the sentence on the way there.
        content = room.pending.content
        known = {**content, "how": _way(room.pending.act, content.get("ground", "")), "is_authorised": True}
        if "decided_on" in known:
            known["decided_on"] = date.fromisoformat(known["decided_on"])
    known.setdefault("logo", room.logo.sha256)
    return {**known, "nonce": new_nonce(), "digest": room.digest, "replaces": standing.reference if standing else ""}


def form_of(act: str) -> str:
    """The name of the page on which an act is filled in: all ways of not signing are one."""
    return AnswerKind.DECLINE if act in {AnswerKind.ABSTAIN, AnswerKind.SEPARATE} else act


def _way(kind: str, ground: str) -> str:
    return f"{kind}:{ground}" if ground else kind


def _answer(place: Place, form: AnswerForm, act: str, **what: Any) -> Any:
    invitation = place.invitation.reference
    intent = Intent(act=act, nonce=form.nonce.data or "", digest=form.digest.data or "", replaces=form.replaces.data or None, **what)
    try:
        with transaction() as session:
            answers.prepare_answer(session, place, intent, settings().keyring, received_at=received_at(), now=now())
    except InvalidInput as error:
        attach(form, error)
        return _page(act, place, form)
    except (StaleText, AnswerStands, TooLate) as error:
        return _refused(invitation, form, error, act)
    except (Conflict, WrongState, TooMany) as error:
        form.nonce.data = new_nonce()
        form.form_errors.append(str(error))
        return _page(act, place, form)
    return redirect(url_for("answers.review", invitation=invitation), 303)


def _page(act: str, place: Place, form: AnswerForm) -> Any:
    act, place = form_of(act), reload_place(place.invitation.reference)
    room = rooms.show_room(reading(), place, now=now())
    return _show(act, room, form, **_more(act, place)), 422 if form.errors else 200


def _more(act: str, place: Place) -> dict[str, Any]:
    """What an objection is made to."""
    return {"change": change_view.show_change(reading(), place, now=now())} if act == OBJECT else {}


def _refused(invitation: str, form: AnswerForm, error: Exception, act: str) -> Any:
    """Refused, and nothing typed is lost: the same form once more, with what has happened above it."""
    act, place = form_of(act), reload_place(invitation)
    room = rooms.show_room(reading(), place, now=now())
    changes = redlines.changes_since(reading(), place, form.digest.data or "") if isinstance(error, StaleText) else None
    form.nonce.data, form.digest.data = new_nonce(), room.digest
    form.replaces.data = error.answer if isinstance(error, AnswerStands) else form.replaces.data
    kind = {StaleText: "stale", AnswerStands: "stands", TooLate: "late"}[type(error)]
    return _show(act, room, form, refused=kind, sentence=str(error), changes=changes, **_more(act, place)), 409


def _show(act: str, room: rooms.RoomView, form: AnswerForm, **context: Any) -> str:
    if isinstance(form, SignForm):
        form.is_authorised.label.text = authority_sentence(form.printed_name.data or room.society, room.title)
        form.show_logo(room.logo.sha256)
    elif isinstance(form, DeclineForm):
        form.is_authorised.label.text = decline_sentence(room.society, room.title)
    elif isinstance(form, SignIfForm):
        form.is_authorised.label.text = condition_sentence(room.society, room.title)
    return render_template(f"answers/{act}.html", form=form, room=room, **context)


@bp.route("/review", methods=["GET", "POST"])
@for_representative
def review(place: Place) -> Any:
    invitation = place.invitation.reference
    form = ReviewForm()
    if not form.is_submitted():
        return _begin_review(place)
    if form.validate_on_submit():
        refuse_if_spent(WRONG_CODES)
        try:
            with transaction() as session:
                done = answers.confirm_answer(
                    session,
                    place,
                    form.nonce.data,
                    form.code.data,
                    settings().keyring,
                    received_at=received_at(),
                    now=now(),
                )
        except (WrongState, Conflict) as error:
            return _review_page(invitation, form, refused=str(error), status=409)
        if isinstance(done, answers.Recorded):
            return redirect(url_for("answers.receipt", invitation=invitation), 303)
        count_one(WRONG_CODES)
        form.code.errors = [wrong_code_sentence(done.tries_left)]
    return _review_page(invitation, form, status=422)


def _begin_review(place: Place) -> Any:
    room = rooms.show_room(reading(), place, now=now())
    if room.pending is None:
        return redirect(url_for("rooms.read", invitation=room.invitation), 303)
    return _show_review(room, ReviewForm(nonce=room.pending.nonce), refused="")


def _review_page(invitation: str, form: ReviewForm, *, refused: str = "", status: int) -> Any:
    place = reload_place(invitation)
    room = rooms.show_room(reading(), place, now=now())
    changes = redlines.changes_since_pending(reading(), place) if refused else None
    return _show_review(room, form, refused=refused, changes=changes), status


def _show_review(room: rooms.RoomView, form: ReviewForm, *, refused: str, changes: str | None = None) -> str:
    again = EmptyForm(formdata=None)
    return render_template("answers/review.html", form=form, again=again, room=room, refused=refused, changes=changes)


@bp.post("/code")
@for_representative
def code(place: Place) -> Any:
    mail_another_code(place)
    return redirect(url_for("answers.review", invitation=place.invitation.reference), 303)


@bp.get("/receipt")
@for_representative
def receipt(place: Place) -> Any:
    room = rooms.show_room(reading(), place, now=now())
    if room.answer is None:
        return redirect(url_for("rooms.read", invitation=place.invitation.reference), 303)
    return render_template("answers/receipt.html", room=room, disown=witnesses.disown_in_room(reading(), place, settings().keyring))
