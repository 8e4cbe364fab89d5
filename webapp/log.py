"""Log lines: one JSON document each, made of fields that are named here and nothing else (R19).

What a library wants to say may quote an address, a link or what somebody typed. So of its lines only the place and the template of
the sentence are kept, without the values; of an exception its kind and where it was raised, without its words.
"""

import json
import logging
import traceback
from collections.abc import Mapping
from contextvars import ContextVar
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

FIELDS = frozenset({"rule", "method", "status", "ms", "actor", "letter", "message", "state", "attempts", "letters", "worker", "reason"})
"""What a line of ours may say. `rule` is the address as it is declared, never as it was asked for; `actor`, `letter` and `message`
are random references."""

LEVELS = ("error", "warning", "info")
_FRAMES = 8
_about: ContextVar[str] = ContextVar("about", default="")
_log = logging.getLogger("undersigned")


def note(event: str, *, level: int = logging.INFO, error: BaseException | None = None, **facts: object) -> None:
    """Writes one line, leaving out what is None.

    Raises ValueError for a field that is not on the list: whoever adds one thinks of R19 first.
    """
    if unknown := facts.keys() - FIELDS:
        raise ValueError(f"A log line may not say: {', '.join(sorted(unknown))}")
    _log.log(level, event, exc_info=error, extra={"facts": {name: value for name, value in facts.items() if value is not None}})


def begin_request(request_id: str) -> None:
    """Every line carries this number, for as long as this thread has no other request."""
    _about.set(request_id)


class JsonLines(logging.Formatter):
    """One line for one record."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {"ts": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="microseconds")}
        line["level"] = record.levelname.lower()
        line.update(_ours(record) if record.name == _log.name else _of_a_library(record))
        if request_id := _about.get():
            line["request_id"] = request_id
        if record.exc_info and record.exc_info[1] is not None:
            line.update(_error(record.exc_info[1]))
        return json.dumps(line, ensure_ascii=True, default=str)


def _ours(record: logging.LogRecord) -> dict[str, Any]:
    return {"event": str(record.msg), **getattr(record, "facts", {})}


def _of_a_library(record: logging.LogRecord) -> dict[str, Any]:
    # A sentence that was put together before it came here cannot be told from its values, so only one that still has gaps is kept.
    said = {"template": record.msg} if record.args and isinstance(record.msg, str) else {}
    return {"event": "library", "logger": record.name, "where": f"{record.filename}:{record.lineno} {record.funcName}", **said}


def _error(error: BaseException) -> dict[str, str]:
    frames = traceback.extract_tb(error.__traceback__)[-_FRAMES:]
    where = " > ".join(f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in frames)
    return {"error": type(error).__name__, "at": where}


def level_from(environ: Mapping[str, str]) -> str:
    """`UNDERSIGNED_LOG`: error, warning or info. By itself info, but on loopback, where a person reads the terminal, warning."""
    typed = environ.get("UNDERSIGNED_LOG", "").lower()
    if typed in LEVELS:
        return typed
    return "info" if environ.get("UNDERSIGNED_BASE_URL", "").startswith("https:") else "warning"


def configuration(level: str) -> dict[str, Any]:
    """For `logging.config.dictConfig`, which gunicorn calls too: every logger of the process writes our lines on standard error."""
    lines: dict[str, Any] = {"handlers": [], "propagate": True}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"json": {"()": "webapp.log.JsonLines"}},
        # The job engine puts a handler of its own on a logger that has none.
        "handlers": {"lines": {"class": "logging.StreamHandler", "formatter": "json"}, "none": {"class": "logging.NullHandler"}},
        "root": {"level": "WARNING", "handlers": ["lines"]},
        "loggers": {
            "undersigned": {"level": level.upper()},
            "gunicorn.error": lines,
            "gunicorn.access": lines,
            "dbos": {**lines, "handlers": ["none"]},
        },
    }
