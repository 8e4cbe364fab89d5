"""What the rules say should be, in plain objects: the machine walks the real house beside it and compares."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from webapp.domain import limits

# As the house has it: a clock that goes back by less is being corrected, by more it was wrong.
STEP = timedelta(minutes=2)


@dataclass
class Code:
    """A one-time code, and the only stay and form that it may confirm."""

    text: str
    nonce: str
    made_at: datetime
    expires_at: datetime
    tries: int = 0
    is_over: bool = False

    def is_live(self, now: datetime) -> bool:
        return not self.is_over and self.made_at - STEP <= now < self.expires_at and self.tries < limits.CODE_TRIES


@dataclass
class Pending:
    """A form that waits for its code."""

    nonce: str
    act: str
    digest: str
    content: Any
    replaces: str | None


@dataclass
class Stay:
    """A browser's session: of a representative, or of staff (`person` is None)."""

    token: str
    began_at: datetime
    seen_at: datetime
    person: "Person | None" = None
    pending: Pending | None = None
    codes: list[Code] = field(default_factory=list)
    is_over: bool = False

    def is_live(self, now: datetime) -> bool:
        idle, longest = (limits.ROOM_IDLE, limits.ROOM_LONGEST) if self.person else (limits.DESK_IDLE, limits.DESK_LONGEST)
        return not self.is_over and self.seen_at - STEP <= now < self.seen_at + idle and now < self.began_at + longest


@dataclass
class SignInLink:
    token: str
    reference: str
    made_at: datetime
    mailed_to: str = ""
    """Empty where the command line printed it."""
    is_over: bool = False

    def is_live(self, now: datetime) -> bool:
        return not self.is_over and self.made_at - STEP <= now < self.made_at + limits.SIGN_IN_LINK_LIFE


@dataclass
class Person:
    """A representative; `tokens` are all links that were ever theirs, the newest last."""

    reference: str
    email: str
    place: "Place"
    tokens: list[str]
    is_revoked: bool = False
    has_stopped: bool = False
    """Wants no reminders."""


@dataclass
class Answer:
    reference: str
    kind: str
    nonce: str
    digest: str
    received_at: datetime
    closes_at: datetime
    """The close that was in force when it was taken."""
    printed_name: str
    receipts: set[str]
    is_standing: bool = True
    source: str = "room"
    is_after_the_seal: bool = False
    authority: str = "code"
    is_confirmed: bool = True
    is_disputed: bool = False
    was_disowned: bool = False
    """Withdrawn by a dispute, and not by its society’s own act."""
    withdrawal_nonce: str | None = None
    withdrawal_receipts: set[str] = field(default_factory=set)
    waits: bool = False
    """To be affirmed: the text has changed in substance since, or its society has objected to a change."""
    objection_nonce: str | None = None
    objection_receipts: set[str] = field(default_factory=set)

    @property
    def is_known(self) -> bool:
        """Undisputed, confirmed where it was recorded, and by somebody of whom it is known that they speak for the society."""
        return not self.is_disputed and self.is_confirmed and self.authority not in {"open", "refused"}

    @property
    def is_to_be_affirmed(self) -> bool:
        return self.waits and self.is_known

    @property
    def nonces(self) -> list[str]:
        return [nonce for nonce in (self.nonce, self.withdrawal_nonce, self.objection_nonce) if nonce]


@dataclass(frozen=True)
class Freezing:
    """What was put in force, and until when a society may object."""

    change: str = ""
    object_until: datetime | None = None


@dataclass
class Place:
    """A society's place on a letter."""

    society: str
    reference: str
    letter: "Letter"
    people: list[Person] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    was_invited: bool = False
    was_opened: bool = False
    said_not_us: bool = False
    """And no coordinator has found another way in."""
    comments_until: datetime | None = None
    """Of the newest revision that was sent to it; None where none was."""

    @property
    def standing(self) -> Answer | None:
        return next((one for one in self.answers if one.is_standing), None)

    @property
    def live_people(self) -> list[Person]:
        return [one for one in self.people if not one.is_revoked]


@dataclass
class Comment:
    reference: str
    place: Place
    disposition: str = ""
    is_taken_back: bool = False


@dataclass
class Sealing:
    """That a coordinator has pressed “Seal”, at this length of the record."""

    job: str
    record_length: int
    heard_at: datetime
    attempts: int = 0
    is_over: bool = False
    """It has ended, or another was asked for."""


