"""Personal numbers are masked however they are spelled; dates, amounts and document numbers stay."""

import random
import re
import unicodedata
from datetime import date

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from evalapp.core import masking
from evalapp.core.masking import NumberKind, masked

CHINESE = "〇一二三四五六七八九"
FINANCIAL = "零壹贰叁肆伍陆柒捌玖"
FULL_WIDTH = "０１２３４５６７８９"
WORDS = st.sampled_from(["", "找物业科的人说了，", "电话", "请打", "我妈的号码是：", "（夜里也行）", "tel "])
AFTER = st.sampled_from(["", "。", "，他答应下周", " 谢谢", "找老王", "\n再说一遍", "号打不通"])


def spelled(number: str, digits: str) -> str:
    return "".join(digits[int(c)] if c.isascii() and c.isdigit() else c for c in number)


def in_groups(number: str, sizes: list[int], separator: str) -> str:
    parts, at = [], 0
    for size in sizes:
        parts.append(number[at : at + size])
        at += size
    return separator.join([*parts, number[at:]] if at < len(number) else parts)


def numbered(smallest: int, largest: int, prefix: str = "") -> st.SearchStrategy[str]:
    return st.integers(smallest, largest).map(lambda n: f"{prefix}{n}")


mobiles = numbered(13 * 10**9, 20 * 10**9 - 1)
demonstration = numbered(12 * 10**9, 13 * 10**9 - 1)
landlines = st.one_of(
    numbered(2 * 10**7, 9 * 10**7 - 1, "010"),
    numbered(20_2000_0000, 20_8999_9999, "0"),
    numbered(300_200_0000, 300_899_9999, "0"),
    numbered(999_2000_0000, 999_8999_9999, "0"),
)


@st.composite
def identities(draw: st.DrawFn) -> str:
    day = draw(st.dates(min_value=date(1930, 1, 1), max_value=date(2020, 12, 31)))
    body = f"{draw(st.integers(100_000, 999_999))}{day:%Y%m%d}{draw(st.integers(0, 999)):03}"
    total = sum(
        int(c) * pow(2, 17 - place) for place, c in enumerate(body)
    )  # GB 11643: weights are powers of two
    return body + "0123456789X"[(12 - total) % 11]


@st.composite
def cards(draw: st.DrawFn) -> str:
    body = draw(st.sampled_from(["62", "40", "55"])) + draw(numbered(10**12, 10**16 - 1))
    for check in "0123456789":
        numbers = [int(c) for c in body + check]
        odd, even = numbers[-1::-2], numbers[-2::-2]
        if (sum(odd) + sum(sum(divmod(2 * n, 10)) for n in even)) % 10 == 0:
            return body + check
    raise AssertionError


@st.composite
def spellings(draw: st.DrawFn, numbers: st.SearchStrategy[str], sizes: list[list[int]]) -> tuple[str, str]:
    """A number and one way in which people write it."""
    number = draw(numbers)
    separator = draw(st.sampled_from([" ", "-", "－", "　", "\u200b", " - ", "·", ".", "\u00a0", "_"]))
    one_by_one = [1] * len(number)
    grouping = draw(st.sampled_from([[], *sizes, one_by_one]))
    script = draw(st.sampled_from(["0123456789", CHINESE, FINANCIAL, FULL_WIDTH, "①"]))
    text = in_groups(number, grouping, separator) if grouping else number
    return number, text if script == "①" else spelled(text, script)


def values_in(text: str) -> str:
    """Every digit that is left, in whatever script."""
    found = []
    for character in text:
        value = unicodedata.digit(character, None)
        if value is None and character in CHINESE + FINANCIAL:
            value = (CHINESE + FINANCIAL).index(character) % 10
        found.append("" if value is None else str(value))
    return "".join(found)


def check_gone(before: str, written: str, after: str, kind: NumberKind, mask=masked) -> None:
    outcome = mask(f"{before}{written}{after}")
    assert outcome.kinds == {kind}
    assert outcome.text == f"{before}{masking.LABELS[kind]}{after}"


