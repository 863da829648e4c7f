"""Units for machines, under /api/v1."""

from typing import Any

from flask import Blueprint, Response, request

from evalapp.core.errors import Invalid
from evalapp.core.i18n import N_
from evalapp.units import queries
from evalapp.units.models import Unit, UnitKind
from evalapp.web.access import public
from evalapp.web.answers import asked_limit, data, page_of_data
from evalapp.web.context import db, platform

blueprint = Blueprint("units_api", __name__, url_prefix="/api/v1")


@blueprint.get("/units")
@public
def units() -> Response:
    """List the open units by pinyin: `{items, next}`; `kind` narrows it, `cursor` and `limit` (1 to 100) page through."""
    page = queries.units_page(
        db.session, kind=_kind(), limit=asked_limit(), cursor=request.args.get("cursor")
    )
    parents = queries.slugs_of(db.session, [unit.parent_id for unit in page.items if unit.parent_id])
    return page_of_data([_summary(unit, parents) for unit in page.items], following=page.next)


@blueprint.get("/units/<slug>")
@public
def unit(slug: str) -> Response:
    """Return one unit with its functions, posts and the units below it; a closed one says so."""
    found = queries.unit(db.session, slug)
    told = queries.profile(db.session, found)
    parents = {each.id: each.slug for each in told.above}
    return data(
        _summary(found, parents)
        | {
            "telephone": found.telephone,
            "address": found.address,
            "office_hours": found.office_hours,
            "functions": [
                {"title": each.title, "text": each.text, "handled_by": each.handled_by}
                for each in told.functions
            ],
            "posts": [
                {"title": each.title, "duty": each.duty, "telephone": each.telephone} for each in told.posts
            ],
            "below": [each.slug for each in told.below],
            "closed_at": found.closed_at.isoformat() if found.closed_at else None,
            "closed_reason": found.closed_reason or None,
        }
    )


def _summary(found: Unit, parents: dict[Any, str]) -> dict[str, Any]:
    return {
        "slug": found.slug,
        "name": found.name,
        "short_name": found.short_name,
        "kind": found.kind.value,
        "parent": parents.get(found.parent_id),
        "rank_class": found.rank_class or None,
        "summary": found.summary,
        "url": f"{platform().settings.public_url}/units/{found.slug}",
    }


def _kind() -> UnitKind | None:
    given = request.args.get("kind")
    if given is None:
        return None
    if given not in set(UnitKind):
        raise Invalid(N_("类别应是 %(kinds)s 之一。"), field="kind", kinds=", ".join(UnitKind))
    return UnitKind(given)
