"""The unit's pledges: making, rewording, withdrawing. Another unit's pledge does not exist here."""

from flask import Blueprint, flash, render_template, url_for
from werkzeug.wrappers import Response

from evalapp.console.forms.unit_pledges import PledgeForm, WithdrawForm
from evalapp.core.errors import Conflict, Invalid
from evalapp.core.permissions import Permission
from evalapp.core.transaction import transaction
from evalapp.pledges import queries, services
from evalapp.pledges.models import Pledge
from evalapp.powers.queries import item_lists as items
from evalapp.units import queries as units
from evalapp.units.models import Unit
from evalapp.web.access import current_actor, requires
from evalapp.web.acting import refusal_of
from evalapp.web.context import db
from evalapp.web.i18n import _
from evalapp.web.links import go_to

blueprint = Blueprint("unit_pledges", __name__, url_prefix="/desk/unit/pledges")


@blueprint.get("")
@requires(Permission.KEEP_UNIT)
def pledges() -> str:
    unit = _own_unit()
    return render_template(
        "console/pledges/list.html", unit=unit, pledges=queries.unit_history(db.session, unit.id)
    )


@blueprint.get("/new")
@requires(Permission.KEEP_UNIT)
def new() -> str:
    return _new_page(PledgeForm(choices=_choices()))


@blueprint.post("/new")
@requires(Permission.KEEP_UNIT)
def make() -> Response | tuple[str, int]:
    unit, form = _own_unit(), PledgeForm(choices=_choices())
    if not form.validate_on_submit():
        return _new_page(form), 422
    try:
        with transaction(db.session):
            pledge = services.make_pledge(
                db.session, unit_id=unit.id, wording=form.wording(), actor=current_actor()
            )
    except (Invalid, Conflict) as refusal:
        form.refuse(refusal)
        return _new_page(form), refusal.status
    flash(_("承诺 %(reference)s 已公开。", reference=pledge.reference), "ok")
    return go_to(url_for(".pledges"))


@blueprint.get("/<reference>")
@requires(Permission.KEEP_UNIT)
def pledge(reference: str) -> str:
    return _page(_own_pledge(reference))


@blueprint.post("/<reference>")
@requires(Permission.KEEP_UNIT)
def reword(reference: str) -> Response | tuple[str, int]:
    pledge, form = _own_pledge(reference), PledgeForm(choices=_choices())
    if status := refusal_of(
        form,
        lambda: services.reword_pledge(
            db.session,
            pledge_id=pledge.id,
            wording=form.wording(),
            reason=form.reason.data or "",
            actor=current_actor(),
            seen_version=form.seen.data,
        ),
    ):
        return _page(_own_pledge(reference), form), status
    flash(_("新的写法已公开，原来的写法留在历史里。"), "ok")
    return go_to(url_for(".pledge", reference=reference))


@blueprint.post("/<reference>/withdraw")
@requires(Permission.KEEP_UNIT)
def withdraw(reference: str) -> Response | tuple[str, int]:
    pledge, form = _own_pledge(reference), WithdrawForm(prefix="withdraw-")
    if status := refusal_of(
        form,
        lambda: services.withdraw_pledge(
            db.session, pledge_id=pledge.id, reason=form.reason.data, actor=current_actor()
        ),
    ):
        return _page(_own_pledge(reference), withdrawing=form), status
    flash(_("承诺已撤回，内容和原因仍可查看。"), "ok")
    return go_to(url_for(".pledges"))


def _own_unit() -> Unit:
    return units.unit_of(db.session, current_actor())


def _choices() -> list[tuple[str, str]]:
    """The unit's published items, by whose cases a pledge may be measured."""
    return items.choices_of_unit(db.session, _own_unit().id)


def _own_pledge(reference: str) -> Pledge:
    return queries.pledge_of_unit(db.session, reference, unit_id=_own_unit().id)


def _new_page(form: PledgeForm) -> str:
    return render_template("console/pledges/new.html", unit=_own_unit(), form=form)


def _page(pledge: Pledge, form: PledgeForm | None = None, withdrawing: WithdrawForm | None = None) -> str:
    versions = queries.pledge_versions(db.session, pledge.id)
    return render_template(
        "console/pledges/edit.html",
        unit=_own_unit(),
        pledge=pledge,
        versions=versions,
        form=form
        or PledgeForm.of(
            versions[0],
            items=[code for code, _name in queries.measuring_items(db.session, versions[0].id)],
            choices=_choices(),
        ),
        withdrawing=withdrawing or WithdrawForm(formdata=None, prefix="withdraw-"),
    )
