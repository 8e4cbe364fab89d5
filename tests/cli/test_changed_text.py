"""R5 when the text changes while societies sign: every list and every number says the same, at the desk and in the files."""

import csv
import io
import json
import re
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy.orm import Session

from tests.cli.conftest import Command
from tests.factories import (
    DEADLINE,
    NOW,
    SEALABLE,
    enter,
    entry,
    give,
    intent,
    letter_in_signing,
    letter_row,
    settings_for,
    sign,
    staff_actor,
)
from tests.rendering.pdf_text import squeezed, text_of
from webapp.domain.document_kind import DocumentKind
from webapp.domain.links import Links
from webapp.domain.stage import Stage
from webapp.domain.text import Change
from webapp.domain.wording import signed_sentence
from webapp.persistence.database import opened_session, transaction
from webapp.rendering.pdf import letter_pdf
from webapp.services import dashboard, revisions, roster_list, seal, sign_on, text_change, texts
from webapp.services.objections import OBJECT
from webapp.services.revisions import Declaration
from webapp.services.text_change import Declared

LINKS = Links("https://undersigned.example.org")
SOCIETIES = [entry(f"Society of the {place}", f"p@{place.lower()}.example.org", "Pia Lund") for place in ("Dunes", "Marshes", "Hills")]
UNTIL = datetime.fromisoformat("2026-03-10T12:00")


def numbers(undersigned: Command, folder: Path, letter: str, out: Path) -> set[int]:
    """How many have signed, as every place has it."""
    (line,) = json.loads(undersigned("letter", "list", "--json").stdout)["letters"]
    undersigned("letter", "export", letter, "--out", str(out))
    exported = json.loads((out / "signatories.json").read_text())
    (pdf,) = out.glob("*.pdf")
    printed = squeezed(text_of(pdf.read_bytes()))
    with opened_session(settings_for(folder)) as session:
        coordinator = staff_actor(session)
        board = dashboard.show_dashboard(session, coordinator, letter, LINKS, now=SEALABLE)
        stages = Counter(one.stage for one in roster_list.list_roster(session, coordinator, letter))
    pdf.unlink()
    (said,) = [number for number in range(len(SOCIETIES) + 1) if squeezed(signed_sentence(number, "societies")) in printed]
    return {
        line["signed"],
        exported["count"],
        len(exported["signatories"]),
        len(list(csv.DictReader(io.StringIO((out / "signatories.csv").read_text())))),
        said,
        sum(squeezed(one.society) in printed for one in SOCIETIES),
        board.signed,
        int(re.sub("^No", "0", board.signed_sentence).split()[0]),
        stages[Stage.SIGNED],
        dict(board.stages).get(Stage.SIGNED, 0),
        sum(row[1] for row in board.chart.rows) if board.chart else -1,
    }


def change(session: Session, letter: str, how: str) -> None:
    coordinator, text = staff_actor(session), letter_row(session, letter).statement
    texts.write_text(session, coordinator, letter, text.reference, f"{text.body} A word.", text.edition, now=NOW)
    revisions.make_revision(session, coordinator, letter, Declaration("A word.", how), now=NOW)
    until = UNTIL if how == Change.EDITORIAL else None
    text_change.change_text(session, coordinator, letter, Declared(how, is_fit=True, object_until=until), now=NOW)


def test_r5_one_number_everywhere_after_every_change_of_the_text(undersigned: Command, folder: Path, tmp_path: Path) -> None:
    def now() -> set[int]:
        return numbers(undersigned, folder, letter, tmp_path / "out")

    def store() -> Session:
        return opened_session(settings_for(folder))

    with store() as session, transaction(session):
        letter = letter_in_signing(session, staff_actor(session), *SOCIETIES)
        for one in SOCIETIES:
            sign(session, letter, one.email, printed_name=one.society)
    assert now() == {3}
    with store() as session, transaction(session):
        change(session, letter, Change.EDITORIAL)
    assert now() == {3}, "an editorial change: every signature stands"
    with store() as session, transaction(session):
        place = enter(session, letter, SOCIETIES[0].email)
        give(session, place, intent(session, place, OBJECT, nonce="a-nonce-to-object", reason="It is more."))
    assert now() == {2}, "one has objected"
    with store() as session, transaction(session):
        change(session, letter, Change.SUBSTANTIVE)
    assert now() == {0}, "a substantive change: every signature waits"
    with store() as session, transaction(session):
        for one in SOCIETIES[:2]:
            sign(session, letter, one.email, at=NOW + timedelta(hours=1), printed_name=one.society)
        sign_on.close_if_due(session, letter_row(session, letter).id, now=DEADLINE)
    assert now() == {2}, "two have affirmed"
    with store() as session, transaction(session):
        coordinator = staff_actor(session)
        board = dashboard.show_dashboard(session, coordinator, letter, LINKS, now=SEALABLE)
        assert board.not_affirmed == (SOCIETIES[2].society,)
        plan = seal.plan_seal(session, coordinator, letter, LINKS, now=SEALABLE)
        seal.seal_letter(session, coordinator, letter, plan, {DocumentKind.LETTER: letter_pdf(plan.document)}, now=SEALABLE)
    assert now() == {2}, "and the seal has fixed it"
