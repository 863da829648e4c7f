"""Puts the page of an episode together, also when one of its forms was refused and comes back with what was typed."""

from typing import Any

from flask import Response, make_response, render_template, request, url_for

from evalapp.comments.queries.threads import ThreadFilter
from evalapp.core import clock
from evalapp.core.i18n import N_
from evalapp.portal.queries import episode as pages
from evalapp.portal.queries.episode import EpisodePage
from evalapp.programme.rules import EpisodeState
from evalapp.web import access
from evalapp.web.context import db
from evalapp.web.headers import allow_player
from evalapp.web.i18n import gettext, language

FIRST_CUES = 30  # of the transcript; the rest is a page of its own
ORDERS = {ThreadFilter.NEWEST: N_("最新"), ThreadFilter.ANSWERED: N_("有回复")}


def episode_answer(
    number: int,
    *,
    only: ThreadFilter = ThreadFilter.NEWEST,
    after: str | None = None,
    status: int = 200,
) -> Response:
    """Return the page of episode `number`; raises `NotFound`."""
    page = pages.episode_page(db.session, number, language=language(), only=only, after=after)
    answer = make_response(render_template("portal/episode.html", **_values(page, only)), status)
    if page.row.state is EpisodeState.WITHDRAWN:
        answer.headers["X-Robots-Tag"] = "noindex"
    return allow_player(answer) if page.playback else answer


def _values(page: EpisodePage, only: ThreadFilter) -> dict[str, Any]:
    number = page.row.episode.number
    start = request.args.get("t", 0, type=int)
    return {
        "page": page,
        "now": clock.now(),
        "start": start if page.playback and 0 < start < page.playback.duration else 0,
        "first_cues": FIRST_CUES,
        "airings": pages.airings_of(db.session, page.row.episode.id) if page.row.next_airing_at else [],
        "parts": _parts(page),
        "order": only.value,
        "comment_choices": [
            (gettext(name), url_for("portal.episode", number=number, order=one) + "#comments", one is only)
            for one, name in ORDERS.items()
        ],
        "ballot": None,
        "comment_form": None,
        "is_resident": access.current_actor().is_resident,
    }


def _parts(page: EpisodePage) -> list[tuple[str, str]]:
    """The parts of the page that are there, for its list of contents."""
    thread = page.thread
    parts = [(gettext("评分"), "rate", True)]
    parts.append((gettext("承诺"), "pledges", bool(page.shown.pledges)))
    parts.append((gettext("亮点"), "highlights", bool(page.shown.highlights)))
    parts.append((gettext("文字稿"), "transcript", bool(page.playback and page.playback.cues)))
    parts.append((gettext("留言 %(number)s", number=thread.shown), "comments", True))
    return [(name, part) for name, part, is_there in parts if is_there]
