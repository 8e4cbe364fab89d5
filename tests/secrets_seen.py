"""What may be known to one person alone, and where it must not be found (R19, `bar.md` G9)."""

from dataclasses import dataclass, field

from sqlalchemy import Engine

from tests.dump import dump
from tests.factories import ANNA, BRUNO, COORDINATOR, OTTO

_LOCAL_MAIL = {"mailbox"}
"""The one exception of R19: where no mail server is set, mail stays on a page of its own."""
_ADDRESSES_MAY_BE = _LOCAL_MAIL | {"staff", "representative", "outbox", "event"}
"""Where an address is what the row is for; an event keeps it in its private part, which only its commitment leaves."""


@dataclass
class Secrets:
    """Everything seen on the way that nobody else may see."""

    opening: dict[str, str] = field(default_factory=dict)
    """Tokens, codes and cookies: what it is → the thing itself."""
    people: tuple[str, ...] = (ANNA, BRUNO, OTTO, COORDINATOR)

    def in_text(self, text: str) -> list[str]:
        return [what for what, secret in self.opening.items() if secret in text] + [one for one in self.people if one in text]

    def in_database(self, engine: Engine) -> list[str]:
        found = []
        for table, rows in dump(engine).items():
            text = "\n".join(rows)
            if table not in _LOCAL_MAIL:
                found += [f"{what} in {table}" for what, secret in self.opening.items() if secret in text]
            if table not in _ADDRESSES_MAY_BE:
                found += [f"{one} in {table}" for one in self.people if one in text]
        return found
