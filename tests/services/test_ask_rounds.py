"""A round before an answer to a journal: who is asked, what counts, when it ends, who sees what, and what the record holds of it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import event, func, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from tests.conftest import Store
from tests.dump import unchanged
from tests.factories import (
    ANNA,
    BRUNO,
    DEADLINE,
    DEADLINE_LOCAL,
    KEYRING,
    OTTO,
    SEALABLE,
    ZONE,
    asked,
    back,
    enter,
    entered,
    entry,
    give,
    intent,
    letter_in_signing,
    letter_row,
    letter_submitted,
    representative,
    seal_it,
    sign,
    staff_actor,
    submitted,
)
from tests.machine.house import House
from tests.services.test_verification import thaw
from webapp.domain import limits
from webapp.domain.ask_round import ANSWERED_WITHIN, Tally
from webapp.domain.errors import Conflict, InvalidInput, NotFound, TookTooLong, TooLate, WrongState
from webapp.domain.letter import LetterState
from webapp.persistence.record import load_events
from webapp.persistence.tables import AskAnswerRow, OutboxRow
from webapp.services import ask_round_view, ask_rounds, correspondence, sign_on, submissions
from webapp.services.ask_rounds import ROUND_MAIL, Said
from webapp.services.composing import compose
from webapp.services.need import Need, Urgency
from webapp.services.round_needs import round_needs
from webapp.services.signatory_places import signatory_places
from webapp.services.verification import verify

UPLAND = "iris@upland.example.org"
END = DEADLINE + timedelta(days=10)
SETTLED = END + limits.LONGEST_REQUEST + timedelta(seconds=1)
YES = Said("yes", "", "a-nonce-of-anna")


@pytest.fixture
def letter(store: Store) -> str:
    """Sealed: Gullhaven, with Anna and Bruno, and the Upland have signed, and the Marshes have not."""
    with store() as session:
        actor = staff_actor(session)
        upland, marshes = entry("Upland College", UPLAND, "Iris Holm"), entry("Society of the Marshes", OTTO, "Otto Lind")
        reference = letter_in_signing(session, actor, entry(), entry(email=BRUNO, contact="Bruno Wirth"), upland, marshes)
        sign(session, reference)
        sign(session, reference, UPLAND, printed_name="Upland College", officer="Iris Holm")
        sign_on.close_if_due(session, letter_row(session, reference).id, now=DEADLINE)
        seal_it(session, actor, reference)
        return reference


def say(session: Session, letter: str, asking: str, said: Said = YES, email: str = ANNA, **when: object) -> str:
    at = when.get("at", SEALABLE)
    return ask_rounds.answer_round(session, enter(session, letter, email), asking, said, received_at=at, now=when.get("now", at))  # type: ignore[arg-type]


def counts(session: Session, letter: str, asking: str, *, at: object = SEALABLE) -> Tally:
    return ask_round_view.show_round(session, staff_actor(session), letter, asking, now=at).tally  # type: ignore[arg-type]


def mailed(session: Session) -> list[str]:
    return list(session.scalars(select(OutboxRow.to_address).where(OutboxRow.kind == ROUND_MAIL).order_by(OutboxRow.id)))


def test_r16_each_who_represents_a_signatory_gets_one_mail_and_nobody_else(store: Store, letter: str) -> None:
    with store() as session:
        actor = staff_actor(session)
        asking = asked(session, actor, letter)
        assert sorted(mailed(session)) == sorted([ANNA, BRUNO, UPLAND])
        assert asked(session, actor, letter) == asking, "the same form once more"
        with pytest.raises(Conflict, match="Another round was opened"):
            asked(session, actor, letter, proposal="Something else.")
        assert len(mailed(session)) == 3
        asked(session, actor, letter, nonce="a-nonce-of-another-round")
        assert len(mailed(session)) == 6, "the control: another round is another reason"


def test_mail_of_a_round_leaves_only_while_it_is_of_use(store: Store, letter: str) -> None:
    with store() as session:
        actor = staff_actor(session)
        asking = asked(session, actor, letter)
        waiting = {row.to_address: row for row in session.scalars(select(OutboxRow).where(OutboxRow.kind == ROUND_MAIL))}
        form = compose(session, waiting[ANNA], House.office, now=SEALABLE)
        assert form is not None
        assert "We thank the editor, and stand by the letter." in form.text
        assert KEYRING.personal_link(representative(session, letter).reference, 1) in form.text
        assert compose(session, waiting[ANNA], House.office, now=END) is None
        at = SEALABLE + timedelta(days=1)
        place = enter(session, letter, UPLAND, now=at)
        give(session, place, intent(session, back(session, place), "withdraw"), at=at)
        assert compose(session, waiting[UPLAND], House.office, now=at) is None, "its room would not show the round"
        assert compose(session, waiting[BRUNO], House.office, now=at) is not None, "the control"
        ask_rounds.end_round(session, actor, letter, asking, now=at)
        assert compose(session, waiting[BRUNO], House.office, now=at) is None


def test_number_on_the_page_must_still_be_true(store: Store, letter: str) -> None:
    with store() as session:
        with pytest.raises(Conflict, match="By now 3 would be asked, and the page said 2"):
            asked(session, staff_actor(session), letter, seen=2)
        assert mailed(session) == []


REFUSED: tuple[tuple[dict[str, object], str], ...] = (
    ({"title": " "}, "title"),
    ({"title": "a\nb"}, "title"),
    ({"proposal": ""}, "proposal"),
    ({"proposal": "x" * 10_001}, "proposal"),
    ({"until": None}, "until"),
    ({"until": DEADLINE_LOCAL + timedelta(minutes=59)}, "until"),
    ({"until": DEADLINE_LOCAL + timedelta(days=400)}, "until"),
    ({"correspondence": "none"}, "correspondence"),
)


def test_round_that_asks_nothing_or_for_no_time_is_refused(store: Store, letter: str) -> None:
    with store() as session:
        for change, field in REFUSED:
            with pytest.raises(InvalidInput) as refused:
                asked(session, staff_actor(session), letter, **change)
            assert refused.value.field == field, change
        assert mailed(session) == []
        assert asked(session, staff_actor(session), letter), "the control"


def test_round_names_what_came_in_and_not_what_was_struck(store: Store, letter: str) -> None:
    with store() as session:
        actor = staff_actor(session)
        item = entered(session, actor, letter)
        assert item in ask_round_view.form_of_round(session, actor, letter).items
        assert (
            ask_round_view.show_round(session, actor, letter, asked(session, actor, letter, correspondence=item), now=SEALABLE).item == item
        )


def test_r4_r12_what_is_said_signs_nothing_and_changes_no_list(store: Store, letter: str) -> None:
    with store() as session:
        actor, row = staff_actor(session), letter_row(session, letter)
        asking = asked(session, actor, letter)
        signed = [one.id for one in signatory_places(session, row)]
        with unchanged(session.connection(), but=("ask_answer", "event", "web_session")):
            say(session, letter, asking, Said("no", "Not like that.", "another-nonce"))
        assert [one.id for one in signatory_places(session, row)] == signed
        # Only a society itself can say something: the word stands under its own representative.
        assert load_events(session, row.id)[-1].actor.startswith("representative:")
        assert verify(session).problems == ()


def test_r13_society_that_has_not_signed_neither_sees_nor_answers(store: Store, letter: str) -> None:
    with store() as session:
        asking = asked(session, staff_actor(session), letter)
        otto = enter(session, letter, OTTO)
        assert ask_round_view.rounds_in_room(session, otto, now=SEALABLE) == []
        for act in (
            lambda: ask_round_view.show_in_room(session, otto, asking, now=SEALABLE),
            lambda: say(session, letter, asking, email=OTTO),
        ):
            with pytest.raises(NotFound):
                act()
        assert ask_round_view.show_in_room(session, enter(session, letter), asking, now=SEALABLE).is_open, "the control"


def test_last_word_of_a_society_counts_and_says_whose_it_was(store: Store, letter: str) -> None:
    with store() as session:
        asking = asked(session, staff_actor(session), letter)
        assert counts(session, letter, asking) == Tally(0, 0, 0, 2)
        say(session, letter, asking)
        assert counts(session, letter, asking) == Tally(1, 0, 0, 1)
        say(session, letter, asking, Said("no", "It is too soft.", "a-nonce-of-bruno"), BRUNO)
        say(session, letter, asking, Said("remarks", "One word is wrong.", "a-nonce-of-iris"), UPLAND)
        assert counts(session, letter, asking) == Tally(0, 1, 1, 0)
        gullhaven = ask_round_view.show_round(session, staff_actor(session), letter, asking, now=SEALABLE).societies[0]
        assert gullhaven.last is not None
        assert (gullhaven.last.choice, gullhaven.last.who, gullhaven.last.remarks) == ("no", "Bruno Wirth", "It is too soft.")
        assert [one.choice for one in gullhaven.before] == ["yes"], "what was said before stays"
        mine, his = (ask_round_view.show_in_room(session, enter(session, letter, one), asking, now=SEALABLE) for one in (ANNA, BRUNO))
        assert mine.said is not None
        assert (mine.said.who, mine.is_mine, his.is_mine) == ("Bruno Wirth", False, True)
        assert len([one for one in load_events(session, letter_row(session, letter).id) if one.kind == "round.answered"]) == 3
        assert verify(session).problems == ()


def test_r8_same_form_twice_is_one_word_and_another_under_its_nonce_is_none(store: Store, letter: str) -> None:
    with store() as session:
        asking = asked(session, staff_actor(session), letter)
        first = say(session, letter, asking)
        assert say(session, letter, asking) == first
        # An answer that was lost on its way back is given again after the end, and it is the same.
        assert say(session, letter, asking, at=SETTLED) == first
        for said, email in ((Said("no", "", YES.nonce), ANNA), (YES, BRUNO), (YES, UPLAND)):
            with pytest.raises(Conflict, match="Something else was stored"):
                say(session, letter, asking, said, email)
        assert session.scalar(select(func.count()).select_from(AskAnswerRow)) == 1
        say(session, letter, asking, replace(YES, nonce="a-nonce-of-another-form"))
        assert session.scalar(select(func.count()).select_from(AskAnswerRow)) == 2, "the control"


SAYS_NOTHING = (
    (Said("perhaps", "", "nonce"), "choice"),
    (Said("remarks", " ", "nonce"), "remarks"),
    (Said("yes", "x" * 4_001, "nonce"), "remarks"),
)


def test_word_that_says_nothing_or_too_much_is_refused(store: Store, letter: str) -> None:
    with store() as session:
        asking = asked(session, staff_actor(session), letter)
        for said, field in SAYS_NOTHING:
            with pytest.raises(InvalidInput) as refused:
                say(session, letter, asking, said)
            assert refused.value.field == field, said
        assert session.scalar(select(func.count()).select_from(AskAnswerRow)) == 0


def needs(session: Session, letter: str, at: datetime) -> list[Need]:
    return round_needs(session, letter_row(session, letter), now=at)


def went_out(session: Session, letter: str, at: datetime, **facts: str) -> str:
    """Something that was sent to a journal, and entered a day after all."""
    typed = {"direction": "out", "nonce": f"out-{at}", **facts}
    local = at.astimezone(ZoneInfo(ZONE)).replace(tzinfo=None)
    return entered(session, staff_actor(session), letter, when=local, now=SETTLED + timedelta(days=1), **typed)


def test_open_round_is_said_with_what_has_been_said_so_far(store: Store, letter: str) -> None:
    with store() as session:
        asking = asked(session, staff_actor(session), letter)
        say(session, letter, asking)
        [open_one] = needs(session, letter, SEALABLE)
        assert (open_one.text, open_one.act, open_one.asked) == ("A round is open: “An answer to the editor”", "round", asking)
        assert open_one.detail.startswith("So far 1 yes, 0 no, 0 with remarks; 1 has said nothing yet. It ends 24 March 2026, 17:00")
        assert open_one.urgency is Urgency.TO_KNOW
        [unsettled] = needs(session, letter, END)
        assert unsettled.detail.endswith("What came in time may still be on its way.")
        assert unsettled.urgency is Urgency.TO_KNOW, "nobody is urged by figures that may still change"


def test_ended_round_waits_until_something_has_gone_out_since(store: Store, letter: str) -> None:
    with store() as session:
        actor = staff_actor(session)
        asking = asked(session, actor, letter)
        say(session, letter, asking)
        [ended] = needs(session, letter, SETTLED)
        assert ended.text == "Answer the journal: the round about “An answer to the editor” has ended"
        assert ended.detail.startswith("1 yes, 0 no, 0 with remarks, 1 said nothing. It ended 24 March 2026, 17:00")
        assert (ended.act, ended.asked, ended.urgency) == ("round", asking, Urgency.NEXT)
        went_out(session, letter, END - timedelta(minutes=1))
        went_out(session, letter, END + timedelta(minutes=2), direction="in")
        struck = went_out(session, letter, END + timedelta(minutes=3))
        correspondence.strike_item(session, actor, letter, struck, "Entered twice.", now=SETTLED + timedelta(days=2))
        went_out(session, letter_submitted(session, actor), END + timedelta(minutes=4))
        assert needs(session, letter, SETTLED) == [ended], "before the end, incoming, struck, of another letter: none is the answer"
        went_out(session, letter, END)
        assert needs(session, letter, SETTLED) == []


def test_round_about_one_journal_is_not_answered_by_what_goes_to_another(store: Store, letter: str) -> None:
    with store() as session:
        actor = staff_actor(session)
        one = submissions.submit_letter(session, actor, letter, submitted(), now=SEALABLE)
        other = submissions.submit_letter(
            session, actor, letter, submitted(journal="Another Journal", manuscript_number="A-1"), now=SEALABLE
        )
        asked(session, actor, letter, correspondence=entered(session, actor, letter, submission=one))
        went_out(session, letter, END, submission=other)
        assert len(needs(session, letter, SETTLED)) == 1
        went_out(session, letter, END + timedelta(minutes=1), submission=one)
        assert needs(session, letter, SETTLED) == []


def test_ended_round_is_forgotten_after_four_weeks_and_with_the_course(store: Store, letter: str) -> None:
    with store() as session:
        ended_at = SEALABLE + timedelta(days=1)
        asking = asked(session, staff_actor(session), letter)
        ask_rounds.end_round(session, staff_actor(session), letter, asking, now=ended_at)
        assert [one.urgency for one in needs(session, letter, ended_at + timedelta(hours=1))] == [Urgency.NEXT], "ended early, it waits now"
        assert needs(session, letter, ended_at + ANSWERED_WITHIN) == []
        letter_row(session, letter).state = LetterState.RESOLVED
        assert needs(session, letter, ended_at + timedelta(hours=1)) == []


def test_many_rounds_are_one_line_and_answered_ones_are_not_counted(store: Store, letter: str) -> None:
    with store() as session:
        actor = staff_actor(session)
        for number in range(3):
            asked(session, actor, letter, nonce=f"a-nonce-of-round-{number}")
        [many] = needs(session, letter, SETTLED)
        assert (many.text, many.act) == ("Answer the journal: 3 rounds have ended", "rounds")
        other = letter_submitted(session, actor)
        asked(session, actor, other, nonce="a-nonce-of-the-only-round")
        for one in (letter, other):
            went_out(session, one, END, nonce=f"out-of-{one}")
            assert needs(session, one, SETTLED) == []
        few = statements_of(session, lambda: needs(session, other, SETTLED))
        assert statements_of(session, lambda: needs(session, letter, SETTLED)) <= few


def statements_of(session: Session, act: Callable[[], object]) -> int:
    said: list[str] = []
    engine = session.get_bind().engine

    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        said.append(statement)

    session.flush()
    event.listen(engine, "before_cursor_execute", note)
    act()
    event.remove(engine, "before_cursor_execute", note)
    assert said, "nothing was asked that could be counted"
    return len(said)


def test_society_cannot_fill_the_database_with_its_words(store: Store, letter: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "ASK_WORDS_OF_SOCIETY", 1)
    with store() as session:
        asking = asked(session, staff_actor(session), letter)
        say(session, letter, asking)
        with pytest.raises(InvalidInput, match="1 times is the most"):
            say(session, letter, asking, replace(YES, nonce="another-nonce"), BRUNO)
        say(session, letter, asking, replace(YES, nonce="another-nonce"), UPLAND)


def test_r9_moment_of_receipt_decides_and_not_the_moment_of_storing(store: Store, letter: str) -> None:
    late = timedelta(seconds=20)
    with store() as session:
        asking = asked(session, staff_actor(session), letter)
        say(session, letter, asking, at=END - timedelta(microseconds=1), now=END + late)
        assert counts(session, letter, asking, at=SETTLED) == Tally(1, 0, 0, 1)
        with pytest.raises(TooLate, match="This round ended on 24 March 2026, 17:00 Europe/Berlin"):
            say(session, letter, asking, replace(YES, nonce="another-nonce"), UPLAND, at=END)
        with pytest.raises(TookTooLong):
            say(session, letter, asking, replace(YES, nonce="another-nonce"), UPLAND, at=END - late, now=END + late)
        assert counts(session, letter, asking, at=SETTLED) == Tally(1, 0, 0, 1)
        assert verify(session).problems == ()


def test_round_ended_early_takes_nothing_more_and_ends_once(store: Store, letter: str) -> None:
    early = SEALABLE + timedelta(days=2)
    with store() as session:
        actor = staff_actor(session)
        asking = asked(session, actor, letter)
        ask_rounds.end_round(session, actor, letter, asking, now=early)
        with pytest.raises(WrongState, match="ended already, on 16 March 2026"):
            ask_rounds.end_round(session, actor, letter, asking, now=early + timedelta(days=1))
        with pytest.raises(TooLate):
            say(session, letter, asking, at=early)
        say(session, letter, asking, at=early - timedelta(seconds=1), now=early)
        view = ask_round_view.show_round(session, actor, letter, asking, now=early + timedelta(minutes=1))
        assert (view.is_open, view.is_ended_early, view.is_settled, view.tally.yes) == (False, True, True, 1)
        assert verify(session).problems == ()
        other = asked(session, actor, letter, nonce="a-nonce-of-another-round")
        with pytest.raises(WrongState, match="ended already"):
            ask_rounds.end_round(session, actor, letter, other, now=END)


def test_signatory_sees_the_count_after_the_end_and_never_who_said_what(store: Store, letter: str) -> None:
    with store() as session:
        asking, iris = asked(session, staff_actor(session), letter), enter(session, letter, UPLAND)
        say(session, letter, asking, Said("no", "It is too soft.", "another-nonce"))
        for at in (SEALABLE, END - timedelta(seconds=1), END, SETTLED - timedelta(seconds=1)):
            assert ask_round_view.show_in_room(session, iris, asking, now=at).tally is None
        shown = ask_round_view.show_in_room(session, iris, asking, now=SETTLED)
        assert shown.tally == Tally(0, 1, 0, 1)
        assert (shown.said, shown.is_mine) == (None, False)
        assert "too soft" not in str(shown)
        own = ask_round_view.show_in_room(session, enter(session, letter, BRUNO), asking, now=SETTLED)
        assert "too soft" in str(own), "the control: the own society reads it"


def test_r4_count_is_of_those_who_were_signatories_when_it_ended(store: Store, letter: str) -> None:
    with store() as session:
        actor = staff_actor(session)
        asking, later = asked(session, actor, letter), asked(session, actor, letter, nonce="a-later-nonce")
        for one in (asking, later):
            say(session, letter, one, replace(YES, nonce=f"a-nonce-{one}"))
        ask_rounds.end_round(session, actor, letter, asking, now=SEALABLE + timedelta(days=1))
        place = enter(session, letter, now=SEALABLE + timedelta(days=2))
        at = SEALABLE + timedelta(days=2)
        give(session, place, intent(session, back(session, place), "withdraw", nonce="a-withdrawing-nonce"), at=at)
        assert counts(session, letter, asking, at=at) == Tally(1, 0, 0, 1), "it stood when that round ended"
        assert counts(session, letter, later, at=at) == Tally(0, 0, 0, 1), "and stands no more while this one goes on"
        gone = ask_round_view.show_round(session, actor, letter, later, now=at).societies[-1]
        assert (gone.name, gone.counts) == ("Gullhaven, Society of", False), "what it said stays visible"
        assert verify(session).problems == ()


def test_only_who_keeps_the_course_opens_ends_and_sees_a_round_and_only_after_the_seal(store: Store) -> None:
    with store() as session:
        actor = staff_actor(session)
        reference = letter_in_signing(session, actor, entry())
        with pytest.raises(NotFound):
            asked(session, actor, reference)
        stranger = staff_actor(session, "stranger@marrowby.example.org")
        for act in (
            lambda: ask_round_view.list_rounds(session, stranger, reference, now=SEALABLE),
            lambda: ask_rounds.end_round(session, stranger, reference, "none", now=SEALABLE),
        ):
            with pytest.raises(NotFound):
                act()


def test_database_itself_lets_no_word_change_or_go(store: Store, letter: str) -> None:
    with store() as session:
        said_and_ended(session, letter)
        for edit in (
            "UPDATE ask_answer SET choice = 'no'",
            "DELETE FROM ask_answer",
            "UPDATE ask_end SET ended_by = ''",
            "DELETE FROM ask_end",
        ):
            with pytest.raises(DBAPIError), session.begin_nested():
                session.execute(text(edit))


def said_and_ended(session: Session, letter: str) -> None:
    """Anna has said yes, Bruno no, and the round was ended a day after the seal."""
    actor, at = staff_actor(session), SEALABLE + timedelta(hours=1)
    asking = asked(session, actor, letter)
    say(session, letter, asking, at=at)
    say(session, letter, asking, Said("no", "It is too soft.", "a-nonce-of-bruno"), BRUNO, at=at)
    ask_rounds.end_round(session, actor, letter, asking, now=SEALABLE + timedelta(days=1))


PLANTED = {
    "UPDATE ask_round SET proposal = 'We give in.'": "what the signatories were asked",
    "UPDATE ask_round SET title = 'Another'": "what the signatories were asked",
    "UPDATE ask_round SET opened_by = 'command:'": "what the signatories were asked",
    "UPDATE ask_round SET until = '2026-06-01 00:00:00+00:00'": "until when",
    "UPDATE ask_answer SET choice = 'yes' WHERE choice = 'no'": "is not what event",
    "UPDATE ask_answer SET remarks = 'All is well.' WHERE choice = 'no'": "is not what event",
    "UPDATE ask_answer SET received_at = '2026-03-14 17:00:00+00:00'": "is not what event",
    "DELETE FROM ask_answer WHERE choice = 'no'": "is not there",
    "UPDATE ask_answer SET representative_id = (SELECT max(id) FROM representative)": "is not what event",
    "UPDATE ask_answer SET id = id + 100 WHERE choice = 'yes'": "which word of a society is the last one",
    "DELETE FROM ask_end": "was ended early",
    "UPDATE ask_end SET ended_at = '2026-03-14 16:00:40+00:00'": "came after the end of the round",
    "UPDATE ask_end SET ended_by = 'command:'": "when a round was ended",
}


def test_t18_each_planted_edit_of_a_round_is_named(store: Store, letter: str) -> None:
    with store() as session:
        said_and_ended(session, letter)
        thaw(session)
        for edit, named in PLANTED.items():
            assert verify(session).problems == (), "the control: nobody has touched it"
            undone = session.begin_nested()
            session.execute(text(edit))
            session.expire_all()
            found = [str(one) for one in verify(session).problems]
            assert [one for one in found if named in one], (edit, found)
            undone.rollback()


def test_t18_word_that_no_event_tells_of_and_a_round_that_is_gone_are_named(store: Store, letter: str) -> None:
    with store() as session:
        asking = asked(session, staff_actor(session), letter)
        say(session, letter, asking)
        word = session.scalars(select(AskAnswerRow)).one()
        facts = {one.key: getattr(word, one.key) for one in AskAnswerRow.__mapper__.column_attrs if one.key != "id"}
        session.add(AskAnswerRow(**{**facts, "reference": "forged", "nonce": "forged", "choice": "no"}))
        session.flush()
        assert [one for one in verify(session).problems if "does not tell of what a society said" in str(one)]
        thaw(session)
        session.execute(text("DELETE FROM ask_answer"))
        session.execute(text("DELETE FROM ask_round"))
        session.expire_all()
        assert [one for one in verify(session).problems if "the round of which event" in str(one)]
