"""What residents agreed to stays what they agreed to: a changed text has a new version."""

import hashlib

from evalapp.accounts import consents
from evalapp.accounts.rules import Purpose

# Version and SHA-256 (first 16 hex digits) of every text that was ever shown. Add a line; change none.
SHOWN = {
    (Purpose.SIGN_IN, "2026-11"): "25af526a0a51dfeb",
    (Purpose.REPLY_NOTICES, "2026-11"): "16bb6e750f2b0cf7",
    (Purpose.EXTENSION_NOTICES, "2026-11"): "d004f2ea21d0f9d6",
    (Purpose.REPLY_NOTICES, "2026-12"): "5d175cbc6646ec1e",
}


def fingerprint(text: consents.ConsentText) -> str:
    return hashlib.sha256((text.zh + text.en).encode()).hexdigest()[:16]


def test_every_text_is_the_one_that_its_version_names() -> None:
    for text in consents.TEXTS.values():
        assert SHOWN[text.purpose, text.version] == fingerprint(text)


def test_every_purpose_has_its_own_text() -> None:
    assert consents.TEXTS.keys() == set(Purpose)
