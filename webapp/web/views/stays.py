"""Where you are signed in: every browser, and a button that signs it out."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for

from webapp.services import stays
from webapp.web.access import desk_token, for_staff, shut_desk
from webapp.web.transaction import now, reading, transaction

bp = Blueprint("stays", __name__, url_prefix="/stays")


@bp.get("")
@for_staff()
def show() -> Any:
    return render_template("stays/show.html", stays=stays.list_stays(reading(), desk_token(), now=now()))


@bp.post("/<stay>/end")
@for_staff()
def end(stay: str) -> Any:
    with transaction() as session:
        is_here = stays.end_stay(session, desk_token(), stay)
    if is_here:
        shut_desk()
    flash("You are signed out here." if is_here else "You are signed out there.", "ok")
    return redirect(url_for("front.show" if is_here else "stays.show"), 303)


@bp.post("/end-others")
@for_staff()
def end_others() -> Any:
    with transaction() as session:
        stays.end_other_stays(session, desk_token())
    flash("You are signed out everywhere but here.", "ok")
    return redirect(url_for("stays.show"), 303)
