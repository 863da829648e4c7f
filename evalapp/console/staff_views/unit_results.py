"""The unit's published results, and its objections to them."""

from flask import Blueprint, flash, render_template, url_for
from werkzeug.wrappers import Response

from evalapp.console.forms.unit_results import ObjectionForm
from evalapp.core import clock
from evalapp.core.errors import NotFound
from evalapp.core.i18n import N_
from evalapp.core.permissions import Permission
from evalapp.results.queries import aftermath
from evalapp.results.queries import published as results
from evalapp.results.queries.published import PublishedResult
from evalapp.results.rules.objections import REASON_WORDS
from evalapp.results.services import objections
from evalapp.units import queries as units
from evalapp.units.models import Unit
from evalapp.web.access import current_actor, requires
from evalapp.web.acting import refusal_of
from evalapp.web.context import db
from evalapp.web.i18n import _
from evalapp.web.links import go_to

blueprint = Blueprint("unit_results", __name__, url_prefix="/desk/unit/results")


@blueprint.get("")
@requires(Permission.ANSWER_MATTERS)
def index() -> str:
    unit = _own_unit()
    return render_template(
        "console/results/unit_list.html",
        unit=unit,
        results=results.of_unit(db.session, unit.id),
        objections=aftermath.objections_by_episode(db.session, unit.id),
        reasons=REASON_WORDS,
        now=clock.now(),
    )


@blueprint.get("/<int(max=999999):number>/objection")
@requires(Permission.ANSWER_MATTERS)
def objection(number: int) -> str:
    return _page(_own_result(number), ObjectionForm(formdata=None))


@blueprint.post("/<int(max=999999):number>/objection")
@requires(Permission.ANSWER_MATTERS)
def make_objection(number: int) -> Response | tuple[str, int]:
    form = ObjectionForm()
    _own_result(number)  # another unit's does not exist here
    if status := refusal_of(
        form,
        lambda: objections.object_to_result(
            db.session,
            number=number,
            unit_id=_own_unit().id,
            reason=form.reason.data,
            text=form.text.data,
            actor=current_actor(),
        ),
    ):
        return _page(_own_result(number), form), status
    flash(_("异议已提出并公开，由评议办两人答复。"), "ok")
    return go_to(url_for(".index"))


def _own_unit() -> Unit:
    return units.unit_of(db.session, current_actor())


def _own_result(number: int) -> PublishedResult:
    found = results.published(db.session, number)
    if found.unit.id != _own_unit().id:
        raise NotFound(N_("这一期还没有公布结果。"))
    return found


def _page(found: PublishedResult, form: ObjectionForm) -> str:
    return render_template("console/results/objection.html", found=found, form=form, now=clock.now())
