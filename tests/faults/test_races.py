"""F13–F18, T12: two people at the same instant, on real threads; what comes out is what some order of the two would have given."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from itertools import combinations, count
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, func, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from tests import factories
from tests.counts import IS_ASSURE, times
from tests.databases import IS_POSTGRESQL, Databases
from tests.factories import ANNA, BRUNO, DEADLINE, KEYRING, NOW, entry, settings_for
from tests.faults.books import audit
from tests.faults.people import prepare, send
from tests.faults.site import site_at
from webapp.domain.actor import Actor
from webapp.domain.errors import AnswerStands, DomainError
from webapp.domain.handing_over import HAND_OVER
from webapp.domain.roster import RosterEntry
from webapp.domain.text import Change
from webapp.persistence.database import make_engine, transaction
from webapp.persistence.tables import AnswerRow, EventRow, LetterRow, OutboxRow, RepresentativeRow, SocietyRow, WebSessionRow
from webapp.services import answers, documents, letters, redlines, revisions, rooms, roster, sign_on, text_change, texts
from webapp.services.answer_store import WITHDRAW
from webapp.services.corrections import Correction, correct_address
from webapp.services.handing_over import Leaving, Left, confirm_leaving, prepare_leaving
from webapp.services.objections import OBJECT
from webapp.services.revisions import Declaration
from webapp.services.text_change import Declared
from webapp.settings import Settings

_RUNS = 200 if IS_ASSURE else 3
_number = count(1)
CARLA = "carla@gullhaven.example.org"

Act = Callable[[Session], Any]
"""Returns a word of its own where it was neither done nor refused."""


@pytest.fixture(scope="module")
def site_settings(tmp_path_factory: pytest.TempPathFactory, databases: Databases) -> Settings:
    folder = tmp_path_factory.mktemp("races")
    return settings_for(folder, databases.fresh(folder))


@pytest.fixture(scope="module")
def engine(site_settings: Settings) -> Iterator[Engine]:
    engine = make_engine(site_settings)
    yield engine
    engine.dispose()


def one(engine: Engine, act: Act) -> str:
    """What becomes of one act in a transaction of its own, as a word."""
    with Session(engine) as session:
        try:
            with transaction(session):
                word = act(session)
                return word if isinstance(word, str) else "done"
        except DomainError as refused:
            return type(refused).__name__


def together(engine: Engine, *acts: Act) -> list[str]:
    """Each on its own thread, all let go at the same instant."""
    barrier = threading.Barrier(len(acts))

    def run(act: Act) -> str:
        barrier.wait(30)
        return one(engine, act)

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


# Two representatives of one society


class Society:
    """Anna and Bruno, on a letter of their own; each act is one that waits for nothing but its transaction."""

    def __init__(self, engine: Engine, *, signed: bool) -> None:
        number = next(_number)
        self.engine, self.name = engine, f"Society of the Hill {number}"
        with Session(engine) as session, transaction(session):
            self.coordinator = factories.staff_actor(session)
            people = [RosterEntry(self.name, "Anna Berg", ANNA), RosterEntry(self.name, "Bruno Wirth", BRUNO)]
            self.letter = factories.letter_in_signing(session, self.coordinator, *people)
            if signed:
                factories.sign(session, self.letter, ANNA, at=NOW, printed_name=self.name)

    def waits(self, email: str, act: str, *, received_at: datetime = NOW) -> Act:
        """Everything up to the last press is done; the press is left."""
        begun = min(received_at, DEADLINE - timedelta(minutes=5))
        nonce = f"{self.letter}-{email}-{act}"
        with Session(self.engine) as session, transaction(session):
            place = factories.enter(session, self.letter, email, now=begun)
            what = factories.intent(session, place, act, nonce=nonce, reason="It is more than a word." if act == OBJECT else "")
            answers.prepare_answer(session, place, what, KEYRING, received_at=begun, now=begun)
            code, key, invitation = factories.newest_code(session, place), place.stay.token_hash, place.invitation.reference

        def press(session: Session) -> str:
            place = factories.access.load_place(session, key, invitation, now=begun)
            done = answers.confirm_answer(session, place, nonce, code, KEYRING, received_at=received_at, now=received_at)
            return "done" if isinstance(done, answers.Recorded) else "WrongCode"

        return press

    def hands_over(self, email: str) -> Act:
        """To a colleague, everything up to the last press done."""
        nonce = f"{self.letter}-{email}-hands-over"
        with Session(self.engine) as session, transaction(session):
            place = factories.enter(session, self.letter, email)
            leaving = Leaving(HAND_OVER, nonce, "I have left.", "Carla Moss", CARLA)
            prepare_leaving(session, place, leaving, KEYRING, now=NOW)
            code, key, invitation = factories.newest_code(session, place), place.stay.token_hash, place.invitation.reference

        def press(session: Session) -> str:
            place = factories.access.load_place(session, key, invitation, now=NOW)
            done = confirm_leaving(session, place, nonce, code, KEYRING, now=NOW)
            return "done" if isinstance(done, Left) else "WrongCode"

        return press

    def corrects(self, email: str) -> Act:
        """The coordinators give this person another address: the same colleague’s."""
        with Session(self.engine) as session:
            row = factories.representative(session, self.letter, email)
            given, invitation = Correction(row.reference, "Carla Moss", CARLA), row.invitation.reference
        return lambda session: correct_address(session, self.coordinator, self.letter, invitation, given, KEYRING, now=NOW)

    def _sits(self, email: str) -> tuple[str, str]:
        with Session(self.engine) as session, transaction(session):
            place = factories.enter(session, self.letter, email)
            return place.stay.token_hash, place.invitation.reference

    def fills_in(self) -> Act:
        """Anna’s form, before the code, on the page as she has it before her now."""
        key, invitation = self._sits(ANNA)
        with Session(self.engine) as session:
            place = factories.access.load_place(session, key, invitation, now=NOW)
            what = factories.intent(session, place, "decline", nonce=f"{self.letter}-filled-in")

        def act(session: Session) -> None:
            place = factories.access.load_place(session, key, invitation, now=NOW)
            answers.prepare_answer(session, place, what, KEYRING, received_at=NOW, now=NOW)

        return act

    def gives_date(self) -> Act:
        key, invitation = self._sits(ANNA)

        def act(session: Session) -> None:
            place = factories.access.load_place(session, key, invitation, now=NOW)
            rooms.set_board_date(session, place, DEADLINE.date(), now=NOW)

        return act

    def enters(self) -> Act:
        """By the link that Anna has in her mail now."""
        with Session(self.engine) as session:
            link = factories.personal_link(session, self.letter, ANNA)

        def act(session: Session) -> None:
            rooms.enter_room(session, link, now=NOW)

        return act

    def revoke(self, email: str) -> Act:
        reference = self._representative(email)
        return lambda session: roster.revoke_representative(session, self.coordinator, self.letter, reference, now=NOW)

    def replace_link(self, email: str) -> Act:
        reference = self._representative(email)
        return lambda session: roster.replace_link(session, self.coordinator, self.letter, reference, KEYRING, now=NOW)

    def _representative(self, email: str) -> str:
        with Session(self.engine) as session:
            return factories.representative(session, self.letter, email).reference

    def facts(self) -> tuple[Any, ...]:
        """Everything about the letter that two orders of the same acts could leave different."""
        with Session(self.engine) as session:
            letter = factories.letter_row(session, self.letter)
            given = session.scalars(select(AnswerRow).where(AnswerRow.letter_id == letter.id))
            stand = sorted((row.kind, row.is_standing, row.withdrawn_at is not None, row.representative.email) for row in given)
            events = session.scalars(select(EventRow.kind).where(EventRow.letter_id == letter.id))
            mails = session.scalars(select(OutboxRow.kind).where(OutboxRow.letter_id == letter.id))
            people = [(anna.revoked_at is not None, anna.link_generation) for anna in self._people(session)]
            stays = session.scalar(self._stays(session)) or 0
            return letter.state, tuple(stand), tuple(sorted(events)), tuple(sorted(mails)), tuple(people), stays, letter.deadline

    def _stays(self, session: Session) -> Any:
        """Whoever sits in a room of Anna’s."""
        anna = factories.representative(session, self.letter, ANNA)
        return select(func.count()).select_from(WebSessionRow).where(WebSessionRow.representative_id == anna.id)

    def _people(self, session: Session) -> list[RepresentativeRow]:
        return [factories.representative(session, self.letter, email) for email in (ANNA, BRUNO)]


def standing(engine: Engine, letter: str) -> int:
    with Session(engine) as session:
        mine = select(func.count()).where(AnswerRow.letter_id == factories.letter_row(session, letter).id, AnswerRow.is_standing.is_(True))
        return session.scalar(mine) or 0


def two_at_once(engine: Engine) -> tuple[Society, list[str]]:
    society = Society(engine, signed=False)
    return society, together(engine, society.waits(ANNA, "sign"), society.waits(BRUNO, "sign"))


def test_r1_two_representatives_at_one_instant_make_one_answer(tmp_path: Path, databases: Databases) -> None:
    # A database of its own, for the books are of all that is in it.
    settings = settings_for(tmp_path, databases.fresh(tmp_path))
    engine = make_engine(settings)
    for _ in range(times(500)):
        society, words = two_at_once(engine)
        assert sorted(words) == ["AnswerStands", "done"]
        assert standing(engine, society.letter) == 1
    assert audit(settings, {}).problems == []
    engine.dispose()


def test_second_representative_is_told_who_signed_and_when(engine: Engine) -> None:
    society = Society(engine, signed=False)
    first, second = society.waits(ANNA, "sign"), society.waits(BRUNO, "sign")
    assert one(engine, first) == "done"
    told = r"Prof\. Anna Berg signed for your society on 2 March 2026"
    with pytest.raises(AnswerStands, match=told), Session(engine) as session, transaction(session):
        second(session)


@pytest.fixture
def unjudged(monkeypatch: pytest.MonkeyPatch) -> None:
    """The services no longer look whether an answer stands: only the database is left."""
    monkeypatch.setattr(answers, "refuse_unasked_replacement", lambda *_: None)
    monkeypatch.setattr(answers, "standing_answer", lambda *_: None)


def test_r1_database_alone_lets_one_answer_stand(engine: Engine, unjudged: None) -> None:
    society = Society(engine, signed=False)
    presses = society.waits(ANNA, "sign"), society.waits(BRUNO, "sign")
    with pytest.raises(IntegrityError):
        together(engine, *presses)
    assert standing(engine, society.letter) == 1


def test_two_answers_would_stand_without_the_index(tmp_path: Path, databases: Databases, unjudged: None) -> None:
    """The control: the same race, the same look, and two answers."""
    engine = make_engine(settings_for(tmp_path, databases.fresh(tmp_path)))
    with engine.connect() as connection:
        connection.execute(text("DROP INDEX uq_answer_standing"))
        connection.commit()
    society, words = two_at_once(engine)
    assert (words, standing(engine, society.letter)) == (["done", "done"], 2)
    assert audit(settings_for(tmp_path, engine.url.render_as_string(hide_password=False)), {}).doubled
    engine.dispose()


# All pairs of acts

ACTS: dict[str, Callable[[Society, str], Act]] = {
    "sign": lambda society, email: society.waits(email, "sign"),
    "decline": lambda society, email: society.waits(email, "decline"),
    "withdraw": lambda society, email: society.waits(email, WITHDRAW),
    "fill in": lambda society, _email: society.fills_in(),
    "give the board’s date": lambda society, _email: society.gives_date(),
    "enter": lambda society, _email: society.enters(),
    "revoke the link": lambda society, _email: society.revoke(ANNA),
    "replace the link": lambda society, _email: society.replace_link(ANNA),
}
PAIRS = [*combinations(ACTS, 2), ("decline", "decline"), ("withdraw", "withdraw"), ("enter", "enter")]
ACTS |= {
    "hand over": lambda society, email: society.hands_over(email),
    "correct the address": lambda society, email: society.corrects(email),
}
PAIRS += [("hand over", one) for one in ("sign", "revoke the link", "replace the link", "correct the address", "hand over")]
PAIRS += [("correct the address", one) for one in ("sign", "enter", "correct the address")]

Outcome = tuple[tuple[str, ...], tuple[Any, ...]]


def pair(engine: Engine, first: str, second: str) -> tuple[Society, Act, Act]:
    society = Society(engine, signed=True)
    return society, ACTS[first](society, ANNA), ACTS[second](society, BRUNO)


def in_order(engine: Engine, first: str, second: str, *, turned: bool) -> Outcome:
    society, one_act, other = pair(engine, first, second)
    words = [one(engine, act) for act in ((other, one_act) if turned else (one_act, other))]
    return tuple(reversed(words) if turned else words), society.facts()


@pytest.mark.parametrize(("first", "second"), PAIRS, ids=[" and ".join(one) for one in PAIRS])
def test_f15_two_acts_at_once_end_as_one_after_the_other(engine: Engine, first: str, second: str) -> None:
    orders = {in_order(engine, first, second, turned=turned) for turned in (False, True)}
    for _ in range(_RUNS):
        society, one_act, other = pair(engine, first, second)
        words = together(engine, one_act, other)
        assert (tuple(words), society.facts()) in orders


def test_look_at_the_orders_would_notice_a_third_outcome(engine: Engine) -> None:
    """The control: a withdrawal that is written past the services is in no order."""
    orders = {in_order(engine, "sign", "decline", turned=turned) for turned in (False, True)}
    society, one_act, other = pair(engine, "sign", "decline")
    words = together(engine, one_act, other)
    with Session(engine) as session, transaction(session):
        letter = factories.letter_row(session, society.letter)
        row = session.scalars(select(AnswerRow).where(AnswerRow.letter_id == letter.id, AnswerRow.is_standing.is_(True))).one()
        row.is_standing, row.withdrawn_at = False, NOW
    assert (tuple(words), society.facts()) not in orders


# The letter itself moves on


def close(society: Society) -> Act:
    def act(session: Session) -> None:
        sign_on.close_if_due(session, factories.letter_row(session, society.letter).id, now=DEADLINE)

    return act


def extend(society: Society) -> Act:
    later = factories.DEADLINE_LOCAL + timedelta(days=1)
    return lambda session: sign_on.move_deadline(session, society.coordinator, society.letter, later, now=DEADLINE - timedelta(seconds=1))


def cancel(society: Society) -> Act:
    return lambda session: sign_on.cancel_letter(session, society.coordinator, society.letter, "Another letter says it.", now=NOW)


MOVES = {"closed at its deadline": close, "extended": extend, "cancelled": cancel}
MOMENTS = {"in time": DEADLINE - timedelta(microseconds=1), "too late": DEADLINE}


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("move", MOVES)
def test_f13_answer_in_flight_while_the_letter_moves_on(engine: Engine, move: str, moment: str) -> None:
    def scene() -> tuple[Society, Act, Act]:
        society = Society(engine, signed=False)
        return society, society.waits(ANNA, "sign", received_at=MOMENTS[moment]), MOVES[move](society)

    def ordered(*, turned: bool) -> Outcome:
        society, press, moved = scene()
        words = [one(engine, act) for act in ((moved, press) if turned else (press, moved))]
        return tuple(reversed(words) if turned else words), society.facts()

    orders = {ordered(turned=turned) for turned in (False, True)}
    for _ in range(_RUNS):
        society, press, moved = scene()
        words = together(engine, press, moved)
        assert (tuple(words), society.facts()) in orders
        if move == "closed at its deadline":
            assert (words[0] == "done") is (moment == "in time"), "R9: the instant decides, and nothing else"


def test_f17_draft_that_two_people_save_is_saved_once(engine: Engine) -> None:
    for _ in range(_RUNS):
        with Session(engine) as session, transaction(session):
            coordinator = factories.staff_actor(session)
            letter = factories.letter_in_draft(session, coordinator)

        def save(title: str, coordinator: Actor = coordinator, letter: str = letter) -> Act:
            return lambda session: letters.edit_letter(session, coordinator, letter, factories.draft(title=title), 1, now=NOW)

        assert sorted(together(engine, save("One title"), save("Another title"))) == ["Conflict", "done"]


def test_f17_text_that_is_frozen_is_the_text_that_was_saved(engine: Engine) -> None:
    for _ in range(_RUNS):
        with Session(engine) as session, transaction(session):
            coordinator = factories.staff_actor(session)
            letter = factories.letter_in_draft(session, coordinator)

        def save(session: Session, coordinator: Actor = coordinator, letter: str = letter) -> None:
            letters.edit_letter(session, coordinator, letter, factories.draft(title="A title of the last minute"), 1, now=NOW)

        def freeze(session: Session, coordinator: Actor = coordinator, letter: str = letter) -> None:
            sign_on.open_sign_on(session, coordinator, letter, is_fit=True, now=NOW)

        saved, _opened = together(engine, save, freeze)
        with Session(engine) as session:
            row = session.scalars(select(LetterRow).where(LetterRow.reference == letter)).one()
            assert row.revision_in_force is not None
            assert row.title == row.revision_in_force.title
            assert (row.title == "A title of the last minute") is (saved == "done")


# The text moves on


def write_anew(society: Society, word: str = "One word more.") -> None:
    """A revision that waits to be put in force."""
    with Session(society.engine) as session, transaction(session):
        text = factories.letter_row(session, society.letter).statement
        texts.write_text(session, society.coordinator, society.letter, text.reference, f"{text.body} {word}", text.edition, now=NOW)
        revisions.make_revision(session, society.coordinator, society.letter, Declaration(word, Change.EDITORIAL), now=NOW)


def put_in_force(society: Society, change: str) -> Act:
    until = factories.DEADLINE_LOCAL if change == Change.EDITORIAL else None
    declared = Declared(change, is_fit=True, object_until=until)
    return lambda session: text_change.change_text(session, society.coordinator, society.letter, declared, now=NOW)


def signed(engine: Engine, society: Society) -> tuple[int, int]:
    """How many signatures count, and how many wait."""
    with Session(engine) as session:
        letter = factories.letter_row(session, society.letter)
        return documents.signed_count(session, letter), len(documents.answers_to_affirm(session, letter))


def test_r2_affirming_while_the_text_is_changed_again_counts_for_one_text_alone(engine: Engine) -> None:
    for _ in range(_RUNS):
        society = Society(engine, signed=True)
        write_anew(society)
        assert one(engine, put_in_force(society, Change.SUBSTANTIVE)) == "done"
        affirms = society.waits(ANNA, "sign")
        write_anew(society, "And another.")
        words = together(engine, affirms, put_in_force(society, Change.SUBSTANTIVE))
        # Affirmed and changed at once again, or refused because the text has moved on: the newest text is affirmed by nobody.
        assert words in (["done", "done"], ["StaleText", "done"])
        assert signed(engine, society) == (0, 1)


def test_r2_whoever_affirms_too_late_sees_what_has_changed_since(engine: Engine) -> None:
    society = Society(engine, signed=True)
    write_anew(society)
    assert one(engine, put_in_force(society, Change.SUBSTANTIVE)) == "done"
    affirms = society.waits(ANNA, "sign")
    write_anew(society, "And another.")
    assert one(engine, put_in_force(society, Change.SUBSTANTIVE)) == "done"
    assert one(engine, affirms) == "StaleText"
    with Session(engine) as session:
        anna = factories.representative(session, society.letter, ANNA)
        stay = session.scalars(select(WebSessionRow).where(WebSessionRow.representative_id == anna.id)).all()[-1]
        place = factories.access.load_place(session, stay.token_hash, anna.invitation.reference, now=NOW)
        changes = redlines.changes_since_pending(session, place)
        assert changes
        assert "And another." in changes
        assert "One word more." in changes


def test_r1_objection_and_affirmation_at_once_end_as_one_after_the_other(engine: Engine) -> None:
    def scene() -> tuple[Society, Act, Act]:
        society = Society(engine, signed=True)
        write_anew(society)
        assert one(engine, put_in_force(society, Change.EDITORIAL)) == "done"
        return society, society.waits(ANNA, OBJECT), society.waits(BRUNO, "sign")

    def ordered(*, turned: bool) -> tuple[Any, ...]:
        society, objects, affirms = scene()
        words = [one(engine, act) for act in ((affirms, objects) if turned else (objects, affirms))]
        return (tuple(reversed(words) if turned else words), society.facts(), signed(engine, society))

    orders = {ordered(turned=turned) for turned in (False, True)}
    assert len(orders) == 2
    for _ in range(_RUNS):
        society, objects, affirms = scene()
        words = together(engine, objects, affirms)
        assert (tuple(words), society.facts(), signed(engine, society)) in orders
        assert signed(engine, society) == (1, 0), "whoever was first, the society has affirmed the text"


def test_two_coordinators_who_change_the_text_at_once_change_it_once(engine: Engine) -> None:
    for _ in range(_RUNS):
        society = Society(engine, signed=True)
        write_anew(society)
        words = together(engine, put_in_force(society, Change.EDITORIAL), put_in_force(society, Change.SUBSTANTIVE))
        assert sorted(words) == ["WrongState", "done"]
        assert signed(engine, society) == ((1, 0) if words[0] == "done" else (0, 1))
        with Session(engine) as session:
            letter = factories.letter_row(session, society.letter)
            mails = select(func.count()).where(OutboxRow.letter_id == letter.id, OutboxRow.kind == "text_changed")
            assert (len(letter.freezings), session.scalar(mails)) == (2, 2)


def test_look_at_the_counts_would_notice_an_answer_to_an_older_text(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: where the digest is not looked at, an answer to the older text is taken."""
    monkeypatch.setattr(answers, "refuse_stale", lambda *_arguments: None)
    society = Society(engine, signed=True)
    affirms = society.waits(ANNA, "sign")
    write_anew(society)
    assert one(engine, put_in_force(society, Change.SUBSTANTIVE)) == "done"
    assert one(engine, affirms) == "done"


