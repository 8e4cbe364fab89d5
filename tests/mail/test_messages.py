"""Every message: text and HTML say the same, name whom to ask, and say why they were sent."""

import re
from dataclasses import replace
from html import unescape

import html5lib
import pytest

from webapp.domain.answer import AnswerKind
from webapp.domain.links import Links
from webapp.domain.reminder import ReminderKind
from webapp.mail import messages, new_text_messages, round_messages
from webapp.mail.message import MailForm
from webapp.mail.messages import (
    Addressed,
    AnswerFacts,
    ChangeFacts,
    DisputeFacts,
    EndedPlace,
    ErratumFacts,
    InvitationWords,
    IssuedFacts,
    JoiningFacts,
    LetterFacts,
    PlaceFacts,
    RequestFacts,
    SocietyWords,
)
from webapp.mail.written import AskWords, NewsWords, WrittenMail

LINKS = Links("https://letters.example.org")
LETTER = LetterFacts(
    title="The quiet hour & its {{ 7 * 7 }} <b>trial</b>",
    lead_society="The Marrowby Society",
    contact_email="office@marrowby.example.org",
    journal="Journal of Invented Medicine",
    ask="a correction",
    collective_noun="societies",
    deadline="14 March 2026, 17:00 Europe/Berlin (16:00 UTC)",
    is_demonstration=False,
)
PLACE = PlaceFacts(name="Anna Berg", society="Gullhaven, Society of <Ferns> & Co.")
ANSWER = AnswerFacts(
    kind="sign",
    printed_name="Gullhaven, Society of",
    officer="Prof. Anna Berg",
    office="President",
    consent_to_print=True,
    decided_by="the board",
    decided_on="1 March 2026",
    mandate="Ask us each time before the letter is changed in any way.",
    competing_interests="None.",
    said=(),
    authority_sentence="I am authorised to state that Gullhaven signs this letter.",
    received_at="2 March 2026, 10:00 Europe/Berlin (09:00 UTC)",
    given_by="Anna Berg",
    digest="ab" * 32,
    record_sequence=7,
    record_hash="cd" * 32,
    statement="We, the undersigned, disagree {% raw %}.",
)

ISSUED = IssuedFacts(1, ("Gullhaven <b>", "Upland"), "ef" * 32)
ERRATUM = ErratumFacts(2, "addendum 1", "Marshes <b>", "The Marshes", "Its article was left out.", "its secretary", "ef" * 32)
TO = Addressed(LINKS, "t0ken", LETTER, PLACE)
NEW_TEXT = new_text_messages.NewTextFacts(
    journal="Journal of <Ferns>",
    asked="Please cut it to <400> words.",
    is_editorial=True,
    is_carried=True,
    until="3 April 2026, 18:00 Europe/Berlin (16:00 UTC)",
    changed="400 words instead of 612; 1 insertion, 3 deletions",
)
SAID = new_text_messages.SaidFacts(
    affirms=False,
    journal="Journal of <Ferns>",
    given_by="Anna Berg",
    decided_by="the board",
    remark="It says <less>.",
    received_at="2 April 2026, 18:00 Europe/Berlin (16:00 UTC)",
    until=NEW_TEXT.until,
    digest="ab" * 32,
    record="event 12, " + "cd" * 32,
)
EDITORIAL = ChangeFacts(
    is_editorial=True,
    note="Two <b>words</b> more.",
    object_until="9 March 2026, 17:00 Europe/Berlin (16:00 UTC)",
    answer="none",
)
SUBSTANTIVE = replace(EDITORIAL, is_editorial=False, object_until="")
INVITATION = InvitationWords("Will Gullhaven <b> sign?", f"Dear Anna Berg,\n\n{LETTER.title}\nBy 9 March 2026, 17:00.")

DISOWN = LINKS.not_us("an0ther")
OFFICIALLY = Addressed(LINKS, "", LETTER, PlaceFacts("colleagues", PLACE.society, is_official=True))
LEADING = Addressed(LINKS, "t0ken", LETTER, replace(PLACE, society=LETTER.lead_society))
RECORDED = replace(
    ANSWER, disown=DISOWN, authority_sentence="", recorded="recorded by the coordinator from a phone call of A. Berg, 2 March 2026"
)
DISPUTE = DisputeFacts("Anna Berg", "We have <b>never</b> decided this.", stands=True, finding="Called the office; the board has decided.")

