"""The statement as it is converted, beside bare pandoc. Wall-clock milliseconds, warm."""

import subprocess
import time
from collections.abc import Callable

import pypandoc

from tests.bench import figures
from tests.bench.figures import Samples
from webapp.domain.document import LetterDocument
from webapp.rendering.text import statement_html


def measure_statement(document: LetterDocument, samples: Samples) -> None:
    # The number makes it a text that was never converted before.
    text = f"{document.statement}\n\nCounted at {time.monotonic_ns()}.\n"

    def convert() -> str:
        return statement_html(text, document.references, language=document.language)

    program = [pypandoc.get_pandoc_path(), "--from", "markdown", "--to", "html5"]
    samples.add(figures.PANDOC, _ms(lambda: subprocess.run(program, input=text.encode(), capture_output=True, check=True)))
    samples.add(figures.STATEMENT, _ms(convert))
    samples.add(figures.STATEMENT_AGAIN, _ms(convert))


def _ms(act: Callable[[], object]) -> float:
    started = time.perf_counter()
    act()
    return (time.perf_counter() - started) * 1000
