"""How a letter is printed: chosen on one page, with the list as it will stand."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from webapp.domain.errors import Conflict, InvalidInput, WrongState
from webapp.domain.letter import Action, move_for
from webapp.domain.permission import Permission
from webapp.services import dashboard, layout_desk
from webapp.web.access import actor, for_staff
from webapp.web.errors import attach
from webapp.web.forms.layout import LayoutForm, layout_as_plain
from webapp.web.transaction import now, reading, settings, transaction

bp = Blueprint("layout", __name__, url_prefix="/letters/<letter>/layout")


@bp.route("", methods=["GET", "POST"])
@for_staff(Permission.EDIT)
def edit(letter: str) -> Any:
    view = layout_desk.show_layout(reading(), actor(), letter)
    shown = dashboard.show_dashboard(reading(), actor(), letter, settings().links, now=now())
    if request.method == "POST":
        move_for(shown.state, Action.LAY_OUT)
    form, status = LayoutForm(data=layout_as_plain(view.draft, view.edition)), 200
    form.offer_leads(view.leads, shown.lead_society)
    is_preview = "preview" in request.form
    if form.validate_on_submit():
        try:
            if is_preview:
                view = layout_desk.show_layout(reading(), actor(), letter, form.draft())
            else:
                with transaction() as session:
                    is_changed = layout_desk.set_layout(session, actor(), letter, form.draft(), form.edition_number, now=now())
                flash("It is printed so from now on." if is_changed else "Nothing was different.", "ok")
                return redirect(url_for("layout.edit", letter=letter), 303)
        except InvalidInput as error:
            attach(form, error)
        except (Conflict, WrongState) as error:
            form.form_errors.append(str(error))
            form.edition.data, status = str(view.edition), 409
    if form.errors and status == 200:
        status = 422
    return render_template("layout/edit.html", letter=shown, form=form, view=view, is_preview=is_preview), status
