"""What `undersigned run` becomes when all is prepared: it loads what the parts of the site need, starts them and looks after them."""

import gc
import json
import os
import signal
import socket
import sys
import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import asdict, dataclass
from pkgutil import resolve_name
from typing import NoReturn

from webapp.children import Child, Stop, end, look_after
from webapp.forking import ENDING, Born, live
from webapp.processes import as_typed, become

_SECONDS_TO_ANSWER = 60


@dataclass(frozen=True)
class Charge:
    """What is handed over. Files that are open stay so, under their numbers."""

    loads: list[str]
    """What is loaded once, for what is started is forked: modules, or functions in them that are called (`module:function`). None may
    leave a file open or a thread running."""
    web: list[str]
    worker: list[str]
    listening: int
    """The socket of the site."""
    reachable_at: tuple[str, int]
    mark: int
    """The file by which other commands know that the site runs, locked as long as it is open."""
    greeting: str


def hand_over(charge: Charge) -> NoReturn:
    """The caretaker in place of this process, with its environment."""
    # The greeting may hold a link that signs in: neither the list of processes nor the disk may show it.
    reading, writing = os.pipe()
    os.write(writing, json.dumps(asdict(charge)).encode())
    os.close(writing)
    for number in (reading, charge.listening, charge.mark):
        os.set_inheritable(number, True)
    # Until there is somebody again who hears them.
    signal.pthread_sigmask(signal.SIG_BLOCK, ENDING)
    become("webapp.caretaker", str(reading))


def take_care(charge: Charge) -> int:
    """Until told to stop; returns the exit code. Raises Born in each process that it starts."""
    stop = Stop()
    signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDING)
    load(charge.loads)
    web = Child("The web server", charge.web, keeps=(charge.listening,))
    children = [web, Child("The worker", charge.worker)]
    # Nothing here is undone by `finally`: what is forked leaves by the same way, and may not end its siblings.
    try:
        _start_and_look_after(charge, children, stop)
        code, last_words = 0, "Undersigned has stopped."
    except _NotStartedError as error:
        code, last_words = 1, str(error)
    end(children, stop)
    os.ftruncate(charge.mark, 0)
    (sys.stderr if code else sys.stdout).write(f"{last_words}\n")
    return code


def load(names: Iterable[str]) -> None:
    for name in names:
        found = resolve_name(name)
        if callable(found):
            found()
    # What the collector does not look through it does not write to, and what nobody writes to stays shared.
    gc.collect()
    gc.freeze()


def _start_and_look_after(charge: Charge, children: list[Child], stop: Stop) -> None:
    for child in children:
        child.start()
    if _is_to_go_on(charge, children[0], stop):
        sys.stdout.write(f"{charge.greeting}\n")
        sys.stdout.flush()
        look_after(children, stop)


class _NotStartedError(Exception):
    """Says what to do."""


def _is_to_go_on(charge: Charge, web: Child, stop: Stop) -> bool:
    """Whether the site answers; False when told to stop before."""
    latest = time.monotonic() + _SECONDS_TO_ANSWER
    while not stop.wait(0.1):
        if _answers(charge.reachable_at):
            return True
        if web.has_died() or time.monotonic() > latest:
            sentence = "The web server could not be started; what it said stands above. What may be missing: undersigned check"
            raise _NotStartedError(as_typed(sentence))
    return False


def _answers(address: tuple[str, int]) -> bool:
    """Whether anything comes back but an error of the server."""
    with suppress(OSError), socket.create_connection(address, timeout=2) as connection:
        connection.sendall(b"GET / HTTP/1.0\r\nHost: localhost\r\n\r\n")
        status = connection.makefile("rb").readline().split()[1:2]
        return bool(status) and status[0] < b"500"
    return False


def _received(number: int) -> Charge:
    with os.fdopen(number) as stream:
        facts = json.load(stream)
    return Charge(**{**facts, "reachable_at": tuple(facts["reachable_at"])})


def main(number: int) -> int:
    try:
        return take_care(_received(number))
    except Born as born:
        arguments = born.arguments
    live(arguments)
    return 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1])))