MESSAGES: dict[str, MailForm] = {
    "sign_in": messages.sign_in(LINKS, "t0ken", 15),
    "staff_code": messages.staff_code(LINKS, "ABCDEFGH", 30),
    "invitation": messages.invitation(Addressed(LINKS, "t0ken", LETTER, PLACE), INVITATION),
    "invitation of the lead society": messages.invitation(LEADING, INVITATION),
    "invitation, a test": messages.invitation(Addressed(LINKS, "t0ken", LETTER, PLACE), INVITATION, is_test=True),
    "comment_request": messages.comment_request(
        LINKS, "t0ken", LETTER, PLACE, RequestFacts(2, "9 March 2026, 17:00 Europe/Berlin (16:00 UTC)", "Please read § 3 <closely>.")
    ),
    "dispositions": messages.dispositions(LINKS, "t0ken", LETTER, PLACE),
    "new_link": messages.new_link(LINKS, "t0ken", LETTER, PLACE),
    "code": messages.code("ABCD2345", 30, LETTER, PLACE),
    "receipt": messages.receipt(TO, replace(ANSWER, disown=DISOWN)),
    **{
        f"receipt of {kind}": messages.receipt(TO, replace(ANSWER, kind=kind, said=(("Reason", "No."),), statement=""))
        for kind in AnswerKind
        if kind != AnswerKind.SIGN
    },
    "withdrawal_receipt": messages.withdrawal_receipt(TO, ANSWER),
    "withdrawal_receipt after the seal": messages.withdrawal_receipt(TO, replace(ANSWER, is_sealed=True)),
    "receipt to the official address": messages.receipt(OFFICIALLY, replace(ANSWER, disown=DISOWN, is_waiting=True)),
    "withdrawal_receipt to the official address": messages.withdrawal_receipt(OFFICIALLY, ANSWER),
    "answer_recorded": messages.answer_recorded(TO, RECORDED),
    "answer_recorded to the official address": messages.answer_recorded(OFFICIALLY, replace(RECORDED, is_waiting=True)),
    "answer_disputed": messages.answer_disputed(TO, ANSWER, DISPUTE),
    "dispute_settled, stands": messages.dispute_settled(TO, ANSWER, DISPUTE),
    "dispute_settled, withdrawn": messages.dispute_settled(OFFICIALLY, ANSWER, replace(DISPUTE, stands=False)),
    "society_disputes": messages.society_disputes(LINKS.authority("ref", "one"), LETTER, "Gullhaven <b>", DISPUTE),
    "record_waits": messages.record_waits(LINKS.authority("ref", "one"), LETTER, RECORDED),
    "official_request": messages.official_request(LINKS.confirm("t0ken"), LETTER, OFFICIALLY.place, ANSWER),
    "witness_code": messages.witness_code("ABCD2345", 30, LETTER, PLACE),
    "deadline_moved": messages.deadline_moved(LINKS, "t0ken", LETTER, PLACE),
    **{
        f"reminder, {kind}": messages.reminder(
            TO,
            messages.ReminderFacts(
                kind=kind,
                until="14 March 2026, 17:00 Europe/Berlin (16:00 UTC)",
                until_there="14 March 2026, 21:45 Asia/Kathmandu",
                left="7 days",
                board="16 March 2026",
                is_board_late=kind is ReminderKind.BOARD_AHEAD,
                stop="https://letters.example.org/stop/one.t0ken",
            ),
        )
        for kind in ReminderKind
    },
    "coordinators_wrote": messages.coordinators_wrote(TO, "The paragraph <has> gone.\n\nDoes that help?"),
    **{
        f"society_wrote, {what}": messages.society_wrote(
            LINKS, LETTER, "ref", SocietyWords("Gullhaven <b>", "inv", "Anna Berg", "If § 3 goes.", is_condition=what == "a condition")
        )
        for what in ("a condition", "a message")
    },
    "text_changed, none, editorial": messages.text_changed(TO, EDITORIAL),
    "text_changed, other, substantive": messages.text_changed(TO, replace(SUBSTANTIVE, answer="other")),
    "text_changed, stands, editorial": messages.text_changed(TO, replace(EDITORIAL, answer="stands")),
    "text_changed, stands, substantive": messages.text_changed(TO, replace(SUBSTANTIVE, answer="stands")),
    "text_changed, waits, substantive": messages.text_changed(TO, replace(SUBSTANTIVE, answer="waits")),
    "text_changed, waits, editorial": messages.text_changed(TO, replace(EDITORIAL, answer="waits")),
    "handed_over": messages.handed_over(TO, "Anna <Berg>", "I have <left> {{ 7 * 7 }}."),
    "place_ended, to a colleague": messages.place_ended(
        LINKS, LETTER, "ref", EndedPlace("Gullhaven <b>", "inv", "Anna Berg", "Bruno Wirth", "I have left.")
    ),
    "place_ended, not us": messages.place_ended(
        LINKS, LETTER, "ref", EndedPlace("Gullhaven <b>", "inv", "Anna Berg", "", "It is not for us.")
    ),
    "code, leaving": messages.code("ABCD2345", 30, LETTER, PLACE, "With it you hand your society’s place over to Bruno <b>."),
    "objection_receipt": messages.objection_receipt(TO, "It is <b>more</b> than a word.", "event 12, " + "0" * 64),
    "addendum_opened": messages.addendum_opened(TO, JoiningFacts("14 March 2026", "34 societies", "1 April 2026, 18:00 Europe/Berlin")),
    "receipt of a signature after the seal": messages.receipt(TO, replace(ANSWER, joins_until="1 April 2026, 18:00 Europe/Berlin")),
    "addendum_issued": messages.addendum_issued(TO, ISSUED),
    "addendum_issued_desk": messages.addendum_issued_desk(LINKS.after_the_seal("ref"), LETTER, ISSUED),
    "erratum_made": messages.erratum_made(TO, ERRATUM),
    "new_text_put, carried": new_text_messages.new_text_put(TO, NEW_TEXT),
    "new_text_put, to affirm": new_text_messages.new_text_put(TO, replace(NEW_TEXT, is_editorial=False, is_carried=False)),
    "new_text_abandoned": new_text_messages.new_text_abandoned(TO, replace(NEW_TEXT, reason="It takes <all> of it.")),
    "new_text_receipt": new_text_messages.new_text_receipt(TO, SAID),
    "new_text_receipt to the official address": new_text_messages.new_text_receipt(OFFICIALLY, replace(SAID, affirms=True, remark="")),
    "new_text_objected": new_text_messages.new_text_objected(LINKS.new_text("ref", "one"), LETTER, "Gullhaven <b>", SAID),
    "erratum_made of a withdrawal": messages.erratum_made(TO, replace(ERRATUM, after="")),
    "news": messages.news(TO, NewsWords("The journal has answered", "It declines.\n\nWe think of what to do.", LINKS.stop_news("one.a"))),
    "news to all": messages.news(TO, NewsWords("The journal has answered", "It declines.", "")),
    "ask_round": round_messages.ask_round(
        TO, AskWords("An answer", "Dear Editor,\n\nwe <stand> by it.", "24 March 2026, 17:00 Europe/Berlin")
    ),
    "journal_mail": messages.journal_mail(LETTER, WrittenMail("A letter", "Dear Editor,\n\nplease find\nour letter.", ())),
    "name_corrected": messages.name_corrected(LETTER, PLACE, ANSWER),
    "letter_cancelled": messages.letter_cancelled(LETTER, PLACE, "The article was retracted."),
}
ALL = pytest.mark.parametrize("name", MESSAGES)


