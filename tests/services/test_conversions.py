"""Pandoc runs before the lock, never behind it."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.conftest import Store
from tests.factories import NOW, letter_circulating, letter_in_draft, letter_in_signing, letter_row
from webapp.domain.actor import Actor
from webapp.domain.errors import Conflict, InvalidInput, WrongState
from webapp.domain.imported import ImportedComment, Passage, WordImport
from webapp.domain.text import Change
from webapp.rendering.pandoc import without_converting
from webapp.services import revisions, sign_on, text_change, texts, word_files
from webapp.services.conversions import arrival_converted_ahead, converted_ahead
from webapp.services.revisions import Declaration
from webapp.services.text_change import Declared

SUBSTANTIVE = Declaration("More", Change.SUBSTANTIVE)


def rewrite(session: Any, actor: Actor, letter: str, words: str) -> None:
    text = letter_row(session, letter).statement
    texts.write_text(session, actor, letter, text.reference, f"{text.body} {words}", text.edition, now=NOW)


def drafted(session: Any, actor: Actor, words: str) -> str:
    letter = letter_in_draft(session, actor)
    rewrite(session, actor, letter, words)
    return letter


def circulated(session: Any, actor: Actor, words: str) -> str:
    letter = letter_circulating(session, actor)
    rewrite(session, actor, letter, words)
    return letter


def revised(session: Any, actor: Actor, words: str) -> str:
    letter = letter_in_signing(session, actor)
    rewrite(session, actor, letter, words)
    revisions.make_revision(session, actor, letter, SUBSTANTIVE, now=NOW)
    return letter


ACTS = {
    "open": (drafted, lambda s, a, letter: sign_on.open_sign_on(s, a, letter, is_fit=True, now=NOW)),
    "revise": (drafted, lambda s, a, letter: revisions.make_revision(s, a, letter, SUBSTANTIVE, now=NOW)),
    "open anew": (circulated, lambda s, a, letter: sign_on.open_sign_on(s, a, letter, SUBSTANTIVE, is_fit=True, now=NOW)),
    "change": (revised, lambda s, a, letter: text_change.change_text(s, a, letter, Declared(Change.SUBSTANTIVE, is_fit=True), now=NOW)),
}


@pytest.mark.parametrize("act", ACTS)
def test_act_behind_the_lock_converts_nothing(act: str, store: Store, coordinator: Actor) -> None:
    prepare: Callable[..., str]
    prepare, do = ACTS[act]
    with store() as session:
        letter = prepare(session, coordinator, f"Words that only the act {act} has seen.")
        ahead = converted_ahead(session, coordinator, letter, now=NOW)
        with ahead:
            do(session, coordinator, letter)


WORD_FILE = WordImport(
    text="Words that came out of a Word file [@vale2031].",
    references=({"id": "vale2031", "type": "article-journal", "title": "A loud hour", "issued": {"date-parts": [[2031]]}},),
    title="",
    suggestions=(),
    comments=(ImportedComment("Ida Vale", None, Passage("came out of", "Words that ", " a Word"), "Did they?"),),
    left_out=(),
)


def test_word_file_with_remarks_is_brought_in_behind_the_lock_and_converts_nothing(store: Store, coordinator: Actor) -> None:
    with store() as session:
        letter = drafted(session, coordinator, "Words that a file replaces.")
        text = letter_row(session, letter).statement
        with arrival_converted_ahead(session, coordinator, letter, text.reference, WORD_FILE):
            assert letter_row(session, letter).statement.body.endswith("replaces."), "the look ahead stores nothing"
            word_files.bring_in(session, coordinator, letter, text.reference, WORD_FILE, text.edition, now=NOW)
        assert letter_row(session, letter).revisions[-1].statement == WORD_FILE.text


@pytest.mark.parametrize("act", ["open", "revise"])
def test_text_written_between_the_look_and_the_lock_is_a_conflict(act: str, store: Store, coordinator: Actor) -> None:
    prepare, do = ACTS[act]
    with store() as session:
        letter = prepare(session, coordinator, "Words that were there.")
    with pytest.raises(Conflict, match="meanwhile"), store() as session, converted_ahead(session, coordinator, letter, now=NOW):
        rewrite(session, coordinator, letter, f"Words that came before {act}.")
        do(session, coordinator, letter)


def test_text_that_cannot_be_set_is_refused_behind_the_lock_without_converting_it_again(store: Store, coordinator: Actor) -> None:
    with store() as session:
        letter = drafted(session, coordinator, "As shown [@nobody2026].")
    for act, refused in (("revise", InvalidInput), ("open", WrongState)):
        with pytest.raises(refused, match="@nobody2026"), store() as session, converted_ahead(session, coordinator, letter, now=NOW):
            ACTS[act][1](session, coordinator, letter)


def test_control_without_the_look_ahead_the_act_would_convert(store: Store, coordinator: Actor) -> None:
    with store() as session:
        letter = drafted(session, coordinator, "Words that nobody has looked at.")
    with pytest.raises(Conflict, match="meanwhile"), store() as session, without_converting():
        revisions.make_revision(session, coordinator, letter, SUBSTANTIVE, now=NOW)
