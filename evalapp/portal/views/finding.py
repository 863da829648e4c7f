"""The search."""

from flask import render_template, request, url_for

from evalapp.core.i18n import N_
from evalapp.portal.models import FoundKind
from evalapp.portal.queries import search
from evalapp.portal.views.blueprint import blueprint
from evalapp.web.access import public
from evalapp.web.context import db
from evalapp.web.i18n import gettext

KINDS = {
    FoundKind.EPISODE: N_("节目"),
    FoundKind.TRANSCRIPT: N_("节目里说的"),
    FoundKind.UNIT: N_("部门"),
    FoundKind.PLEDGE: N_("承诺"),
    FoundKind.HIGHLIGHT: N_("亮点工作"),
    FoundKind.SERVICE: N_("办事指南"),
    FoundKind.POWER: N_("权力"),
    FoundKind.BOARD: N_("公开栏"),
    FoundKind.MATTER: N_("事项办理"),
    FoundKind.COMMENT: N_("留言和回复"),
}


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
