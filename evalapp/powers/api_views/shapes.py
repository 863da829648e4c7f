"""What powers and items share in JSON."""

from typing import Any

from evalapp.powers.rules.text import LegalBasis


def basis(of: LegalBasis) -> dict[str, Any]:
    return {
        "law": of.law,
        "article": of.article or None,
        "text": of.text or None,
        "url": of.url or None,
        "from": of.from_on.isoformat() if of.from_on else None,
        "until": of.until_on.isoformat() if of.until_on else None,
        "note": of.note or None,
    }
