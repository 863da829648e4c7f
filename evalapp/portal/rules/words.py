"""Words for a search in Chinese: overlapping pairs of characters, made here so that both databases find alike.

Full-text engines see no words in Chinese, and their trigrams miss words of two characters. Text and question are
therefore cut the same way: a run of Chinese into pairs, anything else into its words.
"""

import re
import unicodedata

LONGEST_QUESTION = 100
MOST_WORDS = 24
_RUNS = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]+|[a-z0-9]+")


def _runs(text: str) -> list[str]:
    return _RUNS.findall(unicodedata.normalize("NFKC", text).casefold())


def _is_chinese(run: str) -> bool:
    return not run.isascii()


def words_of(text: str) -> str:
    """The words under which `text` is found, separated by spaces."""
    return " ".join(
        word for run in _runs(text) for word in ([*_pairs(run), run[-1]] if _is_chinese(run) else [run])
    )


def words_of_initials(initials: str) -> str:
    """The first letters of a name from each of its characters on: 区教育局 is found by qjyj, jyj and yj."""
    return " ".join(initials[place:] for place in range(max(len(initials) - 1, 0)))


def words_of_question(question: str) -> list[str]:
    """The words that a page must hold; a single Chinese character is one that a pair may begin with."""
    found = [
        word
        for run in _runs(question[:LONGEST_QUESTION])
        for word in (_pairs(run) or [run] if _is_chinese(run) else [run])
    ]
    return list(dict.fromkeys(found))[:MOST_WORDS]


def is_beginning(word: str) -> bool:
    """Whether a word of a question asks for anything that begins with it."""
    return len(word) == 1 and _is_chinese(word)


def _pairs(run: str) -> list[str]:
    return [run[place : place + 2] for place in range(len(run) - 1)]


def excerpt(text: str, question: str, *, length: int = 90) -> str:
    """The part of `text` around the first thing that was asked for."""
    flat = " ".join(text.split())
    places = [
        at
        for part in [question.strip(), *words_of_question(question)]
        if part and (at := flat.find(part)) >= 0
    ]
    start = max(min(places, default=0) - length // 3, 0)
    cut = flat[start : start + length]
    return ("…" if start else "") + cut + ("…" if start + length < len(flat) else "")
