"""Words for a search in Chinese, made here so that both databases find alike: pairs of characters, pinyin, initials.

Full-text engines see no words in Chinese, and their trigrams miss words of two characters. Text and question are
therefore cut the same way: a run of Chinese into pairs, anything else into its words. A number and the character beside
it are a word as well (第10, 10期), and so is a code without its hyphens. Titles are found by their sound too, from each of
their characters on: with `0` before the syllables of some characters, with `1` before their initials.
"""

import itertools
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from evalapp.core.folding import plain
from evalapp.units.rules.pinyin import read_aloud

LONGEST_QUESTION = 100
MOST_WORDS = 24
_MOST_PARTS = 6  # words of a question that are tried apart
_SYLLABLES = 8  # of a title, from each character on
_SOUND, _INITIALS, _MARK = "0", "1", "2"
_CHINESE = "\u3400-\u9fff\uf900-\ufaff"
_RUNS = re.compile(f"[{_CHINESE}]+|[a-z0-9]+")
_GAPS = re.compile(f"(?<=[{_CHINESE}]) +(?=[0-9])|(?<=[0-9]) +(?=[{_CHINESE}])")  # 第 10 期 is 第10期
_MIXED = re.compile(f"(?<=([{_CHINESE}]))[0-9]+(?=([{_CHINESE}])?)|[0-9]+(?=([{_CHINESE}]))")
# A power, a guide, a matter, a notice: with a letter and a digit somewhere between the hyphens.
_CODES = re.compile(r"(?=[a-z0-9-]*[a-z])(?=[a-z0-9-]*[0-9])[a-z0-9]+(?:-[a-z0-9]+)+")
_DISTRICT = re.compile("^[0-9]+(?=[a-z])")  # what a code begins with and people leave out
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
    flat = plain(text)
    found: list[str] = []
    for run in _RUNS.findall(flat):
        found += [*_pairs(run), run[-1]] if _is_chinese(run) else [run]
    for number in _MIXED.finditer(_GAPS.sub("", flat)):
        found += _beside(number)
    for code in _CODES.findall(flat):
        joined = code.replace("-", "")
        found += dict.fromkeys((joined, _DISTRICT.sub("", joined)))
    return " ".join(found)


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
    found = [group for part in _parts(asked) for group in part]
    return list(dict.fromkeys(found))[:MOST_WORDS]


def _parts(asked: str) -> list[list[Group]]:
    """What is asked for, by the words as they were typed: a run of Chinese, another word, a code."""
    flat = plain(asked[:LONGEST_QUESTION])
    found: list[list[Group]] = [
        [(Term(code.replace("-", ""), is_beginning=True),)] for code in _CODES.findall(flat)
    ]
    flat = _CODES.sub(" ", flat)
    mixed = {number.start(): _beside(number) for number in _MIXED.finditer(flat)}
    for at in _RUNS.finditer(flat):
        run = at[0]
        if at.start() in mixed:
            found.append([(Term(word),) for word in mixed[at.start()]])
        elif not _is_chinese(run):
            found.append([_latin(run)])
        elif len(run) > 1:
            found.append([(Term(pair),) for pair in _pairs(run)])
        elif not _is_beside_a_digit(flat, at.start()):
            found.append([(Term(run, is_beginning=True),)])
    return found


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


@dataclass(frozen=True, kw_only=True)
class Parts:
    """What is nearly right: `terms` are all that is asked for, and a page holds all groups of one of `any_of`.

    `in_title` are those of which one is enough in a title.
    """

    terms: Sequence[Term]
    any_of: Sequence[Sequence[Group]]
    in_title: Sequence[Sequence[Group]]


def question_in_part(asked: str) -> Parts:
    """The parts of a question: two of several words, one of two words, three characters of a longer run."""
    typed = _parts(asked)[:_MOST_PARTS]
    whole = [part for part in typed if not any(term.is_beginning for group in part for term in group[:1])]
    any_of = [[*one, *other] for one, other in itertools.combinations(whole, 2)] if len(whole) > 2 else []
    if len(whole) == 2:
        any_of += whole
    for part in whole:
        step = 2 if len(part) > 2 else 1
        if len(part) > 1:
            any_of += [part[place : place + step] for place in range(len(part) - step + 1)]
    terms = dict.fromkeys(group[0] for part in whole for group in part)
    return Parts(
        terms=tuple(terms)[:MOST_WORDS], any_of=any_of[:MOST_WORDS], in_title=whole if any_of else ()
    )


def share_held(asked: Sequence[Term], words: str) -> float:
    """How much of a question's terms the words of a page hold, from 0 to 1."""
    there = set(words.split(" "))
    return sum(term.word in there for term in asked) / len(asked) if asked else 0.0


def _beside(number: re.Match[str]) -> list[str]:
    """A number with the character before it, and with the one after it."""
    before, after = number[1] or "", number[2] or number[3] or ""
    return [*([before + number[0]] if before else []), *([number[0] + after] if after else [])]


def _is_beside_a_digit(flat: str, place: int) -> bool:
    return any(one.isdigit() for one in (flat[place - 1 : place], flat[place + 1 : place + 2]))


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
