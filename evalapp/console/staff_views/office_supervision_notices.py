"""The office's list of supervision notices, and one as a sheet of paper."""

from flask import Blueprint, render_template, url_for

from evalapp.core.permissions import Permission
from evalapp.supervision.queries import notices
from evalapp.supervision.reading import page_number
from evalapp.supervision.rules import states
from evalapp.web.access import requires
from evalapp.web.context import db

blueprint = Blueprint("office_supervision_notices", __name__, url_prefix="/desk/office/supervision-notices")


@blueprint.get("")
@requires(Permission.SUPERVISE)
def list_notices() -> str:
    return render_template(
        "console/matters/notices.html",
        notices=notices.notice_page(db.session, page=page_number()),
        page_href=lambda n: url_for(".list_notices", page=n),
    )


@blueprint.get("/<number>")
@requires(Permission.SUPERVISE)
def print_notice(number: str) -> str:
    found = notices.notice(db.session, number)
    return render_template("console/matters/notice.html", one=found, stages=states.STAGE_WORDS)
