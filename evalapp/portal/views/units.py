"""The list of units and the page of one."""

from flask import render_template, url_for

from evalapp.core.i18n import N_
from evalapp.portal.queries import units
from evalapp.portal.queries.units import UnitPage
from evalapp.portal.views import following
from evalapp.portal.views.blueprint import blueprint
from evalapp.supervision.reading import rate_of
from evalapp.units.models import UnitKind
from evalapp.web.access import public
from evalapp.web.context import db
from evalapp.web.i18n import gettext, said

KINDS = {
    UnitKind.DEPARTMENT: N_("区级部门"),
    UnitKind.SUBDISTRICT: N_("街道"),
    UnitKind.SECTION: N_("科室"),
    UnitKind.VILLAGE: N_("村"),
}


@blueprint.get("/units", endpoint="units")
@public
def list_units() -> str:
    kinds = [(kind.value, gettext(name)) for kind, name in KINDS.items()]
    return render_template("portal/units.html", branches=units.branches(db.session), kinds=kinds)


@blueprint.get("/units/<slug>")
@public
def unit(slug: str) -> str:
    page = units.unit_page(db.session, slug)
    above = [(said(each.name), url_for("portal.unit", slug=each.slug)) for each in page.profile.above]
    return render_template(
        "portal/unit.html",
        page=page,
        on_time=rate_of(page.profile.unit.id),
        is_followed=following.follows_unit(page.profile.unit.id),
        links=[(gettext("部门"), url_for("portal.units")), *above],
        contact=_contact(page),
        figures=_figures(page),
        parts=_parts(page),
    )


def _contact(page: UnitPage) -> list[tuple[str, str]]:
    unit = page.profile.unit
    lines = [
        (gettext("地址"), unit.address),
        (gettext("电话"), unit.telephone),
        (gettext("办公时间"), unit.office_hours),
    ]
    return [(name, value) for name, value in lines if value]


def _figures(page: UnitPage) -> list[tuple[str, str, str]]:
    """What is known of the unit in numbers; a score never without its interval."""
    figures = [
        (gettext("公开承诺"), str(len(page.shown.pledges)), gettext("项")),
        (gettext("亮点工作"), str(len(page.shown.highlights)), gettext("项")),
        (gettext("上过节目"), str(len(page.episodes)), gettext("期")),
    ]
    newest = page.newest_result
    if newest is not None and newest.result.mean is not None and newest.result.half_width is not None:
        score, half = f"{float(newest.result.mean):.1f}", f"±{float(newest.result.half_width):.1f}"
        figures.append((gettext("最近一期得分"), score, half))
    return figures


def _parts(page: UnitPage) -> list[tuple[str, str]]:
    parts = [
        (gettext("职能"), "functions", bool(page.profile.functions)),
        (gettext("承诺"), "pledges", True),
        (gettext("亮点"), "highlights", bool(page.shown.highlights)),
        (gettext("低分和整改"), "low-grades", bool(page.low_grades)),
        (gettext("节目"), "episodes", True),
        (gettext("岗位"), "posts", bool(page.profile.posts or page.profile.below)),
    ]
    return [(name, part) for name, part, is_there in parts if is_there]
