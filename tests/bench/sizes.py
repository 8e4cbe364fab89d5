"""The drafting room at its limits, beside an ordinary letter: each page and act in processor time, pandoc's included."""

import resource
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests import factories
from tests.bench import figures
from tests.bench.figures import Samples
from tests.browser import Browser
from tests.databases import SqliteDatabases
from tests.factories import COMMENTS_LOCAL, KEYRING, NOW, FakeClock, draft, entry, settings_for
from webapp.app import create_app
from webapp.domain.actor import Actor
from webapp.domain.tokens import hash_token
from webapp.persistence.database import make_engine, transaction
from webapp.persistence.tables import CommentRow, InvitationRow, WebSessionRow
from webapp.services import circulation, doors, letters, roster
from webapp.services.circulation import Sending
from webapp.services.letters import PreparedDraft

_COMMENTS_OF_SOCIETY = 200


@dataclass(frozen=True)
class Size:
    """How much of everything; `name` goes into the names of the figures."""

    name: str
    bytes: int
    references: int
    comments: int


ORDINARY, LARGEST = Size("ordinary", 10_000, 15, 20), Size("at the limits", 99_000, 200, 2_000)


def statement_of(size: Size, mark: str = "") -> str:
    """So many bytes in paragraphs under headings, each citing something; no two paragraphs are alike."""
    found, number, length = [f"To the Editor,{mark}"], 0, 0
    while length < size.bytes - 700:
        words = " ".join(f"word{(number * 97 + place * 31) % 4999}" for place in range(60))
        cited = f"[@work{number % size.references}; @work{(number + 7) % size.references}]"
        found.append(f"## Point {number}\n\n{words} {cited}." if number % 8 == 0 else f"{words} {cited}.")
        length += len(found[-1]) + 2
        number += 1
    return "\n\n".join(found)


def references_of(size: Size) -> list[dict[str, Any]]:
    return [
        {
            "id": f"work{number}",
            "type": "article-journal",
            "title": f"A trial of rest number {number}, and what came of it",
            "author": [{"family": f"Smith{one}", "given": "A"} for one in range(6)],
            "container-title": "Journal of Invented Medicine",
            "issued": {"date-parts": [[2020]]},
            "volume": f"{number}",
            "page": "1-9",
            "DOI": f"10.5555/jim.{number}",
        }
        for number in range(size.references)
    ]


