"""The office's desk of points given or taken by hand, always with a reason."""

import uuid

from flask import Blueprint, flash, render_template, url_for
from werkzeug.wrappers import Response

from evalapp.console.forms.matters import PointsForm
from evalapp.core.errors import Invalid
from evalapp.core.i18n import N_
from evalapp.core.permissions import Permission
from evalapp.supervision import services
from evalapp.supervision.queries import notices
from evalapp.units import queries as units
from evalapp.web.access import current_actor, requires
from evalapp.web.acting import refusal_of
from evalapp.web.context import db
from evalapp.web.i18n import _
from evalapp.web.links import go_to

blueprint = Blueprint("office_points", __name__, url_prefix="/desk/office/points")


@blueprint.get("")
@requires(Permission.SUPERVISE)
def points() -> str:
    return _page(_form())


@blueprint.post("")
@requires(Permission.SUPERVISE)
def change_points() -> Response | tuple[str, int]:
    form = _form()
    if status := refusal_of(
        form,
        lambda: services.change_points(
            db.session,
            unit_id=_unit_id(form),
            points=form.points.data,
            reason=form.reason.data,
            about=form.about.data or "",
            actor=current_actor(),
        ),
    ):
        return _page(form), status
    flash(_("分数已改，理由已公开。"), "ok")
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


def _page(form: PointsForm) -> str:
    return render_template(
        "console/matters/points.html", form=form, changes=notices.point_changes(db.session)
    )
