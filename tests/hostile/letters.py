"""Letters in which everything that can be typed is hostile, one in each of the states that text comes to."""

from dataclasses import replace
from datetime import date, datetime

from sqlalchemy.orm import Session

from tests import factories
from tests.factories import ANNA, BRUNO, NOW, SEALABLE, draft, entry
from tests.hostile.words import Deal, statement
from webapp.domain import limits
from webapp.domain.actor import Actor
from webapp.domain.answer import AnswerKind
from webapp.domain.document import CslItem
from webapp.domain.text import Change
from webapp.domain.venue import Venue
from webapp.rendering.references import WRITERS, parse_references
from webapp.services import (
    chosen_venues,
    comment_desk,
    letters,
    revisions,
    sign_on,
    submissions,
    text_change,
    texts,
    venues,
)
from webapp.services.letters import AuthorDraft, PreparedDraft, TargetDraft
from webapp.services.revisions import Declaration

# As somebody would type it who knows that LaTeX is read.
_LATEX = r"""@article{latex2026, author={Eve, Ill and {<img src=WEB/a.png onerror=alert(1)>}},
 journal={\href{javascript:alert(1)}{Journal}},
 title={\url{javascript:alert(1)} \href{javascript:alert(2)}{press} \includegraphics{WEB/l.png} \input{/etc/passwd} <b onclick=alert(3)>},
 year={2026}, url={javascript:alert(4)}, doi={10.5555/"onmouseover="alert(5)}, note={\write18{id}}}
@string{x = "\immediate\write18{id}"}
"""


