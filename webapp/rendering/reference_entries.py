"""The references as a venue’s style sets them, each by its key."""

import re
from collections.abc import Sequence
from html import unescape

from webapp.domain.document import CslItem
from webapp.rendering.styles import DEFAULT_STYLE
from webapp.rendering.text import statement_html

_ENTRY = re.compile(r'<li id="ref-([^"]+)">(.*?)</li>', re.DOTALL)


def set_references(items: Sequence[CslItem], *, language: str = "en-GB", style: str = DEFAULT_STYLE) -> dict[str, str]:
    """Each reference as the style sets it, as clean HTML by its key, in the order in which the style lists them when they are cited so."""
    if not items:
        return {}
    citing = " ".join(f"[@{{{item['id']}}}]" for item in items)
    entries = _ENTRY.findall(statement_html(citing, items, language=language, style=style))
    return {unescape(key): entry for key, entry in entries}
