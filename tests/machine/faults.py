"""Faults to plant: each breaks one promise, in the way in which a change of tomorrow might."""

import dataclasses
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from tests.conftest import Store
from tests.factories import COORDINATOR
from tests.machine.desk import ENTRIES
from tests.machine.machine import Machine
from tests.machine.model import Addendum
from webapp.domain.actor import COMMAND
from webapp.domain.handing_over import HAND_OVER
from webapp.domain.new_text import OBJECT_TO_TEXT
from webapp.domain.permission import Permission
from webapp.domain.text import Change
from webapp.persistence import record
from webapp.persistence.record import Link
from webapp.persistence.tables import AddendumSignatoryRow, CodeRow, DocumentRow, LetterRow, OutboxRow, RevisionRow, SealedSignatoryRow
from webapp.rendering import bundle_verifier
from webapp.services import (
    access,
    addenda,
    answer_store,
    answers,
    codes,
    corrections,
    dashboard,
    delivery,
    disputes,
    documents,
    doors,
    handing_over,
    held_open,
    invitations,
    joined_since,
    journal_mails,
    mail_facts,
    new_text,
    new_text_list,
    objections,
    public_letter,
    publication,
    recorded,
    reminder_facts,
    reminder_words,
    reminders,
    roster,
    seal,
    sealing,
    sign_on,
    step_corrections,
    submissions,
    text_change,
    tick,
)
from webapp.services.objections import OBJECT
from webapp.services.place import Place

Plant = Callable[[pytest.MonkeyPatch], None]


@dataclass(frozen=True)
class Fault:
    """`broken` is the rule that must notice, or the words with which the model objects."""

    what: str
    broken: str
    begins: str
    plant: Plant
    walk: Callable[[Machine], None]
    """The few steps after which it is there."""
    sql: tuple[str, ...] = ()
    """Taken from the database first: what would refuse the fault by itself."""


def nothing(*_arguments: Any, **_more: Any) -> None:
    return None


def old_answer_is_left_standing(patch: pytest.MonkeyPatch) -> None:
    real = answers.store_answer
    patch.setattr(answers, "store_answer", lambda session, act: real(session, dataclasses.replace(act, standing=None)))


def text_changes_while_people_sign(patch: pytest.MonkeyPatch) -> None:
    real = sign_on.move_deadline

    def moved(session: Session, *arguments: Any, **more: Any) -> None:
        real(session, *arguments, **more)
        session.scalars(select(RevisionRow)).all()[-1].statement += "And one word more."

    patch.setattr(sign_on, "move_deadline", moved)


