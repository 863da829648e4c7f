"""What is read aloud of a guide, piece by piece, and of the pages by which one finds it."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from evalapp.core import terms
from evalapp.powers.rules.items.rows import KIND_CELLS
from evalapp.powers.rules.items.text import ItemText, Paper

VOICE, SPEED = "cmn-latn-pinyin", 150  # espeak-ng's: the plain Mandarin voice reads the digits of tones aloud


@dataclass(frozen=True, kw_only=True)
class Spoken:
    """A piece of speech. Its mark stands for the words and the voice: the same words are recorded once."""

    words: str

    @property
    def mark(self) -> str:
        return hashlib.sha256(f"{VOICE} {SPEED} {self.words}".encode()).hexdigest()[:40]


START = Spoken(
    words="这是大家看、大家评的触摸屏。红色的格子是来评分，它右边是看节目。第二排是查办事和查权力。第三排是看收支和验回执。"
    "最下面可以放大字、换英文、叫人帮忙。用完不用退出，没人用一会儿，屏幕自己清空。"
)
FIND = Spoken(
    words="在这里找您要办的事。可以按主题找，按生活事件找，按单位找，也可以打事项名称的拼音，只打每个字的第一个字母就行。找到以后按一下它的名字。"
)
PAGES = (START, FIND)


def spoken(text: ItemText) -> Sequence[Spoken]:
    """A guide as it is read aloud: what it is and how long it takes, who may apply, what to bring, where to go."""
    said = [
        f"{text.name}。{_term(text)}{_fee(text)}{_visits(text)}",
        _listed("办理条件", text.conditions),
        _papers(text),
        _where(text),
    ]
    return tuple(Spoken(words=words) for words in said if words)


def _term(text: ItemText) -> str:
    if text.at_once:
        return "当场办结。"
    return f"承诺{terms.spelled(text.promised)}办好。" if text.promised else ""


def _fee(text: ItemText) -> str:
    return f"收费：{text.fee}。" if text.fee else "不收费。"


def _visits(text: ItemText) -> str:
    if text.visits is None:
        return ""
    return f"要到现场{text.visits}次。" if text.visits else "不用到现场。"


def _listed(name: str, lines: Sequence[str]) -> str:
    return f"{name}：{'；'.join(lines)}。" if lines else ""


def _papers(text: ItemText) -> str:
    if not text.papers:
        return "不用带材料。"
    whole = f"要带的材料，共{len(text.papers)}种。"
    asked = "有的只在一定情况下要带，屏幕上回答几个问题就知道。" if text.questions else ""
    return whole + asked + "；".join(_paper(paper) for paper in text.papers) + "。"


def _paper(paper: Paper) -> str:
    return f"{paper.name}，{KIND_CELLS[paper.kind]}{paper.copies}份"


def _where(text: ItemText) -> str:
    said = [("办理地点", text.place), ("办理时间", text.hours), ("咨询电话", " ".join(text.contact))]
    return "".join(f"{name}：{value}。" for name, value in said if value.strip())
