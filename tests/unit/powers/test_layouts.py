"""No step and no label lies upon another, lines of trees and of series-parallel charts never cross: by geometry."""

import dataclasses
from collections.abc import Callable

import pytest

from evalapp.powers.rules.flow import dot, measuring
from evalapp.powers.rules.flow.column import WIDTH, column
from evalapp.powers.rules.flow.graph import Flowchart
from evalapp.powers.rules.flow.places import Box, Places, Route, crossings, overlaps
from evalapp.powers.services.layout import laid_out, outline
from tests.support.flowcharts import KINDS, series_parallel, straight, tangled, tree, usual

GENERATED = [(kind, seed) for kind in KINDS for seed in range(70)]
CHARTS = [KINDS[kind](seed) for kind, seed in GENERATED]


@pytest.fixture(scope="module")
def wide() -> list[Places]:
    return laid_out(CHARTS)


def wrong(charts: list[Flowchart], layouts: list[Places]) -> list[str]:
    """What lies upon another, lies outside, or has no place."""
    found = []
    for (kind, seed), chart, places in zip(GENERATED, charts, layouts, strict=True):
        said = overlaps(places)
        said += [f"{key} has no place" for key in chart.by_key.keys() - places.boxes.keys()]
        said += [
            f"{key} lies outside"
            for key, box in places.boxes.items()
            if box.x < 0 or box.y < 0 or box.right > places.width or box.bottom > places.height
        ]
        found += [f"{kind} {seed}: {each}" for each in said]
    return found


def crossed(charts: list[Flowchart], layouts: list[Places]) -> list[str]:
    return [
        f"{kind} {seed}"
        for (kind, seed), chart, places in zip(GENERATED, charts, layouts, strict=True)
        if kind != "tangled" and crossings(chart, places)
    ]


def test_nothing_lies_upon_another_in_two_hundred_charts(wide: list[Places]) -> None:
    assert len(CHARTS) >= 200
    assert wrong(CHARTS, wide) == []
    assert wrong(CHARTS, [column(chart) for chart in CHARTS]) == []


def test_no_lines_cross_in_trees_and_series_parallel_charts(wide: list[Places]) -> None:
    assert crossed(CHARTS, wide) == []
    assert crossed(CHARTS, [column(chart) for chart in CHARTS]) == []


def test_the_column_fits_a_telephone(wide: list[Places]) -> None:
    for chart in CHARTS:
        places = column(chart)
        assert places.width == WIDTH
        for route in places.routes:
            assert all(0 <= x <= WIDTH for x, _ in route.points)


def test_words_fit_their_box() -> None:
    for chart in CHARTS:
        for places, width_of in ((column(chart), None), (None, dot.box_width)):
            for step in chart.steps:
                room = places.boxes[step.key].width if places else width_of(step.kind)
                shape = measuring.shape(step, round(room))
                assert all(
                    measuring.width(line, measuring.TITLE) <= room - measuring.INDENT for line in shape.title
                )
                assert "".join(shape.title).replace(" ", "") == step.title.replace(" ", "")


def test_charts_of_the_same_sizes_and_ways_share_their_places() -> None:
    chart = usual()
    other = dataclasses.replace(
        chart, steps=tuple(dataclasses.replace(step, title=step.title[::-1]) for step in chart.steps)
    )
    longer = dataclasses.replace(
        chart, steps=(dataclasses.replace(chart.steps[0], title="很长" * 18), *chart.steps[1:])
    )
    assert outline(chart) == outline(other) != outline(longer)


def test_places_are_kept_as_they_are(wide: list[Places]) -> None:
    for places in (wide[0], column(CHARTS[0])):
        assert Places.of(places.document()).document() == places.document()


@pytest.mark.parametrize("make", [series_parallel, tree, tangled])
def test_a_generated_chart_is_the_same_for_the_same_seed(make: Callable[[int], Flowchart]) -> None:
    assert make(3) == make(3) != make(4)


def test_a_step_moved_upon_another_is_noticed(wide: list[Places]) -> None:
    """The planted defect: one box lies where its neighbour lies."""
    first, second, *_ = wide[0].boxes
    moved = dataclasses.replace(wide[0], boxes={**wide[0].boxes, first: wide[0].boxes[second]})
    assert wrong(CHARTS, [moved, *wide[1:]])


def test_a_label_upon_a_step_is_noticed(wide: list[Places]) -> None:
    """The planted defect."""
    places = laid_out([usual()])[0]
    labelled = next(at for at, route in enumerate(places.routes) if route.label)
    box = next(iter(places.boxes.values()))
    upon = Box(x=box.x - 5, y=box.y - 5, width=40, height=20)
    routes = tuple(
        dataclasses.replace(route, label=upon) if at == labelled else route
        for at, route in enumerate(places.routes)
    )
    assert overlaps(dataclasses.replace(places, routes=routes))
    assert overlaps(places) == []


def test_crossing_lines_are_noticed() -> None:
    """The planted defect: two ways are led across one another."""
    chart = series_parallel(1)
    places = column(chart)
    straight_across = tuple(
        Route(points=((0, 10 * at), (WIDTH, places.height - 10 * at))) for at in range(len(places.routes))
    )
    assert crossings(chart, dataclasses.replace(places, routes=straight_across))
    assert crossings(straight(9), column(straight(9))) == 0
