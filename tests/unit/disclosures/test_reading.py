"""What pages say of money: one unit a page, charts that begin at nothing, cells that no spreadsheet computes."""

import re

from evalapp.disclosures import reading
from evalapp.disclosures.models import StatementState
from evalapp.disclosures.queries.boards import StatementRow
from evalapp.disclosures.rules.periods import Length, Period
from evalapp.web.charts import Flow, flows


def row(
    place: int, *, income: int, expense: int, closing: int, length: Length = Length.MONTH
) -> StatementRow:
    return StatementRow(
        reference="GK-2026-0001",
        period=Period(year=2025, length=length).shifted(place),
        number=1,
        state=StatementState.PUBLISHED,
        opening=0,
        income=income,
        expense=expense,
        closing=closing,
        agrees=True,
        first_published_at=None,
        published_at=None,
        withdrawn_at=None,
        withdrawn_reason="",
    )


def heights(drawn: str, colour: str) -> list[float]:
    return [float(found) for found in re.findall(rf'class="{colour}"[^>]* height="([\d.]+)"', drawn)]


def test_bars_begin_at_nothing_and_keep_their_proportion() -> None:
    drawn = str(
        flows(
            [
                Flow(name="1", income=100, expense=50, left=80),
                Flow(name="2", income=0, expense=200, left=-20),
            ],
            label="x",
            left_name="结余",
        )
    )
    up, down = heights(drawn, "fgold"), heights(drawn, "fdai")
    assert up[1] == 0
    assert round(down[1] / up[0], 1) == 2.0
    assert round(down[0] / up[0], 1) == 0.5
    assert 'role="img"' in drawn


def test_a_chart_of_nothing_is_drawn_and_names_are_escaped() -> None:
    assert "svg" in str(flows([], label="x", left_name="结余"))
    assert "<b>" not in str(
        flows([Flow(name="<b>", income=0, expense=0, left=0)], label="<b>", left_name="<b>")
    )


def test_many_places_are_named_one_by_two_and_the_year_stands_where_it_changes() -> None:
    series = [row(place, income=1, expense=0, closing=1) for place in range(6, 18)]
    names = [one.name for one in reading.charted(series, reading.Money(0))]
    assert names == ["", "25/8", "", "10", "", "12", "", "26/2", "", "4", "", "6"]
    few = [row(place, income=1, expense=0, closing=1, length=Length.QUARTER) for place in range(3, 6)]
    assert [one.name for one in reading.charted(few, reading.Money(0))] == ["25Q4", "26Q1", "Q2"]


def test_amounts_of_a_page_are_in_one_unit() -> None:
    small, large = reading.Money(99_999_999), reading.Money(100_000_000)
    assert (small(123_456), small.unit, small(-100)) == ("1,234.56", "元", "−1")
    assert (large(123_456_789), large.unit) == ("123.46", "万元")
    assert reading.yuan(-5) == "−0.05"
    assert reading.plain_yuan(-123_405) == "-1234.05"


def test_a_chart_says_what_it_shows() -> None:
    more, less = row(0, income=2, expense=1, closing=1), row(1, income=1, expense=2, closing=0)
    assert reading.finding([]) == "还没有收支"
    assert reading.finding([more]) == "每一期都是收大于支"
    assert reading.finding([less]) == "每一期都是支大于收"
    assert reading.finding([more, less]) == "2 期里有 1 期支大于收"
