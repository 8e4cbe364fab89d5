"""Telling the signatories what came of the letter: each change once, to those who want news or to all of them (R16)."""

import hmac
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.domain import limits
from webapp.domain.actor import Actor, ActorKind
from webapp.domain.deadline import ShownInstant, show_instant
from webapp.domain.errors import Conflict, InvalidInput, NotFound
from webapp.domain.names import bounded_line, bounded_text
from webapp.domain.tokens import Keyring, hash_token
from webapp.persistence import outbox
from webapp.persistence.record import actor_words, append_event
from webapp.persistence.tables import EventRow, LetterRow, NewsRow, NewsWishRow, RepresentativeRow
from webapp.services.access import hold_place, lock_letter
from webapp.services.correspondence import load_sealed
from webapp.services.news_titles import Titles, titles_of
from webapp.services.place import Place
from webapp.services.references import new_reference
from webapp.services.signatory_places import is_signatory_place, signatory_representatives

NEWS = "news"
# What the signatories may care about, by how its event begins. Of everything else the record alone tells.
_WORTH_TELLING = (
    "letter.submitted",
    "letter.resolved",
    "submission.noted",
    "step.corrected",
    "fate.",
    "new_text.fixed",
    "new_text.abandoned",
    "correspondence.released",
    "addendum.issued",
    "erratum.made",
    "publication.set",
    "translation.",
)


@dataclass(frozen=True)
class ChangeLine:
    """Something that came of the letter, and whether the signatories were told."""

    number: int
    title: str
    at: ShownInstant
    told: str
    """To how many, and when; empty where nobody was told yet."""


@dataclass(frozen=True)
class NewsPage:
    change: ChangeLine
    wanted: int
    """How many want news."""
    all: int
    """How many represent a signatory."""


@dataclass(frozen=True)
class Told:
    """What is to be sent; `seen` is how many the page said would get it."""

    subject: str
    words: str
    to_all: bool
    seen: int


def list_changes(session: Session, actor: Actor, reference: str) -> list[ChangeLine]:
    """The newest first."""
    letter = load_sealed(session, actor, reference)
    query = select(EventRow).where(EventRow.letter_id == letter.id, EventRow.at >= letter.sealed_at)
    told = {row.about: row for row in session.scalars(select(NewsRow).where(NewsRow.letter_id == letter.id))}
    rows = session.scalars(query.order_by(EventRow.sequence.desc()))
    titles = titles_of(session, letter)
    return [_line(letter, row, titles, told.get(row.sequence)) for row in rows if _is_worth_telling(row.kind)]


def show_news(session: Session, actor: Actor, reference: str, number: int) -> NewsPage:
    """Raises NotFound for what is no such change."""
    letter = load_sealed(session, actor, reference)
    change = next((one for one in list_changes(session, actor, reference) if one.number == number), None)
    if change is None:
        raise NotFound
    wanted, every = (len(_recipients(session, letter, to_all=to_all)) for to_all in (False, True))
    return NewsPage(change, wanted, every)


def send_news(session: Session, actor: Actor, reference: str, number: int, told: Told, *, now: datetime) -> int:
    """Puts one message to each; returns how many. Raises Conflict where they were told of this before, or others would get it by now."""
    letter = load_sealed(session, actor, reference, for_update=True)
    page = show_news(session, actor, reference, number)
    if page.change.told:
        raise Conflict("The signatories have been told of this already. Nobody is told twice.")
    subject = bounded_line(told.subject, limits.NEWS_SUBJECT, field="subject", what="The subject")
    words = bounded_text(told.words, limits.NEWS_WORDS, field="words", what="The text")
    if not subject or not words:
        raise InvalidInput("Say in a few sentences what has happened.", field="words" if subject else "subject")
    recipients = _recipients(session, letter, to_all=told.to_all)
    if not recipients:
        raise Conflict("Nobody would get it: nobody has asked for news.")
    if len(recipients) != told.seen:
        raise Conflict(f"By now {len(recipients)} would get it, and the page said {told.seen}. Look once more, then send it.")
    row = NewsRow(
        reference=new_reference(),
        letter_id=letter.id,
        about=number,
        subject=subject,
        words=words,
        to_all=told.to_all,
        recipients=len(recipients),
        sent_at=now,
        sent_by=actor_words(actor),
    )
    session.add(row)
    session.flush()
    public = {"news": row.reference, "about": number, "to_all": row.to_all, "recipients": row.recipients}
    append_event(session, letter, actor, "news.sent", public, now=now, private={"subject": subject, "words": words})
    due = [
        outbox.Due(f"{NEWS}:{row.reference}:{one.reference}", one.email, {"news": row.id, "representative": one.id}) for one in recipients
    ]
    outbox.put_all(session, NEWS, due, now=now, letter_id=letter.id)
    return len(recipients)


