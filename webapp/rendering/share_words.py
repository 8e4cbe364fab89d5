"""What a society says of a public letter in its own channels: its own name first, and the number that stands everywhere (R5)."""

from html import escape

from webapp.domain.public_letter import PublicLetter
from webapp.rendering.count_words import named
from webapp.rendering.public_words import later_words, signed_words
from webapp.rendering.words import Words, words_for


def share_texts(letter: PublicLetter, address: str, society: str = "", *, has_joined: bool = False) -> list[tuple[str, str]]:
    """Three lengths in the language of the letter, each with what it is for.

    `society` is the printed name of one that signed; `has_joined` where that was after the seal. Empty: the words name none.
    """
    words = words_for(letter.language)
    beginning = _beginning(letter, words, society, has_joined=has_joined)
    short = f"{beginning}{_changed(letter, words)} {address}"
    asks = words.gettext("It asks %(journal)s for %(ask)s.", journal=letter.journal, ask=words.known(letter.ask)) if letter.journal else ""
    later = later_words(letter.later, letter.language)
    medium = " ".join(part for part in (beginning, asks, later, address) if part)
    return [
        (words.gettext("Short, for a post"), short),
        (words.gettext("Medium, for a newsletter"), medium),
        (words.gettext("Long, for a page of your own"), _long(letter, words, beginning, asks, later, address)),
    ]


def _beginning(letter: PublicLetter, words: Words, society: str, *, has_joined: bool) -> str:
    title = letter.title
    if not society or not letter.signed:
        return words.gettext("“%(title)s”: %(signed)s", title=title, signed=signed_words(letter))
    name = named(society, letter.language)
    name = name[:1].upper() + name[1:]
    if has_joined:
        count = words.count_phrase(letter.signed, letter.collective_noun)
        return words.gettext(
            "%(name)s has joined the letter “%(title)s”, signed by %(societies)s.", name=name, title=title, societies=count
        )
    if letter.signed == 1:
        return words.gettext("%(name)s has signed the letter “%(title)s”.", name=name, title=title)
    who = words.ngettext("%(name)s and %(count)s other", "%(name)s and %(count)s others", letter.signed - 1, name=name)
    return words.gettext("%(who)s have signed the letter “%(title)s”.", who=who, title=title)


def _changed(letter: PublicLetter, words: Words) -> str:
    """The numbers since the seal, without the names, for which a post has no room."""
    left, came = len(letter.later.withdrawn), len(letter.later.joined)
    parts = [
        words.ngettext("%(count)s has since withdrawn", "%(count)s have since withdrawn", left) if left else "",
        words.ngettext("%(count)s has joined since", "%(count)s have joined since", came) if came else "",
    ]
    said = "; ".join(part for part in parts if part)
    return f" ({said})" if said else ""


def _long(letter: PublicLetter, words: Words, beginning: str, asks: str, later: str, address: str) -> str:
    led = words.gettext("%(society)s leads the letter.", society=_capitalised(named(letter.lead_society, letter.language)))
    targets = [f"{target.citation.rstrip('.')}." + (f" https://doi.org/{target.doi}" if target.doi else "") for target in letter.targets]
    about = [words.gettext("In response to"), *targets] if targets else []
    where = words.gettext("The letter, all who have signed it, and its documents: %(address)s", address=address)
    return "\n\n".join(part for part in (f"{beginning} {asks}".strip(), led, "\n".join(about), later, where) if part)


def _capitalised(name: str) -> str:
    return name[:1].upper() + name[1:]


def embed_snippet(letter: PublicLetter, address: str) -> str:
    """What a society pastes into a page of its own: one frame, and no script."""
    title = escape(f"{words_for(letter.language).gettext('Signatories')}: {letter.title}", quote=True)
    return f'<iframe src="{escape(address, quote=True)}" title="{title}" width="100%" height="480" loading="lazy"></iframe>'
