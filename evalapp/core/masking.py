"""Finds personal numbers in people's words and masks them: telephones, identity numbers, bank cards.

A number may be spaced, full-width or spelled in Chinese digits. Dates, amounts and document numbers are left alone;
what this cannot know (a name, an address), the moderator masks by hand.
"""

import enum
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date


class NumberKind(enum.StrEnum):
    MOBILE = "mobile"
    LANDLINE = "landline"
    IDENTITY = "identity"
    CARD = "card"


@dataclass(frozen=True, kw_only=True)
class Masked:
    """A text without its personal numbers, and which kinds there were."""

    text: str
    kinds: frozenset[NumberKind]


LABELS = {
    NumberKind.MOBILE: "［电话已隐去］",
    NumberKind.LANDLINE: "［电话已隐去］",
    NumberKind.IDENTITY: "［证件号已隐去］",
    NumberKind.CARD: "［卡号已隐去］",
}
BY_HAND = "［已隐去］"

_SPELLED = dict(zip("〇零一二三四五六七八九幺壹贰叁肆伍陆柒捌玖", "001234567891123456789", strict=True))
_LISTING = frozenset(",，、/／|｜")
_SEPARATORS = frozenset(".．·•・_＿~～*＊()（）") | _LISTING
# Whatever may spell a digit: fewer than the shortest number has are none, and most texts have fewer.
_DIGITS = re.compile(f"[\\d{''.join(_SPELLED)}]|[^\\x00-\\x7f\\u3400-\\u9fff]")
_FEWEST_DIGITS = 7
_MOST_SEPARATORS = 4
_MOST_DIGITS = 19 + 4

_MOBILE = re.compile(r"(?:(?:00)?86)?1[3-9]\d{9}")
_OF_DEMONSTRATION = re.compile(r"(?:(?:00)?86)?12\d{9}")  # numbers that can belong to nobody
_LANDLINE = re.compile(r"0(?:10|2\d)[2-8]\d{7}|0[3-9]\d{2}[2-8]\d{6,7}")
_LOCAL = re.compile(r"[2-8]\d{6,7}")
_IDENTITY = re.compile(r"[1-9]\d{5}((?:19|20)\d{2})(\d{2})(\d{2})\d{3}[\dX]")
_CARD = re.compile(r"(?:[3-6]\d{15,18}|9558\d{15})")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)

_AFTER_DOCUMENT = re.compile(
    r"(?:编号|单号|文号|案号|受理号|工单|订单|流水号|合同号|发票号?|批号|文件号|代码|条码|No\.?|№)[\s:：为是]*$",
    re.IGNORECASE,
)
_AFTER_TELEPHONE = re.compile(r"(?:电话|座机|固话|传真|致电|拨打|tel)[^\d\n]{0,4}$", re.IGNORECASE)
_AFTER_IDENTITY = re.compile(r"(?:身份证|证件)[^\d\n]{0,6}$")
_AFTER_MONEY = re.compile(r"(?:[¥￥$]|金额[:：为是]?)\s*$")
_BEFORE_MONEY = re.compile(r"\s*(?:[万亿千百]?元(?!旦)|块|人民币)")


@dataclass(frozen=True, kw_only=True)
class _Group:
    """Digits that stand together: where, and what they spell. `listed`: a comma or the like stands before it."""

    start: int
    end: int
    digits: str
    listed: bool


@dataclass(frozen=True, kw_only=True)
class _Span:
    start: int
    end: int
    kind: NumberKind


def masked(text: str) -> Masked:
    """Return `text` with a label in the place of each personal number."""
    if len(_DIGITS.findall(text)) < _FEWEST_DIGITS:
        return Masked(text=text, kinds=frozenset())
    spans = _merged(sorted(_found(text), key=lambda span: (span.start, -span.end)))
    parts, at = [], 0
    for span in spans:
        parts += [text[at : span.start], LABELS[span.kind]]
        at = span.end
    return Masked(text="".join([*parts, text[at:]]), kinds=frozenset(span.kind for span in spans))


def mask_words(text: str, words: Iterable[str]) -> str:
    """Return `text` with each of `words` masked by hand. Raises `LookupError` with the first that is not in it."""
    for word in sorted(set(words), key=len, reverse=True):
        if word not in text:
            raise LookupError(word)
    for word in sorted(set(words), key=len, reverse=True):
        text = text.replace(word, BY_HAND)
    return text


def _merged(spans: list[_Span]) -> list[_Span]:
    merged: list[_Span] = []
    for span in spans:
        if merged and span.start < merged[-1].end:
            last = merged[-1]
            merged[-1] = _Span(start=last.start, end=max(last.end, span.end), kind=last.kind)
        else:
            merged.append(span)
    return merged