def wants_news(session: Session, place: Place) -> bool:
    return session.get(NewsWishRow, place.representative.id) is not None


def wish_news(session: Session, place: Place, *, wants: bool, now: datetime) -> None:
    """A representative of a signatory asks for news, or asks for none. It answers nothing and signs nothing, and needs no code (R7)."""
    place, held = hold_place(session, place)
    if not is_signatory_place(session, place):
        raise NotFound
    letter, row = session.get_one(LetterRow, held.id), session.get_one(RepresentativeRow, place.representative.id)
    _set(session, letter, row, wants=wants, by="page", now=now)


def stop_news(session: Session, mark: str, keyring: Keyring, *, now: datetime) -> None:
    """The one press in a mail program (RFC 8058). A second press finds it done. Raises NotFound for a dead or unknown mark alike."""
    letter = lock_letter(session, find_by_mark(session, mark, keyring).invitation.letter_id)
    _set(session, letter, find_by_mark(session, mark, keyring), wants=False, by="mail program", now=now)


def find_by_mark(session: Session, mark: str, keyring: Keyring) -> RepresentativeRow:
    """Whose news a link in a mail stops. Raises NotFound."""
    query = select(RepresentativeRow).where(
        RepresentativeRow.reference == mark.partition(".")[0].replace("\0", ""), RepresentativeRow.revoked_at.is_(None)
    )
    row = session.scalars(query.execution_options(populate_existing=True)).one_or_none()
    # The same work for what is known and what is not.
    expected = keyring.news_link(row.reference, row.link_generation) if row else keyring.news_link("nobody", 0)
    if not hmac.compare_digest(hash_token(mark), hash_token(expected)) or row is None:
        raise NotFound
    return row


def society_of_mark(session: Session, mark: str, keyring: Keyring) -> str:
    """For the page behind that link. Raises NotFound."""
    return find_by_mark(session, mark, keyring).invitation.society.printed_name


def _set(session: Session, letter: LetterRow, row: RepresentativeRow, *, wants: bool, by: str, now: datetime) -> None:
    known = session.get(NewsWishRow, row.id)
    if wants == (known is not None):
        return
    if known is None:
        session.add(NewsWishRow(representative_id=row.id, letter_id=letter.id, since=now))
    else:
        session.delete(known)
    session.flush()
    public = {"representative": row.reference, "society": row.invitation.society.reference, "by": by}
    actor = Actor(ActorKind.REPRESENTATIVE, row.reference)
    append_event(session, letter, actor, "news.wanted" if wants else "news.stopped", public, now=now)


def _recipients(session: Session, letter: LetterRow, *, to_all: bool) -> list[RepresentativeRow]:
    everybody = signatory_representatives(session, letter)
    if to_all:
        return everybody
    wish = set(session.scalars(select(NewsWishRow.representative_id).where(NewsWishRow.letter_id == letter.id)))
    return [one for one in everybody if one.id in wish]


def _is_worth_telling(kind: str) -> bool:
    return kind.startswith(_WORTH_TELLING)


def _line(letter: LetterRow, row: EventRow, titles: Titles, news: NewsRow | None) -> ChangeLine:
    told = ""
    if news is not None:
        told = f"{news.recipients} told, {show_instant(news.sent_at, letter.deadline_zone)}"
    return ChangeLine(row.sequence, titles.of(row), show_instant(row.at, letter.deadline_zone), told)
