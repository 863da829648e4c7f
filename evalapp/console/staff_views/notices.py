"""What lies on a person's own desk, and the mail address that they may give for it."""

import uuid

from flask import Blueprint, flash, render_template, url_for
from werkzeug.wrappers import Response

from evalapp.accounts import browser, vault_mail
from evalapp.accounts.forms import AddressForm
from evalapp.accounts.vault_mail import Owner
from evalapp.core.errors import DomainError
from evalapp.core.permissions import Permission
from evalapp.core.transaction import transaction
from evalapp.notifications import services
from evalapp.notifications.queries import desks
from evalapp.notifications.queries.desks import Desk
from evalapp.notifications.rules.news import staff_words
from evalapp.units import queries as units
from evalapp.web.access import current_actor, requires
from evalapp.web.context import db, platform
from evalapp.web.i18n import _, language
from evalapp.web.links import go_to

blueprint = Blueprint("notices", __name__, url_prefix="/desk/notices")

Answer = str | Response | tuple[str, int]


@blueprint.get("")
@requires(Permission.USE_DESK)
def index() -> str:
    """What nobody at this desk has seen yet, and the newest that somebody has."""
    desk = _desk()
    return render_template(
        "console/notices/index.html",
        waiting=desks.waiting_notices(db.session, desk),
        seen=desks.seen_notices(db.session, desk),
        mailbox=vault_mail.shown(db.session, platform().keys, _owner())[0],
        words=_words,
    )


@blueprint.post("/<uuid:notice_id>/seen")
@requires(Permission.USE_DESK)
def mark_seen(notice_id: uuid.UUID) -> Response:
    """Note that somebody here has seen a notice; for everybody at this desk."""
    desk = _desk()
    with transaction(db.session):
        services.mark_seen(db.session, notice_id, desk=desk, actor=current_actor())
    return go_to(url_for(".index"))


@blueprint.route("/mail", methods=["GET", "POST"])
@requires(Permission.USE_DESK)
def mail() -> Answer:
    """Give a mail address: a letter goes there, and the address is used once it was opened."""
    form = AddressForm()
    if not form.validate_on_submit():
        return _mail_page(form, status=422 if form.is_submitted() else 200)
    try:
        with transaction(db.session):
            vault_mail.ask(
                db.session, platform().keys, owner=_owner(), address=form.address.data, lang=language()
            )
    except DomainError as error:
        form.refuse(error)
        return _mail_page(form, status=error.status)
    flash(_("确认信已经寄出，请在 24 小时内打开信里的地址。"), "ok")
    return go_to(url_for(".mail"))


@blueprint.post("/mail/remove")
@requires(Permission.USE_DESK)
def remove_mail() -> Response:
    with transaction(db.session):
        vault_mail.forget(db.session, _owner())
    flash(_("邮箱已经删除，提醒仍在工作台上。"), "ok")
    return go_to(url_for(".mail"))


def _desk() -> Desk:
    staff = browser.signed_in_staff()
    return Desk(staff_id=staff.id, role=staff.role, topic_id=units.topic_of_member(db.session, staff.id))


def _owner() -> Owner:
    return Owner(staff_id=browser.signed_in_staff().id)


def _words(kind: str) -> str:
    return _(staff_words(kind))


def _mail_page(form: AddressForm, *, status: int) -> tuple[str, int]:
    used, asked = vault_mail.shown(db.session, platform().keys, _owner())
    return render_template("console/notices/mail.html", form=form, used=used, asked=asked), status
