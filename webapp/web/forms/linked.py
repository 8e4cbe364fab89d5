"""A form on a page that a mail’s link opens: the link stands in for the CSRF token, as the page may set no cookie to carry one (R6)."""

from flask_wtf import FlaskForm


class LinkedForm(FlaskForm):
    """Whoever causes a request from elsewhere knows no link; Origin and Sec-Fetch-Site are checked of every request."""

    class Meta(FlaskForm.Meta):
        csrf = False
