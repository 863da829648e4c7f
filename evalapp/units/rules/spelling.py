"""How units are ordered and addressed: by pinyin."""

import re

from evalapp.core.errors import Invalid
from evalapp.core.i18n import N_
from evalapp.units.rules.pinyin import read_aloud

_SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,46}[a-z0-9])?")
_TELEPHONE = re.compile(r"[0-9+() 、,/转-]{3,60}")
_NOT_IN_SLUG = re.compile(r"[^a-z0-9]+")


def sort_key(name: str) -> str:
    """Return the pinyin that units are ordered by."""
    return " ".join(part.text for part in read_aloud(name)).casefold()


def initials(name: str) -> str:
    """Return the first letters that people type: 教育局 is `jyj`."""
    letters = [part.text[:1] if part.is_syllable else part.text for part in read_aloud(name)]
    return _NOT_IN_SLUG.sub("", "".join(letters).casefold())


def slug_for(name: str, *, under: str = "") -> str:
    """Return an address made of the name's pinyin, behind that of the unit above: every department has its 办公室."""
    own = _NOT_IN_SLUG.sub("-", "".join(part.text for part in read_aloud(name)).casefold()).strip("-")
    return (f"{under}-{own}" if under and own else own)[:48].strip("-")


def checked_slug(slug: str) -> str:
    """Return the last part of a unit's address. Raises `Invalid`."""
    wanted = slug.strip().casefold()
    if not _SLUG.fullmatch(wanted):
        raise Invalid(N_("网址名只能用小写英文字母、数字和短横，最多 48 个。"), field="slug")
    return wanted


def checked_telephone(telephone: str, *, field: str = "telephone") -> str:
    """Return a telephone number as the public sees it, or an empty text. Raises `Invalid`."""
    wanted = telephone.strip()
    if wanted and not _TELEPHONE.fullmatch(wanted):
        raise Invalid(N_("电话只能有数字、空格、短横和“转”。"), field=field)
    return wanted
