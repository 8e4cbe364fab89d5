"""Redline, preview and revision of texts that were never converted before, beside bare pandoc; and the redline of two that were."""

import random
import subprocess
import time
from collections.abc import Callable

import pypandoc
from sqlalchemy.orm import Session

from tests.bench import figures
from tests.bench.figures import Samples
from tests.factories import letter_row, prepared, staff_actor
from webapp.clock import SystemClock
from webapp.domain.document import CslItem
from webapp.persistence.database import transaction
from webapp.rendering.redline import SourceText, redline_html, redline_texts
from webapp.rendering.text import statement_html, word_count
from webapp.services.letters import create_letter
from webapp.services.revisions import Declaration, make_revision

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


def measure_revision(session: Session, samples: Samples) -> None:
    """On a text as long as the redline’s shorter one, never converted before: the preview, then everything that a revision takes."""
    now = SystemClock().now()
    previewed, kept = _texts(_SIZES[0][0])
    with transaction(session):
        staff = staff_actor(session)
        letter = create_letter(session, staff, prepared(title="A letter of 1,500 words", statement="Nothing yet."), now=now)
    row = letter_row(session, letter)
    known = [*row.references, *_REFERENCES]
    session.rollback()
    samples.add(figures.PREVIEW_1500, _ms(lambda: (statement_html(previewed, known), word_count(previewed))))
    with transaction(session):
        row = letter_row(session, letter)
        row.references, row.statement.body = [dict(one) for one in known], kept

    def revise() -> None:
        with transaction(session):
            make_revision(session, staff, letter, Declaration("The first"), now=now)

    samples.add(figures.REVISION_1500, _ms(revise))


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
