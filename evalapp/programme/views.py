"""Public addresses of the programme that other programs follow: schedules, the code on the screen, files of players."""

from datetime import timedelta

from flask import Blueprint
from werkzeug.wrappers import Response

from evalapp.core import clock
from evalapp.programme import feeds, media
from evalapp.programme.models import Episode
from evalapp.programme.queries import planning, planning_schedule, recordings
from evalapp.web import files
from evalapp.web.access import public
from evalapp.web.answers import document
from evalapp.web.context import db, platform
from evalapp.web.links import go_to

blueprint = Blueprint("programme", __name__)
_PAST = timedelta(days=60)  # calendars are told of what was moved or cancelled for so long


@blueprint.get("/e/<int(max=999999):number>")
@public
def short(number: int) -> Response:
    """Lead from the code on the screen to the episode's page; 404 when there is no such episode."""
    return go_to(f"/episodes/{planning.episode(db.session, number).number}")


@blueprint.get("/schedule.ics")
@public
def schedule_ics() -> Response:
    rows = planning_schedule.airings(db.session, since=clock.now() - _PAST)
    return document(feeds.calendar(rows, _site()), "text/calendar; charset=utf-8")


@blueprint.get("/schedule.xml")
@public
def schedule_xml() -> Response:
    rows = planning_schedule.airings(db.session, since=clock.now() - timedelta(days=1), with_cancelled=False)
    return document(feeds.guide(rows, _site()), "application/xml; charset=utf-8")


@blueprint.get("/feed.xml")
@public
def feed() -> Response:
    rows = planning.episodes_with_state(db.session, Episode.withdrawn_at.is_(None), limit=100)
    return document(feeds.news(rows, _site()), "application/rss+xml; charset=utf-8")


@blueprint.get("/media/<token>/<name>")
@public
def watch(token: str, name: str) -> Response:
    """Send a file of a recording that may be watched now; what must not be seen does not exist."""
    found = recordings.watch_file(db.session, token, name)
    kind = media.type_of(name)
    if found.text is not None:
        return files.send_text(found.text, content_type=kind, is_final=found.is_final)
    return files.send_stored(found.name, content_type=kind)


def _site() -> feeds.Site:
    settings = platform().settings
    return feeds.Site(name=settings.site_name, url=settings.public_url)
