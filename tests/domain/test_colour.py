"""Colours that can be read on white paper."""

import pytest

from webapp.domain.colour import clean_accent, contrast
from webapp.domain.errors import InvalidInput
from webapp.domain.layout import DEFAULT_ACCENT


def test_contrast_is_what_wcag_says() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


def test_readable_colour_is_taken_in_one_form() -> None:
    assert clean_accent(" 0B5D3B ") == "#0b5d3b"
    assert clean_accent(DEFAULT_ACCENT) == DEFAULT_ACCENT


@pytest.mark.parametrize("typed", ["", "red", "#fff", "#12345g", "#777777", "#ffff00", "url(#x)", "#8a1c2b;x"])
def test_pale_colour_and_what_is_none_are_refused_at_their_field(typed: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        clean_accent(typed)
    assert refused.value.field == "accent"
