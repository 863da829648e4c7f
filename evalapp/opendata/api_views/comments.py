"""Comments on an episode: reading them by pages, and writing one."""

import math
from typing import Any

from flask import Blueprint, Response, jsonify, request

from evalapp.comments import queries, services
from evalapp.comments.models import Comment
from evalapp.comments.queries import ReplyShown, ShownComment, ThreadFilter
from evalapp.comments.rules.sealing import CommentKeys
from evalapp.core.errors import Invalid
from evalapp.core.i18n import N_
from evalapp.core.permissions import Permission
from evalapp.core.transaction import transaction
from evalapp.programme.queries.commenting import commentable, recorded_seconds
from evalapp.web.access import current_actor, public, requires
from evalapp.web.answers import asked_limit, page_of_data
from evalapp.web.bodies import takes
from evalapp.web.context import db, platform

blueprint = Blueprint("api_comments", __name__)

_MOST_BYTES = 32 * 1024


@blueprint.get("/api/v1/episodes/<int(max=999999):number>/comments")
@public
def list_comments(number: int) -> Response:
    """Return shown comments, newest day first: `{items, next, counts}`; `cursor`, `limit` (1 to 100), `show=answered`."""
    only, limit = _show(), asked_limit()
    thread = commentable(db.session, number).thread_id
    page = queries.thread_page(db.session, thread, only=only, after=request.args.get("cursor"), limit=limit)
    counts = {
        "shown": page.shown,
        "answered": page.answered,
        "refused": page.refused,
        "withdrawn": page.withdrawn,
    }
    return page_of_data([_shown(one) for one in page.comments], following=page.next, counts=counts)


@blueprint.post("/api/v1/episodes/<int(max=999999):number>/comments")
@requires(Permission.WRITE_COMMENT)
@takes(lambda _settings: _MOST_BYTES)
def write_comment(number: int) -> tuple[Response, int]:
    """Write a comment: `{"text": …, "at": seconds?}`; 201 with what became of it."""
    body = request.get_json()
    text, at_seconds = _text_of(body), _moment_of(body)
    with transaction(db.session):
        episode = commentable(db.session, number)
        written = services.write_comment(
            db.session,
            thread_id=episode.thread_id,
            author=current_actor(),
            text=text,
            keys=CommentKeys.of(platform().keys),
            policy=services.CommentPolicy.of(platform().settings),
            at_seconds=at_seconds,
            duration=recorded_seconds(db.session, episode.id),
        )
    return jsonify(_written(written)), 201


def _show() -> ThreadFilter:
    try:
        return ThreadFilter(request.args.get("show", ThreadFilter.NEWEST))
    except ValueError:
        raise Invalid(N_("show 只能是 newest 或 answered。"), field="show") from None


def _text_of(body: Any) -> str:
    text = body.get("text") if isinstance(body, dict) else None
    if not isinstance(text, str):
        raise Invalid(N_("text 必须是一段文字。"), field="text")
    return text


def _moment_of(body: dict[str, Any]) -> int | None:
    at = body.get("at")
    if at is None:
        return None
    if isinstance(at, bool) or not isinstance(at, int | float) or not math.isfinite(at):
        raise Invalid(N_("at 必须是录像的第几秒，一个不小于 0 的数。"), field="at")
    return math.floor(at)


def _shown(one: ShownComment) -> dict[str, Any]:
    return {
        "reference": one.reference,
        "state": one.state.value,
        "day": one.day.isoformat(),
        "at": one.at_seconds,
        "text": one.text,
        "met_too": one.met,
        "reply": _reply(one.reply) if one.reply else None,
    }


def _reply(reply: ReplyShown) -> dict[str, Any]:
    return {
        "unit": {"slug": reply.unit_slug, "name": reply.unit},
        "post": reply.current.post,
        "day": reply.current.day.isoformat(),
        "text": reply.current.text,
        "earlier": [
            {"post": one.post, "day": one.day.isoformat(), "text": one.text} for one in reply.earlier
        ],
    }


def _written(comment: Comment) -> dict[str, Any]:
    return {
        "reference": comment.reference,
        "state": comment.state.value,
        "day": comment.written_on.isoformat(),
        "at": comment.at_seconds,
        "text": comment.text,
    }
