"""The editor of a power's flowchart: one step at a time, by plain forms; with JavaScript the drawing follows what is typed."""

from flask import Blueprint, flash, render_template, request, url_for
from werkzeug.wrappers import Response

from evalapp.console.forms.unit_powers import FlowchartTextForm, StepForm
from evalapp.core.errors import Conflict, Invalid, Unavailable
from evalapp.core.i18n import N_
from evalapp.core.permissions import Permission
from evalapp.core.transaction import transaction
from evalapp.powers import reading, services
from evalapp.powers.queries import power as queries
from evalapp.powers.queries.power import OwnPower
from evalapp.powers.rules.flow import bpmn, checks, editing, mermaid
from evalapp.powers.rules.flow.column import column
from evalapp.powers.rules.flow.graph import Flowchart, cleaned
from evalapp.powers.rules.flow.order import reading_order
from evalapp.powers.services.layout import placed
from evalapp.units import queries as units
from evalapp.web.access import current_actor, requires
from evalapp.web.bodies import takes
from evalapp.web.context import db
from evalapp.web.formbase import Form
from evalapp.web.i18n import _, gettext, sentence
from evalapp.web.links import go_to

blueprint = Blueprint("unit_flowcharts", __name__, url_prefix="/desk/unit/powers/<code>/flowchart")
_MOST_UPLOAD = 3 * 1024**2


@blueprint.get("")
@requires(Permission.KEEP_UNIT)
def editor(code: str) -> str:
    return _page(_own(code))


@blueprint.post("/begin")
@requires(Permission.KEEP_UNIT)
def begin(code: str) -> Response:
    """Begin a flowchart where there is none."""
    own = _own(code)
    if own.flowchart is not None:
        raise Conflict(N_("这项权力已经有流程图了。"))
    chart = editing.beginning(start="提出申请", end="办结")
    _keep(own, chart, seen=own.revision)
    return go_to(url_for(".editor", code=own.power.code, step="n1"))


@blueprint.post("/steps/<key>")
@requires(Permission.KEEP_UNIT)
def save_step(code: str, key: str) -> Response | tuple[str, int]:
    """Keep a step as typed, and then put one behind it, move it or take it out, as the pressed button says."""
    own, form = _own(code), StepForm()
    chart = _chart(own)
    editing.step_of(chart, key)
    if not form.validate_on_submit():
        return _page(own, form=form, key=key), 422
    try:
        changed, onward = _changed(chart, key, form)
        _keep(own, changed, seen=form.seen.data)
    except (Invalid, Conflict, Unavailable) as refusal:
        form.refuse(refusal)
        return _page(_own(code), form=form, key=key), refusal.status
    flash(_("已存。"), "ok")
    return go_to(url_for(".editor", code=own.power.code, step=onward) + "#step-form")


@blueprint.post("/steps/<key>/preview")
@requires(Permission.KEEP_UNIT)
def preview(code: str, key: str) -> str:
    """What the chart would be with the step as it is typed just now; nothing is kept."""
    own, form = _own(code), StepForm()
    chart = _chart(own)
    editing.step_of(chart, key)
    if not form.validate_on_submit():
        refused = next((str(field.errors[0]) for field in form if field.errors), "")
        return render_template("console/powers/_preview.html", drawing=None, findings=[], refused=refused)
    try:
        chart = cleaned(editing.with_step(chart, form.step(key), form.ways_out(key)))
        return render_template("console/powers/_preview.html", **_drawn(own, chart), refused="")
    except (Invalid, Unavailable) as refusal:
        return render_template(
            "console/powers/_preview.html", drawing=None, findings=[], refused=sentence(refusal)
        )


@blueprint.post("/text")
@requires(Permission.KEEP_UNIT)
@takes(lambda _settings: _MOST_UPLOAD)
def take_text(code: str) -> Response | tuple[str, int]:
    """Take over a whole flowchart from elsewhere."""
    own, form = _own(code), FlowchartTextForm(prefix="text-")
    if not form.validate_on_submit():
        return _page(own, text=form), 422
    try:
        given = form.file.data
        chart = bpmn.read(given.read()) if given else mermaid.read(form.mermaid.data or "")
        _keep(own, chart, seen=form.seen.data)
    except (Invalid, Conflict, Unavailable) as refusal:
        form.refuse(refusal)
        return _page(_own(code), text=form), refusal.status
    flash(_("流程图已换成交来的这一份。"), "ok")
    return go_to(url_for(".editor", code=own.power.code))


def _changed(chart: Flowchart, key: str, form: StepForm) -> tuple[Flowchart, str]:
    """The chart with the step as typed and what the button asks for; and the step to go on with."""
    typed = editing.with_step(chart, form.step(key), form.ways_out(key))
    match request.form.get("do", "save"):
        case "add":
            return editing.added_after(cleaned(typed), key, title=gettext("新的一步"))
        case "up":
            return editing.moved(typed, key, up=True), key
        case "down":
            return editing.moved(typed, key, up=False), key
        case "remove":
            order = reading_order(chart)
            near = order[max(order.index(key) - 1, 0)]
            return editing.removed(chart, key), near if near != key else order[-1]
        case _:
            return typed, key


def _keep(own: OwnPower, chart: Flowchart, *, seen: int | None) -> None:
    """Keep a chart as the draft's; graphviz is asked ahead of the transaction, which finds what it answered."""
    placed(cleaned(chart))
    with transaction(db.session):
        services.save_draft(
            db.session,
            power_id=own.power.id,
            flowchart=chart,
            actor=current_actor(),
            seen_revision=seen,
        )


def _own(code: str) -> OwnPower:
    unit = units.unit_of(db.session, current_actor())
    return queries.power_of_unit(db.session, code, unit_id=unit.id)


def _chart(own: OwnPower) -> Flowchart:
    if own.flowchart is None:
        raise Conflict(N_("还没有流程图，请先开始。"))
    return own.flowchart.chart


def _drawn(own: OwnPower, chart: Flowchart) -> dict[str, object]:
    found = checks.findings(chart, term=own.text.term)
    return {
        "drawing": reading.drawn_twice(chart, placed(chart), column(chart)),
        "findings": [(one.is_fault, reading.finding_words(one)) for one in found],
    }


def _page(own: OwnPower, *, key: str = "", **shown: Form) -> str:
    kept = own.flowchart
    chart = kept.chart if kept is not None else None
    asked = key or request.args.get("step", "")
    chosen = asked if chart and asked in chart.by_key else reading_order(chart)[0] if chart else ""
    form = shown.get("form")
    if isinstance(form, StepForm) and chart:
        form.offer(chart, chosen)
    found = checks.findings(chart, term=own.text.term) if chart else []
    return render_template(
        "console/powers/flowchart.html",
        unit=units.unit_of(db.session, current_actor()),
        own=own,
        chosen=chosen,
        entries=reading.entries(chart) if chart else [],
        flowchart=reading.own_flowchart(kept),
        findings=[(one.is_fault, reading.finding_words(one)) for one in found],
        form=form or (StepForm.of(chart, chosen, seen=own.revision) if chart else None),
        text=shown.get("text") or FlowchartTextForm(formdata=None, prefix="text-", seen=own.revision),
    )
