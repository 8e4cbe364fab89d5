"""The rules hold on every walk through the house, on either database."""

import hypothesis
import pytest
from hypothesis import HealthCheck
from hypothesis.stateful import run_state_machine_as_test
from sqlalchemy import Engine

from tests.counts import IS_ASSURE
from tests.databases import IS_POSTGRESQL
from tests.machine.machine import BEGINNINGS, InTheRooms, Machine

# Three walks from each of twelve beginnings are 36; one where a walk takes three times as long. `make assure` walks as many there.
_WALKS = 60 if IS_ASSURE else 1 if IS_POSTGRESQL else 3
A_WEEK = "an open sign-on with a week to go"
WALKS = [(Machine, begins) for begins in BEGINNINGS if begins not in {"signatories and another text", A_WEEK}]
FROM = ("an open sign-on", A_WEEK, "signatories and another text", "signatories and a clock set back")
WALKS += [(InTheRooms, begins) for begins in FROM]


@pytest.mark.parametrize(("machine", "begins"), WALKS, ids=[f"{machine.__name__} from {begins}" for machine, begins in WALKS])
def test_r1_to_r18_hold_on_every_walk(machine: type[Machine], begins: str, shared_engine: Engine) -> None:
    # Many walks from many beginnings: Hypothesis varies what it has tried, and stays near it.
    walks = hypothesis.settings(max_examples=_WALKS, stateful_step_count=60 if IS_ASSURE else 40, suppress_health_check=list(HealthCheck))
    run_state_machine_as_test(lambda: machine(shared_engine, begins), settings=walks)
