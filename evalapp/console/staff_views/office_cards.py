"""The office's yellow and red cards of all units: what each is based on, and lifting one that is wrong, with a second person."""

import uuid

from flask import Blueprint, flash, render_template, request, url_for
from werkzeug.wrappers import Response

from evalapp.approvals.queries import cards
from evalapp.approvals.services import contesting
from evalapp.console.forms.cards import CardReviewForm
from evalapp.console.reading import CARD_CHOICES, chosen_cards
from evalapp.core.permissions import Permission
from evalapp.supervision.reading import page_number
from evalapp.units import queries as units
from evalapp.web.access import current_actor, requires
from evalapp.web.acting import refusal_of
from evalapp.web.context import db, platform
from evalapp.web.i18n import _, gettext
from evalapp.web.links import go_to

blueprint = Blueprint("office_cards", __name__, url_prefix="/desk/office/cards")


@blueprint.get("")
@requires(Permission.SUPERVISE)
def index() -> str:
    slug, which = request.args.get("unit", ""), chosen_cards()
    unit = units.unit(db.session, slug) if slug else None
    return render_template(
        "console/cards/office_list.html",
        cards=cards.card_list(db.session, which=which, page=page_number(), unit_id=unit.id if unit else None),
        unit=unit,
        units=units.tree(db.session),
        which=which,
        choices=[
            (gettext(name), url_for(".index", which=each.value, unit=slug or None), each is which)
            for each, name in CARD_CHOICES.items()
        ],
        page_href=lambda n: url_for(".index", which=which.value, unit=slug or None, page=n),
    )


@blueprint.get("/<uuid:card_id>")
@requires(Permission.SUPERVISE)
def show(card_id: uuid.UUID) -> str:
    return _page(card_id, CardReviewForm(formdata=None))


@blueprint.post("/<uuid:card_id>")
@requires(Permission.SUPERVISE)
def review(card_id: uuid.UUID) -> Response | tuple[str, int]:
    form = CardReviewForm()
    cards.card_page(db.session, card_id)
    if status := refusal_of(
        form,
        lambda: contesting.review(
            db.session, platform().keys, card_id=card_id, reason=form.reason.data or "", actor=current_actor()
        ),
    ):
        return _page(card_id, form), status
    flash(_("已提出撤销，等另一人确认。"), "ok")
    return go_to(url_for(".show", card_id=card_id))


def _page(card_id: uuid.UUID, form: CardReviewForm) -> str:
    return render_template(
        "console/cards/office_card.html", page=cards.card_page(db.session, card_id), form=form
    )
