"""The few PDFs that many tests read, made once."""

import pytest

from webapp.rendering.pdf import letter_pdf

from .letters import letter


@pytest.fixture(scope="session")
def final_pdf() -> bytes:
    return letter_pdf(letter())


@pytest.fixture(scope="session")
def draft_pdf() -> bytes:
    return letter_pdf(letter(is_draft=True, is_demonstration=True))
