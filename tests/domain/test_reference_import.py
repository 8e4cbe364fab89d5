from typing import Any

from webapp.domain.reference_import import Change, plan_import

VALE: dict[str, Any] = {
    "id": "vale2026",
    "title": "The quiet hour",
    "author": [{"family": "Vale"}],
    "issued": {"date-parts": [[2026]]},
    "DOI": "10.5555/v",
}
OTHER: dict[str, Any] = {**VALE, "title": "Fish in ponds", "DOI": "10.5555/f"}


def test_new_reference_stands_behind_those_that_are_there() -> None:
    new = {**OTHER, "id": "fish"}
    plan = plan_import([VALE], [new])
    assert [line.change for line in plan.lines] == [Change.NEW]
    assert plan.apply([VALE], with_doubles=False) == [VALE, new]


def test_same_reference_changes_nothing() -> None:
    plan = plan_import([VALE], [dict(VALE)])
    assert [line.change for line in plan.lines] == [Change.SAME]
    assert plan.apply([VALE], with_doubles=True) == [VALE]


def test_changed_reference_takes_the_place_of_the_old_one_and_says_in_what() -> None:
    better = {**VALE, "title": "The quiet hour.", "PMID": "7"}
    plan = plan_import([VALE, OTHER | {"id": "fish"}], [better])
    assert (plan.lines[0].change, plan.lines[0].differs) == (Change.CHANGED, ("PMID", "title"))
    assert plan.apply([VALE, OTHER | {"id": "fish"}], with_doubles=False) == [better, OTHER | {"id": "fish"}]


def test_other_work_under_the_same_key_gets_a_key_of_its_own() -> None:
    """Or a citation would silently point to another work."""
    plan = plan_import([VALE], [OTHER])
    assert (plan.lines[0].change, plan.lines[0].other, plan.lines[0].item["id"]) == (Change.RENAMED, "vale2026", "vale2026b")
    assert plan.apply([VALE], with_doubles=False) == [VALE, {**OTHER, "id": "vale2026b"}]


def test_work_that_is_there_under_another_key_is_left_out_unless_it_is_wanted() -> None:
    again = {**VALE, "id": "again"}
    plan = plan_import([VALE], [again])
    assert (plan.lines[0].change, plan.lines[0].other) == (Change.DOUBLED, "vale2026")
    assert plan.apply([VALE], with_doubles=False) == [VALE]
    assert plan.apply([VALE], with_doubles=True) == [VALE, again]


def test_work_that_a_file_brings_twice_is_added_once_unless_it_is_wanted() -> None:
    twice = [{**OTHER, "id": "fish"}, {**OTHER, "id": "again", "DOI": ""}]
    plan = plan_import([], twice)
    assert [line.change for line in plan.lines] == [Change.NEW, Change.DOUBLED]
    assert plan.lines[1].other == "fish"
