"""What is made for strangers is kept while there is room for it."""

from webapp.web.published import Kept


def _made(content: bytes) -> tuple[tuple[bytes, str], str]:
    return (content, "text/html"), "tag"


def test_what_was_not_asked_for_longest_makes_room() -> None:
    kept = Kept(most_bytes=8)
    for content in (b"aaaa", b"bbbb"):
        kept.put((content.decode(),), _made(content))
    assert kept.get(("aaaa",)) == _made(b"aaaa")
    kept.put(("cccc",), _made(b"cccc"))
    assert [kept.get((key,)) is not None for key in ("aaaa", "bbbb", "cccc")] == [True, False, True]


def test_what_is_larger_than_all_the_room_is_not_kept() -> None:
    kept = Kept(most_bytes=3)
    kept.put(("long",), _made(b"long"))
    assert kept.get(("long",)) is None
