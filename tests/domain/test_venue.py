"""What a venue takes, and how a text stands against it: known, not known, advice, and limits that depend on a table."""

from dataclasses import replace

import pytest

from webapp.domain.venue import (
    NOT_KNOWN,
    Counts,
    Limits,
    Measure,
    Part,
    Reading,
    Standing,
    Venue,
    WordLimit,
    crossed_sentence,
    limits_crossed,
    meter,
)
from webapp.domain.venue_facts import facts_of, venue_of

ALL = {
    Part.BODY: 100,
    Part.HEADINGS: 10,
    Part.QUOTES: 5,
    Part.TABLES: 20,
    Part.FOOTNOTES: 3,
    Part.REFERENCES: 50,
    Part.TITLE: 7,
    Part.AUTHORS: 9,
}
COUNTS = Counts(ALL, references=5, authors=3, figures=0, tables=1)
OF_THE_TEXT = 138


def venue(**given: object) -> Venue:
    return Venue("fern-letter", "Journal of Ferns", "letter", **given)  # type: ignore[arg-type]


def reading(of: Venue, measure: Measure, counts: Counts = COUNTS) -> Reading:
    return next(one for one in meter(of, counts) if one.measure is measure)


@pytest.mark.parametrize(
    ("limit", "used"),
    [
        pytest.param(WordLimit(1), OF_THE_TEXT, id="a journal that says nothing counts the text, and not what stands around it"),
        pytest.param(WordLimit(1, leaves_out=frozenset({Part.REFERENCES})), OF_THE_TEXT, id="without references"),
        pytest.param(WordLimit(1, counts=frozenset({Part.REFERENCES})), OF_THE_TEXT + 50, id="including references"),
        pytest.param(
            WordLimit(1, frozenset({Part.TITLE}), frozenset({Part.TABLES})), OF_THE_TEXT + 7 - 20, id="with title, without tables"
        ),
        pytest.param(WordLimit(1, frozenset({Part.BODY}), frozenset(set(Part) - {Part.BODY})), 100, id="the body alone"),
        pytest.param(None, OF_THE_TEXT, id="no known limit"),
    ],
)
def test_words_are_counted_as_the_journal_counts_them(limit: WordLimit | None, used: int) -> None:
    assert reading(venue(limits=Limits(words=limit)), Measure.WORDS).used == used


def test_every_part_counts_or_is_left_out_and_what_is_not_said_is_named() -> None:
    limit = WordLimit(400, counts=frozenset({Part.TITLE}), leaves_out=frozenset({Part.REFERENCES}))
    assert set(limit.counted) | set(limit.left_out) == set(Part)
    assert not set(limit.counted) & set(limit.left_out)
    assert set(limit.not_said) == set(Part) - {Part.TITLE, Part.REFERENCES}


def test_unknown_limit_is_said_to_be_unknown_and_never_crossed() -> None:
    nothing_known = venue()
    assert {one.standing for one in meter(nothing_known, COUNTS)} == {Standing.NOT_KNOWN}
    assert all(one.over_by == 0 and NOT_KNOWN in one.sentence for one in meter(nothing_known, COUNTS))
    assert limits_crossed(nothing_known, COUNTS) == ()


@pytest.mark.parametrize(("most", "over"), [(OF_THE_TEXT + 1, 0), (OF_THE_TEXT, 0), (OF_THE_TEXT - 1, 1)])
def test_limit_is_crossed_by_the_first_word_beyond_it(most: int, over: int) -> None:
    crossed = limits_crossed(venue(limits=Limits(words=WordLimit(most))), COUNTS)
    assert [one.over_by for one in crossed] == ([over] if over else [])


@pytest.mark.parametrize("measure", ["references", "authors", "tables", "displays"])
def test_each_limit_is_crossed_by_itself(measure: str) -> None:
    at_limit = venue(limits=Limits(**{measure: getattr(COUNTS, measure)}))
    below = venue(limits=Limits(**{measure: getattr(COUNTS, measure) - 1}))
    assert limits_crossed(at_limit, COUNTS) == ()
    assert [one.measure for one in limits_crossed(below, COUNTS)] == [measure]


def test_no_tables_at_all_is_a_limit_and_not_an_unknown_one() -> None:
    assert [one.measure for one in limits_crossed(venue(limits=Limits(tables=0)), COUNTS)] == [Measure.TABLES]


def test_advice_is_shown_and_forbids_nothing() -> None:
    advising = venue(limits=Limits(words=WordLimit(100, is_advice=True)))
    assert reading(advising, Measure.WORDS).standing is Standing.OVER_ADVICE
    assert "guideline" in reading(advising, Measure.WORDS).sentence
    assert limits_crossed(advising, COUNTS) == ()


def test_limits_that_depend_on_a_table_hold_only_with_one() -> None:
    conditional = venue(
        limits=Limits(words=WordLimit(400), references=12, authors=4), with_displays=Limits(words=WordLimit(100), references=4)
    )
    assert [one.most for one in meter(conditional, COUNTS)[:3]] == [100, 4, 4]
    assert [one.most for one in meter(conditional, replace(COUNTS, tables=0))[:3]] == [400, 12, 4]


def test_figures_and_tables_are_one_line_where_the_journal_counts_them_together() -> None:
    together = meter(venue(limits=Limits(displays=1)), COUNTS)
    assert [one.measure for one in together] == ["words", "references", "authors", "displays"]
    assert [one.measure for one in meter(venue(), COUNTS)] == ["words", "references", "authors", "figures", "tables"]


@pytest.mark.parametrize(
    ("used", "most", "sentence"),
    [
        (312, 400, "312 of 400 words; 88 left."),
        (400, 400, "400 of 400 words; 0 left."),
        (1412, 400, "1,412 of 400 words: 1,012 too many."),
        (312, None, "312 words; the limit is not known: check with the journal."),
        (1, None, "1 word; the limit is not known: check with the journal."),
    ],
)
def test_reading_says_how_it_stands(used: int, most: int | None, sentence: str) -> None:
    assert Reading(Measure.WORDS, used, most).sentence == sentence


def test_refusal_names_the_venue_and_each_crossed_limit() -> None:
    narrow = venue(limits=Limits(words=WordLimit(100), authors=2))
    sentence = crossed_sentence(narrow, limits_crossed(narrow, COUNTS))
    assert sentence.startswith("Journal of Ferns, letter: 138 of 100 words: 38 too many. 3 of 2 authors: 1 too many.")


def test_venue_is_the_same_after_it_was_stored() -> None:
    whole = venue_of(
        {
            "slug": "fern-letter",
            "journal": "Journal of Ferns",
            "route": "letter",
            "limits": {"words": {"most": 400, "counts": ["title"], "leaves_out": ["references"], "is_advice": True}, "references": 5},
            "with_displays": {"words": {"most": 300}, "displays": 1},
            "window": {"starts": "publication", "months": 6},
            "formats": ["Word"],
            "statements": [],
            "refuses_accusations": True,
            "sources": [{"address": "https://ferns.example.org/letters", "year": 2026}],
        }
    )
    assert venue_of(facts_of(whole)) == whole
    assert venue_of(facts_of(venue())) == venue()
