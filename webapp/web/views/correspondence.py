"""The correspondence about a sealed letter: entered, looked at, released item by item, struck."""

import io
from contextlib import closing
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, send_file, url_for

from webapp.domain.errors import Conflict, InvalidInput, WrongState
from webapp.domain.permission import Permission
from webapp.domain.received_file import read_upload
from webapp.services import correspondence, dashboard, news, post_uploads, released, rooms
from webapp.services.correspondence import Came
from webapp.services.place import Place
from webapp.services.post_uploads import Understood
from webapp.web.access import actor, for_representative, for_staff
from webapp.web.errors import attach
from webapp.web.forms.correspondence import ItemForm, ReleaseForm, StrikeForm, blank
from webapp.web.forms.room import new_nonce
from webapp.web.security import takes_large_files
from webapp.web.transaction import now, reading, settings, transaction

bp = Blueprint("correspondence", __name__)

_DESK = "/letters/<letter>/correspondence"
# What somebody else has written is never a page of ours, whatever it says that it is.
_ALONE = "sandbox; default-src 'none'"


def _letter(letter: str) -> dashboard.Dashboard:
    return dashboard.show_dashboard(reading(), actor(), letter, settings().links, now=now())


@bp.get(_DESK)
@for_staff(Permission.KEEP_COURSE)
def index(letter: str) -> Any:
    items = correspondence.list_items(reading(), actor(), letter)
    return render_template("correspondence/index.html", letter=_letter(letter), items=items)


@bp.get(f"{_DESK}/new")
@for_staff(Permission.KEEP_COURSE)
def enter(letter: str) -> Any:
    zone = correspondence.usual_zone(reading(), actor(), letter)
    about = request.args.get("submission", "")
    return _entering(letter, blank(nonce=new_nonce(), zone=zone, submission=about), None, 200)


@bp.post(f"{_DESK}/new")
@takes_large_files
@for_staff(Permission.KEEP_COURSE)
def store(letter: str) -> Any:
    """A first press shows what was understood, and stores nothing but the file that waits; the second keeps the item."""
    form, found, status = ItemForm(), None, 422
    correspondence.usual_zone(reading(), actor(), letter)
    try:
        found = _chosen(letter, form)
        if request.form.get("act") != "keep":
            return _entering(letter, form, found, 200)
        if form.validate_on_submit():
            came = found.came if found else Came()
            with transaction() as session:
                item = correspondence.enter_item(session, actor(), letter, form.entry(), came, now=now())
            flash("It is kept. Nobody but the coordinators sees it until you release it.", "ok")
            return redirect(url_for("correspondence.show", letter=letter, item=item), 303)
    except InvalidInput as error:
        attach(form, error)
    except Conflict as error:
        status, form.nonce.data = 409, new_nonce()
        form.form_errors.append(str(error))
    return _entering(letter, form, found, status)


def _chosen(letter: str, form: ItemForm) -> Understood | None:
    """The file that was chosen now, or that waits since the press before."""
    sent = form.file.data
    if not sent:
        reference = form.upload.data or ""
        return post_uploads.read_offered(reading(), actor(), letter, reference) if reference else None
    with closing(sent):
        file = read_upload(sent.filename or "", sent.read())
    # Taken apart before anything is written: a mail that is a maze takes a while, and then is not kept.
    found = post_uploads.understand(file)
    reading().rollback()
    with transaction() as session:
        reference = post_uploads.offer_upload(session, actor(), letter, file, now=now())
    found = Understood(reference, found.file, found.mail)
    form.take(found)
    return found


def _entering(letter: str, form: ItemForm, found: Understood | None, status: int) -> Any:
    form.submission.choices = [("", "none in particular"), *correspondence.offered_submissions(reading(), actor(), letter).items()]
    page = render_template("correspondence/enter.html", letter=_letter(letter), form=form, found=found, looks=request.method == "POST")
    return page, status


@bp.get(f"{_DESK}/<item>")
@for_staff(Permission.KEEP_COURSE)
def show(letter: str, item: str) -> Any:
    return _showing(letter, item, StrikeForm(formdata=None), 200)


@bp.post(f"{_DESK}/<item>/strike")
@for_staff(Permission.KEEP_COURSE)
def strike(letter: str, item: str) -> Any:
    form, status = StrikeForm(), 422
    if form.validate_on_submit():
        try:
            with transaction() as session:
                correspondence.strike_item(session, actor(), letter, item, form.reason.data or "", now=now())
        except InvalidInput as error:
            attach(form, error)
        except Conflict as error:
            status = 409
            form.form_errors.append(str(error))
        else:
            flash("The item is struck. It stays in its place, with the reason.", "ok")
            return redirect(url_for("correspondence.show", letter=letter, item=item), 303)
    return _showing(letter, item, form, status)


def _showing(letter: str, item: str, form: StrikeForm, status: int) -> Any:
    shown = correspondence.show_item(reading(), actor(), letter, item)
    about = correspondence.offered_submissions(reading(), actor(), letter).get(shown.submission, "")
    return render_template("correspondence/show.html", letter=_letter(letter), item=shown, about=about, form=form), status


@bp.get(f"{_DESK}/<item>/file/<file>")
@for_staff(Permission.KEEP_COURSE)
def file(letter: str, item: str, file: str) -> Response:
    found = correspondence.read_file(reading(), actor(), letter, item, file)
    sent = send_file(io.BytesIO(found.content), mimetype=found.media_type, as_attachment=True, download_name=found.name)
    sent.headers["Content-Security-Policy"] = _ALONE
    return sent


@bp.route(f"{_DESK}/<item>/release", methods=["GET", "POST"])
@for_staff(Permission.KEEP_COURSE)
def release(letter: str, item: str) -> Any:
    page = released.show_release(reading(), actor(), letter, item)
    known = correspondence.show_item(reading(), actor(), letter, item)
    form, status = ReleaseForm(audience=known.audience or None, summary=known.summary, shows_text=known.shows_text, seen=page.seen), 422
    if form.validate_on_submit():
        try:
            with transaction() as session:
                released.release_item(session, actor(), letter, item, form.release(), now=now())
        except InvalidInput as error:
            attach(form, error)
        except (Conflict, WrongState) as error:
            status = 409
            form.form_errors.append(str(error))
            page = released.show_release(reading(), actor(), letter, item)
            form.seen.data = page.seen
        else:
            flash("It is released.", "ok")
            return redirect(url_for("correspondence.show", letter=letter, item=item), 303)
    shown = render_template("correspondence/release.html", letter=_letter(letter), item=known, page=page, form=form)
    return shown, status if form.errors else 200


@bp.get("/room/<invitation>/correspondence")
@for_representative
def in_room(place: Place) -> Any:
    items = released.released_in_room(reading(), place)
    room = rooms.show_room(reading(), place, now=now())
    wants = news.wants_news(reading(), place)
    return render_template("correspondence/in_room.html", items=items, room=room, wants=wants)
