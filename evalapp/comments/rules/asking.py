"""What a comment asks for: the class that the office gives it says whether a clock runs, and how long."""

import enum
import re
import unicodedata

from evalapp.core.i18n import N_
from evalapp.supervision.rules.profile import Weight
from evalapp.supervision.rules.states import MatterKind


class Asking(enum.StrEnum):
    """A statement has no clock; a question and a complaint have one by how much they ask for."""

    STATEMENT = "statement"
    SIMPLE_QUESTION = "simple_question"
    GENERAL_QUESTION = "general_question"
    COMPLEX_QUESTION = "complex_question"
    SIMPLE_COMPLAINT = "simple_complaint"
    GENERAL_COMPLAINT = "general_complaint"
    COMPLEX_COMPLAINT = "complex_complaint"

    @property
    def has_clock(self) -> bool:
        return self is not Asking.STATEMENT

    @property
    def kind(self) -> MatterKind:
        return MatterKind.COMPLAINT if self.value.endswith("complaint") else MatterKind.QUESTION

    @property
    def weight(self) -> Weight:
        """How much it asks for; a statement has none. Raises `ValueError` for it."""
        return Weight(self.value.partition("_")[0])


ASKING_WORDS: dict[Asking, str] = {
    Asking.STATEMENT: N_("陈述，不计时"),
    Asking.SIMPLE_QUESTION: N_("提问，简单"),
    Asking.GENERAL_QUESTION: N_("提问，一般"),
    Asking.COMPLEX_QUESTION: N_("提问，复杂"),
    Asking.SIMPLE_COMPLAINT: N_("投诉，简单"),
    Asking.GENERAL_COMPLAINT: N_("投诉，一般"),
    Asking.COMPLEX_COMPLAINT: N_("投诉，复杂"),
}
_ASKS = re.compile(
    r"[?]|[吗呢么](?=\W|$)|什么时候|啥时候|多久|多少|几时|几天|哪天|哪里|哪儿|哪个|怎么|怎样|如何|为什么|为何|能不能|可不可以|是不是|有没有|请问"
)
_COMPLAINS = re.compile("投诉|举报|推诿|没人管|没有人管|不管|拖了|一直没|还没|又坏|乱收费|态度|骗|白跑")


def suggested(text: str) -> Asking:
    """Return the class that is marked for the moderator beforehand: whoever asks or complains gets a clock, if in doubt."""
    plain = unicodedata.normalize("NFKC", text)
    if _COMPLAINS.search(plain):
        return Asking.GENERAL_COMPLAINT
    return Asking.GENERAL_QUESTION if _ASKS.search(plain) else Asking.STATEMENT
