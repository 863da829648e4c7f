"""The monitor's wall: the district at a glance, on the desk and on a large screen; from there to a unit, an item, a case."""

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, render_template

from evalapp.approvals.queries import lamps, wall
from evalapp.approvals.queries.lamps import LampCounts
from evalapp.approvals.queries.wall import DayCounts
from evalapp.core import clock
from evalapp.core.permissions import Permission
from evalapp.units import queries as units
from evalapp.web.access import requires
from evalapp.web.charts import Column
from evalapp.web.context import db
from evalapp.web.filters import day
from evalapp.web.kept import kept_a_minute

blueprint = Blueprint("office_monitor", __name__, url_prefix="/desk/office/monitor")
_NAMED_EVERY = 9  # of the days below a chart


@blueprint.get("")
@requires(Permission.WATCH_CASES)
def index() -> str:
    """Lamps and today are counted anew; what moves slowly is read, and written as a part of the page, once a minute."""
    heat = kept_a_minute("wall_heat", lambda: wall.heat_of_units(db.session, today=clock.today()))
    return render_template("console/monitor/wall.html", heat=heat, **_slowly(), **_now())


@blueprint.get("/screen")
@requires(Permission.WATCH_CASES)
def screen() -> str:
    """The same for a large screen in the office's room."""
    return render_template("console/monitor/screen.html", **_slowly(), **_now())


@blueprint.get("/units/<slug>")
@requires(Permission.WATCH_CASES)
def show(slug: str) -> str:
    unit, now, today = units.unit(db.session, slug), clock.now(), clock.today()
    days = wall.last_days(db.session, today=today, unit_id=unit.id)
    return render_template(
        "console/monitor/unit.html",
        unit=unit,
        now=now,
        today=days[-1],
        counts=lamps.unit_counts(db.session, unit.id, now=now),
        items=wall.item_lamps(db.session, unit.id, now=now),
        steps=wall.slow_steps(db.session, today=today, unit_id=unit.id),
        heat=wall.heat_of_windows(db.session, unit.id, today=today),
        **_weeks(days),
    )


def _now() -> dict[str, Any]:
    now, today = clock.now(), clock.today()
    rows = wall.unit_rows(db.session, now=now, today=today)
    return {
        "now": now,
        "units": rows,
        "counts": LampCounts(
            red=sum(row.counts.red for row in rows),
            yellow=sum(row.counts.yellow for row in rows),
            green=sum(row.counts.green for row in rows),
        ),
        "today": wall.all_together((row.today for row in rows), day=today),
    }


def _slowly() -> dict[str, Any]:
    """Steps and weeks of all units, read once a minute; in whose language their days are named is not kept with them."""
    today = clock.today()
    steps = kept_a_minute("wall_steps", lambda: wall.slow_steps(db.session, today=today))
    days = kept_a_minute("wall_days", lambda: wall.last_days(db.session, today=today))
    return {"steps": steps, **_weeks(days)}


def _weeks(days: Sequence[DayCounts]) -> dict[str, Any]:
    """The last weeks: day by day, together, and as columns of a chart."""
    return {
        "days": days,
        "weeks": wall.all_together(days, day=days[0].day),
        "columns_of": [
            Column(
                name=day(each.day) if place % _NAMED_EVERY == wall.DAYS % _NAMED_EVERY else "",
                came=each.submitted,
                done=each.decided,
            )
            for place, each in enumerate(days, start=1)
        ],
    }
