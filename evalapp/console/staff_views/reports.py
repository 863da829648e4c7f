"""The misconduct channel: the office sees which comments were moved, and only whoever handles reports reads them."""

from flask import Blueprint, flash, render_template, request, url_for
from werkzeug.wrappers import Response

from evalapp.comments import queries, services
from evalapp.comments.rules.sealing import CommentKeys
from evalapp.console.forms.moderation import HandBackForm
from evalapp.core.errors import Invalid
from evalapp.core.permissions import Permission
from evalapp.core.transaction import transaction
from evalapp.web.access import current_actor, requires
from evalapp.web.context import db, platform
from evalapp.web.i18n import _
from evalapp.web.links import go_to

blueprint = Blueprint("reports", __name__)


@blueprint.get("/desk/office/reports")
@requires(Permission.MODERATE_COMMENTS)
def moved() -> str:
    """References and nothing else."""
    return render_template(
        "console/reports/list.html",
        listed=queries.reports(db.session, after=request.args.get("after")),
        here=".moved",
        may_open=False,
    )


@blueprint.get("/desk/reports")
@requires(Permission.READ_REPORTS)
def reports() -> str:
    return render_template(
        "console/reports/list.html",
        listed=queries.reports(db.session, after=request.args.get("after")),
        here=".reports",
        may_open=True,
    )


@blueprint.get("/desk/reports/<reference>")
@requires(Permission.READ_REPORTS)
def show(reference: str) -> str:
    """Open a report; that it was opened, and by whom, is on record before anything is shown."""
    return _page(reference, HandBackForm(formdata=None))


@blueprint.post("/desk/reports/<reference>/take")
@requires(Permission.READ_REPORTS)
def take(reference: str) -> Response:
    with transaction(db.session):
        services.take(db.session, reference=reference, actor=current_actor())
    flash(_("已接收。"), "ok")
    return go_to(url_for(".show", reference=reference))


@blueprint.post("/desk/reports/<reference>/hand-back")
@requires(Permission.READ_REPORTS)
def hand_back(reference: str) -> Response | tuple[str, int]:
    form = HandBackForm()
    if not form.validate_on_submit():
        return _page(reference, form), 422
    try:
        with transaction(db.session):
            services.hand_back(
                db.session,
                reference=reference,
                actor=current_actor(),
                keys=CommentKeys.of(platform().keys),
                note=form.note.data or "",
            )
    except Invalid as refusal:
        form.refuse(refusal)
        return _page(reference, form), refusal.status
    flash(_("已退回留言审核。"), "ok")
    return go_to(url_for(".reports"))


def _page(reference: str, form: HandBackForm) -> str:
    with transaction(db.session):
        content = services.open_report(
            db.session, reference=reference, actor=current_actor(), keys=CommentKeys.of(platform().keys)
        )
    return render_template(
        "console/reports/show.html",
        content=content,
        report=queries.report_listed(db.session, reference),
        form=form,
    )
