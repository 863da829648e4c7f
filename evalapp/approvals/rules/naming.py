"""What a matter that came of a case calls it."""

_ROOM = 60  # of a title, for the name of an item


def called(item: str, reference: str) -> str:
    """An item by the beginning of its name, and the case by our number: with what the matter is they make a title."""
    return f"{item[:_ROOM]}（{reference}）"
