"""Languages: Chinese source sentences, English beside them, chosen by hand or by the browser.

English lives in `evalapp/translations/en/`, one .po file a domain, read once at the start: there is no compiled
copy that could be stale.
"""

from contextvars import ContextVar
from functools import cache, lru_cache
from pathlib import Path
from typing import cast

from babel import negotiate_locale
from babel.messages.pofile import read_po
from babel.support import LazyProxy
from flask import Flask, has_request_context, request
from markupsafe import Markup, escape

from evalapp.core.errors import DomainError
from evalapp.core.i18n import Words

LANGUAGES = ("zh", "en")
COOKIE = "lang"
_CHINESE_PART, _NO_MARK = Markup(' lang="zh-Hans"'), Markup("")
_of_this_request: ContextVar[str | None] = ContextVar("language", default=None)
_FOLDER = Path(__file__).parent.parent / "translations"
# Browsers ask for zh-CN, zh-Hans-CN, zh-SG …; without the aliases negotiation would hand them English.
_CHINESE = (
    "zh",
    "zh_Hans",
    "zh_CN",
    "zh_Hans_CN",
    "zh_SG",
    "zh_Hans_SG",
    "zh_TW",
    "zh_Hant",
    "zh_HK",
    "zh_MO",
)


@cache
def catalogue(lang: str) -> dict[str, str | tuple[str, str]]:
    """Return every translation into `lang`: source to text, or to (one, many)."""
    found: dict[str, str | tuple[str, str]] = {}
    for path in sorted((_FOLDER / lang).glob("*.po")):
        with path.open("rb") as file:
            for message in read_po(file, locale=lang):
                if not message.id or message.fuzzy or not message.string:
                    continue
                if isinstance(message.id, str):
                    found[message.id] = cast("str", message.string)
                else:
                    found[message.id[0]] = cast("tuple[str, str]", tuple(message.string))
    return found


def language() -> str:
    """Return the reader's language, `zh` or `en`."""
    lang = _of_this_request.get()  # asked for every sentence of a page
    if lang is None:
        if not has_request_context():
            return "zh"
        lang = _chosen()
        _of_this_request.set(lang)
    return lang


def _in_chinese() -> Markup:
    """Mark, on an English page, an element that holds what somebody of the district wrote: `<h1{{ zh() }}>`."""
    return _CHINESE_PART if language() == "en" else _NO_MARK


def said(text: str) -> Markup:
    """Return what somebody of the district wrote, marked as Chinese on an English page where it is: for within a sentence."""
    if language() != "en" or text.isascii():
        return escape(text)
    return Markup("<span{}>{}</span>").format(_CHINESE_PART, text)


def named(text: str) -> Markup:
    """Return a name that is ours, which is translated, or the district's, which is marked as Chinese."""
    return escape(gettext(text)) if text in catalogue("en") else said(text)


def _chosen() -> str:
    by_hand = request.cookies.get(COOKIE)
    if by_hand in LANGUAGES:
        return by_hand
    wanted = [tag.replace("-", "_") for tag, _ in request.accept_languages]
    match = negotiate_locale(wanted, [*_CHINESE, "en"], sep="_")
    return "en" if match == "en" else "zh"


def gettext(message: str, **params: object) -> str:
    """Return `message` in the reader's language with its places filled."""
    return translate(message, language(), **params)


def translate(message: str, lang: str, **params: object) -> str:
    """Return `message` in `lang` with its places filled."""
    text = message if lang == "zh" else catalogue(lang).get(message, message)
    if isinstance(text, tuple):
        text = text[1]
    return text % params if params else text


def ngettext(one: str, many: str, n: int, **params: object) -> str:
    """Return the form of a sentence that fits `n` (Chinese has one form, `one`)."""
    return _form(one, many, n) % {"num": n, **params}


def _form(one: str, many: str, n: int) -> str:
    lang = language()
    found = None if lang == "zh" else catalogue(lang).get(one)
    if found is None:
        return one if lang == "zh" or n == 1 else many
    return found if isinstance(found, str) else found[0 if n == 1 else 1]


def lazy_gettext(message: str, **params: object) -> str:
    """Return a text that is translated when it is shown: labels and choices of forms."""
    return cast("str", LazyProxy(gettext, message, enable_cache=False, **params))


def sentence(error: DomainError) -> str:
    """Return what a refusal says, in the reader's language; messages in its places too."""
    params = {
        name: gettext(value) if isinstance(value, Words) else value for name, value in error.params.items()
    }
    return gettext(error.message, **params)


_ = gettext
_l = lazy_gettext


def _on_page(message: str, **params: object) -> Markup:
    """`_()` of templates: a sentence of ours, into which values are put escaped."""
    text = _ours(message, language())
    return text % params if "%" in text else text


@lru_cache(maxsize=8_192)
def _ours(message: str, lang: str) -> Markup:
    return Markup(translate(message, lang))  # noqa: S704  our own sentence


def _on_page_counted(one: str, many: str, n: int, **params: object) -> Markup:
    """`ngettext()` of templates."""
    return Markup(_form(one, many, n)) % {"num": n, **params}  # noqa: S704  our own sentence


def _forget(_error: BaseException | None) -> None:
    _of_this_request.set(None)


def init_app(app: Flask) -> None:
    """Teach templates `_()` and `ngettext()`, and forget the reader's language after each request.

    Plain functions: those of Jinja's extension pass through three calls each, which was a third of a page's time.
    """
    app.teardown_request(_forget)
    app.jinja_env.globals.update(_=_on_page, ngettext=_on_page_counted, zh=_in_chinese)
    app.jinja_env.filters.update(said=said, named=named)
    catalogue("en")
