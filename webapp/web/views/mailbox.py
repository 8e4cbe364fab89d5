"""The local mailbox: every message, for staff, where no mail server is set (R19). With one, it does not exist."""

from typing import Any

from flask import Blueprint, abort, render_template, request

from webapp.services import mailbox
from webapp.web.access import for_staff
from webapp.web.calendars import calendar_response
from webapp.web.transaction import reading, settings

bp = Blueprint("mailbox", __name__, url_prefix="/mailbox")


@bp.before_request
def exist_only_without_mail_server() -> None:
    if not settings().has_local_mailbox:
        abort(404)


@bp.get("")
@for_staff()
def index() -> Any:
    search = request.args.get("q", "")
    return render_template("mailbox/index.html", messages=mailbox.list_messages(reading(), search), search=search)


@bp.get("/<reference>")
@for_staff()
def show(reference: str) -> Any:
    return render_template("mailbox/show.html", message=mailbox.read_message(reading(), reference))


@bp.get("/<reference>/calendar.ics")
@for_staff()
def calendar(reference: str) -> Any:
    message = mailbox.read_message(reading(), reference)
    return calendar_response(message.calendar.encode(), "joint-letter") if message.calendar else abort(404)
