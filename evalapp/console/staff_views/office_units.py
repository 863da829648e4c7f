"""The office's units: the tree, adding, renaming, moving, closing, and who works where."""

import uuid

from flask import Blueprint, flash, render_template, request, url_for
from werkzeug.wrappers import Response

from evalapp.console.forms.office_units import AssignForm, CloseForm, MoveForm, NewUnitForm, UnitForm
from evalapp.core.errors import Conflict, Invalid
from evalapp.core.permissions import Permission
from evalapp.core.transaction import transaction
from evalapp.units import queries, services
from evalapp.units.models import Unit
from evalapp.web.access import current_actor, requires
from evalapp.web.acting import refusal_of
from evalapp.web.context import db
from evalapp.web.i18n import _
from evalapp.web.links import go_to

blueprint = Blueprint("office_units", __name__, url_prefix="/desk/office/units")


@blueprint.get("")
@requires(Permission.MANAGE_UNITS)
def units() -> str:
    with_closed = request.args.get("closed") == "1"
    return render_template(
        "console/units/tree.html",
        units=queries.tree(db.session, with_closed=with_closed),
        with_closed=with_closed,
    )


@blueprint.get("/new")
@requires(Permission.MANAGE_UNITS)
def new() -> str:
    return _new_page(NewUnitForm(parent=request.args.get("parent") or None))


@blueprint.post("/new")
@requires(Permission.MANAGE_UNITS)
def add() -> Response | tuple[str, int]:
    form = NewUnitForm()
    form.offer(queries.possible_parents(db.session))
    if not form.validate_on_submit():
        return _new_page(form), 422
    try:
        with transaction(db.session):
            unit = services.add_unit(
                db.session,
                kind=form.kind.data,
                name=form.name.data,
                short_name=form.short_name.data or "",
                slug=form.slug.data or "",
                parent_id=form.parent.data,
                rank_class=form.rank_class.data or "",
                actor=current_actor(),
            )
    except (Invalid, Conflict) as refusal:
        form.refuse(refusal)
        return _new_page(form), refusal.status
    flash(_("%(unit)s已添加。", unit=unit.name), "ok")
    return go_to(url_for(".unit", slug=unit.slug))


@blueprint.get("/<slug>")
@requires(Permission.MANAGE_UNITS)
def unit(slug: str) -> str:
    return _page(queries.unit(db.session, slug))


@blueprint.post("/<slug>")
@requires(Permission.MANAGE_UNITS)
def edit(slug: str) -> Response | tuple[str, int]:
    found, form = queries.unit(db.session, slug), UnitForm()
    if status := refusal_of(
        form,
        lambda: services.edit_unit(
            db.session,
            unit_id=found.id,
            name=form.name.data,
            short_name=form.short_name.data or "",
            rank_class=form.rank_class.data or "",
            actor=current_actor(),
            seen_revision=form.seen.data,
        ),
    ):
        return _page(queries.unit(db.session, slug), form=form), status
    return _done(slug, _("已保存。"))


@blueprint.post("/<slug>/move")
@requires(Permission.MANAGE_UNITS)
def move(slug: str) -> Response | tuple[str, int]:
    found, form = queries.unit(db.session, slug), MoveForm(prefix="move-")
    form.offer(queries.possible_parents(db.session, found))
    if status := refusal_of(
        form,
        lambda: services.move_unit(
            db.session, unit_id=found.id, parent_id=form.parent.data, actor=current_actor()
        ),
    ):
        return _page(queries.unit(db.session, slug), moving=form), status
    return _done(slug, _("已移动，下级单位也跟着移了。"))


@blueprint.post("/<slug>/close")
@requires(Permission.MANAGE_UNITS)
def close(slug: str) -> Response | tuple[str, int]:
    found, form = queries.unit(db.session, slug), CloseForm(prefix="close-")
    if status := refusal_of(
        form,
        lambda: services.close_unit(
            db.session, unit_id=found.id, reason=form.reason.data, actor=current_actor()
        ),
    ):
        return _page(queries.unit(db.session, slug), closing=form), status
    return _done(slug, _("单位已关闭，原来的内容仍可查看。"))


@blueprint.post("/<slug>/reopen")
@requires(Permission.MANAGE_UNITS)
def reopen(slug: str) -> Response:
    found = queries.unit(db.session, slug)
    with transaction(db.session):
        services.reopen_unit(db.session, unit_id=found.id, actor=current_actor())
    return _done(slug, _("单位已恢复。"))


@blueprint.post("/<slug>/staff")
@requires(Permission.MANAGE_UNITS)
def assign(slug: str) -> Response | tuple[str, int]:
    found, form = queries.unit(db.session, slug), AssignForm(prefix="assign-")
    form.offer(queries.unit_staff(db.session))
    if status := refusal_of(
        form,
        lambda: services.assign_staff(
            db.session, unit_id=found.id, staff_id=form.staff.data, actor=current_actor()
        ),
    ):
        return _page(queries.unit(db.session, slug), assigning=form), status
    return _done(slug, _("账号已分配到本单位。"))


@blueprint.post("/<slug>/staff/<uuid:staff_id>/release")
@requires(Permission.MANAGE_UNITS)
def release(slug: str, staff_id: uuid.UUID) -> Response:
    found = queries.unit(db.session, slug)
    with transaction(db.session):
        services.release_staff(db.session, unit_id=found.id, staff_id=staff_id, actor=current_actor())
    return _done(slug, _("账号不再负责本单位。"))


@blueprint.post("/<slug>/staff/<uuid:staff_id>/head/<any(on, off):wish>")
@requires(Permission.MANAGE_UNITS)
def head(slug: str, staff_id: uuid.UUID, wish: str) -> Response:
    """Say whether somebody signs what the unit answers, where the profile asks for a signature."""
    found, is_head = queries.unit(db.session, slug), wish == "on"
    with transaction(db.session):
        services.name_head(
            db.session, unit_id=found.id, staff_id=staff_id, is_head=is_head, actor=current_actor()
        )
    return _done(slug, _("已定为负责人，可以签发答复。") if is_head else _("不再签发答复。"))


def _done(slug: str, sentence: str) -> Response:
    flash(sentence, "ok")
    return go_to(url_for(".unit", slug=slug))


def _new_page(form: NewUnitForm) -> str:
    form.offer(queries.possible_parents(db.session))
    return render_template("console/units/new.html", form=form, rank_classes=queries.rank_classes(db.session))


def _page(
    found: Unit,
    *,
    form: UnitForm | None = None,
    moving: MoveForm | None = None,
    assigning: AssignForm | None = None,
    closing: CloseForm | None = None,
) -> str:
    """The whole page again, with what was typed in the form that was refused."""
    here = queries.colleagues(db.session, found.id)
    moving = moving or MoveForm(formdata=None, prefix="move-", parent=found.parent_id)
    moving.offer(queries.possible_parents(db.session, found))
    assigning = assigning or AssignForm(formdata=None, prefix="assign-")
    known = {each.staff_id for each in here}
    assigning.offer([each for each in queries.unit_staff(db.session) if each.staff_id not in known])
    return render_template(
        "console/units/unit.html",
        told=queries.profile(db.session, found),
        colleagues=here,
        rank_classes=queries.rank_classes(db.session),
        form=form or UnitForm.of(found),
        moving=moving,
        assigning=assigning,
        closing=closing or CloseForm(formdata=None, prefix="close-"),
    )
