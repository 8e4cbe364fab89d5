"""Sending a revision out at the desk, and commenting in the room, by the pages alone."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from tests.browser import Browser
from tests.factories import ANNA, COMMENTS_UNTIL, FAKE_PDF, KEYRING, NOW, letter_row
from tests.web.world import Person, World
from webapp.domain import limits
from webapp.domain.actor import COMMAND
from webapp.domain.text import Change
from webapp.persistence.database import transaction
from webapp.services import comment_desk, revisions
from webapp.services.revisions import Declaration

P = Person
WHY = "It was withdrawn by telephone."


def at(world: World, state: str, part: str = "") -> str:
    return f"/letters/{world.facts.letters[state]}{part}"


def room(world: World, part: str = "") -> str:
    return f"/room/{world.values('circulating')['invitation']}{part}"


def anna(world: World) -> Browser:
    browser = Browser(world.app)
    world.open_letter(browser, KEYRING.personal_link(world.values("circulating")["representative"], 1))
    return browser


def test_draft_is_sent_out_and_the_mail_leads_into_the_room(world: World) -> None:
    desk = world.browser(P.OWNER)
    desk.get(at(world, "drafting", "/circulate"))
    page = desk.press("Send the revision out", until="2026-03-09T17:00", message="Please read closely.")
    assert "on its way" in page.text
    mail = world.mail.newest(ANNA)
    assert "9 March 2026, 17:00 Europe/Berlin (16:00 UTC)" in mail.text and "Please read closely." in mail.text
    browser = Browser(world.app)
    assert "comment on the draft" in browser.get(f"/i/{world.mail.link(ANNA).rpartition('/')[2]}").text
    page = browser.press("Open the letter")
    assert "Please read closely." in page.text and "Sign now" not in page.text


def test_revision_and_overview_say_what_comes_next(world: World) -> None:
    desk = world.browser(P.OWNER)
    assert "Comments due" not in desk.get(at(world, "drafting")).text
    assert "Comments due on revision 1" in desk.get(at(world, "circulating")).text
    assert "Send it out for comment" in desk.get(at(world, "circulating", "/revisions/1")).text
    assert "Send it out for comment" not in desk.get(at(world, "signing", "/revisions/1")).text


def test_sending_out_asks_for_proof(world: World) -> None:
    desk = Browser(world.app)
    world.sign_in(desk, is_proved=False)
    desk.get(at(world, "drafting", "/circulate"))
    page = desk.press("Send the revision out", status=403, until="2026-03-09T17:00")
    assert "Confirm and send the revision out" in page.text


def test_moment_that_has_passed_is_refused_and_nothing_typed_is_lost(world: World) -> None:
    desk = world.browser(P.OWNER)
    desk.get(at(world, "drafting", "/circulate"))
    page = desk.press("Send the revision out", status=422, until="2026-03-01T17:00", message="Please read closely.")
    assert "That moment has passed" in page.text and "Please read closely." in page.text


def test_passage_is_chosen_without_script_and_narrowed_by_typing(world: World) -> None:
    browser = anna(world)
    page = browser.get(room(world))
    assert "on “We, the undersigned, disagree" in page.text
    page = browser.get(room(world, "/comment?passage=1"))
    assert "We, the undersigned, disagree" in page.text
    page = browser.press("Send the comment", quote="the undersigned", remark="Who are they?", suggests="remark")
    assert "Who are they?" in page.text


def test_wording_without_words_is_refused_and_what_was_typed_is_kept(world: World) -> None:
    browser = anna(world)
    browser.get(room(world, "/comment?passage=1"))
    page = browser.press("Send the comment", status=422, remark="Kept remark", suggests="wording")
    assert "Write the wording" in page.text and "Kept remark" in page.text


def test_wording_beside_another_choice_is_never_left_out_unseen(world: World) -> None:
    browser = anna(world)
    browser.get(room(world, "/comment?passage=1"))
    page = browser.press("Send the comment", status=422, remark="", suggests="remark", wording="Kept wording")
    assert "You have written another wording" in page.text and "Kept wording" in page.text


def test_form_opens_with_the_script_that_fills_in_what_was_marked(world: World) -> None:
    browser = anna(world)
    assert "data-comment-marked" in browser.get(room(world)).html
    page = browser.get(room(world, "/comment"))
    assert page.heading == "Comment on the text" and "js/passage.js" in page.html


def test_late_comment_is_refused_with_a_sentence_and_what_was_typed_is_kept(world: World) -> None:
    world.clock.at = COMMENTS_UNTIL - timedelta(minutes=1)
    browser = anna(world)
    browser.get(room(world, "/comment?passage=1"))
    world.clock.at = COMMENTS_UNTIL
    page = browser.press("Send the comment", status=409, remark="Too late, but kept", suggests="remark")
    assert "has passed" in page.text and "Too late, but kept" in page.text


def test_comment_is_taken_back(world: World) -> None:
    browser = anna(world)
    browser.get(room(world))
    page = browser.press("Take it back")
    assert "is taken back" in page.text and "None yet." in page.text


def test_comment_is_answered_at_the_desk_and_its_society_sees_how(world: World) -> None:
    desk = world.browser(P.OWNER)
    page = desk.get(at(world, "circulating", "/comments"))
    assert "We doubt" in page.text and "<mark" in page.html
    page = desk.press("Answer the comment", status=422, disposition="accepted", reason=" ")
    assert "Say why in a sentence" in page.text
    page = desk.press("Answer the comment", disposition="accepted", reason="That is fairer.")
    assert "That is fairer." in page.text
    page = desk.press("Put the wording into the text")
    assert "The wording is in the text." in page.text and "We doubt" in page.text
    page = desk.press("Take the wording out again")
    assert "The text is as it was before." in page.text
    browser = anna(world)
    assert "That is fairer." in browser.get(room(world)).text
    assert "accepted" in browser.get(room(world, "/dispositions")).text
    assert "That is fairer." in desk.get(at(world, "circulating", "/comments/table")).text


def test_table_of_dispositions_is_a_file_at_the_desk_and_in_the_room(world: World) -> None:
    desk, browser = world.browser(P.OWNER), anna(world)
    for who, page in ((desk, at(world, "circulating", "/comments/table")), (browser, room(world, "/dispositions"))):
        link = who.get(page).link("The table as PDF")
        answer = who.ask(link)
        assert (answer.status_code, answer.mimetype, answer.data) == (200, "application/pdf", FAKE_PDF)
        assert who.ask(f"{link}?part=2").status_code == 404


def test_comment_that_was_answered_stays_in_a_narrowed_list_with_what_comes_next(world: World) -> None:
    desk = world.browser(P.OWNER)
    desk.get(at(world, "circulating", "/comments?status=unanswered"))
    page = desk.press("Answer the comment", disposition="accepted", reason="That is fairer.")
    (card,) = (e for e in page.all("li") if (e.get("id") or "").startswith("comment-"))
    assert "The comment is answered." in page.words(card), "where the page is entered"
    page = desk.press("Put the wording into the text")
    assert "The wording is in the text." in page.text and page.text.count("That is fairer.") == 2, "said, and still in the form"
    assert "0 comments" in desk.get(at(world, "circulating", "/comments?status=unanswered")).text
    assert "0 comments" in desk.get(at(world, "circulating", "/comments?status=unanswered&done=nonsense")).text


def test_room_says_where_it_is_entered_that_a_comment_has_arrived(world: World) -> None:
    browser = anna(world)
    browser.get(room(world, "/comment"))
    page = browser.press("Send the comment", remark="Fine.", suggests="remark")
    (section,) = (e for e in page.all("section") if e.get("aria-labelledby") == "comments")
    assert "Thank you: the coordinators see your comment." in page.words(section) and page.text.count("Thank you") == 1


def test_wording_that_cannot_be_put_in_says_so_and_leads_to_the_editor(world: World) -> None:
    browser = anna(world)
    browser.get(room(world, "/comment?passage=3"))
    browser.press("Send the comment", remark="Say more.", suggests="wording", wording="Because we counted")
    desk = world.browser(P.OWNER)
    with Session(world.engine) as session, transaction(session):
        letter = world.facts.letters["circulating"]
        (one,) = [line.reference for line in _lines(session, letter) if line.wording == "Because we counted"]
        comment_desk.dispose_comment(session, COMMAND, letter, one, "accepted", "Yes.", now=NOW)
    desk.get(at(world, "circulating", "/comments"))
    page = desk.press("Put the wording into the text")
    assert "edit it by hand" in page.text


def _lines(session: Session, letter: str) -> tuple[comment_desk.CommentLine, ...]:
    return comment_desk.page_comments(session, COMMAND, letter, comment_desk.Filter()).lines


def test_list_is_narrowed_and_the_narrowing_stays(world: World) -> None:
    desk = world.browser(P.OWNER)
    assert "0 comments" in desk.get(at(world, "circulating", "/comments?status=blocking")).text
    page = desk.get(at(world, "circulating", f"/comments?status=unanswered&society={world.values('circulating')['invitation']}"))
    assert "1 comment" in page.text
    desk.get(at(world, "circulating", "/comments?status=nonsense&society=nobody&page=x"))


def test_desk_shows_who_has_commented_and_who_is_waited_for(world: World) -> None:
    desk = world.browser(P.OWNER)
    assert "commented 1" in desk.get(at(world, "circulating")).text
    page = desk.get(at(world, "circulating", "/roster"))
    assert "commented 1" in page.text and "waited for 0" in page.text and "Replace the link" in page.text
    assert "No society fits" in desk.get(at(world, "circulating", "/roster?stage=waited+for")).text


def change_text(world: World) -> None:
    with Session(world.engine) as session, transaction(session):
        letter_row(session, world.facts.letters["circulating"]).statement.body += "\nOne more sentence.\n"


def test_opening_a_text_that_has_changed_shows_how_much_and_asks_for_a_line(world: World) -> None:
    desk = world.browser(P.OWNER)
    change_text(world)
    page = desk.get(at(world, "circulating", "/open"))
    assert "The text has changed since revision 1" in page.text
    assert "Statement: 1 insertion." in page.text and "For the journal: added." in page.text
    assert "One more sentence." in desk.follow("Read the changes of Statement").text
    desk.get(at(world, "circulating", "/open"))
    page = desk.press("Freeze the text", status=422, is_fit="y", reason_unanswered=WHY)
    assert "Say in one line what has changed" in page.text and "Say whether the change is editorial or substantive" in page.text
    page = desk.press("Freeze the text", is_fit="y", reason_unanswered=WHY, note="A sentence more", change="substantive")
    assert "Sign-on is open" in page.text
    page = desk.get(at(world, "circulating", "/revisions"))
    assert "A sentence more" in page.text and "substantive" in page.text
    assert "Revision 2, substantive: A sentence more" in desk.get(at(world, "circulating", "/record")).text


def test_page_that_was_opened_before_the_text_changed_says_so(world: World) -> None:
    desk = world.browser(P.OWNER)
    desk.get(at(world, "circulating", "/open"))
    change_text(world)
    page = desk.press("Freeze the text", status=422, is_fit="y", reason_unanswered=WHY)
    assert "Somebody has changed the letter since you opened this page" in page.text
    assert "The text has changed since revision 1" in page.text


def test_newest_revision_is_opened_without_a_word_on_changes(world: World) -> None:
    change_text(world)
    with Session(world.engine) as session, transaction(session):
        declared = Declaration("A sentence more", Change.EDITORIAL)
        revisions.make_revision(session, COMMAND, world.facts.letters["circulating"], declared, now=NOW)
    desk = world.browser(P.OWNER)
    assert "has changed since" not in desk.get(at(world, "circulating", "/open")).text
    page = desk.press("Freeze the text", is_fit="y", reason_unanswered=WHY)
    assert "Sign-on is open" in page.text


def test_proof_of_opening_says_what_was_declared_once_more(world: World) -> None:
    desk = Browser(world.app)
    world.sign_in(desk, is_proved=False)
    change_text(world)
    desk.get(at(world, "circulating", "/open"))
    page = desk.press("Freeze the text", status=403, is_fit="y", note="A sentence more", change="editorial")
    assert "What has changed A sentence more Declared Editorial" in page.text


def test_opening_with_an_unanswered_comment_asks_why(world: World) -> None:
    desk = world.browser(P.OWNER)
    desk.get(at(world, "circulating", "/open"))
    declared = {"note": "A short form", "change": "editorial"}
    page = desk.press("Freeze the text", status=422, is_fit="y", **declared)
    assert "1 comment is not answered yet" in page.text and "Comments are no longer taken" in page.text
    page = desk.press("Freeze the text", is_fit="y", reason_unanswered=WHY, **declared)
    assert "Sign-on is open" in page.text and "Comments due" not in page.text
    assert "Will Gullhaven" in world.mail.newest(ANNA).subject
    browser = anna(world)
    browser.get(room(world))
    assert browser.follow("What became of the comments").heading == "What became of the comments"


def test_one_comment_too_many_is_refused_and_stays_in_the_form(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "COMMENTS", 1)
    browser = anna(world)
    browser.get(room(world, "/comment"))
    page = browser.press("Send the comment", status=422, remark="One more word on this.")
    assert "This letter has 1 comments, which is the most." in page.text
    assert page.value("remark") == "One more word on this."


def test_text_and_references_beyond_their_limits_are_refused_and_stay_in_the_form(world: World) -> None:
    desk, long = world.browser(P.OWNER), "We disagree. " * 8_000
    desk.get(at(world, "drafting", f"/texts/{world.values('drafting')['text']}"))
    page = desk.press("Save the text", status=422, body=long)
    assert "100,000 characters at most" in page.text and page.value("body") == long
    many = "".join(f"@book{{work{number}, title={{A book}}}}\n" for number in range(201))
    desk.get(at(world, "drafting", "/references/import"))
    page = desk.press("Show what would change", status=422, references_typed=many)
    assert "There are 201 references; a letter can have 200." in page.text
    assert page.value("references_typed").split() == many.split()