class House:
    """One application with one letter of each size, its owner at the desk and a society in the room."""

    def __init__(self, app: Flask, engine: Any, size: Size) -> None:
        self._engine, self._size = engine, size
        with Session(engine) as session, transaction(session):
            actor = factories.staff_actor(session)
            self.letter = self._make(session, actor)
            link = doors.make_sign_in_link(session, factories.COORDINATOR, KEYRING, now=NOW)
            person = factories.representative(session, self.letter)
            self.room, token = f"/room/{person.invitation.reference}", KEYRING.personal_link(person.reference, 1)
            row = factories.letter_row(session, self.letter)
            self.text, self.body = row.statement.reference, row.statement.body
        self.desk, self.reader = Browser(app), Browser(app)
        self.desk.get(f"/sign-in/{link}")
        self.desk.press("Sign in")
        self._prove()
        self.reader.get(f"/i/{token}")
        self.reader.press("Open the letter")

    def _make(self, session: Session, actor: Actor) -> str:
        whole = draft(title=f"A letter, {self._size.name}", statement=statement_of(self._size))
        reference = letters.create_letter(session, actor, PreparedDraft(whole, tuple(references_of(self._size))), now=NOW)
        for number in range(max(1, self._size.comments // _COMMENTS_OF_SOCIETY)):
            email = factories.ANNA if number == 0 else f"person{number}@example.org"
            roster.add_society(session, actor, reference, entry(f"Society {number:03}", email), KEYRING, now=NOW)
        circulation.circulate(session, actor, reference, Sending(1, COMMENTS_LOCAL, shows_comments=True), now=NOW)
        self._comment(session, reference)
        return reference

    def _comment(self, session: Session, reference: str) -> None:
        """Stored as they are: how long one takes to be given is measured elsewhere."""
        letter = factories.letter_row(session, reference)
        places = list(session.scalars(select(InvitationRow).where(InvitationRow.letter_id == letter.id)))
        for number in range(self._size.comments):
            place = places[number % len(places)]
            quote = f"word{(number % 60 * 97) % 4999} word{(number % 60 * 97 + 31) % 4999}"
            session.add(
                CommentRow(
                    reference=f"{reference[:5]}{number:05}",
                    letter_id=letter.id,
                    revision_id=letter.revisions[-1].id,
                    text_reference=letter.statement.reference,
                    invitation_id=place.id,
                    representative_id=place.representatives[0].id,
                    author="Anna Berg",
                    quote=quote,
                    prefix="",
                    suffix="",
                    remark="Is that so? It seems to say more than the trial that is cited for it.",
                    wording="another word" if number % 3 == 0 else None,
                    is_blocking=number % 10 == 0,
                    nonce=f"nonce-{reference}-{number}",
                    made_at=NOW,
                )
            )

    def _prove(self) -> None:
        with self.desk.client.session_transaction() as kept:
            mine = WebSessionRow.token_hash == hash_token(kept["desk"])
        with Session(self._engine) as session, transaction(session):
            session.scalars(select(WebSessionRow).where(mine)).one().proved_at = NOW

    def at(self, part: str) -> str:
        return f"/letters/{self.letter}{part}"

    def token(self) -> str:
        return self.desk.get("/sign-in").value("csrf_token")

    def edition(self) -> str:
        with Session(self._engine) as session:
            return str(factories.letter_row(session, self.letter).statement.edition)


@contextmanager
def houses(folder: Path) -> Iterator[tuple[House, House]]:
    """An application on a database of its own, with the ordinary letter and the largest."""
    (folder / "template").mkdir()
    settings = settings_for(folder, SqliteDatabases(folder / "template").fresh(folder))
    settings = replace(settings, clock=FakeClock(NOW))
    engine, app = make_engine(settings), create_app(settings)
    yield House(app, engine, ORDINARY), House(app, engine, LARGEST)
    engine.dispose()
    with app.app_context():
        app.extensions["sqlalchemy"].engine.dispose()


def measure_sizes(folder: Path, samples: Samples) -> None:
    """Each page once for its caches, then in turn; each act once, on a text that was never converted before."""
    with houses(folder) as (ordinary, largest):
        for name, act in _PAGES.items():
            for house, figure in ((ordinary, figures.ordinary(name)), (largest, figures.at_the_limits(name))):
                act(house)
                samples.add(figure, _cpu_ms(lambda act=act, house=house: act(house)))
        for name, act in _ACTS.items():
            for house, figure in ((ordinary, figures.ordinary(name)), (largest, figures.at_the_limits(name))):
                samples.add(figure, _cpu_ms(lambda act=act, house=house: act(house)))


def _get(house: House, address: str, *, in_room: bool = False) -> None:
    browser = house.reader if in_room else house.desk
    assert browser.ask(address).status_code == 200, address


def _post(house: House, part: str, **typed: str) -> None:
    answer = house.desk.ask(house.at(part), "POST", data={"csrf_token": house.token(), **typed})
    assert answer.status_code in {200, 303}, f"{part}: {answer.status_code}"


def _new(house: House) -> str:
    return house.body.replace("To the Editor", f"To the Editor at {time.monotonic_ns()}")


_PAGES: dict[str, Callable[[House], None]] = {
    figures.EDITOR: lambda house: _get(house, house.at(f"/texts/{house.text}")),
    figures.REFERENCE_LIST: lambda house: _get(house, house.at("/references")),
    figures.COMMENT_DESK: lambda house: _get(house, house.at("/comments?page=40")),
    figures.DISPOSITIONS: lambda house: _get(house, house.at("/comments/table")),
    figures.DISPOSITIONS_CSV: lambda house: _get(house, house.at("/comments/table.csv")),
    figures.ROOM_OF_COMMENTS: lambda house: _get(house, house.room, in_room=True),
}
_ACTS: dict[str, Callable[[House], None]] = {
    figures.PREVIEW: lambda house: _post(house, f"/texts/{house.text}/preview", body=_new(house)),
    figures.SAVE: lambda house: _post(house, f"/texts/{house.text}", body=_new(house), edition=house.edition()),
    figures.REVISE: lambda house: _post(house, "/revisions/new", note="Words", change="editorial"),
    figures.COMPARE: lambda house: _get(house, house.at("/revisions/compare?old=1&new=2")),
    figures.FREEZE: lambda house: _post(house, "/open", is_fit="y", reason_unanswered="They are answered by mail."),
}


def _cpu_ms(act: Callable[[], object]) -> float:
    before = _cpu_seconds()
    act()
    return (_cpu_seconds() - before) * 1000


def _cpu_seconds() -> float:
    """Of this process and of every pandoc that it has waited for."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime
