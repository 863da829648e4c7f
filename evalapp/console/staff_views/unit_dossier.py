"""The dossiers of a unit's episodes: the report, and beside it what the episode will show of the unit."""

from flask import Blueprint, flash, render_template, request, url_for
from werkzeug.wrappers import Response

from evalapp.console.forms.unit_dossier import ReportForm
from evalapp.console.queries import unit_dossier as queries
from evalapp.console.queries.unit_dossier import DossierPage
from evalapp.core.errors import Conflict, Invalid
from evalapp.core.permissions import Permission
from evalapp.core.transaction import transaction
from evalapp.programme.rules import REPORT_LIMIT
from evalapp.programme.services import planning_dossier as services
from evalapp.units import queries as units
from evalapp.units.models import Unit
from evalapp.web.access import current_actor, requires
from evalapp.web.context import db
from evalapp.web.i18n import _
from evalapp.web.links import go_to

blueprint = Blueprint("unit_dossier", __name__, url_prefix="/desk/unit/dossiers")


@blueprint.get("")
@requires(Permission.KEEP_UNIT)
def dossiers() -> str:
    unit = _own_unit()
    return render_template(
        "console/dossiers/list.html", unit=unit, rows=queries.dossiers(db.session, unit.id)
    )


@blueprint.get("/<int(max=999999):number>")
@requires(Permission.KEEP_UNIT)
def dossier(number: int) -> str:
    return _page(_own_dossier(number))


@blueprint.post("/<int(max=999999):number>")
@requires(Permission.KEEP_UNIT)
def write(number: int) -> Response | tuple[str, int]:
    page, form = _own_dossier(number), ReportForm()
    if not form.validate_on_submit():
        return _page(page, form), 422
    hands_in = request.form.get("act") == "hand-in"
    try:
        with transaction(db.session):
            episode_id = page.row.episode.id
            services.write_report(
                db.session,
                episode_id=episode_id,
                report=form.report.data,
                actor=current_actor(),
                seen_version=form.seen.data,
            )
            if hands_in:
                services.hand_in(db.session, episode_id=episode_id, actor=current_actor())
    except (Invalid, Conflict) as refusal:
        form.refuse(refusal)
        return _page(_own_dossier(number), form), refusal.status
    flash(_("材料已报送。播出以前还可以改。") if hands_in else _("报告已保存。"), "ok")
    return go_to(url_for(".dossier", number=number))


def _own_unit() -> Unit:
    return units.unit_of(db.session, current_actor())


def _own_dossier(number: int) -> DossierPage:
    return queries.dossier(db.session, unit_id=_own_unit().id, number=number)


def _page(page: DossierPage, form: ReportForm | None = None) -> str:
    if form is None:
        form = ReportForm(formdata=None, seen=page.version, report=page.report)
    return render_template(
        "console/dossiers/edit.html",
        page=page,
        form=form,
        limit=REPORT_LIMIT,
        length=len((form.report.data or "").strip()),
    )