def words(text: str) -> list[str]:
    return re.findall(r"[\w@./:-]{2,}", text)


def seen(html: str) -> str:
    body = re.sub(r"(?s)<head>.*?</head>|<!doctype[^>]*>", "", html)
    hrefs = " ".join(re.findall(r'href="([^"]*)"', body))
    return unescape(re.sub(r"<[^>]+>", " ", body) + " " + hrefs)


@ALL
def test_text_and_html_say_the_same(name: str) -> None:
    form = MESSAGES[name]
    in_text, in_html = set(words(form.text)), set(words(seen(form.html)))
    missing = {word for word in in_text - in_html if any(character.isdigit() for character in word) or "@" in word or "/" in word}
    assert {word for word in missing if word.strip(".,:/-") not in seen(form.html)} == set()


@ALL
def test_message_says_why_it_was_sent(name: str) -> None:
    assert "You receive this because" in " ".join(MESSAGES[name].text.split())
    assert "You receive this because" in " ".join(seen(MESSAGES[name].html).split())


@ALL
def test_message_about_a_letter_names_whom_to_ask(name: str) -> None:
    if name not in {"sign_in", "staff_code"} and not name.startswith(
        ("society_wrote", "place_ended", "society_disputes", "record_waits", "addendum_issued_desk", "new_text_objected")
    ):
        assert LETTER.contact_email in MESSAGES[name].text
        assert LETTER.contact_email in MESSAGES[name].html


