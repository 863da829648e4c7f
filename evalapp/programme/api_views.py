"""Episodes for machines, under /api/v1."""

from datetime import datetime
from typing import Any

from flask import Blueprint, Response, request

from evalapp.core.errors import Invalid
from evalapp.core.i18n import N_
from evalapp.programme.queries import planning, planning_schedule
from evalapp.programme.queries.planning import EpisodeWithState
from evalapp.programme.queries.planning_schedule import AiringRow
from evalapp.web.access import public
from evalapp.web.answers import data, page_of_data
from evalapp.web.context import db, platform

blueprint = Blueprint("programme_api", __name__, url_prefix="/api/v1")
_MOST = 100
_LARGEST = 2**31 - 1


@blueprint.get("/episodes")
@public
def episodes() -> Response:
    """List every episode, newest number first: `{items, next}`; `cursor` and `limit` (1 to 100) page through them."""
    limit = _number("limit", planning.PAGE_SIZE, most=_MOST)
    cursor = _number("cursor", None, most=_LARGEST)
    found = planning.page_of_episodes(db.session, before=cursor, limit=limit + 1)
    shown = found[:limit]
    following = str(shown[-1].episode.number) if len(found) > limit else None
    return page_of_data([_summary(row) for row in shown], following=following)


@blueprint.get("/episodes/<int(max=999999):number>")
@public
def episode(number: int) -> Response:
    """Return one episode with its airings, and its report once it may be watched."""
    row = planning.episode_with_state(db.session, number)
    airings = planning_schedule.airings(db.session, episode_id=row.episode.id)
    dossier = planning.dossier(db.session, row.episode.id) if row.is_shown else None
    report = dossier.report if dossier is not None and dossier.handed_in_at is not None else None
    return data(_summary(row) | {"report": report, "airings": [_airing(one) for one in airings]})


def _summary(row: EpisodeWithState) -> dict[str, Any]:
    found = row.episode
    return {
        "number": found.number,
        "reference": found.reference,
        "season": row.year,
        "title": found.title,
        "summary": found.summary,
        "unit": {"slug": row.unit.slug, "name": row.unit.name},
        "speaker_post": found.speaker_post,
        "state": row.state.value,
        "reason": found.withdrawn_reason or found.void_reason or None,
        "extension_reason": found.extension_reason,
        "opens_at": _at(found.opens_at),
        "closes_at": _at(found.closes_at),
        "first_airing_at": _at(row.first_airing_at),
        "next_airing_at": _at(row.next_airing_at),
        "published_at": _at(found.published_at),
        "final_at": _at(found.final_at),
        "url": f"{platform().settings.public_url}/episodes/{found.number}",
    }


def _airing(row: AiringRow) -> dict[str, Any]:
    found = row.airing
    return {
        "channel": row.channel.name,
        "starts_at": _at(found.starts_at),
        "ends_at": _at(found.ends_at),
        "is_repeat": row.is_repeat,
        "postponed_from": _at(found.postponed_from),
        "cancelled": found.cancelled_at is not None,
        "replaced_by": row.replaced_by,
        "reason": found.reason or None,
    }


def _at(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _number(name: str, otherwise: Any, *, most: int) -> Any:
    given = request.args.get(name)
    if given is None:
        return otherwise
    if not (given.isascii() and given.isdigit() and len(given) <= 10 and 1 <= int(given) <= most):
        raise Invalid(N_("%(name)s 应是 1 到 %(most)s 之间的整数。"), field=name, name=name, most=most)
    return int(given)
