from dataclasses import replace

import pytest

from tests.rendering.fifteen import FIFTEEN
from webapp.domain.errors import InvalidInput
from webapp.domain.reference_typing import TypedReference, item_from_typed, typed_from_item

TYPED = TypedReference(
    title="The quiet hour",
    authors="Vale, Ada\nvan der Berg, Jan\nGroup: Institute of Rest, Sleep and Quiet\nPlato,",
    container="Journal of Invented Medicine",
    issued="2026-03-05",
    volume="7",
    page="1-9",
    doi="https://doi.org/10.5555/v.1",
    pmid="PMID: 12",
)


def test_what_is_typed_becomes_an_item() -> None:
    assert item_from_typed(TYPED, ()) == {
        "id": "vale2026",
        "type": "article-journal",
        "title": "The quiet hour",
        "author": [
            {"family": "Vale", "given": "Ada"},
            {"family": "Berg", "given": "Jan", "non-dropping-particle": "van der"},
            {"literal": "Institute of Rest, Sleep and Quiet"},
            {"family": "Plato"},
        ],
        "container-title": "Journal of Invented Medicine",
        "issued": {"date-parts": [[2026, 3, 5]]},
        "volume": "7",
        "page": "1-9",
        "DOI": "10.5555/v.1",
        "PMID": "12",
    }


@pytest.mark.parametrize("item", FIFTEEN, ids=[item["id"] for item in FIFTEEN])
def test_form_that_is_sent_back_untouched_changes_nothing(item: dict[str, object]) -> None:
    assert item_from_typed(typed_from_item(item), (), base=item) == item


def test_what_the_form_does_not_ask_for_stays() -> None:
    item = {**item_from_typed(TYPED, ()), "custom": {"shelf": 7}, "author": [{"family": "Vale", "given": "Ada", "ORCID": "x"}]}
    changed = item_from_typed(replace(typed_from_item(item), title="Another", authors="Vale, Ada\nThorn, B"), (), base=item)
    assert (changed["custom"], changed["title"]) == ({"shelf": 7}, "Another")
    assert changed["author"] == [{"family": "Vale", "given": "Ada", "ORCID": "x"}, {"family": "Thorn", "given": "B"}]


@pytest.mark.parametrize(
    ("change", "field", "says"),
    [
        ({"title": " "}, "title", "Give the title"),
        ({"authors": "World Alliance for Rest"}, "authors", "a group as “Group: World Alliance for Rest”"),
        ({"authors": "Group: "}, "authors", "Name the group"),
        ({"editors": ", Ada"}, "editors", "no family name"),
        ({"doi": "10.5/x"}, "doi", "A DOI looks like"),
        ({"pmid": "PMC1"}, "pmid", "digits only"),
        ({"key": "a b"}, "key", "cannot be cited"),
        ({"key": "taken"}, "key", "Another reference has the key"),
        ({"kind": "poem"}, "kind", "what kind of work"),
    ],
)
def test_what_cannot_be_taken_is_refused_at_its_field(change: dict[str, str], field: str, says: str) -> None:
    with pytest.raises(InvalidInput, match=says) as refusal:
        item_from_typed(replace(TYPED, **change), {"taken"})
    assert refusal.value.field == field
