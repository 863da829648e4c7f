"""The public pages: home, episodes, units, search, explanations, and the reader's own choices of language and size."""

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from evalapp.core.i18n import N_
from evalapp.portal.models import FoundKind
from evalapp.portal.queries import explanations, search
from evalapp.web.access import public
from evalapp.web.context import db, platform
from evalapp.web.i18n import COOKIE as LANGUAGE_COOKIE
from evalapp.web.i18n import LANGUAGES, gettext
from evalapp.web.links import onward
from evalapp.web.page import CARE_COOKIE

blueprint = Blueprint("portal", __name__)
KINDS = {FoundKind.EPISODE: N_("节目"), FoundKind.UNIT: N_("部门"), FoundKind.PLEDGE: N_("承诺")}
_YEAR = 365 * 24 * 3600


@blueprint.get("/preferences")
@public
def preferences() -> AnyResponse:
    """Remember the language or the size that the reader chose, and go back to the page."""
    answer = redirect(onward(request.args.get("next"), otherwise="/"))
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
    return render_template("portal/rules.html", rules=explanations.rules_in_force(db.session))


@blueprint.get("/privacy")
@public
def privacy() -> str:
    return render_template("portal/privacy.html")


@blueprint.get("/search")
@public
def find() -> str:
    asked = request.args.get("q", "")
    kind = FoundKind(request.args["kind"]) if request.args.get("kind") in set(FoundKind) else None
    page = min(max(request.args.get("page", 1, type=int), 1), 500)
    found = search.hits(db.session, asked, kind=kind, page=page)
    names = {one: gettext(name) for one, name in KINDS.items()}

    def address(number: int) -> str:
        return url_for("portal.find", q=found.question, kind=kind, page=number)

    choices = [(gettext("全部"), url_for("portal.find", q=found.question), kind is None)]
    choices += [
        (name, url_for("portal.find", q=found.question, kind=one), one is kind) for one, name in names.items()
    ]
    return render_template(
        "portal/search.html", found=found, kinds=choices, kind_names=names, page_address=address
    )
