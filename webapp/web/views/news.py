"""News for the signatories: what came of the letter, told once; and who wants it."""

from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for

from webapp.domain.errors import Conflict, InvalidInput, NotFound
from webapp.domain.permission import Permission
from webapp.domain.rate import LINK_MISSES
from webapp.services import dashboard, news
from webapp.services.place import Place
from webapp.web.access import actor, for_representative, for_staff, public, reload_place
from webapp.web.dead import dead_link
from webapp.web.errors import attach
from webapp.web.forms.desk import EmptyForm
from webapp.web.forms.news import NewsForm
from webapp.web.limits import counts_misses
from webapp.web.proof import Facts, with_proof
from webapp.web.transaction import now, reading, settings, transaction

bp = Blueprint("news", __name__)

_DESK = "/letters/<letter>/news"
_ONE_CLICK = ("List-Unsubscribe", "One-Click")


def _letter(letter: str) -> dashboard.Dashboard:
    return dashboard.show_dashboard(reading(), actor(), letter, settings().links, now=now())


@bp.get(_DESK)
@for_staff(Permission.KEEP_COURSE)
def index(letter: str) -> Any:
    changes = news.list_changes(reading(), actor(), letter)
    return render_template("news/index.html", letter=_letter(letter), changes=changes)


@bp.get(f"{_DESK}/<int(max=999999):number>")
@for_staff(Permission.KEEP_COURSE)
def write(letter: str, number: int) -> Any:
    page = news.show_news(reading(), actor(), letter, number)
    return _page(letter, number, NewsForm(formdata=None, data={"subject": page.change.title}), 200, looks=False)


@bp.post(f"{_DESK}/<int(max=999999):number>")
@for_staff(Permission.KEEP_COURSE)
def send(letter: str, number: int) -> Any:
    """A first press shows the message and who would get it; the second sends it to those who want news."""
    form = NewsForm()
    if request.form.get("act") != "send" and form.validate_on_submit():
        return _page(letter, number, form, 200, looks=True)
    return _sent(letter, number, form, to_all=False)


def _facts(letter: str, number: int) -> Facts:
    page, form = news.show_news(reading(), actor(), letter, number), NewsForm()
    return [("Subject", form.subject.data or ""), ("Sent to", f"all {page.all} who represent a signatory")]


@bp.post(f"{_DESK}/<int(max=999999):number>/all")
@for_staff(Permission.KEEP_COURSE)
@with_proof("tell all signatories", facts=_facts, is_final=True)
def send_to_all(letter: str, number: int) -> Any:
    return _sent(letter, number, NewsForm(), to_all=True)


def _sent(letter: str, number: int, form: NewsForm, *, to_all: bool) -> Any:
    status = 422
    if form.validate_on_submit():
        try:
            with transaction() as session:
                count = news.send_news(session, actor(), letter, number, form.told(to_all=to_all), now=now())
        except InvalidInput as error:
            attach(form, error)
        except Conflict as error:
            status = 409
            form.form_errors.append(str(error))
        else:
            flash(f"{count} {'is' if count == 1 else 'are'} being told, each by a message of their own.", "ok")
            return redirect(url_for("news.index", letter=letter), 303)
    return _page(letter, number, form, status, looks=status == 409)


def _page(letter: str, number: int, form: NewsForm, status: int, *, looks: bool) -> Any:
    page = news.show_news(reading(), actor(), letter, number)
    form.wanted.data, form.every.data = str(page.wanted), str(page.all)
    return render_template("news/write.html", letter=_letter(letter), page=page, form=form, looks=looks), status


@bp.post("/room/<invitation>/news")
@for_representative
def wish(place: Place) -> Any:
    form, wants = EmptyForm(), request.form.get("wants") == "yes"
    invitation = place.invitation.reference
    if form.validate_on_submit():
        with transaction() as session:
            news.wish_news(session, reload_place(invitation), wants=wants, now=now())
        flash("You get news of this letter by mail." if wants else "You get no more news of this letter by mail.", "ok")
    return redirect(url_for("correspondence.in_room", invitation=invitation), 303)


@bp.get("/stop-news/<news_mark>")
@public
@counts_misses(LINK_MISSES)
def stop(news_mark: str) -> Any:
    """Changes nothing: mail scanners open every link, and press every button (R6)."""
    try:
        row = news.society_of_mark(reading(), news_mark, settings().keyring)
    except NotFound:
        return dead_link()
    return render_template("news/stop.html", society=row)


@bp.post("/stop-news/<news_mark>")
@public
@counts_misses(LINK_MISSES)
def press(news_mark: str) -> Any:
    """What a mail program sends when its own button is pressed; no page of ours has a button that sends it."""
    if request.form.get(_ONE_CLICK[0]) != _ONE_CLICK[1]:
        return stop(news_mark), 422
    try:
        with transaction() as session:
            news.stop_news(session, news_mark, settings().keyring, now=now())
    except NotFound:
        return dead_link()
    return Response("News is stopped.\n", content_type="text/plain; charset=utf-8")
