"""Charts say their numbers, keep their order and never leave their axis."""

import re

from evalapp.web import charts

NAMES = ("非常满意", "满意", "基本满意", "不满意", "非常不满意")


def widths(svg: str) -> list[float]:
    return [float(width) for width in re.findall(r'<rect class="f\d"[^>]* width="([\d.]+)%"', svg)]


def test_a_grade_bar_says_every_share_zero_included() -> None:
    svg = charts.gbar([656, 239, 75, 30, 0], names=NAMES, title="晒工作")
    assert (
        'aria-label="晒工作 非常满意 65.6%, 满意 23.9%, 基本满意 7.5%, 不满意 3.0%, 非常不满意 0.0%"' in svg
    )


def test_a_grade_bar_is_ordered_best_first_and_no_wider_than_its_row() -> None:
    svg = charts.gbar([1, 2, 3, 4, 5], names=NAMES)
    assert re.findall(r'<rect class="f(\d)"', svg) == ["5", "4", "3", "2", "1"]
    assert sum(widths(svg)) <= 100


def test_a_narrow_share_has_no_label() -> None:
    svg = charts.gbar([92, 7, 1, 0, 0], names=NAMES)
    assert re.findall(r">(\d+)%</text>", svg) == ["92"]


def test_a_bar_of_nothing_is_an_empty_track() -> None:
    svg = charts.gbar([0, 0, 0, 0, 0], names=NAMES)
    assert "fsunk" in svg
    assert "非常满意 0.0%" in svg


def test_a_label_cannot_break_out_of_its_attribute() -> None:
    svg = charts.gbar([1, 0, 0, 0, 0], names=NAMES, title='"><script>')
    assert "<script>" not in svg


def test_an_interval_stays_on_its_axis() -> None:
    svg = charts.ci(99.5, 3.0, label="得分", low=60, high=100, median=40)
    places = [float(x) for x in re.findall(r'(?:x1|x|cx)="(-?[\d.]+)%?"', svg)]
    assert all(0 <= place <= 100 for place in places)
    assert 'aria-label="得分"' in svg


def test_an_axis_names_both_ends() -> None:
    assert re.findall(r">(\d+)<", charts.axis(60, 100)) == ["60", "70", "80", "90", "100"]


def test_a_spark_of_one_season_has_its_dot() -> None:
    svg = charts.spark([80.0], label="走势", low=60, high=100)
    assert svg.count("<circle") == 1
    assert "走势 80.0" in svg


def test_progress_is_kept_between_nothing_and_all() -> None:
    assert 'aria-valuenow="100"' in charts.progress_bar(140, label="上传")
    assert 'aria-valuenow="0"' in charts.progress_bar(-3, label="上传")


def test_a_bar_of_lamps_is_filled_by_their_shares() -> None:
    bar = charts.lamp_bar(1, 1, 2)
    assert re.findall(r'class="(\w+)" x="([\d.]+)%" width="([\d.]+)%"', bar) == [
        ("flbad", "0.00", "25.00"),
        ("flwarn", "25.00", "25.00"),
        ("flok", "50.00", "50.00"),
    ]
    assert 'width="0.00%"' in charts.lamp_bar(0, 0, 0)


def test_a_cell_without_a_count_is_empty() -> None:
    assert charts.heat_cells([(0, 0), (7, 5)]) == '<td class="s0"></td><td class="s5">7</td>'


def test_no_chart_carries_a_style() -> None:
    drawn = [
        charts.gbar([1, 2, 3, 4, 5], names=NAMES),
        charts.ci(80, 2, label="x"),
        charts.spark([1.0, 2.0], label="x", low=0, high=3, half=0.2),
        charts.progress_bar(3, label="x"),
    ]
    assert not any("style" in svg for svg in drawn)
