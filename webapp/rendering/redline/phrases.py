"""What a redline says of itself: the counts as a sentence, and the words that stand for underline and strike where nobody sees them."""

from webapp.rendering.redline.passages import Counts

# A space before, because they follow words without one.
INSERTED, DELETED = " inserted: ", " deleted: "
MOVED_FROM, MOVED_TO = "Moved from here", "Moved to here"
LINE_BREAK, SPACE, RULE = "a line break", "a space", "a dividing line"


def counts_phrase(counts: Counts) -> str:
    """“14 insertions, 11 deletions, 1 passage moved”; “no changes”."""
    found = [
        _number(counts.insertions, "insertion", "insertions"),
        _number(counts.deletions, "deletion", "deletions"),
        _number(counts.moved, "passage moved", "passages moved"),
    ]
    return ", ".join(one for one in found if one) or "no changes"


def words_phrase(counts: Counts) -> str:
    """“48 words inserted, 24 deleted”; nothing where there are none."""
    inserted, deleted = counts.words_inserted, counts.words_deleted
    if inserted and deleted:
        return f"{_number(inserted, 'word', 'words')} inserted, {deleted:,} deleted"
    if inserted or deleted:
        return f"{_number(inserted or deleted, 'word', 'words')} {'inserted' if inserted else 'deleted'}"
    return ""


def renumbered_sentence(counts: Counts) -> str:
    """Why numbers differ that nobody changed; nothing where none does."""
    found = [_number(counts.renumbered, "citation", "citations"), _number(counts.relettered, "note", "notes")]
    what = " and ".join(one for one in found if one)
    if not what:
        return ""
    has = "has" if counts.renumbered + counts.relettered == 1 else "have"
    signs = " or ".join(one for one, number in (("number", counts.renumbered), ("letter", counts.relettered)) if number)
    return f"{what} {has} a new {signs}, because they are counted in order: dotted beneath, and no change of the text."


def sentences(counts: Counts) -> list[str]:
    """The whole summary, a sentence each."""
    phrases = [counts_phrase(counts).capitalize(), words_phrase(counts)]
    return [*(f"{phrase}." for phrase in phrases if phrase), *filter(None, [renumbered_sentence(counts)])]


def invisible_words(text: str) -> str:
    """The name of what was inserted or deleted where it cannot be seen: spaces and line breaks."""
    if text.strip():
        return ""
    return LINE_BREAK if "\n" in text else SPACE


def _number(count: int, one: str, many: str) -> str:
    return f"{count:,} {one if count == 1 else many}" if count else ""
