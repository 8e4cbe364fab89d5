"""The milestones of a letter: all that there are, where each is set, what is said of them, and to whom."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import Connection

from tests.conftest import Store
from tests.dump import unchanged
from tests.factories import (
    ANNA,
    COMMENTS_LOCAL,
    DEADLINE,
    DEADLINE_LOCAL,
    NOW,
    OTTO,
    SEALABLE,
    STRANGER,
    enter,
    entry,
    letter_circulating,
    letter_closed,
    letter_in_draft,
    letter_in_signing,
    letter_row,
    letter_sealed,
    letter_submitted,
    representative,
    sending,
    sign,
    staff_actor,
)
from webapp.domain.actor import Actor
from webapp.domain.errors import NotAllowed, NotFound, WrongState
from webapp.domain.links import Links
from webapp.domain.milestone import MilestoneKind
from webapp.domain.permission import Role
from webapp.persistence.record import load_events
from webapp.services import chosen_venues, circulation, dashboard, letters, milestones, people, rooms, sign_on, submissions
from webapp.services.milestones import MilestonesView

BCMJ, AJR, NEJM = "bcmj-letter", "ajr-letter", "nejm-letter"
LINKS = Links("http://127.0.0.1:8000")
MARSHES = entry("Society of the Marshes", OTTO, "Otto Lind")


def view(store: Store, actor: Actor, letter: str, *, now: datetime = NOW) -> MilestonesView:
    with store() as session:
        return milestones.show_milestones(session, actor, letter, now=now)


def needs(store: Store, actor: Actor, letter: str, *, now: datetime = NOW) -> list[tuple[str, str]]:
    with store() as session:
        found = dashboard.show_dashboard(session, actor, letter, LINKS, with_needs=True, now=now).needs
    return [(one.text, one.act) for one in found]


def choose(store: Store, actor: Actor, letter: str, slug: str, starts_on: date | None = None) -> None:
    with store() as session:
        text = letter_row(session, letter).statement.reference
        chosen_venues.choose_venue(session, actor, letter, text, slug, now=NOW)
        if starts_on:
            chosen_venues.set_window_start(session, actor, letter, text, slug, starts_on, now=NOW)


def meet(store: Store, letter: str, day: date, email: str = ANNA) -> None:
    with store() as session:
        rooms.set_board_date(session, enter(session, letter, email), day, now=NOW)


def test_all_milestones_stand_in_one_list_in_their_order(store: Store, coordinator: Actor) -> None:
    with store() as session:
        letter = letter_circulating(session, coordinator, entry(), MARSHES)
    meet(store, letter, date(2026, 3, 12))
    meet(store, letter, date(2026, 3, 10), OTTO)
    choose(store, coordinator, letter, BCMJ)
    lines = view(store, coordinator, letter).lines
    assert [(one.name, one.day or str(one.instant or ""), one.left, one.act) for one in lines] == [
        ("Comments due on revision 1", "9 March 2026, 17:00 Europe/Berlin (16:00 UTC)", "7 days 7 hours left", "circulate"),
        ("Board of Society of the Marshes", "10 March 2026", "8 days left", "boards"),
        ("Board of Gullhaven, Society of", "12 March 2026", "10 days left", "boards"),
        ("Sign-on deadline", "14 March 2026, 17:00 Europe/Berlin (16:00 UTC)", "12 days 7 hours left", "edit"),
        ("Submission to Journal of Invented Medicine", "18 March 2026", "16 days left", "milestones"),
        ("End of the window of BC Medical Journal, letter", "", "", "venues"),
    ]


def notes(store: Store, actor: Actor, letter: str, *, now: datetime = NOW) -> dict[str, str]:
    return {one.name: one.note for one in view(store, actor, letter, now=now).lines}


def test_each_milestone_says_where_it_comes_from(store: Store, coordinator: Actor) -> None:
    with store() as session:
        letter = letter_circulating(session, coordinator, entry(), MARSHES)
    meet(store, letter, date(2026, 3, 12))
    choose(store, coordinator, letter, BCMJ, date(2026, 2, 19))
    assert notes(store, coordinator, letter) == {
        "Comments due on revision 1": "sent out on 2 March 2026",
        "Board of Gullhaven, Society of": "as the society has said",
        "Sign-on deadline": "",
        "Submission to Journal of Invented Medicine": "",
        "End of the window of BC Medical Journal, letter": "6 months from publication of the article, counted from 19 February 2026",
    }
    with store() as session:
        sign_on.open_sign_on(session, coordinator, letter, is_fit=True, now=NOW)
    assert notes(store, coordinator, letter)["Comments due on revision 1"] == "sent out on 2 March 2026, no longer taken"
    assert notes(store, coordinator, letter)["Sign-on deadline"] == "as it was announced"
    met = datetime(2026, 3, 13, 18, 0, tzinfo=UTC)
    assert notes(store, coordinator, letter, now=met)["Board of Gullhaven, Society of"] == "has met, and has not answered"
    with store() as session:
        sign_on.move_deadline(session, coordinator, letter, DEADLINE_LOCAL + timedelta(days=1), now=NOW)
        sign(session, letter)
    assert notes(store, coordinator, letter)["Sign-on deadline"] == "moved once since it was announced"
    assert notes(store, coordinator, letter, now=met)["Board of Gullhaven, Society of"] == "has answered"


def test_board_of_a_society_that_never_answered_is_not_said_to_have(store: Store, coordinator: Actor) -> None:
    with store() as session:
        letter = letter_in_signing(session, coordinator)
    meet(store, letter, date(2026, 3, 12))
    with store() as session:
        sign_on.close_if_due(session, letter_row(session, letter).id, now=DEADLINE)
    assert notes(store, coordinator, letter, now=SEALABLE)["Board of Gullhaven, Society of"] == "as the society has said"


def test_round_of_comments_is_over_only_when_all_who_were_asked_were_asked_anew(store: Store, coordinator: Actor) -> None:
    with store() as session:
        letter = letter_circulating(session, coordinator, entry(), MARSHES)
        for email, day in ((OTTO, 11), (ANNA, 12)):
            invitation = representative(session, letter, email).invitation.reference
            until = COMMENTS_LOCAL.replace(day=day)
            circulation.circulate(session, coordinator, letter, sending(until=until, societies=(invitation,)), now=NOW)
            over = [
                one.is_over for one in milestones.show_milestones(session, coordinator, letter, now=NOW).lines if one.kind == "comments"
            ]
            assert over == ([False, False] if email == OTTO else [True, False, False])


@pytest.mark.parametrize("slug", ["bcmj-letter", "ajr-letter", "cochrane-comment"])
def test_window_that_is_not_known_is_said_to_be_unknown(store: Store, coordinator: Actor, slug: str) -> None:
    with store() as session:
        letter = letter_in_draft(session, coordinator)
        letter_row(session, letter).submission_target = None
    choose(store, coordinator, letter, slug)
    shown = view(store, coordinator, letter)
    assert not shown.lines[-1].is_dated
    assert shown.lines[-1].note
    assert shown.clashes == ()


def test_window_ends_on_the_day_that_the_venue_and_its_start_give(store: Store, coordinator: Actor) -> None:
    with store() as session:
        letter = letter_in_draft(session, coordinator)
    choose(store, coordinator, letter, BCMJ, date(2026, 2, 19))
    with store() as session:
        listed = chosen_venues.list_chosen(session, coordinator, letter, now=NOW)
    [window] = [one for one in view(store, coordinator, letter).lines if one.kind == MilestoneKind.WINDOW]
    assert window.day == listed[0].venues[0].window.ends_on
    assert window.left == listed[0].venues[0].window.left


def test_clash_is_a_need_of_the_front_page_after_all_others(store: Store, coordinator: Actor) -> None:
    with store() as session:
        letter = letter_in_signing(session, coordinator, entry(), MARSHES)
    meet(store, letter, date(2026, 3, 16))
    found = needs(store, coordinator, letter)
    assert found[-1] == ("A board meets after sign-on closes: Gullhaven, Society of, on 16 March 2026.", "deadline")
    with store() as session:
        sign(session, letter)
    assert "A board meets" not in str(needs(store, coordinator, letter))


def test_deadline_that_has_passed_is_said_once_before_sign_on_is_opened(store: Store, coordinator: Actor) -> None:
    with store() as session:
        letter = letter_in_draft(session, coordinator)
    said = [text for text, _act in needs(store, coordinator, letter, now=DEADLINE) if "deadline" in text]
    assert said == ["The sign-on deadline has passed: set a later one."]


def test_between_the_deadline_and_its_close_nobody_is_asked_to_set_a_later_one(store: Store, coordinator: Actor) -> None:
    with store() as session:
        letter = letter_in_signing(session, coordinator)
    assert "set a later one" not in str(needs(store, coordinator, letter, now=DEADLINE))


def test_sealed_letter_is_still_warned_of_the_day_on_which_it_was_to_be_sent(store: Store, coordinator: Actor) -> None:
    with store() as session:
        letter = letter_sealed(session, coordinator)
    late = SEALABLE + timedelta(days=6)
    assert ("The letter was to be submitted on 18 March 2026, and has not been.", "milestones") in needs(
        store, coordinator, letter, now=late
    )
    with store() as session:
        submissions.submit_letter(session, coordinator, letter, submissions.Submitted("J", "letter", "", SEALABLE.date(), ""), now=late)
    assert "was to be submitted" not in str(needs(store, coordinator, letter, now=late))


@pytest.mark.parametrize("make", [letter_in_draft, letter_circulating, letter_in_signing, letter_closed, letter_sealed])
def test_day_of_submission_is_planned_until_the_letter_is_submitted(store: Store, coordinator: Actor, make: object) -> None:
    with store() as session:
        letter = make(session, coordinator)  # type: ignore[operator]
        before = letter_row(session, letter).edition
        milestones.set_submission_target(session, coordinator, letter, date(2026, 4, 1), now=SEALABLE)
        row = letter_row(session, letter)
        assert (row.submission_target, row.edition) == (date(2026, 4, 1), before + 1)
        event = load_events(session, row.id)[-1]
        assert (event.kind, event.public) == ("submission.planned", {"submission_target": "2026-04-01"})
        milestones.set_submission_target(session, coordinator, letter, None, now=SEALABLE)
        assert letter_row(session, letter).submission_target is None


def test_day_of_submission_is_not_planned_once_the_letter_was_sent_or_cancelled(
    store: Store, connection: Connection, coordinator: Actor
) -> None:
    with store() as session:
        sent, cancelled = letter_submitted(session, coordinator), letter_in_draft(session, coordinator)
        sign_on.cancel_letter(session, coordinator, cancelled, "It is not needed.", now=NOW)
    for letter in (sent, cancelled):
        with unchanged(connection), pytest.raises(WrongState), store() as session:
            milestones.set_submission_target(session, coordinator, letter, date(2026, 4, 1), now=SEALABLE)


def test_stranger_sees_no_milestones_and_reader_plans_none(store: Store, connection: Connection, coordinator: Actor) -> None:
    with store() as session:
        letter, stranger = letter_in_draft(session, coordinator), staff_actor(session, STRANGER)
    with pytest.raises(NotFound), store() as session:
        milestones.show_milestones(session, stranger, letter, now=NOW)
    with store() as session:
        people.add_person(session, coordinator, letter, STRANGER, Role.READER, now=NOW)
    assert view(store, stranger, letter).lines
    with unchanged(connection), pytest.raises(NotAllowed), store() as session:
        milestones.set_submission_target(session, stranger, letter, None, now=NOW)


def test_r13_society_is_shown_its_own_milestones_and_nothing_of_others(store: Store, coordinator: Actor) -> None:
    with store() as session:
        letter = letter_circulating(session, coordinator, entry(), MARSHES)
    meet(store, letter, date(2026, 3, 12))
    meet(store, letter, date(2026, 3, 10), OTTO)
    choose(store, coordinator, letter, BCMJ, date(2026, 2, 19))
    with store() as session:
        mine = representative(session, letter, ANNA).invitation_id
        found = milestones.milestones_of(session, letter_row(session, letter), mine)
    assert [(one.kind, one.of) for one in found] == [
        (MilestoneKind.COMMENTS, "revision 1"),
        (MilestoneKind.BOARD, "Gullhaven, Society of"),
        (MilestoneKind.DEADLINE, ""),
    ]


def test_review_of_a_later_deadline_names_the_board_that_it_lets_in_and_the_window_that_it_misses(
    store: Store, connection: Connection, coordinator: Actor, letter: str
) -> None:
    meet(store, letter, date(2026, 3, 16))
    choose(store, coordinator, letter, BCMJ, date(2025, 12, 20))
    with unchanged(connection), store() as session:
        [window] = [one for one in milestones.milestones_of(session, letter_row(session, letter)) if one.kind is MilestoneKind.WINDOW]
        assert window.day
        later = sign_on.review_deadline(session, coordinator, letter, DEADLINE_LOCAL + timedelta(days=2), now=NOW).warnings
        beyond = datetime.combine(window.day + timedelta(days=2), DEADLINE_LOCAL.time())
        too_late = sign_on.review_deadline(session, coordinator, letter, beyond, now=NOW).warnings
    assert "A board meets" not in str(later)
    assert "the window of BC Medical Journal, letter ends before that" in str(too_late)


def test_draft_that_is_saved_keeps_what_does_not_go_together(store: Store, coordinator: Actor) -> None:
    with store() as session:
        letter = letter_in_draft(session, coordinator)
        draft, edition = letters.read_draft(session, coordinator, letter)
        changed = letters.LetterDraft(**{**draft.__dict__, "submission_target": date(2026, 3, 1)})
        letters.edit_letter(session, coordinator, letter, changed, edition, now=NOW)
        kinds = {MilestoneKind.SUBMISSION}
        said = milestones.clash_sentences(session, coordinator, letter, kinds, now=NOW)
        assert said == ["The letter was to be submitted on 1 March 2026, and has not been."]
        assert milestones.clash_sentences(session, coordinator, letter, {MilestoneKind.BOARD}, now=NOW) == []
