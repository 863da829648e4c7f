"""Home, the list of episodes, the page of one, its transcript, and the report that a video does not play."""

from flask import flash, render_template, request, url_for
from werkzeug.wrappers import Response

from evalapp.core import clock
from evalapp.core.errors import DomainError, NotFound
from evalapp.core.i18n import N_
from evalapp.core.transaction import transaction
from evalapp.portal.forms import ReportForm
from evalapp.portal.queries import episodes as lists
from evalapp.portal.queries import home as homes
from evalapp.portal.queries.episodes import Shown
from evalapp.portal.views.blueprint import blueprint
from evalapp.portal.views.episode_page import episode_answer
from evalapp.programme.queries import planning, recordings
from evalapp.programme.queries.recordings import Playback
from evalapp.programme.rules.recordings import Trouble
from evalapp.programme.services import recordings_reports
from evalapp.web.access import public
from evalapp.web.context import db, platform
from evalapp.web.i18n import gettext, language
from evalapp.web.links import go_to

LISTS = {Shown.ALL: N_("全部"), Shown.OPEN: N_("正在评议"), Shown.RESULTS: N_("已有结果")}
MOST_PAGES = 500
MOST = 999_999

Answer = str | Response | tuple[str, int]


@blueprint.get("/")
@public
def home() -> str:
    return render_template("portal/home.html", page=homes.home_page(db.session), now=clock.now())


@blueprint.get("/episodes")
@public
def episodes() -> str:
    shown = Shown(request.args["show"]) if request.args.get("show") in set(Shown) else Shown.ALL
    year = request.args.get("year", type=int)
    page = min(max(request.args.get("page", 1, type=int), 1), MOST_PAGES)
    found = lists.episode_list(db.session, shown=shown, year=year, page=page)
    return render_template(
        "portal/episodes.html",
        found=found,
        choices=[
            (gettext(name), url_for("portal.episodes", show=one, year=year), one is shown)
            for one, name in LISTS.items()
        ],
        years=[
            (str(season.year), url_for("portal.episodes", show=shown, year=season.year), season.year == year)
            for season in found.seasons
        ],
        page_address=lambda number: url_for("portal.episodes", show=shown, year=year, page=number),
    )


@blueprint.get(f"/episodes/<int(max={MOST}):number>")
@public
def episode(number: int) -> Response:
    """The page of an episode; `?t=` starts the video there, `?show=` and `?after=` are for the comments."""
    return episode_answer(number)


@blueprint.get(f"/episodes/<int(max={MOST}):number>/transcript")
@public
def transcript(number: int) -> str:
    """Everything that was said, as a page of its own."""
    row = planning.episode_with_state(db.session, number)
    playback = _playback(row)
    cues = recordings.transcript(db.session, playback)
    if not cues:
        raise NotFound(N_("这一期还没有文字稿。"))
    return render_template("portal/transcript.html", row=row, playback=playback, cues=cues)


@blueprint.route(f"/episodes/<int(max={MOST}):number>/report", methods=["GET", "POST"])
@public
def report(number: int) -> Answer:
    """Tell the station that a video does not play."""
    row = planning.episode_with_state(db.session, number)
    playback = _playback(row)
    form = ReportForm()
    if not form.validate_on_submit():
        return render_template("portal/report.html", row=row, form=form), 422 if form.is_submitted() else 200
    try:
        with transaction(db.session):
            recordings_reports.report(
                db.session,
                playback.recording_id,
                trouble=Trouble(form.trouble.data),
                at_second=form.at_seconds,
                network=request.remote_addr or "",
                key=platform().keys.service("playback-reports"),
            )
    except DomainError as error:
        form.refuse(error)
        return render_template("portal/report.html", row=row, form=form), error.status
    flash(gettext("谢谢，电视台已经收到。"), "ok")
    return go_to(url_for("portal.episode", number=number))


def _playback(row: planning.EpisodeWithState) -> Playback:
    found = recordings.playback(db.session, row.episode.id, language=language())
    if found is None:
        raise NotFound(N_("这一期还没有录像。"))
    return found
