"""The rules, each under its number, looked at after every step."""

import csv
import io
import json
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis.stateful import invariant
from sqlalchemy.orm import Session

from tests.factories import FAKE_FILES, letter_row
from tests.machine.house import Rows
from tests.machine.model import Letter
from tests.machine.walk import Walk
from tests.services.test_record import as_stored
from webapp.domain.digest import statement_digest
from webapp.domain.errors import DomainError, NotFound
from webapp.domain.record import first_break, replay
from webapp.domain.tokens import hash_token
from webapp.domain.wording import signed_sentence
from webapp.persistence.record import load_events
from webapp.persistence.tables import LetterRow
from webapp.persistence.tables.message import MessageState
from webapp.rendering import bundle_verifier
from webapp.rendering.signatories import signatories_csv, signatories_json
from webapp.services import access, circulated_room, dashboard, doors, files, public_letter, record, rooms, roster_list, seal
from webapp.services.documents import answers_to_affirm, signing_answers
from webapp.services.joined_since import joiners, since_the_seal
from webapp.services.mail_facts import letter_facts
from webapp.services.new_text import find_new_text
from webapp.services.new_text_list import asked_places
from webapp.services.verified_authority import authority_problems
from webapp.services.verified_course import course_problems
from webapp.services.verified_later import later_problems
from webapp.services.verified_new_text import new_text_problems
from webapp.services.verified_reminders import reminder_problems
from webapp.services.verified_roster import roster_problems

_NEVER_CHANGES = {
    "event": ("letter_id", "sequence"),
    "revision": ("id",),
    "freezing": ("id",),
    "objection": ("id",),
    "reminder": ("id",),
    "sealed_signatory": ("letter_id", "position"),
    "document": ("id",),
    "addendum_signatory": ("addendum_id", "position"),
    "erratum": ("id",),
    "later_document": ("id",),
    "put_text": ("new_text_id",),
    "new_text_asked": ("new_text_id", "answer_id"),
    "new_text_answer": ("id",),
    "new_text_signatory": ("new_text_id", "position"),
}


