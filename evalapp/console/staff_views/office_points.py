"""The office's desk of points given or taken by hand: with a reason, by two people."""

import uuid

from flask import Blueprint, flash, render_template, url_for
from werkzeug.wrappers import Response

from evalapp.console.forms.matters import PointsForm
from evalapp.core.errors import DomainError, Invalid, NotFound
from evalapp.core.i18n import N_
from evalapp.core.permissions import Permission
from evalapp.core.transaction import transaction
from evalapp.supervision import services
from evalapp.supervision.queries import notices
from evalapp.units import queries as units
from evalapp.web.access import current_actor, requires
from evalapp.web.acting import refusal_of
from evalapp.web.context import db
from evalapp.web.i18n import _, sentence
from evalapp.web.links import go_to

blueprint = Blueprint("office_points", __name__, url_prefix="/desk/office/points")


@blueprint.get("")
@requires(Permission.SUPERVISE)
def points() -> str:
    return _page(_form())


@blueprint.post("")
@requires(Permission.SUPERVISE)
def propose() -> Response | tuple[str, int]:
    form = _form()
    if status := refusal_of(
        form,
        lambda: services.propose_points(
            db.session,
            unit_id=_unit_id(form),
            points=form.points.data,
            reason=form.reason.data,
            about=form.about.data or "",
            actor=current_actor(),
        ),
    ):
        return _page(form), status
    flash(_("已提出，等另一人确认。"), "ok")
    return go_to(url_for(".points"))


@blueprint.post("/<uuid:change_id>/<any(confirm, drop):verb>")
@requires(Permission.SUPERVISE)
def decide(change_id: uuid.UUID, verb: str) -> Response | tuple[str, int]:
    """Confirm what a colleague proposed, or drop it."""
    service = services.confirm_points if verb == "confirm" else services.drop_points
    try:
        with transaction(db.session):
            service(db.session, change_id=change_id, actor=current_actor())
    except NotFound:
        raise
    except DomainError as refusal:
        return _page(_form(), conflict=refusal), refusal.status
    flash(_("分数已改，理由已公开。") if verb == "confirm" else _("已撤回，没有办。"), "ok")
    return go_to(url_for(".points"))


def _unit_id(form: PointsForm) -> uuid.UUID:
    try:
        return uuid.UUID(form.unit.data)
    except ValueError as error:
        raise Invalid(N_("请选单位。"), field="unit") from error


def _form() -> PointsForm:
    form = PointsForm()
    form.offer(units.tree(db.session))
    return form


def _page(form: PointsForm, *, conflict: DomainError | None = None) -> str:
    return render_template(
        "console/matters/points.html",
        form=form,
        waiting=notices.waiting_points(db.session),
        changes=notices.point_changes(db.session),
        conflict=sentence(conflict) if conflict else "",
    )
