"""The unit's own page: how to reach it, what it is for, its posts, and what residents will see."""

from flask import Blueprint, flash, render_template, url_for
from werkzeug.wrappers import Response

from evalapp.console.forms.unit_profile import ContactForm, FunctionsForm, PostsForm
from evalapp.core.permissions import Permission
from evalapp.pledges import queries as pledges
from evalapp.units import queries, services
from evalapp.units.models import Unit
from evalapp.web.access import current_actor, requires
from evalapp.web.acting import refusal_of
from evalapp.web.context import db
from evalapp.web.i18n import _
from evalapp.web.links import go_to

blueprint = Blueprint("unit_profile", __name__, url_prefix="/desk/unit")


@blueprint.get("")
@requires(Permission.SEE_UNIT_DESK)
def desk() -> Response:
    """What waits for an answer comes first."""
    return go_to(url_for("unit_inbox.inbox"))


@blueprint.get("/profile")
@requires(Permission.KEEP_UNIT)
def profile() -> str:
    return _page(_own_unit())


@blueprint.post("/profile/contact")
@requires(Permission.KEEP_UNIT)
def write_contact() -> Response | tuple[str, int]:
    unit, form = _own_unit(), ContactForm()
    if status := refusal_of(
        form,
        lambda: services.write_contact(
            db.session,
            unit_id=unit.id,
            summary=form.summary.data or "",
            telephone=form.telephone.data or "",
            address=form.address.data or "",
            office_hours=form.office_hours.data or "",
            actor=current_actor(),
            seen_revision=form.seen.data,
        ),
    ):
        return _page(_own_unit(), contact=form), status
    return _saved("contact")


@blueprint.post("/profile/functions")
@requires(Permission.KEEP_UNIT)
def write_functions() -> Response | tuple[str, int]:
    unit, form = _own_unit(), FunctionsForm(prefix="functions-")
    if status := refusal_of(
        form,
        lambda: services.write_functions(
            db.session,
            unit_id=unit.id,
            functions=form.texts(),
            actor=current_actor(),
            seen_revision=form.seen.data,
        ),
    ):
        return _page(_own_unit(), functions=form), status
    return _saved("functions")


@blueprint.post("/profile/posts")
@requires(Permission.KEEP_UNIT)
def write_posts() -> Response | tuple[str, int]:
    unit, form = _own_unit(), PostsForm(prefix="posts-")
    if status := refusal_of(
        form,
        lambda: services.write_posts(
            db.session,
            unit_id=unit.id,
            posts=form.texts(),
            actor=current_actor(),
            seen_revision=form.seen.data,
        ),
    ):
        return _page(_own_unit(), posts=form), status
    return _saved("posts")


@blueprint.get("/preview")
@requires(Permission.KEEP_UNIT)
def preview() -> str:
    unit = _own_unit()
    return render_template(
        "console/units/preview.html",
        told=queries.profile(db.session, unit),
        shown=pledges.shown_for_unit(db.session, unit.id),
    )


def _own_unit() -> Unit:
    return queries.unit_of(db.session, current_actor())


def _saved(part: str) -> Response:
    flash(_("已保存，居民现在看到的就是新的内容。"), "ok")
    return go_to(url_for(".profile", _anchor=part))


def _page(
    unit: Unit,
    *,
    contact: ContactForm | None = None,
    functions: FunctionsForm | None = None,
    posts: PostsForm | None = None,
) -> str:
    """The whole page again, with what was typed in the form that was refused."""
    return render_template(
        "console/units/profile.html",
        unit=unit,
        contact=contact or ContactForm.of(unit),
        functions=functions or FunctionsForm.of(unit, queries.functions(db.session, unit.id)),
        posts=posts or PostsForm.of(unit, queries.posts(db.session, unit.id)),
    )