class HostileLetters:
    """Makes them one after the other in one session; `deal` says what each field was given."""

    def __init__(self, session: Session, administrator: Actor, web: str, *, place: int = 0) -> None:
        self.session, self.deal, self.web = session, Deal(web, place), web
        self.actor = factories.staff_actor(session)
        self.references: tuple[CslItem, ...] = tuple(self._from_every_form())
        journal, route, note = (
            self._line("venue", limits.JOURNAL),
            self._line("route", limits.VENUE_LINE),
            self._line("note on the venue", 400),
        )
        venue = Venue("", journal, route, note=note, formats=(self._line("format", limits.VENUE_LINE),))
        self.venue = venues.add_venue(session, administrator, venue, now=NOW)

    def _line(self, name: str, longest: int) -> str:
        return self.deal.line(name, longest)

    def _from_every_form(self) -> list[CslItem]:
        """Read back from files that were written with hostile words in every field, one after the other."""
        found = list(parse_references(_LATEX.replace("WEB", self.web)))
        for form, (write, _kind) in WRITERS.items():
            item = {
                "id": "vale2026" if form == "json" else f"{form}2026",
                "type": "article-journal",
                "title": self._line(f"title in {form}", 300),
                "author": [
                    {"family": self._line(f"author in {form}", 120), "given": "E"},
                    {"literal": self._line(f"group in {form}", 120)},
                ],
                "container-title": self._line(f"journal in {form}", 200),
                "volume": "7",
                "page": self._line(f"pages in {form}", 60),
                "issued": {"date-parts": [[2026]]},
                "URL": "JaVaScRiPt:alert(1)",
                "DOI": '10.5555/"onmouseover="alert(1)',
            }
            found += parse_references(write([item]))
        nbib = (
            f"PMID- 7\nTI  - {self._line('title in nbib', 200)}\nFAU - {self._line('author in nbib', 100)}\nJT  - Journal\nDP  - 2026 Mar\n"
        )
        return [*found, *parse_references(nbib)]

    def draft(self, title: str = "title") -> str:
        """A draft with a short form and a venue, on whose roster are two societies."""
        whole = draft(
            title=self._line(title, limits.TITLE),
            lead_society=self._line("lead society", limits.PRINTED_NAME),
            journal=self._line("journal", limits.JOURNAL),
            addressee=self._line("addressee", 200),
            statement=statement(self.web) + self._cited(),
            targets=(TargetDraft(self._line("role", limits.ROLE), self._line("citation", limits.CITATION), "10.5555/x", date(2026, 2, 1)),),
            authors=(AuthorDraft(self._line("author", 120), self._line("affiliation", 300), "", True, self._line("interests", 300)),),
        )
        reference = letters.create_letter(self.session, self.actor, PreparedDraft(whole, self.references), now=NOW)
        for name, email in ((self.deal.formula("society", limits.PRINTED_NAME), ANNA), (self._line("society", limits.PRINTED_NAME), BRUNO)):
            who = entry(name, email, self._line("contact", limits.PERSON_NAME))
            factories.roster.add_society(self.session, self.actor, reference, who, factories.KEYRING, now=NOW)
        short = texts.add_short_form(self.session, self.actor, reference, self._line("short form", limits.TEXT_NAME), now=NOW)
        body = f"We ask <script>alert(7)</script> [for](javascript:alert(7)) {self.web}/short.png\n"
        texts.write_text(self.session, self.actor, reference, short, body, 1, now=NOW)
        chosen_venues.choose_venue(self.session, self.actor, reference, short, self.venue, now=NOW)
        return reference

    def _cited(self) -> str:
        return "\nAll of them [" + "; ".join(f"@{item['id']}" for item in self.references) + "].\n"

    def revise(self, reference: str, sentence: str, change: str) -> None:
        letter = factories.letter_row(self.session, reference)
        body = f"{letter.statement.body}\n\n{sentence} <script>alert(2)</script> [link](javascript:alert(2))\n"
        texts.write_text(self.session, self.actor, reference, letter.statement.reference, body, letter.statement.edition, now=NOW)
        declared = Declaration(self._line("note of the revision", limits.REVISION_NOTE), change)
        revisions.make_revision(self.session, self.actor, reference, declared, now=NOW)

    def circulating(self) -> str:
        reference = self.draft()
        sending = factories.sending(message=self._line("message", 600), shows_comments=True)
        factories.circulation.circulate(self.session, self.actor, reference, sending, now=NOW)
        for quote, wording in (("Block one", self._line("wording", 300)), ("", None), ("Fourteen", "")):
            remark = self.deal.formula("remark", 600)
            comment = factories.comment(self.session, reference, quote, remark, wording=wording, is_blocking=not quote)
            why = self._line("reason", 600)
            comment_desk.dispose_comment(self.session, self.actor, reference, comment, "accepted", why, now=NOW)
        factories.comment(self.session, reference, "Seven of the kind", self._line("remark", 600), email=BRUNO, wording="<b>x</b>")
        self.revise(reference, "It circulates.", Change.SUBSTANTIVE)
        again = replace(factories.sending(message="Once more."), revision=2, shows_comments=True)
        factories.circulation.circulate(self.session, self.actor, reference, again, now=NOW)
        return reference

    def signing(self) -> str:
        """One society has signed and one declined, then the text was changed."""
        reference = self.draft()
        sign_on.open_sign_on(self.session, self.actor, reference, is_fit=True, now=NOW)
        self._answer(reference)
        place = factories.enter(self.session, reference, BRUNO)
        declined = factories.intent(
            self.session, place, AnswerKind.DECLINE, nonce=f"declined-{reference}", reason=self._line("reason", 600)
        )
        factories.give(self.session, place, declined)
        self.revise(reference, "It was changed.", Change.EDITORIAL)
        until = datetime(2026, 3, 10, 12)  # noqa: DTZ001 - the wall clock of the letter
        declared = text_change.Declared(Change.EDITORIAL, is_fit=True, object_until=until)
        text_change.change_text(self.session, self.actor, reference, declared, now=NOW)
        return reference

    def _answer(self, reference: str, email: str = ANNA) -> None:
        factories.sign(
            self.session,
            reference,
            email,
            printed_name=self.deal.formula("printed name", limits.PRINTED_NAME),
            officer=self.deal.formula("officer", limits.PERSON_NAME),
            office=self._line("office", limits.OFFICE),
            decided_by=self._line("decided by", limits.DECIDED_BY),
            competing_interests=self._line("interests", 600),
        )

    def submitted(self) -> str:
        """Sealed, and at the journal."""
        reference = self.draft()
        sign_on.open_sign_on(self.session, self.actor, reference, is_fit=True, now=NOW)
        self._answer(reference)
        self._answer(reference, BRUNO)
        assert sign_on.close_if_due(self.session, factories.letter_row(self.session, reference).id, now=factories.DEADLINE)
        factories.seal_it(self.session, self.actor, reference)
        given = factories.submitted(journal=self._line("journal", limits.JOURNAL), note=self._line("note", 600))
        number = self._line("number", limits.MANUSCRIPT_NUMBER)
        submissions.submit_letter(self.session, self.actor, reference, replace(given, manuscript_number=number), now=SEALABLE)
        return reference

    def cancelled(self) -> str:
        reference = self.draft()
        sign_on.open_sign_on(self.session, self.actor, reference, is_fit=True, now=NOW)
        sign_on.cancel_letter(self.session, self.actor, reference, self._line("reason", 600), now=NOW)
        return reference

    def all(self) -> dict[str, str]:
        """State → reference."""
        return {
            "drafting": self.draft(),
            "circulating": self.circulating(),
            "signing": self.signing(),
            "submitted": self.submitted(),
            "cancelled": self.cancelled(),
        }
