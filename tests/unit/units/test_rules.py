"""What may stand under what, and how units are ordered and addressed."""

import pytest

from evalapp.core.errors import Invalid
from evalapp.units.rules import spelling
from evalapp.units.rules.tree import UnitKind, may_stand_under


@pytest.mark.parametrize(
    ("kind", "above", "allowed"),
    [
        (UnitKind.DEPARTMENT, None, True),
        (UnitKind.DEPARTMENT, UnitKind.DEPARTMENT, True),
        (UnitKind.DEPARTMENT, UnitKind.SUBDISTRICT, False),
        (UnitKind.SECTION, None, False),
        (UnitKind.SECTION, UnitKind.DEPARTMENT, True),
        (UnitKind.SECTION, UnitKind.SUBDISTRICT, True),
        (UnitKind.SECTION, UnitKind.SECTION, False),
        (UnitKind.SUBDISTRICT, None, True),
        (UnitKind.SUBDISTRICT, UnitKind.DEPARTMENT, False),
        (UnitKind.VILLAGE, UnitKind.SUBDISTRICT, True),
        (UnitKind.VILLAGE, None, False),
        (UnitKind.VILLAGE, UnitKind.VILLAGE, False),
    ],
)
def test_what_may_stand_under_what(kind: UnitKind, above: UnitKind | None, *, allowed: bool) -> None:
    assert may_stand_under(kind, above) is allowed


def test_units_are_ordered_and_addressed_by_pinyin() -> None:
    assert spelling.sort_key("教育局") == "jiao yu ju"
    assert spelling.initials("区教育局") == "qjyj"
    assert spelling.slug_for("教育局") == "jiaoyuju"
    assert spelling.slug_for("IC 卡科") == "ic-kake"


@pytest.mark.parametrize("slug", ["", "-a", "a-", "教育局", "a b", "a/b", "../a", "a" * 49])
def test_an_address_of_other_characters_is_refused(slug: str) -> None:
    with pytest.raises(Invalid):
        spelling.checked_slug(slug)


@pytest.mark.parametrize("telephone", ["<script>", "12", "打电话", "1" * 61])
def test_a_telephone_of_other_characters_is_refused(telephone: str) -> None:
    with pytest.raises(Invalid):
        spelling.checked_telephone(telephone)


def test_a_telephone_may_be_missing() -> None:
    assert spelling.checked_telephone(" ") == ""
    assert spelling.checked_telephone("0000-8600 1818 转 2") == "0000-8600 1818 转 2"
