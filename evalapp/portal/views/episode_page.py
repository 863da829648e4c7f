"""Puts the page of an episode together, also when one of its forms was refused and comes back with what was typed."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from flask import Response, make_response, render_template, request, url_for

from evalapp.accounts import browser
from evalapp.ballots import polling
from evalapp.ballots.forms import BallotForm
from evalapp.ballots.queries import receipts
from evalapp.comments.forms import AppealForm, CommentForm
from evalapp.comments.queries import authors
from evalapp.comments.queries.authors import OwnComment
from evalapp.comments.queries.threads import ThreadFilter
from evalapp.comments.rules import sealing
from evalapp.comments.rules.sealing import CommentKeys
from evalapp.core import clock
from evalapp.notifications.rules.sealing import FollowingKey
from evalapp.portal.queries import episode as pages
from evalapp.portal.queries.episode import EpisodePage, GradingShown, OwnWishes
from evalapp.programme.rules import EpisodeState
from evalapp.results.rules.again import AgainKey
from evalapp.web import access
from evalapp.web.context import db, platform
from evalapp.web.headers import allow_player
from evalapp.web.i18n import gettext, language


@dataclass(frozen=True, kw_only=True)
class OwnBallot:
    """What a resident sees of their own ballot: that one stands, never how they graded; and the form to cast with."""

    code: str
    form: BallotForm | None
    reasons: dict[str, list[dict[str, str]]]


def episode_answer(
    number: int,
    *,
    ballot_form: BallotForm | None = None,
    comment_form: CommentForm | None = None,
    appeal_form: AppealForm | None = None,
    status: int = 200,
) -> Response:
    """Return the page of episode `number`; raises `NotFound`. A refused form comes back with what was typed."""
    show = request.args.get("show")
    only = ThreadFilter(show) if show in set(ThreadFilter) else ThreadFilter.NEWEST
    after, beginning = request.args.get("after"), request.args.get("from")
    page = pages.episode_page(
        db.session, number, language=language(), only=only, after=after, beginning=beginning, mark_in=_mark_in
    )
    values = _shown_to_everybody(page) | {"show": only.value, "later": (after or beginning) is not None}
    if access.current_actor().is_resident:
        values |= _shown_to_resident(page, ballot_form=ballot_form, comment_form=comment_form)
        values["appeals"] = appeal_forms(values["own"], appeal_form)
    answer = make_response(render_template("portal/episode.html", **values), status)
    if page.row.state is EpisodeState.WITHDRAWN:
        answer.headers["X-Robots-Tag"] = "noindex"
    return allow_player(answer) if page.playback else answer


def _shown_to_everybody(page: EpisodePage) -> dict[str, Any]:
    start = request.args.get("t", 0, type=int)
    return {
        "page": page,
        "now": clock.now(),
        "start": start if page.playback and 0 < start < page.playback.duration else 0,
        "parts": _parts(page),
        "ballot": None,
        "comment_form": None,
        "own": (),
        "appeals": {},
        "wishes": OwnWishes(),
    }


def _shown_to_resident(
    page: EpisodePage, *, ballot_form: BallotForm | None, comment_form: CommentForm | None
) -> dict[str, Any]:
    is_withdrawn = page.row.state is EpisodeState.WITHDRAWN
    return {
        "ballot": _own_ballot(page, ballot_form),
        "comment_form": None if is_withdrawn else comment_form or CommentForm(formdata=None),
        "own": _own_comments(page),
        "wishes": _own_wishes(page),
    }


def _own_ballot(page: EpisodePage, form: BallotForm | None) -> OwnBallot:
    code, reasons = "", {}
    if page.grading is not None:
        code = _own_code(page, page.grading) or ""
    if page.is_open and page.grading is not None and (form or not code or request.args.get("change")):
        form = form or BallotForm.empty()
        words = "en" if language() == "en" else "zh"
        reasons = {
            dimension: [{"code": reason.code, "text": getattr(reason, words)} for reason in listed]
            for dimension, listed in page.grading.profile.reasons.items()
        }
    return OwnBallot(code=code, form=form if page.is_open else None, reasons=reasons)


def _own_code(page: EpisodePage, grading: GradingShown) -> str | None:
    return receipts.code_in(
        db.session,
        page.row.episode,
        announced_at=grading.announced_at,
        person=browser.signed_in_resident().person_ids,
        keepers=polling.polling().keepers,
    )


def _own_comments(page: EpisodePage) -> list[OwnComment]:
    resident_id = access.current_actor().id
    assert resident_id is not None
    keys = CommentKeys.of(platform().keys)
    return authors.own_in_thread(db.session, page.row.episode.thread_id, resident_id=resident_id, keys=keys)


def _mark_in(thread_id: uuid.UUID) -> str:
    """Under which mark the reader says 我也遇到; nobody's where nobody is signed in."""
    actor = access.current_actor()
    if not actor.is_resident or actor.id is None:
        return ""
    keys = CommentKeys.of(platform().keys)
    return sealing.met_mark(keys, thread_id=thread_id, resident_id=actor.id)


def appeal_forms(own: Iterable[OwnComment], refused: AppealForm | None = None) -> dict[str, AppealForm]:
    """A form for each comment that may be appealed for; a refused one keeps what was typed."""
    forms = {
        one.reference: AppealForm(formdata=None, prefix=one.reference) for one in own if one.may_be_appealed
    }
    if refused is not None and refused.prefix in forms:
        forms[refused.prefix] = refused
    return forms


def _own_wishes(page: EpisodePage) -> OwnWishes:
    resident_id, keys = access.current_actor().id, platform().keys
    assert resident_id is not None
    return pages.own_wishes(
        db.session,
        page,
        resident_id=resident_id,
        following=FollowingKey.of(keys),
        again=AgainKey.of(keys),
    )


def _parts(page: EpisodePage) -> list[tuple[str, str]]:
    """The parts of the page that are there, for its list of contents."""
    parts = [
        (gettext("评分"), "rate", True),
        (gettext("承诺"), "pledges", bool(page.shown.pledges)),
        (gettext("亮点"), "highlights", bool(page.shown.highlights)),
        (gettext("文字稿"), "transcript", bool(page.playback and page.playback.opening.count)),
        (gettext("留言 %(number)s", number=page.thread.shown), "comments", True),
    ]
    return [(name, part) for name, part, is_there in parts if is_there]


def page_of(number: int) -> str:
    """The address of an episode's page."""
    return url_for("portal.episode", number=number)
