"""The public pages of the power list: the list, one power with its flowchart and history, its sheet of paper."""

from datetime import date, datetime

from flask import Blueprint, Response, render_template, request, url_for

from evalapp.core import clock
from evalapp.core.errors import NotFound
from evalapp.core.i18n import N_
from evalapp.powers import reading
from evalapp.powers.queries import lists
from evalapp.powers.queries import power as queries
from evalapp.powers.queries.lists import Wanted
from evalapp.powers.queries.versions import PastVersion
from evalapp.powers.rules.flow import bpmn, mermaid
from evalapp.powers.rules.history import shown_at
from evalapp.powers.rules.kinds import PowerKind, PowerState
from evalapp.powers.rules.profile import profile
from evalapp.web.access import public
from evalapp.web.context import db, platform
from evalapp.web.files import send_text
from evalapp.web.kept import kept_a_minute
from evalapp.web.qr import of_public_address

blueprint = Blueprint("powers", __name__)


@blueprint.get("/powers")
@public
def index() -> str:
    """The list with its filters by GET; what is no filter is passed over."""
    seen = kept_a_minute("powers", lambda: lists.overview(db.session))
    slug, kind = request.args.get("unit", ""), _kind(request.args.get("kind", ""))
    unit = next((each for each in seen.units if each.slug == slug), None)
    text = "".join(sign for sign in request.args.get("q", "") if sign.isprintable()).strip()[
        : lists.TEXT_LIMIT
    ]
    withdrawn = request.args.get("state") == PowerState.WITHDRAWN
    wanted = Wanted(
        unit_id=unit.id if unit else None,
        kind=kind,
        state=PowerState.WITHDRAWN if withdrawn else PowerState.PUBLISHED,
        text=text,
    )
    asked = {"unit": unit.slug if unit else "", "kind": kind or "", "q": text}
    asked["state"] = PowerState.WITHDRAWN.value if withdrawn else ""
    return render_template(
        "powers/index.html",
        page=lists.powers_page(db.session, wanted, cursor=request.args.get("cursor")),
        total=seen.total,
        by_kind=seen.by_unit[unit.id if unit else None],
        by_unit=seen.by_kind[kind],
        units=seen.units,
        unit=unit,
        kind=kind,
        text=text,
        is_withdrawn=withdrawn,
        asked={name: value for name, value in asked.items() if value},
        kinds=reading.kinds(),
        levels=reading.levels(),
    )


@blueprint.get("/powers/<code>")
@public
def power(code: str) -> str:
    shown = queries.undrawn_power(db.session, code)
    past = queries.versions(db.session, shown.power.id)
    chosen = _chosen(past)
    whole = queries.whole_versions(db.session, shown.power.id, chosen) if chosen else {}
    return render_template(
        "powers/power.html",
        shown=shown,
        said=shown.text,
        relatives=queries.relatives(db.session, shown.power),
        flowchart=reading.shown_flowchart(
            shown.version.flowchart_id, lambda key: queries.flowchart(db.session, key)
        ),
        versions=past,
        chosen=chosen,
        years=sorted({clock.local(version.shown_from).year for version in past} | {clock.today().year}),
        rows=reading.compared(whole[chosen[0]], whole[chosen[1]]) if chosen else [],
        today=clock.today(),
        words=reading.words(),
    )


@blueprint.get("/powers/<code>/print")
@public
def paper(code: str) -> str:
    """A sheet for the wall: everything on paper, with a code that leads back and the day."""
    shown = queries.shown_power(db.session, code)
    address = platform().settings.public_url + url_for(".power", code=shown.power.code)
    kept = shown.flowchart
    return render_template(
        "powers/paper.html",
        shown=shown,
        said=shown.text,
        drawings=reading.paper_flowchart(kept, name=shown.text.name) if kept is not None else [],
        entries=reading.entries(kept.chart) if kept is not None else [],
        code_picture=of_public_address(address),
        address=address,
        today=clock.today(),
        words=reading.words(),
    )


@blueprint.get("/powers/<code>/flowchart.bpmn")
@public
def flowchart_bpmn(code: str) -> Response:
    shown = queries.shown_power(db.session, code)
    if shown.flowchart is None:
        raise NotFound(N_("这项权力没有流程图。"))
    text = bpmn.written(shown.flowchart.chart, shown.flowchart.wide_places, name=shown.text.name)
    return send_text(text, content_type="application/xml", is_final=False)


@blueprint.get("/powers/<code>/flowchart.mmd")
@public
def flowchart_mermaid(code: str) -> Response:
    shown = queries.shown_power(db.session, code)
    if shown.flowchart is None:
        raise NotFound(N_("这项权力没有流程图。"))
    return send_text(mermaid.written(shown.flowchart.chart), content_type="text/plain", is_final=False)


@blueprint.get("/powers/rules")
@public
def rules() -> str:
    """How codes are made, what the levels of risk mean, and where that comes from."""
    return render_template("powers/rules.html", profile=profile(), words=reading.words())


def _kind(given: str) -> PowerKind | None:
    return PowerKind(given) if given in set(PowerKind) else None


def _chosen(past: list[PastVersion]) -> tuple[int, int] | None:
    """Which two versions are compared: by number, by the ends of two years, or the newest and the one before."""
    if len(past) > 1 and (request.args.get("old_year") or request.args.get("new_year")):
        old, new = (
            shown_at(past, _end_of_year(reading.asked_number(f"{which}_year"))) for which in ("old", "new")
        )
        if old is None or new is None:
            raise NotFound(N_("那一年还没有公布过这项权力。"))
        return old, new
    return reading.asked_versions(past)


def _end_of_year(year: int) -> datetime:
    return clock.end_of(date(min(max(year, 1900), 9000), 12, 31))
