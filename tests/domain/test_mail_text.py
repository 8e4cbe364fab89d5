"""T39, R20: placeholders are replaced once, as plain text; nothing else that stands in braces means anything."""

import pytest

from webapp.domain.errors import InvalidInput
from webapp.domain.mail_text import PLACEHOLDERS, SUBJECT, WORDS, clean_subject, clean_words, fill

VALUES = {name: f"<{name}>" for name in PLACEHOLDERS}
HOSTILE = ("{{7*7}}", "{0.__class__}", "{name.__class__}", "{name!r}", "%(name)s", "{% raw %}", "${7*7}", "{}", "{", "}{", "#{1+1}")


@pytest.mark.parametrize("name", PLACEHOLDERS)
def test_each_placeholder_stands_for_its_value(name: str) -> None:
    assert fill(f"a {{{name}}} b {'{ ' + name.upper() + ' }'} c", VALUES) == f"a <{name}> b <{name}> c"


@pytest.mark.parametrize("typed", HOSTILE)
def test_t39_what_looks_like_a_template_stays_as_it_was_typed(typed: str) -> None:
    assert clean_words(f"Dear {typed}!") == f"Dear {typed}!"
    assert fill(f"Dear {typed}!", VALUES) == f"Dear {typed}!"


@pytest.mark.parametrize("typed", [*HOSTILE, "{society}", "{lead society}", "{{name}}", "{title"])
def test_t39_value_that_looks_like_a_placeholder_is_never_looked_at_again(typed: str) -> None:
    assert fill("Dear {name} of {society}", {**VALUES, "name": typed, "society": "}{title}"}) == f"Dear {typed} of }}{{title}}"


def test_control_replaced_one_after_another_a_name_could_bring_a_placeholder_along() -> None:
    text = "Dear {name} of {society}"
    for name, value in {"name": "{society}", "society": "Ferns"}.items():
        text = text.replace(f"{{{name}}}", value)
    assert text == "Dear Ferns of Ferns"
    assert fill("Dear {name} of {society}", {"name": "{society}", "society": "Ferns"}) == "Dear {society} of Ferns"


@pytest.mark.parametrize("clean", [clean_subject, clean_words])
def test_unknown_placeholder_is_refused_by_its_name(clean: object) -> None:
    assert callable(clean)
    with pytest.raises(InvalidInput, match=r"Nothing stands for \{sociéty\}, \{x\}\. You can write \{name\}, .*\{contact\}\."):
        clean("For {sociéty} and ${x} of {society}")


def test_link_needs_no_placeholder_and_has_none() -> None:
    with pytest.raises(InvalidInput, match="stands below your words by itself"):
        clean_words("Open {link}")


def test_subject_is_one_line() -> None:
    with pytest.raises(InvalidInput):
        clean_subject("Hello\nBcc: all@example.org")


def test_words_that_we_bring_along_name_no_other_placeholder() -> None:
    assert (clean_subject(SUBJECT), clean_words(WORDS)) == (SUBJECT, WORDS)
    assert "{" not in fill(SUBJECT + WORDS, VALUES)
