"""What a letter says besides its text and its list, in lines of words: for every document that is not set on paper."""

from collections.abc import Iterable
from dataclasses import dataclass

from webapp.domain.document import AuthorLine, LetterDocument, TargetLine
from webapp.rendering.dates import long_date
from webapp.rendering.printed_list import PrintedSignatory
from webapp.rendering.words import Words
from webapp.rendering.writing import shown_address


@dataclass(frozen=True)
class SubjectLine:
    """“In response to”, the article, and its DOI where it has one."""

    label: str
    words: str
    doi: str = ""


@dataclass(frozen=True)
class About:
    """How two copies are told to be the same, and where a sealed one is checked."""

    heading: str
    facts: list[tuple[str, str]]
    address: str
    """Where it is checked, absolute; empty on what is not sealed."""
    sentences: list[str]


def subject_targets(document: LetterDocument, words: Words) -> list[SubjectLine]:
    """The articles answered."""
    return about_targets(document.targets, words)


def about_targets(targets: Iterable[TargetLine], words: Words) -> list[SubjectLine]:
    """The same for whoever has no document."""
    first, further = words.gettext("In response to"), words.gettext("and to")
    lines = []
    for place, target in enumerate(targets):
        role = f"{_capitalised(words.known(target.role))}. " if target.role else ""
        lines.append(SubjectLine(further if place else first, f"{role}{ended(target.citation)}", target.doi or ""))
    return lines


def subject_lines(document: LetterDocument, words: Words) -> list[SubjectLine]:
    """The articles answered and what is asked, as the first page has them."""
    asked = SubjectLine(words.gettext("Request"), _capitalised(words.known(document.ask)))
    closes = SubjectLine(words.gettext("Sign-on closes"), document.sign_on_closes)
    return [*subject_targets(document, words), *(one for one in (asked, closes) if one.words)]


def head_lines(document: LetterDocument) -> list[str]:
    """What stands under the name of the lead society."""
    head = document.letterhead
    return [line for line in (*head.address, shown_address(head.website)) if line]


def addressee_lines(document: LetterDocument) -> list[str]:
    """To whom it goes, the journal last and once."""
    journal = [document.journal] if document.journal and document.journal not in document.addressee else []
    return [*document.addressee, *journal]


def author_line(author: AuthorLine, words: Words) -> str:
    """Of an author what was given, in one line that ends with a full stop."""
    corresponding = f" ({words.gettext('corresponding author')})" if author.is_corresponding else ""
    interests = author.competing_interests
    parts = [
        f"{author.name}{corresponding}" + (f", {author.affiliation}" if author.affiliation else ""),
        f"ORCID https://orcid.org/{author.orcid}" if author.orcid else "",
        words.gettext("Competing interests: %(interests)s", interests=interests) if interests else "",
    ]
    return " ".join(ended(part) for part in parts if part)


def details_of(one: PrintedSignatory) -> list[str]:
    """What stands beside a name, as far as it was given: officer and office, country, and that it was recorded (R12)."""
    return [words for words in (one.officer, one.country, one.note) if words]


def about(document: LetterDocument, words: Words) -> About:
    """The same that the paper says of itself, in few words."""
    facts = [
        (words.gettext("Text"), which_text(document, words)),
        (words.gettext("Digest of the text (SHA-256)"), document.digest),
    ]
    if document.as_changed is not None:
        facts.append((words.gettext("Digest of the sealed text (SHA-256)"), document.as_changed.digest))
    sentences = [words.gettext(_COVERED)]
    if (proof := document.proof) is None:
        return About(words.gettext("About this document"), facts, "", sentences)
    facts += [(words.gettext("Record"), how_long(document, words)), (words.gettext("Hash of the last entry"), proof.record_head)]
    return About(words.gettext("How to check this letter"), facts, proof.address, [*sentences, words.gettext(_SIMPLE)])


def which_text(document: LetterDocument, words: Words) -> str:
    """Which of its texts a document of the letter holds, as a sentence."""
    if (changed := document.as_changed) is not None:
        day = long_date(changed.sealed_on, document.language)
        said = words.gettext("This is the text of the letter as changed for %(journal)s.", journal=changed.journal)
        stands = words.gettext("The letter that was sealed on %(day)s stands as it was signed.", day=day)
        return f"{said} {stands}"
    if not document.revision_number:
        return words.gettext("This is a draft of the statement, not yet a revision.")
    return words.gettext("This is revision %(revision)s of the statement.", revision=document.revision_number)


def how_long(document: LetterDocument, words: Words) -> str:
    """How many entries the record had when the document was made."""
    length = document.proof.record_length if document.proof else 0
    if document.as_changed is not None:
        return words.ngettext("%(count)s entry before this document", "%(count)s entries before this document", length)
    return words.ngettext("%(count)s entry before the seal", "%(count)s entries before the seal", length)


# Both stand in the catalogues already, for the paper says them too.
_COVERED = (
    "The digest stands for the title, the request, the articles answered, the statement with its links, and the references. "
    "It does not cover the list of signatories. Two copies with the same digest hold the same text."
)
_SIMPLE = (
    "The signatures are simple electronic signatures and nothing more: a person stated for a society that it signs this letter. "
    "They are neither advanced nor qualified signatures, and nobody has certified them."
)


def ended(words: str) -> str:
    """With a full stop, where nothing ends it yet."""
    text = words.strip()
    return text if text.endswith((".", "?", "!", "。")) else f"{text}."


def short_title(title: str, longest: int) -> str:
    """For the head of the following pages: cut between words, where there are any."""
    if len(title) <= longest:
        return title
    cut = title[:longest]
    return f"{cut.rpartition(' ')[0] or cut}…"


def _capitalised(words: str) -> str:
    return words[:1].upper() + words[1:]
