"""Explanations, and the reader's own choices of language and size."""

from flask import render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from evalapp.portal.queries import explanations
from evalapp.portal.views.blueprint import blueprint
from evalapp.web.access import public
from evalapp.web.context import db, platform
from evalapp.web.i18n import COOKIE as LANGUAGE_COOKIE
from evalapp.web.i18n import LANGUAGES
from evalapp.web.links import go_to, onward
from evalapp.web.page import CARE_COOKIE

_YEAR = 365 * 24 * 3600


@blueprint.get("/preferences")
@public
def preferences() -> AnyResponse:
    """Remember the language or the size that the reader chose, and go back to the page."""
    answer = go_to(onward(request.args.get("next"), otherwise=url_for("portal.home")))
    for name, allowed in ((LANGUAGE_COOKIE, LANGUAGES), (CARE_COOKIE, ("0", "1"))):
        chosen = request.args.get(name)
        if chosen in allowed:
            secure = platform().settings.secure_cookies
            answer.set_cookie(name, str(chosen), max_age=_YEAR, secure=secure, httponly=True, samesite="Lax")
    return answer


@blueprint.get("/about")
@public
def about() -> str:
    return render_template("portal/about.html")


@blueprint.get("/rules")
@public
def rules() -> str:
    return render_template(
        "portal/rules.html",
        rules=explanations.rules_in_force(db.session),
        moderation=platform().settings.comment_moderation,
    )


@blueprint.get("/privacy")
@public
def privacy() -> str:
    return render_template("portal/privacy.html")
