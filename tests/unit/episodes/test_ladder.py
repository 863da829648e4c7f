"""The ladder: never larger than the source, even, in the source's shape, with the source's own fractions."""

import itertools
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from episodes.ladder import FASTEST, even_within, fitted, frame_rate, ladder
from episodes.settings import LADDER
from tests.support.recordings import picture_of

edges = st.integers(min_value=160, max_value=4096)
rates = st.one_of(
    st.sampled_from(
        [Fraction(30000, 1001), Fraction(24000, 1001), Fraction(25), Fraction(60000, 1001), Fraction(120)]
    ),
    st.fractions(min_value=5, max_value=120, max_denominator=1001),
)


def sizes(width: int, height: int) -> list[tuple[int, int]]:
    return [
        (rung.width, rung.height) for rung in ladder(picture_of(width, height), LADDER, rate=Fraction(25))
    ]


@given(width=edges, height=edges)
def test_no_rung_is_larger_than_the_source_and_every_side_is_even(width: int, height: int) -> None:
    made = sizes(width, height)
    assert made
    for wide, high in made:
        assert wide <= width
        assert high <= height
        assert wide % 2 == high % 2 == 0
        assert wide >= 2
        assert high >= 2


@given(width=edges, height=edges)
def test_rungs_shrink_from_one_to_the_next_and_have_names_of_their_own(width: int, height: int) -> None:
    rungs = ladder(picture_of(width, height), LADDER, rate=Fraction(25))
    areas = [rung.width * rung.height for rung in rungs]
    assert areas == sorted(set(areas), reverse=True)
    assert len({rung.name for rung in rungs}) == len(rungs)
    assert all(above.rate >= below.rate for above, below in itertools.pairwise(rungs))


@given(width=edges, height=edges)
def test_every_rung_keeps_the_shape_to_within_a_pixel(width: int, height: int) -> None:
    for wide, high in sizes(width, height):
        share = min(Fraction(wide, width), Fraction(high, height))
        assert abs(wide - width * share) <= 2 * max(1, width / height)
        assert abs(high - height * share) <= 2 * max(1, height / width)


@given(width=edges, height=edges)
def test_a_turned_source_gets_the_same_rungs_turned(width: int, height: int) -> None:
    assert sizes(height, width) == [(high, wide) for wide, high in sizes(width, height)]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ((1920, 1080), [(1920, 1080), (1280, 720), (854, 480), (426, 240)]),
        ((3840, 2160), [(1920, 1080), (1280, 720), (854, 480), (426, 240)]),
        ((1280, 720), [(1280, 720), (854, 480), (426, 240)]),
        ((768, 576), [(768, 576), (640, 480), (320, 240)]),
        ((1080, 1920), [(1080, 1920), (720, 1280), (480, 854), (240, 426)]),
        ((1921, 1081), [(1920, 1080), (1280, 720), (852, 480), (426, 240)]),
        ((321, 241), [(320, 240)]),
        ((161, 161), [(160, 160)]),
    ],
)
def test_well_known_sources(source: tuple[int, int], expected: list[tuple[int, int]]) -> None:
    assert sizes(*source) == expected


def test_a_picture_between_two_steps_gets_its_own_size_first() -> None:
    rungs = ladder(picture_of(1024, 576), LADDER, rate=Fraction(25))
    assert [rung.name for rung in rungs] == ["576", "480", "240"]


def test_fast_motion_gets_a_higher_rate() -> None:
    slow = ladder(picture_of(1920, 1080), LADDER, rate=Fraction(25))
    fast = ladder(picture_of(1920, 1080), LADDER, rate=Fraction(50))
    assert all(quick.rate > calm.rate for quick, calm in zip(fast, slow, strict=True))


@given(rate=rates)
def test_a_steady_rate_is_kept_to_the_fraction_or_halved_below_the_fastest(rate: Fraction) -> None:
    made = frame_rate(rate, rate)
    assert made <= FASTEST
    assert rate / made in {1, 2}


@given(average=rates, nominal=rates)
def test_an_unsteady_rate_becomes_one_that_can_be_written_down(average: Fraction, nominal: Fraction) -> None:
    made = frame_rate(average, nominal)
    assert 0 < made <= FASTEST
    assert made.denominator <= 2 * 1001


def test_a_measured_rate_beside_a_standard_one_is_the_standard_one() -> None:
    assert frame_rate(Fraction(2997, 100), Fraction(60)) == Fraction(30000, 1001)


@given(value=st.integers(min_value=1, max_value=9000), most=st.integers(min_value=2, max_value=9000))
def test_even_sizes_never_exceed_what_they_must_fit_in(value: int, most: int) -> None:
    assert even_within(value, most) <= most
    assert even_within(value, most) % 2 == 0


def test_the_width_that_ffmpeg_would_round_up_is_set_by_hand() -> None:
    assert fitted(1920, 1080, 426, 240) == (426, 240)
