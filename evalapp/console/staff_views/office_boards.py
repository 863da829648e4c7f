"""The office's boards: what is silent in the district, and how each board accounts."""

from flask import Blueprint, flash, render_template, url_for
from werkzeug.wrappers import Response

from evalapp.console.forms.unit_boards import BoardForm
from evalapp.core.permissions import Permission
from evalapp.disclosures import reading, services
from evalapp.disclosures.queries import boards, district
from evalapp.disclosures.rules.catalogue import catalogue
from evalapp.disclosures.rules.silence import Silence, Standing
from evalapp.web.access import current_actor, requires
from evalapp.web.acting import refusal_of
from evalapp.web.context import db
from evalapp.web.i18n import _
from evalapp.web.links import go_to

blueprint = Blueprint("office_boards", __name__, url_prefix="/desk/office/boards")


@blueprint.get("")
@requires(Permission.SUPERVISE)
def index() -> str:
    rows = district.rows(db.session)
    totals: dict[Standing, int] = {}
    for row in rows:
        for standing, count in row.silence.counts.items():
            totals[standing] = totals.get(standing, 0) + count
    return render_template(
        "console/boards/office.html",
        rows=sorted(rows, key=lambda row: (-row.silence.missing, -row.silence.late, row.unit.sort_key)),
        silence=Silence(counts=totals),
        rules=catalogue(),
    )


@blueprint.get("/<slug>")
@requires(Permission.SUPERVISE)
def show(slug: str) -> str:
    return _page(slug)


@blueprint.post("/<slug>")
@requires(Permission.SUPERVISE)
def set_board(slug: str) -> Response | tuple[str, int]:
    unit, _board = boards.unit_and_board(db.session, slug)
    unit_id, form = unit.id, BoardForm()
    refused = refusal_of(
        form,
        lambda: services.set_board(
            db.session,
            board_id=services.ensure_board(db.session, unit_id=unit_id).id,
            is_busy=form.is_busy.data,
            watched_from=form.watched_from.data,
            actor=current_actor(),
        ),
    )
    if refused:
        return _page(slug, form), refused
    flash(_("公开栏的设置已保存。"), "ok")
    return go_to(url_for(".show", slug=slug))


def _page(slug: str, form: BoardForm | None = None) -> str:
    page = boards.board_page(db.session, slug)
    board = page.board
    return render_template(
        "console/boards/office_board.html",
        page=page,
        form=form
        or BoardForm(
            formdata=None,
            is_busy=board is not None and board.is_busy,
            watched_from=board.watched_from if board else None,
        ),
        **reading.words(),
    )
