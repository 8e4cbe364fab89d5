"""Names that a joker, an attacker or a careless clipboard would give: always the same ones, made from what hurts pages and documents."""

import random
from collections.abc import Iterator

from webapp.domain.errors import InvalidInput
from webapp.domain.names import clean_line

HIDDEN = [*map(chr, (*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200B, 0x200E, 0x200F, 0x00, 0x07, 0x1B, 0x7F, 0xAD, 0xFEFF, 0x61C))]
PIECES = [
    *("Pain Society", "Gesellschaft für Schmerz", "Академия боли", "日本疼痛学会", "대한통증학회", "สมาคมโรคปวด", "पीड़ा संघ", "Εταιρεία"),
    *("الجمعية السعودية", "האיגוד הישראלי", "می\u200cخواهم", "עִבְרִית", "مُحَمَّد"),
    *("<b>bold</b>", "</li></ul><script>alert(1)</script>", "<img src=x onerror=alert(1)>", "<!--", "-->", "]]>", "<![CDATA["),
    *("&amp;", "&#x202E;", "&lt;", "&", '"', "'", "`", "\\", "\\u202e", "%s", "{{ 7 * 7 }}", "{% raw %}", "${7*7}", "#{x}", "{", "}"),
    *("=SUM(A1)", "+1", "-1", "@x", "()", ")(", "((", "[", "]", "»", "«", "“", "”", ",", ";", "·", "…", "/", "|", "*", "_", "~", "^", "#"),
    *("123", "12.3.2026", "50 %", "A1", "x" * 80, "e\u0301", "o\u0323\u0301", "1\ufe0f\u20e3", "\u00a0", "\u2003", "  "),
    *("javascript:alert(1)", "url(https://example.net/x)", "file:///etc/hosts", "https://example.net/", "expression(1)", "\u2028"),
    *("a" + "\u0301" * 9, "Pa\u200din", "\u0301"),
    *HIDDEN,
]


def candidates(seed: int = 1) -> Iterator[str]:
    """For ever, and the same at every run."""
    chosen = random.Random(seed)
    while True:
        pieces = chosen.choices(PIECES, k=chosen.randint(1, 5))
        yield chosen.choice(("", " ", " ")).join(pieces)[:200]


def batches(names: list[str], size: int) -> list[list[str]]:
    return [names[start : start + size] for start in range(0, len(names), size)]


def taken_names(count: int, seed: int = 1) -> list[str]:
    """As many different names as are asked for, of those that the house takes."""
    names: dict[str, None] = {}
    for typed in candidates(seed):
        if len(names) == count:
            return list(names)
        try:
            names[clean_line(typed)] = None
        except InvalidInput:
            continue
        names.pop("", None)
    raise AssertionError("candidates end")
