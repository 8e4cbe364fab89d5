"""The figures by name: what each is counted in, and which figure of the same run it is divided by."""

import json
import statistics
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Figure:
    """`ratio_to` names the figure that it is divided by; None for the floors, which are the machine itself."""

    name: str
    unit: str
    ratio_to: str | None = None


FSYNC = "append 4 kB and fsync"
INSERT = "durable insert, SQLite"
HELLO = "bare Flask, hello"
BARE_FORM = "bare form with CSRF and durable insert"
BARE_ROW = "the same, one row by SQLAlchemy"
FORM, CODE, ANSWER = "answer, the form", "answer, the code", "answer, both requests"
FORM_1000, CODE_1000 = "answer, the form, of 1,000", "answer, the code, of 1,000"
FORM_ROW, CODE_ROW = "answer, the form, in turn with SQLAlchemy’s row", "answer, the code, in turn with SQLAlchemy’s row"
PATH = "answer, all six requests of its path"
STORED = "answers stored, 8 at a time"
FORM_PG, CODE_PG = "answer, the form, PostgreSQL", "answer, the code, PostgreSQL"
ROOM = "reading room"
DASHBOARD, DASHBOARD_1000 = "dashboard, 34 societies", "dashboard, 1,000 societies"
ROSTER, ROSTER_1000 = "roster, 34 societies", "roster, a page of 1,000 societies"
STATIC, FINISHED = "static file of 575 kB", "finished document of 575 kB"
PUBLIC_PAGE, PUBLIC_PAGE_LIVE = "public page, sealed, kept", "public page, not sealed, made anew"
PUBLIC_PAGE_1000 = "public page, 1,000 societies, made anew"
API_LIST, API_LIST_LIVE = "interface, signatories, kept", "interface, signatories, made anew"
LOOK_AT_LIST, LOOK_AT_LIST_1000 = "list, 34 rows looked at", "list, 1,000 rows looked at"
IMPORT, IMPORT_1000 = "list, 34 rows stored", "list, 1,000 rows stored"
SEND, SEND_1000 = "invitations, 34 again", "invitations, 1,000 again"
# A letter: how many have signed it, and whether with logos, which one of more than 300 does not print.
LETTERS = ((34, False), (34, True), (300, False), (300, True), (1000, False))
BARE_LETTER, BARE_TABLE = "bare WeasyPrint", "bare WeasyPrint, a plain table"
SET, LETTER = "letter, in one process", "letter as PDF"
CHROMIUM, CHROMIUM_SHELL, TYPST = "Chromium", "Chromium without windows", "typst"
PANDOC, STATEMENT, STATEMENT_AGAIN = "bare pandoc, the statement", "statement, first time", "statement, once more"
PANDOC_1500, REDLINE_1500 = "bare pandoc, 1,500 words", "redline, 1,500 words"
PANDOC_15000, REDLINE_15000 = "bare pandoc, 15,000 words", "redline, 15,000 words"
COMPARED_15000 = "redline, 15,000 words, converted before"
PREVIEW_1500, REVISION_1500 = "preview, 1,500 words", "revision, 1,500 words"
BARE_MEMORY, WEB_MEMORY, WORKER_MEMORY, PRESS_MEMORY = "memory, bare web", "memory, web", "memory, worker", "memory, press"
MEMORY, SUPERVISOR_MEMORY, RESIDENT = "memory, web, worker and press", "memory, what looks after them", "memory, all, resident"


# The drafting room: an ordinary letter has 10 kB, 15 references and 20 comments; the limits are 100 kB, 200 and 2,000.
EDITOR, REFERENCE_LIST, COMMENT_DESK, DISPOSITIONS = "editor", "references", "comments at the desk", "table of dispositions"
DISPOSITIONS_CSV, ROOM_OF_COMMENTS, PREVIEW, SAVE = "table of dispositions, CSV", "room with comments", "preview", "save"
REVISE, COMPARE, FREEZE = "make revision", "comparison of revisions", "freeze"
ROOM_PAGES = (EDITOR, REFERENCE_LIST, COMMENT_DESK, DISPOSITIONS, DISPOSITIONS_CSV, ROOM_OF_COMMENTS)
ROOM_ACTS = (PREVIEW, SAVE, REVISE, COMPARE, FREEZE)