def _found(text: str) -> Iterator[_Span]:
    for run in _runs(text):
        before = text[max(0, run[0].start - 16) : run[0].start]
        for first in range(len(run)):
            digits = ""
            for last in range(first, len(run)):
                digits += run[last].digits
                if len(digits) > _MOST_DIGITS:
                    break
                groups = run[first : last + 1]
                near = before if first == 0 else text[max(0, run[first].start - 16) : run[first].start]
                kind = _kind_of(digits, groups, before=near, after=text[groups[-1].end :][:6])
                if kind is not None:
                    yield _Span(start=groups[0].start, end=groups[-1].end, kind=kind)


def _kind_of(digits: str, groups: list[_Group], *, before: str, after: str) -> NumberKind | None:
    sizes = [len(group.digits) for group in groups]
    if not _is_one_number(sizes, listed=any(group.listed for group in groups[1:])):
        return None
    if _is_identity(digits, after_word=bool(_AFTER_IDENTITY.search(before))):
        return NumberKind.IDENTITY
    if _AFTER_DOCUMENT.search(before) or _AFTER_MONEY.search(before) or _BEFORE_MONEY.match(after):
        return None
    return _kind_of_plain(digits.rstrip("X"), sizes, after_word=bool(_AFTER_TELEPHONE.search(before)))


def _kind_of_plain(digits: str, sizes: list[int], *, after_word: bool) -> NumberKind | None:
    if _CARD.fullmatch(digits) and _passes_luhn(digits):
        return NumberKind.CARD
    if _MOBILE.fullmatch(digits) or (_OF_DEMONSTRATION.fullmatch(digits) and len(sizes) <= 4):
        return NumberKind.MOBILE
    if _LANDLINE.fullmatch(digits) or (after_word and _LOCAL.fullmatch(digits) and not _is_day(digits)):
        return NumberKind.LANDLINE
    return None


def _is_one_number(sizes: list[int], *, listed: bool) -> bool:
    """Whether people write one number in groups of these sizes; with commas between, lists and amounts look alike."""
    if len(sizes) == 1 or max(sizes) == 1:
        return True
    if listed:
        return sizes == [3, 4, 4]
    return len(sizes) <= 4 or all(size == 4 for size in sizes[:-1])


def _is_identity(digits: str, *, after_word: bool) -> bool:
    match = _IDENTITY.fullmatch(digits)
    if match is None:
        return after_word and len(digits) in {15, 18} and digits[:-1].isdigit()
    if not _is_day("".join(match.groups())):
        return after_word
    total = sum(int(digit) * weight for digit, weight in zip(digits, _WEIGHTS, strict=False))
    return after_word or "10X98765432"[total % 11] == digits[-1]


def _is_day(digits: str) -> bool:
    """Whether eight digits are a day between 1900 and 2099."""
    if len(digits) != 8 or digits[:2] not in {"19", "20"}:
        return False
    try:
        date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return False
    return True


def _passes_luhn(digits: str) -> bool:
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def _runs(text: str) -> Iterator[list[_Group]]:
    """Stretches of digits that only separators divide."""
    run: list[_Group] = []
    for group in _groups(text):
        if run and not _are_near(text[run[-1].end : group.start]):
            yield run
            run = []
        between = text[run[-1].end : group.start] if run else ""
        listed = any(character in _LISTING for character in between)
        run.append(_Group(start=group.start, end=group.end, digits=group.digits, listed=listed))
    if run:
        yield run


def _groups(text: str) -> Iterator[_Group]:
    at = last_end = 0
    while at < len(text):
        start, digits = at, ""
        is_spelled = (
            text[at] in _SPELLED
        )  # 联系人一 before a number is no digit of it: scripts change, groups end
        while at < len(text) and (digit := _digit(text, at, since=last_end)) is not None:
            if digit != "X" and (text[at] in _SPELLED) is not is_spelled:
                break
            digits += digit
            at = last_end = at + 1
        if digits:
            yield _Group(start=start, end=at, digits=digits, listed=False)
        else:
            at += 1


def _digit(text: str, at: int, *, since: int) -> str | None:
    """What a character spells; an X only where an identity number may end, near a digit that ended at `since`."""
    character = text[at]
    if character in "xXｘＸ":
        following = text[at + 1 : at + 2]
        ends_here = not (following.isascii() and following.isalnum())
        return "X" if since and ends_here and _are_near(text[since:at]) else None
    value = unicodedata.digit(character, None)
    return str(value) if value is not None else _SPELLED.get(character)


def _are_near(between: str) -> bool:
    """Whether only a few separators stand between two groups; invisible marks do not count."""
    seen = 0
    for character in between:
        kind = unicodedata.category(character)
        if kind in {"Cf", "Mn", "Me"}:
            continue
        if character not in _SEPARATORS and kind not in {"Zs", "Pd"} and character != "\t":
            return False
        seen += 1
    return seen <= _MOST_SEPARATORS
