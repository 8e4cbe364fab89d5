"""Attaching the minute of its board, from the reading room."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for

from webapp.domain.errors import InvalidInput, TooMany, WrongState
from webapp.services import proof_files, rooms
from webapp.services.place import Place
from webapp.web.access import for_representative, reload_place
from webapp.web.errors import attach
from webapp.web.forms.authority import MinuteForm, proof_of
from webapp.web.transaction import now, reading, transaction

bp = Blueprint("minutes", __name__, url_prefix="/room/<invitation>")


@bp.route("/minute", methods=["GET", "POST"])
@for_representative
def attach_minute(place: Place) -> Any:
    form, invitation, status = MinuteForm(), place.invitation.reference, 422
    if form.validate_on_submit():
        try:
            file = proof_of(form.file)
            with transaction() as session:
                proof_files.attach_minute(session, place, file, now=now())
        except InvalidInput as error:
            attach(form, error)
        except (WrongState, TooMany) as error:
            status = 409
            form.form_errors.append(str(error))
        else:
            flash("Thank you: the minute is attached. A coordinator looks at it.", "ok")
            return redirect(url_for("rooms.read", invitation=invitation), 303)
    room = rooms.show_room(reading(), reload_place(invitation), now=now())
    return render_template("minutes/attach_minute.html", room=room, form=form), status if form.errors else 200
