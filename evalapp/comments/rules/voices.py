"""What a unit's comments say when they are counted together: words, moments, months, pledges; never who or which one."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from evalapp.core.heavy import heavy

LEAST_PEOPLE = 3  # before that a word is somebody's, not a topic
MOST_WORDS = 40
MOST_MOMENTS = 30
MOST_MONTHS = 24
_SHORTEST = 2
_STRETCH = 60  # seconds that are one moment
_IN_COMMON = 2  # words of a pledge that a comment names, so that it speaks of it
_EMPTY = frozenset(
    [
        "什么",
        "怎么",
        "我们",
        "你们",
        "他们",
        "这个",
        "那个",
        "这里",
        "那里",
        "一个",
        "一下",
        "一直",
        "没有",
        "不是",
        "不能",
        "能不能",
        "可以",
        "是不是",
        "有没有",
        "还是",
        "就是",
        "已经",
        "现在",
        "时候",
        "知道",
        "希望",
        "请问",
        "谢谢",
        "你好",
        "为什么",
        "多少",
        "多久",
        "哪里",
        "应该",
        "真的",
        "觉得",
        "自己",
        "因为",
        "所以",
        "但是",
        "如果",
        "还有",
        "以后",
        "以前",
        "这样",
        "那样",
        "大家",
        "非常",
        "比较",
        "有点",
        "东西",
        "事情",
        "问题",
        "今天",
        "昨天",
        "明天",
        "今年",
        "去年",
        "几个",
        "每次",
        "每天",
        "上次",
        "这次",
        "老是",
        "总是",
        "不要",
        "不会",
        "需要",
        "进行",
    ]
)


@dataclass(frozen=True, kw_only=True)
class Said:
    """A shown comment as it is counted. `person` tells people of one thread apart and is in nothing that is kept."""

    person: str
    path: str
    title: str
    day: date
    at_seconds: int | None
    text: str
    is_answered: bool


@dataclass(frozen=True, kw_only=True)
class Pledged:
    """A pledge whose words comments may name."""

    reference: str
    title: str


def topic_words(text: str) -> frozenset[str]:
    """The words of a text that can be a topic."""
    return frozenset(
        word
        for word in heavy("rjieba").cut(text)
        if len(word) >= _SHORTEST and word not in _EMPTY and all(_is_han(sign) for sign in word)
    )


def counted(said: Iterable[Said], pledges: Iterable[Pledged]) -> dict[str, Any]:
    """Count comments: the document that is kept for the unit's page."""
    words: dict[str, set[str]] = defaultdict(set)
    moments: Counter[tuple[str, str, int]] = Counter()
    months: dict[str, Counter[str]] = defaultdict(Counter)
    promised = {pledge: topic_words(pledge.title) for pledge in pledges}
    named: Counter[str] = Counter()
    for one in said:
        found = topic_words(one.text)
        for word in found:
            words[word].add(one.person)
        if one.at_seconds is not None:
            moments[one.path, one.title, one.at_seconds // _STRETCH * _STRETCH] += 1
        months[one.day.strftime("%Y-%m")].update(comments=1, answered=int(one.is_answered))
        named.update(pledge.reference for pledge, its in promised.items() if len(its & found) >= _IN_COMMON)
    return {
        "comments": sum(month["comments"] for month in months.values()),
        "answered": sum(month["answered"] for month in months.values()),
        "words": _most({word: len(people) for word, people in words.items()}),
        "moments": [
            {"path": path, "title": title, "second": second, "comments": number}
            for (path, title, second), number in sorted(
                moments.items(), key=lambda item: (-item[1], item[0])
            )[:MOST_MOMENTS]
        ],
        "months": [{"month": month, **months[month]} for month in sorted(months)[-MOST_MONTHS:]],
        "pledges": [
            {"reference": pledge.reference, "title": pledge.title, "comments": named[pledge.reference]}
            for pledge in promised
        ],
    }


def _most(people: Mapping[str, int]) -> list[dict[str, Any]]:
    told = [(word, number) for word, number in people.items() if number >= LEAST_PEOPLE]
    told.sort(key=lambda item: (-item[1], item[0]))
    return [{"word": word, "people": number} for word, number in told[:MOST_WORDS]]


def _is_han(sign: str) -> bool:
    return "一" <= sign <= "鿿"
