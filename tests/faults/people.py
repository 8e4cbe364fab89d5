"""Representatives on their way to an answer, and clients that send the same form until it is acknowledged."""

import secrets
import threading
from collections import Counter
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from http.client import HTTPConnection, HTTPException
from queue import Empty, SimpleQueue
from urllib.parse import urlencode

from flask import Flask
from flask_wtf.csrf import generate_csrf
from sqlalchemy import NullPool, create_engine, select
from sqlalchemy.orm import Session

from tests.bench.letters import Invited, open_letter
from tests.bench.people import hidden_fields, typed
from tests.factories import COORDINATOR, KEYRING, intent, newest_code, sign_on_facts, staff_actor
from webapp.app import create_app
from webapp.clock import SystemClock
from webapp.domain.tokens import hash_token
from webapp.persistence.database import engine_options, make_engine, transaction
from webapp.persistence.tables import CodeRow
from webapp.services import access, answers, rooms
from webapp.settings import Settings
from webapp.web.access import open_room

_SOCIETIES_A_LETTER = 200
_PATIENCE = 30


@dataclass(frozen=True)
class Waiting:
    """A representative with everything filled in, reviewed, and the code in hand: one press is left."""

    invitation: str
    nonce: str
    cookie: str
    csrf: str
    code: str

    @property
    def path(self) -> str:
        return f"/room/{self.invitation}/review"

    @property
    def form(self) -> dict[str, str]:
        return {"csrf_token": self.csrf, "nonce": self.nonce, "code": self.code}


def prepare(settings: Settings, count: int, *, newcomers: int = 0) -> tuple[list[Waiting], list[Invited]]:
    """So many representatives before the last press, and so many who have only got their link. Made by the services themselves."""
    engine, app = make_engine(settings), create_app(settings)
    now = SystemClock().now()
    waiting: list[Waiting] = []
    fresh: list[Invited] = []
    wanted = count + newcomers
    while len(waiting) + len(fresh) < wanted:
        size = min(_SOCIETIES_A_LETTER, wanted - len(waiting) - len(fresh))
        with Session(engine) as session, transaction(session):
            _letter, invited = open_letter(session, staff_actor(session, COORDINATOR), signed=1, waiting=size, now=now)
            new = min(newcomers - len(fresh), size)
            fresh += invited[:new]
            waiting += [_fill_in(session, app, one, now=now) for one in invited[new:]]
    with app.app_context():
        app.extensions["sqlalchemy"].engine.dispose()
    engine.dispose()
    return waiting, fresh


def _fill_in(session: Session, app: Flask, invited: Invited, *, now: datetime) -> Waiting:
    token, invitation = rooms.enter_room(session, invited.link, now=now)
    place = access.load_place(session, hash_token(token), invitation, now=now)
    facts = sign_on_facts(printed_name=invited.society, decided_on=now.date())
    what = intent(session, place, nonce=secrets.token_urlsafe(18), sign_on=facts)
    answers.prepare_answer(session, place, what, KEYRING, received_at=now, now=now)
    cookie, csrf = _browser(app, invitation, token)
    return Waiting(invitation, what.nonce, cookie, csrf, newest_code(session, place))


def _browser(app: Flask, invitation: str, token: str) -> tuple[str, str]:
    """The cookie and the token of a browser that has this room open, as the application itself would set them."""
    with app.test_request_context("/", base_url="http://127.0.0.1"):
        from flask import session as browser  # noqa: PLC0415 - its namesake is the database's

        open_room(invitation, token)
        csrf = generate_csrf()
        response = app.make_response("")
        app.session_interface.save_session(app, browser, response)
        return response.headers["Set-Cookie"].partition(";")[0], csrf


@dataclass(frozen=True)
class Reply:
    status: int
    location: str
    cookie: str
    text: str
    retry_after: str
    process: str
    """Which one answered, where the application is one that says so."""


