"""One episode on the office's desk: its words, its recordings and airings, its withdrawal, its whole history."""

import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Blueprint, flash, render_template, request, url_for
from werkzeug.wrappers import Response

from evalapp.console.forms.office_schedule import (
    AiringForm,
    EditEpisodeForm,
    MoveSlotForm,
    NewEpisodeForm,
    PlanningForm,
    PostponeForm,
    ReasonForm,
    ReplaceForm,
    SlotForm,
    TimedForm,
)
from evalapp.console.queries import office_schedule as desks
from evalapp.core import clock
from evalapp.core.permissions import Permission
from evalapp.programme.models import Episode
from evalapp.programme.queries import planning, planning_schedule
from evalapp.programme.rules import Span
from evalapp.programme.services import planning as services
from evalapp.programme.services import planning_airings, planning_slots
from evalapp.units import queries as units
from evalapp.web.access import current_actor, requires
from evalapp.web.acting import refusal_of
from evalapp.web.context import db
from evalapp.web.formbase import Form
from evalapp.web.i18n import _
from evalapp.web.links import go_to

blueprint = Blueprint("office_episodes", __name__, url_prefix="/desk/office")
Answer = Response | str | tuple[str, int]
_RECORDING, _AIRING = timedelta(minutes=60), timedelta(minutes=45)


@blueprint.get("/episodes/<int(max=999999):number>")
@requires(Permission.PLAN_PROGRAMME)
def show(number: int) -> str:
    card = desks.card(db.session, number)
    episode = card.row.episode
    return render_template(
        "console/office/episode.html",
        card=card,
        dossier=planning.dossier(db.session, episode.id),
        versions=planning.dossier_versions(db.session, episode.id),
        slots=planning_schedule.slots_of(db.session, episode.id),
        airings=planning_schedule.airings(db.session, episode_id=episode.id),
        history=planning.history(db.session, episode.id),
        now=clock.now(),
    )


@blueprint.route("/episodes/new", methods=["GET", "POST"])
@requires(Permission.PLAN_PROGRAMME)
def new() -> Answer:
    form = NewEpisodeForm(data=_like(request.args.get("after", type=int)))
    form.offer(seasons=planning.seasons(db.session), units=units.tree(db.session))
    made: list[int] = []

    def act() -> None:
        episode = services.create_episode(
            db.session,
            season_id=uuid.UUID(form.season.data),
            unit_id=uuid.UUID(form.unit.data),
            title=form.title.data,
            summary=form.summary.data or "",
            speaker_post=form.speaker_post.data or "",
            actor=current_actor(),
        )
        made.append(episode.number)

    status = _carried_out(form, act)
    if status is None:
        return _gone_to(made[0], _("第 %(number)s 期已建好。", number=made[0]))
    return render_template("console/office/new.html", form=form), status


@blueprint.route("/episodes/<int(max=999999):number>/edit", methods=["GET", "POST"])
@requires(Permission.PLAN_PROGRAMME)
def edit(number: int) -> Answer:
    episode = planning.episode(db.session, number)
    form = EditEpisodeForm(obj=episode)
    episode_id = episode.id

    def act() -> None:
        services.edit_episode(
            db.session,
            episode_id=episode_id,
            title=form.title.data,
            summary=form.summary.data or "",
            speaker_post=form.speaker_post.data or "",
            seen_revision=form.revision.data,
            actor=current_actor(),
        )

    status = _carried_out(form, act)
    if status is None:
        return _gone_to(number, _("已保存。"))
    row = planning.episode_with_state(db.session, number)
    return render_template("console/office/edit.html", form=form, row=row), status


@blueprint.route("/episodes/<int(max=999999):number>/slots/new", methods=["GET", "POST"])
@requires(Permission.PLAN_PROGRAMME)
def plan_slot(number: int) -> Answer:
    form = SlotForm(**TimedForm.values(_proposed(_RECORDING, hour=9)))
    form.offer(planning.studios(db.session))

    def act() -> None:
        planning_slots.plan_slot(
            db.session,
            episode_id=planning.episode(db.session, number).id,
            studio_id=uuid.UUID(form.place.data),
            span=form.span,
            actor=current_actor(),
            override_reason=form.override_reason.data or "",
        )

    return _planned(number, form, act, _("录制已安排。"), "console/office/plan_slot.html")


@blueprint.route("/episodes/<int(max=999999):number>/airings/new", methods=["GET", "POST"])
@requires(Permission.PLAN_PROGRAMME)
def plan_airing(number: int) -> Answer:
    form = AiringForm(**TimedForm.values(_proposed(_AIRING, hour=20)))
    form.offer(planning.channels(db.session))

    def act() -> None:
        planning_airings.plan_airing(
            db.session,
            episode_id=planning.episode(db.session, number).id,
            channel_id=uuid.UUID(form.place.data),
            span=form.span,
            actor=current_actor(),
            override_reason=form.override_reason.data or "",
        )

    return _planned(number, form, act, _("播出已安排。"), "console/office/plan_airing.html")


@blueprint.route("/slots/<uuid:slot_id>/move", methods=["GET", "POST"])
@requires(Permission.PLAN_PROGRAMME)
def move_slot(slot_id: uuid.UUID) -> Answer:
    row = planning_schedule.slot(db.session, slot_id)
    number, span = row.episode.number, Span(starts_at=row.slot.starts_at, ends_at=row.slot.ends_at)
    form = MoveSlotForm(**TimedForm.values(span), revision=row.slot.revision)

    def act() -> None:
        planning_slots.move_slot(
            db.session,
            slot_id=slot_id,
            span=form.span,
            reason=form.reason.data or "",
            seen_revision=form.revision.data,
            actor=current_actor(),
            override_reason=form.override_reason.data or "",
        )

    return _planned(number, form, act, _("录制已改期。"), "console/office/move_slot.html", was=span)


@blueprint.route("/slots/<uuid:slot_id>/cancel", methods=["GET", "POST"])
@requires(Permission.PLAN_PROGRAMME)
def cancel_slot(slot_id: uuid.UUID) -> Answer:
    row = planning_schedule.slot(db.session, slot_id)
    number, span = row.episode.number, Span(starts_at=row.slot.starts_at, ends_at=row.slot.ends_at)
    form = ReasonForm(revision=row.slot.revision)

    def act() -> None:
        planning_slots.cancel_slot(
            db.session,
            slot_id=slot_id,
            reason=form.reason.data,
            seen_revision=form.revision.data or 0,
            actor=current_actor(),
        )

    return _planned(number, form, act, _("录制已取消。"), "console/office/cancel_slot.html", was=span)


@blueprint.route("/airings/<uuid:airing_id>/postpone", methods=["GET", "POST"])
@requires(Permission.PLAN_PROGRAMME)
def postpone_airing(airing_id: uuid.UUID) -> Answer:
    number, span, revision = _airing(airing_id)
    form = PostponeForm(**TimedForm.values(_offered(span)), revision=revision)

    def act() -> None:
        planning_airings.postpone_airing(
            db.session,
            airing_id=airing_id,
            span=form.span,
            reason=form.reason.data,
            seen_revision=form.revision.data,
            actor=current_actor(),
            override_reason=form.override_reason.data or "",
        )

    return _planned(number, form, act, _("播出已改期。"), "console/office/postpone.html", was=span)


@blueprint.route("/airings/<uuid:airing_id>/replace", methods=["GET", "POST"])
@requires(Permission.PLAN_PROGRAMME)
def replace_airing(airing_id: uuid.UUID) -> Answer:
    number, span, revision = _airing(airing_id)
    form = ReplaceForm(revision=revision)
    form.offer(
        planning.episodes_with_state(
            db.session, Episode.withdrawn_at.is_(None), Episode.number != number, limit=100
        )
    )

    def act() -> None:
        planning_airings.replace_airing(
            db.session,
            airing_id=airing_id,
            by_episode_id=planning.episode(db.session, int(form.episode.data)).id,
            reason=form.reason.data,
            seen_revision=form.revision.data or 0,
            actor=current_actor(),
            override_reason=form.override_reason.data or "",
        )

    return _planned(number, form, act, _("播出已替换。"), "console/office/replace.html", was=span)


@blueprint.route("/airings/<uuid:airing_id>/cancel", methods=["GET", "POST"])
@requires(Permission.PLAN_PROGRAMME)
def cancel_airing(airing_id: uuid.UUID) -> Answer:
    number, span, revision = _airing(airing_id)
    form = ReasonForm(revision=revision)

    def act() -> None:
        planning_airings.cancel_airing(
            db.session,
            airing_id=airing_id,
            reason=form.reason.data,
            seen_revision=form.revision.data or 0,
            actor=current_actor(),
        )

    return _planned(number, form, act, _("播出已取消。"), "console/office/cancel_airing.html", was=span)


@blueprint.route("/episodes/<int(max=999999):number>/withdraw", methods=["GET", "POST"])
@requires(Permission.PLAN_PROGRAMME)
def withdraw(number: int) -> Answer:
    form = ReasonForm()

    def act() -> None:
        services.withdraw_episode(
            db.session,
            episode_id=planning.episode(db.session, number).id,
            reason=form.reason.data,
            actor=current_actor(),
        )

    return _planned(number, form, act, _("这一期已撤下。"), "console/office/withdraw.html")


def _like(number: int | None) -> dict[str, str]:
    """What the form for a new episode begins with: the words of an earlier one that is to be graded after all."""
    if number is None:
        return {}
    earlier = planning.episode(db.session, number)
    return {
        "season": str(earlier.season_id),
        "unit": str(earlier.unit_id),
        "title": earlier.title,
        "speaker_post": earlier.speaker_post,
        "summary": earlier.summary,
    }


def _carried_out(form: Form, act: Callable[[], object]) -> int | None:
    """Do what the form asks for; None when it is done, else the status of the page that shows the form (again)."""
    return refusal_of(form, act) if form.is_submitted() else 200


def _planned(
    number: int, form: PlanningForm, act: Callable[[], object], said: str, template: str, **shown: Any
) -> Answer:
    status = _carried_out(form, act)
    if status is None:
        return _gone_to(number, said)
    row = planning.episode_with_state(db.session, number)
    return render_template(template, form=form, row=row, **shown), status


def _gone_to(number: int, said: str) -> Response:
    flash(said, "ok")
    return go_to(url_for(".show", number=number))


def _airing(airing_id: uuid.UUID) -> tuple[int, Span, int]:
    row = planning_schedule.airing(db.session, airing_id)
    span = Span(starts_at=row.airing.starts_at, ends_at=row.airing.ends_at)
    return row.episode.number, span, row.airing.revision


def _proposed(length: timedelta, *, hour: int) -> Span:
    """Return what a new plan begins with: tomorrow at a usual hour."""
    day = clock.start_of(clock.today() + timedelta(days=1))
    starts_at = day + timedelta(hours=hour)
    return Span(starts_at=starts_at, ends_at=starts_at + length)


def _offered(span: Span) -> Span:
    """Return the time that the desk suggested in the address, of the same length; else the one that stands."""
    given = request.args.get("to", type=int)
    if given is None or not 0 < given < 2**32:
        return span
    return span.moved_to(datetime.fromtimestamp(given, UTC))
