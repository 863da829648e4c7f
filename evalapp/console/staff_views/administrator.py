"""The administrators' page: staff accounts. What is done here is in the record that auditors read."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from flask import Blueprint, flash, render_template, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response
from wtforms.fields.choices import SelectChoice

from evalapp.accounts import queries
from evalapp.accounts.rules import Role
from evalapp.accounts.services import staff as services
from evalapp.console.forms.staff import ROLE_WORDS, ActForm, AddStaffForm, RoleForm
from evalapp.core import clock
from evalapp.core.errors import DomainError, Invalid
from evalapp.core.i18n import N_
from evalapp.core.permissions import Permission
from evalapp.core.transaction import transaction
from evalapp.units import queries as units
from evalapp.units import services as unit_services
from evalapp.web.access import current_actor, requires
from evalapp.web.context import db, platform
from evalapp.web.formbase import of_district
from evalapp.web.i18n import _, sentence
from evalapp.web.links import go_to

blueprint = Blueprint("administrator", __name__, url_prefix="/desk/staff")

Answer = str | Response | tuple[str, int]


@blueprint.get("")
@requires(Permission.MANAGE_STAFF)
def accounts() -> Answer:
    """Every account, and a form for a new one."""
    return _accounts_page(_add_form())


@blueprint.post("")
@requires(Permission.MANAGE_STAFF)
def add() -> Answer:
    """Make an account; its one-time password is shown once."""
    form = _add_form()
    if not form.validate_on_submit():
        return _accounts_page(form), 422
    try:
        with transaction(db.session):
            made = _add(db.session, form)
    except DomainError as error:
        form.refuse(error)
        return _accounts_page(form), error.status
    return render_template("console/staff/one_time_password.html", made=made, is_new=True)


@blueprint.get("/<login>")
@requires(Permission.MANAGE_STAFF)
def account(login: str) -> Answer:
    """One account and what can be done about it."""
    return _account_page(login, RoleForm())


@blueprint.post("/<login>/role")
@requires(Permission.MANAGE_STAFF)
def change_role(login: str) -> Answer:
    form = RoleForm()
    if not form.validate_on_submit():
        return _account_page(login, form), 422
    return _act(
        login,
        _("角色已改，这个账号在各处的登录都已退出。"),
        lambda staff_id: services.change_role(
            db.session, staff_id, role=form.role.data, wait=_wait(), actor=current_actor()
        ),
    )


@blueprint.post("/<login>/disable")
@requires(Permission.MANAGE_STAFF)
def disable(login: str) -> Answer:
    return _act(
        login,
        _("账号已停用，在各处的登录都已退出。"),
        lambda staff_id: services.disable(db.session, staff_id, actor=current_actor()),
    )


@blueprint.post("/<login>/enable")
@requires(Permission.MANAGE_STAFF)
def enable(login: str) -> Answer:
    return _act(
        login,
        _("账号已恢复。"),
        lambda staff_id: services.enable(db.session, staff_id, wait=_wait(), actor=current_actor()),
    )


@blueprint.post("/<login>/reset")
@requires(Permission.MANAGE_STAFF)
def ask_reset(login: str) -> Answer:
    return _act(
        login,
        _("已提出重置，请另一位管理员登录确认。"),
        lambda staff_id: services.ask_totp_reset(db.session, staff_id, actor=current_actor()),
    )


@blueprint.post("/<login>/reset/drop")
@requires(Permission.MANAGE_STAFF)
def drop_reset(login: str) -> Answer:
    return _act(
        login,
        _("重置申请已撤回。"),
        lambda staff_id: services.drop_totp_reset(db.session, staff_id, actor=current_actor()),
    )


@blueprint.post("/<login>/reset/agree")
@requires(Permission.MANAGE_STAFF)
def agree_reset(login: str) -> Answer:
    """The second administrator agrees; the new one-time password is shown once."""
    staff_id = queries.staff_by_login(db.session, login).id
    try:
        with transaction(db.session):
            made = services.agree_totp_reset(db.session, staff_id, wait=_wait(), actor=current_actor())
    except DomainError as error:
        return _account_page(login, RoleForm(formdata=None), refusal=sentence(error)), error.status
    return render_template("console/staff/one_time_password.html", made=made, is_new=False)


def _add(session: Session, form: AddStaffForm) -> services.OneTimePassword:
    role: Role = form.role.data
    if (role is Role.UNIT) != bool(form.unit.data):
        raise Invalid(N_("部门账号要选所属单位，其他账号不选。"), field="unit")
    actor = current_actor()
    made = services.add(
        session, login=form.login.data, post=form.post.data, role=role, wait=_wait(), actor=actor
    )
    if form.unit.data:
        unit = units.unit(session, form.unit.data)
        unit_services.assign_staff(session, unit_id=unit.id, staff_id=made.staff_id, actor=actor)
    return made


def _act(login: str, done: str, change: Callable[[Any], None]) -> Answer:
    staff_id = queries.staff_by_login(db.session, login).id
    try:
        with transaction(db.session):
            change(staff_id)
    except DomainError as error:
        return _account_page(login, RoleForm(formdata=None), refusal=sentence(error)), error.status
    flash(done, "ok")
    return go_to(url_for(".account", login=login))


def _add_form() -> AddStaffForm:
    form = AddStaffForm()
    choices = [of_district(unit.slug, unit.name, indent=unit.level) for unit in units.tree(db.session)]
    form.unit.choices = [SelectChoice("", _("不属于单位")), *choices]
    return form


def _accounts_page(form: AddStaffForm) -> str:
    return render_template(
        "console/staff/accounts.html",
        form=form,
        members=queries.staff_members(db.session),
        waiting=queries.waiting_resets(db.session),
        words=ROLE_WORDS,
    )


def _account_page(login: str, form: RoleForm, *, refusal: str = "") -> str:
    staff = queries.staff_by_login(db.session, login)
    waiting = queries.waiting_resets(db.session).get(staff.id)
    if not form.is_submitted() or refusal:
        form.role.data = staff.role
    return render_template(
        "console/staff/account.html",
        staff=staff,
        form=form,
        act=ActForm(formdata=None),
        waiting=waiting,
        asked_by=queries.staff(db.session, waiting.asked_by) if waiting else None,
        is_own=staff.id == current_actor().id,
        now=clock.now(),
        refusal=refusal,
        words=ROLE_WORDS,
    )


def _wait() -> timedelta:
    return timedelta(hours=platform().settings.two_person_wait_hours)
