"""Invitations: to all, some or one; a new link kills the old; each leaves once for its reason; words, preview and test (R14, R16, R19)."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import event, func, select, update
from sqlalchemy.orm import Session

from tests.conftest import Store
from tests.dump import unchanged
from tests.factories import (
    ANNA,
    BRUNO,
    COORDINATOR,
    KEYRING,
    NOW,
    OTTO,
    STRANGER,
    back,
    enter,
    entry,
    letter_circulating,
    letter_closed,
    letter_in_draft,
    letter_in_signing,
    letter_row,
    personal_link,
    representative,
    sign,
    staff_actor,
)
from webapp.domain import limits
from webapp.domain.actor import Actor
from webapp.domain.errors import Conflict, InvalidInput, NotFound, TooMany, WrongState
from webapp.domain.links import Links
from webapp.domain.mail_text import SUBJECT
from webapp.persistence.tables import InvitationTextRow, OutboxRow, RepresentativeRow
from webapp.persistence.tables.message import MessageState
from webapp.services import composing, invitation_preview, invitation_words, invitations, needs, reminder_facts, roster_facts, sign_on
from webapp.services.composing import compose
from webapp.services.invitation_words import InvitationText
from webapp.services.rooms import is_link_live
from webapp.services.verification import verify
from webapp.settings import Settings

LINKS = Links("https://letters.example.org")


@pytest.fixture
def later(store: Store, coordinator: Actor) -> str:
    """Sign-on is open, and nobody has been invited yet: Anna and Bruno of Gullhaven, Otto of the Marshes."""
    with store() as session:
        reference = letter_in_draft(
            session, coordinator, entry(), entry(email=BRUNO, contact="Bruno Wirth"), entry("Society of the Marshes", OTTO, "Otto Lind")
        )
        sign_on.open_sign_on(session, coordinator, reference, is_fit=True, invites_later=True, now=NOW)
        return reference


def marks(session: Session, actor: Actor, letter: str, *emails: str) -> str:
    lines = invitations.list_invitations(session, actor, letter).lines
    return " ".join(one.mark for one in lines if not emails or one.email in emails)


def mails(session: Session, kind: str = "invitation") -> list[str]:
    return list(session.scalars(select(OutboxRow.to_address).where(OutboxRow.kind == kind).order_by(OutboxRow.id)))


def test_opening_can_invite_nobody_yet_and_the_front_page_says_so(store: Store, coordinator: Actor, later: str) -> None:
    with store() as session:
        assert mails(session) == []
        letter = letter_row(session, later)
        found = needs.Found(roster_facts.stage_counts(session, letter), (), (), ())
        assert [(one.text, one.act) for one in needs.needs_of(session, letter, found, now=NOW)] == [
            ("2 societies have not been invited to sign yet", "invitations")
        ]
        assert not is_link_live(session, personal_link(session, later))
        assert verify(session).problems == ()


def test_society_that_was_asked_to_comment_alone_is_neither_counted_as_invited_nor_reminded(store: Store, coordinator: Actor) -> None:
    people = (entry(), entry("Society of the Marshes", OTTO, "Otto Lind"))
    with store() as session:
        reference = letter_circulating(session, coordinator, *people)
        session.execute(update(OutboxRow).values(state=MessageState.SENT, sent_at=NOW))
        opens = NOW + timedelta(days=1)
        sign_on.open_sign_on(session, coordinator, reference, is_fit=True, invites_later=True, now=opens)
        letter = letter_row(session, reference)

        def wanted() -> list[str]:
            found = needs.Found(roster_facts.stage_counts(session, letter), (), (), ())
            return [one.text for one in needs.needs_of(session, letter, found, now=opens) if one.act == "invitations"]

        def reminded() -> list[str]:
            return [one.email for one in reminder_facts.reminder_places(session, letter, now=opens + timedelta(days=3))]

        assert wanted() == ["2 societies have not been invited to sign yet"]
        page = invitations.list_invitations(session, coordinator, reference, show="not invited yet")
        assert ([one.email for one in page.lines], reminded()) == ([ANNA, OTTO], [])
        invitations.send(session, coordinator, reference, page.lines[0].mark, KEYRING, now=opens)
        assert wanted() == ["1 society has not been invited to sign yet"]
        assert reminded() == [ANNA]
        invitations.send(session, coordinator, reference, page.lines[1].mark, KEYRING, now=opens)
        assert (wanted(), len(reminded())) == ([], 2)
        assert verify(session).problems == ()


def test_some_are_invited_and_then_one_more(store: Store, coordinator: Actor, later: str) -> None:
    with store() as session:
        sent = invitations.send(session, coordinator, later, marks(session, coordinator, later, ANNA, OTTO), KEYRING, now=NOW)
        assert (len(sent.first), len(sent.again), sent.changed) == (2, 0, 0)
        assert mails(session) == [ANNA, OTTO]
        assert is_link_live(session, personal_link(session, later))
        page = invitations.list_invitations(session, coordinator, later, show="not invited yet")
        assert [one.email for one in page.lines] == [BRUNO]
        invitations.send(session, coordinator, later, page.all_marks, KEYRING, now=NOW)
        assert mails(session) == [ANNA, OTTO, BRUNO]
        assert verify(session).problems == ()


def test_r14_sending_again_kills_the_old_link_and_the_room_that_it_opened(store: Store, coordinator: Actor, letter: str) -> None:
    with store() as session:
        place, old = enter(session, letter), personal_link(session, letter)
        sent = invitations.send(session, coordinator, letter, marks(session, coordinator, letter, ANNA), KEYRING, now=NOW)
        assert [one.email for one in sent.again] == [ANNA]
        assert not is_link_live(session, old) and is_link_live(session, personal_link(session, letter))
        assert is_link_live(session, personal_link(session, letter, BRUNO)), "nobody else’s"
        with pytest.raises(NotFound):
            back(session, place)
        assert mails(session) == [ANNA, BRUNO, ANNA]
        assert verify(session).problems == ()


def test_r16_form_that_is_sent_twice_sends_once(store: Store, coordinator: Actor, letter: str, later: str) -> None:
    with store() as session:
        for reference in (letter, later):
            chosen = marks(session, coordinator, reference)
            first = invitations.send(session, coordinator, reference, chosen, KEYRING, now=NOW)
            before, links = len(mails(session)), [row.link_hash for row in session.scalars(select(RepresentativeRow))]
            again = invitations.send(session, coordinator, reference, chosen, KEYRING, now=NOW)
            assert (again.number, again.changed) == (0, first.number)
            assert len(mails(session)) == before
            assert [row.link_hash for row in session.scalars(select(RepresentativeRow))] == links


def test_control_without_its_mark_the_second_press_would_kill_the_link_of_the_first(
    store: Store, coordinator: Actor, letter: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with store() as session:
        monkeypatch.setattr(invitations, "_mark", lambda row, _number: row.reference)
        chosen = marks(session, coordinator, letter, ANNA)
        for _press in range(2):
            invitations.send(session, coordinator, letter, chosen, KEYRING, now=NOW)
        assert mails(session).count(ANNA) == 3, "one too many"


def test_society_that_has_answered_is_sent_a_link_and_not_asked_whether_it_signs(store: Store, coordinator: Actor, letter: str) -> None:
    with store() as session:
        sign(session, letter)
        invitations.send(session, coordinator, letter, marks(session, coordinator, letter), KEYRING, now=NOW)
        assert mails(session) == [ANNA, BRUNO], "those of the opening"
        assert mails(session, "new_link") == [ANNA, BRUNO]
        assert verify(session).problems == ()


@pytest.mark.parametrize("chosen", ["", "nobody.1.1", "  "])
def test_nobody_chosen_sends_nothing(store: Store, coordinator: Actor, letter: str, chosen: str) -> None:
    with store() as session, unchanged(store.connection):
        if chosen.strip():
            assert invitations.send(session, coordinator, letter, chosen, KEYRING, now=NOW).number == 0
        else:
            with pytest.raises(InvalidInput, match="at least one"):
                invitations.send(session, coordinator, letter, chosen, KEYRING, now=NOW)


def test_r13_representative_of_another_letter_cannot_be_chosen(store: Store, coordinator: Actor, letter: str, later: str) -> None:
    with store() as session:
        assert invitations.send(session, coordinator, letter, marks(session, coordinator, later), KEYRING, now=NOW).number == 0


@pytest.mark.parametrize("make", [letter_in_draft, letter_closed], ids=["draft", "closed"])
def test_invitations_leave_only_while_sign_on_is_open(store: Store, coordinator: Actor, make: Callable[..., str]) -> None:
    with store() as session:
        reference = make(session, coordinator)
        with pytest.raises(WrongState, match="while sign-on is open"):
            invitations.send(session, coordinator, reference, marks(session, coordinator, reference), KEYRING, now=NOW)


def test_list_says_what_became_of_the_mail(store: Store, coordinator: Actor, letter: str) -> None:
    with store() as session:
        shown = {one.email: one for one in invitations.list_invitations(session, coordinator, letter).lines}
        assert (shown[ANNA].mail, shown[ANNA].number, str(shown[ANNA].first_at)) == (
            "on its way",
            1,
            "2 March 2026, 10:00 Europe/Berlin (09:00 UTC)",
        )
        for row in session.scalars(select(OutboxRow).where(OutboxRow.to_address == BRUNO)):
            row.state, row.last_error = "failed", "550 the recipient was refused: no such user"
        page = invitations.list_invitations(session, coordinator, letter, show="refused")
        assert [(one.email, one.error) for one in page.lines] == [(BRUNO, "550 the recipient was refused: no such user")]
        assert dict(page.counts)["refused"] == 1 and dict(page.counts)["not answered"] == 2
        assert invitations.list_invitations(session, coordinator, letter, search="wirth").fitting == 1


def test_thousand_are_sent_in_few_statements(store: Store, coordinator: Actor) -> None:
    """Everybody else’s answers wait behind this, so it must not ask the database once for each."""
    # tests/bench measures the time.
    with store() as session:
        counted = {}
        for number in (5, 50):
            entries = [entry(f"Society {one}", f"r{one}@s{number}.example.org") for one in range(number)]
            reference = letter_in_signing(session, coordinator, *entries)
            chosen = marks(session, coordinator, reference)
            session.expire_all()
            statements: list[str] = []

            def count(_connection: object, _cursor: object, sql: str, *_more: object, into: list[str] = statements) -> None:
                into.append(sql)

            event.listen(store.connection, "before_cursor_execute", count)
            try:
                assert invitations.send(session, coordinator, reference, chosen, KEYRING, now=NOW).number == number
            finally:
                event.remove(store.connection, "before_cursor_execute", count)
            counted[number] = len([one for one in statements if "workflow" not in one and "SAVEPOINT" not in one])
        assert counted[50] <= counted[5] + 5, counted


# The words


def text(subject: str = "", words: str = "", edition: int = 0) -> InvitationText:
    return InvitationText(subject, words, edition)


def composed(session: Session, settings: Settings, kind: str = "invitation") -> list[tuple[str, str, str]]:
    found = []
    for row in session.scalars(select(OutboxRow).where(OutboxRow.kind == kind).order_by(OutboxRow.id)):
        form = compose(session, row, settings, now=NOW)
        assert form is not None
        found.append((form.subject, form.text, form.html))
    return found


def test_invitation_is_sent_in_the_words_of_the_coordinators(store: Store, coordinator: Actor, settings: Settings) -> None:
    with store() as session:
        reference = letter_in_draft(session, coordinator, entry("{name} & <Sons>"))
        words = text("For {society}", "Dear {name},\n\n<b>please</b> {{7*7}} by {deadline}.\nThanks", 0)
        invitation_words.write_text(session, coordinator, reference, words, now=NOW)
        sign_on.open_sign_on(session, coordinator, reference, is_fit=True, now=NOW)
        [(subject, plain, html)] = composed(session, settings)
        assert subject == "For {name} & <Sons>"
        assert "Dear Anna Berg,\n\n<b>please</b> {{7*7}} by 14 March 2026, 17:00 Europe/Berlin (16:00 UTC).\nThanks\n" in plain
        assert "&lt;b&gt;please&lt;/b&gt; {{7*7}} by 14 March 2026" in html and "<b>please" not in html
        link = settings.links.personal(personal_link(session, reference))
        assert link in plain and link in html
        assert verify(session).problems == ()


def test_words_are_never_lost_to_a_colleague_who_writes_too(store: Store, coordinator: Actor, letter: str) -> None:
    with store() as session:
        invitation_words.write_text(session, coordinator, letter, text("One"), now=NOW)
        with pytest.raises(Conflict, match="Somebody has changed the invitation"):
            invitation_words.write_text(session, coordinator, letter, text("Two"), now=NOW)
        invitation_words.write_text(session, coordinator, letter, text("One"), now=NOW)
        invitation_words.write_text(session, coordinator, letter, text("Two", edition=1), now=NOW)
        assert invitation_words.text_of(session, letter_row(session, letter).id).subject == "Two"
        invitation_words.write_text(session, coordinator, letter, text(edition=2), now=NOW)
        assert invitation_words.text_of(session, letter_row(session, letter).id).subject == SUBJECT, "emptied: ours once more"
        assert verify(session).problems == ()


def test_r17_words_that_the_record_does_not_tell_of_are_found(store: Store, coordinator: Actor, letter: str) -> None:
    with store() as session:
        invitation_words.write_text(session, coordinator, letter, text("One"), now=NOW)
        session.scalars(select(InvitationTextRow)).one().subject = "Another"
        session.flush()
        assert [one.sentence for one in verify(session).problems] == ["the words of its invitation are not those of event 6."]


@pytest.mark.parametrize(
    ("change", "what"), [({"link_generation": 7}, "link"), ({"revoked_at": NOW}, "life"), ({"successor": "x"}, "successor")]
)
def test_r17_representative_who_is_not_as_the_record_tells_is_found(
    store: Store, coordinator: Actor, letter: str, change: dict[str, object], what: str
) -> None:
    with store() as session:
        row = representative(session, letter)
        for name, value in change.items():
            setattr(row, name, value)
        session.flush()
        [problem] = verify(session).problems
        assert problem.sentence == f"the {what} of the representative {row.reference} is not what its record tells."


def test_r19_preview_is_as_the_chosen_one_reads_it_and_never_with_the_link(
    store: Store, coordinator: Actor, letter: str, settings: Settings
) -> None:
    with store() as session, unchanged(store.connection):
        bruno = representative(session, letter, BRUNO)
        words = text("For {society}", "Dear {name}")
        shown = invitation_preview.preview(session, coordinator, letter, words, bruno.reference, LINKS)
        assert (shown.to, shown.form.subject) == ("Bruno Wirth, Gullhaven, Society of", "For Gullhaven, Society of")
        assert "Dear Bruno Wirth" in shown.form.text and "Dear Bruno Wirth" in shown.form.html
        both = shown.form.text + shown.form.html
        assert personal_link(session, letter, BRUNO) not in both
        assert set(re.findall(r"/i/([\w-]+)", both)) == {composing.OPENS_NOTHING}
        assert not is_link_live(session, composing.OPENS_NOTHING)


def test_r13_preview_takes_nobody_of_another_letter(store: Store, coordinator: Actor, letter: str) -> None:
    with store() as session:
        other = letter_in_signing(session, staff_actor(session, STRANGER), entry("Society of the Marshes", OTTO, "Otto Lind"))
        otto = representative(session, other, OTTO)
        assert "Otto" not in invitation_preview.preview(session, coordinator, letter, text(), otto.reference, LINKS).form.text


def test_r16_test_mail_goes_once_to_whoever_asks_and_its_link_opens_nothing(
    store: Store, coordinator: Actor, letter: str, settings: Settings
) -> None:
    with store() as session:
        anna = representative(session, letter).reference
        for _press in range(2):
            assert invitation_preview.mail_test(session, coordinator, letter, anna, "a-nonce", KEYRING, now=NOW) == COORDINATOR
        assert mails(session, "invitation_test") == [COORDINATOR]
        [(subject, plain, html)] = composed(session, settings, "invitation_test")
        assert subject.startswith("Test: Will Gullhaven") and "Dear Anna Berg" in plain
        assert personal_link(session, letter) not in plain + html and composing.OPENS_NOTHING in plain


def test_test_mails_are_limited(store: Store, coordinator: Actor, letter: str) -> None:
    with store() as session:
        for number in range(limits.TEST_MAILS_AN_HOUR):
            invitation_preview.mail_test(session, coordinator, letter, "", f"nonce-{number}", KEYRING, now=NOW)
        with pytest.raises(TooMany):
            invitation_preview.mail_test(session, coordinator, letter, "", "one-more", KEYRING, now=NOW)
        invitation_preview.mail_test(session, coordinator, letter, "", "an-hour-later", KEYRING, now=NOW + timedelta(hours=1))
        assert session.scalar(select(func.count()).select_from(OutboxRow).where(OutboxRow.kind == "invitation_test")) == 11
