"""The unit's powers: drafting, publishing, withdrawing, whole tables. Another unit's power does not exist here."""

from collections.abc import Sequence

from flask import Blueprint, Response, flash, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from evalapp.console.faults import told_faults
from evalapp.console.forms.unit_pledges import WithdrawForm
from evalapp.console.forms.unit_powers import NewPowerForm, PowerForm, PowersFileForm, PublishForm
from evalapp.console.power_tables import MOST_UPLOAD, sent_table, taken_table, told_import
from evalapp.core import clock
from evalapp.core.errors import Conflict, DomainError, Invalid
from evalapp.core.permissions import Permission
from evalapp.core.transaction import transaction
from evalapp.powers import reading, services
from evalapp.powers.queries import lists
from evalapp.powers.queries import power as queries
from evalapp.powers.queries.power import OwnPower
from evalapp.powers.rules.flow import checks
from evalapp.units import queries as units
from evalapp.units.models import Unit
from evalapp.web.access import current_actor, requires
from evalapp.web.acting import refusal_of
from evalapp.web.bodies import takes
from evalapp.web.context import db
from evalapp.web.formbase import Form
from evalapp.web.i18n import _, gettext
from evalapp.web.links import go_to

blueprint = Blueprint("unit_powers", __name__, url_prefix="/desk/unit/powers")


@blueprint.get("")
@requires(Permission.KEEP_UNIT)
def powers() -> str:
    return _list_page(PowersFileForm(formdata=None))


@blueprint.get("/new")
@requires(Permission.KEEP_UNIT)
def new() -> str:
    return _new_page(NewPowerForm())


@blueprint.post("/new")
@requires(Permission.KEEP_UNIT)
def draft() -> Answer | tuple[str, int]:
    unit, form = _own_unit(), NewPowerForm()
    if not form.validate_on_submit():
        return _new_page(form), 422
    try:
        with transaction(db.session):
            made = services.draft_power(
                db.session,
                unit_id=unit.id,
                code=form.code.data,
                text=form.text(form.kind.data),
                parent=form.parent.data or "",
                actor=current_actor(),
            )
    except (Invalid, Conflict) as refusal:
        form.refuse(refusal)
        return _new_page(form), refusal.status
    flash(_("草稿已存。接着画流程图，再公布。"), "ok")
    return go_to(url_for("unit_flowcharts.editor", code=made.code))


@blueprint.get("/<code>")
@requires(Permission.KEEP_UNIT)
def power(code: str) -> str:
    return _page(_own(code))


@blueprint.post("/<code>")
@requires(Permission.KEEP_UNIT)
def save(code: str) -> Answer | tuple[str, int]:
    own, form = _own(code), PowerForm()
    power_id, kind = own.power.id, own.power.kind
    refused = refusal_of(
        form,
        lambda: services.save_draft(
            db.session,
            power_id=power_id,
            text=form.text(kind),
            actor=current_actor(),
            seen_revision=form.seen.data,
        ),
    )
    if refused:
        return _page(_own(code), form=form), refused
    flash(_("草稿已存，居民还看不到。"), "ok")
    return go_to(url_for(".power", code=own.power.code))


@blueprint.post("/<code>/publish")
@requires(Permission.KEEP_UNIT)
def publish(code: str) -> Answer | tuple[str, int]:
    own, form = _own(code), PublishForm(prefix="publish-")
    power_id = own.power.id
    refused = refusal_of(
        form,
        lambda: services.publish_power(
            db.session,
            power_id=power_id,
            reason=form.reason.data or "",
            actor=current_actor(),
            seen_revision=form.seen.data,
        ),
    )
    if refused:
        return _page(_own(code), publish=form), refused
    flash(_("已公布，原来的一版留在历史里。"), "ok")
    return go_to(url_for(".power", code=own.power.code))


@blueprint.post("/<code>/withdraw")
@requires(Permission.KEEP_UNIT)
def withdraw(code: str) -> Answer | tuple[str, int]:
    own, form = _own(code), WithdrawForm(prefix="withdraw-")
    power_id = own.power.id
    refused = refusal_of(
        form,
        lambda: services.withdraw_power(
            db.session, power_id=power_id, reason=form.reason.data, actor=current_actor()
        ),
    )
    if refused:
        return _page(_own(code), withdrawing=form), refused
    flash(_("权力已撤回，内容和原因仍可查看。"), "ok")
    return go_to(url_for(".powers"))


@blueprint.post("/<code>/discard")
@requires(Permission.KEEP_UNIT)
def discard(code: str) -> Answer:
    own = _own(code)
    with transaction(db.session):
        services.discard_draft(db.session, power_id=own.power.id, actor=current_actor())
    flash(_("草稿已放弃。"), "ok")
    return go_to(url_for(".powers"))


@blueprint.get("/table.<kind>")
@requires(Permission.KEEP_UNIT)
def table(kind: str) -> Response:
    """The unit's published powers as a table that can be handed in again."""
    return sent_table(kind, unit_id=_own_unit().id)


@blueprint.post("/import")
@requires(Permission.KEEP_UNIT)
@takes(lambda _settings: MOST_UPLOAD, to_disk=True)
def import_table() -> Answer | tuple[str, int]:
    """Take over a table, or only look at it; every fault is shown with its cell."""
    form = PowersFileForm()
    if not form.validate_on_submit():
        return _list_page(form), 422
    try:
        found = taken_table(form.file.data, dry_run=form.dry_run.data, unit_id=_own_unit().id)
    except DomainError as refusal:
        form.refuse(refusal)
        return _list_page(form, faults=told_faults(refusal)), refusal.status
    flash(told_import(found, dry_run=form.dry_run.data), "ok")
    return go_to(url_for(".powers"))


def _own_unit() -> Unit:
    return units.unit_of(db.session, current_actor())


def _own(code: str) -> OwnPower:
    return queries.power_of_unit(db.session, code, unit_id=_own_unit().id)


def _new_page(form: NewPowerForm) -> str:
    unit = _own_unit()
    above = queries.parents_of_unit(db.session, unit.id)
    form.parent.choices = [
        ("", gettext("（没有，是主项）")),
        *((each.code, f"{each.code} {each.name}") for each in above),
    ]
    return render_template("console/powers/new.html", unit=unit, form=form)


def _list_page(form: PowersFileForm, *, faults: Sequence[tuple[str, str]] = ()) -> str:
    unit = _own_unit()
    return render_template(
        "console/powers/list.html",
        unit=unit,
        page=lists.unit_list(db.session, unit.id, cursor=request.args.get("cursor")),
        form=form,
        faults=faults,
        today=clock.today(),
        words=reading.words(),
    )


def _page(own: OwnPower, **shown: Form) -> str:
    chart = own.flowchart
    found = checks.findings(chart.chart, term=own.text.term) if chart is not None else []
    forms: dict[str, Form] = {
        "form": PowerForm.of(own),
        "publish": PublishForm(formdata=None, prefix="publish-", seen=own.revision),
        "withdrawing": WithdrawForm(formdata=None, prefix="withdraw-"),
    }
    return render_template(
        "console/powers/edit.html",
        unit=_own_unit(),
        own=own,
        flowchart=reading.own_flowchart(chart),
        findings=[(one.is_fault, reading.finding_words(one)) for one in found],
        versions=queries.versions(db.session, own.power.id),
        words=reading.words(),
        **(forms | shown),
    )
