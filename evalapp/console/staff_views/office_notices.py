"""Notices that the gateway did not take: listed, and tried again by hand."""

import uuid

from flask import Blueprint, flash, render_template, url_for
from werkzeug.wrappers import Response

from evalapp.core import jobs
from evalapp.core.permissions import Permission
from evalapp.core.transaction import transaction
from evalapp.notifications import queries
from evalapp.web.access import requires
from evalapp.web.context import db
from evalapp.web.i18n import _
from evalapp.web.links import go_to

blueprint = Blueprint("office_notices", __name__)


@blueprint.get("/desk/office/notices")
@requires(Permission.MODERATE_COMMENTS)
def undelivered() -> str:
    return render_template("console/moderation/notices.html", notices=queries.undelivered(db.session))


@blueprint.post("/desk/office/notices/<uuid:job_id>/retry")
@requires(Permission.MODERATE_COMMENTS)
def retry(job_id: uuid.UUID) -> Response:
    with transaction(db.session):
        queries.check_undelivered(db.session, job_id)
        jobs.retry(db.session, job_id)
    flash(_("会马上再发一次。"), "ok")
    return go_to(url_for(".undelivered"))
