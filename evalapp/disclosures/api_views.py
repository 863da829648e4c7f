"""Boards for machines, under /api/v1."""

from typing import Any

from flask import Blueprint, Response, request

from evalapp.disclosures.models import Disclosure
from evalapp.disclosures.queries import postings
from evalapp.disclosures.queries.postings import OfPosting
from evalapp.units import queries as units
from evalapp.web.access import public
from evalapp.web.answers import asked_limit, page_of_data
from evalapp.web.context import db, platform

blueprint = Blueprint("disclosures_api", __name__, url_prefix="/api/v1")


@blueprint.get("/disclosures")
@public
def disclosures() -> Response:
    """List what is posted now by reference: `{items, next}`; `unit` (a slug) and `item` (a code) narrow it."""
    asked = request.args.get("unit")
    unit = units.unit(db.session, asked) if asked else None
    page = postings.disclosures_page(
        db.session,
        unit_id=unit.id if unit else None,
        code=request.args.get("item", ""),
        limit=asked_limit(),
        cursor=request.args.get("cursor"),
    )
    told = postings.told_of(db.session, page.items)
    return page_of_data([_shown(one, told[one.id]) for one in page.items], following=page.next)


def _shown(disclosure: Disclosure, told: OfPosting) -> dict[str, Any]:
    version = told.version
    return {
        "reference": disclosure.reference,
        "unit": told.unit,
        "item": disclosure.code,
        "period": disclosure.period or None,
        "formed_on": disclosure.formed_on.isoformat() if disclosure.formed_on else None,
        "version": version.number,
        "published_at": version.published_at.isoformat(),
        "published_by": version.published_by,
        "content": version.content,
        "sha256": version.sha256,
        "before": version.before or None,
        "url": f"{platform().settings.public_url}/boards/{told.unit}/{disclosure.reference}",
    }