def send(address: tuple[str, int], path: str, cookie: str = "", form: dict[str, str] | None = None) -> Reply:
    """One request on a connection of its own. OSError or HTTPException where no whole answer comes."""
    headers = {"Cookie": cookie} if cookie else {}
    body = None
    if form is not None:
        body = urlencode(form)
        headers |= {"Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "same-origin"}
    with closing(HTTPConnection(*address, timeout=_PATIENCE)) as connection:
        connection.request("GET" if form is None else "POST", path, body, headers)
        response = connection.getresponse()
        text = response.read().decode(errors="replace")
    kept = (response.headers["Set-Cookie"] or "").partition(";")[0] or cookie
    told = [response.headers[name] or "" for name in ("Location", "Retry-After", "X-Process")]
    return Reply(response.status, told[0], kept, text, *told[1:])


@dataclass
class Clients:
    """Several at once. Each takes the next representative, and repeats the same form until the site says that it is done."""

    address: tuple[str, int]
    settings: Settings
    breath: float = 0.0
    """Seconds between two representatives."""
    work: "SimpleQueue[Waiting | Invited]" = field(default_factory=SimpleQueue)
    acknowledged: dict[str, str] = field(default_factory=dict)
    """Nonce → invitation, for every answer that the site has said it stored."""
    coded: dict[str, str] = field(default_factory=dict)
    """The same for every form that it took before the code."""
    surprises: list[str] = field(default_factory=list)
    """What an honest client must never be told."""
    cut_off: int = 0
    put_off: Counter[str] = field(default_factory=Counter)
    """Under which heading, and how often, they were asked to come again."""
    _told: threading.Condition = field(default_factory=threading.Condition)
    _stop: threading.Event = field(default_factory=threading.Event)
    _threads: list[threading.Thread] = field(default_factory=list)

    def start(self, work: Iterable[Waiting | Invited], *, hands: int = 6) -> None:
        for one in work:
            self.work.put(one)
        self._threads = [threading.Thread(target=self._carry_on) for _ in range(hands)]
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def finish(self) -> None:
        """Until everybody is through."""
        for thread in self._threads:
            thread.join()

    @property
    def done(self) -> int:
        return len(self.acknowledged)

    def wait_for(self, count: int, seconds: float) -> bool:
        """Until so many have been acknowledged; False when that takes too long, or nobody is left."""
        with self._told:
            return self._told.wait_for(lambda: self.done >= count, seconds)

    def _carry_on(self) -> None:
        try:
            while not self._stop.is_set():
                one = self.work.get_nowait()
                if isinstance(one, Waiting):
                    self._confirm(one)
                else:
                    self._whole_way(one)
                self._stop.wait(self.breath)
        except Empty:
            return
        except _Stopped:
            return

    def _confirm(self, one: Waiting) -> None:
        reply = self._until_done(one.path, one.cookie, one.form, expect=f"/room/{one.invitation}/receipt")
        if reply is not None:
            with self._told:
                self.acknowledged[one.nonce] = one.invitation
                self._told.notify_all()

    def _whole_way(self, one: Invited) -> None:
        room = f"/room/{one.invitation}"
        entered = self._until_done(f"/i/{one.link}", "", {}, expect=room)
        page = self._until_done(f"{room}/sign", entered.cookie if entered else "", None)
        if page is None:
            return
        hidden = hidden_fields(page.text)
        form = {**hidden, **typed(one.society)}
        if self._until_done(f"{room}/sign", page.cookie, form, expect=f"{room}/review") is None:
            return
        nonce = hidden["nonce"]
        self.coded[nonce] = one.invitation
        self._confirm(Waiting(one.invitation, nonce, page.cookie, hidden["csrf_token"], self._code_for(nonce)))

    def _code_for(self, nonce: str) -> str:
        # No connection may stay open here: the server's recovery after a kill must find itself alone with the file.
        known = engine_options(self.settings.database_url)
        options = {name: known[name] for name in ("module", "connect_args") if name in known}
        engine = create_engine(self.settings.database_url, **options, poolclass=NullPool)
        while True:
            try:
                with engine.connect() as connection:
                    newest = select(CodeRow.reference).where(CodeRow.nonce == nonce).order_by(CodeRow.id.desc()).limit(1)
                    return KEYRING.code(connection.execute(newest).scalar_one())
            except engine.dialect.dbapi.OperationalError:  # the database is being restarted
                self._rest()

    def _until_done(self, path: str, cookie: str, form: dict[str, str] | None, *, expect: str | None = None) -> Reply | None:
        """The same request until it is answered. None, and a surprise, where the answer is not what a patient person deserves."""
        while True:
            try:
                reply = send(self.address, path, cookie, form)
            except (OSError, HTTPException):
                self.cut_off += 1
                self._rest()
                continue
            if reply.status == 503 and reply.retry_after:
                self.put_off[heading(reply.text)] += 1
                self._rest()
                continue
            if (expect is None and reply.status == 200) or (expect is not None and reply.status == 303 and reply.location == expect):
                return reply
            self.surprises.append(f"{path.rpartition('/')[2]}: {reply.status} {reply.location} {heading(reply.text)}")
            return None

    def _rest(self) -> None:
        if self._stop.wait(0.02):
            raise _Stopped


class _Stopped(Exception):
    """The client was called off in the middle; what it had not been told does not count."""


def heading(page: str) -> str:
    return page.partition("<h1")[2].partition(">")[2].partition("</h1>")[0].strip()
