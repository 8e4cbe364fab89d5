"""The reading room: the door, the letter, the board's date, and leaving."""

import io
from typing import Any

from flask import Blueprint, flash, redirect, render_template, send_file, url_for

from webapp.domain.errors import InvalidInput, NotFound
from webapp.domain.rate import LINK_MISSES
from webapp.rendering.kept import kept_draft
from webapp.services import (
    ask_round_view,
    calendar_files,
    change_view,
    circulated_room,
    doors,
    handing_over,
    logo_consent,
    new_text_view,
    room_draft,
    rooms,
    share_kit,
    signatory_places,
    stopping,
    translations,
    witnesses,
)
from webapp.services.place import Place
from webapp.web.access import for_representative, open_room, public, reload_place, shut_room
from webapp.web.calendars import calendar_response
from webapp.web.dead import dead_link
from webapp.web.errors import attach
from webapp.web.forms.desk import LinkForm
from webapp.web.forms.room import BoardForm
from webapp.web.limits import counts_misses, visitor_network
from webapp.web.pictures import picture_response
from webapp.web.transaction import now, reading, settings, transaction

bp = Blueprint("rooms", __name__)


@bp.get("/i/<token>")
@public
@counts_misses(LINK_MISSES)
def door(token: str) -> Any:
    """Changes nothing of the letter and sets no cookie: mail scanners open every link (R6)."""
    try:
        view = rooms.show_door(reading(), token)
    except NotFound:
        return dead_link()
    return render_template("rooms/door.html", door=view, token=token)


@bp.post("/i/<token>")
@public
@counts_misses(LINK_MISSES)
def enter(token: str) -> Any:
    # Looked up before the transaction, so that guessing at links holds up nobody.
    if not rooms.is_link_live(reading(), token):
        return dead_link()
    try:
        with transaction() as session:
            stay, invitation = rooms.enter_room(session, token, now=now())
    except NotFound:
        return dead_link()
    open_room(invitation, stay)
    return redirect(url_for("rooms.read", invitation=invitation), 303)


@bp.post("/link")
@public
def request_link() -> Any:
    form = LinkForm()
    if not form.validate_on_submit():
        return render_template("rooms/dead.html", form=form), 422
    with transaction() as session:
        rooms.request_link(session, form.email.data, visitor_network(), settings().keyring, now=now())
    return render_template("rooms/link_sent.html")


@bp.get("/room/<invitation>")
@for_representative
def read(place: Place) -> Any:
    shared = {
        "dates": calendar_files.room_dates(reading(), place),
        "mark": stopping.mark_in_room(reading(), place, settings().keyring),
        "leaving": handing_over.choices(reading(), place),
    }
    if circulated_room.is_circulated_room(reading(), place):
        circulated = circulated_room.show_circulated(reading(), place, now=now())
        return render_template("rooms/circulated.html", circulated=circulated, room=circulated.head, **shared)
    return render_template(
        "rooms/read.html",
        room=rooms.show_room(reading(), place, now=now()),
        change=change_view.show_change(reading(), place, now=now()),
        rounds=ask_round_view.rounds_in_room(reading(), place, now=now()),
        new_texts=new_text_view.texts_in_room(reading(), place, now=now()),
        has_dispositions=circulated_room.has_dispositions(reading(), place),
        now_iso=now().isoformat(timespec="seconds"),
        is_signatory=signatory_places.is_signatory_place(reading(), place),
        translations=translations.translations_in_room(reading(), place),
        can_share=share_kit.can_share(reading(), place, now=now()),
        disown=witnesses.disown_in_room(reading(), place, settings().keyring),
        **shared,
    )


@bp.get("/room/<invitation>/draft.pdf")
@for_representative
def draft(place: Place) -> Any:
    document = room_draft.room_draft(reading(), place, now=now())
    # Typeset outside any transaction: everybody else can go on meanwhile.
    reading().rollback()
    return send_file(io.BytesIO(kept_draft(settings().data_folder, document)), mimetype="application/pdf", download_name="draft.pdf")


@bp.get("/room/<invitation>/logo.png")
@for_representative
def logo(place: Place) -> Any:
    return picture_response(logo_consent.read_logo_in_room(reading(), place))


@bp.get("/room/<invitation>/calendar.ics")
@for_representative
def calendar(place: Place) -> Any:
    return calendar_response(calendar_files.room_calendar(reading(), place, now=now()), "joint-letter")


@bp.get("/room/<invitation>/calendar/<milestone>.ics")
@for_representative
def one_calendar(place: Place, milestone: str) -> Any:
    return calendar_response(calendar_files.room_calendar(reading(), place, milestone, now=now()), milestone)


@bp.route("/room/<invitation>/board", methods=["GET", "POST"])
@for_representative
def board(place: Place) -> Any:
    form, invitation = BoardForm(), place.invitation.reference
    if form.validate_on_submit():
        try:
            with transaction() as session:
                is_in_time = rooms.set_board_date(session, reload_place(invitation), form.board_meets_on.data, now=now())
        except InvalidInput as error:
            attach(form, error)
        else:
            flash("Thank you: the coordinator sees when your board decides. Your link keeps working.", "ok")
            if not is_in_time:
                flash("That is after sign-on closes. Ask the address below whether the deadline can be moved.", "warn")
            return redirect(url_for("rooms.read", invitation=invitation), 303)
    place = reload_place(invitation)
    is_early = circulated_room.is_circulated_room(reading(), place)
    room = circulated_room.room_head(reading(), place) if is_early else rooms.show_room(reading(), place, now=now())
    return render_template("rooms/board.html", form=form, room=room), 422 if form.errors else 200


@bp.post("/room/<invitation>/leave")
@for_representative
def leave(place: Place) -> Any:
    token = shut_room(place.invitation.reference)
    with transaction() as session:
        doors.end_stay(session, token or "")
    return render_template("rooms/left.html")
