"""A new code for what a representative has typed and not confirmed yet: one way for answers, for leaving and for new texts."""

from flask import flash

from webapp.domain.errors import TooMany, WrongState
from webapp.services import answers
from webapp.services.place import Place
from webapp.web.access import reload_place
from webapp.web.read_only import is_mail_held
from webapp.web.transaction import now, settings, transaction


def mail_another_code(place: Place) -> None:
    """Mails it, and says so on the next page; or says there why none was mailed."""
    try:
        with transaction() as session:
            answers.send_another_code(session, reload_place(place.invitation.reference), settings().keyring, now=now())
    except (TooMany, WrongState) as error:
        flash(str(error), "error")
    else:
        what = "A new code waits with all other mail." if is_mail_held() else "A new code is on its way."
        flash(f"{what} Only the newest one works.", "ok")