class Invariants(Walk):
    """`self.seen` is the whole database as the last step left it."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.kept: dict[str, dict[Any, Any]] = {table: {} for table in _NEVER_CHANGES}
        self.looked_at: tuple[Any, datetime] | None = None
        self.session: Session

    @invariant()
    def every_rule_holds(self) -> None:
        """After every step that changed a row or moved the clock; what only the rows decide is spared when nothing but time has passed."""
        self.latest = max(self.latest, self.now)
        before, self.looked_at = self.looked_at, (self.seen, self.now)
        is_new = before is None or before[0].changed(self.seen)
        if not is_new and before and before[1] == self.now:
            return
        with self.house.reading() as self.session:
            for check in _RULES if is_new else _RULES_OF_TIME:
                check(self)

    def rows(self, letter: Letter, table: str) -> Rows:
        ids = {row["reference"]: row["id"] for row in self.seen["letter"]}
        return [row for row in self.seen[table] if row["letter_id"] == ids[letter.reference]]

    def r1_at_most_one_standing_answer(self) -> None:
        standing = [row["invitation_id"] for row in self.seen["answer"] if row["is_standing"]]
        assert len(standing) == len(set(standing)), "a society has two standing answers"
        expected = {place.standing.reference for place in self.model.places() if place.standing}
        assert {row["reference"] for row in self.seen["answer"] if row["is_standing"]} == expected

    def r2_every_answer_names_the_digest_that_was_shown(self) -> None:
        for letter in self.model.letters:
            digests = {row["digest"] for row in self.rows(letter, "revision")}
            assert {row["digest"] for row in self.rows(letter, "answer")} <= digests
        shown = {one.reference: one.digest for place in self.model.places() for one in place.answers}
        assert {row["reference"]: row["digest"] for row in self.seen["answer"]} == shown

    def r17_course_is_where_the_table_has_led_and_no_step_is_lost(self) -> None:
        held = {row["reference"]: row for row in self.seen["submission"]}
        told = {one.reference: one for letter in self.model.letters for one in letter.submissions}
        assert {reference: row["state"] for reference, row in held.items()} == {reference: one.state for reference, one in told.items()}
        steps = {row["reference"]: row["struck_at"] is not None for row in self.seen["submission_step"]}
        standing = {step[0]: False for one in told.values() for step in one.steps}
        assert steps == standing | {step: True for one in told.values() for step in one.struck}
        fates = {row["reference"]: row["struck_at"] is None for row in self.seen["target_fate"]}
        assert fates == {fate: stands for letter in self.model.letters for fate, stands in letter.fates.items()}

    def r3_revision_never_changes(self) -> None:
        self._never_changes("revision")
        self._never_changes("freezing")
        for row in self.seen["revision"]:
            parts = {name: row[name] for name in ("title", "ask", "targets", "statement", "references")}
            assert statement_digest(**parts) == row["digest"], "a revision is not the text of its digest"

    def _never_changes(self, table: str) -> None:
        key = _NEVER_CHANGES[table]
        now = {tuple(row[name] for name in key): row for row in self.seen[table]}
        for name, row in self.kept[table].items():
            assert now.get(name) == row, f"a row of {table} has changed, or is gone"
        self.kept[table] = now

    def r15_names_are_as_they_were_given(self) -> None:
        """In every answer that signs, as it was typed or corrected: no letter of it is changed."""
        # Before the count, which would find it too.
        given = {one.reference: one.printed_name for place in self.model.places() for one in place.answers if one.kind == "sign"}
        assert {row["reference"]: row["printed_name"] for row in self.seen["answer"] if row["kind"] == "sign"} == given

    def r8_exactly_one_row_event_receipt(self) -> None:
        """And the receipts go to everybody who could answer for the society at that moment (G6)."""
        # Before the public record is replayed, which would miss an event too.
        answers = {one.reference: one for place in self.model.places() for one in place.answers}
        assert sorted(row["reference"] for row in self.seen["answer"]) == sorted(answers)
        given, withdrawn = self._recorded("answer.given"), self._recorded("answer.withdrawn")
        assert sorted(given) == sorted(answers)
        assert sorted(withdrawn) == sorted(one.reference for one in answers.values() if one.withdrawal_nonce or one.was_disowned)
        told = {"room": "receipt"}
        expected = {f"{told.get(one.source, 'answer_recorded')}:{one.reference}:{to}" for one in answers.values() for to in one.receipts}
        expected |= {f"withdrawal_receipt:{one.reference}:{to}" for one in answers.values() for to in one.withdrawal_receipts}
        objected = [one for one in answers.values() if one.objection_nonce]
        self._never_changes("objection")
        assert sorted(row["nonce"] for row in self.seen["objection"]) == sorted(str(one.objection_nonce) for one in objected)
        assert sorted(self._recorded("answer.objected")) == sorted(one.reference for one in objected)
        expected |= {f"objection_receipt:{one.reference}:{to}" for one in objected for to in one.objection_receipts}
        kinds = {"receipt", "withdrawal_receipt", "objection_receipt", "answer_recorded"}
        assert sorted(row["reason"] for row in self.seen["outbox"] if row["kind"] in kinds) == sorted(expected)

    def r4_signatory_iff_standing_sign_on_the_text_in_force(self) -> None:
        for letter in self.model.letters:
            row = letter_row(self.session, letter.reference)
            assert sorted(one.printed_name for one in signing_answers(self.session, row)) == letter.signatories
            assert sorted(one.printed_name for one in answers_to_affirm(self.session, row)) == letter.to_affirm
            assert self._told_by_the_public_record(row) == (letter.shown if letter.sealed is not None else letter.signatories)

    def _told_by_the_public_record(self, row: LetterRow) -> list[str]:
        """What an outsider with the bundle reads, who has neither our tables nor our rules: the record up to the seal, replayed."""
        events = [{"kind": event.kind, "public": event.public} for event in load_events(self.session, row.id)]
        sealed = next((place for place, event in enumerate(events) if event["kind"] == "letter.sealed"), len(events))
        return sorted(bundle_verifier.replay(events[:sealed]))

    def r5_same_number_everywhere(self) -> None:
        """Dashboard, list, roster, CSV, JSON and sealed list; the sentence is made of the number."""
        for letter in self.model.letters:
            count, actor = len(letter.shown), self.actor(letter, is_owner=True)
            board = dashboard.show_dashboard(self.session, actor, letter.reference, self.house.office.links, now=self.now)
            lines = dashboard.list_letters(self.session, actor, now=self.now)
            document = seal.current_document(self.session, actor, letter.reference, now=self.now)
            roster = roster_list.list_roster(self.session, actor, letter.reference)
            rows = list(csv.DictReader(io.StringIO(signatories_csv(document))))
            exported = json.loads(signatories_json(document))
            assert board.signed == count
            assert [line.signed for line in lines if line.reference == letter.reference] == [count]
            assert board.signed_sentence == signed_sentence(count, "societies")
            assert (len(document.signatories), len(rows), exported["count"], len(exported["signatories"])) == (count,) * 4
            assert sorted(one.printed_name for one in document.signatories) == letter.shown
            assert sum(1 for line in roster if line.stage == "signed") == len(letter.signatories)
            assert sum(1 for line in roster if line.stage == "to be affirmed") == len(letter.to_affirm)
            assert sorted(board.not_affirmed) == letter.to_affirm
            assert board.invited == len(letter.places)
            if board.chart and letter.sealed is None:
                assert sum(row[1] for row in board.chart.rows) == count
            if letter.sealed is not None:
                assert len(self.rows(letter, "sealed_signatory")) == count

    def r6_reading_changes_nothing(self) -> None:
        """Every page that only shows: of the desk, of the rooms, and of every link that was ever made."""
        for letter in self.model.letters:
            actor = self.actor(letter, is_owner=True)
            record.list_events(self.session, actor, letter.reference)
        for link in self.model.links:
            doors.is_sign_in_link_live(self.session, link.token, now=self.now)
            doors.needs_address(self.session, link.token, "another", now=self.now)
        for stay in self.model.stays[-4:]:
            doors.needs_touch(self.session, stay.token, now=self.now)
            if stay.person is None:
                doors.find_desk(self.session, stay.token, now=self.now)
            elif stay.is_live(self.now):
                place = access.load_place(self.session, hash_token(stay.token), stay.person.place.reference, now=self.now)
                if circulated_room.is_circulated_room(self.session, place):
                    shown = circulated_room.show_circulated(self.session, place, now=self.now)
                    mine = [one for one in stay.person.place.letter.comments if one.place is stay.person.place and not one.is_taken_back]
                    assert sorted(one.reference for one in shown.own) == sorted(one.reference for one in mine)
                    continue
                room = rooms.show_room(self.session, place, now=self.now)
                assert room.is_to_be_affirmed is (stay.person.place.standing is not None and stay.person.place.standing.is_to_be_affirmed)
                assert room.signed_sentence == signed_sentence(len(stay.person.place.letter.shown), "societies")
        assert self.seen.changed(self.house.snapshot()) == set(), "reading has changed something"

    def r7_every_answer_has_used_up_one_code(self) -> None:
        """I22: a code is accepted at most once, in the session that asked for it, for the form that it was made for."""
        used = sorted(row["nonce"] for row in self.seen["code"] if row["used_at"])
        given = [row["nonce"] for row in self.seen["answer"] if row["source"] == "room"]
        acts = given + [row["withdrawal_nonce"] for row in self.seen["answer"] if row["withdrawal_nonce"]]
        acts += [row["nonce"] for row in self.seen["objection"]] + self.model.left
        assert used == sorted(acts)

    def _recorded(self, kind: str) -> list[str]:
        return [json.loads(row["public"])["answer"] for row in self.seen["event"] if row["kind"] == kind]

    def r9_one_instant_decides(self) -> None:
        """I13: what counts was received before the close that was in force then; a close never moves."""
        stored = self.seen.by("answer", "reference")
        for place in self.model.places():
            for one in place.answers:
                assert stored[one.reference]["received_at"] == one.received_at < one.closes_at
        freezings = self.seen.by("freezing", "id")
        for row in self.seen["objection"]:
            assert row["received_at"] < freezings[row["freezing_id"]]["object_until"]
        for letter in self.model.letters:
            row = self.seen.by("letter", "reference")[letter.reference]
            assert (row["deadline"], row["closed_at"]) == (letter.deadline, letter.closed_at)

    def r10_deadline_is_one_instant_by_the_announced_clock(self) -> None:
        """What is stored, the list of letters and the mails say the same, in the zone that was announced and in UTC."""
        for letter in self.model.letters:
            row, actor = letter_row(self.session, letter.reference), self.actor(letter, is_owner=True)
            lines = {one.reference: one for one in dashboard.list_letters(self.session, actor, now=self.now)}
            shown, local = lines[letter.reference].deadline, letter.deadline.astimezone(ZoneInfo(row.deadline_zone))
            assert row.deadline == letter.deadline
            assert shown is not None and datetime.fromisoformat(shown.iso) == letter.deadline
            for words in (str(shown), letter_facts(row).deadline):
                assert f"{local.day} {local:%B %Y, %H:%M}" in words, f"the deadline is shown as {words}"
                assert f"{letter.deadline:%H:%M} UTC" in words

    def r11_nothing_sealed_changes(self) -> None:
        self._never_changes("sealed_signatory")
        self._never_changes("document")
        for letter in self.model.letters:
            rows = self.rows(letter, "sealed_signatory")
            assert sorted(row["printed_name"] for row in rows) == (letter.sealed or [])
            # One sealed set, or none.
            files_of = [row["kind"] for row in self.rows(letter, "document")]
            assert sorted(files_of) == (sorted(FAKE_FILES) if letter.sealed is not None else [])
            if letter.sealed is not None:
                files.read_sealed(self.session, self.actor(letter, is_owner=True), letter.reference)

    def r11_what_comes_later_stands_beside_it(self) -> None:
        """Each addendum names those who joined by it, each once; whoever has joined and stands nowhere yet waits for the next."""
        for table in ("addendum_signatory", "erratum", "later_document"):
            self._never_changes(table)
        for letter in self.model.letters:
            rows = {row["id"]: row for row in self.rows(letter, "addendum")}
            listed: dict[int, list[str]] = {row["number"]: [] for row in rows.values() if row["number"]}
            for row in self.seen["addendum_signatory"]:
                if row["addendum_id"] in rows:
                    listed[rows[row["addendum_id"]]["number"]].append(row["printed_name"])
            assert [sorted(listed[number]) for number in sorted(listed)] == letter.addenda
            assert len(self.rows(letter, "erratum")) == len(letter.errata)
            if letter.sealed is not None:
                found = letter_row(self.session, letter.reference)
                names = sorted(one.printed_name for one in letter.joiners)
                assert sorted(one.printed_name for one in joiners(self.session, found)) == names
                said, awaits = since_the_seal(self.session, found), any(row["ended_at"] is None for row in rows.values())
                joined = sum(map(len, letter.addenda)) + (len(names) if awaits else 0)
                assert (f"{joined} ha" in said.partition(" joined since")[0]) is (joined > 0), f"{joined} have joined: {said}"
                assert (" in no addendum" in said) is (bool(names) and not awaits), f"{names}: {said}"

    def r11_changed_text_has_a_list_of_its_own(self) -> None:
        """By mandate, objection and affirmation; the sealed list stays, and what was put, said and fixed never changes."""
        for table in ("put_text", "new_text_asked", "new_text_answer", "new_text_signatory"):
            self._never_changes(table)
        answers = self.seen.by("answer", "id")
        for letter in self.model.letters:
            rows = {row["reference"]: row["id"] for row in self.rows(letter, "new_text")}
            assert rows.keys() == {one.reference for one in letter.texts}
            for text in letter.texts:
                fixed = {row["answer_id"] for row in self.seen["new_text_signatory"] if row["new_text_id"] == rows[text.reference]}
                assert {answers[one]["reference"] for one in fixed} == (text.listed or set())
                places = asked_places(self.session, find_new_text(self.session, letter_row(self.session, letter.reference), text.reference))
                assert {one.answer.reference for one in places if one.is_listed} == letter.stands_on(text)

    def r12_only_a_society_answers_for_itself(self) -> None:
        people = {row["id"]: row for row in self.seen["representative"]}
        events = {(row["letter_id"], row["sequence"]): row for row in self.seen["event"]}
        recorded = self.seen.by("recorded_answer", "answer_id")
        for row in self.seen["answer"]:
            actor = events[row["letter_id"], row["record_sequence"]]["actor"]
            if row["source"] != "room":
                record = recorded[row["id"]]
                assert (row["representative_id"], actor.partition(":")[0]) == (None, "staff")
                is_second = record["confirmed_by_id"] not in {None, record["staff_id"]}
                assert row["is_confirmed"] is (is_second or not record["needs_second"]), "a record counts by the word of one alone"
                continue
            giver = people[row["representative_id"]]
            assert giver["invitation_id"] == row["invitation_id"]
            assert actor == f"representative:{giver['reference']}"
        stored = self.seen.by("answer", "reference")
        for place in self.model.places():
            for one in place.answers:
                row = stored[one.reference]
                held = (row["source"], row["authority"], bool(row["is_confirmed"]), bool(row["is_disputed"]))
                assert held == (one.source, one.authority, one.is_confirmed, one.is_disputed)

    def r13_nobody_sees_what_is_not_theirs(self) -> None:
        for email, actor in self.staff.items():
            mine = {letter.reference for letter in self.model.letters if letter.owner == email}
            assert {line.reference for line in dashboard.list_letters(self.session, actor, now=self.now)} == mine
        for stay in self.model.stays[-3:]:
            others = [place.reference for place in self.model.places() if stay.person is None or place is not stay.person.place]
            for other in others:
                assert _refusal(lambda: access.load_place(self.session, hash_token(stay.token), other, now=self.now)) is not None  # noqa: B023

    def r14_dead_link_is_dead_at_once(self) -> None:
        """And every dead, wrong or unknown one says the same (I23, I24)."""
        unknown = _refusal(lambda: rooms.show_door(self.session, "never-made"))
        for token, _person in self.model.tokens:
            is_live = self.model.is_link_live(token)
            assert rooms.is_link_live(self.session, token) is is_live
            if not is_live:
                assert _refusal(lambda: rooms.show_door(self.session, token)) == unknown  # noqa: B023
        for stay in self.model.stays:
            if stay.person and (stay.is_over or stay.person.is_revoked):
                assert _refusal(
                    lambda: access.load_place(self.session, hash_token(stay.token), stay.person.place.reference, now=self.now)  # noqa: B023
                )

    def r14_whoever_has_gone_has_gone(self) -> None:
        """And whoever came after lives: the house and the model name the same people, and whom the letter should not have reached."""
        stored = self.seen.by("representative", "reference")
        for person in self.model.people():
            assert (stored[person.reference]["revoked_at"] is None) is not person.is_revoked
            assert stored[person.reference]["link_generation"] == len(person.tokens)
        wrong = {row["reference"] for row in self.seen["invitation"] if row["not_us_at"] is not None}
        assert wrong == {place.reference for place in self.model.places() if place.said_not_us}

    def r16_no_message_twice_none_lost(self) -> None:
        """I29, I30. Only an attempt that was cut off after the mail server’s word may send its message, as itself, again."""
        rows = self.seen["outbox"]
        assert len({row["reason"] for row in rows}) == len(rows)
        told = {reason for letter in self.model.letters for reason in letter.told}
        assert {row["reason"] for row in rows if row["kind"] == "text_changed"} == told, "a change was told to others than it concerns"
        by_reference = {row["reference"]: row for row in rows}
        for envelope in self.house.mail_server.taken:
            assert envelope.recipient == by_reference[envelope.reference]["to_address"]
        for reference, times in self.model.leaving.items():
            assert times <= 1 + self.model.doubtful.get(reference, 0), "a message has left twice"
        for row in rows:
            assert row["state"] in set(MessageState)
            is_taken = self.model.leaving.get(row["reference"], 0) > 0
            assert is_taken or row["state"] != MessageState.SENT, "a message is said to have left that never did"

    def r17_record_has_no_gaps_and_replays(self) -> None:
        """I09 to I12: one event for each change, in the transaction of the change; none ever changes."""
        self._never_changes("event")
        self._never_changes("reminder")
        for letter in self.model.letters:
            row = letter_row(self.session, letter.reference)
            events = load_events(self.session, row.id)
            assert [event.sequence for event in events] == list(range(1, len(events) + 1))
            assert [event.kind for event in events] == letter.events
            assert first_break(letter.reference, events) is None
            assert replay(events) == as_stored(self.session, row)
            assert list(roster_problems(self.session, row, events)) == []
            assert list(reminder_problems(self.session, row, events)) == []
            assert list(authority_problems(self.session, row, events)) == []
            assert list(later_problems(self.session, row, events)) == []
            assert list(course_problems(self.session, row, events)) == []
            assert list(new_text_problems(self.session, row, events)) == []
            assert row.state == letter.state
            assert record.is_unbroken(self.session, self.actor(letter, is_owner=True), letter.reference)

    def r16_mail_to_a_journal_leaves_once_and_with_every_approval(self) -> None:
        sent = {one.reference for letter in self.model.letters for one in letter.mails if one.is_sent}
        due = [row["reason"] for row in self.seen["outbox"] if row["kind"] == "journal_mail"]
        assert sorted(due) == sorted(f"journal_mail:{one}" for one in sent)
        rows = self.seen.by("journal_mail", "id")
        approved = {(rows[row["journal_mail_id"]]["reference"], row["staff_id"]) for row in self.seen["journal_mail_approval"]}
        assert len(approved) == sum(len(one.approved) for letter in self.model.letters for one in letter.mails)

    def r18_letter_is_public_from_its_instant_and_not_before(self) -> None:
        public = {one.reference for one in self.model.letters if one.released and self.now >= one.released}
        assert {one.reference for one in public_letter.list_public(self.session, now=self.now)} == public
        for letter in self.model.letters:
            try:
                shown = public_letter.read_public(self.session, letter.reference, now=self.now)
            except NotFound:
                assert letter.reference not in public, "a public letter cannot be read"
            else:
                assert letter.reference in public, "a letter is read before its instant"
                assert sorted(one.printed_name for one in shown.signatories) == letter.shown

    def r18_a_stranger_learns_nothing(self) -> None:
        """At the desk, for whoever may not see it, it does not exist."""
        for letter in self.model.letters:
            actor, links = self.actor(letter, is_owner=False), self.house.office.links
            told = [
                _refusal(lambda: dashboard.show_dashboard(self.session, actor, name, links, now=self.now))  # noqa: B023
                for name in (letter.reference, "no-such-letter")
            ]
            assert told[0] == told[1] == (NotFound, str(NotFound()))

    def i19_times_in_the_record_never_decrease(self) -> None:
        for letter in self.model.letters:
            times = [row["at"] for row in sorted(self.rows(letter, "event"), key=lambda row: row["sequence"])]
            assert times == sorted(times)
            row = self.seen.by("letter", "reference")[letter.reference]
            stamps = [row[name] for name in ("created_at", "opened_at", "closed_at", "sealed_at") if row[name]]
            if row["closed_at"] != row["deadline"]:
                assert stamps == sorted(stamps), "a letter’s course has a negative duration"
        for row in self.seen["web_session"]:
            assert row["began_at"] <= row["seen_at"]

    def i20_what_has_ended_stays_ended(self) -> None:
        """A code, link or session that was over at a tick is over for good, whatever the clock does."""
        for link in self.model.links:
            assert doors.is_sign_in_link_live(self.session, link.token, now=self.now) is link.is_live(self.now)
        for stay in self.model.stays:
            if stay.person is None:
                assert (doors.find_desk(self.session, stay.token, now=self.now) is not None) is stay.is_live(self.now)


_RULES = [check for name, check in vars(Invariants).items() if name[0] in "ri" and name[1].isdigit()]
_RULES_OF_TIME = [
    Invariants.r6_reading_changes_nothing,
    Invariants.r13_nobody_sees_what_is_not_theirs,
    Invariants.r18_letter_is_public_from_its_instant_and_not_before,
    Invariants.i20_what_has_ended_stays_ended,
]


def _refusal(call: Any) -> tuple[type[DomainError], str] | None:
    try:
        call()
    except DomainError as refused:
        return type(refused), str(refused)
    return None
