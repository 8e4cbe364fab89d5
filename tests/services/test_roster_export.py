"""The roster as a file: all that a coordinator would keep in a spreadsheet, and no address (R19, T36)."""

from datetime import date, timedelta

import pytest
from sqlalchemy.orm import Session

from tests.conftest import Store
from tests.factories import ANNA, BRUNO, NOW, enter, entry, give, intent, letter_in_draft, letter_in_signing, sign
from webapp.domain.actor import COMMAND, Actor
from webapp.domain.answer import AnswerKind, Ground
from webapp.domain.roster_view import ALL, Wanted
from webapp.rendering.spreadsheet import csv_text, xlsx_file
from webapp.rendering.workbook import as_list
from webapp.services import rooms
from webapp.services.roster_export import COLUMNS, export_roster
from webapp.services.roster_import import Reading, match_columns, preview_list
from webapp.services.roster_list import list_roster

MARSHES = entry("Society of the Marshes", "office@marshes.example.org", "Otto Lind")
FERNS = entry("Society of Ferns", "office@ferns.example.org", "Fern Aster")


@pytest.fixture
def letter(store: Store, coordinator: Actor) -> str:
    with store() as session:
        made = letter_in_signing(session, coordinator, entry(), entry(email=BRUNO, contact="Bruno Wirth"), MARSHES, FERNS)
        sign(session, made, at=NOW + timedelta(hours=1))
        place = enter(session, made, MARSHES.email)
        give(session, place, intent(session, place, AnswerKind.DECLINE, reason="=We do not agree.", nonce="a-nonce-of-the-marshes"))
        rooms.set_board_date(session, enter(session, made, FERNS.email), date(2026, 3, 12), now=NOW)
    return made


def rows(session: Session, letter: str, wanted: Wanted = ALL, only: set[str] | None = None) -> list[dict[str, str]]:
    return [dict(zip(COLUMNS, row, strict=True)) for row in export_roster(session, COMMAND, letter, wanted, only, now=NOW)]


def test_each_society_has_a_row_with_all_that_is_known(store: Store, letter: str) -> None:
    with store() as session:
        board, signed, declined = sorted(rows(session, letter), key=lambda row: row["stage"], reverse=True)
    assert (board["stage"], board["board_meets_on"], board["answer"]) == ("with the board", "2026-03-12", "")
    assert (declined["answer"], declined["says"]) == ("decline", "Reason: =We do not agree.")
    assert (signed["stage"], signed["answered_at"], signed["decided_on"]) == ("signed", "2026-03-02T10:00:00Z", "2026-03-01")
    assert (signed["officer"], signed["office"], signed["source"]) == ("Prof. Anna Berg", "President", "the society, here")
    assert signed["representatives"] == "Anna Berg; Bruno Wirth"


def test_r19_no_address_of_anybody_stands_in_the_list(store: Store, letter: str) -> None:
    with store() as session:
        text = csv_text(COLUMNS, export_roster(session, COMMAND, letter, now=NOW))
        for address in (ANNA, BRUNO, MARSHES.email, FERNS.email):
            assert address not in text


def test_r5_list_is_narrowed_and_ordered_as_the_page_is(store: Store, letter: str) -> None:
    with store() as session:
        lines = list_roster(session, COMMAND, letter)
        assert [row["society"] for row in rows(session, letter)] == [line.society for line in lines]
        assert [row["society"] for row in rows(session, letter, Wanted(stage="signed"))] == ["Gullhaven, Society of"]
        chosen = {line.invitation for line in lines if line.society == FERNS.society}
        assert [row["society"] for row in rows(session, letter, only=chosen)] == [FERNS.society]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_r20_list_that_we_gave_away_comes_in_again_with_all_its_columns(store: Store, coordinator: Actor, letter: str, kind: str) -> None:
    # What a spreadsheet would run, and longer than any cell of a roster.
    long = "=1+1 " * 300
    with store() as session:
        place = enter(session, letter, FERNS.email)
        give(session, place, intent(session, place, AnswerKind.ABSTAIN, ground=Ground.POLICY, reason=long, nonce="a-nonce-of-the-ferns"))
        given = [(*row, f"{number}@new.example.org") for number, row in enumerate(export_roster(session, COMMAND, letter, now=NOW))]
        heading = (*COLUMNS, "email")
        data = csv_text(heading, given).encode() if kind == "csv" else xlsx_file(heading, given, name="Roster")
        other = letter_in_draft(session, coordinator, title="Another letter")
        columns = tuple({"society": "society", "representatives": "contact", "email": "email"}.get(name, "") for name in heading)
        matching = match_columns(session, coordinator, other, Reading(as_list(data)))
        preview = preview_list(session, coordinator, other, Reading(as_list(data), columns=columns))
    assert len(COLUMNS) == 22
    assert [column.heading for column in matching.columns] == list(heading)
    assert [row.entry.society for row in preview.rows] == [row[0] for row in given]
    assert preview.problem_count == 0
