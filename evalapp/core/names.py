"""Names that cannot pass for another: normalised, of one script, and compared by what the eye sees (G7)."""

import re
import unicodedata

from evalapp.core.errors import Invalid
from evalapp.core.i18n import N_

NAME_LIMIT = 60
_PUNCTUATION = frozenset(" ·()-、,&/.")
_HAN = re.compile("[々〇㐀-䶿一-鿿𠀀-\U000323af]")
_BETWEEN_HAN = re.compile(r"\s+(?=[^\x00-\x7f])|(?<=[^\x00-\x7f])\s+")
# What the eye takes for one another: digits and letters, and Han characters of two forms.
_LOOK_ALIKES = str.maketrans(
    "01i〇內戶戸別敎敘眞靑黃呂値說説淸靜錄録產衞衛敍冊吿郞廈厰內臺査劵",
    "ollo内户户别教叙真青黄吕值说说清静录录产卫卫叙册告郎厦厂内台查券",
)
_KEPT_IN_TEXT = frozenset("\n")


def cleaned_name(text: str, *, field: str = "name", limit: int = NAME_LIMIT) -> str:
    """Return `text` in NFKC without needless spaces.

    Refuses an empty name, one beyond `limit`, and every character that is not Han, a plain Latin letter, a digit or
    one of a few marks: zero-width and bidirectional ones, other alphabets, private ones. Raises `Invalid`.
    """
    name = unicodedata.normalize("NFKC", text)
    strange = next((character for character in name if not _belongs_in_name(character)), None)
    if strange is not None:
        raise Invalid(
            N_("名称里有不能用的字符（%(code)s）。请只用汉字、英文字母、数字和常用标点。"),
            field=field,
            code=f"U+{ord(strange):04X}",
        )
    name = _BETWEEN_HAN.sub("", " ".join(name.split()))
    if not any(character.isalnum() for character in name):
        raise Invalid(N_("请填写名称。"), field=field)
    if len(name) > limit:
        raise Invalid(N_("名称最多 %(limit)s 个字。"), field=field, limit=limit)
    return name


def name_key(name: str) -> str:
    """Return what two names that look alike have in common; unique where names must be."""
    plain = "".join(
        character for character in unicodedata.normalize("NFKC", name).casefold() if character.isalnum()
    )
    return plain.translate(_LOOK_ALIKES)


def cleaned_text(text: str, *, field: str, limit: int, required: bool = False) -> str:
    """Return running text in NFC with plain line ends, without control, zero-width and bidirectional characters.

    Refuses more than `limit` characters and, where it is `required`, none. Raises `Invalid`.
    """
    plain = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    if not plain.isprintable():  # the printable ones all belong, and are most of what is ever written
        plain = "".join(character for character in plain if _belongs_in_text(character))
    plain = plain.strip()
    if required and not plain:
        raise Invalid(N_("请填写这一项。"), field=field)
    if len(plain) > limit:
        raise Invalid(
            N_("最多 %(limit)s 个字，现在有 %(length)s 个。"), field=field, limit=limit, length=len(plain)
        )
    return plain


def _belongs_in_name(character: str) -> bool:
    if character.isascii():
        return character.isalnum() or character in _PUNCTUATION
    return character in _PUNCTUATION or _HAN.match(character) is not None


def _belongs_in_text(character: str) -> bool:
    return character in _KEPT_IN_TEXT or unicodedata.category(character) not in {"Cc", "Cf", "Cs", "Co", "Cn"}
