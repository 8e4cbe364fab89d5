"""The redline of two texts that were never converted before, beside bare pandoc on the new one; and of two that were."""

import random
import subprocess
import time
from collections.abc import Callable

import pypandoc

from tests.bench import figures
from tests.bench.figures import Samples
from webapp.domain.document import CslItem
from webapp.rendering.redline import SourceText, redline_html, redline_texts

_SIZES = ((1_500, figures.PANDOC_1500, figures.REDLINE_1500), (15_000, figures.PANDOC_15000, figures.REDLINE_15000))
_SYLLABLES = ("ka", "len", "mi", "ro", "sta", "tu", "ver", "na", "dol", "pe")
_WORDS_IN_PARAGRAPH = 75
_REFERENCES: list[CslItem] = [
    {"id": f"work{number}", "type": "article-journal", "title": f"A trial of {number}", "author": [{"family": "Smith", "given": "A"}]}
    for number in range(15)
]


def measure_redlines(samples: Samples) -> None:
    for size, bare, ours in _SIZES:
        old, new = _texts(size)
        program = [pypandoc.get_pandoc_path(), "--from", "markdown", "--to", "html5"]
        samples.add(
            bare, _ms(lambda program=program, new=new: subprocess.run(program, input=new.encode(), capture_output=True, check=True))
        )
        samples.add(ours, _ms(lambda old=old, new=new: _redline(old, new)))
        if size == _SIZES[-1][0]:
            # Both are in the cache of converted texts now: what is left is the comparison and its page.
            samples.add(figures.COMPARED_15000, _ms(lambda old=old, new=new: _redline(old, new)))


def _redline(old: str, new: str) -> str:
    return redline_html(redline_texts(SourceText(old, _REFERENCES), SourceText(new, _REFERENCES)))


def _texts(size: int) -> tuple[str, str]:
    """So many words in paragraphs, and the same with a word in thirty changed, one paragraph moved, one gone and one new."""
    # The moment makes it a text that was never converted before.
    chance = random.Random(time.monotonic_ns())
    paragraphs = [_paragraph(chance, number) for number in range(size // _WORDS_IN_PARAGRAPH)]
    changed = [" ".join(word if chance.random() > 1 / 30 else "changed" for word in one.split()) for one in paragraphs]
    changed.append(changed.pop(3))
    changed[5] = _paragraph(chance, 5)
    return "\n\n".join(paragraphs), "\n\n".join(changed)


def _paragraph(chance: random.Random, number: int) -> str:
    words = ["".join(chance.choices(_SYLLABLES, k=2)) for _ in range(_WORDS_IN_PARAGRAPH)]
    return f"{' '.join(words)} [@work{number % len(_REFERENCES)}]."


def _ms(act: Callable[[], object]) -> float:
    started = time.perf_counter()
    act()
    return (time.perf_counter() - started) * 1000
