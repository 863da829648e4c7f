"""What a letter says: nothing to a stranger who looks at the telephone, in the language of its reader."""

from dataclasses import dataclass

KIND = "notice"
STAFF_KIND = "staff-notice"
STOP_WORD = "TD"  # the word that letters name; `stopping` understands more

_RESIDENT = {
    "zh": (
        "您有 %(count)s 条新消息",
        "请登录后在“我的”查看：%(address)s/me 不想再收请打开 %(stop)s",
        "，或者发 %(word)s 到本号码",
    ),
    "en": (
        "You have new messages: %(count)s",
        "Sign in and look at your page: %(address)s/me To stop these letters open %(stop)s",
        " or send %(word)s to this number",
    ),
}
_STAFF = {
    "zh": (
        "工作台有 %(count)s 条新提醒",
        "请登录后查看：%(address)s/desk/notices 不想再收邮件请打开 %(stop)s",
    ),
    "en": (
        "New notices on your desk: %(count)s",
        "Sign in and look: %(address)s/desk/notices To stop these mails open %(stop)s",
    ),
}


@dataclass(frozen=True, kw_only=True)
class Words:
    """A letter's subject and its text; a short message is both in one line."""

    subject: str
    text: str


def to_resident(
    *, lang: str, site_name: str, address: str, count: int, stop: str, by_word: bool = False
) -> Words:
    """Return what every resident's letter says: no title, no words, no grade, not even that a comment was written.

    `stop` is the address that ends the letters; `by_word` whether a word sent back does so too.
    """
    first, then, word = _RESIDENT.get(lang, _RESIDENT["zh"])
    text = f"{first}{_stop_of(lang)}{then}{word if by_word else ''}"
    return _words(lang, site_name, first, text, address=address, count=count, stop=stop, word=STOP_WORD)


def to_staff(*, lang: str, site_name: str, address: str, count: int, stop: str) -> Words:
    """Return what every letter to a member of staff says: that there is something on the desk."""
    first, then = _STAFF.get(lang, _STAFF["zh"])
    text = f"{first}{_stop_of(lang)}{then}"
    return _words(lang, site_name, first, text, address=address, count=count, stop=stop)


def _stop_of(lang: str) -> str:
    return ". " if lang == "en" else "。"


def _words(lang: str, site_name: str, subject: str, text: str, **places: object) -> Words:
    sender = f"[{site_name}] " if lang == "en" else f"【{site_name}】"
    return Words(subject=sender + subject % places, text=sender + text % places)
