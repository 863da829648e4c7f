"""What may stand under what."""

import enum

DEEPEST = 4  # the level of the lowest unit; the top is 0


class UnitKind(enum.StrEnum):
    DEPARTMENT = "department"
    SECTION = "section"
    SUBDISTRICT = "subdistrict"
    VILLAGE = "village"


_ABOVE: dict[UnitKind, frozenset[UnitKind | None]] = {
    UnitKind.DEPARTMENT: frozenset({None, UnitKind.DEPARTMENT}),
    UnitKind.SECTION: frozenset({UnitKind.DEPARTMENT, UnitKind.SUBDISTRICT}),
    UnitKind.SUBDISTRICT: frozenset({None}),
    UnitKind.VILLAGE: frozenset({UnitKind.SUBDISTRICT}),
}


def may_stand_under(kind: UnitKind, above: UnitKind | None) -> bool:
    """Whether a unit of `kind` may have a parent of the kind `above` (None: none)."""
    return above in _ABOVE[kind]
