"""A mail to a journal belongs to a submission: what it begins with, what goes along, and what it never does by itself (R16, R17)."""

from dataclasses import replace

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from tests.conftest import Store
from tests.factories import letter_row, submitted
from tests.services.test_carried_texts import LATER, asked, changed, choose, row_of  # noqa: F401 - a fixture
from tests.services.test_package import LINKS
from tests.services.test_package_changed import At, make
from tests.services.test_verification import thaw
from webapp.domain.actor import Actor
from webapp.domain.errors import InvalidInput, NotFound
from webapp.services import correspondence, covering_letters, journal_mail_desk, journal_mails, submissions
from webapp.services.journal_mail_files import make_package_files
from webapp.services.journal_mails import Written
from webapp.services.verification import verify


def proposed(session: Session, actor: Actor, at: At) -> Written:
    return journal_mail_desk.propose_mail(session, actor, *at, LINKS, now=LATER)


def written(session: Session, actor: Actor, at: At, *names: str) -> Written:
    """As the form sends it, with these files of its package."""
    files = make_package_files(session, actor, at, names, LINKS, now=LATER)
    given = replace(proposed(session, actor, at), to_address="editor@jim.example.org", made=files)
    return replace(given, attachments=(*given.attachments, *names))


def sent(session: Session, actor: Actor, at: At, given: Written) -> str:
    mail = journal_mails.write_mail(session, actor, at[0], given, now=LATER)
    digest = journal_mail_desk.show_mail(session, actor, at[0], mail).digest
    journal_mails.approve_mail(session, actor, at[0], mail, digest, now=LATER)
    journal_mails.send_mail(session, actor, at[0], mail, digest, now=LATER)
    return mail


def test_it_begins_with_address_number_and_covering_letter(store: Store, coordinator: Actor, asked: At) -> None:  # noqa: F811
    with store() as session:
        row_of(session, *asked).contact = "Editorial office <editor@jim.example.org>"
        covering_letters.keep_covering_letter(session, coordinator, *asked, "Dear Editor, here it is.", 0, now=LATER)
        given = proposed(session, coordinator, asked)
        assert (given.to_address, given.submission) == ("editor@jim.example.org", asked[1])
        assert given.subject == f"JIM-1: {letter_row(session, asked[0]).title}"
        assert (given.body, given.attachments) == ("Dear Editor, here it is.", ("letter.pdf",))
        with pytest.raises(NotFound):
            proposed(session, coordinator, (asked[0], "nobody"))


def test_files_of_the_changed_text_and_of_its_package_go_along_as_approved(
    store: Store,
    coordinator: Actor,
    asked: At,  # noqa: F811
) -> None:
    with store() as session:
        wanted = changed(session, coordinator, asked)
        choose(session, coordinator, asked, wanted)
        make(session, coordinator, asked[0], wanted)
        pdf, covering = f"letter-{asked[0]}-text-1.pdf", f"covering-letter-{asked[0]}.txt"
        offered = list(journal_mail_desk.offered_documents(session, coordinator, *asked))
        assert offered[0] == pdf and {covering, f"text-{asked[0]}.docx", "letter.pdf"} <= set(offered)
        assert pdf not in journal_mail_desk.offered_documents(session, coordinator, asked[0])
        mail = sent(session, coordinator, asked, written(session, coordinator, asked, covering, f"text-{asked[0]}.txt"))
        # What is written anew later is another letter: what left is what was approved.
        covering_letters.keep_covering_letter(session, coordinator, *asked, "Another.", 0, now=LATER)
        files = {one.name for one in journal_mail_desk.show_mail(session, coordinator, asked[0], mail).files}
        assert files == {pdf, covering, f"text-{asked[0]}.txt"}
        assert b"Dear Editor" in journal_mail_desk.read_attached(session, coordinator, asked[0], mail, covering)
        with pytest.raises(NotFound):
            journal_mail_desk.read_attached(session, coordinator, asked[0], mail, "letter.docx")
        (item,) = correspondence.list_items(session, coordinator, asked[0])
        assert (item.submission, {one.name for one in item.files}) == (asked[1], files)
    with store() as session:
        assert verify(session).problems == ()


