"""The beginnings of replies that a unit keeps for itself."""

import uuid

from flask import Blueprint, flash, render_template, url_for
from werkzeug.wrappers import Response

from evalapp.comments import queries, services
from evalapp.console.forms.inbox import TemplateForm
from evalapp.core.permissions import Permission
from evalapp.core.transaction import transaction
from evalapp.units import queries as units
from evalapp.web.access import current_actor, requires
from evalapp.web.acting import refusal_of
from evalapp.web.context import db
from evalapp.web.i18n import _
from evalapp.web.links import go_to

blueprint = Blueprint("unit_templates", __name__, url_prefix="/desk/unit/reply-templates")


@blueprint.get("")
@requires(Permission.REPLY_TO_COMMENTS)
def templates() -> str:
    return _page(TemplateForm(formdata=None))


@blueprint.post("")
@requires(Permission.REPLY_TO_COMMENTS)
def keep() -> Response | tuple[str, int]:
    form, unit = TemplateForm(), units.unit_of(db.session, current_actor())
    if status := refusal_of(
        form,
        lambda: services.keep_template(
            db.session,
            unit_id=unit.id,
            title=form.title.data,
            text=form.text.data,
            actor=current_actor(),
        ),
    ):
        return _page(form), status
    flash(_("模板已存，写回复时可以选。"), "ok")
    return go_to(url_for(".templates"))


@blueprint.post("/<uuid:template_id>/drop")
@requires(Permission.REPLY_TO_COMMENTS)
def drop(template_id: uuid.UUID) -> Response:
    unit_id = units.unit_of(db.session, current_actor()).id
    with transaction(db.session):
        services.drop_template(db.session, unit_id=unit_id, template_id=template_id)
    flash(_("模板已删。"), "ok")
    return go_to(url_for(".templates"))


def _page(form: TemplateForm) -> str:
    unit = units.unit_of(db.session, current_actor())
    return render_template(
        "console/inbox/templates.html",
        unit=unit,
        form=form,
        templates=queries.templates(db.session, unit.id),
    )
