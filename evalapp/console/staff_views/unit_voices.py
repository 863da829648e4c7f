"""What people say to a unit: by reason, moment, pledge, word and month; beside its class; and as an Excel file."""

from flask import Blueprint, Response, render_template

from evalapp.comments.queries import voices
from evalapp.console.queries.unit_voices import VoicesPage, voices_page
from evalapp.core import clock, workbooks
from evalapp.core.permissions import Permission
from evalapp.core.workbooks import Table
from evalapp.units import queries as units
from evalapp.web.access import current_actor, requires
from evalapp.web.context import db
from evalapp.web.i18n import _, language

blueprint = Blueprint("unit_voices", __name__, url_prefix="/desk/unit")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@blueprint.get("/voices")
@requires(Permission.REPLY_TO_COMMENTS)
def show() -> str:
    return render_template("console/voices/show.html", page=_page())


@blueprint.get("/voices.xlsx")
@requires(Permission.REPLY_TO_COMMENTS)
def export() -> Response:
    page = _page()
    name = f"voices-{page.unit.slug}-{clock.today().isoformat()}.xlsx"
    answer = Response(
        workbooks.workbook([*_counted(page), *_graded(page), _comments(page)]), content_type=XLSX
    )
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _page() -> VoicesPage:
    return voices_page(db.session, units.unit_of(db.session, current_actor()))


def _counted(page: VoicesPage) -> list[Table]:
    said = page.said
    return [
        Table(
            name=_("常说的词"),
            columns=[_("词"), _("多少人")],
            rows=[[one["word"], one["people"]] for one in said["words"]],
        ),
        Table(
            name=_("录像的时刻"),
            columns=[_("节目"), _("从第几秒"), _("留言")],
            rows=[[one["title"], one["second"], one["comments"]] for one in said["moments"]],
        ),
        Table(
            name=_("说到的承诺"),
            columns=[_("编号"), _("承诺"), _("留言")],
            rows=[[one["reference"], one["title"], one["comments"]] for one in said["pledges"]],
        ),
        Table(
            name=_("各月"),
            columns=[_("月份"), _("留言"), _("已答复")],
            rows=[[one["month"], one["comments"], one["answered"]] for one in said["months"]],
        ),
    ]


def _graded(page: VoicesPage) -> list[Table]:
    heard = page.heard
    return [
        Table(
            name=_("低分的理由"),
            columns=[_("维度"), _("理由"), _("多少人")],
            rows=[
                [_(one.dimension_name), one.en if language() == "en" else one.zh, one.people]
                for one in heard.reasons
            ],
        ),
        Table(
            name=_("得分"),
            columns=[_("期"), _("节目"), _("得分"), _("±"), _("多少人")],
            rows=[
                [one.number, one.title, _number(one.mean), _number(one.half_width), one.people]
                for one in heard.scores
            ],
        ),
        Table(
            name=_("说了没做到"),
            columns=[_("编号"), _("事项"), _("要做什么"), _("岗位"), _("哪天前")],
            rows=[[one.reference, one.title, one.what, one.post, one.due_on] for one in page.undone],
        ),
    ]


def _comments(page: VoicesPage) -> Table:
    return Table(
        name=_("留言"),
        columns=[
            _("编号"),
            _("日期"),
            _("节目"),
            _("从第几秒"),
            _("留言"),
            _("已答复"),
            _("我也遇到"),
        ],
        rows=[
            [
                one.reference,
                one.day,
                one.title,
                one.at_seconds,
                one.text,
                _("是") if one.is_answered else _("否"),
                one.met,
            ]
            for one in voices.comments(db.session, page.unit.id)
        ],
    )


def _number(text: str | None) -> float | None:
    return None if text is None else float(text)
