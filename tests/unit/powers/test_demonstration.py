"""The demonstration's powers: 980 of them, of at least 40 shapes, each without a fault, drawn, and marked as examples."""

import re

import pytest

from evalapp.demo import powers
from evalapp.powers.rules import rows
from evalapp.powers.rules.flow import checks
from evalapp.powers.rules.flow.column import column
from evalapp.powers.rules.flow.drawing import Words, drawn, pages
from evalapp.powers.rules.flow.graph import Flowchart
from evalapp.powers.rules.flow.places import overlaps
from evalapp.powers.rules.profile import profile
from evalapp.powers.rules.rows import PowerRow
from evalapp.powers.services.layout import laid_out


@pytest.fixture(scope="module")
def read() -> list[PowerRow]:
    return [rows.read(row) for row in powers.planned()]


def shape(chart: Flowchart) -> object:
    """What a chart is without its words."""
    place = {step.key: at for at, step in enumerate(chart.steps)}
    ways = sorted((place[way.source], place[way.target]) for way in chart.ways)
    return tuple(step.kind for step in chart.steps), tuple(ways)


def test_there_are_980_of_thirty_units_and_of_all_ten_kinds(read: list[PowerRow]) -> None:
    assert len(read) == 980
    assert len({said.unit for said in read}) == 30
    assert len({said.text.kind for said in read}) == 10
    assert len({(said.unit, said.text.name) for said in read}) == 980
    assert all(profile().checked_code(said.code, said.text.kind).startswith("99") for said in read)


def test_their_flowcharts_have_forty_shapes_or_more_and_no_faults(read: list[PowerRow]) -> None:
    charts = [said.flowchart for said in read]
    assert None not in charts
    assert len({shape(chart) for chart in charts}) >= 40
    assert [said.code for said in read if checks.findings(said.flowchart, term=said.text.term)] == []


def test_a_shape_is_not_told_apart_by_its_words(read: list[PowerRow]) -> None:
    """The planted defect would be to count titles: two charts of one kind differ in words only."""
    first = read[0].flowchart
    renamed = Flowchart.of(
        first.document() | {"steps": [step | {"title": "x"} for step in first.document()["steps"]]}
    )
    assert shape(first) == shape(renamed)


def test_every_one_is_drawn_without_overlap_and_cut_for_paper(read: list[PowerRow]) -> None:
    charts = list({said.flowchart.fingerprint: said.flowchart for said in read}.values())
    words = Words(name="x", fact=lambda _step, fact: fact.value)
    for chart, wide in zip(charts, laid_out(charts), strict=True):
        narrow = column(chart)
        assert overlaps(wide) == overlaps(narrow) == []
        assert drawn(chart, wide, words).count('<a class="n ') == len(chart.steps)
        assert drawn(chart, narrow, words, narrow=True).count("<a ") == len(chart.steps)
        windows = pages(wide, 700)
        assert windows[0][0] == 0
        assert windows[-1][1] == wide.height
        assert all(0 < bottom - top <= 701 for top, bottom in windows)


def test_every_basis_is_marked_as_an_example_and_none_is_quoted(read: list[PowerRow]) -> None:
    for said in read:
        assert said.text.bases
        for basis in said.text.bases:
            assert (basis.note, basis.text, basis.url) == ("示例，未核对", "", "")


def test_numbers_belong_to_nobody_and_posts_are_no_names(read: list[PowerRow]) -> None:
    for said in read:
        assert said.text.telephone.startswith("0000-")
        assert re.search("(长|任)$", said.text.post)
