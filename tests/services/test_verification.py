"""T18, T19: whatever is changed behind the program’s back is named, and a receipt shows what was taken away."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from email.message import EmailMessage

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from tests.conftest import Store
from tests.factories import (
    ANNA,
    BRUNO,
    DEADLINE,
    NOW,
    OTTO,
    SEALABLE,
    comment,
    enter,
    entry,
    give,
    intent,
    letter_circulating,
    letter_closed,
    letter_in_draft,
    letter_in_signing,
    letter_row,
    seal_it,
    sign,
    staff_actor,
    submitted,
)
from webapp.domain.digest import canonical_json
from webapp.domain.errors import InvalidInput, NotFound
from webapp.domain.imported import ImportedComment, ImportedSuggestion, Passage, WordImport
from webapp.domain.record import event_hash, genesis_hash
from webapp.domain.text import Change
from webapp.persistence.record import load_events
from webapp.persistence.tables import RevisionRow
from webapp.services import revisions, sign_on, submissions, talks, text_change, texts, word_files
from webapp.services.objections import OBJECT
from webapp.services.revisions import Declaration, text_digest
from webapp.services.text_change import Declared
from webapp.services.verification import Head, head_problem, read_head, read_receipt, verify

MARSHES = entry("Society of the Marshes", OTTO, "Otto Lind")


@pytest.fixture
def sealed(store: Store) -> str:
    """A letter at the journal, signed by two societies, beside another that nobody touches."""
    with store() as session:
        actor = staff_actor(session)
        reference = letter_in_draft(session, actor, entry(), MARSHES)
        short = texts.add_short_form(session, actor, reference, "For the journal", now=NOW)
        texts.write_text(session, actor, reference, short, "Shorter: we disagree.", 1, now=NOW)
        sign_on.open_sign_on(session, actor, reference, is_fit=True, now=NOW)
        texts.write_text(session, actor, reference, short, "Shorter still.", 2, now=NOW)
        revisions.make_revision(session, actor, reference, Declaration("A shorter form.", "substantive"), now=NOW)
        for one in (entry(), MARSHES):
            sign(session, reference, one.email, printed_name=one.society, officer=one.contact)
        sign_on.close_if_due(session, letter_row(session, reference).id, now=DEADLINE)
        seal_it(session, actor, reference)
        submissions.submit_letter(session, actor, reference, submitted(), now=SEALABLE)
        assert letter_in_signing(session, actor, entry("Another", BRUNO))
        return reference


_KEPT = ("revision", "event", "sealed_signatory", "document", "answer", "freezing", "objection", "comment", "talk", "reminder")
_VOUCHED = ("recorded_answer", "proof_file", "authority_check", "dispute")


def thaw(session: Session) -> None:
    """Whoever owns the database can take the triggers away."""
    if session.get_bind().dialect.name == "sqlite":
        names = session.scalars(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).all()
        for name in names:
            session.execute(text(f"DROP TRIGGER {name}"))
        return
    for table in (
        "revision",
        "event",
        "sealed_signatory",
        "document",
        "answer",
        "freezing",
        "objection",
        "comment",
        "talk",
        "reminder",
        "addendum",
        "addendum_signatory",
        "erratum",
        "later_document",
        "shown_elsewhere",
        *("submission_step", "target_fate", "correspondence", "correspondence_file", "journal_mail"),
        *("news", "ask_round", "ask_answer", "ask_end"),
        *("new_text", "put_text", "new_text_asked", "new_text_answer", "new_text_signatory", "new_text_document"),
        "translation",
        *_VOUCHED,
    ):
        session.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))


def run(*statements: str) -> Callable[[Session, int], None]:
    def plant(session: Session, letter: int) -> None:
        for statement in statements:
            session.execute(text(statement), {"letter": letter})

    return plant


def drop(session: Session, letter: int, sequence: int, *, closes_up: bool = False) -> None:
    where = {"letter": letter, "sequence": sequence}
    session.execute(text("DELETE FROM event WHERE letter_id = :letter AND sequence = :sequence"), where)
    if closes_up:
        later = session.scalars(
            text("SELECT sequence FROM event WHERE letter_id = :letter AND sequence > :sequence ORDER BY sequence"), where
        ).all()
        for number in later:
            session.execute(
                text("UPDATE event SET sequence = sequence - 1 WHERE letter_id = :letter AND sequence = :sequence"),
                {**where, "sequence": number},
            )


def drop_last(session: Session, letter: int) -> None:
    drop(session, letter, len(load_events(session, letter)))


def swap(session: Session, letter: int) -> None:
    for one, other in ((3, 99), (4, 3), (99, 4)):
        session.execute(
            text("UPDATE event SET sequence = :other WHERE letter_id = :letter AND sequence = :one"),
            {"letter": letter, "one": one, "other": other},
        )


def rechain(session: Session, letter: int, reference: str = "", *, public: tuple[int, dict[str, object]] | None = None) -> None:
    """A forger who knows the format: changes one event and chains all that follow anew."""
    row = session.execute(text("SELECT reference FROM letter WHERE id = :letter"), {"letter": letter}).scalar_one()
    previous = genesis_hash(reference or row)
    for number, event in enumerate(load_events(session, letter), 1):
        changed = {**event.public, **public[1]} if public and public[0] == event.sequence else dict(event.public)
        draft = replace(event, sequence=number, public=changed, previous_hash=previous)
        values = {
            "letter": letter, "old": event.sequence, "new": number, "public": canonical_json(changed),
            "previous": previous, "hash": event_hash(draft),
        }  # fmt: skip
        session.execute(
            text(
                "UPDATE event SET sequence = :new, public = :public, previous_hash = :previous, hash = :hash"
                " WHERE letter_id = :letter AND sequence = :old"
            ),
            values,
        )
        previous = values["hash"]


def answer_event(session: Session, letter: int) -> int:
    return next(event.sequence for event in load_events(session, letter) if event.kind == "answer.given")


def forge_answer(session: Session, letter: int) -> None:
    rechain(session, letter, public=(answer_event(session, letter), {"answer_kind": "decline"}))


def truncate_and_close_again(session: Session, letter: int) -> None:
    drop(session, letter, answer_event(session, letter))
    rechain(session, letter)


def insert(session: Session, letter: int) -> None:
    session.execute(
        text(
            "INSERT INTO event (letter_id, sequence, at, kind, actor, public, previous_hash, hash)"
            " SELECT letter_id, 99, at, 'answer.given', actor, public, hash, 'f' FROM event"
            " WHERE letter_id = :letter ORDER BY sequence DESC LIMIT 1"
        ),
        {"letter": letter},
    )


def other_genesis(session: Session, letter: int) -> None:
    rechain(session, letter, "another-letter")


def swap_commitments(session: Session, letter: int) -> None:
    where = "FROM event WHERE letter_id = :letter AND kind = 'answer.given' ORDER BY sequence"
    first, second = session.execute(text(f"SELECT sequence, private, salt {where}"), {"letter": letter}).all()
    for to, other in ((first, second), (second, first)):
        session.execute(
            text("UPDATE event SET private = :private, salt = :salt WHERE letter_id = :letter AND sequence = :sequence"),
            {"letter": letter, "sequence": to.sequence, "private": other.private, "salt": other.salt},
        )


def swap_positions(session: Session, letter: int) -> None:
    for one, other in ((1, 9), (2, 1), (9, 2)):
        session.execute(
            text("UPDATE sealed_signatory SET position = :other WHERE letter_id = :letter AND position = :one"),
            {"letter": letter, "one": one, "other": other},
        )


def edit_short_form(session: Session, letter: int, *, with_digest: bool = False) -> None:
    row = session.scalars(select(RevisionRow).where(RevisionRow.letter_id == letter, RevisionRow.number == 1)).one()
    changed = [dict(one, body=one["body"].replace("Shorter", "Longer")) for one in row.texts]
    for one in changed if with_digest else ():
        one["digest"] = text_digest(row.title, row.ask, row.targets, body=one["body"], references=row.references, cites=one["cites"])
    row.texts = changed


def edit_with_digest(session: Session, letter: int) -> None:
    """A forger who knows how a text is hashed, and not that the record has the digest too."""
    edit_short_form(session, letter, with_digest=True)


OF_LETTER = "letter_id = :letter"
PLANTED: dict[str, tuple[Callable[[Session, int], None], str]] = {
    "the last event is dropped": (drop_last, "what the database holds as its state"),
    "an event in the middle is dropped": (lambda s, n: drop(s, n, 4), "event 4 is missing."),
    "the first event is dropped": (lambda s, n: drop(s, n, 1), "event 1 is missing."),
    "an event is dropped and the rest closes up": (lambda s, n: drop(s, n, 4, closes_up=True), "event 4 does not follow"),
    "two events are swapped": (swap, "event 3 does not follow"),
    "a fact of an event is edited": (
        run(f"UPDATE event SET public = replace(public, 'sign', 'decline') WHERE {OF_LETTER} AND kind = 'answer.given'"),
        "is not as it was recorded.",
    ),
    "who did it is edited": (
        run(f"UPDATE event SET actor = 'clock' WHERE {OF_LETTER} AND sequence = 2"),
        "event 2 is not as it was recorded.",
    ),
    "its number is edited": (run(f"UPDATE event SET sequence = 50 WHERE {OF_LETTER} AND sequence = 5"), "event 5 is missing."),
    "an event is put in": (insert, "event 99 is not as it was recorded."),
    "an event is dropped and the record chained anew": (truncate_and_close_again, "is not the one that the answer"),
    "the record begins elsewhere": (other_genesis, "event 1 does not follow"),
    "an event is forged and the record chained anew": (forge_answer, "names another hash for event"),
    "private parts are swapped": (swap_commitments, "is not the one that was recorded."),
    "a private part is edited": (
        run(f"UPDATE event SET private = replace(private, 'board', 'chair') WHERE {OF_LETTER} AND private IS NOT NULL"),
        "the private part of event",
    ),
    "a record is no JSON any more": (
        run(f"UPDATE event SET public = '{{' WHERE {OF_LETTER} AND sequence = 2"),
        "its record cannot be read.",
    ),
    "all events are dropped": (run(f"DELETE FROM event WHERE {OF_LETTER}"), "its record is empty."),
    "an answer is edited": (run(f"UPDATE answer SET officer = 'Somebody' WHERE {OF_LETTER}"), "the officer of the answer"),
    "an authority is edited": (run(f"UPDATE answer SET authority = 'open' WHERE {OF_LETTER}"), "the authority of the answer"),
    "a day is edited": (run(f"UPDATE answer SET decided_on = '2026-01-01' WHERE {OF_LETTER}"), "the day of the decision of the answer"),
    "an arrival is edited": (
        run(f"UPDATE answer SET received_at = '2026-03-01 09:00:00+00:00' WHERE {OF_LETTER}"),
        "the instant of arrival of the answer",
    ),
    "a printed name is edited": (run(f"UPDATE answer SET printed_name = 'Another' WHERE {OF_LETTER}"), "the printed name of the answer"),
    "an answer is set aside": (
        run(f"UPDATE answer SET is_standing = (1 = 0) WHERE {OF_LETTER}"),
        "does not stand, against its record.",
    ),
    "a receipt’s place is edited": (run(f"UPDATE answer SET record_sequence = 1 WHERE {OF_LETTER}"), "event 1 is not the one"),
    "the signed text is edited": (
        run(f"UPDATE revision SET statement = statement || ' Not.' WHERE {OF_LETTER}"),
        "does not have the digest that was signed.",
    ),
    "a short form of a revision is edited": (edit_short_form, "the text “For the journal” of revision 1 does not have the digest"),
    "a short form is edited with its digest": (edit_with_digest, "revision 1 is not the one of which event"),
    "a revision is declared otherwise": (
        run(f"UPDATE revision SET change = 'editorial' WHERE {OF_LETTER} AND number = 2"),
        "revision 2 is not the one of which event",
    ),
    "a revision is put in": (
        run(
            'INSERT INTO revision (letter_id, number, title, ask, targets, statement, "references", texts, digest, change, note, made_at,'
            ' made_by) SELECT letter_id, 3, title, ask, targets, statement, "references", texts, digest, change, note, made_at, made_by'
            f" FROM revision WHERE {OF_LETTER} AND number = 2"
        ),
        "what the database holds as its revisions",
    ),
    "a revision is taken away": (run(f"DELETE FROM revision WHERE {OF_LETTER} AND number = 2"), "revision 2, of which event"),
    "the file is replaced": (
        run(f"UPDATE document SET content = salt FROM event WHERE document.{OF_LETTER} AND salt IS NOT NULL"),
        "SHA-256",
    ),
    "a sealed file is exchanged for another whole one": (
        run(
            "UPDATE document SET (sha256, content) = (SELECT other.sha256, other.content FROM document AS other"
            f" WHERE other.letter_id = document.letter_id AND other.kind = 'text') WHERE {OF_LETTER} AND kind = 'signatories-csv'"
        ),
        "the stored file “signatories-csv” is not the one of which event",
    ),
    "a sealed file is removed": (
        run(f"DELETE FROM document WHERE {OF_LETTER} AND kind = 'signatories-json'"),
        "the file “signatories-json”, of which event",
    ),
    "a file is put to the sealed ones": (
        run(f"UPDATE document SET kind = 'jats' WHERE {OF_LETTER} AND kind = 'text'"),
        "the stored file “jats” is not the one of which event",
    ),
    "a sealed name is edited": (
        run(f"UPDATE sealed_signatory SET printed_name = 'X' WHERE {OF_LETTER} AND position = 1"),
        "the sealed signatories are not those of event",
    ),
    "a sealed officer is edited": (
        run(f"UPDATE sealed_signatory SET officer = 'X' WHERE {OF_LETTER} AND position = 1"),
        "the officer of the sealed signatory 1",
    ),
    "sealed signatories are swapped": (swap_positions, "the sealed signatories are not those of event"),
    "a sealed signatory is removed": (run(f"DELETE FROM sealed_signatory WHERE {OF_LETTER} AND position = 2"), "1 signatories are sealed"),
    "the state is edited": (run("UPDATE letter SET state = 'closed' WHERE id = :letter"), "what the database holds as its state"),
    "the deadline is edited": (run("UPDATE letter SET deadline = opened_at WHERE id = :letter"), "its deadline"),
}


CHANGES = "freezing.letter_id = :letter AND freezing.change <> ''"
OBJECTED = "answer_id IN (SELECT id FROM answer WHERE letter_id = :letter)"
PLANTED_CHANGES: dict[str, tuple[Callable[[Session, int], None], str]] = {
    "a change is declared otherwise": (
        run(f"UPDATE freezing SET change = 'substantive', object_until = NULL WHERE {CHANGES}"),
        "is not what it tells.",
    ),
    "objections are given more time": (
        run(f"UPDATE freezing SET object_until = '2026-03-12 09:00:00+00:00' WHERE {CHANGES}"),
        "is not what it tells.",
    ),
    "a reason is put into its mouth": (
        run(f"UPDATE freezing SET reason_unanswered = 'They agreed.' WHERE {CHANGES}"),
        "is not what it tells.",
    ),
    "what was put in force is taken away": (
        run(f"DELETE FROM objection WHERE {OBJECTED}", f"DELETE FROM freezing WHERE {CHANGES}"),
        "is not in force any more.",
    ),
    "the digest of what is in force is edited": (
        run("UPDATE revision SET digest = 'x' WHERE letter_id = :letter AND number = 2"),
        "is not what it tells.",
    ),
    "a change is put in": (
        run(
            'INSERT INTO revision (letter_id, number, title, ask, targets, statement, "references", texts, digest, change, note, made_at,'
            ' made_by) SELECT letter_id, 3, title, ask, targets, statement, "references", texts, digest, change, note, made_at, made_by'
            " FROM revision WHERE letter_id = :letter AND number = 2",
            "INSERT INTO freezing (letter_id, revision_id, change, frozen_at, frozen_by, is_fit, reason_unfit, reason_unanswered)"
            " SELECT freezing.letter_id, revision.id, 'editorial', frozen_at, frozen_by, is_fit, reason_unfit, reason_unanswered"
            f" FROM freezing, revision WHERE revision.letter_id = :letter AND revision.number = 3 AND {CHANGES}",
        ),
        "a text is in force that its record does not tell of.",
    ),
    "an objection is removed": (run(f"DELETE FROM objection WHERE {OBJECTED}"), "tells, is not there."),
    "a remark is edited": (run(f"UPDATE objection SET remark = 'Nothing.' WHERE {OBJECTED}"), "is not the one that event"),
    "an objection is moved in time": (
        run(f"UPDATE objection SET received_at = '2026-03-02 08:00:00+00:00' WHERE {OBJECTED}"),
        "is not the one that event",
    ),
    "an objection is put in": (
        run(
            "INSERT INTO objection (freezing_id, answer_id, representative_id, nonce, remark, received_at)"
            " SELECT objection.freezing_id, answer.id, answer.representative_id, 'another-nonce', remark, objection.received_at"
            " FROM objection, answer WHERE answer.letter_id = :letter AND answer.id <> objection.answer_id"
        ),
        "that its record does not tell of.",
    ),
}


@pytest.fixture
def objected(store: Store) -> str:
    """Two societies have signed, the text was changed, and one of them objects."""
    with store() as session:
        actor = staff_actor(session)
        reference = letter_in_signing(session, actor, entry(), MARSHES)
        for one in (entry(), MARSHES):
            sign(session, reference, one.email, printed_name=one.society, officer=one.contact)
        statement = letter_row(session, reference).statement
        texts.write_text(session, actor, reference, statement.reference, statement.body + " A word.", statement.edition, now=NOW)
        revisions.make_revision(session, actor, reference, Declaration("A word.", Change.EDITORIAL), now=NOW)
        until = datetime.fromisoformat("2026-03-10T12:00")
        text_change.change_text(session, actor, reference, Declared(Change.EDITORIAL, is_fit=True, object_until=until), now=NOW)
        place = enter(session, reference, ANNA)
        give(session, place, intent(session, place, OBJECT, nonce="a-nonce-to-object", reason="It is more."))
        return reference


MADE = "letter_id = :letter AND number = 2"
PLANTED_OPENING: dict[str, Callable[[Session, int], None]] = {
    "it is declared otherwise": run(f"UPDATE revision SET change = 'editorial' WHERE {MADE}"),
    "its line is edited": run(f"UPDATE revision SET note = 'Nothing.' WHERE {MADE}"),
}


@pytest.mark.parametrize("edit", PLANTED_OPENING)
def test_t18_planted_edit_of_a_revision_that_opening_made_is_named(store: Store, edit: str) -> None:
    with store() as session:
        actor = staff_actor(session)
        reference = letter_circulating(session, actor)
        letter_row(session, reference).statement.body += " A word."
        sign_on.open_sign_on(session, actor, reference, Declaration("A word.", Change.SUBSTANTIVE), is_fit=True, now=NOW)
        thaw(session)
        assert verify(session).problems == (), "the control: nobody has touched it"
        PLANTED_OPENING[edit](session, letter_row(session, reference).id)
        session.flush()
        session.expire_all()
        found = [str(one) for one in verify(session).problems]
        assert [one for one in found if "revision 2 is not the one of which event" in one], found


BROUGHT, GIVEN = "letter_id = :letter AND invitation_id IS NULL", "letter_id = :letter AND invitation_id IS NOT NULL"
ONE_BROUGHT = f"{BROUGHT} AND remark = ''"
COPIED = (
    "INSERT INTO comment (reference, letter_id, revision_id, text_reference, author, quote, prefix, suffix, remark, wording, is_blocking,"
    " nonce, made_at, disposition, disposition_reason, disposed_by) SELECT 'another', letter_id, revision_id, text_reference, author,"
    f" quote, prefix, suffix, remark, wording, is_blocking, 'another', made_at, '', '', '' FROM comment WHERE {ONE_BROUGHT}"
)
PLANTED_COMMENTS: dict[str, tuple[Callable[[Session, int], None], str]] = {
    "an imported one is removed": (run(f"DELETE FROM comment WHERE {ONE_BROUGHT}"), "1 of the comments that event"),
    "all imported ones are removed": (run(f"DELETE FROM comment WHERE {BROUGHT}"), "2 of the comments that event"),
    "an imported one is put in": (run(COPIED), "the comment another is there, and its record does not tell of it."),
    "a suggested wording is edited": (
        run(f"UPDATE comment SET wording = 'three' WHERE {ONE_BROUGHT}"),
        "are not those of which event",
    ),
    "an imported remark is edited": (
        run(f"UPDATE comment SET remark = 'Fine.' WHERE {BROUGHT} AND remark <> ''"),
        "are not those of which event",
    ),
    "an imported suggestion becomes a remark": (
        run(f"UPDATE comment SET wording = NULL WHERE {ONE_BROUGHT}"),
        "are not those of which event",
    ),
    "an imported one is answered behind the record": (
        run(f"UPDATE comment SET disposition = 'declined', disposed_at = made_at WHERE {ONE_BROUGHT}"),
        "what the database holds as its comments",
    ),
    "an imported one is given to a society": (
        run(f"UPDATE comment SET invitation_id = (SELECT min(id) FROM invitation WHERE letter_id = :letter) WHERE {ONE_BROUGHT}"),
        "are not those of which event",
    ),
    "what a society remarked is edited": (run(f"UPDATE comment SET remark = 'Fine.' WHERE {GIVEN}"), "is not the one that event"),
    "what keeps a society from signing is edited": (
        run(f"UPDATE comment SET is_blocking = NOT is_blocking WHERE {GIVEN}"),
        "is not the one that event",
    ),
    "the comment of a society is removed": (run(f"DELETE FROM comment WHERE {GIVEN}"), "tells, is not there."),
}


@pytest.mark.parametrize("edit", PLANTED_COMMENTS)
def test_t18_planted_edit_of_a_comment_is_named(store: Store, edit: str) -> None:
    plant, sentence = PLANTED_COMMENTS[edit]
    with store() as session:
        actor = staff_actor(session)
        reference = letter_circulating(session, actor)
        comment(session, reference, "disagree")
        statement, said = letter_row(session, reference).statement, Passage("disagree", "", "")
        suggested, remarked = ImportedSuggestion("Bo", NOW, said, "differ"), ImportedComment("Bo", NOW, said, "Too soft.")
        brought = WordImport("", "We disagree.", (), (suggested,), (remarked,), ())
        word_files.bring_in(session, actor, reference, statement.reference, brought, statement.edition, now=NOW)
        session.flush()
        thaw(session)
        assert verify(session).problems == (), "the control: nobody has touched it"
        plant(session, letter_row(session, reference).id)
        session.expire_all()
        found = [str(one) for one in verify(session).problems]
        assert [one for one in found if sentence in one], found


def test_erased_private_parts_of_comments_are_no_problem(store: Store) -> None:
    with store() as session:
        reference = letter_circulating(session, staff_actor(session))
        comment(session, reference, "disagree")
        thaw(session)
        run(f"UPDATE event SET private = NULL, salt = NULL WHERE {OF_LETTER}")(session, letter_row(session, reference).id)
        assert verify(session).problems == ()


@pytest.mark.parametrize("edit", PLANTED_CHANGES)
def test_t18_planted_edit_of_a_change_is_named(store: Store, objected: str, edit: str) -> None:
    plant, sentence = PLANTED_CHANGES[edit]
    with store() as session:
        thaw(session)
        assert verify(session).problems == (), "the control: nobody has touched it"
        plant(session, letter_row(session, objected).id)
        session.flush()
        session.expire_all()
        found = [str(one) for one in verify(session).problems]
        assert [one for one in found if sentence in one], found


PLANTED_TALKS = {
    "what was said is edited": (run("UPDATE talk SET words = 'Yes.' WHERE letter_id = :letter"), "is not what event"),
    "what was said is taken away": (run("DELETE FROM talk WHERE letter_id = :letter"), "tells, is not there."),
    "something is put into a mouth": (
        run(
            "INSERT INTO talk (reference, letter_id, invitation_id, representative_id, nonce, words, said_at)"
            " SELECT 'another', letter_id, invitation_id, representative_id, 'another-nonce', words, said_at FROM talk"
        ),
        "that its record does not tell of.",
    ),
    "an abstention has another ground": (run(f"UPDATE answer SET ground = 'conflict' WHERE {OF_LETTER}"), "the ground of the answer"),
}


@pytest.mark.parametrize("edit", PLANTED_TALKS)
def test_t18_planted_edit_of_a_talk_or_another_answer_is_named(store: Store, letter: str, edit: str) -> None:
    plant, sentence = PLANTED_TALKS[edit]
    with store() as session:
        place = enter(session, letter)
        give(session, place, intent(session, place, "abstain", ground="policy"))
        talks.say_in_room(session, place, "What of § 3?", "a-nonce-of-the-talk", now=NOW)
        thaw(session)
        assert verify(session).problems == (), "the control: nobody has touched it"
        plant(session, letter_row(session, letter).id)
        session.flush()
        session.expire_all()
        found = [str(one) for one in verify(session).problems]
        assert [one for one in found if sentence in one], found


@pytest.mark.parametrize("edit", PLANTED)
def test_t18_planted_edit_is_named_with_its_letter(store: Store, sealed: str, edit: str) -> None:
    plant, sentence = PLANTED[edit]
    with store() as session:
        thaw(session)
        plant(session, letter_row(session, sealed).id)
        session.flush()
        session.expire_all()
        problems = verify(session).problems
        assert [str(one) for one in problems if sentence in str(one)], [str(one) for one in problems]
        assert {one.letter for one in problems} == {sealed}


def test_t18_control_letters_that_nobody_touched_have_no_problem(store: Store, sealed: str) -> None:
    with store() as session:
        thaw(session)
        done = verify(session)
        assert (done.letters, done.problems) == (2, ())
        assert verify(session, sealed).events == len(load_events(session, letter_row(session, sealed).id))
        with pytest.raises(NotFound):
            verify(session, "no-such-letter")


def test_whole_course_with_replaced_withdrawn_and_corrected_answers_fits(store: Store, letter: str) -> None:
    with store() as session:
        sign(session, letter)
        sign(session, letter, BRUNO, at=NOW.replace(hour=11), officer="Bruno Wirth")
        place = enter(session, letter, ANNA, now=NOW.replace(hour=12))
        give(session, place, intent(session, place, "withdraw", nonce="a-nonce-to-withdraw"), at=NOW.replace(hour=12))
        sign(session, letter, at=NOW.replace(hour=13))
        assert verify(session).problems == ()


# Receipts


def test_t19_receipt_is_found_on_the_record_and_missed_when_it_was_rolled_back(store: Store, letter: str) -> None:
    with store() as session:
        sign(session, letter)
        last = load_events(session, letter_row(session, letter).id)[-1]
        head = Head(last.sequence, last.hash)
        assert head_problem(session, head) is None
        thaw(session)
        drop_last(session, letter_row(session, letter).id)
        problem = head_problem(session, head)
        assert problem is not None
        assert f"Receipt of event {last.sequence} is on no record here: history was rolled back" in str(problem)


def test_t19_receipt_whose_event_has_another_number_is_named(store: Store, letter: str) -> None:
    with store() as session:
        first = load_events(session, letter_row(session, letter).id)[0]
        assert str(head_problem(session, Head(7, first.hash))) == "Receipt of event 7: its hash is that of event 1."


HASH = "0123456789abcdef" * 4


@pytest.mark.parametrize("typed", [f"12:{HASH}", f" 12 : {HASH} ", f"12, {HASH}"])
def test_place_in_the_record_is_read_as_it_is_typed(typed: str) -> None:
    assert read_head(typed) == Head(12, HASH)


@pytest.mark.parametrize("typed", ["", "12", f"x:{HASH}", f"12:{HASH[1:]}", f"12:{HASH.upper()}"])
def test_anything_else_is_refused(typed: str) -> None:
    with pytest.raises(InvalidInput):
        read_head(typed)


@pytest.mark.parametrize("encoding", ["quoted-printable", "base64", "7bit"])
def test_receipt_is_read_from_the_mail_or_its_text(encoding: str) -> None:
    said = f"  Text (SHA-256)  {HASH}\n  Record          event 12, {HASH}\n"
    mail = EmailMessage()
    mail.set_content(said, cte=encoding)
    mail.add_alternative("<p>Hello</p>", subtype="html")
    assert read_receipt(mail.as_bytes()) == Head(12, HASH)
    assert read_receipt(said.encode()) == Head(12, HASH)
    with pytest.raises(InvalidInput, match="no receipt"):
        read_receipt(json.dumps({"event": 12}).encode())


def test_record_of_a_closed_letter_fits(store: Store) -> None:
    with store() as session:
        reference = letter_closed(session, staff_actor(session))
        assert letter_row(session, reference).closed_at == DEADLINE
        assert verify(session, reference).problems == ()
