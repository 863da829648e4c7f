"""Pledges for machines, under /api/v1."""

from typing import Any

from flask import Blueprint, Response, request

from evalapp.core.terms import Term
from evalapp.pledges import queries
from evalapp.pledges.queries import ShownPledge
from evalapp.units import queries as units
from evalapp.web.access import public
from evalapp.web.answers import asked_limit, page_of_data
from evalapp.web.context import db, platform

blueprint = Blueprint("pledges_api", __name__, url_prefix="/api/v1")


@blueprint.get("/pledges")
@public
def pledges() -> Response:
    """List the standing pledges by reference: `{items, next}`; `unit` (a slug) narrows it, `cursor` and `limit` page."""
    asked = request.args.get("unit")
    unit = units.unit(db.session, asked) if asked else None
    page = queries.pledges_page(
        db.session,
        unit_id=unit.id if unit else None,
        limit=asked_limit(),
        cursor=request.args.get("cursor"),
    )
    slugs = units.slugs_of(db.session, [pledge.unit_id for pledge in page.items])
    return page_of_data([_shown(pledge, slugs[pledge.unit_id]) for pledge in page.items], following=page.next)


def _shown(pledge: ShownPledge, unit: str) -> dict[str, Any]:
    said = pledge.evidence
    return {
        "reference": pledge.reference,
        "unit": unit,
        "title": pledge.title,
        "text": pledge.text,
        "measured": pledge.measured or None,
        "term": _term(pledge.term),
        "statutory": _term(pledge.statutory),
        "statutory_source": pledge.statutory_source or None,
        "version": pledge.version,
        "shown_from": pledge.shown_from.isoformat(),
        "evidence": {
            "verdict": said.verdict.value,
            "cases": said.cases,
            "mean": said.mean,
            "nine_in_ten": said.nine_in_ten,
            "on_time_percent": said.on_time_percent,
            "on_time_low": float(100 * said.on_time.low) if said.on_time else None,
            "on_time_high": float(100 * said.on_time.high) if said.on_time else None,
            "first_month": f"{said.period.first:%Y-%m}" if said.period else None,
            "last_month": f"{said.period.last:%Y-%m}" if said.period else None,
        },
        "url": f"{platform().settings.public_url}/pledges/{pledge.reference}",
    }


def _term(term: Term | None) -> dict[str, Any] | None:
    if term is None:
        return None
    return {"amount": term.amount, "unit": term.unit.value, "basis": term.basis.value}
