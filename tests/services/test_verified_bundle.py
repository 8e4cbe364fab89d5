"""T18: the bundle that is kept is looked at with every record; one that was taken away, changed or changed for another is named."""

import hashlib
from collections.abc import Callable
from itertools import pairwise

import pytest
from sqlalchemy import delete, update

from tests import bundles
from tests.bundles import Case, chained, events, packed, replaced, signed, with_events
from tests.conftest import Store
from tests.services.test_verification import thaw
from webapp.domain.document_kind import DocumentKind
from webapp.persistence.tables import DocumentRow
from webapp.services.verification import verify

OF_BUNDLE = DocumentRow.kind == DocumentKind.BUNDLE


@pytest.fixture
def case(store: Store) -> Case:
    with store() as session:
        return bundles.sealed_letter(session)


def said(store: Store) -> list[str]:
    with store() as session:
        return [problem.sentence for problem in verify(session).problems]


def test_untouched_bundle_fits(store: Store, case: Case) -> None:
    assert said(store) == []


def test_bundle_that_was_taken_away_is_missed(store: Store, case: Case) -> None:
    with store() as session:
        thaw(session)
        session.execute(delete(DocumentRow).where(OF_BUNDLE))
    assert said(store) == ["its bundle is gone."]


def changed(case: Case) -> bytes:
    return packed(replaced(case.files, "statement.md", lambda text: text + b"."))


def sealed_at_another_time(case: Case) -> bytes:
    told = events(case.files)
    told[-1]["at"] = "2026-03-14T16:05:00.000000+00:00"
    return packed(signed(with_events(case.files, chained(case.content.reference, told))))


def with_another_hash_where_it_is_withheld(case: Case) -> bytes:
    told = events(case.files)
    one, following = next(pair for pair in pairwise(told) if all("withheld" in event for event in pair))
    one["hash"] = following["previous_hash"] = "ab" * 32
    return packed(signed(with_events(case.files, told)))


@pytest.mark.parametrize(
    ("harm", "words"),
    [
        (changed, "in its bundle: texts/statement.md is not as it was when the letter was sealed."),
        (sealed_at_another_time, "its bundle ends with another seal than event"),
        (with_another_hash_where_it_is_withheld, "its bundle holds another record."),
        (lambda case: b"nothing", "in its bundle: It is no bundle"),
    ],
)
def test_bundle_that_was_changed_with_its_sha256_is_named(store: Store, case: Case, harm: Callable[[Case], bytes], words: str) -> None:
    content = harm(case)
    with store() as session:
        thaw(session)
        session.execute(update(DocumentRow).where(OF_BUNDLE).values(content=content, sha256=hashlib.sha256(content).hexdigest()))
    assert any(sentence.startswith(words) for sentence in said(store)), said(store)
