"""What cases under a service item took: beside the guide's promise, by month, and the masked cases behind it."""

from flask import Blueprint, abort, render_template, request

from evalapp.approvals.queries import evidence
from evalapp.approvals.queries.evidence import Promise
from evalapp.approvals.rules.evidence import Evidence, Period
from evalapp.core import clock
from evalapp.powers.queries import items
from evalapp.powers.queries.items import ShownItem
from evalapp.web import asked
from evalapp.web.access import public
from evalapp.web.context import db

blueprint = Blueprint("record", __name__)
_MOST_PAGES = 1_000


@blueprint.get("/services/<code>/record")
@public
def item(code: str) -> str:
    """The year up to a month (`to`), each of its months, and the cases of one of them (`month`, `page`)."""
    shown = items.shown_item(db.session, code)
    to = asked.month("to") or clock.today().replace(day=1)
    promise = _promise(shown)
    record = evidence.of_item(db.session, shown.item.id, promise, at=clock.start_of(to))
    period = record.evidence.period or Period.of_year(to)
    chosen = asked.month("month")
    if chosen is None or not period.first <= chosen <= period.last:
        chosen = max(record.months, default=period.last)
    page = request.args.get("page", 1, type=int)
    if not 1 <= page <= _MOST_PAGES:
        abort(404)
    return render_template(
        "approvals/record.html",
        shown=shown,
        promise=promise,
        record=record,
        to=to,
        chosen=chosen,
        cases=evidence.cases_of_month(db.session, shown.item.id, chosen, term=promise.term, page=page),
    )


@blueprint.app_template_global("measured")
def measured(shown: ShownItem) -> Evidence:
    """What stands beside a guide's promise. Guides are below cases and cannot ask (decision 0035): their templates do."""
    return evidence.of_item(db.session, shown.item.id, _promise(shown)).evidence


def _promise(shown: ShownItem) -> Promise:
    """What the guide promises; of what is done on the spot the term is the profile's, and not told here."""
    said = shown.text
    return Promise(term=said.promised or said.statutory, statutory=said.statutory if said.promised else None)
