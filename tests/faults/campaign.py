"""Clients at work while a fault strikes again and again; returns the books."""

import random
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from tests.faults.books import Books, audit
from tests.faults.people import Clients, prepare
from tests.faults.site import Site

# So many answers are at hand for each strike; most lives end before they have taken them all.
_A_LIFE = 6
_LONGEST_LIFE = 30.0


@dataclass(frozen=True)
class Outcome:
    books: Books
    acknowledged: int
    cut_off: int
    put_off: Counter[str]
    surprises: list[str]

    def __str__(self) -> str:
        told = f"{self.acknowledged} acknowledged, {self.cut_off} cut off, {self.put_off.total()} put off, {len(self.surprises)} surprises"
        return "; ".join([told, *self.surprises[:3], str(self.books)])


def kill_and_start_again(site: Site) -> None:
    site.kill()
    site.start()


def strike(
    site: Site,
    times: int,
    fault: Callable[[Site], None] = kill_and_start_again,
    *,
    seed: int,
    most: int = _A_LIFE,
    newcomers: float = 0.2,
    breath: float = 0.0,
    is_mailed: bool = False,
) -> Outcome:
    """Strikes so often, each time after a few answers and at a random moment of the next; then lets everybody come through.

    `is_mailed` says that a worker is about, who makes new jobs for messages that wait for long.
    """
    chance = random.Random(seed)
    supply = times * most + 2 * most
    waiting, fresh = prepare(site.settings, supply - int(supply * newcomers), newcomers=int(supply * newcomers))
    work = [*waiting, *fresh]
    chance.shuffle(work)
    before = audit(site.settings, {}).answers
    clients = Clients(site.address, site.settings, breath)
    site.start()
    clients.start(work)
    try:
        for _ in range(times):
            clients.wait_for(clients.done + chance.randint(1, most // 2), _LONGEST_LIFE)
            time.sleep(chance.uniform(0, 0.04))
            fault(site)
        clients.finish()
    finally:
        clients.stop()
    site.kill()
    books = audit(site.settings, clients.acknowledged, clients.coded, is_mailed=is_mailed)
    books.answers -= before
    return Outcome(books, clients.done, clients.cut_off, clients.put_off, clients.surprises)
