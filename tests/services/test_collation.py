"""Our table of collation sorts as pyuca's own does, every entry of it."""

import random
from pathlib import Path

import pytest
import pyuca
from pyuca import Collator

from webapp.services.collation import _SmallCollator, collation_weights


def _entries() -> list[str]:
    """Each character and each group of characters that has weights of its own."""
    file = Path(pyuca.__file__).with_name(f"allkeys-{Collator.UCA_VERSION}.txt")
    lines = (line.partition(";")[0].split() for line in file.read_text(encoding="utf-8").splitlines() if line[:1] not in ("", "#", "@"))
    return ["".join(chr(int(code, 16)) for code in codes) for codes in lines if codes]


def _weights(collator: Collator, name: str) -> bytes:
    return b"".join(weight.to_bytes(2, "big") for weight in collator.sort_key(name))


@pytest.fixture(scope="module")
def original() -> Collator:
    return Collator()


def test_every_entry_has_the_weights_of_the_original(original: Collator) -> None:
    entries = _entries()
    assert len(entries) > 30_000
    assert [one for one in entries if collation_weights(one) != _weights(original, one)] == []


def test_characters_in_any_company_have_the_weights_of_the_original(original: Collator) -> None:
    # Marks that combine, vowels that are sorted after their consonant, characters that are in no table.
    chosen, entries = random.Random(5), _entries()
    several = [one for one in entries if len(one) > 1]
    for _name in range(500):
        name = "".join(chosen.choice(chosen.choice([several, entries, list("aÉ\u0323\u0302中\U0001f9b4")])) for _ in range(6))
        assert collation_weights(name) == _weights(original, name), name.encode("unicode_escape")


def test_control_entries_of_several_characters_are_missed(original: Collator) -> None:
    ours = _SmallCollator()
    ours.table.root.children = None
    assert any(_weights(ours, one) != _weights(original, one) for one in _entries() if len(one) > 1)
