"""What representatives do in their reading rooms; those of one day type first, and then enter the codes that have come."""

from collections.abc import Callable, Iterable
from datetime import date, timedelta

from tests.journeys.client import HttpBrowser
from webapp.domain.answer_words import ANSWER_WORDS

from .plan import Act, Course
from .post import Post

_NOT_SIGNING = {"decline": "decline", "abstain": "abstain:no_time", "separate": "separate"}


class Rooms:
    def __init__(self, base: str, post: Post, opened_on: date) -> None:
        self._base, self._post, self._opened_on = base, post, opened_on

    def day(self, day: int) -> date:
        return self._opened_on + timedelta(days=day)

    def act(self, todo: Iterable[tuple[Course, Act]]) -> None:
        """Everything that societies do on one day."""
        waiting = [(self._begin(course, act), course, act) for course, act in todo]
        for room, course, act in waiting:
            if act.what in _LEAVING:
                room.press(_LEAVING[act.what], code=self._post.code(course.email))
                assert "link has ended" in room.page.text, room.page.text
            if words := ANSWER_WORDS.get(act.what):
                room.press(words.confirm, code=self._post.code(course.email))
                assert room.page.heading.endswith(words.has), room.page.heading

    def sign_as(self, course: Course, address: str, day: int) -> None:
        """Somebody else signs for the society, by a link and a code of their own."""
        room = self.enter(address)
        self._sign(room, course, Act(day, "sign"))
        room.press("Sign for", code=self._post.code(address))
        assert room.page.heading.endswith("has signed")

    def dispute(self, course: Course) -> None:
        """By the link in the receipt, and a code."""
        witness = HttpBrowser(self._base)
        witness.get(self._post.disown(course.email))
        witness.press("Go on: mail me a code", words="Our board has not met. We do not know who signed.")
        witness.press("Dispute the answer", code=self._post.code(course.email))
        assert witness.page.heading == "The answer is disputed"

    def _begin(self, course: Course, act: Act) -> HttpBrowser:
        room = self.enter(course.email)
        _TYPED[act.what](self, room, course, act)
        return room

    def enter(self, email: str) -> HttpBrowser:
        room = HttpBrowser(self._base)
        room.get(self._post.link(email))
        room.press("Open the letter")
        return room

    def _sign(self, room: HttpBrowser, course: Course, act: Act) -> None:
        room.follow("Sign after all for" if any(one.what == "sign_if" for one in course.acts) else "Sign now for")
        room.press("Go on to review", **signature(course.contact, self.day(act.day)))

    def _say_board(self, room: HttpBrowser, _course: Course, act: Act) -> None:
        room.follow("Our board decides on")
        room.press("Tell the coordinator", board_meets_on=self.day(act.board_on).isoformat())

    def _condition(self, room: HttpBrowser, _course: Course, _act: Act) -> None:
        room.follow("We would sign if")
        room.press("Go on to review", reason="The second paragraph has to name its source.", is_authorised="y")

    def _not_sign(self, room: HttpBrowser, _course: Course, act: Act) -> None:
        room.follow("We will not sign")
        room.press("Go on to review", how=_NOT_SIGNING[act.what], reason="Our council has decided so.", is_authorised="y")

    def _hand_over(self, room: HttpBrowser, course: Course, _act: Act) -> None:
        room.follow("Hand over to a colleague")
        room.press("Go on to review", name="A Colleague", email=f"colleague.{course.email}", reason="I have left the board.")

    def _not_us(self, room: HttpBrowser, _course: Course, _act: Act) -> None:
        room.follow("wrong")
        room.press("Go on to review", which="wrong_society", reason="We are the hospital of that name.")

    def _read(self, room: HttpBrowser, _course: Course, _act: Act) -> None:
        assert "Your society’s answer" in room.page.text


def signature(officer: str, decided_on: date) -> dict[str, str]:
    """The form to sign, as a careful officer fills it in."""
    return {
        "officer": officer,
        "office": "President",
        "decided_by": "board",
        "decided_on": decided_on.isoformat(),
        "competing_interests": "None.",
        "mandate": "edit",
        "consent_to_print": "y",
        "is_authorised": "y",
    }


_TYPED: dict[str, Callable[[Rooms, HttpBrowser, Course, Act], None]] = {
    "sign": Rooms._sign,
    "board": Rooms._say_board,
    "sign_if": Rooms._condition,
    "decline": Rooms._not_sign,
    "abstain": Rooms._not_sign,
    "separate": Rooms._not_sign,
    "read": Rooms._read,
    "hand_over": Rooms._hand_over,
    "not_us": Rooms._not_us,
}
_LEAVING = {"hand_over": "Hand over to", "not_us": "Tell the coordinators"}
