"""Where each thing that waits for somebody is done, and who may do it: the one map from the acts of a `Need` to pages."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from flask import url_for

from webapp.domain.permission import Permission
from webapp.services.need import Need
from webapp.web.access import may

_P = Permission


@dataclass(frozen=True)
class Way:
    """A page of the letter, or of one society or text on it; `fixed` stands in its address, `part` is a place on it."""

    endpoint: str
    permission: Permission
    of: str = ""
    """What else its address names: `invitation`, `answer`, `submission`, `asked` or `text`."""
    fixed: tuple[tuple[str, str], ...] = ()
    part: str | None = None


WAYS: Mapping[str, Way] = MappingProxyType(
    {
        "after": Way("after.show", _P.SEAL),
        "authorities": Way("authority.show", _P.VOUCH),
        "authority": Way("authority.answer", _P.VOUCH, of="answer"),
        "blocking": Way("dispositions.show", _P.EDIT, fixed=(("status", "blocking"),)),
        "boards": Way("roster.show", _P.SEE),
        "circulate": Way("circulation.circulate", _P.CIRCULATE),
        "close": Way("sign_on.close", _P.CLOSE),
        "comments": Way("dispositions.show", _P.EDIT, fixed=(("status", "unanswered"),)),
        "course": Way("submissions.index", _P.KEEP_COURSE),
        "deadline": Way("sign_on.review_deadline", _P.CLOSE),
        "edit": Way("letters.edit", _P.EDIT),
        "force": Way("text_change.propose", _P.OPEN_SIGN_ON),
        "invitations": Way("invitations.show", _P.INVITE),
        "journal_mails": Way("journal_mails.index", _P.KEEP_COURSE),
        "milestones": Way("milestones.show", _P.EDIT, part="plan"),
        "new_texts": Way("new_texts.index", _P.SEE),
        "open": Way("sign_on.open_sign_on", _P.OPEN_SIGN_ON),
        "reminders": Way("reminders.show", _P.INVITE),
        "represent": Way("roster.add", _P.INVITE),
        "people": Way("representatives.show", _P.INVITE, of="invitation"),
        "revise": Way("revisions.make", _P.EDIT),
        "round": Way("rounds.show", _P.KEEP_COURSE, of="asked"),
        "rounds": Way("rounds.index", _P.KEEP_COURSE),
        "roster": Way("roster.show", _P.INVITE),
        "seal": Way("documents.seal_letter", _P.SEAL),
        "submission": Way("submissions.show", _P.KEEP_COURSE, of="submission"),
        "submit": Way("submissions.submit", _P.KEEP_COURSE),
        "talk": Way("talks.at_desk", _P.INVITE, of="invitation"),
        "venues": Way("chosen_venues.show", _P.EDIT),
        "write": Way("texts.edit", _P.EDIT, of="text"),
    }
)


@dataclass(frozen=True)
class Waiting:
    """What waits, for somebody who may see to it."""

    text: str
    detail: str
    act: str
    address: str


def for_whoever_looks(letter: str, statement: str, needs: Iterable[Need]) -> list[Waiting]:
    """Those of the needs that whoever looks at the page may see to, each with the page on which it is done."""
    return [Waiting(one.text, one.detail, one.act, _address(letter, statement, one)) for one in needs if may(WAYS[one.act].permission)]


def way_to(letter: str, act: str) -> str:
    """The page of the letter on which this is done; empty where whoever looks may not do it."""
    return _address(letter, "", Need("", act)) if act and may(WAYS[act].permission) else ""


def _address(letter: str, statement: str, need: Need) -> str:
    way = WAYS[need.act]
    named = {"invitation": need.invitation, "answer": need.answer, "submission": need.submission, "asked": need.asked, "text": statement}
    values = dict((*way.fixed, *need.narrowed, *(((way.of, named[way.of]),) if way.of else ())))
    return url_for(way.endpoint, letter=letter, _anchor=way.part, **values)
