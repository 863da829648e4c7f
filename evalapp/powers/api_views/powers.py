"""Powers for machines, under /api/v1."""

from typing import Any

from flask import Blueprint, Response, request

from evalapp.core.errors import Invalid
from evalapp.core.i18n import N_
from evalapp.powers.api_views.shapes import basis
from evalapp.powers.queries import lists
from evalapp.powers.queries import power as queries
from evalapp.powers.queries.lists import ListedPower, Wanted
from evalapp.powers.rules.flow.graph import term_document
from evalapp.powers.rules.kinds import PowerKind
from evalapp.units import queries as units
from evalapp.web.access import public
from evalapp.web.answers import asked_limit, data, page_of_data
from evalapp.web.context import db, platform

blueprint = Blueprint("powers_api", __name__, url_prefix="/api/v1")


@blueprint.get("/powers")
@public
def powers() -> Response:
    """List the published powers by code: `{items, next}`; `unit`, `kind` and `q` narrow it, `cursor` and `limit` page."""
    asked, kind = request.args.get("unit"), request.args.get("kind")
    if kind is not None and kind not in set(PowerKind):
        raise Invalid(N_("没有这一类权力。"), field="kind")
    unit = units.unit(db.session, asked) if asked else None
    page = lists.powers_page(
        db.session,
        Wanted(
            unit_id=unit.id if unit else None,
            kind=PowerKind(kind) if kind else None,
            text=request.args.get("q", "")[: lists.TEXT_LIMIT],
        ),
        limit=asked_limit(),
        cursor=request.args.get("cursor"),
    )
    return page_of_data([_listed(power) for power in page.items], following=page.next)


@blueprint.get("/powers/<code>")
@public
def power(code: str) -> Response:
    """One power in its newest version, withdrawn or not, with its flowchart as data."""
    shown = queries.shown_power(db.session, code)
    said, kept = shown.text, shown.flowchart
    above = queries.relatives(db.session, shown.power).above
    return data(
        {
            "code": shown.power.code,
            "name": said.name,
            "kind": said.kind.value,
            "level": shown.power.depth.name.lower(),
            "parent": above[-1].code if above else None,
            "state": shown.power.state.value,
            "withdrawn_reason": shown.power.withdrawn_reason or None,
            "unit": shown.unit.slug,
            "section": said.section or None,
            "post": said.post,
            "bases": [basis(each) for each in said.bases],
            "duties": [{"stage": duty.stage, "text": duty.text} for duty in said.duties],
            "grounds": list(said.grounds),
            "fee": said.fee or None,
            "fee_basis": said.fee_basis or None,
            "statutory": term_document(said.statutory),
            "promised": term_document(said.promised),
            "telephone": said.telephone or None,
            "passes_on": said.passes_on,
            "flowchart": kept.document if kept is not None else None,
            "version": shown.version.number,
            "sha256": shown.version.fingerprint,
            "shown_from": shown.version.shown_from.isoformat(),
            "url": _url(shown.power.code),
        }
    )


def _listed(power: ListedPower) -> dict[str, Any]:
    return {
        "code": power.code,
        "name": power.name,
        "kind": power.kind.value,
        "level": power.level.name.lower(),
        "unit": power.unit_slug,
        "url": _url(power.code),
    }


def _url(code: str) -> str:
    return f"{platform().settings.public_url}/powers/{code}"