@ALL
def test_html_is_whole_and_fetches_nothing(name: str) -> None:
    html = MESSAGES[name].html
    parser = html5lib.HTMLParser(namespaceHTMLElements=False)
    parser.parse(html)
    assert not parser.errors
    assert not re.search(r"<(img|script|link|style|iframe|form)\b|\son\w+=|url\(", html)
    assert all(link.startswith(("https://letters.example.org/", "mailto:")) for link in re.findall(r'href="([^"]*)"', html))


@ALL
def test_r20_what_was_typed_is_literal(name: str) -> None:
    form = MESSAGES[name]
    assert "<b>trial</b>" not in form.html
    assert "49" not in re.sub(r"[0-9a-f]{64}", "", form.text)
    if name in {"invitation", "code"}:
        assert LETTER.title in form.text
        assert PLACE.society in " ".join(form.text.split())


def test_receipt_holds_everything_that_was_signed() -> None:
    text = MESSAGES["receipt"].text
    facts = (ANSWER.digest, ANSWER.record_hash, ANSWER.received_at, ANSWER.statement, ANSWER.authority_sentence, ANSWER.given_by, "event 7")
    assert [one for one in facts if one not in text] == []


@pytest.mark.parametrize(
    ("name", "says"),
    [
        pytest.param("text_changed, none, editorial", "asked to sign the text as it is now", id="nothing answered"),
        pytest.param("text_changed, other, substantive", "which is not a signature, stands", id="another answer"),
        pytest.param("text_changed, stands, editorial", "it can object until", id="signed, and only a word has changed"),
        pytest.param("text_changed, waits, substantive", "The change is one of substance", id="signed, and the sense has changed"),
        pytest.param("text_changed, waits, editorial", "waits until your society has affirmed", id="not affirmed since an earlier change"),
    ],
)
def test_mail_of_a_change_says_what_it_means_for_this_society(name: str, says: str) -> None:
    form = MESSAGES[name]
    assert says in " ".join(form.text.split())
    assert says in " ".join(seen(form.html).split())
    assert form.subject.startswith("Please affirm") is ("waits" in name)


def test_code_stands_on_a_line_of_its_own_and_in_the_subject() -> None:
    form = MESSAGES["code"]
    assert "\n    ABCD-2345\n" in form.text
    assert form.subject.startswith("ABCD-2345 is your code")
    assert "http" not in form.text


def test_demonstration_says_so_in_every_message() -> None:
    form = messages.invitation(replace(TO, letter=replace(LETTER, is_demonstration=True)), INVITATION)
    assert "Demonstration: nothing here is real." in form.text
    assert "Demonstration: nothing here is real." in form.html


def test_lead_society_is_not_told_that_it_has_named_itself() -> None:
    form = MESSAGES["invitation of the lead society"]
    for said in (form.text, seen(form.html)):
        assert "because you are named as the representative of The Marrowby Society" in " ".join(said.split())
