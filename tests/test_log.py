"""Log lines say where and what, and never what somebody typed (R19)."""

import json
import logging
import subprocess
import sys
from contextvars import Context, copy_context

import pytest

from webapp import log

SECRET = "anna@gullhaven.example.org"


def line_of(record: logging.LogRecord) -> dict[str, object]:
    line: dict[str, object] = json.loads(log.JsonLines().format(record))
    assert SECRET not in json.dumps(line)
    return line


def record(name: str, sentence: str, *values: object, error: BaseException | None = None) -> logging.LogRecord:
    about = (type(error), error, error.__traceback__) if error else None
    return logging.LogRecord(name, logging.WARNING, "/somewhere/library.py", 12, sentence, values, about)


def raised() -> BaseException:
    try:
        raise ValueError(SECRET)
    except ValueError as error:
        return error


def test_line_of_ours_holds_the_named_facts(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "undersigned"):
        log.note("request", rule="/i/<token>", status=404, actor=None)
    line = line_of(caplog.records[-1])
    assert (line["event"], line["rule"], line["status"], line["level"]) == ("request", "/i/<token>", 404, "info")
    assert "actor" not in line


def test_r19_line_of_ours_cannot_say_anything_else() -> None:
    with pytest.raises(ValueError, match="address"):
        log.note("request", address=SECRET)


def test_r19_library_is_quoted_without_its_values() -> None:
    line = line_of(record("gunicorn.error", "Error handling request %s", f"/i/{SECRET}"))
    assert line["template"] == "Error handling request %s"
    assert line["where"] == "library.py:12 None"


def test_r19_sentence_that_is_whole_already_is_not_quoted() -> None:
    assert "template" not in line_of(record("dbos", f"job of {SECRET} failed"))


def test_r19_exception_is_named_without_its_words() -> None:
    line = line_of(record("undersigned", "error", error=raised()))
    assert line["error"] == "ValueError"
    assert "test_log.py" in str(line["at"])


def test_lines_about_one_request_carry_its_number() -> None:
    def of_a_request() -> dict[str, object]:
        log.begin_request("number-1")
        return line_of(record("dbos", "something"))

    assert copy_context().run(of_a_request)["request_id"] == "number-1"
    assert "request_id" not in Context().run(line_of, record("dbos", "something"))


@pytest.mark.parametrize("name", ["undersigned", "gunicorn.error", "dbos", "sqlalchemy.engine", "weasyprint"])
def test_every_logger_writes_our_lines(name: str) -> None:
    said = _said_by_a_process(f"logging.getLogger({name!r}).warning('to %s', {SECRET!r})")
    assert [line["level"] for line in said] == ["warning"]
    assert SECRET not in json.dumps(said)


def test_job_engine_adds_no_handler_of_its_own() -> None:
    said = _said_by_a_process("from dbos._logger import init_logger; init_logger(); logging.getLogger('dbos').error('a %s', 'b')")
    assert [line["template"] for line in said] == ["a %s"]


def _said_by_a_process(act: str) -> list[dict[str, object]]:
    """Logging belongs to a whole process, so each of these has one."""
    words = f"import logging.config; from webapp.log import configuration; logging.config.dictConfig(configuration('info')); {act}"
    done = subprocess.run([sys.executable, "-c", words], capture_output=True, text=True, check=True)
    assert done.stdout == ""
    return [json.loads(line) for line in done.stderr.splitlines()]


@pytest.mark.parametrize(
    ("environ", "level"),
    [
        ({}, "warning"),
        ({"UNDERSIGNED_BASE_URL": "http://127.0.0.1:8000"}, "warning"),
        ({"UNDERSIGNED_BASE_URL": "https://letters.example.org"}, "info"),
        ({"UNDERSIGNED_BASE_URL": "https://letters.example.org", "UNDERSIGNED_LOG": "ERROR"}, "error"),
    ],
)
def test_public_site_logs_its_requests_and_a_terminal_stays_quiet(environ: dict[str, str], level: str) -> None:
    assert log.level_from(environ) == level
