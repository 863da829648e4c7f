"""The words of what we send to telephones, in the language in which it was asked for."""

from evalapp.accounts.rules import CodePurpose
from evalapp.core.settings import Settings

_SIGN_IN = {
    "zh": (
        "【%(site)s】登录验证码 %(code)s，5 分钟内有效，只用于在 %(host)s 登录%(district)s评议。"
        "不要告诉任何人。不是您本人要的？不用理会；不想再收到请打开 %(stop)s"
    ),
    "en": (
        "[%(site)s] Your sign-in code is %(code)s, valid for 5 minutes, only for signing in at %(host)s to grade the "
        "departments of the district. Tell it to nobody. Not you? Ignore it; to stop such messages open %(stop)s"
    ),
}
_CHANGE_NUMBER = {
    "zh": (
        "【%(site)s】换手机号验证码 %(code)s，5 分钟内有效，只用于在 %(host)s 把这个号码换成一个账号的新号码。"
        "不要告诉任何人。不是您本人要的？不用理会；不想再收到请打开 %(stop)s"
    ),
    "en": (
        "[%(site)s] Your code is %(code)s, valid for 5 minutes, only for making this number the new one of an account at "
        "%(host)s. Tell it to nobody. Not you? Ignore it; to stop such messages open %(stop)s"
    ),
}
_CODE = {CodePurpose.SIGN_IN: _SIGN_IN, CodePurpose.CHANGE_NUMBER: _CHANGE_NUMBER}


def code_text(settings: Settings, *, purpose: CodePurpose, lang: str, code: str, stop_code: str) -> str:
    """Return the message with a one-time code: which site, what for, and how to have it stop."""
    texts = _CODE[purpose]
    return texts[lang if lang in texts else "zh"] % {
        "site": settings.site_name,
        "district": settings.district,
        "host": settings.public_url.split("://", 1)[-1],
        "code": code,
        "stop": f"{settings.public_url}/stop/{stop_code}",
    }


_CONFIRM = {
    "zh": (
        "【%(site)s】请确认邮箱",
        (
            "有人填了这个邮箱，请求把%(district)s评议的通知寄到这里。是您本人，请在 24 小时内打开 %(link)s 并按“确认”。"
            "不是您，不用理会：不确认就不会再寄信来，地址会被删除。"
        ),
    ),
    "en": (
        "[%(site)s] Confirm your mail address",
        (
            "Somebody asked that notices of the district's evaluation be sent to this address. If it was you, open %(link)s "
            "within 24 hours and press Confirm. If not, ignore this: nothing more is sent and the address is deleted."
        ),
    ),
}


def confirm_words(settings: Settings, *, lang: str, token: str) -> tuple[str, str]:
    """Return subject and text of the letter that asks whether a mail address is really its holder's."""
    subject, text = _CONFIRM.get(lang, _CONFIRM["zh"])
    places = {
        "site": settings.site_name,
        "district": settings.district,
        "link": f"{settings.public_url}/mail/confirm/{token}",
    }
    return subject % places, text % places
