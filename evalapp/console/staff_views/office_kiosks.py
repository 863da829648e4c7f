"""The office's kiosks: registering one, its code, when it was last seen, and its end."""

import uuid

from flask import Blueprint, Response, flash, make_response, render_template, url_for
from werkzeug.wrappers import Response as AnyResponse

from evalapp.accounts import queries, rules
from evalapp.accounts.services import kiosks as services
from evalapp.accounts.services.kiosks import NewKiosk
from evalapp.console.forms.kiosks import KioskForm, WithdrawKioskForm
from evalapp.core import clock
from evalapp.core.permissions import Permission
from evalapp.core.transaction import transaction
from evalapp.web.access import current_actor, requires
from evalapp.web.acting import refusal_of
from evalapp.web.context import db, platform
from evalapp.web.i18n import _
from evalapp.web.links import go_to

blueprint = Blueprint("office_kiosks", __name__, url_prefix="/desk/office/kiosks")

IDLE, CAP = 60, 300  # proposed


@blueprint.get("")
@requires(Permission.KEEP_KIOSKS)
def index() -> str:
    return _page(KioskForm(formdata=None, idle_seconds=IDLE, ballot_cap=CAP))


@blueprint.post("")
@requires(Permission.KEEP_KIOSKS)
def register() -> Response | tuple[str, int]:
    form, made = KioskForm(), list[NewKiosk]()
    refused = refusal_of(
        form,
        lambda: made.append(
            services.register(
                db.session,
                place=form.place.data,
                name=form.name.data,
                idle_seconds=form.idle_seconds.data,
                ballot_cap=form.ballot_cap.data,
                actor=current_actor(),
            )
        ),
    )
    return (_page(form), refused) if refused else _code_page(made[0])


@blueprint.post("/<uuid:kiosk_id>/code")
@requires(Permission.KEEP_KIOSKS)
def renew_code(kiosk_id: uuid.UUID) -> Response:
    with transaction(db.session):
        made = services.renew_code(db.session, kiosk_id=kiosk_id, actor=current_actor())
    return _code_page(made)


@blueprint.get("/<uuid:kiosk_id>/withdraw")
@requires(Permission.KEEP_KIOSKS)
def ask_to_withdraw(kiosk_id: uuid.UUID) -> str:
    return _withdraw_page(kiosk_id, WithdrawKioskForm(formdata=None))


@blueprint.post("/<uuid:kiosk_id>/withdraw")
@requires(Permission.KEEP_KIOSKS)
def withdraw(kiosk_id: uuid.UUID) -> AnyResponse | tuple[str, int]:
    form = WithdrawKioskForm()
    refused = refusal_of(
        form,
        lambda: services.withdraw(
            db.session, kiosk_id=kiosk_id, reason=form.reason.data, actor=current_actor()
        ),
    )
    if refused:
        return _withdraw_page(kiosk_id, form), refused
    flash(_("这台触摸屏已经停用，下一次打开页面就是普通网页。"), "ok")
    return go_to(url_for(".index"))


def _page(form: KioskForm) -> str:
    return render_template(
        "console/kiosks/index.html", form=form, kiosks=queries.kiosks(db.session), now=clock.now()
    )


def _code_page(made: NewKiosk) -> Response:
    """The code is on this page and nowhere else."""
    page = render_template(
        "console/kiosks/code.html",
        kiosk_row=queries.kiosk(db.session, made.kiosk_id),
        code=" ".join(made.code[place : place + 4] for place in range(0, len(made.code), 4)),
        minutes=int(rules.KIOSK_CODE_LIFE.total_seconds() // 60),
        address=platform().settings.public_url + url_for("portal.kiosk_set_up"),
    )
    return make_response(page)


def _withdraw_page(kiosk_id: uuid.UUID, form: WithdrawKioskForm) -> str:
    return render_template(
        "console/kiosks/withdraw.html", form=form, kiosk_row=queries.kiosk(db.session, kiosk_id)
    )
