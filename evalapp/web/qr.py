"""QR codes as inline SVG: no picture to load, sharp in print."""

from functools import lru_cache

import segno
from markupsafe import Markup


def draw(text: str, *, title: str) -> Markup:
    """Draw `text` as a QR code with the border that readers need; `title` says what it is for."""
    drawn = segno.make(text, error="m").svg_inline(
        border=4, omitsize=True, svgclass=None, lineclass=None, title=title
    )
    return Markup(drawn)  # noqa: S704  segno's own drawing; it escapes the title


@lru_cache(maxsize=256)
def of_public_address(address: str) -> str:
    """Return the code of a page of ours as a data address; kept, because drawing one takes as long as the rest of the page."""
    drawn: str = segno.make(address, error="m").svg_data_uri(scale=4, border=1)
    return drawn
