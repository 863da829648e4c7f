"""The second factor of staff: time-based codes, each step taken once.

They follow the clock of people's telephones, which the offset of the settings does not move.
"""

import hmac

import pyotp

from evalapp.core import clock

_STEP = 30
_DRIFT = 1  # a telephone may be half a minute off


def new_secret() -> str:
    """Return a new secret, in base32 as telephones take it."""
    return pyotp.random_base32()


def address(secret: str, *, login: str, site: str) -> str:
    """Return the address that a QR code carries to an authenticator."""
    return pyotp.TOTP(secret).provisioning_uri(name=login, issuer_name=site)


def current(secret: str) -> str:
    """Return the code of this moment (development and tests)."""
    return pyotp.TOTP(secret).generate_otp(_now())


def step_of(secret: str, code: str) -> int | None:
    """Return the step that `code` belongs to, or None when it belongs to none near now."""
    generator = pyotp.TOTP(secret)
    now = _now()
    for step in range(now - _DRIFT, now + _DRIFT + 1):
        if hmac.compare_digest(generator.generate_otp(step).encode(), code.encode()):
            return step
    return None


def _now() -> int:
    return int(clock.unshifted().timestamp()) // _STEP
