"""How letters are stopped: by an address that only its reader has, or by one word sent back."""

import hashlib
import hmac
import unicodedata

SERVICE_KEY = "stop-letters"
WORDS = frozenset({"TD", "T", "N", "R", "STOP", "UNSUBSCRIBE", "退订", "不要", "停", "停止", "拒收"})
_SIGNATURE = 16
_EDGES = " \t\r\n。.!！，,"


def is_stop_word(text: str) -> bool:
    """Whether somebody asks us to stop: one word, in any width and case."""
    plain = unicodedata.normalize("NFKC", text).strip(_EDGES).upper()
    return plain in WORDS


def signed(key: bytes, code: str) -> str:
    """Return `code` with a signature that nobody else can make: it goes into the address that stops letters."""
    return f"{code}.{_signature(key, code)}"


def opened(key: bytes, token: str) -> str | None:
    """Return the code that was signed; None when the signature is not ours."""
    code, _, signature = token.partition(".")
    return code if code and hmac.compare_digest(_signature(key, code).encode(), signature.encode()) else None


def _signature(key: bytes, code: str) -> str:
    return hmac.new(key, f"stop letters|{code}".encode(), hashlib.sha256).hexdigest()[:_SIGNATURE]
