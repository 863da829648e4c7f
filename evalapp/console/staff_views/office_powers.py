"""The office's view of the power list: how each unit keeps its part, each unit's list, the table of all units."""

import enum
from collections.abc import Sequence

from flask import Blueprint, Response, flash, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from evalapp.console.faults import told_faults
from evalapp.console.forms.unit_powers import PowersFileForm
from evalapp.console.power_tables import MOST_UPLOAD, sent_table, taken_table, told_import
from evalapp.core import clock
from evalapp.core.errors import DomainError
from evalapp.core.i18n import N_
from evalapp.core.permissions import Permission
from evalapp.powers import reading
from evalapp.powers.queries import district, lists
from evalapp.powers.queries.district import UnitPowers
from evalapp.powers.rules.profile import profile
from evalapp.units import queries as units
from evalapp.web.access import requires
from evalapp.web.bodies import takes
from evalapp.web.context import db
from evalapp.web.i18n import gettext
from evalapp.web.links import go_to

blueprint = Blueprint("office_powers", __name__, url_prefix="/desk/office/powers")


class Show(enum.StrEnum):
    """Which units the overview shows."""

    ALL = "all"
    DRAFTS = "drafts"
    FAULTY = "faulty"
    ENDED = "ended"
    GUIDES = "guides"
    EMPTY = "empty"


_SHOWS = {
    Show.ALL: N_("全部单位"),
    Show.DRAFTS: N_("有草稿"),
    Show.FAULTY: N_("流程图有问题"),
    Show.ENDED: N_("有依据已失效"),
    Show.GUIDES: N_("缺办事指南"),
    Show.EMPTY: N_("还没有写"),
}


@blueprint.get("")
@requires(Permission.SUPERVISE)
def index() -> str:
    return _overview(PowersFileForm(formdata=None))


@blueprint.get("/units/<slug>")
@requires(Permission.SUPERVISE)
def unit(slug: str) -> str:
    """A unit's powers in every state; what a draft says is the unit's own until it is published."""
    of = units.unit(db.session, slug)
    return render_template(
        "console/powers/office_unit.html",
        unit=of,
        page=lists.unit_list(db.session, of.id, cursor=request.args.get("cursor")),
        today=clock.today(),
        kinds=reading.kinds(),
        levels=reading.levels(),
    )


@blueprint.get("/table.<kind>")
@requires(Permission.SUPERVISE)
def table(kind: str) -> Response:
    """The published powers of all units as a table that can be handed in again."""
    return sent_table(kind)


@blueprint.post("/import")
@requires(Permission.MANAGE_UNITS)
@takes(lambda _settings: MOST_UPLOAD, to_disk=True)
def import_table() -> Answer | tuple[str, int]:
    """Take over a table of all units, or only look at it; every fault is shown with its cell."""
    form = PowersFileForm()
    if not form.validate_on_submit():
        return _overview(form), 422
    try:
        found = taken_table(form.file.data, dry_run=form.dry_run.data)
    except DomainError as refusal:
        form.refuse(refusal)
        return _overview(form, faults=told_faults(refusal)), refusal.status
    flash(told_import(found, dry_run=form.dry_run.data), "ok")
    return go_to(url_for(".index"))


def _overview(form: PowersFileForm, *, faults: Sequence[tuple[str, str]] = ()) -> str:
    rows = district.rows(db.session)
    given = request.args.get("show", "")
    show = Show(given) if given in set(Show) else Show.ALL
    return render_template(
        "console/powers/office.html",
        rows=[row for row in rows if _is_wanted(row, show)],
        shown=gettext(_SHOWS[show]),
        shows=[
            (
                f"{gettext(words)} {sum(_is_wanted(row, each) for row in rows)}",
                url_for(".index", show=each.value),
                each is show,
            )
            for each, words in _SHOWS.items()
        ],
        published=sum(row.published for row in rows),
        drafts=sum(row.drafts for row in rows),
        without_guide=sum(row.without_guide for row in rows),
        ended=sum(row.ended for row in rows),
        applied_for=[reading.kinds()[kind] for kind in profile().applied_for],
        form=form,
        faults=faults,
    )


def _is_wanted(row: UnitPowers, show: Show) -> bool:
    match show:
        case Show.ALL:
            return True
        case Show.DRAFTS:
            return row.drafts > 0
        case Show.FAULTY:
            return row.faulty > 0 or row.without_flowchart > 0
        case Show.ENDED:
            return row.ended > 0
        case Show.GUIDES:
            return row.without_guide > 0
        case Show.EMPTY:
            return row.is_empty
