"""Who gets in where, in which state of the letter: the one table. `python -m tests.web.matrix` prints it into docs/access.md."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from tempfile import TemporaryDirectory

from flask import Flask

from tests.factories import ANNA, COORDINATOR, REFERENCES, SEALABLE, STRANGER, settings_for
from tests.web.world import ROLES, Person
from webapp.app import create_app
from webapp.domain.cope import claims_digest
from webapp.domain.letter import LetterState
from webapp.domain.permission import Permission, Role, permissions_of
from webapp.rendering.environment import ROOT

PAGE = ROOT / "docs" / "access.md"
STATES = tuple(state.value for state in LetterState)
# What is asked where nothing depends on the state.
USUAL = LetterState.SIGNING.value
P = Person


class For(StrEnum):
    """Who gets in, where no permission on a letter says it."""

    PUBLIC = "anybody"
    STAFF = "whoever is on the staff"
    ADMINISTRATOR = "a staff administrator"
    KEEPER = "whoever coordinates a letter, or a staff administrator"
    ROOM = "the representative whose room it is"


AT_DESK = (P.STRANGER, P.ADMINISTRATOR, P.READER, P.DRAFTER, P.COLLEAGUE, P.OWNER)
WITH_GRANT = {**ROLES, P.OWNER: Role.OWNER}


@dataclass(frozen=True)
class Rule:
    """One route: who gets in, and what they are answered by the state of the letter when they send what is typed here."""

    who: For | Permission
    answers: tuple[int, ...]
    typed: dict[str, str]
    otherwise: dict[Person, int] = field(default_factory=dict)
    """People who get in and are answered differently."""
    blank: int = 422
    """What is answered where nothing of it is typed."""

    @property
    def has_states(self) -> bool:
        return isinstance(self.who, Permission) or len(self.answers) > 1

    @property
    def best_state(self) -> str:
        """A state in which it can be done."""
        return next((state for state in sorted(STATES, key=lambda one: one != USUAL) if self.answer(state) < 400), USUAL)

    @property
    def empty_answer(self) -> int:
        """To a request that carries nothing but a token, in that state."""
        return self.blank if self.typed else self.answer(self.best_state)

    def answer(self, state: str) -> int:
        return self.answers[STATES.index(state) if len(self.answers) > 1 else 0]

    def lets_in(self, person: Person) -> bool:
        if isinstance(self.who, Permission):
            return person in WITH_GRANT and self.who in permissions_of(WITH_GRANT[person])
        people = {
            For.PUBLIC: set(P),
            For.STAFF: set(AT_DESK),
            For.ADMINISTRATOR: {P.ADMINISTRATOR},
            For.KEEPER: {P.ADMINISTRATOR, P.COLLEAGUE, P.OWNER},
            For.ROOM: {P.REPRESENTATIVE},
        }
        return person in people[self.who]

    def expected(self, person: Person, method: str, state: str) -> int:
        """The status that the table promises."""
        if self.lets_in(person):
            return self.otherwise.get(person, self.answer(state))
        if self.who is For.ROOM:
            return 404
        if person not in AT_DESK:
            return 302 if method == "GET" else 403
        # What one may not know of is not there; what one knows of and may not do is refused.
        return 403 if self.who in {For.ADMINISTRATOR, For.KEEPER} or person in WITH_GRANT else 404


def rule(who: For | Permission, *answers: int, otherwise: dict[Person, int] | None = None, blank: int = 422, **typed: str) -> Rule:
    """One answer for all states, or one for each."""
    assert len(answers) in {1, len(STATES)}
    return Rule(who, answers, typed, otherwise or {}, blank)


# What is typed where a form is sent that could be taken.
DRAFT = {
    "title": "A letter",
    "lead_society": "The Marrowby Society",
    "contact_email": "office@marrowby.example.org",
    "collective_noun": "societies",
    "ask": "correction",
    "journal": "Journal of Invented Medicine",
    "addressee": "The Editor-in-Chief",
    "statement": "We disagree.",
    "deadline_zone": "UTC",
}
SOCIETY = {"society": "Society of Ferns", "contact": "Fern Wood", "email": "fern@ferns.example.org"}
LIST = "society,contact,email\nSociety of Ferns,Fern Wood,fern@ferns.example.org\n"
SUBMISSION = {"journal": "Journal of Invented Medicine", "route": "rapid_response", "submitted_on": SEALABLE.date().isoformat()}
# A text goes to one journal once.
ELSEWHERE = {**SUBMISSION, "journal": "Journal of Ferns"}
VENUE = {"journal": "Journal of Ferns", "route": "letter", "window": "", "refuses_accusations": "", "style": ""}
# Every revision is the first in this world; in a draft it is made as it is sent.
# The letter that circulates has a short form that its revision does not have.
FIT = {"is_fit": "y", "reason_unanswered": "It repeats what others have said.", "note": "A short form", "change": "editorial"}
SENT_OUT = {"revision": "1", "until": "2026-03-09T17:00", "to": "all"}
PLAN = {"days_before": "7, 2", "days_after_board": "1", "kinds": "silent", "edition": "0"}
TRANSLATION = {"language": "de", "title": "Ein Brief", "translator": "", "body": "Wir widersprechen.", "edition": "1"}
LAYOUT = {"paper": "letter", "language": "en-GB", "grouping": "none", "acronyms": "none", "accent": "#0b5d3b", "edition": "0"}
ITEM = {
    "act": "keep",
    "nonce": "a-nonce-of-the-post",
    "direction": "in",
    "sender": "Ed Marsh",
    "text": "We have it.",
    "happened_local": "2026-03-01T12:00",
    "zone": "UTC",
}
TO_JOURNAL = {"to_address": "editor@jim.example.org", "subject": "A joint letter", "body": "Dear Editor, please find our letter."}
RELEASE_ITEM = {"audience": "signatories", "summary": "The journal has it."}
ONE_CLICK = {"List-Unsubscribe": "One-Click"}
COLLEAGUE = {"name": "Fern Wood", "email": "fern@ferns.example.org", "reason": "I have left.", "nonce": "a-nonce-of-leaving"}
TALK = {"words": "What of § 3?", "nonce": "a-nonce-of-this-talk"}
TO_JOURNAL = {"to_address": "editor@jim.example.org", "subject": "A joint letter", "body": "Dear Editor, please find our letter."}
RELEASE = {"how": "moment", "release_local": "2026-03-20T17:00", "edition": "0"}
CLAIMS = {"claims-0-words": "Too high", "claims-0-passage": "Table 2", "claims-0-ground": "error", "seen": claims_digest(())}
NEW_TEXT = {"journal": "Journal of Ferns", "asked": "Please cut it to 400 words.", "based_on": "", "venue": ""}
STEP = {"kind": "acknowledged", "happened_on": SEALABLE.date().isoformat(), "edition": "2"}
DUE = {"what": "Ring the office", "due_on": "2026-04-01", "edition": "2"}
FATE = {"kind": "correction", "happened_on": SEALABLE.date().isoformat(), "edition": "0"}
ROUND = {
    "nonce": "a-nonce-of-the-table",
    "seen": "1",
    "title": "An answer to the editor",
    "correspondence": "",
    "proposal": "We stand by the letter.",
    "until": "2026-03-24T17:00",
}
_AT_JOURNAL = (404, 404, 404, 404, 404, 200, 200, 404)
_MOVED = (404, 404, 404, 404, 404, 303, 409, 404)

# Staff who are signed in are taken from the front page to their letters.
_TO_LETTERS = dict.fromkeys(AT_DESK, 302)
_SEE, _EDIT, _INVITE, _CLOSE, _VOUCH = Permission.SEE, Permission.EDIT, Permission.INVITE, Permission.CLOSE, Permission.VOUCH

_AT_A_JOURNAL = (404, 404, 404, 404, 404, 200, 200, 404)
_PREPARED = (404, 404, 404, 404, 404, 303, 409, 404)

# The states in their order: drafting, circulating, signing, closed, sealed, submitted, resolved, cancelled.
# Sealed, submitted or resolved; before that there is no such page.
_SEALED = (404, 404, 404, 404, 200, 200, 200, 404)
_KEPT = (404, 404, 404, 404, 303, 303, 303, 404)
_CORRESPONDENCE = {
    ("correspondence.index", "GET"): rule(Permission.KEEP_COURSE, *_SEALED),
    ("correspondence.enter", "GET"): rule(Permission.KEEP_COURSE, *_SEALED),
    # A first press shows what was understood of what is there.
    ("correspondence.store", "POST"): rule(Permission.KEEP_COURSE, *_KEPT, **ITEM, blank=200),
    ("correspondence.show", "GET"): rule(Permission.KEEP_COURSE, *_SEALED),
    ("correspondence.file", "GET"): rule(Permission.KEEP_COURSE, *_SEALED),
    ("correspondence.strike", "POST"): rule(Permission.KEEP_COURSE, *_KEPT, reason="It belongs to another letter."),
    ("correspondence.release", "GET"): rule(Permission.KEEP_COURSE, *_SEALED),
    ("correspondence.release", "POST"): rule(Permission.KEEP_COURSE, *_KEPT, **RELEASE_ITEM),
    ("correspondence.in_room", "GET"): rule(For.ROOM, *_SEALED),
    ("journal_mails.index", "GET"): rule(Permission.KEEP_COURSE, *_SEALED),
    ("journal_mails.write", "GET"): rule(Permission.KEEP_COURSE, *_SEALED),
    ("journal_mails.write", "POST"): rule(Permission.KEEP_COURSE, *_KEPT, **TO_JOURNAL),
    ("journal_mails.show", "GET"): rule(Permission.KEEP_COURSE, *_SEALED),
    ("journal_mails.edit", "GET"): rule(Permission.KEEP_COURSE, *_SEALED),
    ("journal_mails.file", "GET"): rule(Permission.KEEP_COURSE, *_SEALED),
    ("journal_mails.edit", "POST"): rule(Permission.KEEP_COURSE, *_KEPT, edition="1", **TO_JOURNAL),
    # What is approved and sent is what was read: the digest is another in every letter.
    ("journal_mails.approve", "POST"): rule(Permission.KEEP_COURSE, 404, 404, 404, 404, 409, 409, 409, 404),
    ("journal_mails.send", "POST"): rule(Permission.KEEP_COURSE, 404, 404, 404, 404, 409, 409, 409, 404),
    ("journal_mails.drop", "POST"): rule(Permission.KEEP_COURSE, *_KEPT),
    ("rounds.index", "GET"): rule(Permission.KEEP_COURSE, *_SEALED),
    ("rounds.write", "GET"): rule(Permission.KEEP_COURSE, *_SEALED),
    ("rounds.look", "POST"): rule(Permission.KEEP_COURSE, *_SEALED, **ROUND),
    ("rounds.open_round", "POST"): rule(Permission.KEEP_COURSE, *_KEPT, **ROUND),
    ("rounds.show", "GET"): rule(Permission.KEEP_COURSE, *_SEALED),
    ("rounds.end", "POST"): rule(Permission.KEEP_COURSE, *_KEPT),
    ("rounds.in_room", "GET"): rule(For.ROOM, *_SEALED),
    ("rounds.say", "POST"): rule(For.ROOM, *_KEPT, choice="no", remarks="It is too soft.", nonce="a-nonce-of-the-table"),
    ("news.index", "GET"): rule(Permission.KEEP_COURSE, *_SEALED),
    # The first event of a record tells of nothing that came after the seal.
    ("news.write", "GET"): rule(Permission.KEEP_COURSE, 404),
    ("news.send", "POST"): rule(Permission.KEEP_COURSE, 404),
    ("news.send_to_all", "POST"): rule(Permission.KEEP_COURSE, 404),
    # Whoever does not say yes wants none.
    ("news.wish", "POST"): rule(For.ROOM, 404, 404, 404, 404, 303, 303, 303, 404, wants="yes", blank=303),
    ("news.stop", "GET"): rule(For.PUBLIC, 200),
    ("news.press", "POST"): rule(For.PUBLIC, 200, **ONE_CLICK),
}

MATRIX: dict[tuple[str, str], Rule] = {
    ("static", "GET"): rule(For.PUBLIC, 200),
    ("health.alive", "GET"): rule(For.PUBLIC, 200),
    # No worker runs beside these tests.
    ("health.ready", "GET"): rule(For.PUBLIC, 503),
    ("front.show", "GET"): rule(For.PUBLIC, 200, otherwise=_TO_LETTERS),
    ("front.accessibility", "GET"): rule(For.PUBLIC, 200),
    # Three letters are public in this world.
    ("public.show", "GET"): rule(For.PUBLIC, 404, 404, 404, 404, 200, 200, 200, 404),
    ("public.citation", "GET"): rule(For.PUBLIC, 404, 404, 404, 404, 200, 200, 200, 404),
    ("public.changes", "GET"): rule(For.PUBLIC, 404, 404, 404, 404, 200, 200, 200, 404),
    ("public.file", "GET"): rule(For.PUBLIC, 404, 404, 404, 404, 200, 200, 200, 404),
    # Before sign-on is open no text is fixed; in a room it is there once the letter is public.
    ("share.at_desk", "GET"): rule(_SEE, 404, 404, 200, 200, 200, 200, 200, 200),
    ("share.in_room", "GET"): rule(For.ROOM, 404, 404, 404, 404, 200, 200, 200, 404),
    ("public.translation", "GET"): rule(For.PUBLIC, 404, 404, 404, 404, 200, 200, 200, 404),
    ("embed.show", "GET"): rule(For.PUBLIC, 404, 404, 404, 404, 200, 200, 200, 404),
    ("embed.signatories", "GET"): rule(For.PUBLIC, 404, 404, 404, 404, 200, 200, 200, 404),
    ("api.document", "GET"): rule(For.PUBLIC, 200),
    ("api.letters", "GET"): rule(For.PUBLIC, 200),
    ("api.letter", "GET"): rule(For.PUBLIC, 404, 404, 404, 404, 200, 200, 200, 404),
    ("api.signatories", "GET"): rule(For.PUBLIC, 404, 404, 404, 404, 200, 200, 200, 404),
    ("api.documents", "GET"): rule(For.PUBLIC, 404, 404, 404, 404, 200, 200, 200, 404),
    ("api.course", "GET"): rule(For.PUBLIC, 404, 404, 404, 404, 200, 200, 200, 404),
    ("api.translations", "GET"): rule(For.PUBLIC, 404, 404, 404, 404, 200, 200, 200, 404),
    ("api.translation", "GET"): rule(For.PUBLIC, 404, 404, 404, 404, 200, 200, 200, 404),
    # Of what is sealed: until then the text can still change.
    ("translations.index", "GET"): rule(Permission.PUBLISH, 409, 409, 409, 409, 200, 200, 200, 409),
    ("translations.add", "GET"): rule(Permission.PUBLISH, 409, 409, 409, 409, 200, 200, 200, 409),
    ("translations.add", "POST"): rule(Permission.PUBLISH, 409, 409, 409, 409, 303, 303, 303, 409, **TRANSLATION),
    ("translations.preview", "POST"): rule(Permission.PUBLISH, 409, 409, 409, 409, 200, 200, 200, 409),
    ("translations.edit", "GET"): rule(Permission.PUBLISH, 409, 409, 409, 409, 200, 200, 200, 409),
    ("translations.edit", "POST"): rule(Permission.PUBLISH, 409, 409, 409, 409, 303, 303, 303, 409, **{**TRANSLATION, "language": "ar"}),
    ("translations.remove", "GET"): rule(Permission.PUBLISH, 409, 409, 409, 409, 200, 200, 200, 409),
    ("translations.remove", "POST"): rule(Permission.PUBLISH, 409, 409, 409, 409, 303, 303, 303, 409, edition="1"),
    ("translations.in_room", "GET"): rule(For.ROOM, 404, 404, 404, 404, 200, 200, 200, 404),
    ("publication.show", "GET"): rule(Permission.PUBLISH, 200),
    ("publication.show", "POST"): rule(Permission.PUBLISH, 409, 409, 200, 200, 409, 409, 409, 409, **RELEASE),
    ("publication.release", "POST"): rule(Permission.PUBLISH, 409, 409, 303, 303, 409, 409, 409, 409, **RELEASE),
    # Nothing is announced in this world that has not come.
    ("publication.drop", "POST"): rule(Permission.PUBLISH, 409),
    ("check.show", "GET"): rule(For.PUBLIC, 200),
    ("check.of_letter", "GET"): rule(For.PUBLIC, 200),
    ("check.ask", "POST"): rule(For.PUBLIC, 200, quoted="0" * 64),
    ("front.icon", "GET"): rule(For.PUBLIC, 302),
    ("front.robots", "GET"): rule(For.PUBLIC, 200),
    ("sign_in.ask", "GET"): rule(For.PUBLIC, 200),
    ("sign_in.ask", "POST"): rule(For.PUBLIC, 302, email=COORDINATOR),
    ("sign_in.sent", "GET"): rule(For.PUBLIC, 200),
    ("sign_in.confirm", "GET"): rule(For.PUBLIC, 200),
    ("sign_in.enter", "POST"): rule(For.PUBLIC, 303),
    ("sign_in.leave", "POST"): rule(For.PUBLIC, 303),
    ("letters.index", "GET"): rule(For.STAFF, 200),
    ("letters.new", "GET"): rule(For.STAFF, 200),
    ("letters.new", "POST"): rule(For.STAFF, 303, **DRAFT),
    ("letters.preview", "POST"): rule(For.STAFF, 200),
    ("mailbox.index", "GET"): rule(For.STAFF, 200),
    ("mailbox.show", "GET"): rule(For.STAFF, 200),
    ("mailbox.calendar", "GET"): rule(For.STAFF, 200),
    ("staff.show", "GET"): rule(For.ADMINISTRATOR, 200),
    ("staff.add", "POST"): rule(For.ADMINISTRATOR, 303, email="new@example.org"),
    ("staff.make_administrator", "POST"): rule(For.ADMINISTRATOR, 303),
    ("staff.unmake_administrator", "POST"): rule(For.ADMINISTRATOR, 303),
    ("staff.remove", "POST"): rule(For.ADMINISTRATOR, 303),
    ("venues.index", "GET"): rule(For.STAFF, 200),
    ("venues.show", "GET"): rule(For.STAFF, 200),
    ("venues.new", "GET"): rule(For.ADMINISTRATOR, 200),
    ("venues.new", "POST"): rule(For.ADMINISTRATOR, 303, **VENUE),
    ("venues.correct", "GET"): rule(For.ADMINISTRATOR, 200),
    ("venues.correct", "POST"): rule(For.ADMINISTRATOR, 303),
    ("venues.confirm", "POST"): rule(For.ADMINISTRATOR, 303),
    ("societies.index", "GET"): rule(For.STAFF, 200),
    ("societies.show", "GET"): rule(For.STAFF, 200),
    ("societies.new", "GET"): rule(For.KEEPER, 200),
    ("societies.new", "POST"): rule(For.KEEPER, 303, printed_name="Society of Ferns"),
    ("societies.edit", "GET"): rule(For.KEEPER, 200),
    ("societies.edit", "POST"): rule(For.KEEPER, 303),
    # Nobody has put one in.
    ("societies.logo", "GET"): rule(For.STAFF, 404),
    ("societies.put_logo", "POST"): rule(For.KEEPER, 422),
    # And nothing waits to be looked at.
    ("societies.upload", "GET"): rule(For.KEEPER, 404),
    ("societies.look_at_logo", "GET"): rule(For.KEEPER, 303),
    ("societies.use_logo", "POST"): rule(For.KEEPER, 404),
    ("societies.drop_logo", "POST"): rule(For.KEEPER, 303),
    ("societies.remove_logo", "POST"): rule(For.KEEPER, 404),
    ("societies.find_double", "GET"): rule(For.KEEPER, 200),
    ("societies.join", "GET"): rule(For.KEEPER, 200),
    ("societies.join", "POST"): rule(For.KEEPER, 303, stays_edition="1", goes_edition="1", reason="Its office has said so."),
    ("stays.show", "GET"): rule(For.STAFF, 200),
    ("stays.end", "POST"): rule(For.STAFF, 303),
    ("stays.end_others", "POST"): rule(For.STAFF, 303),
    ("letters.show", "GET"): rule(_SEE, 200),
    ("letters.record", "GET"): rule(_SEE, 200),
    ("letters.edit", "GET"): rule(_EDIT, 200, 200, 409, 409, 409, 409, 409, 409),
    ("letters.edit", "POST"): rule(_EDIT, 303, 303, 409, 409, 409, 409, 409, 409),
    ("texts.edit", "GET"): rule(_SEE, 200),
    ("texts.save", "POST"): rule(_EDIT, 303, 303, 303, 409, 409, 409, 409, 409),
    ("texts.keep", "POST"): rule(_EDIT, 200, 200, 200, 409, 409, 409, 409, 409),
    ("texts.preview", "POST"): rule(_SEE, 200),
    ("texts.compare", "POST"): rule(_EDIT, 200),
    ("texts.add", "POST"): rule(_EDIT, 303, 303, 303, 409, 409, 409, 409, 409),
    ("word_files.import_file", "GET"): rule(_EDIT, 200, 200, 200, 409, 409, 409, 409, 409),
    ("word_files.import_file", "POST"): rule(_EDIT, 422, 422, 422, 409, 409, 409, 409, 409),
    ("word_files.confirm_import", "POST"): rule(_EDIT, 303, 303, 303, 409, 409, 409, 409, 409, body="We disagree.", edition="1"),
    ("word_files.download", "GET"): rule(_SEE, 200),
    ("word_files.paste", "POST"): rule(_EDIT, 200, 200, 200, 409, 409, 409, 409, 409),
    ("texts.remove", "GET"): rule(_EDIT, 200, 200, 200, 409, 409, 409, 409, 409),
    ("texts.remove", "POST"): rule(_EDIT, 303, 303, 303, 409, 409, 409, 409, 409, edition="1"),
    ("revisions.index", "GET"): rule(_SEE, 200),
    # A letter in drafting has no revision yet.
    ("revisions.show", "GET"): rule(_SEE, 404, 200, 200, 200, 200, 200, 200, 200),
    ("revisions.compare", "GET"): rule(_SEE, 404, 200, 200, 200, 200, 200, 200, 200),
    ("revisions.compare_pdf", "GET"): rule(_SEE, 404, 200, 200, 200, 200, 200, 200, 200),
    ("revisions.compare_docx", "GET"): rule(_SEE, 404, 200, 200, 200, 200, 200, 200, 200),
    ("revisions.make", "GET"): rule(_EDIT, 200, 200, 200, 409, 409, 409, 409, 409),
    # In signing nothing has changed since the newest.
    ("revisions.make", "POST"): rule(_EDIT, 303, 303, 409, 409, 409, 409, 409, 409, note="A short form.", change="editorial"),
    ("layout.edit", "GET"): rule(_EDIT, 200),
    ("layout.edit", "POST"): rule(_EDIT, 303, 303, 303, 303, 409, 409, 409, 409, **LAYOUT),
    ("milestones.show", "GET"): rule(_SEE, 200),
    ("milestones.calendar", "GET"): rule(_SEE, 200),
    ("milestones.one_calendar", "GET"): rule(_SEE, 200),
    ("milestones.plan_submission", "POST"): rule(_EDIT, 303, 303, 303, 303, 303, 409, 409, 409),
    ("chosen_venues.show", "GET"): rule(_SEE, 200),
    ("chosen_venues.meters", "POST"): rule(_SEE, 200),
    ("chosen_venues.choose", "POST"): rule(_EDIT, 303, 303, 303, 409, 409, 409, 409, 409, venue="bmj-letter"),
    ("chosen_venues.drop", "POST"): rule(_EDIT, 303, 303, 303, 409, 409, 409, 409, 409),
    ("chosen_venues.set_window", "POST"): rule(_EDIT, 303, 303, 303, 303, 303, 303, 409, 409),
    ("references.show", "GET"): rule(_SEE, 200),
    ("references.pick_style", "POST"): rule(_EDIT, 303, 303, 303, 409, 409, 409, 409, 409, style="bmj"),
    ("references.export", "GET"): rule(_SEE, 200),
    ("references.import_file", "GET"): rule(_EDIT, 200, 200, 200, 409, 409, 409, 409, 409),
    ("references.import_file", "POST"): rule(_EDIT, 200, 200, 200, 409, 409, 409, 409, 409, references_typed=REFERENCES),
    ("references.confirm_import", "POST"): rule(_EDIT, 303, 303, 303, 409, 409, 409, 409, 409, references_typed=REFERENCES, edition="1"),
    ("references.add", "GET"): rule(_EDIT, 200, 200, 200, 409, 409, 409, 409, 409),
    ("references.add", "POST"): rule(_EDIT, 303, 303, 303, 409, 409, 409, 409, 409, kind="book", title="A book"),
    ("references.edit", "GET"): rule(_EDIT, 200, 200, 200, 409, 409, 409, 409, 409),
    ("references.edit", "POST"): rule(_EDIT, 303, 303, 303, 409, 409, 409, 409, 409),
    ("references.remove", "GET"): rule(_EDIT, 200, 200, 200, 409, 409, 409, 409, 409),
    ("references.remove", "POST"): rule(_EDIT, 303, 303, 303, 409, 409, 409, 409, 409, edition="1"),
    # Nothing is looked up until it is switched on.
    ("references.check", "POST"): rule(_EDIT, 409),
    ("people.show", "GET"): rule(_SEE, 200),
    ("people.add", "POST"): rule(Permission.SHARE, 303, email=STRANGER, role=Role.READER),
    ("people.change_role", "POST"): rule(Permission.SHARE, 303, role=Role.DRAFTER),
    ("people.remove", "POST"): rule(Permission.SHARE, 303),
    ("roster.show", "GET"): rule(_SEE, 200),
    ("roster.as_csv", "GET"): rule(_SEE, 200),
    ("roster.as_xlsx", "GET"): rule(_SEE, 200),
    ("selected.review", "POST"): rule(_INVITE, 422),
    ("selected.write", "POST"): rule(_INVITE, 409, 409, 422, 422, 422, 422, 422, 409, **TALK),
    ("selected.remove", "POST"): rule(_INVITE, 422, 409, 409, 409, 409, 409, 409, 409),
    ("roster.export_addresses", "GET"): rule(Permission.EXPORT_ADDRESSES, 200),
    ("roster.export_addresses", "POST"): rule(Permission.EXPORT_ADDRESSES, 200),
    ("roster.add", "GET"): rule(_INVITE, 200),
    ("roster.add", "POST"): rule(_INVITE, 303, 303, 303, 409, 409, 409, 409, 409, **SOCIETY),
    ("roster_import.choose", "GET"): rule(_INVITE, 200),
    ("roster_import.choose", "POST"): rule(_INVITE, 200, 200, 200, 409, 409, 409, 409, 409, pasted=LIST),
    ("roster_import.copy", "GET"): rule(_INVITE, 200, 200, 200, 409, 409, 409, 409, 409),
    ("roster_import.copy", "POST"): rule(_INVITE, 422, 422, 422, 409, 409, 409, 409, 409),
    ("roster_import.match", "POST"): rule(_INVITE, 200, 200, 200, 409, 409, 409, 409, 409, pasted=LIST),
    ("roster_import.confirm", "POST"): rule(_INVITE, 303, 303, 303, 409, 409, 409, 409, 409, pasted=LIST),
    ("roster.replace_link", "POST"): rule(_INVITE, 409, 303, 303, 303, 409, 409, 409, 409),
    ("roster.revoke_representative", "POST"): rule(_INVITE, 303, 303, 303, 303, 409, 409, 409, 409),
    ("roster.remove_society", "POST"): rule(_INVITE, 303, 409, 409, 409, 409, 409, 409, 409),
    ("roster.correct_name", "GET"): rule(_INVITE, 404, 404, 404, 200, 200, 200, 200, 404),
    ("roster.correct_name", "POST"): rule(_INVITE, 404, 404, 404, 303, 409, 409, 409, 404, printed_name="Society of Gullhaven"),
    ("representatives.show", "GET"): rule(_SEE, 200),
    ("representatives.correct", "GET"): rule(_INVITE, 200),
    ("representatives.correct", "POST"): rule(_INVITE, 303, 303, 303, 303, 409, 409, 409, 409, **COLLEAGUE),
    ("representatives.settle", "POST"): rule(_INVITE, 303, 303, 303, 303, 409, 409, 409, 409),
    ("invitations.show", "GET"): rule(_SEE, 200),
    ("invitations.review", "POST"): rule(_INVITE, 409, 409, 422, 409, 409, 409, 409, 409),
    ("invitations.send", "POST"): rule(_INVITE, 409, 409, 422, 409, 409, 409, 409, 409),
    ("invitations.text", "GET"): rule(_INVITE, 200),
    ("invitations.text", "POST"): rule(
        _INVITE, 303, 303, 303, 409, 409, 409, 409, 409, subject="{society}", words="{name}", edition="0", nonce="of-these-words"
    ),
    ("invitations.as_html", "GET"): rule(_INVITE, 200),
    ("reminders.show", "GET"): rule(_INVITE, 200),
    ("reminders.plan", "GET"): rule(_INVITE, 200),
    ("reminders.plan", "POST"): rule(_INVITE, 303, 303, 303, 409, 409, 409, 409, 409, **PLAN),
    ("reminders.hold", "POST"): rule(_INVITE, 303, 303, 303, 409, 409, 409, 409, 409),
    ("reminders.let_go", "POST"): rule(_INVITE, 303, 303, 303, 409, 409, 409, 409, 409),
    ("reminders.hold_society", "POST"): rule(_INVITE, 303, 303, 303, 409, 409, 409, 409, 409),
    ("reminders.let_go_society", "POST"): rule(_INVITE, 303, 303, 303, 409, 409, 409, 409, 409),
    ("circulation.circulate", "GET"): rule(Permission.CIRCULATE, 200),
    ("circulation.circulate", "POST"): rule(Permission.CIRCULATE, 303, 303, 409, 409, 409, 409, 409, 409, **SENT_OUT),
    ("dispositions.show", "GET"): rule(_SEE, 200),
    ("dispositions.show_table", "GET"): rule(_SEE, 200),
    ("dispositions.csv", "GET"): rule(_SEE, 200),
    ("dispositions.pdf", "GET"): rule(_SEE, 404, 200, 404, 404, 404, 404, 404, 404),
    # Only the letter that circulates has a comment.
    ("dispositions.dispose", "POST"): rule(_EDIT, 404, 303, 404, 409, 409, 409, 409, 409, disposition="accepted", reason="It is fair."),
    ("dispositions.apply", "POST"): rule(_EDIT, 404, 303, 404, 409, 409, 409, 409, 409),
    ("dispositions.undo", "POST"): rule(_EDIT, 404, 303, 404, 409, 409, 409, 409, 409),
    ("sign_on.open_sign_on", "GET"): rule(Permission.OPEN_SIGN_ON, 200),
    ("sign_on.open_sign_on", "POST"): rule(Permission.OPEN_SIGN_ON, 303, 303, 409, 409, 409, 409, 409, 409, **FIT),
    ("sign_on.review_deadline", "GET"): rule(_CLOSE, 200),
    ("sign_on.review_deadline", "POST"): rule(_CLOSE, 409, 409, 200, 409, 409, 409, 409, 409, deadline_local="2026-03-20T17:00"),
    ("sign_on.move_deadline", "POST"): rule(_CLOSE, 409, 409, 303, 409, 409, 409, 409, 409, deadline_local="2026-03-20T17:00"),
    ("talks.at_desk", "GET"): rule(_SEE, 200),
    ("talks.say_at_desk", "POST"): rule(_INVITE, 409, 409, 303, 303, 303, 303, 303, 409, **TALK),
    ("authority.show", "GET"): rule(_SEE, 200),
    ("authority.rule", "GET"): rule(_VOUCH, 200),
    ("authority.rule", "POST"): rule(_VOUCH, 303, 303, 303, 303, 409, 409, 409, 409, methods="code"),
    # Before the close nobody has answered in this world, and nothing is open or disputed.
    ("authority.answer", "GET"): rule(_SEE, 404, 404, 404, 200, 200, 200, 200, 404),
    ("authority.settle", "POST"): rule(_VOUCH, 404, 404, 404, 422, 422, 422, 422, 404),
    ("authority.ask", "POST"): rule(_VOUCH, 404, 404, 404, 409, 409, 409, 409, 404),
    ("authority.confirm", "POST"): rule(_VOUCH, 404, 404, 404, 409, 409, 409, 409, 404),
    ("authority.settle_dispute", "POST"): rule(_VOUCH, 404, 404, 404, 422, 422, 422, 422, 404),
    ("authority.proof", "GET"): rule(_VOUCH, 404),
    ("recorded.record", "GET"): rule(_VOUCH, 409, 409, 200, 200, 200, 200, 200, 200),
    ("recorded.store", "POST"): rule(_VOUCH, 409, 409, 422, 422, 422, 422, 422, 422),
    # A personal link is none of these (T24).
    ("witnesses.dispute", "GET"): rule(For.PUBLIC, 404),
    ("witnesses.dispute", "POST"): rule(For.PUBLIC, 404),
    ("witnesses.confirm", "GET"): rule(For.PUBLIC, 404),
    ("witnesses.confirm", "POST"): rule(For.PUBLIC, 404),
    ("minutes.attach_minute", "GET"): rule(For.ROOM, 404, 404, 200, 200, 200, 200, 200, 200),
    ("minutes.attach_minute", "POST"): rule(For.ROOM, 404, 404, 422, 422, 422, 422, 422, 422),
    ("text_change.propose", "GET"): rule(Permission.OPEN_SIGN_ON, 200),
    ("text_change.change_text", "POST"): rule(
        Permission.OPEN_SIGN_ON, 409, 409, 303, 409, 409, 409, 409, 409, change="substantive", is_fit="y"
    ),
    ("sign_on.close", "GET"): rule(_CLOSE, 200),
    # While every society has answered.
    ("sign_on.close", "POST"): rule(_CLOSE, 409, 409, 303, 409, 409, 409, 409, 409),
    ("sign_on.cancel", "GET"): rule(Permission.CANCEL, 200),
    ("sign_on.cancel", "POST"): rule(Permission.CANCEL, 303, 303, 303, 303, 409, 409, 409, 409, reason="It is not needed."),
    ("documents.draft", "GET"): rule(_SEE, 200, 200, 200, 200, 409, 409, 409, 200),
    ("documents.index", "GET"): rule(_SEE, 200),
    ("documents.file", "GET"): rule(_SEE, 404, 404, 404, 404, 200, 200, 200, 404),
    ("documents.seal_letter", "GET"): rule(Permission.SEAL, 200, 200, 200, 200, 303, 303, 303, 200),
    ("documents.seal_letter", "POST"): rule(Permission.SEAL, 409, 409, 409, 303, 409, 409, 409, 409),
    ("after.show", "GET"): rule(_SEE, 404, 404, 404, 404, 200, 200, 200, 404),
    ("after.open_addendum", "GET"): rule(Permission.SEAL, 404, 404, 404, 404, 200, 200, 200, 404),
    ("after.open_addendum", "POST"): rule(Permission.SEAL, 404, 404, 404, 404, 303, 303, 409, 404, deadline_local="2026-04-01T18:00"),
    # None of these letters has an addendum, and nothing was issued beside it.
    ("after.close_addendum", "POST"): rule(Permission.SEAL, 404, 404, 404, 404, 409, 409, 409, 404),
    ("after.end_addendum", "POST"): rule(Permission.SEAL, 404, 404, 404, 404, 409, 409, 409, 404),
    ("after.issue_addendum", "POST"): rule(Permission.SEAL, 404, 404, 404, 404, 409, 409, 409, 404),
    ("after.make_edition", "POST"): rule(Permission.SEAL, 404, 404, 404, 404, 409, 409, 409, 404),
    ("after.tell_withdrawal", "POST"): rule(Permission.SEAL, 404),
    ("after.correct", "GET"): rule(Permission.SEAL, 404, 404, 404, 404, 200, 200, 200, 404),
    ("after.correct", "POST"): rule(Permission.SEAL, 404, 404, 404, 404, 200, 200, 200, 404),
    ("after.file", "GET"): rule(_SEE, 404),
    ("after.bundle", "GET"): rule(_SEE, 404),
    ("new_texts.index", "GET"): rule(_SEE, 404, 404, 404, 404, 200, 200, 200, 404),
    ("new_texts.begin", "POST"): rule(_EDIT, 404, 404, 404, 404, 303, 303, 409, 404, **NEW_TEXT),
    # None of these letters has such a text.
    ("new_texts.show", "GET"): rule(_SEE, 404),
    ("new_texts.write", "POST"): rule(_EDIT, 404),
    ("new_texts.meters", "POST"): rule(_SEE, 404),
    ("new_texts.put", "GET"): rule(Permission.SEAL, 404),
    ("new_texts.put", "POST"): rule(Permission.SEAL, 404),
    ("new_texts.abandon", "GET"): rule(Permission.SEAL, 404),
    ("new_texts.abandon", "POST"): rule(Permission.SEAL, 404),
    ("new_texts.make", "POST"): rule(Permission.SEAL, 404),
    ("new_texts.file", "GET"): rule(_SEE, 404),
    ("submissions.index", "GET"): rule(Permission.KEEP_COURSE, 200),
    # Where nothing was chosen, or it is too early or too late, there is nothing to plan.
    ("submissions.plan", "POST"): rule(Permission.KEEP_COURSE, 303),
    ("submissions.submit", "GET"): rule(Permission.KEEP_COURSE, 200),
    ("submissions.submit", "POST"): rule(Permission.KEEP_COURSE, 409, 409, 409, 409, 303, 303, 409, 409, **ELSEWHERE),
    # In this world one submission was made of every letter that is submitted or resolved.
    ("submissions.show", "GET"): rule(Permission.KEEP_COURSE, *_AT_JOURNAL),
    ("submissions.show", "POST"): rule(Permission.KEEP_COURSE, *_MOVED, **STEP),
    ("submissions.edit", "GET"): rule(Permission.KEEP_COURSE, *_AT_JOURNAL),
    ("submissions.edit", "POST"): rule(Permission.KEEP_COURSE, *_MOVED, **SUBMISSION, edition="2"),
    ("submissions.correct", "GET"): rule(Permission.KEEP_COURSE, *_AT_JOURNAL),
    ("submissions.correct", "POST"): rule(Permission.KEEP_COURSE, *_MOVED, **STEP, reason="It was a draft."),
    ("submissions.proof", "GET"): rule(Permission.KEEP_COURSE, 404),
    ("submissions.resolve", "POST"): rule(Permission.KEEP_COURSE, 409, 409, 409, 409, 409, 303, 409, 409, reason="Enough.", edition="2"),
    ("follow_ups.add", "GET"): rule(Permission.KEEP_COURSE, *_AT_JOURNAL),
    ("follow_ups.add", "POST"): rule(Permission.KEEP_COURSE, *_MOVED, **DUE),
    ("follow_ups.change", "GET"): rule(Permission.KEEP_COURSE, *_AT_JOURNAL),
    ("follow_ups.change", "POST"): rule(Permission.KEEP_COURSE, *_MOVED, **DUE),
    ("follow_ups.done", "POST"): rule(Permission.KEEP_COURSE, *_MOVED, edition="2"),
    ("fates.tell", "GET"): rule(Permission.KEEP_COURSE, 200),
    ("fates.tell", "POST"): rule(Permission.KEEP_COURSE, 409, 409, 409, 409, 303, 303, 303, 409, **FATE),
    # Nothing is looked up where that is not switched on.
    ("fates.look_up", "POST"): rule(Permission.KEEP_COURSE, 409),
    ("fates.correct", "GET"): rule(Permission.KEEP_COURSE, 404),
    ("fates.correct", "POST"): rule(Permission.KEEP_COURSE, 404),
    **_CORRESPONDENCE,
    # Only two of these letters have a submission; no place is noted where their text was shown.
    ("package.show", "GET"): rule(_SEE, *_AT_A_JOURNAL),
    ("package.text_file", "GET"): rule(_SEE, *_AT_A_JOURNAL),
    ("package.covering_letter_file", "GET"): rule(_SEE, *_AT_A_JOURNAL),
    ("package.write_covering_letter", "GET"): rule(Permission.KEEP_COURSE, *_AT_A_JOURNAL),
    ("package.write_covering_letter", "POST"): rule(Permission.KEEP_COURSE, *_PREPARED, words="Dear Editor", edition="0"),
    ("package.propose_covering_letter", "POST"): rule(Permission.KEEP_COURSE, *_PREPARED, edition="0"),
    ("package.answer_statements", "GET"): rule(Permission.KEEP_COURSE, *_AT_A_JOURNAL),
    ("package.answer_statements", "POST"): rule(Permission.KEEP_COURSE, *_PREPARED, edition="0"),
    ("package.map_claims", "GET"): rule(Permission.KEEP_COURSE, *_AT_A_JOURNAL),
    ("package.map_claims", "POST"): rule(Permission.KEEP_COURSE, *_PREPARED, **CLAIMS),
    ("package.note_showing", "GET"): rule(Permission.KEEP_COURSE, *_AT_A_JOURNAL),
    ("package.note_showing", "POST"): rule(Permission.KEEP_COURSE, *_PREPARED, shown_as="preprint", place="Invented Archive"),
    ("package.strike_showing", "POST"): rule(Permission.KEEP_COURSE, 404, 404, 404, 404, 404, 404, 409, 404),
    ("package.settle_places", "POST"): rule(Permission.KEEP_COURSE, *_PREPARED, seen="what the page has shown"),
    ("rooms.draft", "GET"): rule(For.ROOM, 404, 404, 200, 200, 404, 404, 404, 404),
    # No society of this world has a logo.
    ("rooms.logo", "GET"): rule(For.ROOM, 404),
    # A letter in drafting has invited nobody yet.
    ("rooms.door", "GET"): rule(For.PUBLIC, 404, 200, 200, 200, 200, 200, 200, 200),
    ("rooms.enter", "POST"): rule(For.PUBLIC, 404, 303, 303, 303, 303, 303, 303, 303),
    ("rooms.request_link", "POST"): rule(For.PUBLIC, 200, email=ANNA),
    ("stops.show", "GET"): rule(For.PUBLIC, 404, 200, 200, 200, 200, 200, 200, 200),
    ("stops.press", "POST"): rule(For.PUBLIC, 404, 200, 200, 200, 200, 200, 200, 200, **ONE_CLICK),
    ("stops.ask", "POST"): rule(For.PUBLIC, 404, 200, 200, 200, 200, 200, 200, 200, word="reminders"),
    # The code is another.
    ("stops.confirm", "POST"): rule(For.PUBLIC, 404, 422, 422, 422, 422, 422, 422, 422, code="ABCD-EFGH"),
    ("rooms.read", "GET"): rule(For.ROOM, 404, 200, 200, 200, 200, 200, 200, 200),
    ("rooms.board", "GET"): rule(For.ROOM, 404, 200, 200, 200, 200, 200, 200, 200),
    ("rooms.board", "POST"): rule(For.ROOM, 404, 303, 303, 409, 409, 409, 409, 409, board_meets_on="2026-03-09"),
    ("rooms.calendar", "GET"): rule(For.ROOM, 404, 200, 200, 200, 200, 200, 200, 200),
    ("rooms.one_calendar", "GET"): rule(For.ROOM, 404, 200, 200, 200, 200, 200, 200, 200),
    ("rooms.leave", "POST"): rule(For.ROOM, 404, 200, 200, 200, 200, 200, 200, 200),
    ("comments.ask", "GET"): rule(For.ROOM, 404, 200, 404, 404, 404, 404, 404, 404),
    ("comments.give", "POST"): rule(For.ROOM, 404, 422, 422, 422, 422, 422, 422, 422),
    ("comments.take_back", "POST"): rule(For.ROOM, 404, 303, 404, 404, 404, 404, 404, 404),
    ("comments.dispositions", "GET"): rule(For.ROOM, 404, 200, 404, 404, 404, 404, 404, 404),
    ("comments.dispositions_pdf", "GET"): rule(For.ROOM, 404, 200, 404, 404, 404, 404, 404, 404),
    ("answers.sign", "GET"): rule(For.ROOM, 404, 404, 200, 200, 200, 200, 200, 200),
    ("answers.sign", "POST"): rule(For.ROOM, 404, 404, 422, 422, 422, 422, 422, 422),
    ("answers.decline", "GET"): rule(For.ROOM, 404, 404, 200, 200, 200, 200, 200, 200),
    ("answers.decline", "POST"): rule(For.ROOM, 404, 404, 422, 422, 422, 422, 422, 422),
    ("answers.sign_if", "GET"): rule(For.ROOM, 404, 404, 200, 200, 200, 200, 200, 200),
    ("answers.sign_if", "POST"): rule(For.ROOM, 404, 404, 422, 422, 422, 422, 422, 422),
    ("answers.object", "GET"): rule(For.ROOM, 404, 404, 200, 200, 200, 200, 200, 200),
    ("answers.object", "POST"): rule(For.ROOM, 404, 404, 422, 422, 422, 422, 422, 422),
    ("answers.withdraw", "GET"): rule(For.ROOM, 404, 404, 200, 200, 200, 200, 200, 200),
    ("answers.withdraw", "POST"): rule(For.ROOM, 404, 404, 422, 422, 422, 422, 422, 422),
    ("new_text_room.read", "GET"): rule(For.ROOM, 404),
    ("new_text_room.affirm", "GET"): rule(For.ROOM, 404),
    ("new_text_room.affirm", "POST"): rule(For.ROOM, 404),
    ("new_text_room.object", "GET"): rule(For.ROOM, 404),
    ("new_text_room.object", "POST"): rule(For.ROOM, 404),
    ("new_text_room.review", "GET"): rule(For.ROOM, 303),
    ("new_text_room.review", "POST"): rule(For.ROOM, 422),
    ("new_text_room.code", "POST"): rule(For.ROOM, 303),
    ("handing_over.hand_over", "GET"): rule(For.ROOM, 404, 200, 200, 200, 200, 200, 200, 404),
    ("handing_over.hand_over", "POST"): rule(For.ROOM, 404, 303, 303, 303, 303, 303, 303, 409, **COLLEAGUE),
    ("handing_over.not_us", "GET"): rule(For.ROOM, 404, 200, 200, 200, 404, 404, 404, 404),
    ("handing_over.not_us", "POST"): rule(For.ROOM, 404, 303, 303, 303, 409, 409, 409, 409, which="not_concerned", **COLLEAGUE),
    ("handing_over.review", "GET"): rule(For.ROOM, 404, 303, 303, 303, 303, 303, 303, 303),
    ("handing_over.review", "POST"): rule(For.ROOM, 404, 422, 422, 422, 422, 422, 422, 422),
    ("handing_over.code", "POST"): rule(For.ROOM, 404, 303, 303, 303, 303, 303, 303, 303),
    ("talks.in_room", "GET"): rule(For.ROOM, 404, 404, 200, 200, 200, 200, 200, 200),
    ("talks.say_in_room", "POST"): rule(For.ROOM, 404, 404, 303, 303, 303, 303, 303, 409, **TALK),
    ("answers.review", "GET"): rule(For.ROOM, 404, 404, 303, 303, 303, 303, 303, 303),
    ("answers.review", "POST"): rule(For.ROOM, 404, 404, 422, 422, 422, 422, 422, 422),
    ("answers.code", "POST"): rule(For.ROOM, 404, 303, 303, 303, 303, 303, 303, 303),
    ("answers.receipt", "GET"): rule(For.ROOM, 404, 404, 303, 200, 200, 200, 200, 303),
}


def routes(app: Flask) -> set[tuple[str, str]]:
    """Every route that the application answers, with each of its methods."""
    return {(one.endpoint, method) for one in app.url_map.iter_rules() for method in (one.methods or set()) - {"HEAD", "OPTIONS"}}


def address_of(app: Flask, endpoint: str, method: str) -> str:
    return next(one.rule for one in app.url_map.iter_rules(endpoint) if method in (one.methods or set()))


# As the page says it.
_ANSWERS = {200: "yes", 302: "yes", 303: "yes", 422: "yes", 403: "refused", 404: "not there", 409: "not now", 503: "yes"}
_COLUMNS = {
    P.ANONYMOUS: "nobody signed in",
    P.STRANGER: "staff, no grant",
    P.ADMINISTRATOR: "administrator, no grant",
    P.READER: "reader",
    P.DRAFTER: "drafter",
    P.COLLEAGUE: "coordinator",
    P.OWNER: "owner",
    P.REPRESENTATIVE: "representative",
    P.OTHER: "representative of another letter",
}


def printed(app: Flask) -> str:
    """The page of documentation."""
    return "\n".join([*_head(), "", *_roles(), "", *_people(app), "", *_states(app)]) + "\n"


def _head() -> Iterator[str]:
    yield "# Who may do what"
    yield ""
    yield "Printed from the table by which `tests/web/test_access.py` asks every route as every kind of person in every state of a"
    yield "letter; change `tests/web/matrix.py`, then print it with `.venv/bin/python -m tests.web.matrix`. A session that has ended is"
    yield "treated like nobody."


def _roles() -> Iterator[str]:
    yield "## Roles on a letter"
    yield ""
    yield from _table(
        ["", *Role], ([permission, *("yes" if permission in permissions_of(role) else "" for role in Role)] for permission in Permission)
    )


def _people(app: Flask) -> Iterator[str]:
    yield "## Routes and people"
    yield ""
    yield "*yes*: the page is shown, the act is done or its form is asked to be filled. *sign in*: asked to sign in. *refused*: 403, for"
    yield "one may know of it. *not there*: 404, the same page as for what does not exist."
    yield ""
    yield from _table(["route", "for", *_COLUMNS.values()], (_person_row(app, *one) for one in MATRIX))


def _person_row(app: Flask, endpoint: str, method: str) -> list[str]:
    row = MATRIX[endpoint, method]
    return [f"{method} `{address_of(app, endpoint, method)}`", _for(row), *(_cell(row, method, person) for person in _COLUMNS)]


def _for(row: Rule) -> str:
    return f"*{row.who}* on the letter" if isinstance(row.who, Permission) else str(row.who)


def _cell(row: Rule, method: str, person: Person) -> str:
    if row.lets_in(person):
        return "yes"
    status = row.expected(person, method, USUAL)
    return "sign in" if person not in AT_DESK and status in {302, 403} else _ANSWERS[status]


def _states(app: Flask) -> Iterator[str]:
    yield "## Routes and states"
    yield ""
    yield "For whoever gets in. *not now*: 409, with a sentence that says why. A form that is shown or asked to be filled in a state in"
    yield "which its act does not exist is refused when it is sent. What is not listed is the same in every state."
    yield ""
    rows = ((one, row) for one, row in MATRIX.items() if len(row.answers) > 1)
    yield from _table(
        ["route", *STATES], ([f"{one[1]} `{address_of(app, *one)}`", *(_ANSWERS[status] for status in row.answers)] for one, row in rows)
    )


def _table(head: list[str], rows: Iterator[list[str]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield f"|{' --- |' * len(head)}"
    yield from (f"| {' | '.join(row)} |" for row in rows)


def main() -> None:
    with TemporaryDirectory() as folder:
        PAGE.write_text(printed(create_app(settings_for(Path(folder)))), encoding="utf-8")


if __name__ == "__main__":
    main()