@dataclass(frozen=True)
class Begun:
    """What a worker would store."""

    plan: Any
    asked: Sealing


@dataclass
class Addendum:
    """The sealed letter is held open, or was and waits to be issued."""

    until: datetime
    closed_at: datetime | None = None

    @property
    def closes_at(self) -> datetime:
        return self.closed_at or self.until


@dataclass
class Submission:
    """One venue: the steps that stand, in their order, as reference, kind and day."""

    reference: str
    steps: list[tuple[str, str, date]] = field(default_factory=list)
    struck: set[str] = field(default_factory=set)

    @property
    def state(self) -> str:
        return next((kind for _reference, kind, _on in reversed(self.steps) if kind != "noted"), "planned")


@dataclass
class JournalMail:
    """Written to a journal, and who has approved it."""

    reference: str
    approved: set[str] = field(default_factory=set)
    is_sent: bool = False


@dataclass
class ChangedText:
    """A text that a journal wants changed, once it was put to the signatories."""

    reference: str
    until: datetime
    asked: dict[str, bool]
    """The answers by which those who were asked stand printed, and whether silence carries each."""
    said: dict[str, str] = field(default_factory=dict)
    """The newest word of each, by its answer."""
    listed: set[str] | None = None
    """The answers on its list, once it is fixed."""
    is_abandoned: bool = False


@dataclass
class Letter:
    reference: str
    owner: str
    title: str
    deadline: datetime
    rule: str = "code"
    """What it asks for before a signature counts."""
    has_second: bool = False
    """Another coordinator works on it."""
    written_at: datetime | None = None
    """When the record was last told that somebody wrote."""
    state: str = "drafting"
    edition: int = 1
    digest: str = ""
    freezings: list[Freezing] = field(default_factory=list)
    revised: int = 0
    """How often its text was written."""
    revised_title: str | None = None
    """The title as the newest revision has it; None before the first. The text itself is never written without a revision."""
    has_newer: bool = False
    """A revision waits to be put in force, newer than what societies sign."""
    newer_is: str = ""
    """What it and those before it were declared to be when they were made: of substance, if one of them was."""
    told: set[str] = field(default_factory=set)
    """The messages that tell of a change."""
    closed_at: datetime | None = None
    places: list[Place] = field(default_factory=list)
    comments: list[Comment] = field(default_factory=list)
    sealed: list[str] | None = None
    """The printed names of the sealed signatories."""
    sealed_on: datetime | None = None
    addendum: Addendum | None = None
    """Until it has ended."""
    addenda: list[list[str]] = field(default_factory=list)
    """The printed names of each that was issued."""
    listed: set[str] = field(default_factory=set)
    """The answers that stand printed, in the sealed list or in an addendum."""
    errata: list[tuple[str, str]] = field(default_factory=list)
    """Answer and kind."""
    submissions: list[Submission] = field(default_factory=list)
    fates: dict[str, bool] = field(default_factory=dict)
    """What was told of its article: whether it still stands."""
    texts: list[ChangedText] = field(default_factory=list)
    """What journals wanted changed after the seal."""
    mails: list[JournalMail] = field(default_factory=list)
    released: datetime | None = None
    """From when it is public, as somebody has said."""
    release_edition: int = 0
    events: list[str] = field(default_factory=list)
    """What the record should say, kind by kind."""
    last_at: datetime | None = None
    """The newest time in the record: no later one is before it."""
    regressed_to: datetime | None = None
    """What the clock showed when the record last noted that it had gone back."""
    sealings: list[Sealing] = field(default_factory=list)
    begun: list[Begun] = field(default_factory=list)
    """What workers have begun to make, whether they live or not."""

    @property
    def object_until(self) -> datetime | None:
        """What societies were told of the newest change."""
        return self.freezings[-1].object_until if self.freezings else None

    @property
    def closes_at(self) -> datetime:
        return self.closed_at or self.deadline

    @property
    def is_held_open(self) -> bool:
        return self.addendum is not None and self.addendum.closed_at is None

    @property
    def takes_until(self) -> datetime:
        """Until when an answer that is given now is in time."""
        return self.addendum.closes_at if self.addendum else self.closes_at

    @property
    def joiners(self) -> list[Answer]:
        """The signatories that stand printed nowhere."""
        standing = [place.standing for place in self.places]
        signed = [one for one in standing if one and one.kind == "sign" and one.is_known and not one.waits]
        return [one for one in signed if one.reference not in self.listed]

    @property
    def open_text(self) -> ChangedText | None:
        return next((one for one in self.texts if not one.is_abandoned), None)

    def stands_on(self, text: ChangedText) -> set[str]:
        """In the words of the design: who gave the mandate and did not object, and who has affirmed; of those who still stand."""
        standing = {one.reference for place in self.places if (one := place.standing) and not one.is_disputed}
        affirmed = {answer for answer, act in text.said.items() if act == "affirm_text"}
        silent = {answer for answer, is_carried in text.asked.items() if is_carried and answer not in text.said}
        return (affirmed | silent) & standing

    def is_still_settled(self, answer: Answer) -> bool:
        """Whether something can still come to be known of it."""
        if self.sealed is None:
            return self.state in {"signing", "closed"}
        return answer.is_after_the_seal and answer.reference not in self.listed

    @property
    def has_changed(self) -> bool:
        """Since the newest revision."""
        return self.revised_title is not None and self.revised_title != self.title

    @property
    def has_unanswered_comments(self) -> bool:
        return any(not one.disposition and not one.is_taken_back for one in self.comments)

    @property
    def signatories(self) -> list[str]:
        """R4, in the words of the design: the standing answer is *sign*, on the statement in force or carried to it."""
        return self._signed(waits=False)

    @property
    def to_affirm(self) -> list[str]:
        return self._signed(waits=True)

    def _signed(self, *, waits: bool) -> list[str]:
        standing = [place.standing for place in self.places]
        return sorted(one.printed_name for one in standing if one and one.kind == "sign" and one.is_known and one.waits is waits)

    @property
    def in_doubt(self) -> bool:
        """A signature stands that is neither counted nor refused: it stops the seal."""
        standing = [place.standing for place in self.places]
        return any(one.kind == "sign" and not one.is_known and (one.is_disputed or one.authority != "refused") for one in standing if one)

    @property
    def shown(self) -> list[str]:
        return self.signatories if self.sealed is None else self.sealed

    def note(self, *kinds: str, now: datetime) -> None:
        """The record goes on; its times never decrease, and a jump back is itself an event."""
        last = self.last_at or now
        if last - now > STEP and (self.regressed_to is None or self.regressed_to - now > STEP):
            self.events.append("clock.regressed")
            self.regressed_to = now
        if now > last:
            self.regressed_to = None
        self.events.extend(kinds)
        self.last_at = max(last, now)


