"""Commenting in the reading room: on a passage, and taken back."""

import io
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, send_file, url_for

from webapp.domain.errors import Conflict, InvalidInput, NotFound, TookTooLong, TooLate
from webapp.rendering.dispositions import dispositions_pdf as pdf_of_dispositions
from webapp.rendering.dispositions import file_names
from webapp.services import circulated_room, comments
from webapp.services import dispositions as disposition_table
from webapp.services.place import Place
from webapp.web.access import for_representative, reload_place
from webapp.web.errors import attach
from webapp.web.forms.comment import CommentForm, number_of
from webapp.web.forms.room import new_nonce
from webapp.web.transaction import now, reading, received_at, transaction

bp = Blueprint("comments", __name__, url_prefix="/room/<invitation>")


@bp.get("/comment")
@for_representative
def ask(place: Place) -> Any:
    """The form, with the passage that was chosen; without one it is about the whole text."""
    room = circulated_room.show_circulated(reading(), place, now=now())
    text = request.args.get("text", room.texts[0].reference)
    quote, prefix, suffix = "", "", ""
    if "passage" in request.args:
        quote, prefix, suffix = circulated_room.find_passage(reading(), place, text, number_of(request.args["passage"]))
    elif text not in {one.reference for one in room.texts}:
        raise NotFound
    passage = {"text": text, "quote": quote, "offered": quote, "prefix": prefix, "suffix": suffix}
    return _page(room, CommentForm(formdata=None, data={"nonce": new_nonce(), "revision": str(room.revision), **passage}))


@bp.post("/comment")
@for_representative
def give(place: Place) -> Any:
    form, invitation = CommentForm(), place.invitation.reference
    if form.validate_on_submit():
        try:
            said = form.said()
            comments.check_said(reading(), place, said)
            with transaction() as session:
                comments.give_comment(session, place, said, received_at=received_at(), now=now())
        except InvalidInput as error:
            attach(form, error)
        except (TooLate, Conflict, TookTooLong) as error:
            form.form_errors.append(str(error))
            return _refused(reload_place(invitation), form, 409)
        else:
            flash("Thank you: the coordinators see your comment. You can take it back until they answer it.", "ok")
            return redirect(url_for("rooms.read", invitation=invitation, _anchor="comments"), 303)
    return _refused(reload_place(invitation), form, 422)


def _refused(place: Place, form: CommentForm, status: int) -> Any:
    """Refused, and nothing typed is lost."""
    if not circulated_room.is_circulated_room(reading(), place):
        return render_template("comments/late.html", form=form, room=circulated_room.room_head(reading(), place)), status
    room = circulated_room.show_circulated(reading(), place, now=now())
    form.nonce.data, form.revision.data = form.nonce.data or new_nonce(), str(room.revision)
    return _page(room, form), status


def _page(room: circulated_room.CirculatedRoom, form: CommentForm) -> Any:
    name = next((one.name for one in room.texts if one.reference == form.text.data), room.texts[0].name)
    is_passage = bool(form.quote.data) or "text" in request.args
    title = "Comment on a passage" if is_passage else "Comment on the text"
    return render_template("comments/ask.html", form=form, circulated=room, room=room.head, name=name, title=title)


@bp.post("/comments/<comment>/take-back")
@for_representative
def take_back(place: Place, comment: str) -> Any:
    with transaction() as session:
        comments.take_back_comment(session, place, comment, now=now())
    flash("The comment is taken back.", "ok")
    return redirect(url_for("rooms.read", invitation=place.invitation.reference, _anchor="comments"), 303)


@bp.get("/dispositions")
@for_representative
def dispositions(place: Place) -> Any:
    lines = disposition_table.dispositions_for(reading(), place)
    room = circulated_room.room_head(reading(), place)
    return render_template("comments/dispositions.html", lines=lines, files=file_names(lines), room=room)


@bp.get("/dispositions.pdf")
@for_representative
def dispositions_pdf(place: Place) -> Any:
    document = disposition_table.print_dispositions_for(reading(), place, request.args.get("part", 1, type=int), now=now())
    # Set between two looks at the database, not inside a transaction.
    reading().rollback()
    content = pdf_of_dispositions(document)
    return send_file(io.BytesIO(content), mimetype="application/pdf", download_name="table-of-dispositions.pdf")
