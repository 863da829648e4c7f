"""What residents hand in on the page of an episode: a ballot, its withdrawal, words. Each is a form of its own."""

from typing import Any

from flask import flash, request, url_for
from werkzeug.wrappers import Response

from evalapp.ballots import polling
from evalapp.ballots.forms import BallotForm
from evalapp.ballots.rules.grades import Channel
from evalapp.ballots.services import booths, casting
from evalapp.comments import services as comments
from evalapp.comments.forms import AppealForm, CommentForm
from evalapp.comments.rules.moderation import CommentState
from evalapp.comments.rules.sealing import CommentKeys
from evalapp.core.errors import DomainError, Invalid, NotFound
from evalapp.core.i18n import N_
from evalapp.core.permissions import Permission
from evalapp.core.transaction import transaction
from evalapp.portal.views.blueprint import blueprint
from evalapp.portal.views.episode_page import episode_answer, page_of
from evalapp.programme.queries import planning, recordings
from evalapp.programme.queries.planning import EpisodeWithState
from evalapp.programme.rules import EpisodeState
from evalapp.supervision.rules.grading import AnswerGrade
from evalapp.web.access import current_actor, requires
from evalapp.web.acting import refusal_of
from evalapp.web.context import db, platform
from evalapp.web.i18n import gettext
from evalapp.web.links import go_to

MOST = 999_999
LONGEST_KEY = 64


@blueprint.post(f"/episodes/<int(max={MOST}):number>/ballot")
@requires(Permission.CAST_BALLOT)
def cast(number: int) -> Response:
    """Cast or change a ballot; a refused one comes back with what was chosen."""
    form = BallotForm()
    booth = polling.polling().booths.of(db.session, number)
    submission = form.submission(reasons=booth.reasons) if form.validate_on_submit() else None
    if submission is None:
        return episode_answer(number, ballot_form=form, status=422)
    voter, where = polling.voter(), polling.circumstances(Channel.PAGE, key=form.key.data)
    try:
        with transaction(db.session):
            accepted = casting.cast(
                db.session, booth, submission, voter=voter, circumstances=where, nonce_by=form.drawn_by
            )
    except booths.Closed:
        raise
    except DomainError as error:
        form.refuse(error)
        return episode_answer(number, ballot_form=form, status=error.status)
    polling.hand_out(accepted.receipt, number=number)
    return go_to(url_for("ballots.receipt"))


@blueprint.post(f"/episodes/<int(max={MOST}):number>/ballot/withdraw")
@requires(Permission.CAST_BALLOT)
def withdraw_ballot(number: int) -> Response:
    """Take the ballot back; to the box it is one more sealed ballot."""
    key = request.form.get("idempotency_key", "")
    if not 0 < len(key) <= LONGEST_KEY:
        raise Invalid(N_("这次请求不完整，请返回上一页再试。"))
    booth = polling.polling().booths.of(db.session, number)
    voter, where = polling.voter(), polling.circumstances(Channel.PAGE, key=key)
    with transaction(db.session):
        accepted = casting.withdraw(db.session, booth, voter=voter, circumstances=where)
    polling.hand_out(accepted.receipt, number=number)
    flash(gettext("已经撤回。截止前还可以再评。"), "ok")
    return go_to(page_of(number))


@blueprint.post(f"/episodes/<int(max={MOST}):number>/comments")
@requires(Permission.WRITE_COMMENT)
def write_comment(number: int) -> Response:
    """Hand in words; they are shown once the office has read them, unless the setting says otherwise."""
    row, form = _commentable(number), CommentForm()
    if not form.validate_on_submit():
        return episode_answer(number, comment_form=form, status=422)
    playback = recordings.playback(db.session, row.episode.id)
    try:
        with transaction(db.session):
            written = comments.write_comment(
                db.session,
                thread_id=row.episode.thread_id,
                author=current_actor(),
                text=form.text.data,
                keys=CommentKeys.of(platform().keys),
                policy=comments.CommentPolicy.of(platform().settings),
                at_seconds=form.at_seconds,
                duration=playback.duration if playback else None,
            )
            is_shown = written.state is CommentState.SHOWN
    except DomainError as error:
        form.refuse(error)
        return episode_answer(number, comment_form=form, status=error.status)
    told = (
        N_("留言已经公开。") if is_shown else N_("留言已经收到，审核后公开。结果会显示在这一页和“我的”里。")
    )
    flash(gettext(told), "ok")
    return go_to(f"{page_of(number)}#comments")


