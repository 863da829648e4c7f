"""The address that stands in every letter: it shows what it would stop, and stops it."""

from flask import Blueprint, Response, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from evalapp.core.transaction import transaction
from evalapp.notifications.services import stopping
from evalapp.web.access import public
from evalapp.web.context import db, platform
from evalapp.web.links import go_to

blueprint = Blueprint("notifications", __name__)
# A mail program posts here for its reader, without having seen our page (RFC 8058); the signed address is the proof.
WITHOUT_TOKEN = ("notifications.stop_letters",)
_ONE_CLICK = ("List-Unsubscribe", "One-Click")


@blueprint.get("/stop/letters/<token>")
@public
def show_stop(token: str) -> str:
    """Opening the address changes nothing: programs that look at links in letters open it too."""
    found = stopping.stoppable(db.session, platform().keys, token)
    return render_template("notifications/stop.html", is_stopped=found.is_stopped)


@blueprint.post("/stop/letters/<token>")
@public
def stop_letters(token: str) -> AnyResponse:
    found = stopping.stoppable(db.session, platform().keys, token)
    with transaction(db.session):
        stopping.stop(db.session, found)
    if request.form.get(_ONE_CLICK[0]) == _ONE_CLICK[1]:
        return Response(status=204)  # mail programs follow no redirect
    return go_to(url_for(".show_stop", token=token))
