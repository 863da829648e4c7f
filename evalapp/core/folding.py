"""Words as they are compared: width, case, spacing, signs and traditional characters make no difference."""

import unicodedata
from functools import cache
from importlib.util import find_spec
from pathlib import Path

_COMPARED = frozenset("LN")  # letters and numbers; what stands between them only hides words


def plain(text: str) -> str:
    """Return `text` in one width, case and script; what stands between its words stays."""
    return unicodedata.normalize("NFKC", text).casefold().translate(_simplified())


def folded(text: str) -> str:
    """Return `text` as it is compared with other texts."""
    composed = plain(text)
    return "".join(c for c in composed if unicodedata.category(c)[0] in _COMPARED)


@cache
def _simplified() -> dict[int, str]:
    """Which character stands for a traditional one: OpenCC's table of characters, read from its file, not by loading it."""
    package = find_spec("opencc")  # says where it is without loading it
    assert package is not None
    assert package.origin is not None
    table = Path(package.origin).with_name("dictionary") / "TSCharacters.txt"
    pairs = (line.split("\t") for line in table.read_text(encoding="utf-8").splitlines() if "\t" in line)
    return {
        ord(traditional): simplified.split()[0] for traditional, simplified in pairs if len(traditional) == 1
    }
