"""The machine notices: each planted fault is found in a few steps, by the rule that it breaks; and without it the same walk is fine."""

import traceback

import pytest
from sqlalchemy import Engine

from tests.machine.faults import FAULTS, Fault
from tests.machine.machine import Machine

pytestmark = pytest.mark.sqlite


def what_breaks(engine: Engine, fault: Fault, monkeypatch: pytest.MonkeyPatch | None) -> str:
    """The names of everything on the way to the machine’s objection, and its words; empty where it has none."""
    machine = Machine(engine, fault.begins)
    try:
        for statement in fault.sql:
            machine.house.execute(statement)
        if monkeypatch is not None:
            fault.plant(monkeypatch)
        machine.begin()
        fault.walk(machine)
        machine.every_rule_holds()
    except Exception as error:  # noqa: BLE001 - a fault may also break something before a rule is asked
        return " ".join([*(frame.name for frame in traceback.extract_tb(error.__traceback__)), str(error)])
    finally:
        machine.teardown()
    return ""


@pytest.mark.parametrize("fault", FAULTS, ids=[fault.what for fault in FAULTS])
def test_machine_finds_a_planted_fault(fault: Fault, shared_engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    assert what_breaks(shared_engine, fault, None) == ""
    assert fault.broken in what_breaks(shared_engine, fault, monkeypatch)
