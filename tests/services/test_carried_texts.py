"""A text that a journal wanted changed goes to that journal: when its list stands, with its own digest, told and verified (R3, R4, R17)."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from tests.conftest import Store
from tests.factories import OTTO, SEALABLE, letter_row, submitted
from tests.new_texts import FIXED, JOURNAL, asking, begin, fix, objects, put, sealed_letter, text_row
from tests.services.test_verification import thaw
from webapp.domain.actor import Actor
from webapp.domain.errors import Conflict, InvalidInput, NotFound, WrongState
from webapp.persistence.record import load_events
from webapp.persistence.tables import SubmissionRow
from webapp.services import carried_texts, course_desk, new_text, new_text_view, step_corrections, submissions
from webapp.services.step_corrections import Correction
from webapp.services.submissions import Held, Plan, Step
from webapp.services.verification import verify

DAY = SEALABLE.date()
LATER = FIXED + timedelta(days=1)


@pytest.fixture
def asked(store: Store, coordinator: Actor) -> tuple[str, str]:
    """A letter, and its submission to a journal that wants another text."""
    with store() as session:
        letter = sealed_letter(session, coordinator)
        made = submissions.submit_letter(session, coordinator, letter, submitted(), now=SEALABLE)
        note(session, coordinator, letter, made, "revision_asked", SEALABLE)
        return letter, made


def row_of(session: Session, letter: str, submission: str) -> SubmissionRow:
    return submissions.find_submission(session, letter_row(session, letter), submission)


def note(session: Session, actor: Actor, letter: str, submission: str, kind: str, now: datetime = LATER) -> str:
    edition = row_of(session, letter, submission).edition
    return submissions.note_step(session, actor, letter, submission, Step(kind, DAY), edition, now=now)


def changed(session: Session, actor: Actor, at: tuple[str, str]) -> str:
    """Begun for this submission, put to the signatories, and fixed: Gullhaven alone stands on its list."""
    wanted = begin(session, actor, at[0], submission=at[1])
    put(session, actor, at[0], wanted)
    objects(session, at[0], wanted, OTTO)
    assert fix(session, at[0]) == [wanted]
    return wanted


def choose(session: Session, actor: Actor, at: tuple[str, str], wanted: str, **more: Any) -> None:
    plan = course_desk.plan_of(session, actor, *at)[0]
    given = Plan(**{**vars(plan), "text": wanted, **more})
    submissions.edit_submission(session, actor, Held(letter_row(session, at[0]), row_of(session, *at)), given, now=LATER)


def sent(session: Session, actor: Actor, at: tuple[str, str]) -> str:
    """The changed text, sent to the journal that wanted it."""
    wanted = changed(session, actor, at)
    choose(session, actor, at, wanted)
    note(session, actor, *at, "submitted")
    return wanted


def test_r17_record_says_which_text_with_which_digest_went_where_and_when(store: Store, coordinator: Actor, asked: tuple[str, str]) -> None:
    with store() as session:
        letter = letter_row(session, asked[0])
        wanted = sent(session, coordinator, asked)
        row, digest = row_of(session, *asked), text_row(session, wanted).put
        assert digest is not None and letter.revision_in_force is not None
        before, after = (letter.statement.reference, letter.revision_in_force.digest), (wanted, digest.digest)
        assert (row.state, row.text, row.text_digest) == ("submitted", *after)
        assert [(one.sent_text, one.sent_digest) for one in row.steps if one.kind == "submitted"] == [before, after]
        told = [event.public for event in load_events(session, letter.id) if "sent_text" in event.public]
        assert [(one["sent_text"], one["sent_digest"]) for one in told] == [before, after]
        page = course_desk.show_submission(session, coordinator, *asked, now=LATER)
        assert (page.line.text, page.digest) == (f"Changed text 1, for {JOURNAL}", digest.digest)
        assert [one.text for one in page.story if one.text] == [letter.statement.name, page.line.text]
    with store() as session:
        assert verify(session).problems == ()


def test_r4_text_is_offered_when_its_list_is_fixed_and_not_before(store: Store, coordinator: Actor, asked: tuple[str, str]) -> None:
    with store() as session:
        assert course_desk.show_submission(session, coordinator, *asked, now=LATER).may_begin_changed
        wanted = begin(session, coordinator, asked[0], submission=asked[1])
        for act in (lambda: None, lambda: put(session, coordinator, asked[0], wanted)):
            act()
            page = course_desk.show_submission(session, coordinator, *asked, now=LATER)
            assert [one.may_be_carried for one in page.changed] == [False] and not page.may_begin_changed
            assert wanted not in course_desk.texts_of(session, coordinator, *asked)
            with pytest.raises(InvalidInput, match="changed for this journal"):
                choose(session, coordinator, asked, wanted)
        fix(session, asked[0])
        assert course_desk.texts_of(session, coordinator, *asked)[wanted] == f"Changed text 1, for {JOURNAL}"
        (line,) = course_desk.show_submission(session, coordinator, *asked, now=LATER).changed
        assert line.may_be_carried and line.state_words == "its list is fixed, with 2 societies; its documents are not made yet"


def test_text_changed_for_one_journal_goes_to_no_other(store: Store, coordinator: Actor, asked: tuple[str, str]) -> None:
    with store() as session:
        wanted = changed(session, coordinator, asked)
        other = submissions.submit_letter(session, coordinator, asked[0], submitted(journal="Annals of Ferns"), now=LATER)
        note(session, coordinator, asked[0], other, "revision_asked")
        with pytest.raises(InvalidInput, match="changed for this journal"):
            choose(session, coordinator, (asked[0], other), wanted)
        with pytest.raises(InvalidInput):
            submissions.submit_letter(session, coordinator, asked[0], submitted(journal="Third", text=wanted), now=LATER)
        with pytest.raises(NotFound):
            new_text_view.propose_new_text_for(session, coordinator, asked[0], "nobody")


def test_text_is_chosen_while_a_revision_is_asked_for_and_at_no_other_time(
    store: Store, coordinator: Actor, asked: tuple[str, str]
) -> None:
    with store() as session:
        wanted, statement = sent(session, coordinator, asked), letter_row(session, asked[0]).statement.reference
        choose(session, coordinator, asked, statement)
        assert row_of(session, *asked).text == wanted
        note(session, coordinator, *asked, "revision_asked")
        choose(session, coordinator, asked, statement)
        page = course_desk.show_submission(session, coordinator, *asked, now=LATER)
        assert (page.line.text, page.next_text) == (f"Changed text 1, for {JOURNAL}", letter_row(session, asked[0]).statement.name)


def test_what_the_venue_calls_its_route_stays_with_what_was_sent(store: Store, coordinator: Actor, asked: tuple[str, str]) -> None:
    with store() as session:
        row_of(session, *asked).route_words = "eLetter"
        choose(session, coordinator, asked, letter_row(session, asked[0]).statement.reference, route_words="")
        assert row_of(session, *asked).route_words == "eLetter"


def test_step_that_sent_it_is_taken_back_and_the_text_before_is_what_the_journal_has(
    store: Store, coordinator: Actor, asked: tuple[str, str]
) -> None:
    with store() as session:
        wanted = sent(session, coordinator, asked)
        letter, row = letter_row(session, asked[0]), row_of(session, *asked)
        held, before, after = Held(letter, row), row.steps[0].sent_digest, row.text_digest
        day = Step("submitted", DAY + timedelta(days=1))
        step_corrections.correct_step(session, coordinator, held, row.steps[-1].reference, Correction("A day later.", day), now=LATER)
        session.refresh(row)
        assert (row.text_digest, [one.sent_text for one in submissions.standing_steps(row)][-1]) == (after, wanted)
        last = submissions.standing_steps(row)[-1].reference
        step_corrections.correct_step(session, coordinator, held, last, Correction("It was not sent."), now=LATER)
        assert (row.state, row.text_digest, row.text) == ("revision_asked", before, wanted)
    with store() as session:
        assert verify(session).problems == ()


def test_text_that_a_submission_carries_is_not_abandoned(store: Store, coordinator: Actor, asked: tuple[str, str]) -> None:
    with store() as session:
        wanted = changed(session, coordinator, asked)
        choose(session, coordinator, asked, wanted)
        with pytest.raises(WrongState, match="A submission carries this text"):
            new_text.abandon_new_text(session, coordinator, asked[0], wanted, "Enough.", now=LATER)
        choose(session, coordinator, asked, letter_row(session, asked[0]).statement.reference)
        new_text.abandon_new_text(session, coordinator, asked[0], wanted, "Enough.", now=LATER)
        assert wanted not in course_desk.texts_of(session, coordinator, *asked)
    with store() as session:
        assert verify(session).problems == ()


def test_text_is_not_sent_twice_to_one_journal_under_another_name(store: Store, coordinator: Actor, asked: tuple[str, str]) -> None:
    with store() as session:
        sent(session, coordinator, asked)
        with pytest.raises(Conflict, match="on its way to that venue already"):
            submissions.submit_letter(session, coordinator, asked[0], submitted(), now=LATER)


def test_it_is_begun_with_what_is_known_of_the_submission(store: Store, coordinator: Actor, asked: tuple[str, str]) -> None:
    with store() as session:
        known = new_text_view.propose_new_text_for(session, coordinator, *asked)
    assert known == {"submission": asked[1], "journal": JOURNAL, "venue": "", "based_on": ""}


def _run(change: str) -> Callable[[Session], None]:
    return lambda session: session.execute(text(change)) and None


PLANTED = {
    "another text went": _run("UPDATE submission_step SET sent_text = 'x' WHERE sent_text = (SELECT reference FROM new_text)"),
    "with another digest": _run("UPDATE submission_step SET sent_digest = 'x' WHERE sent_text = (SELECT reference FROM new_text)"),
    "the submission has another": _run("UPDATE submission SET text_digest = 'x'"),
    "the submission carries another": _run("UPDATE submission SET text = 'x'"),
}


@pytest.mark.parametrize("edit", PLANTED)
def test_t18_planted_edit_of_what_went_to_a_journal_is_named(store: Store, coordinator: Actor, asked: tuple[str, str], edit: str) -> None:
    with store() as session:
        sent(session, coordinator, asked)
        session.flush()
        thaw(session)
        assert verify(session).problems == (), "the control: nobody has touched it"
        PLANTED[edit](session)
        session.expire_all()
        assert verify(session).problems


def test_r4_verify_notices_a_text_that_went_before_its_list_stood(
    store: Store, coordinator: Actor, asked: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control of the rule: without it such a text goes, and its record tells on it."""
    monkeypatch.setattr(carried_texts, "_LISTED", ("asking", "fixed", "made"))
    with store() as session:
        wanted = asking(session, coordinator, asked[0])
        choose(session, coordinator, asked, wanted)
        note(session, coordinator, *asked, "submitted")
        found = [str(one) for one in verify(session).problems]
    assert [one for one in found if "before its list was fixed" in one], found
