"""回头看: with one action a matter that is being mended becomes a part of a later episode, and people are invited."""

from flask import Blueprint, flash, render_template, url_for
from werkzeug.wrappers import Response
from wtforms.fields.choices import SelectChoice

from evalapp.console.forms.office_lookbacks import LookbackForm
from evalapp.core.errors import DomainError
from evalapp.core.permissions import Permission
from evalapp.core.transaction import transaction
from evalapp.results.queries import lookbacks
from evalapp.results.services import again
from evalapp.supervision.queries import matters
from evalapp.supervision.queries.matters import ShownMatter
from evalapp.web.access import current_actor, requires
from evalapp.web.context import db
from evalapp.web.i18n import _
from evalapp.web.links import go_to

blueprint = Blueprint("office_lookbacks", __name__, url_prefix="/desk/office/matters")


@blueprint.get("/<reference>/look-back")
@requires(Permission.SUPERVISE)
def show(reference: str) -> str:
    found = matters.shown(db.session, reference)
    return _page(found, _form(found))


@blueprint.post("/<reference>/look-back")
@requires(Permission.SUPERVISE)
def arrange(reference: str) -> Response | tuple[str, int]:
    found = matters.shown(db.session, reference)
    form = _form(found)
    if not form.validate_on_submit():
        return _page(found, form), 422
    try:
        with transaction(db.session):
            made = again.look_back(
                db.session, matter_id=found.matter.id, number=form.number.data, actor=current_actor()
            )
    except DomainError as refusal:
        form.refuse(refusal)
        return _page(matters.shown(db.session, reference), form), refusal.status
    flash(_("%(matter)s 已列入回头看，正在通知要请的人。", matter=made.reference), "ok")
    return go_to(url_for("office_matters.show", reference=reference))


def _form(found: ShownMatter) -> LookbackForm:
    form = LookbackForm()
    form.number.choices = [
        SelectChoice(
            value=episode.number,
            label=_("第 %(number)s 期 %(title)s", number=episode.number, title=episode.title),
        )
        for episode in lookbacks.later_than(db.session, found.matter)
    ]
    return form


def _page(found: ShownMatter, form: LookbackForm) -> str:
    return render_template(
        "console/matters/look_back.html",
        shown=found,
        form=form,
        listed=lookbacks.of_matter(db.session, found.matter.reference),
    )
