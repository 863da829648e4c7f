"""The public journal of moderation: the office's own acts, counted."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Self

from flask import render_template, request, url_for

from evalapp.comments import queries
from evalapp.comments.queries import Journal
from evalapp.comments.rules.journal import ACTS, OF_UNITS, Breakdown, JournalAct
from evalapp.comments.rules.moderation import REASONS, RefusalReason
from evalapp.portal.views.blueprint import blueprint
from evalapp.web.access import public
from evalapp.web.context import db, platform
from evalapp.web.i18n import gettext

_COLUMNS = (
    JournalAct.HELD,
    JournalAct.CAUGHT,
    JournalAct.SHOWN,
    JournalAct.REFUSED,
    JournalAct.HIDDEN,
    JournalAct.MOVED,
    JournalAct.APPEALED,
    JournalAct.RESTORED,
    JournalAct.UPHELD,
)
_OF_REASONS = (JournalAct.REFUSED, JournalAct.HIDDEN)


_Headed = Sequence[tuple[str, int | None]]


@dataclass(frozen=True, kw_only=True)
class _Figures:
    """Rows of a table: what has a figure of its own somewhere, each act's figure or none where it is part of the sum."""

    rows: Sequence[tuple[Any, _Headed]]
    together: Sequence[tuple[JournalAct, int]]

    @classmethod
    def of(
        cls,
        found: Mapping[JournalAct, Breakdown[Any]],
        acts: Sequence[JournalAct],
        *,
        order: Callable[[Any], Any],
    ) -> Self:
        columns = [
            found.get(act) or Breakdown(shown={}, together=frozenset(), together_times=0) for act in acts
        ]
        named = dict.fromkeys(key for one in columns for key in one.shown)
        return cls(
            rows=[
                (
                    key,
                    _headed(
                        acts, (None if key in one.together else one.shown.get(key, 0) for one in columns)
                    ),
                )
                for key in sorted(named, key=order)
            ],
            together=[(act, one.together_times) for act, one in zip(acts, columns, strict=True)],
        )


@blueprint.get("/moderation")
@public
def moderation() -> str:
    found = queries.moderation_journal(db.session, month=_month())
    return render_template(
        "portal/moderation.html",
        journal=found,
        moderation=platform().settings.comment_moderation,
        detail_months=_months(found),
        months_columns=_headings(_COLUMNS),
        units_columns=_headings(OF_UNITS),
        reasons_columns=_headings(_OF_REASONS),
        months=[(line, _headed(_COLUMNS, (line.times[act] for act in _COLUMNS))) for line in found.months],
        by_reason=_Figures.of(found.detail.reasons, _OF_REASONS, order=list(RefusalReason).index)
        if found.detail
        else None,
        by_unit=_Figures.of(found.detail.units, OF_UNITS, order=str) if found.detail else None,
        acts=ACTS,
        reasons=REASONS,
    )


def _headed(acts: Sequence[JournalAct], figures: Iterable[int | None]) -> _Headed:
    """Each figure with the heading of its column, which stands beside it on a phone."""
    return [(gettext(ACTS[act]), figure) for act, figure in zip(acts, figures, strict=True)]


def _headings(acts: Sequence[JournalAct]) -> list[dict[str, str]]:
    return [{"text": gettext(ACTS[act]), "class": "text-end text-wrap"} for act in acts]


def _months(found: Journal) -> list[tuple[str, str, bool]]:
    """The months that can be looked at in detail."""
    shown = found.detail.month if found.detail else None
    return [
        (line.name, url_for(".moderation", month=line.name) + "#detail", line.month == shown)
        for line in found.months
        if line.is_over
    ]


def _month() -> date | None:
    try:
        return date.fromisoformat(f"{request.args.get('month', '')}-01")
    except ValueError:
        return None
