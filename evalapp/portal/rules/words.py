"""Words for a search in Chinese, made here so that both databases find alike: pairs of characters, pinyin, initials.

Full-text engines see no words in Chinese, and their trigrams miss words of two characters. Text and question are
therefore cut the same way: a run of Chinese into pairs, anything else into its words. Titles are found by their sound
too, from each of their characters on: with `0` before the syllables of some characters, with `1` before their initials.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from evalapp.core.folding import plain
from evalapp.units.rules.pinyin import read_aloud

LONGEST_QUESTION = 100
MOST_WORDS = 24
_SYLLABLES = 8  # of a title, from each character on
_SOUND, _INITIALS, _MARK = "0", "1", "2"
_RUNS = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]+|[a-z0-9]+")
# What people do not hear apart or write one for the other; both sides are written the shorter way.
_HEARD_ALIKE = (("zh", "z"), ("ch", "c"), ("sh", "s"), ("lv", "lu"), ("nv", "nu"))
_NG = re.compile("ng(?![aeiou])")  # before a vowel it may be two syllables: 心肝 and 兴安


@dataclass(frozen=True)
class Term:
    """One word of the index that is asked for, or every word that begins with it."""

    word: str
    is_beginning: bool = False


Group = tuple[Term, ...]  # one of them is enough


@dataclass(frozen=True, kw_only=True)
class Piece:
    """A part of a shown text; `is_hit` where it is what was asked for."""

    text: str
    is_hit: bool = False


def words_of(text: str) -> str:
    """The words under which `text` is found, separated by spaces."""
    return " ".join(
        word for run in _runs(text) for word in ([*_pairs(run), run[-1]] if _is_chinese(run) else [run])
    )


def sounds_of(title: str) -> str:
    """The words under which a title is found by its sound: 区教育局 by jiaoyuju, yuju and more, and by qjyj, jyj, yj."""
    found: list[str] = []
    for run in _runs(title):
        if not _is_chinese(run):
            continue
        syllables = [part.text.casefold() for part in read_aloud(run) if part.is_syllable]
        for place in range(len(syllables)):
            found.append(_SOUND + heard("".join(syllables[place : place + _SYLLABLES])))
            initials = "".join(syllable[0] for syllable in syllables[place : place + 2 * _SYLLABLES])
            if len(initials) > 1:
                found.append(_INITIALS + initials)
    return " ".join(dict.fromkeys(found))


def heard(pinyin: str) -> str:
    """Pinyin as it is compared: what many do not hear apart is the same."""
    for longer, shorter in _HEARD_ALIKE:
        pinyin = pinyin.replace(longer, shorter)
    return _NG.sub("n", pinyin)


def mark(name: str) -> str:
    """A word of the index that no text has: of which kind a page is, or what hides it."""
    return _MARK + name


def is_mark(word: str) -> bool:
    """Whether a word is a `mark`: no word that anybody types has both."""
    return word.startswith(_MARK) and word[1:2].isalpha()


def question(asked: str) -> list[Group]:
    """What a page must hold, each by one of its terms; a single Chinese character is one that a pair may begin with."""
    found: list[Group] = []
    for run in _runs(asked[:LONGEST_QUESTION]):
        if not _is_chinese(run):
            found.append(_latin(run))
        elif len(run) == 1:
            found.append((Term(run, is_beginning=True),))
        else:
            found += [(Term(pair),) for pair in _pairs(run)]
    return list(dict.fromkeys(found))[:MOST_WORDS]


def question_by_sound(asked: str) -> list[Group]:
    """The same where the characters may be other ones of the same sound: 教玉局 asks for 教育局."""
    found: list[Group] = []
    for run in _runs(asked[:LONGEST_QUESTION]):
        if not _is_chinese(run):
            found.append(_latin(run))
            continue
        syllables = "".join(part.text.casefold() for part in read_aloud(run[:_SYLLABLES]))
        found.append((Term(_SOUND + heard(syllables), is_beginning=True),))
    return list(dict.fromkeys(found))[:MOST_WORDS]


def question_in_part(asked: str) -> Group:
    """The pairs and words of a question, of which a page must hold some: what is nearly right."""
    return tuple(term for group in question(asked) for term in group if not term.is_beginning)


def share_held(asked: Sequence[Term], words: str) -> float:
    """How much of a question's terms the words of a page hold, from 0 to 1."""
    there = set(words.split(" "))
    return sum(term.word in there for term in asked) / len(asked) if asked else 0.0


def _latin(run: str) -> Group:
    terms = [Term(run)]
    if len(run) > 1:
        terms += [Term(_SOUND + heard(run), is_beginning=True), Term(_INITIALS + run, is_beginning=True)]
    if len(run) > 2:
        terms.append(Term(run, is_beginning=True))
    return tuple(terms)


def _runs(text: str) -> list[str]:
    return _RUNS.findall(plain(text))


def _is_chinese(run: str) -> bool:
    return not run.isascii()


def _pairs(run: str) -> list[str]:
    return [run[place : place + 2] for place in range(len(run) - 1)]


def excerpt(text: str, asked: str, *, length: int = 90) -> list[Piece]:
    """The part of `text` around the first thing that was asked for, with all of it that is there marked."""
    flat = " ".join(text.split())
    spans = _spans(flat, asked)
    start = max(spans[0][0] - length // 3, 0) if spans else 0
    end = start + length
    shown = [(max(a, start) - start, min(b, end) - start) for a, b in spans if a < end and b > start]
    pieces = _pieces(flat[start:end], shown)
    if start:
        pieces.insert(0, Piece(text="…"))
    if end < len(flat):
        pieces.append(Piece(text="…"))
    return pieces


def highlighted(text: str, asked: str) -> list[Piece]:
    """`text` with what was asked for marked."""
    return _pieces(text, _spans(text, asked))


def _pieces(text: str, spans: Iterable[tuple[int, int]]) -> list[Piece]:
    pieces, done = [], 0
    for start, end in spans:
        pieces += [Piece(text=text[done:start]), Piece(text=text[start:end], is_hit=True)]
        done = end
    pieces.append(Piece(text=text[done:]))
    return [piece for piece in pieces if piece.text]


def _spans(text: str, asked: str) -> list[tuple[int, int]]:
    """Where the runs of the question stand, or at least their pairs; the first characters first, none twice."""
    flat = plain(text)
    if len(flat) != len(text):  # a character that folds into two: places would be wrong
        return []
    found: list[tuple[int, int]] = []
    for run in _runs(asked[:LONGEST_QUESTION]):
        for part in (run, *(_pairs(run) if _is_chinese(run) else ())):
            places = [(at.start(), at.end()) for at in re.finditer(re.escape(part), flat)]
            if places and (len(run) > 1 or _is_chinese(run)):
                found += places
                if part == run:
                    break
    merged: list[tuple[int, int]] = []
    for start, end in sorted(found):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged
