"""The office's planning desk: board, calendar, leave, studios and channels."""

import uuid
from collections.abc import Callable
from datetime import date

from flask import Blueprint, flash, render_template, request, url_for
from werkzeug.wrappers import Response

from evalapp.console.forms.office_schedule import ChannelForm, LeaveForm, SeasonForm, StudioForm
from evalapp.console.queries import office_schedule as desks
from evalapp.core import clock
from evalapp.core.permissions import Permission
from evalapp.core.transaction import transaction
from evalapp.programme.queries import planning, planning_schedule
from evalapp.programme.services import planning as seasons
from evalapp.programme.services import planning_places as places
from evalapp.units import queries as units
from evalapp.web.access import current_actor, requires
from evalapp.web.acting import refusal_of
from evalapp.web.context import db
from evalapp.web.formbase import Form
from evalapp.web.i18n import _
from evalapp.web.links import go_to

blueprint = Blueprint("office_schedule", __name__, url_prefix="/desk/office")


@blueprint.get("")
@requires(Permission.PLAN_PROGRAMME)
def board() -> str:
    year = request.args.get("year", type=int)
    desk = desks.desk(db.session, year=year, since=_day(request.args.get("from")))
    return render_template("console/office/board.html", desk=desk, shown=desks.SHOWN_PUBLISHED)


@blueprint.get("/calendar")
@requires(Permission.PLAN_PROGRAMME)
def calendar() -> str:
    desk = desks.desk(db.session, year=None, since=_day(request.args.get("from")))
    return render_template("console/office/calendar.html", desk=desk)


@blueprint.get("/episodes")
@requires(Permission.PLAN_PROGRAMME)
def episodes() -> str:
    """Show every episode as a table, those that the board leaves out too."""
    before = request.args.get("before", type=int)
    found = planning.page_of_episodes(db.session, before=before, limit=planning.PAGE_SIZE + 1)
    shown = found[: planning.PAGE_SIZE]
    following = shown[-1].episode.number if len(found) > planning.PAGE_SIZE else None
    return render_template("console/office/episodes.html", rows=shown, following=following)


@blueprint.get("/places")
@requires(Permission.PLAN_PROGRAMME)
def show_places() -> str:
    return _places()


@blueprint.post("/leave")
@requires(Permission.PLAN_PROGRAMME)
def add_leave() -> Response | tuple[str, int]:
    form = _leave_form()

    def act() -> None:
        places.add_leave(
            db.session,
            unit_id=uuid.UUID(form.unit.data),
            post=form.post.data or "",
            starts_on=form.starts_on.data,
            ends_on=form.ends_on.data,
            note=form.note.data or "",
            actor=current_actor(),
        )

    return _added(form, act, _("请假已记下。"), leave=form)


@blueprint.post("/leave/<uuid:leave_id>/end")
@requires(Permission.PLAN_PROGRAMME)
def end_leave(leave_id: uuid.UUID) -> Response:
    with transaction(db.session):
        places.end_leave(db.session, leave_id=leave_id, actor=current_actor())
    flash(_("请假已取消。"), "ok")
    return go_to(url_for(".show_places"))


@blueprint.post("/studios")
@requires(Permission.PLAN_PROGRAMME)
def add_studio() -> Response | tuple[str, int]:
    form = StudioForm(prefix="studio")

    def act() -> None:
        places.add_studio(db.session, name=form.name.data, actor=current_actor())

    return _added(form, act, _("演播室已添加。"), studio=form)


@blueprint.post("/channels")
@requires(Permission.PLAN_PROGRAMME)
def add_channel() -> Response | tuple[str, int]:
    form = ChannelForm(prefix="channel")

    def act() -> None:
        places.add_channel(db.session, code=form.code.data, name=form.name.data, actor=current_actor())

    return _added(form, act, _("频道已添加。"), channel=form)


@blueprint.post("/seasons")
@requires(Permission.PLAN_PROGRAMME)
def add_season() -> Response | tuple[str, int]:
    form = SeasonForm(prefix="season")

    def act() -> None:
        seasons.create_season(db.session, year=form.year.data, title=form.title.data, actor=current_actor())

    return _added(form, act, _("新的一季已建好。"), season=form)


def _added(form: Form, act: Callable[[], None], said: str, **shown: Form) -> Response | tuple[str, int]:
    """Do it and go back to the page; what was refused is shown there with what was typed."""
    if status := refusal_of(form, act):
        return _places(**shown), status
    flash(said, "ok")
    return go_to(url_for(".show_places"))


def _places(**shown: Form) -> str:
    forms: dict[str, Form] = {
        "leave": _leave_form(),
        "studio": StudioForm(formdata=None, prefix="studio"),
        "channel": ChannelForm(formdata=None, prefix="channel"),
        "season": SeasonForm(formdata=None, prefix="season"),
    }
    return render_template(
        "console/office/places.html",
        forms=forms | shown,
        leaves=planning_schedule.leave_rows(db.session, since=clock.today()),
        studios=planning.studios(db.session),
        channels=planning.channels(db.session),
        seasons=planning.seasons(db.session),
    )


def _leave_form() -> LeaveForm:
    form = LeaveForm(prefix="leave")
    form.offer(units.tree(db.session))
    return form


def _day(given: str | None) -> date | None:
    """Return the day that an address names; one that is none is passed over."""
    try:
        return date.fromisoformat(given) if given else None
    except ValueError:
        return None
