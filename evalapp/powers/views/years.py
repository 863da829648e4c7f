"""The public page of what became of the power list between the ends of two years, and the same as a table."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from flask import Blueprint, Response, render_template, request

from evalapp.core import clock
from evalapp.powers import reading
from evalapp.powers.queries import years as queries
from evalapp.powers.queries.years import Between
from evalapp.powers.rules.history import Change
from evalapp.web.access import public
from evalapp.web.context import db
from evalapp.web.i18n import _, gettext
from evalapp.web.kept import kept_a_minute
from evalapp.web.sheets import send_csv

blueprint = Blueprint("power_years", __name__)


@dataclass(frozen=True, kw_only=True)
class _Asked:
    """Two years at whose ends the list is compared, of those that there are."""

    years: range
    old: int
    new: int

    @property
    def between(self) -> Between:
        return Between(start=_end_of(self.old), end=_end_of(self.new))


@blueprint.get("/powers/years")
@public
def years() -> str:
    asked = _asked()
    counts = kept_a_minute(
        f"power_changes.{asked.old}.{asked.new}", lambda: queries.counts(db.session, asked.between)
    )
    wanted = request.args.get("change", "")
    change = Change(wanted) if wanted in set(Change) else _first(counts)
    page = queries.changes_page(db.session, asked.between, change, cursor=request.args.get("cursor"))
    return render_template(
        "powers/years.html",
        asked=asked,
        counts=counts,
        change=change,
        changes={each: gettext(word) for each, word in reading.CHANGE_WORDS.items()},
        page=page,
        details={each.code: reading.brief_changes(each) for each in page.items},
        kinds=reading.kinds(),
        this_year=clock.today().year,
    )


@blueprint.get("/powers/years.csv")
@public
def table() -> Response:
    """Every change with its fields, a line each."""
    asked = _asked()
    return send_csv(_rows(asked), file_name=f"powers-{asked.old}-{asked.new}.csv")


def _rows(asked: _Asked) -> Iterator[list[str]]:
    yield [
        _("变化"),
        _("编码"),
        _("名称"),
        _("类别"),
        _("单位"),
        _("改了什么"),
        _("原来"),
        _("现在"),
        _("说明"),
    ]
    kinds = reading.kinds()
    for change, each in queries.all_changes(db.session, asked.between):
        head = [
            gettext(reading.CHANGE_WORDS[change]),
            each.code,
            each.name,
            kinds[each.kind],
            each.unit,
        ]
        for field in reading.brief_changes(each) or [reading.NO_FIELD]:
            yield [*head, field.name, field.was, field.now, each.reason]


def _asked() -> _Asked:
    """What the address asks for as far as there is such a year; the earlier one first."""
    this = clock.today().year
    first = kept_a_minute("powers_first_shown", lambda: queries.first_shown(db.session))
    there = range((clock.local(first).year if first else this) - 1, this + 1)
    given = [_year(name, otherwise, there) for name, otherwise in (("old", this - 1), ("new", this))]
    return _Asked(years=there, old=min(given), new=max(given))


def _year(name: str, otherwise: int, there: range) -> int:
    asked = request.args.get(name, type=int)
    return asked if asked is not None and asked in there else otherwise


def _first(counts: dict[Change, int]) -> Change:
    """The kind of change that is shown unasked: the first of which there is any."""
    return next((change for change in Change if counts[change]), Change.CHANGED)


def _end_of(year: int) -> datetime:
    return clock.end_of(date(year, 12, 31))