@dataclass
class Model:
    letters: list[Letter] = field(default_factory=list)
    stays: list[Stay] = field(default_factory=list)
    links: list[SignInLink] = field(default_factory=list)
    tokens: list[tuple[str, Person]] = field(default_factory=list)
    """Every personal link that was ever made, also of people who are gone."""
    leaving: dict[str, int] = field(default_factory=dict)
    """Message → how often a mail server took it."""
    left: list[str] = field(default_factory=list)
    """The nonces of the forms by which somebody has handed over, said “not us”, or spoken of a changed text."""
    doubtful: dict[str, int] = field(default_factory=dict)
    """Message → how often its attempt was cut off after the mail server took it."""

    def places(self) -> list[Place]:
        return [place for letter in self.letters for place in letter.places]

    def people(self) -> list[Person]:
        return [person for place in self.places() for person in place.people]

    def is_link_live(self, token: str) -> bool:
        owner = next((person for known, person in self.tokens if known == token), None)
        if owner is None or owner.is_revoked or owner not in self.people():
            return False
        return owner.place.was_invited and owner.tokens[-1] == token

    def codes(self, person: Person) -> list[Code]:
        return [code for stay in self.stays if stay.person is person for code in stay.codes]

    def end_what_is_over(self, now: datetime) -> None:
        """What the minute tick does: whatever has ended by now has ended for good, wherever the clock goes."""
        for stay in self.stays:
            stay.is_over = stay.is_over or not stay.is_live(now)
            for code in stay.codes:
                code.is_over = code.is_over or stay.is_over or not code.is_live(now)
        for link in self.links:
            link.is_over = link.is_over or not link.is_live(now)
