"""Totals that must agree with the lines, comparisons, budgets, hashes."""

import hashlib
import json

from evalapp.disclosures.rules.contents import Content, FileNamed, Listed, canonical, fingerprint
from evalapp.disclosures.rules.finances import (
    Chain,
    Compared,
    Direction,
    Figure,
    Stated,
    Sums,
    against_budget,
    differences,
)


def sums(*lines: tuple[Direction, str, int]) -> Sums:
    found = Sums()
    for line in lines:
        found.take(*line)
    return found


LINES = sums(
    (Direction.INCOME, "补助", 5_000_00),
    (Direction.EXPENSE, "道路", 3_200_50),
    (Direction.EXPENSE, "道路", 100),
)
RIGHT = Stated(opening=10_000_00, income=5_000_00, expense=3_201_50, closing=11_798_50)


def test_totals_that_agree_differ_in_nothing() -> None:
    assert differences(RIGHT, LINES) == []
    assert differences(RIGHT, LINES, closing_before=10_000_00) == []


def test_every_total_that_does_not_agree_is_named_to_the_fen() -> None:
    """The planted defects: each figure off by a fen."""
    for figure in Figure:
        wrong = Stated(**{one.value: getattr(RIGHT, one.value) + (one is figure) for one in Figure})
        found = differences(wrong, LINES, closing_before=10_000_00)
        assert figure in {one.figure for one in found}
        assert all(abs(one.amount) == 1 for one in found)


def test_the_opening_balance_is_the_closing_one_of_the_period_before() -> None:
    (found,) = differences(RIGHT, LINES, closing_before=9_000_00)
    assert (found.figure, found.stated, found.computed) == (Figure.OPENING, 10_000_00, 9_000_00)


def test_sums_are_kept_and_read_again() -> None:
    again = Sums.of(json.loads(json.dumps(LINES.document())))
    assert again == LINES
    assert [(one.account, one.amount, one.lines) for one in again.accounts(Direction.EXPENSE)] == [
        ("道路", 3_201_50, 2)
    ]


def test_a_comparison_needs_something_to_compare_with() -> None:
    assert Compared(amount=110, other=100).percent == 10
    assert Compared(amount=110, other=None).percent is None
    assert Compared(amount=110, other=0).percent is None
    assert Compared(amount=-50, other=-100).percent == 50


def test_what_nobody_planned_stands_in_the_budget_with_nothing_planned() -> None:
    rows = against_budget({(Direction.EXPENSE, "绿化"): 1_000}, [LINES, LINES])
    assert [(row.account, row.planned, row.actual) for row in rows] == [
        ("绿化", 1_000, 0),
        ("道路", 0, 6_403_00),
        ("补助", 0, 10_000_00),
    ]
    assert rows[0].percent == 0
    assert rows[1].percent is None


def test_a_chain_names_the_steps_that_nobody_took() -> None:
    assert Chain(handler="报账员", reviewer="", approver="村委会主任", accountant="").missing == [
        "民主理财小组",
        "会计",
    ]


CONTENT = Content(
    title="季度救助",
    body="按程序评议。",
    table=Listed(columns=["姓名", "金额"], rows=[["李*", "300"]]),
    files=(FileNamed(token="t", name="评议.pdf", sha256="0" * 64, size=9, media_type="application/pdf"),),
)


def test_a_content_is_kept_and_read_again() -> None:
    again = Content.of(json.loads(json.dumps(CONTENT.document())))
    assert again.document() == CONTENT.document()


def test_a_hash_can_be_computed_by_anybody() -> None:
    said = json.dumps(
        {"before": "x", "content": CONTENT.document()},
        ensure_ascii=False,
        sort_keys=True,
        separators=(",", ":"),
    )
    assert fingerprint(CONTENT.document(), before="x") == hashlib.sha256(said.encode()).hexdigest()


def test_a_hash_changes_with_every_part_and_with_the_one_before() -> None:
    """The planted defects: one sign changed anywhere."""
    document = CONTENT.document()
    whole = fingerprint(document, before="")
    changed = [
        document | {"title": "季度救助 "},
        document | {"rows": [["李*", "301"]]},
        document | {"files": []},
    ]
    assert (
        len({whole, fingerprint(document, before="a"), *(fingerprint(one, before="") for one in changed)})
        == 5
    )
    assert canonical({"b": 1, "a": 2}) == b'{"a":2,"b":1}'
