"""Each box of a journal’s form as plain text, from the facts of the package: nothing of it is markup, nothing is wrapped."""

from collections.abc import Iterator

from webapp.domain.cope import COPE_GROUNDS, COPE_SOURCE, Claim, Ground
from webapp.domain.document import AuthorLine, LetterDocument
from webapp.domain.interests import are_none, on_one_line
from webapp.domain.package import Box, BoxName, PackageFacts, asks_for_interests
from webapp.domain.venue import PARTS, Counts, Limits
from webapp.rendering.count_words import count_sentences
from webapp.rendering.plain_lines import plain_text
from webapp.rendering.printed_list import printed_groups
from webapp.rendering.styles import find_style
from webapp.rendering.subject import author_line, subject_targets
from webapp.rendering.text import statement_html
from webapp.rendering.words import Words, words_for

_ASIDE = "The form may have no box for it: then it belongs into the covering letter."


def boxes(facts: PackageFacts, counts: Counts, limits: Limits) -> tuple[Box, ...]:
    """In the order in which forms ask. Raises InvalidInput where the text cannot be converted."""
    return tuple(box for box in _boxes(facts, counts, limits) if box.text)


def _boxes(facts: PackageFacts, counts: Counts, limits: Limits) -> Iterator[Box]:
    letter, words = facts.letter, words_for(facts.letter.language)
    text = plain_statement(letter)
    signed = words.signed_sentence(letter.signed, letter.collective_noun)
    yield Box(BoxName.TITLE, "Title", letter.title)
    yield Box(BoxName.TEXT, "Text", text, "With numbered references, as a web form without formatting takes it.")
    yield Box(BoxName.WHOLE, "Text and signatories in one", _whole(facts, text, words), "For a form that has one box for everything.")
    yield Box(BoxName.ARTICLES, "Article it answers", "\n".join(article_lines(letter, words)))
    yield Box(BoxName.AUTHORS, "Authors", "\n".join(_author(one, words) for one in letter.authors), "The people who wrote it, one a line.")
    yield Box(BoxName.CORRESPONDING, "Corresponding author", _corresponding(facts))
    yield Box(BoxName.SIGNATORIES, "Signatories", "\n".join(_names(letter, words)), _order(facts))
    yield Box(BoxName.COUNT, "How many have signed", signed)
    undersigned = dict(count_sentences(letter)).get("How a letter begins", "")
    yield Box(BoxName.UNDERSIGNED, "How many have signed, as a beginning", undersigned)
    yield Box(
        BoxName.INTERESTS, "Competing interests", interests_text(facts, words), "Of the authors, and of each society in its own words."
    )
    for number, (asked, answered) in enumerate(own_statements(facts), 1):
        yield Box(f"{BoxName.STATEMENT}-{number}", f"Asked for by the journal: {asked}", answered)
    yield Box(BoxName.WORDS, "Number of words", str(counts.words_against(limits.words)), _counted_so(limits))
    yield Box(BoxName.CLAIMS, "Claims, each with its ground", claims_text(facts.claims), f"{COPE_SOURCE.note} {_ASIDE}")
    yield Box(BoxName.DISCLOSURE, "Where else it has been shown", facts.disclosure, _ASIDE)


def plain_statement(letter: LetterDocument) -> str:
    """The text as a web form takes it, its references below it."""
    html = statement_html(letter.statement, letter.references, language=letter.language, style=letter.style)
    return plain_text(html, is_numbered=find_style(letter.style).is_numbered)


def article_lines(letter: LetterDocument, words: Words) -> list[str]:
    """Each article that is answered, with its DOI as an address."""
    return [f"{one.words}{f' https://doi.org/{one.doi}' if one.doi else ''}" for one in subject_targets(letter, words)]


def claims_text(claims: tuple[Claim, ...]) -> str:
    """Numbered, each with where it stands in the article and its ground, and below them where the grounds are from; or nothing."""
    if not claims:
        return ""
    lines = [f"{number}. {claim_line(one)}" for number, one in enumerate(claims, 1)]
    has_ground = any(one.ground != Ground.NONE for one in claims)
    return "\n".join([*lines, *([f"Grounds as in: {COPE_SOURCE.title}, {COPE_SOURCE.address}"] if has_ground else [])])


def claim_line(claim: Claim) -> str:
    passage = f" In the article: {claim.passage}." if claim.passage else ""
    ground = "A difference on method or interpretation." if claim.ground == Ground.NONE else f"Ground: {COPE_GROUNDS[claim.ground]}."
    return f"{_ended(claim.words)}{passage.replace('..', '.')} {ground}"


def own_statements(facts: PackageFacts) -> list[tuple[str, str]]:
    """What the venue asks for and no other box answers, as far as it was answered."""
    return [(asked, answered) for asked, answered in facts.statements if answered and not asks_for_interests(asked)]


def interests_text(facts: PackageFacts, words: Words) -> str:
    """Of each author and of each society, one a line; what nobody stated says so, and is never taken for none."""
    authors = [(one.name, one.competing_interests) for one in facts.letter.authors]
    parts = (
        (words.gettext("Authors"), authors),
        (words.gettext("Signatories"), facts.interests),
    )
    blocks = ["\n".join([heading, *(f"{name}: {_stated(what, words)}" for name, what in stated)]) for heading, stated in parts if stated]
    return "\n\n".join(blocks)


def _stated(what: str, words: Words) -> str:
    if not what.strip():
        return words.gettext("not stated.")
    return words.gettext("none declared.") if are_none(what) else on_one_line(what)


def _whole(facts: PackageFacts, text: str, words: Words) -> str:
    letter = facts.letter
    authors = "\n".join([words.gettext("Authors"), *(_author(one, words) for one in letter.authors)]) if letter.authors else ""
    signed = words.signed_sentence(letter.signed, letter.collective_noun)
    heading = words.gettext("Competing interests: %(interests)s", interests="").strip()
    interests = f"{heading}\n\n{interests_text(facts, words)}"
    return "\n\n".join(part for part in (text, authors, "\n".join([signed, *_names(letter, words)]), interests) if part)


def _author(one: AuthorLine, words: Words) -> str:
    return author_line(AuthorLine(one.name, one.affiliation, one.orcid, one.is_corresponding, ""), words)


def _corresponding(facts: PackageFacts) -> str:
    named = [one for one in facts.letter.authors if one.is_corresponding]
    lines = [", ".join(part for part in (one.name, one.affiliation) if part) for one in named]
    return "\n".join([*lines, facts.contact])


def _names(letter: LetterDocument, words: Words) -> Iterator[str]:
    """Without the headings of the list: in a box of plain lines each of them would be read as one more signatory."""
    return (one.name for group in printed_groups(letter, words) for one in group.signatories)


def _order(facts: PackageFacts) -> str:
    if facts.letter.as_changed:
        return "In the order of the list of this text, one a line."
    return "In the order of the sealed list, one a line." if facts.sealed else "As they have signed so far, one a line."


def _counted_so(limits: Limits) -> str:
    if limits.words is None or not (limits.words.counts or limits.words.leaves_out):
        return "What the journal counts is not known. Counted here is all that stands in the text; title, authors and references are not."
    said = ", ".join(PARTS[part] for part in limits.words.counted)
    return f"As far as is known, the journal counts: {said}."


def _ended(words: str) -> str:
    return words if words.endswith((".", "!", "?", "…")) else f"{words}."
