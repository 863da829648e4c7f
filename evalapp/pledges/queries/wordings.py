"""Wordings: which is shown when, and two of them compared."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from sqlalchemy import ColumnElement, bindparam

from evalapp.core.base import Moment
from evalapp.core.errors import NotFound
from evalapp.core.i18n import N_
from evalapp.core.wording import Piece, difference
from evalapp.pledges.models import Highlight, HighlightVersion, Pledge, PledgeVersion

Version = TypeVar("Version", PledgeVersion, HighlightVersion)


@dataclass(frozen=True, kw_only=True)
class Comparison(Generic[Version]):
    """Two wordings beside one another; `pieces` by the name of the field."""

    old: Version
    new: Version
    pieces: Mapping[str, Sequence[Piece]]


def comparison(
    versions: Sequence[Version], *, old: int | None, new: int | None, fields: Sequence[str]
) -> Comparison[Version] | None:
    """Return two wordings compared: the asked ones, or the newest and the one before; None while there is one.

    Raises `NotFound` for a wording that was never shown.
    """
    if len(versions) < 2:
        return None
    by_number = {version.number: version for version in versions}
    newest = max(by_number)
    was, now = by_number.get(old or newest - 1), by_number.get(new or newest)
    if was is None or now is None:
        raise NotFound(N_("没有这一版。"))
    pieces = {field: difference(getattr(was, field), getattr(now, field)) for field in fields}
    return Comparison(old=was, new=now, pieces=pieces)


AT = bindparam("at", type_=Moment())


def is_standing(kind: type[Pledge] | type[Highlight], *, is_now: bool) -> ColumnElement[bool]:
    standing: ColumnElement[bool] = kind.withdrawn_at.is_(None)
    return standing if is_now else standing | (kind.withdrawn_at > AT)


def is_shown(kind: type[PledgeVersion] | type[HighlightVersion], *, is_now: bool) -> ColumnElement[bool]:
    newest: ColumnElement[bool] = kind.shown_until.is_(None)
    return newest if is_now else (kind.shown_from <= AT) & (newest | (kind.shown_until > AT))
