"""While the installation can only be read: every page says so, and whatever would change something is refused."""

from flask import Flask, g, request

from webapp.services import installation
from webapp.web.security import SAFE_METHODS
from webapp.web.transaction import reading

# Nobody could look the restored letters over without coming in; and whoever is not wanted inside is shown out at any time.
# To check a file changes nothing.
_STILL_POSSIBLE = {"sign_in.ask", "sign_in.enter", "sign_in.leave", "stays.end", "stays.end_others", "check.ask"}


def watch(app: Flask) -> None:
    """Looks before each request; the write transaction looks once more behind its lock."""
    app.before_request(_look)


def is_mail_held() -> bool:
    """Whether what this request puts into the mail stays there."""
    return bool(g.standing.is_mail_held)


def _look() -> None:
    # What a watching program asks is answered without a database too.
    if request.endpoint in {None, "static"} or request.blueprint == "health":
        return
    g.standing = installation.standing(reading())
    g.needs_writing = request.method not in SAFE_METHODS and request.endpoint not in _STILL_POSSIBLE
    if g.needs_writing and g.standing.is_read_only:
        raise installation.refusal()