@given(before=WORDS, number=spellings(mobiles, [[3, 4, 4], [3, 3, 5], [3, 8], [4, 4, 3]]), after=AFTER)
@settings(max_examples=100, deadline=None)
def test_a_mobile_number_is_masked_in_every_spelling(
    before: str, number: tuple[str, str], after: str
) -> None:
    check_gone(before, number[1], after, NumberKind.MOBILE)


@given(before=WORDS, number=spellings(demonstration, [[3, 4, 4]]), after=AFTER)
@settings(deadline=None)
@example(before="", number=("12000000001", "120 0000 0001"), after="")
def test_numbers_of_the_demonstration_are_masked_too(
    before: str, number: tuple[str, str], after: str
) -> None:
    if len(re.split(r"[^\w]+|_", number[1])) <= 4 or len(number[1]) == 11:
        check_gone(before, number[1], after, NumberKind.MOBILE)


@given(
    before=WORDS,
    number=mobiles,
    prefix=st.sampled_from(["+86", "+86 ", "0086", "86-", "（86）"]),
    after=AFTER,
)
@settings(deadline=None)
def test_a_prefix_of_the_country_hides_nothing(before: str, number: str, prefix: str, after: str) -> None:
    outcome = masked(f"{before}{prefix}{number}{after}")
    assert number not in values_in(outcome.text)
    assert outcome.kinds == {NumberKind.MOBILE}


@given(before=WORDS, number=landlines, how=st.sampled_from(["", "-", " ", "）", " - "]), after=AFTER)
@settings(max_examples=100, deadline=None)
def test_a_fixed_line_is_masked(before: str, number: str, how: str, after: str) -> None:
    area = 3 if number.startswith(("010", "02")) else 4
    check_gone(before, f"{number[:area]}{how}{number[area:]}", after, NumberKind.LANDLINE)


@given(
    local=numbered(3 * 10**6, 9 * 10**7 - 1).filter(lambda n: n[0] != "9" and n[0] not in "12"),
    word=st.sampled_from(["电话", "座机：", "致电 ", "传真是"]),
)
def test_a_line_without_its_area_is_masked_after_the_word(local: str, word: str) -> None:
    check_gone(word, local, "，问老王", NumberKind.LANDLINE)


@given(before=WORDS, number=spellings(identities(), [[6, 8, 4], [6, 4, 4, 4]]), after=AFTER)
@settings(max_examples=100, deadline=None)
def test_an_identity_number_is_masked(before: str, number: tuple[str, str], after: str) -> None:
    check_gone(before, number[1], after, NumberKind.IDENTITY)


@given(number=identities(), wrong=st.integers(1, 10))
@settings(deadline=None)
def test_eighteen_digits_with_a_wrong_check_digit_are_no_identity_number(number: str, wrong: int) -> None:
    letters = "0123456789X"
    other = number[:-1] + letters[(letters.index(number[-1]) + wrong) % 11]
    assert NumberKind.IDENTITY not in masked(f"文件 {other}").kinds
    assert masked(f"身份证 {other}").kinds == {
        NumberKind.IDENTITY
    }  # a slip of the pen is still a person's number


@given(before=WORDS, number=spellings(cards(), [[4, 4, 4, 4], [6, 4, 4]]), after=AFTER)
@settings(max_examples=100, deadline=None)
def test_a_bank_card_is_masked(before: str, number: tuple[str, str], after: str) -> None:
    written = number[1]
    sizes = [len(part) for part in re.split(r"\W+|_", written)]
    if sizes[0] == 6:
        return  # nobody writes cards so; the property is about the ways people do
    outcome = masked(f"{before}{written}{after}")
    assert number[0] not in values_in(outcome.text)
    assert NumberKind.CARD in outcome.kinds


@given(number=cards(), change=st.integers(1, 9))
@settings(deadline=None)
def test_a_number_that_luhn_refuses_is_no_card(number: str, change: int) -> None:
    other = number[:-1] + str((int(number[-1]) + change) % 10)
    assert NumberKind.CARD not in masked(f"包裹 {other} 到了").kinds


