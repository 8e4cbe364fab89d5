"""Jobs that count as under way, and that nobody is at."""

from webapp.jobs.underway import UnderWay


class Watch:
    """A clock that goes when it is told to."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def test_job_that_nobody_is_at_is_named_after_a_while_and_once() -> None:
    watch = Watch()
    under_way = UnderWay(watch)
    named = []
    for watch.seconds in range(0, 25, 2):
        named.append(under_way.forsaken(["left"]))
    assert named == [[]] * 5 + [["left"]] + [[]] * 5 + [["left"]] + [[]]


def test_job_that_somebody_is_at_is_not_named_however_long_it_takes() -> None:
    watch = Watch()
    under_way = UnderWay(watch)
    with under_way.doing("slow"):
        for watch.seconds in range(0, 60, 2):
            assert under_way.forsaken(["slow"]) == []
    assert under_way.forsaken(["slow"]) == [], "from now on it is looked at"
    watch.seconds += 10
    assert under_way.forsaken(["slow"]) == ["slow"]


def test_job_that_came_to_its_end_between_two_looks_is_forgotten() -> None:
    watch = Watch()
    under_way = UnderWay(watch)
    assert under_way.forsaken(["quick"]) == []
    assert under_way.forsaken([]) == []
    watch.seconds = 60
    assert under_way.forsaken(["quick"]) == []


def test_r16_nobody_else_begins_a_job_while_somebody_is_at_it() -> None:
    under_way = UnderWay()
    with under_way.doing("job") as first:
        with under_way.doing("job") as second:
            assert (first, second) == (True, False)
        with under_way.doing("job") as third:
            assert not third, "the second has not ended the first"
    with under_way.doing("job") as again:
        assert again
