"""The web side: processor time for each request, of the application and of the bare framework, served alike."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from tests.bench import figures
from tests.bench.figures import Samples
from tests.bench.letters import Invited
from tests.bench.load import Request, ask_all, ask_in_turn, burst, get_for
from tests.bench.people import Reader, codes, enter, hidden_fields, typed
from tests.bench.processes import cpu_ms, cpu_of

A_STATIC_FILE = "vendor/tiptap-3.31.3/tiptap.js"


@dataclass(frozen=True)
class Server:
    """A web server by its address and the process that its workers come from."""

    base: str
    pid: int

    def ms_each(self, requests: list[Request], *, expect: int) -> float:
        return cpu_ms(self.pid, lambda: ask_all(self.base, requests, expect=expect)) / len(requests)

    def ms_each_for(self, path: str, cookie: str, seconds: int) -> float:
        counted: list[int] = []
        used = cpu_ms(self.pid, lambda: counted.append(get_for(self.base, path, cookie, seconds)))
        # A machine that is busy elsewhere may answer nothing in a second.
        return used / counted[0] if counted[0] else self.ms_each_for(path, cookie, seconds * 2)


@dataclass
class Signing:
    """A letter whose societies are still answering: each round takes the next few, for a society answers once."""

    reference: str
    waiting: list[Invited]
    batch: int

    def next_readers(self, base: str, count: int | None = None) -> list[Reader]:
        count = count or self.batch
        taken, self.waiting = self.waiting[:count], self.waiting[count:]
        return enter(base, taken)


def measure_bare(server: Server, samples: Samples, *, seconds: int, posts: int) -> None:
    samples.add(figures.HELLO, server.ms_each_for("/", "", seconds))
    samples.add(figures.BARE_FORM, _bare_ms(server, "/form", posts))


def _bare_ms(server: Server, path: str, posts: int) -> float:
    return server.ms_each([_bare_post(server, path)] * posts, expect=303)


def _bare_post(server: Server, path: str) -> Request:
    page = ask_all(server.base, [Request("/form")], expect=200)[0]
    form = {**hidden_fields(page.text), **typed("A society"), "nonce": "a-nonce-of-this-form", "digest": "", "replaces": ""}
    return Request(path, page.cookie, form)


def warm_up_answers(server: Server, session: Session, letter: Signing, count: int) -> Reader:
    """A few answers that do not count; returns one of those who have given them, to read on."""
    readers = letter.next_readers(server.base, count)
    _answer(server, session, readers)
    return readers[0]


def measure_answers(bare: Server, server: Server, session: Session, small: Signing, large: Signing, samples: Samples) -> None:
    """The form that prepares and mails the code, then the code that stores; every one by another representative."""
    form, code, rate = _answer(server, session, small.next_readers(server.base))
    samples.add(figures.FORM, form)
    samples.add(figures.CODE, code)
    samples.add(figures.ANSWER, form + code)
    samples.add(figures.STORED, rate)
    _measure_in_turn(bare, server, session, small.next_readers(server.base), samples)
    form, code, _rate = _answer(server, session, large.next_readers(server.base))
    samples.add(figures.FORM_1000, form)
    samples.add(figures.CODE_1000, code)


def _measure_in_turn(bare: Server, server: Server, session: Session, readers: list[Reader], samples: Samples) -> None:
    """Each request and a bare form, one after the other: no machine is as fast in one second as in the next, and one whose worker
    sends the codes meanwhile is slower for both."""
    before, form = _in_turn((bare, server), ([_bare_post(bare, "/row")] * len(readers), [reader.form() for reader in readers]))
    after, code = _in_turn((bare, server), ([_bare_post(bare, "/row")] * len(readers), codes(session, readers)))
    samples.add(figures.BARE_ROW, (before + after) / 2)
    samples.add(figures.FORM_ROW, form)
    samples.add(figures.CODE_ROW, code)


def _in_turn(servers: Sequence[Server], requests: Sequence[list[Request]]) -> list[float]:
    """What each server takes for one of its requests."""
    began = [cpu_of(server.pid) for server in servers]
    ask_in_turn([server.base for server in servers], requests, expect=303)
    return [(cpu_of(server.pid) - before) / len(asked) for server, before, asked in zip(servers, began, requests, strict=True)]


def _answer(server: Server, session: Session, readers: list[Reader]) -> tuple[float, float, float]:
    form = server.ms_each([reader.form() for reader in readers], expect=303)
    requests = codes(session, readers)
    started = time.perf_counter()
    code = server.ms_each(requests, expect=303)
    return form, code, len(requests) / (time.perf_counter() - started)


def measure_postgresql(server: Server, session: Session, letter: Signing, samples: Samples) -> None:
    form, code, _rate = _answer(server, session, letter.next_readers(server.base))
    samples.add(figures.FORM_PG, form)
    samples.add(figures.CODE_PG, code)


def measure_path(server: Server, session: Session, letter: Signing, samples: Samples) -> None:
    """From the button behind the link to the receipt: six requests for one answer."""

    def walk() -> None:
        readers = letter.next_readers(server.base)
        ask_all(server.base, [reader.form() for reader in readers], expect=303)
        ask_all(server.base, [Request(f"{reader.room}/review", reader.cookie) for reader in readers], expect=200)
        ask_all(server.base, codes(session, readers), expect=303)
        ask_all(server.base, [Request(f"{reader.room}/receipt", reader.cookie) for reader in readers], expect=200)

    samples.add(figures.PATH, cpu_ms(server.pid, walk) / letter.batch)


def measure_burst(server: Server, session: Session, letter: Signing, count: int, database: str, samples: Samples) -> None:
    """Everybody at once: all send the form, then all send the code."""
    readers = letter.next_readers(server.base, count)
    forms = burst(server.base, [reader.form() for reader in readers])
    started = time.perf_counter()
    stored = burst(server.base, codes(session, readers))
    taken = time.perf_counter() - started
    errors = sum(reply.status != 303 for reply in (*forms, *stored))
    form, code = (sorted(reply.ms for reply in replies) for replies in (forms, stored))
    figures_of = {
        figures.ERRORS: errors,
        figures.FORM_P95: _at(form, 0.95),
        figures.CODE_P50: _at(code, 0.5),
        figures.CODE_P95: _at(code, 0.95),
        figures.CODE_P99: _at(code, 0.99),
        figures.RATE: len(stored) / taken,
    }
    for name, value in figures_of.items():
        samples.add(figures.burst(name, database), value)


def _at(ordered: list[float], part: float) -> float:
    return ordered[min(int(len(ordered) * part), len(ordered) - 1)]


def measure_reading(server: Server, reader: Reader, samples: Samples, *, seconds: int) -> None:
    samples.add(figures.ROOM, server.ms_each_for(reader.room, reader.cookie, seconds))


def measure_finished(server: Server, cookie: str, letter: str, samples: Samples, *, seconds: int) -> None:
    samples.add(figures.STATIC, server.ms_each_for(f"/static/{A_STATIC_FILE}", "", seconds))
    samples.add(figures.FINISHED, server.ms_each_for(f"/letters/{letter}/documents/letter.pdf", cookie, seconds))


def measure_public(server: Server, letters: tuple[str, str, str], samples: Samples, *, seconds: int) -> None:
    """What strangers read of a sealed letter, of one that is still signed, and of a large one."""
    sealed, live, large = letters
    samples.add(figures.PUBLIC_PAGE, server.ms_each_for(f"/p/{sealed}", "", seconds))
    samples.add(figures.PUBLIC_PAGE_LIVE, server.ms_each_for(f"/p/{live}", "", seconds))
    samples.add(figures.PUBLIC_PAGE_1000, server.ms_each_for(f"/p/{large}", "", seconds))
    samples.add(figures.API_LIST, server.ms_each_for(f"/api/v1/letters/{sealed}/signatories", "", seconds))
    samples.add(figures.API_LIST_LIVE, server.ms_each_for(f"/api/v1/letters/{live}/signatories", "", seconds))


def measure_desk(server: Server, cookie: str, letters: tuple[str, str], samples: Samples, *, seconds: int) -> None:
    small, large = letters
    samples.add(figures.DASHBOARD, server.ms_each_for(f"/letters/{small}", cookie, seconds))
    samples.add(figures.DASHBOARD_1000, server.ms_each_for(f"/letters/{large}", cookie, seconds))
    samples.add(figures.ROSTER, server.ms_each_for(f"/letters/{small}/roster", cookie, seconds))
    samples.add(figures.ROSTER_1000, server.ms_each_for(f"/letters/{large}/roster", cookie, seconds))