def ordinary(figure: str) -> str:
    return f"{figure}, ordinary"


def at_the_limits(figure: str) -> str:
    return f"{figure}, at the limits"


def signed(figure: str, count: int, *, has_logos: bool) -> str:
    """The name of a figure of a letter."""
    return f"{figure}, {count:,} signatories{' with logos' if has_logos else ''}"


def burst(figure: str, database: str) -> str:
    """The name of a figure of the burst."""
    return f"burst, {figure}, {database}"


SQLITE, POSTGRESQL = "SQLite", "PostgreSQL"
ERRORS, FORM_P95, CODE_P50, CODE_P95, CODE_P99, RATE = "errors", "form p95", "code p50", "code p95", "code p99", "answers"

_RATE, _CPU, _WALL, _SIZE, _COUNT = "per second", "ms CPU", "ms", "MB", "of all"

FIGURES = (
    # What the disk, the database and the framework cost before there is any application.
    Figure(FSYNC, _RATE),
    Figure(INSERT, _RATE, FSYNC),
    Figure(HELLO, _CPU),
    Figure(BARE_FORM, _CPU, HELLO),
    Figure(BARE_ROW, _CPU, BARE_FORM),
    # Against a form of the same fields that is checked and stored, and does nothing else.
    Figure(FORM, _CPU, BARE_FORM),
    Figure(CODE, _CPU, BARE_FORM),
    Figure(ANSWER, _CPU, BARE_FORM),
    Figure(FORM_1000, _CPU, FORM),
    Figure(CODE_1000, _CPU, CODE),
    # The request that stores, against the same form stored as one row by the same library.
    Figure(FORM_ROW, _CPU, BARE_ROW),
    Figure(CODE_ROW, _CPU, BARE_ROW),
    Figure(PATH, _CPU, BARE_FORM),
    Figure(STORED, _RATE, INSERT),
    # The server of the database is another process, and not counted.
    Figure(FORM_PG, _CPU, FORM),
    Figure(CODE_PG, _CPU, CODE),
    Figure(ROOM, _CPU, HELLO),
    Figure(DASHBOARD, _CPU, HELLO),
    Figure(DASHBOARD_1000, _CPU, DASHBOARD),
    Figure(ROSTER, _CPU, DASHBOARD),
    Figure(ROSTER_1000, _CPU, ROSTER),
    # As many bytes, once from the disk to anybody, once from the database to whoever may see the letter, checked against their hash.
    Figure(STATIC, _CPU, HELLO),
    Figure(FINISHED, _CPU, STATIC),
    # What strangers read of a letter of 34: of a sealed one a process keeps what it has made until the record goes on.
    Figure(PUBLIC_PAGE, _CPU, HELLO),
    Figure(PUBLIC_PAGE_LIVE, _CPU, HELLO),
    Figure(PUBLIC_PAGE_1000, _CPU, PUBLIC_PAGE_LIVE),
    Figure(API_LIST, _CPU, HELLO),
    Figure(API_LIST_LIVE, _CPU, HELLO),
    # Held against a directory of 1,000 societies; then the transaction alone.
    Figure(LOOK_AT_LIST, _CPU),
    Figure(LOOK_AT_LIST_1000, _CPU, LOOK_AT_LIST),
    Figure(IMPORT, _CPU),
    Figure(IMPORT_1000, _CPU, IMPORT),
    # The transaction alone: thirty times the people, each with a link, an event, a message and a job.
    Figure(SEND, _CPU),
    Figure(SEND_1000, _CPU, SEND),
    # Fifty at a time, from the same two cores, while the worker mails codes and receipts.
    *(
        Figure(burst(name, database), unit)
        for database in (SQLITE, POSTGRESQL)
        for name, unit in (
            (ERRORS, _COUNT),
            (FORM_P95, _WALL),
            (CODE_P50, _WALL),
            (CODE_P95, _WALL),
            (CODE_P99, _WALL),
            (RATE, _RATE),
        )
    ),
    # Ours, tagged and archival, against WeasyPrint on the same HTML in one warm process: no tags, no archive, no limits. First without
    # the child and its hand-over, then as the application has it; and everything else against that.
    *(
        Figure(signed(name, count, has_logos=has_logos), _CPU, signed(to, count, has_logos=has_logos) if to else None)
        for count, has_logos in LETTERS
        for name, to in (
            (BARE_LETTER, None),
            (SET, BARE_LETTER),
            (LETTER, BARE_LETTER),
            (BARE_TABLE, LETTER),
            (CHROMIUM, LETTER),
            (CHROMIUM_SHELL, LETTER),
            (TYPST, LETTER),
        )
    ),
    # Against pandoc on the same text without citations and without the shape that journals want.
    Figure(PANDOC, _WALL),
    Figure(STATEMENT, _WALL, PANDOC),
    Figure(STATEMENT_AGAIN, _WALL, STATEMENT),
    # Two texts with citations converted, compared, and written as a page, against pandoc on one of them.
    Figure(PANDOC_1500, _WALL),
    Figure(REDLINE_1500, _WALL, PANDOC_1500),
    # As the editor shows it; and as a revision is made of it, with everything that is stored and recorded.
    Figure(PREVIEW_1500, _WALL, PANDOC_1500),
    Figure(REVISION_1500, _WALL, PANDOC_1500),
    Figure(PANDOC_15000, _WALL),
    Figure(REDLINE_15000, _WALL, PANDOC_15000),
    Figure(COMPARED_15000, _WALL, PANDOC_15000),
    # The drafting room at its limits against an ordinary letter; pandoc counts. Ten times the text, thirteen times the references and a
    # hundred times the comments: pages of comments are cut to so many, the table is not.
    *(
        figure
        for name in (*ROOM_PAGES, *ROOM_ACTS)
        for figure in (Figure(ordinary(name), _CPU), Figure(at_the_limits(name), _CPU, ordinary(name)))
    ),
    # Proportional shares (PSS): a page that three processes share counts a third for each. The last line counts it three times.
    Figure(BARE_MEMORY, _SIZE),
    Figure(WEB_MEMORY, _SIZE, BARE_MEMORY),
    Figure(WORKER_MEMORY, _SIZE, BARE_MEMORY),
    Figure(PRESS_MEMORY, _SIZE, BARE_MEMORY),
    Figure(MEMORY, _SIZE, BARE_MEMORY),
    Figure(SUPERVISOR_MEMORY, _SIZE, BARE_MEMORY),
    Figure(RESIDENT, _SIZE, BARE_MEMORY),
)