@blueprint.post(f"/episodes/<int(max={MOST}):number>/comments/<reference>/withdraw")
@requires(Permission.WRITE_COMMENT)
def withdraw_comment(number: int, reference: str) -> Response:
    """Take one's own words back; a mark stays."""
    with transaction(db.session):
        comments.withdraw_comment(db.session, **_own(reference))
    flash(gettext("留言已经收回。"), "ok")
    return go_to(f"{page_of(number)}#comments")


@blueprint.post(f"/episodes/<int(max={MOST}):number>/comments/<reference>/appeal")
@requires(Permission.WRITE_COMMENT)
def appeal(number: int, reference: str) -> Response:
    """Ask that somebody else looks at a refusal."""
    form = AppealForm(prefix=reference)
    if status := refusal_of(
        form, lambda: comments.appeal(db.session, text=form.text.data, **_own(reference))
    ):
        return episode_answer(number, appeal_form=form, status=status)
    flash(gettext("申诉已经收到，由另一位工作人员来看。结果会显示在这里。"), "ok")
    return go_to(f"{page_of(number)}#comments")


@blueprint.post(f"/episodes/<int(max={MOST}):number>/comments/<reference>/met-too/<any(on, off):wish>")
@requires(Permission.WRITE_COMMENT)
def met_too(number: int, reference: str, wish: str) -> Response:
    """Say 我也遇到, once, or take it back."""
    change = comments.say_met if wish == "on" else comments.take_back
    with transaction(db.session):
        change(
            db.session, reference=reference, resident=current_actor(), keys=CommentKeys.of(platform().keys)
        )
    return go_to(f"{page_of(number)}#{reference}")


@blueprint.post(
    f"/episodes/<int(max={MOST}):number>/comments/<reference>/answer-grade/<any(answered, evasive, not_answered):grade>"
)
@requires(Permission.WRITE_COMMENT)
def grade_answer(number: int, reference: str, grade: str) -> Response:
    """Say what the answer to one's own question is worth."""
    with transaction(db.session):
        comments.grade_answer(db.session, grade=AnswerGrade(grade), **_own(reference))
    flash(gettext("你对答复的评价已经记下，大家都能看到。"), "ok")
    return go_to(f"{page_of(number)}#comments")


@blueprint.post(f"/episodes/<int(max={MOST}):number>/comments/<reference>/reopen")
@requires(Permission.WRITE_COMMENT)
def reopen(number: int, reference: str) -> Response:
    """Have one's own question answered anew, after saying what the answer lacks."""
    with transaction(db.session):
        comments.reopen(db.session, **_own(reference))
    flash(gettext("已经重新打开，单位要在期限内再答复一次。"), "ok")
    return go_to(f"{page_of(number)}#comments")


@blueprint.post(f"/episodes/<int(max={MOST}):number>/comments/<reference>/mended/<any(yes, no):said>")
@requires(Permission.WRITE_COMMENT)
def say_whether_mended(number: int, reference: str, said: str) -> Response:
    """Say of one's own question whether what was checked is mended in one's own eyes."""
    is_mended = said == "yes"
    with transaction(db.session):
        comments.say_whether_mended(db.session, is_mended=is_mended, **_own(reference))
    if is_mended:
        flash(gettext("你的确认已经记下，大家都能看到。"), "ok")
    else:
        flash(gettext("已经重新打开，单位要在期限内再答复一次。"), "ok")
    return go_to(f"{page_of(number)}#comments")


@blueprint.post("/me/met/<reference>/mended/<any(yes, no):said>")
@requires(Permission.WRITE_COMMENT)
def say_as_one_who_met(reference: str, said: str) -> Response:
    """Say of what one met with too whether what was checked is mended in one's own eyes."""
    with transaction(db.session):
        comments.say_as_one_who_met(
            db.session,
            reference=reference,
            resident=current_actor(),
            keys=CommentKeys.of(platform().keys),
            is_mended=said == "yes",
        )
    flash(gettext("你的话已经记下，大家只看到有几人这样说。"), "ok")
    return go_to(url_for("portal.me") + "#met")


def _own(reference: str) -> dict[str, Any]:
    """A comment, as its author's: for every act that only they may do."""
    return {"reference": reference, "author": current_actor(), "keys": CommentKeys.of(platform().keys)}


def _commentable(number: int) -> EpisodeWithState:
    row = planning.episode_with_state(db.session, number)
    is_announced = row.facts.opens_at is not None or row.first_airing_at is not None
    if not is_announced or row.state is EpisodeState.WITHDRAWN:
        raise NotFound(N_("没有找到这一期节目。"))
    return row
