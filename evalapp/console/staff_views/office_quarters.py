"""The office's quarters: the one that runs, unit by unit, those that were published, and reckoning one again."""

from flask import Blueprint, flash, render_template, url_for
from werkzeug.wrappers import Response

from evalapp.approvals.queries import profiles, quarters
from evalapp.approvals.rules.quarters import Figures, YearQuarter, graded
from evalapp.approvals.services import quarters as grading
from evalapp.console.forms.cards import RecountForm
from evalapp.console.reading import Running
from evalapp.core import clock
from evalapp.core.permissions import Permission
from evalapp.units import queries as units
from evalapp.web.access import current_actor, requires
from evalapp.web.acting import refusal_of
from evalapp.web.context import db
from evalapp.web.i18n import _
from evalapp.web.kept import kept_a_minute
from evalapp.web.links import go_to

blueprint = Blueprint("office_quarters", __name__, url_prefix="/desk/office/quarters")


@blueprint.get("")
@requires(Permission.SUPERVISE)
def index() -> str:
    one, rule = YearQuarter.of(clock.now()), profiles.in_force(db.session).own.quarter
    found = kept_a_minute("running_quarter", lambda: quarters.figures(db.session, one))
    rows = [
        Running(unit=unit, figures=figures, graded=graded(figures, rule))
        for unit in units.tree(db.session)
        if (figures := found.get(unit.id, Figures())) != Figures()
    ]
    rows.sort(key=lambda row: (row.graded.score is None, row.graded.score or 0, row.unit.slug))
    return render_template(
        "console/cards/quarters.html",
        running=one,
        rows=rows,
        rule=rule,
        closed=quarters.closed(db.session),
    )


@blueprint.get("/<slug>")
@requires(Permission.SUPERVISE)
def show(slug: str) -> str:
    return _page(slug)


@blueprint.post("/<slug>/<int(min=2000, max=9999):year>-Q<int(min=1, max=4):quarter>")
@requires(Permission.SUPERVISE)
def recount(slug: str, year: int, quarter: int) -> Response | tuple[str, int]:
    unit, one = units.unit(db.session, slug), YearQuarter(year=year, quarter=quarter)
    form, made = RecountForm(prefix=one.said), []
    if status := refusal_of(
        form,
        lambda: made.append(
            grading.recount(
                db.session,
                unit_id=unit.id,
                one=one,
                reason=form.reason.data or "",
                actor=current_actor(),
            )
        ),
    ):
        return _page(slug, refused=(one.said, form)), status
    flash(_("数变了，已公布更正；原来的还在。") if made[0] else _("重新计算的和公布的一样，没有更正。"), "ok")
    return go_to(url_for(".show", slug=slug))


def _page(slug: str, *, refused: tuple[str, RecountForm] | None = None) -> str:
    unit = units.unit(db.session, slug)
    published = quarters.of_unit(db.session, unit)
    forms = {one.said: RecountForm(formdata=None, prefix=one.said) for one in published}
    if refused is not None:
        forms[refused[0]] = refused[1]
    return render_template(
        "console/cards/quarter.html",
        unit=unit,
        published=published,
        forms=forms,
        refused=refused and refused[0],
    )
