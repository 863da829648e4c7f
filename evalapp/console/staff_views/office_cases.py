"""The office's cases: the same list over all units, and the page of one; it handles none and opens no applicant."""

from flask import Blueprint, render_template, request

from evalapp.approvals.queries import lamps, lists
from evalapp.approvals.queries.files import case_file
from evalapp.approvals.rules.kinds import STATE_WORDS
from evalapp.console import case_lists
from evalapp.core import clock
from evalapp.core.permissions import Permission
from evalapp.units import queries as units
from evalapp.web.access import requires
from evalapp.web.context import db

blueprint = Blueprint("office_cases", __name__, url_prefix="/desk/office/cases")


@blueprint.get("")
@requires(Permission.WATCH_CASES)
def index() -> str:
    now, slug = clock.now(), request.args.get("unit", "")
    unit = units.unit(db.session, slug) if slug else None
    asked = case_lists.asked(unit_id=unit.id if unit else None, unit=unit.slug if unit else "")
    counts = lamps.all_counts(db.session, now=now)
    return render_template(
        "console/cases/office_list.html",
        unit=unit,
        asked=asked,
        page=case_lists.page_of(asked, now=now),
        counts=lamps.summed(counts, unit.id if unit else None),
        by_unit=lamps.named(db.session, counts),
        items=lists.items_of(db.session, unit.id) if unit else [],
        states=STATE_WORDS,
    )


@blueprint.get("/<reference>")
@requires(Permission.WATCH_CASES)
def show(reference: str) -> str:
    return render_template("console/cases/office_case.html", file=case_file(db.session, reference))
