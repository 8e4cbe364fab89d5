"""One question to a register’s fixed address: no redirect is followed, nothing is repeated, and time and size have an end."""

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from urllib.parse import urlencode

import urllib3

from webapp.domain.errors import LookUpFailed

_CONNECT_SECONDS, _READ_SECONDS = 4.0, 6.0
_MOST_BYTES = 8_000_000
_PIECE = 65_536
# More at a time would be impolite, and each holds a thread until its register has let go of it.
_places = threading.BoundedSemaphore(3)


@dataclass(frozen=True)
class Answer:
    status: int
    body: bytes


@dataclass(frozen=True)
class Question:
    """`register` is its name for people; `path` is quoted already; `contact` is whom the register may write to."""

    register: str
    base: str
    path: str
    fields: Mapping[str, str]
    contact: str


def ask(question: Question, *, seconds: float) -> Answer:
    """The answer, whatever its status says of a work. Raises LookUpFailed, with a sentence, for everything else."""
    if not _places.acquire(blocking=False):
        raise LookUpFailed("Several look-ups are under way. Try again in a moment.")
    # In a thread of its own: looking a name up, and a register that sends a byte now and then, know no other limit.
    answers: SimpleQueue[Answer | LookUpFailed] = SimpleQueue()
    threading.Thread(target=_ask, args=(question, answers, time.monotonic() + seconds), daemon=True, name="look-up").start()
    try:
        answer = answers.get(timeout=seconds)
    except Empty:
        raise LookUpFailed(f"{question.register} did not answer within {seconds:.0f} seconds. Try again later, or type it.") from None
    if isinstance(answer, LookUpFailed):
        raise answer
    return answer


def _ask(question: Question, answers: "SimpleQueue[Answer | LookUpFailed]", until: float) -> None:
    try:
        answers.put(_fetch(question, until))
    except LookUpFailed as failure:
        answers.put(failure)
    except (urllib3.exceptions.HTTPError, OSError):
        answers.put(LookUpFailed(f"{question.register} cannot be reached. Try again later, or type it."))
    finally:
        _places.release()


def _fetch(question: Question, until: float) -> Answer:
    headers = {"User-Agent": f"Undersigned (mailto:{question.contact})", "Accept-Encoding": "identity"}
    address = f"{question.base}{question.path}?{urlencode(question.fields)}"
    with urllib3.PoolManager(retries=False) as pool:
        response = pool.request(
            "GET",
            address,
            headers=headers,
            timeout=urllib3.Timeout(connect=_CONNECT_SECONDS, read=_READ_SECONDS),
            redirect=False,
            retries=False,
            preload_content=False,
            decode_content=False,
        )
        try:
            return Answer(response.status, _read(response, question.register, until))
        finally:
            response.close()


def _read(response: urllib3.BaseHTTPResponse, register: str, until: float) -> bytes:
    pieces, size = [], 0
    while piece := response.read1(_PIECE):
        pieces.append(piece)
        size += len(piece)
        if size > _MOST_BYTES:
            raise LookUpFailed(f"{register} answered with more than a reference can be. Type it instead.")
        if time.monotonic() > until:
            raise LookUpFailed(f"{register} answers too slowly. Try again later, or type it.")
    return b"".join(pieces)


def refuse_status(answer: Answer, register: str) -> None:
    """Raises LookUpFailed for an answer that says nothing of a work."""
    if answer.status == 429:
        raise LookUpFailed(f"{register} has been asked too often. Try again in a few minutes.")
    if answer.status != 200:
        raise LookUpFailed(f"{register} has no answer just now (it said {answer.status}). Try again later, or type it.")
