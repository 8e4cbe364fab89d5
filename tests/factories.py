"""Valid things, and always the same few people."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.domain.actor import Actor, ActorKind
from webapp.domain.answer import AnswerKind, Mandate, SignOn
from webapp.domain.document_kind import DocumentKind
from webapp.domain.links import Links
from webapp.domain.received_file import received_file
from webapp.domain.roster import RosterEntry
from webapp.domain.text import Change
from webapp.domain.tokens import Keyring, hash_token
from webapp.persistence.tables import CodeRow, FreezingRow, InvitationRow, LetterRow, RepresentativeRow, SocietyRow
from webapp.rendering.documents import make_document
from webapp.services import (
    access,
    answers,
    ask_rounds,
    circulation,
    comments,
    correspondence,
    doors,
    journal_mails,
    letters,
    post_uploads,
    publication,
    revisions,
    rooms,
    roster,
    seal,
    sign_on,
    submissions,
    translations,
)
from webapp.services.answers import Intent, Recorded
from webapp.services.documents import digest_in_force
from webapp.services.letters import AuthorDraft, LetterDraft, PreparedDraft, TargetDraft
from webapp.services.place import Place
from webapp.services.signatory_places import signatory_representatives
from webapp.settings import Settings

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
DEADLINE_LOCAL = datetime(2026, 3, 14, 17, 0)  # noqa: DTZ001 - a wall clock has no zone, that is its point
COMMENTS_LOCAL = datetime(2026, 3, 9, 17, 0)  # noqa: DTZ001 - a wall clock too
COMMENTS_UNTIL = datetime(2026, 3, 9, 16, 0, tzinfo=UTC)
ZONE = "Europe/Berlin"
DEADLINE = datetime(2026, 3, 14, 16, 0, tzinfo=UTC)
KEYRING = Keyring(b"a key for tests only, of more than thirty-two bytes")

NETWORK = "192.0.2.0/24"
BROWSER = "the secret of the browser that asked"

REFERENCES = (
    '[{"id": "vale2026", "type": "article-journal", "title": "A quiet hour", '
    '"author": [{"family": "Vale", "given": "A"}], "issued": {"date-parts": [[2026]]}}]'
)

COORDINATOR, STRANGER = "coordinator@example.org", "stranger@example.org"
ANNA, BRUNO, OTTO = "anna@gullhaven.example.org", "bruno@gullhaven.example.org", "otto@marshes.example.org"
FAKE_PDF = b"%PDF-1.7 that no press made"
SEALABLE = DEADLINE + timedelta(seconds=30)


@dataclass
class FakeClock:
    """A clock that stands until it is moved."""

    at: datetime

    def now(self) -> datetime:
        return self.at

    def move(self, **by: Any) -> datetime:
        self.at += timedelta(**by)
        return self.at


def settings_for(folder: Path, database_url: str | None = None) -> Settings:
    return Settings(
        data_folder=folder,
        database_url=database_url or f"sqlite:///{folder / 'undersigned.db'}",
        links=Links("http://127.0.0.1:8000"),
        keyring=KEYRING,
        mail_from="undersigned@example.org",
        smtp=None,
        clock=FakeClock(NOW),
        is_rehearsal=False,
        trusted_proxies=0,
        log_level="warning",
    )


def draft(**changes: Any) -> LetterDraft:
    """A letter that is complete but for its roster."""
    whole = LetterDraft(
        title="The quiet hour deserves a fair trial",
        collective_noun="societies",
        lead_society="The Marrowby Society",
        contact_email="office@marrowby.example.org",
        ask="correction",
        journal="Journal of Invented Medicine",
        addressee="The Editor-in-Chief",
        statement="To the Editor,\n\nWe, the undersigned, disagree [@vale2026].\n\n## Why\n\nBecause of *evidence*.\n",
        references_typed=REFERENCES,
        deadline_local=DEADLINE_LOCAL,
        deadline_zone=ZONE,
        submission_target=date(2026, 3, 18),
        targets=(TargetDraft("trial", "Vale A. A quiet hour. J Invent Med 2026;1:1-9.", "10.5555/jim.2026.1", date(2026, 2, 19)),),
        authors=(AuthorDraft("Dr Ida Holm", "Marrowby", "", True, "None."),),
        is_demonstration=True,
    )
    return replace(whole, **changes)


def prepared(**changes: Any) -> PreparedDraft:
    """The same, with its references read."""
    return letters.prepare_draft(draft(**changes))


def staff_actor(session: Session, email: str = COORDINATOR) -> Actor:
    reference, _is_new = doors.add_staff(session, email, now=NOW)
    return Actor(ActorKind.STAFF, reference)


def entry(society: str = "Gullhaven, Society of", email: str = ANNA, contact: str = "Anna Berg") -> RosterEntry:
    return RosterEntry(society=society, contact=contact, email=email)


def letter_in_draft(session: Session, actor: Actor, *entries: RosterEntry, **changes: Any) -> str:
    reference = letters.create_letter(session, actor, prepared(**changes), now=NOW)
    for one in entries or (entry(),):
        roster.add_society(session, actor, reference, one, KEYRING, now=NOW)
    return reference


def letter_in_signing(session: Session, actor: Actor, *entries: RosterEntry, **changes: Any) -> str:
    reference = letter_in_draft(session, actor, *entries, **changes)
    sign_on.open_sign_on(session, actor, reference, is_fit=True, now=NOW)
    return reference


def letter_circulating(session: Session, actor: Actor, *entries: RosterEntry, **changes: Any) -> str:
    """Revision 1 is out for comment, for a week."""
    reference = letter_in_draft(session, actor, *entries, **changes)
    circulation.circulate(session, actor, reference, sending(), now=NOW)
    return reference


def sending(**changes: Any) -> circulation.Sending:
    return replace(circulation.Sending(1, COMMENTS_LOCAL, "Is the second paragraph fair?"), **changes)


def said(session: Session, reference: str, quote: str = "", remark: str = "Is that so?", **changes: Any) -> comments.Said:
    """What a form sends of the statement of revision 1."""
    text = letter_row(session, reference).statement.reference
    return replace(comments.Said("a-nonce-of-a-comment", 1, text, quote, remark), **changes)


def comment(session: Session, reference: str, quote: str = "", remark: str = "Is that so?", *, email: str = ANNA, **changes: Any) -> str:
    """The representative has commented; returns the reference of the comment."""
    what = said(session, reference, quote, remark, **{"nonce": f"{reference}-{email}-{quote}-{remark}", **changes})
    return comments.give_comment(session, enter(session, reference, email), what, received_at=NOW, now=NOW)


def freeze_another(session: Session, reference: str, old: str, new: str, *, now: datetime = NOW) -> None:
    """A new statement in force, with these words changed, whoever was about to sign the one before."""
    letter, actor = letter_row(session, reference), staff_actor(session)
    letter.statement.body = letter.statement.body.replace(old, new)
    revision = revisions.take_revision(session, letter, actor, revisions.Declaration("A word.", Change.EDITORIAL), now=now)
    freezing = FreezingRow(revision=revision, change=Change.EDITORIAL, frozen_at=now, is_fit=True)
    revisions.freeze(session, letter, actor, freezing)


def letter_row(session: Session, reference: str) -> LetterRow:
    return session.scalars(select(LetterRow).where(LetterRow.reference == reference)).one()


def representative(session: Session, reference: str, email: str = ANNA, society: str | None = None) -> RepresentativeRow:
    query = select(RepresentativeRow).join(InvitationRow).join(LetterRow, LetterRow.id == InvitationRow.letter_id)
    query = query.where(LetterRow.reference == reference, RepresentativeRow.email == email)
    if society is not None:
        query = query.join(SocietyRow, SocietyRow.id == InvitationRow.society_id).where(SocietyRow.printed_name == society)
    return session.scalars(query).one()


def personal_link(session: Session, reference: str, email: str = ANNA) -> str:
    row = representative(session, reference, email)
    return KEYRING.personal_link(row.reference, row.link_generation)


def enter(session: Session, reference: str, email: str = ANNA, *, now: datetime = NOW) -> Place:
    """The representative opens the letter."""
    token, invitation = rooms.enter_room(session, personal_link(session, reference, email), now=now)
    return access.load_place(session, hash_token(token), invitation, now=now)


def back(session: Session, place: Place) -> Place:
    """The same place in another session of the database: a place lives no longer than its request."""
    return access.load_place(session, place.stay.token_hash, place.invitation.reference, now=place.stay.seen_at)


def sign_on_facts(**changes: Any) -> SignOn:
    whole = SignOn(
        printed_name="Gullhaven, Society of",
        officer="Prof. Anna Berg",
        office="President",
        consent_to_print=True,
        decided_by="the board",
        decided_on=date(2026, 3, 1),
        competing_interests="None.",
        mandate=Mandate.EDIT,
    )
    return replace(whole, **changes)


def intent(session: Session, place: Place, act: str = AnswerKind.SIGN, *, nonce: str = "a-nonce-of-this-form", **changes: Any) -> Intent:
    """What a page would send: the digest in force, and the answer that stands, to be replaced."""
    standing = answers.standing_answer(session, place.invitation.id)
    facts: dict[str, Any] = {
        "act": act,
        "nonce": nonce,
        "digest": digest_in_force(session.get_one(LetterRow, place.letter_id)),
        "replaces": standing.reference if standing else None,
        "sign_on": sign_on_facts() if act == AnswerKind.SIGN else None,
    }
    return Intent(**{**facts, **changes})


def newest_code(session: Session, place: Place) -> str:
    query = select(CodeRow).where(CodeRow.representative_id == place.representative.id).order_by(CodeRow.id.desc()).limit(1)
    return KEYRING.code(session.scalars(query).one().reference)


def give(session: Session, place: Place, what: Intent, *, at: datetime = NOW) -> str:
    """The whole act: prepared, and confirmed with the code. Returns the reference of the answer."""
    answers.prepare_answer(session, place, what, KEYRING, received_at=at, now=at)
    done = answers.confirm_answer(session, place, what.nonce, newest_code(session, place), KEYRING, received_at=at, now=at)
    assert isinstance(done, Recorded)
    return done.answer


def sign(session: Session, reference: str, email: str = ANNA, *, at: datetime = NOW, **changes: Any) -> str:
    """The representative signs for the society; returns the reference of the answer."""
    place = enter(session, reference, email, now=at)
    what = intent(session, place, nonce=f"{reference}-{email}-{at.isoformat()}")
    return give(session, place, replace(what, sign_on=sign_on_facts(**changes)), at=at)


def letter_closed(session: Session, actor: Actor, *entries: RosterEntry, **changes: Any) -> str:
    """Signed by every society that is named, and past its deadline."""
    reference = letter_in_signing(session, actor, *entries, **changes)
    for one in entries or (entry(),):
        sign(session, reference, one.email, printed_name=one.society, officer=one.contact)
    assert sign_on.close_if_due(session, letter_row(session, reference).id, now=DEADLINE)
    return reference


FAKE_FILES = {DocumentKind.LETTER: FAKE_PDF, DocumentKind.TEXT: b"Dear Editor"}


def seal_it(session: Session, actor: Actor, reference: str, *, now: datetime = SEALABLE) -> None:
    """Sealed with files that no press made; the lists are real."""
    plan = seal.plan_seal(session, actor, reference, Links("http://127.0.0.1:8000"), now=now)
    seal.seal_letter(session, actor, reference, plan, sealable_files(plan), now=now)


def sealable_files(plan: seal.SealPlan) -> dict[DocumentKind, bytes]:
    lists = {kind: make_document(kind, plan.document) for kind in (DocumentKind.SIGNATORIES_CSV, DocumentKind.SIGNATORIES_JSON)}
    return {**FAKE_FILES, **lists}


def letter_sealed(session: Session, actor: Actor, *entries: RosterEntry, **changes: Any) -> str:
    reference = letter_closed(session, actor, *entries, **changes)
    seal_it(session, actor, reference)
    return reference


def submitted(**changes: Any) -> submissions.Submitted:
    whole = submissions.Submitted("Journal of Invented Medicine", "rapid_response", "JIM-1", SEALABLE.date(), "By the form.")
    return replace(whole, **changes)


def letter_submitted(session: Session, actor: Actor, *entries: RosterEntry, **changes: Any) -> str:
    reference = letter_sealed(session, actor, *entries, **changes)
    submissions.submit_letter(session, actor, reference, submitted(), now=SEALABLE)
    return reference


def publish(session: Session, actor: Actor, reference: str, *, now: datetime = NOW) -> None:
    """At once."""
    publication.release_letter(session, actor, reference, publication.Release(None, 0), now=now)


ARABIC = translations.Written("رسالة مشتركة", "## موقفنا\n\nنحن الموقعين أدناه لا نوافق [@vale2026].", "Layla Haddad")


def translate(session: Session, actor: Actor, reference: str, language: str = "ar", **changes: Any) -> str:
    """Beside the sealed text stands a translation; returns its reference."""
    return translations.add_translation(session, actor, reference, language, replace(ARABIC, **changes), now=SEALABLE)


def mail(body: str = "We have sent your letter to the authors.", **headers: str) -> bytes:
    """A saved mail of the journal."""
    known = {
        "From": "Ed Marsh <editor@jim.example.org>",
        "To": "office@marrowby.example.org",
        "Subject": "Your letter JIM-1",
        "Date": "Mon, 16 Mar 2026 10:00:00 +0100",
        "Content-Type": "text/plain; charset=utf-8",
        **headers,
    }
    return ("".join(f"{name}: {value}\r\n" for name, value in known.items() if value) + f"\r\n{body}\r\n").encode()


def entered(session: Session, actor: Actor, reference: str, content: bytes = b"", *, now: datetime = SEALABLE, **changes: Any) -> str:
    """An item of the correspondence, read from a saved mail; returns its reference."""
    found = post_uploads.understand(received_file("answer.eml", content or mail()))
    assert found.mail
    facts = {name: getattr(found.mail, name) for name in ("sender", "recipient", "subject", "text")}
    local = datetime(2026, 3, 14, 12, 0)  # noqa: DTZ001 - a wall clock too
    entry = correspondence.Entry("in", f"a-nonce-of-{reference}", local, ZONE, **facts)
    return correspondence.enter_item(session, actor, reference, replace(entry, **changes), found.came, now=now)


def journal_mail(session: Session, actor: Actor, reference: str, **changes: Any) -> str:
    """A mail to the journal that nobody has approved yet; returns its reference."""
    whole = journal_mails.Written("editor@jim.example.org", "A joint letter", "Dear Editor,\n\nplease find our letter.", ("letter.pdf",))
    return journal_mails.write_mail(session, actor, reference, replace(whole, **changes), now=SEALABLE)


def asked(session: Session, actor: Actor, reference: str, *, now: datetime = SEALABLE, **changes: Any) -> str:
    """A round before an answer, until ten days after the deadline of the letter; returns its reference."""
    seen = len(signatory_representatives(session, letter_row(session, reference)))
    whole = ask_rounds.Asked(
        "An answer to the editor",
        "We thank the editor, and stand by the letter.",
        DEADLINE_LOCAL + timedelta(days=10),
        "a-nonce-of-this-round",
        seen,
    )
    return ask_rounds.open_round(session, actor, reference, replace(whole, **changes), now=now)
