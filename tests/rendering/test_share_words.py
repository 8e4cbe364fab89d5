"""What a society says of a letter: its own name first, the right number, in the letter's language (R5)."""

from dataclasses import replace
from datetime import UTC, date, datetime
from html.parser import HTMLParser

import pytest

from webapp.domain.document import TargetLine
from webapp.domain.public_letter import Change, Later, PublicLetter, PublicSignatory
from webapp.rendering.public_citation import FORMS, citation_file
from webapp.rendering.public_feed import feed
from webapp.rendering.public_words import later_words
from webapp.rendering.share_words import embed_snippet, share_texts

ADDRESS = "https://letters.example.org/p/k7m2"
NAMES = ("Marsh Society", "Upland", "Fjord <b>&amp; “Coast”</b>")
LETTER = PublicLetter(
    reference="k7m2",
    title="On a quiet hour",
    language="en-GB",
    collective_noun="societies",
    lead_society="Marsh Society",
    journal="Journal of Invented Medicine",
    ask="a correction",
    state="sealed",
    is_demonstration=False,
    is_sealed=True,
    is_cancelled=False,
    released_at=datetime(2026, 4, 1, tzinfo=UTC),
    dated=date(2026, 4, 1),
    targets=(TargetLine("guideline", "Vale A. A quiet hour.", "10.5555/1", None),),
    authors=(),
    statement="We disagree.",
    references=(),
    style="vancouver",
    digest="0" * 64,
    revision=1,
    signatories=tuple(PublicSignatory(name, "", "", "", "", "", "") for name in NAMES),
    joined=(),
    later=Later(),
    files=(),
    later_files=(),
    changed=(),
    course=(),
    correspondence=(),
    translations=(),
    changes=(),
    record_length=1,
    record_head="0" * 64,
)


@pytest.mark.parametrize(
    ("society", "language", "beginning"),
    [
        ("Marsh Society", "en-GB", "The Marsh Society and 2 others have signed the letter “On a quiet hour”."),
        ("Upland", "en-GB", "Upland and 2 others have signed"),
        ("Upland", "de", "Upland und 2 weitere haben den Brief „On a quiet hour“ unterzeichnet."),
        ("Upland", "fr", "Upland et 2 autres ont signé la lettre"),
        ("Upland", "es", "Upland y 2 más han firmado la carta"),
        ("", "en-GB", "“On a quiet hour”: 3 societies have signed this letter."),
    ],
)
def test_every_length_begins_with_the_society_and_ends_with_the_address(society: str, language: str, beginning: str) -> None:
    texts = share_texts(replace(LETTER, language=language), ADDRESS, society)
    assert [len(words) for _label, words in texts] == sorted(len(words) for _label, words in texts)
    for _label, words in texts:
        assert words.startswith(beginning)
        assert words.endswith(ADDRESS)


def test_society_that_is_alone_and_one_that_joined_later_are_not_counted_twice() -> None:
    alone = replace(LETTER, signatories=LETTER.signatories[:1])
    assert share_texts(alone, ADDRESS, "Marsh Society")[0][1].startswith("The Marsh Society has signed the letter")
    joined = share_texts(LETTER, ADDRESS, "Harbour", has_joined=True)[0][1]
    assert joined.startswith("Harbour has joined the letter “On a quiet hour”, signed by 3 societies.")


def test_what_has_become_of_the_list_is_said_in_every_length() -> None:
    later = Later(withdrawn=(("Upland", date(2026, 4, 2)),), joined=(("Harbour", date(2026, 4, 3), 1),))
    short, medium, long = (words for _label, words in share_texts(replace(LETTER, later=later), ADDRESS, "Marsh Society"))
    assert "(1 has since withdrawn; 1 has joined since)" in short
    assert later_words(later, "en-GB") == (
        "1 has since withdrawn: Upland (2 April 2026). 1 has joined since: Harbour (3 April 2026, addendum 1)."
    )
    for words in (medium, long):
        assert later_words(later, "en-GB") in words


def test_line_to_embed_is_one_frame_whatever_the_title_holds() -> None:
    tags: list[tuple[str, dict[str, str | None]]] = []

    class Reader(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            tags.append((tag, dict(attrs)))

    title = '"><script>alert(1)</script>'
    Reader().feed(embed_snippet(replace(LETTER, title=title), "https://letters.example.org/embed/k7m2"))
    assert [tag for tag, _attributes in tags] == ["iframe"]
    assert tags[0][1]["title"] == f"Signatories: {title}"


@pytest.mark.parametrize("form", FORMS)
def test_citation_names_title_society_day_and_address(form: str) -> None:
    content, _media_type = citation_file(LETTER, ADDRESS, form)
    for part in ("On a quiet hour", "Marsh Society", "2026", "letters.example.org/p/k7m2"):
        assert part in content


def test_feed_holds_hostile_names_as_words() -> None:
    change = Change("withdrawn-a", "withdrawn", datetime(2026, 4, 2, tzinfo=UTC), NAMES[2])
    made = feed(replace(LETTER, changes=(change,)), ADDRESS, f"{ADDRESS}/feed.atom").decode()
    assert "Fjord &lt;b&gt;&amp;amp; “Coast”&lt;/b&gt;" in made
    assert f"<id>{ADDRESS}#withdrawn-a</id>" in made


@pytest.mark.parametrize("is_sealed_before", [True, False])
def test_r5_feed_tells_the_number_of_the_sealed_list_once(is_sealed_before: bool) -> None:
    at = datetime(2026, 4, 2, tzinfo=UTC)
    published = Change("published", "published", at)
    changes = (published,) if is_sealed_before else (Change("sealed", "sealed", at), published)
    made = feed(replace(LETTER, changes=changes), ADDRESS, f"{ADDRESS}/feed.atom").decode()
    assert made.count("3 societies have signed this letter.") == 1
    open_to_all = replace(LETTER, is_sealed=False, changes=(published,))
    assert "<title>Published</title>" in feed(open_to_all, ADDRESS, ADDRESS).decode(), "who has signed can still change"
