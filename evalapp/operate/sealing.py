"""Seals a file under a passphrase: argon2id, then XSalsa20-Poly1305 (libsodium's secret box)."""

from nacl import exceptions, pwhash, secret, utils

from evalapp.core.errors import Invalid
from evalapp.core.i18n import N_

_MARK = b"evalapp sealed 1\n"
_OPS = pwhash.argon2id.OPSLIMIT_MODERATE
_MEM = pwhash.argon2id.MEMLIMIT_INTERACTIVE


def seal(content: bytes, passphrase: str) -> bytes:
    """Return `content` so that only the passphrase opens it."""
    salt = utils.random(pwhash.argon2id.SALTBYTES)
    return _MARK + salt + bytes(_box(passphrase, salt).encrypt(content))


def unseal(sealed: bytes, passphrase: str) -> bytes:
    """Return what was sealed; raises `Invalid` for a wrong passphrase or a damaged file."""
    if not sealed.startswith(_MARK):
        raise Invalid(N_("这不是本系统的加密文件。"))
    rest = sealed.removeprefix(_MARK)
    salt, body = rest[: pwhash.argon2id.SALTBYTES], rest[pwhash.argon2id.SALTBYTES :]
    try:
        return bytes(_box(passphrase, salt).decrypt(body))
    except exceptions.CryptoError as error:
        raise Invalid(N_("口令不对，或者文件损坏。")) from error


def _box(passphrase: str, salt: bytes) -> secret.SecretBox:
    key = pwhash.argon2id.kdf(
        secret.SecretBox.KEY_SIZE, passphrase.encode(), salt, opslimit=_OPS, memlimit=_MEM
    )
    return secret.SecretBox(key)