def test_file_of_another_submission_or_of_none_is_refused(store: Store, coordinator: Actor, asked: At) -> None:  # noqa: F811
    with store() as session:
        covering = f"covering-letter-{asked[0]}.txt"
        whole = written(session, coordinator, asked, covering)
        for given, field in (
            (replace(whole, submission="nobody"), "submission"),
            (replace(whole, submission=""), "attachments"),
            (replace(whole, made=()), "attachments"),
        ):
            with pytest.raises(InvalidInput) as refused:
                journal_mails.write_mail(session, coordinator, asked[0], given, now=LATER)
            assert refused.value.field == field


def test_mail_alone_moves_no_course_and_can_be_noted_once_it_has_left(store: Store, coordinator: Actor, asked: At) -> None:  # noqa: F811
    with store() as session:
        row = row_of(session, *asked)
        before = row.state, row.edition
        mail = sent(session, coordinator, asked, written(session, coordinator, asked))
        assert (row.state, row.edition) == before
        assert [one.may_be_noted for one in journal_mail_desk.mails_of(session, coordinator, *asked)] == [True]
        step = journal_mail_desk.step_of_mail(session, coordinator, *asked, mail)
        assert step is not None and (step.kind, step.happened_on) == ("submitted", LATER.date())
        assert step.note.startswith("By mail to editor@jim.example.org: JIM-1")
        submissions.note_step(session, coordinator, *asked, step, row.edition, now=LATER)
        assert journal_mail_desk.step_of_mail(session, coordinator, *asked, mail) is None


def test_r13_mails_of_one_submission_stand_at_no_other(store: Store, coordinator: Actor, asked: At) -> None:  # noqa: F811
    with store() as session:
        other = submissions.submit_letter(session, coordinator, asked[0], submitted(journal="Annals of Ferns"), now=LATER)
        sent(session, coordinator, asked, written(session, coordinator, asked))
        assert journal_mail_desk.mails_of(session, coordinator, asked[0], other) == []


def test_other_submission_takes_approvals_back(store: Store, coordinator: Actor, asked: At) -> None:  # noqa: F811
    with store() as session:
        given = written(session, coordinator, asked)
        mail = journal_mails.write_mail(session, coordinator, asked[0], given, now=LATER)
        digest = journal_mail_desk.show_mail(session, coordinator, asked[0], mail).digest
        journal_mails.approve_mail(session, coordinator, asked[0], mail, digest, now=LATER)
        journal_mails.change_mail(session, coordinator, asked[0], mail, replace(given, submission="", edition=1), now=LATER)
        assert journal_mail_desk.show_mail(session, coordinator, asked[0], mail).approved == ()
        assert verify(session).problems == ()


PLANTED = {
    "it belongs to another submission": ("UPDATE journal_mail SET submission = ''", "to which submission a mail"),
    "its file is another": ("UPDATE journal_mail_file SET content = :content", "a file of a mail to the journal"),
    "its file and hash are others": ("UPDATE journal_mail_file SET sha256 = 'x'", "a mail to the journal is not what event"),
    "its file is gone": ("DELETE FROM journal_mail_file", "a mail to the journal is not what event"),
}


@pytest.mark.parametrize("edit", PLANTED)
def test_t18_planted_edit_of_what_belongs_to_a_mail_is_named(
    store: Store,
    coordinator: Actor,
    asked: At,  # noqa: F811
    edit: str,
) -> None:
    statement, sentence = PLANTED[edit]
    with store() as session:
        sent(session, coordinator, asked, written(session, coordinator, asked, f"text-{asked[0]}.txt"))
        thaw(session)
        assert verify(session).problems == (), "the control: nobody has touched it"
        session.execute(text(statement), {"content": b"x"} if ":content" in statement else {})
        session.expire_all()
        assert [one for one in map(str, verify(session).problems) if sentence in one]