# Twice the same


def test_r8_fifty_equal_presses_are_one_answer(tmp_path: Path, databases: Databases) -> None:
    with site_at(tmp_path, databases.fresh(tmp_path)) as site:
        waiting, _fresh = prepare(site.settings, times(20))
        site.start()
        for representative in waiting:
            with ThreadPoolExecutor(50) as pool:
                pressed = [pool.submit(send, site.address, *press_of(representative)) for _ in range(50)]
            assert {(one.result().status, one.result().location) for one in pressed} == {
                (303, f"/room/{representative.invitation}/receipt")
            }
            receipt = send(site.address, f"/room/{representative.invitation}/receipt", representative.cookie)
            assert receipt.status == 200
        site.kill()
        books = audit(site.settings, {one.nonce: one.invitation for one in waiting})
        assert books.problems == []


def press_of(one: Any) -> tuple[str, str, dict[str, str]]:
    return one.path, one.cookie, one.form


def imports(engine: Engine, name: str) -> list[Act]:
    """The same society, new to the house, for two letters."""
    acts: list[Act] = []
    for email in (ANNA, BRUNO):
        with Session(engine) as session, transaction(session):
            coordinator = factories.staff_actor(session)
            letter = factories.letter_in_draft(session, coordinator, entry(f"Already there {next(_number)}"))
        one_entry = RosterEntry(name, "Somebody", email)
        acts.append(
            lambda session, coordinator=coordinator, letter=letter, row=one_entry: roster.add_society(  # type: ignore[misc]
                session, coordinator, letter, row, KEYRING, now=NOW
            )
        )
    return acts


def societies_called(engine: Engine, name: str) -> int:
    with Session(engine) as session:
        return session.scalar(select(func.count()).where(SocietyRow.printed_name == name)) or 0


def test_society_that_two_letters_bring_at_once_is_one(engine: Engine) -> None:
    for _ in range(times(200)):
        name = f"Society of the Ford {next(_number)}"
        assert together(engine, *imports(engine, name)) == ["done", "done"]
        assert societies_called(engine, name) == 1


if IS_POSTGRESQL:

    def test_society_would_be_two_if_nobody_waited(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
        """The control: both have looked before either has written. SQLite lets only one of them begin."""
        looked, look = threading.Barrier(2), roster.societies_named

        def look_and_wait(*arguments: Any) -> Any:
            found = look(*arguments)
            looked.wait(30)
            return found

        acts = imports(engine, "Society of the Two Fords")
        monkeypatch.setattr(roster, "take_alone", lambda *_: None)
        monkeypatch.setattr(roster, "societies_named", look_and_wait)
        assert together(engine, *acts) == ["done", "done"]
        assert societies_called(engine, "Society of the Two Fords") == 2
