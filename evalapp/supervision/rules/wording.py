"""What an answer must be: an answer, and not a sentence that says that somebody else has it now."""

import re
import unicodedata

from evalapp.core import masking
from evalapp.core.errors import Invalid
from evalapp.core.i18n import N_
from evalapp.core.masking import NumberKind
from evalapp.core.names import cleaned_text
from evalapp.supervision.rules.profile import SupervisionProfile

ANSWER_LIMIT = 2_000
_PASSES_ON = re.compile("转办|转交|转送|转至|转给|转由|转相关|转有关|移交|交办|交由|派单|批转")
_COURTESY = re.compile(
    "(?:您好|你好|尊敬的[^，。！,.!]{0,10}|感谢您?的?[^，。！,.!]{0,20}|谢谢[^，。！,.!]{0,10}|请您?耐心等待|敬请[^，。！,.!]{0,10}"
    "|我们?(?:局|单位)?(?:高度)?重视|高度重视|收悉|收到|您?反映的[^，。！,.!]{0,12}|特此(?:回复|答复)"
    "|(?:会|将)?尽快[^，。！,.!]{0,8}|如有[^，。！,.!]{0,20})"
)
_NOTHING = re.compile(r"[\s\W_]+")


def public_words(text: str, *, field: str, limit: int, required: bool = True) -> str:
    """Return what an official writes for everybody to read, cleaned.

    Refuses somebody's own number, so that the writer sees it, and not only readers what is left. Raises `Invalid`.
    """
    words = cleaned_text(text, field=field, limit=limit, required=required)
    if masking.masked(words).kinds - {NumberKind.LANDLINE}:
        raise Invalid(N_("这里写的要公开：有手机号、证件号或卡号，请删去；办公电话可以写。"), field=field)
    return words


def checked_answer(text: str, profile: SupervisionProfile, *, field: str = "text") -> str:
    """Return an answer, cleaned.

    Refuses one that only passes on (已转办), however politely, and one shorter than the profile's minimum; what it asks
    for is said to the writer. Raises `Invalid`.
    """
    words = public_words(text, field=field, limit=ANSWER_LIMIT)
    if only_passes_on(words, profile.reply.shortest):
        raise Invalid(
            N_("这只是说转给了别人，不算答复。请写明查到什么、怎么办、哪天办完；转出去的用“交办”。"),
            field=field,
        )
    length = substance(words)
    if length < profile.reply.shortest:
        raise Invalid(
            N_("答复太短：至少 %(least)s 个字（不算标点和客套），现在 %(now)s 个。请直接回答问的那一句。"),
            field=field,
            least=profile.reply.shortest,
            now=length,
        )
    return words


def only_passes_on(text: str, shortest: int) -> bool:
    """Whether nothing is left once the sentences that pass on and the courtesies are taken away."""
    plain = unicodedata.normalize("NFKC", text)
    parts = [part for part in re.split(r"[。!?;,，、:\n]+", plain) if part.strip()]
    passing = [part for part in parts if _PASSES_ON.search(part)]
    if not passing:
        return False
    rest = "".join(part for part in parts if part not in passing)
    return substance(rest) < shortest


def substance(text: str) -> int:
    """How many letters and characters are left without punctuation and courtesies."""
    plain = _COURTESY.sub("", unicodedata.normalize("NFKC", text))
    return len(_NOTHING.sub("", plain))