def declined_counts_as_signed(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(documents, "is_signatory", lambda answer, **_more: answer.is_standing)


def disputed_answer_counts(patch: pytest.MonkeyPatch) -> None:
    real = documents.is_signatory
    patch.setattr(documents, "is_signatory", lambda answer, **more: real(dataclasses.replace(answer, is_disputed=False), **more))


def unconfirmed_record_counts(patch: pytest.MonkeyPatch) -> None:
    real = documents.is_signatory
    patch.setattr(documents, "is_signatory", lambda answer, **more: real(dataclasses.replace(answer, is_confirmed=True), **more))


def open_check_counts(patch: pytest.MonkeyPatch) -> None:
    real = documents.is_signatory
    patch.setattr(documents, "is_signatory", lambda answer, **more: real(dataclasses.replace(answer, authority="code"), **more))


def outsider_counts_a_disputed_answer(patch: pytest.MonkeyPatch) -> None:
    real = bundle_verifier.replay
    patch.setattr(bundle_verifier, "replay", lambda events: real([one for one in events if one["kind"] != "answer.disputed"]))


def any_code_disowns(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(disputes, "use_witness_code", nothing)


def recorder_confirms(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(recorded, "needs_second", lambda *_arguments: False)


def dashboard_counts_one_more(patch: pytest.MonkeyPatch) -> None:
    real = dashboard.signed_count
    patch.setattr(dashboard, "signed_count", lambda *arguments: real(*arguments) + 1)


def deadline_is_shown_an_hour_off(patch: pytest.MonkeyPatch) -> None:
    real = mail_facts.show_instant
    patch.setattr(mail_facts, "show_instant", lambda instant, zone: real(instant + timedelta(hours=1), zone))


def names_are_put_in_capitals(patch: pytest.MonkeyPatch) -> None:
    real = answers.printable_name
    patch.setattr(answers, "printable_name", lambda typed, **more: real(typed, **more).upper())


def looking_is_noted(patch: pytest.MonkeyPatch) -> None:
    real = doors.needs_touch

    def noted(session: Session, token: str, *, now: datetime) -> bool:
        doors.touch(session, token, now=now + timedelta(seconds=1))
        return real(session, token, now=now)

    patch.setattr(doors, "needs_touch", noted)


def code_is_not_used_up(patch: pytest.MonkeyPatch) -> None:
    real = answers.use_code

    def kept(session: Session, place: Place, nonce: str, *arguments: Any, **more: Any) -> int | None:
        left = real(session, place, nonce, *arguments, **more)
        for row in session.scalars(select(CodeRow).where(CodeRow.nonce == nonce)):
            row.used_at = None
        return left

    patch.setattr(answers, "use_code", kept)


def code_works_in_any_session(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(codes, "_LIVE", select(CodeRow).where(CodeRow.used_at.is_(None)).order_by(CodeRow.id.desc()).limit(1))


def answer_makes_no_event(patch: pytest.MonkeyPatch) -> None:
    real = answer_store.append_event

    def forgotten(session: Session, letter: Any, actor: Any, kind: str, *arguments: Any, now: datetime, **more: Any) -> Link:
        if kind == "answer.given":
            return Link(1, now, "0" * 64)
        return real(session, letter, actor, kind, *arguments, now=now, **more)

    patch.setattr(answer_store, "append_event", forgotten)


def time_of_the_commit_decides(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(answers, "is_in_time", lambda _received_at, closes_at: _CLOCK["now"] < closes_at)
    real = answers.refuse_late

    def late(*arguments: Any, now: datetime) -> None:
        _CLOCK["now"] = now
        real(*arguments, now=now)

    patch.setattr(answers, "refuse_late", late)


_CLOCK: dict[str, datetime] = {}


def close_takes_the_clock_as_it_is(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(sign_on, "record_time", lambda _session, _letter, *, now: now)


def sealed_file_is_made_again(patch: pytest.MonkeyPatch) -> None:
    real = submissions.submit_letter

    def made_again(session: Session, *arguments: Any, **more: Any) -> None:
        real(session, *arguments, **more)
        session.execute(update(DocumentRow).values(content=b"%PDF-1.7 made again"))

    patch.setattr(submissions, "submit_letter", made_again)


def answer_is_recorded_as_of_somebody_else(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Place, "actor", property(lambda _place: COMMAND))


def every_member_of_staff_owns_every_letter(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(access, "_permissions", lambda *_arguments: frozenset(Permission))


def every_attempt_is_claimed(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(delivery, "claim_message", lambda *_arguments, **_more: True)


def what_was_tried_is_not_tried_again(patch: pytest.MonkeyPatch) -> None:
    real = delivery._is_due
    patch.setattr(delivery, "_is_due", lambda now: real(now) & (OutboxRow.attempts == 0))


def record_skips_a_number(patch: pytest.MonkeyPatch) -> None:
    real = record._chained

    def skipped(letter: Any, actor: Any, happening: Any, last: Link | None, *, now: datetime) -> dict[str, Any]:
        further = dataclasses.replace(last, sequence=last.sequence + 1) if last and last.sequence == 9 else last
        return real(letter, actor, happening, further, now=now)

    patch.setattr(record, "_chained", skipped)


def record_takes_the_clock_as_it_is(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(record, "max", lambda now, _last: now, raising=False)


def refused_act_is_kept(patch: pytest.MonkeyPatch) -> None:
    @contextmanager
    def kept(store: Store) -> Iterator[Session]:
        with Session(store.connection, join_transaction_mode="create_savepoint", expire_on_commit=False) as session:
            try:
                yield session
            finally:
                session.commit()

    patch.setattr(Store, "__call__", kept)


def every_change_is_carried(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(documents, "digests_that_count", lambda frozen: frozenset(digest for digest, _change in frozen))


def no_change_is_carried(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(documents, "digests_that_count", lambda frozen: frozenset(digest for digest, _change in frozen[-1:]))


def objection_is_not_heeded(patch: pytest.MonkeyPatch) -> None:
    real = documents.facts_of
    patch.setattr(documents, "facts_of", lambda answer, **_more: real(answer, has_objected=False))


def objection_is_taken_at_any_time(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(objections, "is_in_time", lambda *_instants: True)


def nobody_is_told_of_a_change(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(text_change, "live_representatives", lambda _invitation: [])


def who_has_to_affirm_is_not_named(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(dashboard, "answers_to_affirm", lambda *_arguments: [])


def nothing_ends_a_sealing(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(sealing, "end", lambda *_arguments, **_more: True)


def record_is_not_looked_at(patch: pytest.MonkeyPatch) -> None:
    for module in (seal, sealing):
        patch.setattr(module, "record_length", lambda *_arguments: 0)


def unset(module: Any, name: str) -> Plant:
    """What this would do, nobody does."""
    return lambda patch: patch.setattr(module, name, nothing)


def sign_again(machine: Machine) -> None:
    machine.answer_now(machine.model.stays[1], "sign")


def decline(machine: Machine) -> None:
    machine.answer_now(machine.model.stays[0], "decline")


def sign_with_an_old_form(machine: Machine) -> None:
    machine.send_form(machine.model.stays[0], "sign", "an older text", machine.now)


def confirm_with_the_code_of_another(machine: Machine) -> None:
    first, second = machine.model.stays[0], machine.model.stays[2]
    for stay in (first, second):
        machine.send_form(stay, "sign", "as shown", machine.now)
    assert first.pending
    machine.send_code(first, first.pending.nonce, second.codes[-1].text, machine.now)


def sign_in_the_last_second(machine: Machine) -> None:
    deadline = machine.model.letters[0].deadline
    machine.house.clock.at = deadline + timedelta(seconds=1)
    machine.send_form(machine.model.stays[1], "sign", "as shown", deadline - timedelta(milliseconds=1))


def change_in_substance(machine: Machine) -> None:
    letter = machine.model.letters[0]
    machine.revise(letter, Change.SUBSTANTIVE)
    machine.change(letter, Change.SUBSTANTIVE)


def object_to_the_change(machine: Machine) -> None:
    machine.answer_now(machine.model.stays[1], OBJECT)


def object_too_late(machine: Machine) -> None:
    until = machine.model.letters[0].freezings[-1].object_until
    assert until
    machine.house.clock.at = until
    object_to_the_change(machine)


def close_early(machine: Machine) -> None:
    machine.close_early(number=0, is_owner=True)


def seal_by_two_workers(machine: Machine) -> None:
    letter = machine.letter(0)
    machine.ask(letter)
    for _worker in range(2):
        machine.begin_to_seal(letter, letter.sealings[0])
    for begun in letter.begun:
        machine.store_sealed(letter, begun)


def press_twice(machine: Machine) -> None:
    for _press in range(2):
        machine.ask(machine.letter(0))


def seal_too_late(machine: Machine) -> None:
    letter = machine.letter(0)
    machine.ask(letter)
    machine.begin_to_seal(letter, letter.sealings[0])
    replace_a_link(machine)
    machine.store_sealed(letter, letter.begun[0])


def submit(machine: Machine) -> None:
    machine.submit(number=0, days=0, is_owner=True)


def decline_and_take_back(machine: Machine) -> None:
    submit(machine)
    machine.note_step(number=0, which=0, kind="declined", days=0, is_late=False, is_owner=True)
    machine.take_step_back(number=0, which=0, is_owner=True)


def corrected_step_leaves_the_state(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(step_corrections, "state_after", lambda _kinds: "declined")


def try_as_a_stranger(machine: Machine) -> None:
    machine.cancel(number=0, is_meant=True, is_owner=False)


def move_the_deadline(machine: Machine) -> None:
    machine.move_deadline(number=0, hours=1, is_owner=True)


def replace_a_link(machine: Machine) -> None:
    machine.replace_link(number=0, is_owner=True)


def hand_over(machine: Machine) -> None:
    machine.leave_to(machine.model.stays[0], HAND_OVER, "carla")


def hand_over_with_a_wrong_code(machine: Machine) -> None:
    machine.leave_to(machine.model.stays[0], HAND_OVER, "carla", is_right=False)


def any_code_hands_over(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(handing_over, "use_code", nothing)


def send_to_all_twice(machine: Machine) -> None:
    machine.send_to_all(number=0, is_owner=True)


def second_press_sends_again(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(invitations, "_mark", lambda row, _number: f"{row.reference}.")


def correct_an_address(machine: Machine) -> None:
    machine.correct_address(number=0, to="carla", is_owner=True)


def correction_is_not_on_record(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(corrections, "append_events", nothing)


def ask_for_too_many_codes(machine: Machine) -> None:
    for _time in range(6):
        machine.send_form(machine.model.stays[0], "sign", "as shown", machine.now)


def send_twice(machine: Machine) -> None:
    machine.attempt(number=0, ends="taken")
    machine.attempt_twice(number=0, attempt=0)


def fail_to_send(machine: Machine) -> None:
    machine.attempt(number=0, ends="4xx")
    machine.r16_none_is_lost()


def go_back_after_a_tick(machine: Machine) -> None:
    machine.ask_for_sign_in_link(who=COORDINATOR, is_mailed=False)
    machine.time_passes(by=timedelta(minutes=16))
    machine.tick()
    machine.clock_goes_back(by=timedelta(minutes=3))


def look(_machine: Machine) -> None:
    return None


def dispute_one(machine: Machine) -> None:
    place = machine.model.places()[0]
    assert place.standing
    machine.dispute_now(place, place.standing)


def guess_at_a_dispute(machine: Machine) -> None:
    place = machine.model.places()[0]
    assert place.standing
    machine.dispute_now(place, place.standing, is_right=False)


def record_with_a_second(machine: Machine) -> None:
    machine.let_a_second_in(number=0)
    machine.record_now(machine.model.places()[0], "sign")


def record_a_refusal_with_a_second(machine: Machine) -> None:
    machine.let_a_second_in(number=0)
    machine.record_now(machine.model.places()[0], "decline")


def record_under_another_rule(machine: Machine) -> None:
    machine.set_rule(number=0, method="word", is_owner=True)
    machine.record_now(machine.model.places()[0], "sign")


def nothing_lies_between_reminders(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(reminder_facts, "_told", lambda *_facts, **_more: {})


def reminder_leaves_as_it_was_put(patch: pytest.MonkeyPatch) -> None:
    put, speaking, as_put = reminders.put_due, reminders.speaking, {}

    def kept(session: Session, letter_id: int, *, now: datetime) -> int:
        number = put(session, letter_id, now=now)
        for row in session.scalars(select(OutboxRow).where(OutboxRow.kind == "reminder")):
            as_put.setdefault(row.id, speaking(session, row, session.get_one(LetterRow, letter_id), now=now))
        return number

    patch.setattr(reminders, "put_due", kept)
    patch.setattr(reminder_words, "speaking", lambda _session, row, *_facts, **_more: as_put[row.id])


def who_has_stopped_is_reminded(patch: pytest.MonkeyPatch) -> None:
    real = reminder_facts.reminder_places

    def all_of_them(*arguments: Any, **more: Any) -> list[Any]:
        return [
            dataclasses.replace(one, recipient=dataclasses.replace(one.recipient, is_left_alone=False)) for one in real(*arguments, **more)
        ]

    patch.setattr(reminders, "reminder_places", all_of_them)


def remind_on_two_mornings(machine: Machine) -> None:
    for days in (2, 0):
        machine.morning_comes(days=days)
        machine.remind()
        for message in machine.queued():
            machine.send(*message, "taken")


def answer_before_the_reminder_leaves(machine: Machine) -> None:
    machine.morning_comes(days=2)
    machine.remind()
    for token, _person in list(machine.model.tokens):
        machine.enter(token)
    machine.answer_now(machine.model.stays[-1], "sign")
    for message in machine.queued():
        machine.send(*message, "taken")


def stop_and_remind(machine: Machine) -> None:
    machine.stop_reminders(number=0)
    machine.morning_comes(days=2)
    machine.remind()


A_WEEK = "an open sign-on with a week to go"
SIGNING, SIGNED, SET_BACK = "an open sign-on", "signatories", "signatories and a clock set back"
CHANGED = "signatories and another text"

HELD_OPEN = "a sealed letter"


def addendum_is_open_for_ever(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(held_open, "is_in_time", lambda *_instants: True)


def joiner_is_sealed_too(patch: pytest.MonkeyPatch) -> None:
    real = addenda.issue_addendum

    def issued(session: Session, *arguments: Any, **more: Any) -> int:
        number = real(session, *arguments, **more)
        joined = session.scalars(select(AddendumSignatoryRow)).all()[-1]
        sealed = session.scalars(select(SealedSignatoryRow)).all()[-1]
        facts = {name: getattr(joined, name) for name in ("answer_id", "printed_name", "officer", "office", "country")}
        session.add(SealedSignatoryRow(letter_id=sealed.letter_id, position=99, **facts))
        return number

    patch.setattr(addenda, "issue_addendum", issued)


def who_has_joined_is_not_named(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(joined_since, "joined_phrase", lambda _names: "")


def add_one_more(machine: Machine) -> Addendum:
    letter = machine.model.letters[0]
    there = {place.society for place in letter.places}
    machine.add(letter, next(one for one in ENTRIES if one.society not in there))
    assert letter.addendum
    return letter.addendum


def join(machine: Machine) -> None:
    """A society that is added while the letter is held open signs the sealed text."""
    machine.enter(machine.model.tokens[-1][0])
    machine.answer_now(machine.model.stays[-1], "sign")


def sign_after_the_addendum(machine: Machine) -> None:
    addendum = add_one_more(machine)
    machine.house.clock.at = addendum.until
    join(machine)


def sign_what_is_printed_again(machine: Machine) -> None:
    machine.enter(machine.model.tokens[-1][0])
    machine.answer_now(machine.model.stays[-1], "sign")


def join_and_issue(machine: Machine) -> None:
    addendum = add_one_more(machine)
    join(machine)
    machine.house.clock.at = addendum.until + timedelta(seconds=30)
    machine.close_addendum_by_the_clock(number=0)
    machine.issue(machine.model.letters[0])


def objection_comes_to_nothing(patch: pytest.MonkeyPatch) -> None:
    real = new_text_list.stands_on_list
    patch.setattr(new_text_list, "stands_on_list", lambda asked: real(asked) or asked.is_carried)


def silence_carries_whoever_is_asked(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(new_text, "is_carried_by_silence", lambda *_facts, **_more: True)


def list_is_fixed_at_once(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(new_text_list, "fixes_from", lambda until, _longest: until)


def object_to_a_changed_text(machine: Machine) -> None:
    letter = machine.model.letters[0]
    machine.put_to_signatories(letter)
    machine.say_of(letter.places[0], letter.texts[0], OBJECT_TO_TEXT)


def put_a_change_of_substance(machine: Machine) -> None:
    machine.put_to_signatories(machine.model.letters[0], Change.SUBSTANTIVE)


def end_the_window(machine: Machine) -> None:
    letter = machine.model.letters[0]
    machine.put_to_signatories(letter)
    machine.house.clock.at = letter.texts[0].until
    machine.say_of(letter.places[0], letter.texts[0], OBJECT_TO_TEXT, timedelta(milliseconds=1))
    machine.fix_changed_text(letter)
    machine.house.clock.at += timedelta(seconds=30)
    machine.fix_changed_text(letter)


def public_page_knows_no_instant(patch: pytest.MonkeyPatch) -> None:
    real = public_letter.find_public
    patch.setattr(public_letter, "find_public", lambda session, name, *, now: real(session, name, now=now + timedelta(days=9)))


def release_in_an_hour(machine: Machine) -> None:
    machine.release(machine.model.letters[0], 60)


def take_it_back(machine: Machine) -> None:
    machine.release(machine.model.letters[0])
    machine.keep_from_the_public(number=0, is_stale=False, is_owner=True)


def send_with_one_approval_of_two(machine: Machine) -> None:
    letter = machine.model.letters[0]
    machine.let_a_second_in(number=0)
    machine.write_mail(letter)
    machine.approve_mail(letter, letter.mails[0])
    machine.send_mail(letter, letter.mails[0])


FAULTS = [
    Fault("a letter is read before its instant", "r18_letter", SIGNED, public_page_knows_no_instant, release_in_an_hour),
    Fault("what is public is taken back", "the rules say WrongState", SIGNED, unset(publication, "refuse_moving"), take_it_back),
    Fault(
        "one of two approves a mail to a journal",
        "the rules say Conflict",
        "a sealed letter",
        lambda patch: patch.setattr(journal_mails, "approvals_needed", lambda _coordinators: 1),
        send_with_one_approval_of_two,
    ),
    Fault("two reminders on two mornings", "i31_two_days", A_WEEK, nothing_lies_between_reminders, remind_on_two_mornings),
    Fault(
        "a reminder is not looked at when it leaves", "i31_may", A_WEEK, reminder_leaves_as_it_was_put, answer_before_the_reminder_leaves
    ),
    Fault("who has stopped is reminded", "i31_may", A_WEEK, who_has_stopped_is_reminded, stop_and_remind),
    Fault("a disputed answer counts", "r4_", SIGNED, disputed_answer_counts, dispute_one),
    Fault("whoever checks the bundle counts a disputed answer", "r4_", SIGNED, outsider_counts_a_disputed_answer, dispute_one),
    Fault("a record counts before it is confirmed", "r4_", SIGNING, unconfirmed_record_counts, record_with_a_second),
    Fault("an open check counts", "r4_", SIGNING, open_check_counts, record_under_another_rule),
    Fault("any code disowns an answer", "R7", SIGNED, any_code_disowns, guess_at_a_dispute),
    Fault("a record waits for nobody", "r12_", SIGNING, recorder_confirms, record_a_refusal_with_a_second),
    Fault("the old answer is left standing", "r1_", SIGNED, old_answer_is_left_standing, sign_again, ("DROP INDEX uq_answer_standing",)),
    Fault("an older digest is taken", "the rules say StaleText", SIGNING, unset(answers, "refuse_stale"), sign_with_an_old_form),
    Fault("the text changes meanwhile", "r3_", SIGNED, text_changes_while_people_sign, move_the_deadline, ("DROP TRIGGER frozen_0",)),
    Fault("who declines is counted", "r4_", SIGNING, declined_counts_as_signed, decline),
    Fault("the dashboard counts one more", "r5_", SIGNED, dashboard_counts_one_more, look),
    Fault("every change is carried", "r4_", SIGNED, every_change_is_carried, change_in_substance),
    Fault("no change is carried", "r4_", CHANGED, no_change_is_carried, look),
    Fault("an objection is not heeded", "r4_", CHANGED, objection_is_not_heeded, object_to_the_change),
    Fault("an objection is taken at any time", "the rules say TooLate", CHANGED, objection_is_taken_at_any_time, object_too_late),
    Fault("who has to affirm is not named", "r5_", SIGNED, who_has_to_affirm_is_not_named, change_in_substance),
    Fault("nobody is told of a change", "told to others", SIGNED, nobody_is_told_of_a_change, change_in_substance),
    Fault("a deadline is shown an hour off", "r10_", SIGNED, deadline_is_shown_an_hour_off, look),
    Fault("names are put in capitals", "r15_", SIGNING, names_are_put_in_capitals, sign_again),
    Fault("looking is noted", "r6_", SIGNED, looking_is_noted, look),
    Fault("a code is not used up", "r7_", SIGNING, code_is_not_used_up, sign_again),
    Fault("a code works in any session", "send_code", SIGNING, code_works_in_any_session, confirm_with_the_code_of_another),
    Fault("an answer makes no event", "r8_", SIGNING, answer_makes_no_event, sign_again),
    Fault("a receipt is not sent", "r8_", SIGNING, unset(answer_store, "_send_receipts"), sign_again),
    Fault("the time of the commit decides", "the house TooLate", SIGNED, time_of_the_commit_decides, sign_in_the_last_second),
    Fault("an early close takes the clock as it is", "r9_", SET_BACK, close_takes_the_clock_as_it_is, close_early),
    Fault("two workers both seal", "store_sealed", "a closed letter", nothing_ends_a_sealing, seal_by_two_workers),
    Fault("pressed twice, it is asked for twice", "asked for twice", "a closed letter", unset(sealing, "_is_under_way"), press_twice),
    Fault(
        "what was recorded meanwhile is left out",
        "the rules say Conflict",
        "a closed letter",
        record_is_not_looked_at,
        seal_too_late,
    ),
    Fault("the sealed file is made again", "r11_", "a sealed letter", sealed_file_is_made_again, submit, ("DROP TRIGGER frozen_6",)),
    Fault("an addendum is answered for ever", "the rules say TooLate", HELD_OPEN, addendum_is_open_for_ever, sign_after_the_addendum),
    Fault(
        "what is printed is replaced", "the rules say WrongState", HELD_OPEN, unset(answers, "refuse_printed"), sign_what_is_printed_again
    ),
    Fault("who joins is put into the sealed list", "r5_", HELD_OPEN, joiner_is_sealed_too, join_and_issue),
    Fault("who has joined is not named", "r11_", HELD_OPEN, who_has_joined_is_not_named, join_and_issue),
    Fault(
        "an objection to a changed text comes to nothing", "r11_changed", HELD_OPEN, objection_comes_to_nothing, object_to_a_changed_text
    ),
    Fault("silence carries a change of substance", "r11_changed", HELD_OPEN, silence_carries_whoever_is_asked, put_a_change_of_substance),
    Fault("the list of a changed text is fixed at once", "fix_changed_text", HELD_OPEN, list_is_fixed_at_once, end_the_window),
    Fault("an answer is recorded as of somebody else", "r12_", SIGNING, answer_is_recorded_as_of_somebody_else, sign_again),
    Fault("all staff own every letter", "the rules say NotFound", SIGNED, every_member_of_staff_owns_every_letter, try_as_a_stranger),
    Fault("a stranger is told that a letter exists", "r18_", SIGNED, every_member_of_staff_owns_every_letter, look),
    Fault("a replaced link leaves its sessions open", "r14_", SIGNED, unset(roster, "end_stays"), replace_a_link),
    Fault("who has handed over still gets in", "r14_", SIGNING, unset(handing_over, "end_place"), hand_over),
    Fault("nobody asks for the code to hand over", "leave_to", SIGNING, any_code_hands_over, hand_over_with_a_wrong_code),
    Fault("a form that is sent twice sends twice", "R16", SIGNING, second_press_sends_again, send_to_all_twice),
    Fault("a corrected address is not on record", "r17_", SIGNED, correction_is_not_on_record, correct_an_address),
    Fault("every attempt is claimed", "attempt_twice", SIGNED, every_attempt_is_claimed, send_twice),
    Fault("what was tried is not tried again", "r16_none_is_lost", SIGNED, what_was_tried_is_not_tried_again, fail_to_send),
    Fault("the record skips a number", "r17_", SIGNED, record_skips_a_number, look),
    Fault("the record takes the clock as it is", "i19_", SET_BACK, record_takes_the_clock_as_it_is, move_the_deadline),
    Fault(
        "a corrected step leaves the course where it was", "r17_", "a sealed letter", corrected_step_leaves_the_state, decline_and_take_back
    ),
    Fault("a refused act is kept", "i08_", SIGNING, refused_act_is_kept, ask_for_too_many_codes),
    Fault("expiry is judged by the present clock alone", "i20_", SIGNED, unset(tick, "end_what_is_over"), go_back_after_a_tick),
]
