"""The one table of documents: what each kind is made by, and that it is made the same again."""

import pytest

from webapp.domain.document_kind import FILE_KINDS, DocumentKind
from webapp.rendering.documents import KINDS_MADE, make_document

from .letters import letter, signatories

DOCUMENT = letter(statement="Two short words.", signatories=signatories(("Gullhaven", "The Marshes")))


@pytest.mark.parametrize("kind", KINDS_MADE)
def test_every_kind_is_made_the_same_twice_and_has_a_name(kind: DocumentKind) -> None:
    made = make_document(kind, DOCUMENT)
    assert made and made == make_document(kind, DOCUMENT)
    assert kind in FILE_KINDS
