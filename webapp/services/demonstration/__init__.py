"""The demonstration: an invented letter with 36 invented societies, made as people would make it, two weeks in seconds."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from webapp.domain.actor import Actor
from webapp.domain.answer import AnswerKind, Mandate, SignOn
from webapp.domain.errors import Conflict
from webapp.domain.permission import Permission
from webapp.domain.tokens import Keyring, hash_token
from webapp.services.access import load_letter, load_place
from webapp.services.answer_store import WITHDRAW
from webapp.services.answers import Intent, Recorded, confirm_answer, prepare_answer
from webapp.services.codes import newest_code
from webapp.services.demonstration.calendar import SINCE_THE_DEADLINE, Act, ActKind, Calendar
from webapp.services.demonstration.journals import choose_journals, plan_journals
from webapp.services.demonstration.words import read_answers, read_letter, read_roster_file
from webapp.services.letters import create_letter, hand_to_staff, prepare_draft
from webapp.services.place import Place
from webapp.services.rooms import RoomView, enter_room, set_board_date, show_room
from webapp.services.roster import import_roster, preview_roster
from webapp.services.roster_list import list_roster
from webapp.services.sign_on import close_if_due, open_sign_on

_READING_TAKES = timedelta(minutes=6)
_THE_CODE_TAKES = timedelta(minutes=2)


def make_demonstration(session: Session, actor: Actor, staff_reference: str, keyring: Keyring, *, now: datetime) -> str:
    """A letter open for signing, its societies at every stage, owned by this member of staff; returns its reference.

    Everything goes through the services that the pages call, with earlier times, so that the record, the mails and the chart are
    what two weeks would have left. The actor is the command line, for it hands the letter to somebody else.
    """
    calendar = Calendar(now)
    draft = read_letter(calendar.deadline_local, calendar.submission_target)
    reference = create_letter(session, actor, prepare_draft(draft), now=calendar.created_at)
    hand_to_staff(session, actor, reference, staff_reference, now=calendar.created_at)
    roster = preview_roster(session, actor, reference, read_roster_file())
    import_roster(session, actor, reference, roster, keyring, now=calendar.listed_at)
    choose_journals(session, actor, reference, calendar)
    open_sign_on(session, actor, reference, is_fit=True, now=calendar.opened_at)
    plan_journals(session, actor, reference, calendar)
    societies = _Societies(_links(session, actor, reference, keyring), read_answers(), keyring)
    for act in calendar.acts():
        societies.perform(session, act)
    return reference


def make_closed_demonstration(session: Session, actor: Actor, staff_reference: str, keyring: Keyring, *, now: datetime) -> str:
    """The same letter as it stands when its deadline has passed, so that what comes after can be tried; returns its reference."""
    reference = make_demonstration(session, actor, staff_reference, keyring, now=now - SINCE_THE_DEADLINE)
    close_if_due(session, load_letter(session, actor, reference, Permission.SEE).id, now=now)
    return reference


def _links(session: Session, actor: Actor, reference: str, keyring: Keyring) -> dict[str, str]:
    """The token of each personal link by the address it went to."""
    people = [one for line in list_roster(session, actor, reference) for one in line.representatives]
    return {one.email: keyring.personal_link(one.reference, 1) for one in people}


@dataclass(frozen=True)
class _Societies:
    """The representatives, each at the own browser: opens the letter, answers, types the code from the mail."""

    links: dict[str, str]
    answers: dict[str, Any]
    keyring: Keyring

    def perform(self, session: Session, act: Act) -> None:
        token, invitation = enter_room(session, self.links[act.email], now=act.at - _READING_TAKES)
        place = load_place(session, hash_token(token), invitation, now=act.at)
        if act.kind is ActKind.TELL_BOARD:
            set_board_date(session, place, act.day, now=act.at)
        elif act.kind is not ActKind.READ:
            room = show_room(session, place, now=act.at)
            self._answer(session, place, self._intent(act, room), at=act.at)

    def _intent(self, act: Act, room: RoomView) -> Intent:
        nonce = secrets.token_urlsafe(16)
        if act.kind is ActKind.SIGN:
            return Intent(AnswerKind.SIGN, nonce, room.digest, sign_on=self._sign_on(act, room.society))
        standing = room.answer.reference if room.answer else None
        kind = WITHDRAW if act.kind is ActKind.WITHDRAW else AnswerKind.DECLINE
        return Intent(kind, nonce, room.digest, replaces=standing, reason=act.reason)

    def _sign_on(self, act: Act, society: str) -> SignOn:
        given = self.answers[act.email]
        return SignOn(
            printed_name=society,
            officer=given["officer"],
            office=given["office"],
            consent_to_print=True,
            decided_by=given["decided_by"],
            decided_on=act.day,
            competing_interests=given["competing_interests"],
            mandate=Mandate(given["mandate"]),
        )

    def _answer(self, session: Session, place: Place, intent: Intent, *, at: datetime) -> None:
        asked_at = at - _THE_CODE_TAKES
        prepare_answer(session, place, intent, self.keyring, received_at=asked_at, now=asked_at)
        code = self.keyring.code(newest_code(session, place) or "")
        given = confirm_answer(session, place, intent.nonce, code, self.keyring, received_at=at, now=at)
        if not isinstance(given, Recorded):
            raise Conflict("The demonstration could not confirm one of its own answers.")
