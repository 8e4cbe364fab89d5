"""The front page, and what robots are told."""

from typing import Any

from flask import Blueprint, Response, redirect, render_template, url_for

from webapp.services import public_letter
from webapp.web.access import desk_actor, public
from webapp.web.transaction import now, reading

bp = Blueprint("front", __name__)


@bp.get("/")
@public
def show() -> Any:
    if desk_actor() is not None:
        return redirect(url_for("letters.index"))
    return render_template("front/show.html", letters=public_letter.list_public(reading(), now=now()))


@bp.get("/accessibility")
@public
def accessibility() -> Any:
    """What was tested and how, what is known to fall short, and whom to tell."""
    return render_template("front/accessibility.html")


@bp.get("/favicon.ico")
@public
def icon() -> Any:
    """Browsers ask for it beside a PDF, where no page can name another."""
    return redirect(url_for("static", filename="icon.svg"))


@bp.get("/robots.txt")
@public
def robots() -> Response:
    return Response("User-agent: *\nAllow: /$\nAllow: /p/\nAllow: /static/\nDisallow: /\n", mimetype="text/plain")
