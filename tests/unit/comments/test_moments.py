"""Comments on the player's bar: in their places, near ones together."""

from evalapp.comments.rules import moments
from evalapp.comments.rules.moments import Moment


def at(*seconds: int) -> tuple[Moment, ...]:
    return moments.in_order(
        Moment(reference=f"LY-{place}", at_seconds=second, text="") for place, second in enumerate(seconds)
    )


def test_moments_are_in_the_order_of_the_recording() -> None:
    assert [one.at_seconds for one in at(50, 7, 300)] == [7, 50, 300]


def test_marks_stand_where_the_moment_is_and_near_ones_share_one() -> None:
    found = moments.marks(at(0, 500, 501, 1000), 1000)
    assert [(mark.place, mark.comments, mark.at_seconds) for mark in found] == [
        (0, 1, 0),
        (500, 2, 500),
        (995, 1, 1000),
    ]


def test_however_many_there_are_the_bar_has_room() -> None:
    found = moments.marks(at(*range(3600)), 3600)
    assert len(found) == 200
    assert sum(mark.comments for mark in found) == 3600
    assert all(0 <= mark.place <= 995 for mark in found)
