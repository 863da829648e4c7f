"""What must stay hidden because it tells of few people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

K = TypeVar("K", bound=str)


def hidden_cells(cells: Mapping[K, int], *, minimum: int) -> frozenset[K]:
    """The cells of a breakdown with a published total that are not told, not even as a count.

    Cells of 1 to `minimum` - 1 people, and then the next smallest ones until what is hidden cannot be found by
    subtraction from the total: at least two cells and at least `minimum` people. Empty cells need no hiding, but
    are hidden together with the others when nothing else is left.
    """
    hidden = {cell for cell, people in cells.items() if 0 < people < minimum}
    if not hidden:
        return frozenset()
    for cell in sorted(cells, key=lambda cell: (cells[cell] == 0, cells[cell], cell)):
        if len(hidden) > 1 and sum(cells[each] for each in hidden) >= minimum:
            break
        hidden.add(cell)
    return frozenset(hidden)


def may_show_both(set_apart: Mapping[str, int], *, minimum: int) -> bool:
    """Whether a second distribution may stand beside the first.

    Their difference is the distribution of the ballots set apart: in each group it must be of nobody or of enough.
    """
    return all(number == 0 or number >= minimum for number in set_apart.values())