class Samples:
    """What each round measured; a ratio is taken within a round, for the machine changes from one to the next."""

    def __init__(self) -> None:
        self._taken: dict[str, list[float]] = defaultdict(list)

    def add(self, name: str, value: float) -> None:
        self._taken[name].append(value)

    def rows(self) -> Iterator[dict[str, Any]]:
        for figure in (one for one in FIGURES if one.name in self._taken):
            ratio = self._ratio(figure.name, figure.ratio_to) if figure.ratio_to else None
            value = _digits(statistics.median(self._taken[figure.name]))
            yield {"name": figure.name, "value": value, "unit": figure.unit, "ratio_to": figure.ratio_to, "ratio": ratio}

    def _ratio(self, name: str, to: str) -> float:
        pairs = zip(self._taken[name], self._taken[to], strict=True)
        return _digits(statistics.median(value / base for value, base in pairs))


def _digits(value: float) -> float:
    """Four that count: more would pretend."""
    return float(f"{value:.4g}")


def show(rows: list[dict[str, Any]]) -> str:
    return "\n".join(_line(**row) for row in rows)


def _line(name: str, value: float, unit: str, ratio_to: str | None, ratio: float | None) -> str:
    beside = f"   {ratio:>8,.5g} × {ratio_to}" if ratio_to else ""
    return f"{name:<40} {value:>10,.5g} {unit:<10}{beside}".rstrip()


def write(rows: list[dict[str, Any]], path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(rows, indent=2) + "\n", encoding="utf-8")
