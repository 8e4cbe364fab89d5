"""Several societies of the roster, ticked or all that fit, and one act for them: a second look first, then all or nothing."""

from collections.abc import Callable, Mapping
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from webapp.domain.errors import Conflict, InvalidInput, WrongState
from webapp.domain.permission import Permission
from webapp.domain.wording import count_phrase, people_phrase
from webapp.services import dashboard, invitations, roster_bulk, roster_export, talks
from webapp.web.access import actor, for_staff
from webapp.web.errors import attach
from webapp.web.forms.desk import EmptyForm
from webapp.web.forms.invitation import SendForm
from webapp.web.forms.room import new_nonce
from webapp.web.forms.selected import ChosenForm, RoundForm
from webapp.web.lists import file_of
from webapp.web.proof import Facts, with_proof
from webapp.web.roster_page import roster_page
from webapp.web.transaction import now, reading, settings, transaction

bp = Blueprint("selected", __name__, url_prefix="/letters/<letter>/roster/selected")


def _letter(letter: str) -> dashboard.Dashboard:
    return dashboard.show_dashboard(reading(), actor(), letter, settings().links, now=now())


@bp.post("")
@for_staff(Permission.INVITE)
def review(letter: str) -> Any:
    """What was pressed beneath the roster: the page on which it is looked at once more, or the file."""
    form = EmptyForm()
    ticked = request.form.get("fitting", "").split() if "all" in request.form else request.form.getlist("chosen")
    chosen = roster_bulk.choose(reading(), actor(), letter, ticked)
    act = _ACTS.get(request.form.get("act", ""))
    if act is not None and chosen.references:
        try:
            return act(letter, chosen)
        except InvalidInput as error:
            form.form_errors.append(str(error))
            return roster_page(letter, form, ticked), 422
    form.form_errors.append(roster_bulk.NONE_CHOSEN if not chosen.references else "Press one of the buttons beneath the list.")
    return roster_page(letter, form, ticked), 422


def _review_words(letter: str, chosen: roster_bulk.Chosen) -> Any:
    form = RoundForm(formdata=None, data={"chosen": " ".join(chosen.references), "nonce": new_nonce()})
    return _words_page(letter, chosen, form)


def _review_removal(letter: str, chosen: roster_bulk.Chosen) -> Any:
    form = ChosenForm(formdata=None, data={"chosen": " ".join(chosen.references)})
    return _page("selected/remove.html", letter, chosen, form)


def _review_invitations(letter: str, chosen: roster_bulk.Chosen) -> Any:
    if not chosen.people:
        raise InvalidInput("Nobody represents the societies that you chose, so there is nobody to invite. Add a representative first.")
    marks = invitations.marks_of(reading(), actor(), letter, chosen.references)
    people = invitations.choose(reading(), actor(), letter, marks)
    form = SendForm(formdata=None, marks=people.marks)
    phrase = people_phrase(people.number)
    return render_template("invitations/review.html", letter=_letter(letter), chosen=people, people=phrase, form=form)


def _csv(letter: str, chosen: roster_bulk.Chosen) -> Any:
    return _file("csv", letter, chosen)


def _xlsx(letter: str, chosen: roster_bulk.Chosen) -> Any:
    return _file("xlsx", letter, chosen)


def _file(kind: str, letter: str, chosen: roster_bulk.Chosen) -> Any:
    rows = roster_export.export_roster(reading(), actor(), letter, only=chosen.references, now=now())
    return file_of(kind, roster_export.COLUMNS, rows, f"roster-{letter}")


_ACTS: Mapping[str, Callable[[str, roster_bulk.Chosen], Any]] = {
    "write": _review_words,
    "invite": _review_invitations,
    "remove": _review_removal,
    "csv": _csv,
    "xlsx": _xlsx,
}


def _words_page(letter: str, chosen: roster_bulk.Chosen, form: RoundForm, status: int = 200) -> Any:
    return _page("selected/write.html", letter, chosen, form, status)


def _page(template: str, letter: str, chosen: roster_bulk.Chosen, form: ChosenForm, status: int = 200) -> Any:
    view = _letter(letter)
    phrase = count_phrase(len(chosen.names), view.collective_noun)
    return render_template(template, letter=view, chosen=chosen, phrase=phrase, form=form), status


def _chosen(letter: str, form: ChosenForm) -> roster_bulk.Chosen:
    return roster_bulk.choose(reading(), actor(), letter, form.invitations())


def _whom(letter: str) -> Facts:
    form = RoundForm()
    whom = count_phrase(len(_chosen(letter, form).names), _letter(letter).collective_noun)
    return [("Sent to", whom), ("Your message", form.words.data or "")]


@bp.post("/write")
@for_staff(Permission.INVITE)
@with_proof("send the message", facts=_whom, is_final=True)
def write(letter: str) -> Any:
    form, status = RoundForm(), 422
    if form.validate_on_submit():
        said = talks.Round(form.invitations(), form.words.data or "", form.nonce.data or "")
        try:
            with transaction() as session:
                number = talks.say_to_many(session, actor(), letter, said, now=now())
        except InvalidInput as error:
            attach(form, error)
        except (Conflict, WrongState) as error:
            status, form.nonce.data = 409, new_nonce()
            form.form_errors.append(str(error))
        else:
            flash(f"Your message is in the talk with {count_phrase(number, _letter(letter).collective_noun)}.", "ok")
            return redirect(url_for("roster.show", letter=letter), 303)
    return _words_page(letter, _chosen(letter, form), form, status)


@bp.post("/remove")
@for_staff(Permission.INVITE)
def remove(letter: str) -> Any:
    form = ChosenForm()
    try:
        with transaction() as session:
            number = roster_bulk.remove_societies(session, actor(), letter, form.invitations(), now=now())
    except InvalidInput as error:
        form.form_errors.append(str(error))
        return _page("selected/remove.html", letter, _chosen(letter, form), form, 422)
    flash(f"{count_phrase(number, _letter(letter).collective_noun)} {'is' if number == 1 else 'are'} off the roster.", "ok")
    return redirect(url_for("roster.show", letter=letter), 303)
