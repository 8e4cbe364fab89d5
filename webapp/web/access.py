"""Who may call a view: every view names its permission, or says that it is public; unknown means no."""

import secrets
from collections.abc import Callable
from contextlib import suppress
from functools import wraps
from typing import Any, TypeVar, cast

from flask import Flask, abort, current_app, g, redirect, render_template, request, session, url_for

from webapp.domain import limits
from webapp.domain.actor import Actor
from webapp.domain.errors import NotFound
from webapp.domain.permission import Permission
from webapp.domain.tokens import hash_token
from webapp.persistence.database import DatabaseBusy
from webapp.services import access, directory, doors, staff
from webapp.services.place import Place
from webapp.web.transaction import now, reading, transaction
from webapp.web.typed import typed_text

View = TypeVar("View", bound=Callable[..., Any])

# The attribute of a view that says who may call it: read below, and by the test of the architecture.
_NAMED = "access"
_DESK = "desk"
_ASKING = "asking"
_ROOMS = "rooms"
_MOST_ROOMS = 8


def public(view: View) -> View:
    """Anybody may call it."""
    return _name_access(view, "public")


def _name_access(view: View, access: str) -> View:
    setattr(view, _NAMED, access)
    return view


def for_staff(permission: Permission | None = None) -> Callable[[View], View]:
    """Only staff; with a permission, only those who have it on the letter named in the address."""

    def decorate(view: View) -> View:
        @wraps(view)
        def checked(*args: Any, **values: Any) -> Any:
            if desk_actor() is None:
                return _ask_to_sign_in()
            if permission is not None:
                g.may = access.permissions_on(reading(), actor(), values["letter"], permission)
            return view(*args, **values)

        return cast(View, _name_access(checked, f"staff:{permission}" if permission else "staff"))

    return decorate


def for_administrator(view: View) -> View:
    """Only staff who keep the list of accounts."""

    @wraps(view)
    def checked(*args: Any, **values: Any) -> Any:
        if desk_actor() is None:
            return _ask_to_sign_in()
        staff.check_administrator(reading(), actor())
        return view(*args, **values)

    return cast(View, _name_access(checked, "administrator"))


def for_keeper(view: View) -> View:
    """Only staff who keep the directory of societies."""

    @wraps(view)
    def checked(*args: Any, **values: Any) -> Any:
        if desk_actor() is None:
            return _ask_to_sign_in()
        directory.check_keeper(reading(), actor())
        return view(*args, **values)

    return cast(View, _name_access(checked, "keeper"))


def may(permission: str) -> bool:
    """Whether whoever looks at this page may do so on its letter: what they may not is not shown."""
    return permission in g.get("may", frozenset())


def for_representative(view: View) -> View:
    """Only the representative whose room is open in this browser; the view gets the checked place."""

    @wraps(view)
    def checked(invitation: str, *args: Any, **values: Any) -> Any:
        token = _rooms().get(invitation)
        if token is None:
            return _room_is_shut()
        try:
            place = access.load_place(reading(), hash_token(token), invitation, now=now())
        except NotFound:
            return _room_is_shut()
        if now() - place.stay.seen_at >= limits.TOUCH_EVERY:
            _touch(token)
        g.room = place.actor
        g.help_contact = None
        return view(place, *args, **values)

    return cast(View, _name_access(checked, "representative"))


def reload_place(invitation: str) -> Place:
    """The place again, inside the write transaction: judged by what is true behind the lock."""
    token = _rooms().get(invitation, "")
    return access.load_place(reading(), hash_token(token), invitation, now=now())


def desk_actor() -> Actor | None:
    """Who sits at the desk in this browser."""
    if "desk" not in g:
        token = session.get(_DESK)
        found = doors.find_desk(reading(), token, now=now()) if token else None
        g.at_desk, g.desk = found, found.actor if found else None
        if token and found and now() - found.seen_at >= limits.TOUCH_EVERY:
            _touch(token)
    who: Actor | None = g.desk
    return who


def at_desk() -> doors.Desk | None:
    """What the pages of the desk say about whoever sits there; None on the pages of others."""
    desk: doors.Desk | None = g.get("at_desk")
    return desk


def desk_token() -> str:
    """The token of the session at the desk in this browser."""
    token: str = session.get(_DESK, "")
    return token


def actor() -> Actor:
    """The actor of a view that only staff can reach."""
    who = desk_actor()
    if who is None:
        abort(404)
    return who


def _touch(token: str) -> None:
    if doors.needs_touch(reading(), token, now=now()):
        # A page that only reads never waits for those who write: the next page of this session notes it instead.
        with suppress(DatabaseBusy), transaction(waits=False) as rows:
            doors.touch(rows, token, now=now())


def open_desk(token: str) -> None:
    """A new stay at the desk; everything that this browser held before it is gone, so that nothing can be fixed in advance."""
    rooms = _rooms()
    session.clear()
    session[_DESK] = token
    _keep_rooms(rooms)


def asking_browser() -> str:
    """The secret by which this browser is known as the one that asked for a sign-in link; made when it first asks."""
    secret: str = session.setdefault(_ASKING, secrets.token_urlsafe(32))
    return secret


def known_browser() -> str:
    """The same secret; empty in a browser that has asked for nothing."""
    return str(session.get(_ASKING, ""))


def shut_desk() -> str | None:
    """Forgets the stay at the desk; returns its token."""
    token: str | None = session.pop(_DESK, None)
    return token


def _rooms() -> dict[str, str]:
    """The tokens of the rooms that this browser has open, the oldest first."""
    return dict(session.get(_ROOMS, ()))


def _keep_rooms(rooms: dict[str, str]) -> None:
    # As pairs: the cookie sorts the keys of a dictionary, and then nobody knows which room is the oldest.
    session[_ROOMS] = list(rooms.items())[-_MOST_ROOMS:]


def open_room(invitation: str, token: str) -> None:
    """Keeps the room's token beside those of other letters: each tab stays on its own letter."""
    rooms = _rooms()
    rooms.pop(invitation, None)
    rooms[invitation] = token
    _keep_rooms(rooms)


def shut_room(invitation: str) -> str | None:
    rooms = _rooms()
    token: str | None = rooms.pop(invitation, None)
    _keep_rooms(rooms)
    return token


def _ask_to_sign_in() -> Any:
    if request.method in {"GET", "HEAD"}:
        return redirect(url_for("sign_in.ask"))
    return render_template("errors/signed_out.html", typed=typed_text()), 403


def _room_is_shut() -> Any:
    return render_template("rooms/shut.html", typed=typed_text()), 404


def check_access_is_named(app: Flask) -> None:
    """A view that names no access answers 404: somebody forgot, and unknown means no."""

    @app.before_request
    def refuse_unnamed() -> None:
        if request.endpoint is None or request.endpoint == "static":
            return
        view = current_app.view_functions[request.endpoint]
        if not hasattr(view, _NAMED):
            abort(404)
