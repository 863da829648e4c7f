"""The office's page of feeds: who has fallen silent, what was refused, and the keys by which units' systems sign."""

from flask import Blueprint, flash, render_template, url_for
from werkzeug.wrappers import Response

from evalapp.approvals.queries import feeds, profiles
from evalapp.approvals.services import keys as services
from evalapp.approvals.services.keys import OVERLAP, MadeKey
from evalapp.console.forms.feeds import KeyForm
from evalapp.core import clock
from evalapp.core.permissions import Permission
from evalapp.core.transaction import transaction
from evalapp.units import queries as units
from evalapp.web.access import current_actor, requires
from evalapp.web.acting import refusal_of
from evalapp.web.context import db
from evalapp.web.i18n import _
from evalapp.web.links import go_to

blueprint = Blueprint("office_feeds", __name__, url_prefix="/desk/office/feeds")


@blueprint.get("")
@requires(Permission.KEEP_FEEDS)
def index() -> str:
    return _page(KeyForm(formdata=None))


@blueprint.post("/keys")
@requires(Permission.KEEP_FEEDS)
def make_key() -> str | tuple[str, int]:
    """Make a key, or rotate: the secret is on the page that answers and nowhere else."""
    form, made = KeyForm(), list[MadeKey]()
    form.offer(units.tree(db.session))
    if status := refusal_of(
        form,
        lambda: made.append(
            services.make_key(db.session, unit=units.unit(db.session, form.unit.data), actor=current_actor())
        ),
    ):
        return _page(form), status
    return render_template(
        "console/cases/key.html",
        made=made[0],
        unit=units.unit(db.session, form.unit.data),
        days=OVERLAP.days,
    )


@blueprint.post("/keys/<name>/revoke")
@requires(Permission.KEEP_FEEDS)
def revoke_key(name: str) -> Response:
    with transaction(db.session):
        services.revoke_key(db.session, name=name, actor=current_actor())
    flash(_("钥匙 %(name)s 已停用，用它签名的请求从现在起都被拒绝。", name=name), "ok")
    return go_to(url_for(".index"))


def _page(form: KeyForm) -> str:
    now = clock.now()
    form.offer(units.tree(db.session))
    return render_template(
        "console/cases/feeds.html",
        form=form,
        feeds=feeds.health(db.session, now=now),
        keys=feeds.keys(db.session, now=now),
        refusals=feeds.refusals(db.session, today=clock.today()),
        reasons=feeds.REASON_WORDS,
        after_closing=feeds.after_closing(db.session),
        silent_days=profiles.in_force(db.session).own.feeds.silent_days,
    )
