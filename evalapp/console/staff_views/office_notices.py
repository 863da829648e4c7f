"""Letters that did not arrive, or of which nobody knows: listed, and decided by hand."""

import uuid

from flask import Blueprint, flash, render_template, url_for
from werkzeug.wrappers import Response

from evalapp.audit import services as audit
from evalapp.core import jobs
from evalapp.core.permissions import Permission
from evalapp.core.transaction import transaction
from evalapp.notifications.queries import letters as queries
from evalapp.notifications.services import letters
from evalapp.web.access import current_actor, requires
from evalapp.web.context import db
from evalapp.web.i18n import _
from evalapp.web.links import go_to

blueprint = Blueprint("office_notices", __name__)


@blueprint.get("/desk/office/notices")
@requires(Permission.MODERATE_COMMENTS)
def undelivered() -> str:
    return render_template(
        "console/moderation/notices.html",
        notices=queries.undelivered(db.session),
        doubtful=queries.doubtful(db.session),
    )


@blueprint.post("/desk/office/notices/<uuid:job_id>/retry")
@requires(Permission.MODERATE_COMMENTS)
def retry(job_id: uuid.UUID) -> Response:
    with transaction(db.session):
        queries.check_undelivered(db.session, job_id)
        jobs.retry(db.session, job_id)
    flash(_("会马上再发一次。"), "ok")
    return go_to(url_for(".undelivered"))


@blueprint.post("/desk/office/letters/<uuid:letter_id>/again")
@requires(Permission.MODERATE_COMMENTS)
def send_again(letter_id: uuid.UUID) -> Response:
    """Hand a doubtful letter over once more: its reader may get it twice."""
    with transaction(db.session):
        letters.send_again(db.session, letter_id)
        _record("letter.sent_again", letter_id)
    flash(_("会马上再发一次。"), "ok")
    return go_to(url_for(".undelivered"))


@blueprint.post("/desk/office/letters/<uuid:letter_id>/sent")
@requires(Permission.MODERATE_COMMENTS)
def take_as_sent(letter_id: uuid.UUID) -> Response:
    """Believe that a doubtful letter was sent: its reader may get none."""
    with transaction(db.session):
        letters.take_as_sent(db.session, letter_id)
        _record("letter.taken_as_sent", letter_id)
    flash(_("已记作发过。"), "ok")
    return go_to(url_for(".undelivered"))


def _record(action: str, letter_id: uuid.UUID) -> None:
    """The letter's short name alone: the record never says whose it was."""
    audit.record(db.session, actor=current_actor(), action=action, subject=letter_id.hex[:8])
