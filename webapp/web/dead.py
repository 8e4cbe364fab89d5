"""The one page for every dead, wrong or unknown link (R14)."""

from typing import Any

from flask import render_template

from webapp.web.forms.desk import LinkForm


def dead_link() -> Any:
    return render_template("rooms/dead.html", form=LinkForm(formdata=None)), 404
