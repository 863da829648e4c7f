"""Masks who receives help: a list of people is posted without what would let a stranger find one of them.

By the heading of a column: a name keeps its family name, an address ends at its village or community, numbers of
persons, telephones and cards go whole. Whatever stands elsewhere loses the numbers that `core.masking` finds.
"""

import enum
import re
from collections.abc import Sequence
from dataclasses import dataclass

from evalapp.core.masking import BY_HAND, masked
from evalapp.disclosures.rules.contents import Listed

_DOUBLE = [
    "欧阳",
    "太史",
    "端木",
    "上官",
    "司马",
    "东方",
    "独孤",
    "南宫",
    "万俟",
    "闻人",
    "夏侯",
    "诸葛",
    "尉迟",
    "公羊",
    "赫连",
    "澹台",
    "皇甫",
    "宗政",
    "濮阳",
    "公冶",
    "太叔",
    "申屠",
    "公孙",
    "慕容",
    "仲孙",
    "钟离",
    "长孙",
    "宇文",
    "司徒",
    "鲜于",
    "司空",
    "闾丘",
    "令狐",
    "百里",
    "呼延",
    "东郭",
    "南门",
    "西门",
    "第五",
]
_AREAS = (re.compile(r"^(.*?(?:村|社区|居委会))"), re.compile(r"^(.*?(?:街道|镇|乡))"))


class Personal(enum.StrEnum):
    NAME = "name"
    NUMBER = "number"
    ADDRESS = "address"
    PLAIN = "plain"


_HEADINGS = (
    (Personal.NUMBER, re.compile(r"身份证|证件|电话|手机|联系方式|卡号|账号|帐号|残疾证|户口")),
    (
        Personal.NAME,
        re.compile(r"姓名|户主|受助人|救助对象|帮扶对象|申请人|受益人|领取人|负责人|成员|监护人|名字"),
    ),
    (Personal.ADDRESS, re.compile(r"住址|地址|住所|门牌")),
)


@dataclass(frozen=True, kw_only=True)
class MaskedList:
    """A table as it may be posted; `cells` is how many cells of it were changed."""

    table: Listed
    cells: int


def kind_of(heading: str) -> Personal:
    """What a column of that heading says of a person."""
    return next((kind for kind, words in _HEADINGS if words.search(heading)), Personal.PLAIN)


def masked_name(name: str) -> str:
    """欧阳某某 is 欧阳**, 李某 is 李*: the family name and one star for each further character."""
    plain = "".join(name.split())
    if len(plain) < 2:
        return "*" if plain else ""
    keep = 2 if plain[:2] in _DOUBLE and len(plain) > 2 else 1
    return plain[:keep] + "*" * (len(plain) - keep)


def masked_address(address: str) -> str:
    """Keep an address as far as its village or community."""
    found = next((found for area in _AREAS if (found := area.match(address.strip()))), None)
    return f"{found.group(1)}{BY_HAND}" if found else (BY_HAND if address.strip() else "")


def masked_table(table: Listed) -> MaskedList:
    """Return the table as it may be posted. Masking what is masked already changes nothing."""
    kinds = [kind_of(column) for column in table.columns]
    rows = [[_cell(kind, cell) for kind, cell in zip(kinds, row, strict=True)] for row in table.rows]
    changed = sum(
        new != old
        for new_row, row in zip(rows, table.rows, strict=True)
        for new, old in zip(new_row, row, strict=True)
    )
    return MaskedList(table=Listed(columns=list(table.columns), rows=rows), cells=changed)


def masked_words(text: str) -> str:
    """Return running text without personal numbers."""
    return masked(text).text


def personal_columns(columns: Sequence[str]) -> list[str]:
    """Which columns hold what is masked whole or in part."""
    return [column for column in columns if kind_of(column) is not Personal.PLAIN]


def _cell(kind: Personal, cell: str) -> str:
    if kind is Personal.NAME:
        return cell if "*" in cell else masked_name(cell)
    if kind is Personal.NUMBER:
        return BY_HAND if cell.strip() else ""
    if kind is Personal.ADDRESS:
        return cell if BY_HAND in cell else masked_address(cell)
    return masked_words(cell)
