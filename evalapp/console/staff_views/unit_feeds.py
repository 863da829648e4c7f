"""What comes from a unit's own systems, on its desk: tables of events with the answer to each row, and how its feed is."""

from flask import Blueprint, render_template
from werkzeug.wrappers import Response

from evalapp.approvals.queries import feeds, profiles
from evalapp.approvals.rules.rows import HEADINGS, KIND_WORDS
from evalapp.console.case_tables import MOST_UPLOAD, TakenTable, example_table, taken_table
from evalapp.console.faults import told_faults
from evalapp.console.forms.cases import CasesFileForm
from evalapp.core import clock
from evalapp.core.errors import DomainError
from evalapp.core.permissions import Permission
from evalapp.units import queries as units
from evalapp.units.models import Unit
from evalapp.web.access import current_actor, requires
from evalapp.web.bodies import takes
from evalapp.web.context import db

blueprint = Blueprint("unit_feeds", __name__, url_prefix="/desk/unit/cases")


@blueprint.get("/import")
@requires(Permission.HANDLE_CASES)
def table() -> str:
    return _page(CasesFileForm(formdata=None))


@blueprint.post("/import")
@requires(Permission.HANDLE_CASES)
@takes(lambda _settings: MOST_UPLOAD, to_disk=True)
def import_table() -> str | tuple[str, int]:
    form, unit_id = CasesFileForm(), _own_unit().id
    if not form.validate_on_submit():
        return _page(form), 422
    try:
        taken = taken_table(form.file.data, unit_id=unit_id, dry_run=form.dry_run.data, actor=current_actor())
    except DomainError as refusal:
        form.refuse(refusal)
        return _page(form, faults=told_faults(refusal)), refusal.status
    return _page(CasesFileForm(formdata=None), taken=taken)


@blueprint.get("/import/events.csv")
@requires(Permission.HANDLE_CASES)
def example() -> Response:
    return example_table()


@blueprint.get("/feed")
@requires(Permission.HANDLE_CASES)
def feed() -> str:
    unit, now = _own_unit(), clock.now()
    return render_template(
        "console/cases/unit_feed.html",
        unit=unit,
        feed=feeds.feed_of(db.session, unit.id, now=now),
        keys=feeds.keys(db.session, unit_id=unit.id, now=now),
        refusals=feeds.refusals(db.session, today=clock.today(), unit=unit.slug),
        reasons=feeds.REASON_WORDS,
        after_closing=feeds.after_closing(db.session, unit_id=unit.id),
        silent_days=profiles.in_force(db.session).own.feeds.silent_days,
    )


def _own_unit() -> Unit:
    return units.unit_of(db.session, current_actor())


def _page(
    form: CasesFileForm, *, faults: list[tuple[str, str]] | None = None, taken: TakenTable | None = None
) -> str:
    return render_template(
        "console/cases/import.html",
        unit=_own_unit(),
        form=form,
        faults=faults or [],
        taken=taken,
        headings=list(HEADINGS.values()),
        kinds=list(KIND_WORDS),
    )