days = st.dates(min_value=date(1949, 1, 1), max_value=date(2099, 12, 31))
harmless = st.one_of(
    days.map(lambda d: f"{d:%Y-%m-%d}"),
    days.map(lambda d: f"{d:%Y%m%d}"),
    days.map(lambda d: f"{d.year} 年 {d.month} 月 {d.day} 日"),
    days.map(lambda d: spelled(f"{d.year}年{d.month}月{d.day}日", CHINESE)),
    st.tuples(days, days).map(lambda two: f"{two[0]:%Y.%m.%d}-{two[1]:%Y.%m.%d}"),
    st.tuples(days, st.times()).map(lambda two: f"{two[0]:%Y-%m-%d} {two[1]:%H:%M}"),
    st.integers(0, 10**13).map(lambda n: f"{n:,} 元"),
    st.integers(0, 10**13).map(lambda n: f"{n}元"),
    st.integers(0, 10**12).map(lambda n: f"¥{n}"),
    st.decimals(0, 99_999_999, places=2).map(lambda n: f"{n} 万元"),
    st.tuples(st.integers(2000, 2030), st.integers(1, 999)).map(lambda two: f"晴政发〔{two[0]}〕{two[1]} 号"),
    st.tuples(st.sampled_from(["工单编号", "受理单号：", "合同号 ", "订单:"]), numbered(10**7, 10**16)).map(
        "".join
    ),
    numbered(1, 999_999).map(lambda n: f"{n} 户"),
    st.sampled_from(
        [
            "1、2、3、4、5、6、7、8、9、10",
            "1 2 3 4 5 6 7 8 9 10 11",
            "1,3,5,7,9,11,13,15 号楼",
            "13、15、17、19、21、2 栋",
            "3.1415926",
            "热线 12345",
            "早上 8:30-11:30",
            "第一、第二、第三，三个月两次",
        ]
    ),
)


@given(parts=st.lists(harmless, min_size=1, max_size=3))
@settings(max_examples=150, deadline=None)
def test_dates_amounts_and_document_numbers_stay(parts: list[str]) -> None:
    text = "；".join(parts)
    assert masked(text).text == text


@given(text=st.text(max_size=80))
@settings(max_examples=100, deadline=None)
def test_masking_is_finished_after_once(text: str) -> None:
    once = masked(text)
    assert masked(once.text).text == once.text


def test_a_word_that_ends_in_a_digit_does_not_hide_the_number() -> None:
    number = "12" + "0" * 9
    assert masked(f"联系人一{number}").text == f"联系人一{masking.LABELS[NumberKind.MOBILE]}"


def test_two_numbers_beside_each_other_are_both_masked() -> None:
    one, two = "12" + "0" * 9, "12" + "9" * 9
    assert (
        masked(f"{one} {two}").text
        == masking.LABELS[NumberKind.MOBILE] + " " + masking.LABELS[NumberKind.MOBILE]
    )


def test_long_runs_of_digits_cost_little() -> None:
    masked("1 " * 150)
    masked("〇" * 300)
    masked("".join(random.Random(1).choices("0123456789 -", k=2400)))


def test_words_are_masked_by_hand_wherever_they_stand() -> None:
    text = "三号楼王阿姨和王阿姨的邻居"
    assert masking.mask_words(text, ["王阿姨"]) == "三号楼［已隐去］和［已隐去］的邻居"
    with pytest.raises(LookupError, match="李叔"):
        masking.mask_words(text, ["王阿姨", "李叔"])


def test_a_mask_that_knows_only_plain_digits_is_noticed() -> None:
    """The planted defect: full-width and Chinese spellings slip through."""

    def naive(text: str) -> masking.Masked:
        found = re.subn(r"1\d{10}", masking.LABELS[NumberKind.MOBILE], text, flags=re.ASCII)
        return masking.Masked(text=found[0], kinds=frozenset({NumberKind.MOBILE} if found[1] else ()))

    number = "12" + "3" * 9
    check_gone("", number, "", NumberKind.MOBILE, mask=naive)
    for script in (CHINESE, FULL_WIDTH):
        with pytest.raises(AssertionError):
            check_gone("", spelled(number, script), "", NumberKind.MOBILE, mask=naive)
        check_gone("", spelled(number, script), "", NumberKind.MOBILE)
