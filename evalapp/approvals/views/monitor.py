"""The monitor in public: units' quarters with the formula and its figures, and the journal of what the office itself did."""

import re

from flask import Blueprint, render_template, request, url_for

from evalapp.approvals.queries import journal as journals
from evalapp.approvals.queries import profiles, quarters
from evalapp.approvals.rules.journal import ACT_WORDS, MonitorAct
from evalapp.approvals.rules.quarters import YearQuarter
from evalapp.core import clock
from evalapp.supervision.reading import page_number
from evalapp.units import queries as units
from evalapp.web.access import public
from evalapp.web.context import db
from evalapp.web.i18n import _, gettext

blueprint = Blueprint("monitor", __name__, url_prefix="/monitor")
_QUARTER = re.compile(r"(20[0-9]{2})-Q([1-4])")


@blueprint.get("")
@public
def index() -> str:
    closed = quarters.closed(db.session)
    asked = _asked()
    one = asked if asked in closed else (closed[0] if closed else None)
    found = quarters.quarter_page(db.session, one, page=page_number()) if one else None
    profile = found.items[0].profile if found and found.items else profiles.in_force(db.session)
    return render_template(
        "approvals/monitor.html",
        one=one,
        found=found,
        profile=profile,
        choices=[
            (
                _("%(year)s 年第 %(quarter)s 季度", year=each.year, quarter=each.quarter),
                url_for(".index", quarter=each.said),
                each == one,
            )
            for each in closed
        ],
        page_href=lambda n: url_for(".index", quarter=one.said if one else None, page=n),
    )


@blueprint.get("/units/<slug>")
@public
def unit(slug: str) -> str:
    found = units.unit(db.session, slug)
    published = quarters.of_unit(db.session, found)
    return render_template(
        "approvals/monitor_unit.html",
        unit=found,
        published=published,
        profile=published[0].profile if published else profiles.in_force(db.session),
    )


@blueprint.get("/journal")
@public
def journal() -> str:
    kind = _kind()
    return render_template(
        "approvals/journal.html",
        found=journals.journal_page(db.session, page=page_number(), kind=kind),
        late=journals.late_reviews(db.session, now=clock.now()) if page_number() == 1 else [],
        choices=[(_("全部"), url_for(".journal"), kind is None)]
        + [
            (gettext(words), url_for(".journal", kind=each.value), each is kind)
            for each, words in ACT_WORDS.items()
        ],
        page_href=lambda n: url_for(".journal", kind=kind.value if kind else None, page=n),
    )


def _asked() -> YearQuarter | None:
    found = _QUARTER.fullmatch(request.args.get("quarter", ""))
    return YearQuarter(year=int(found[1]), quarter=int(found[2])) if found else None


def _kind() -> MonitorAct | None:
    try:
        return MonitorAct(request.args.get("kind", ""))
    except ValueError:
        return None
