"""The unit's yellow and red cards: what each is based on, until when it may be contested, and its quarters. Another unit's do not exist here."""

import uuid

from flask import Blueprint, flash, render_template, url_for
from werkzeug.wrappers import Response

from evalapp.approvals.queries import cards, profiles, quarters
from evalapp.approvals.rules.quarters import Figures, YearQuarter, graded
from evalapp.approvals.services import contesting
from evalapp.console.forms.cards import CardContestForm
from evalapp.console.reading import CARD_CHOICES, chosen_cards
from evalapp.core import clock
from evalapp.core.permissions import Permission
from evalapp.supervision.reading import page_number
from evalapp.units import queries as units
from evalapp.units.models import Unit
from evalapp.web.access import current_actor, requires
from evalapp.web.acting import refusal_of
from evalapp.web.context import db, platform
from evalapp.web.i18n import _, gettext
from evalapp.web.links import go_to

blueprint = Blueprint("unit_cards", __name__, url_prefix="/desk/unit/cards")


@blueprint.get("")
@requires(Permission.ANSWER_MATTERS)
def index() -> str:
    unit, which = _own_unit(), chosen_cards()
    running = YearQuarter.of(clock.now())
    figures = quarters.figures(db.session, running, unit_id=unit.id).get(unit.id, Figures())
    rule = profiles.in_force(db.session).own
    return render_template(
        "console/cards/unit_list.html",
        unit=unit,
        cards=cards.card_list(db.session, which=which, page=page_number(), unit_id=unit.id),
        choices=[
            (gettext(name), url_for(".index", which=each.value), each is which)
            for each, name in CARD_CHOICES.items()
        ],
        page_href=lambda n: url_for(".index", which=which.value, page=n),
        running=running,
        figures=figures,
        graded=graded(figures, rule.quarter),
        rule=rule.quarter,
        published=quarters.of_unit(db.session, unit, most=4),
    )


@blueprint.get("/<uuid:card_id>")
@requires(Permission.ANSWER_MATTERS)
def show(card_id: uuid.UUID) -> str:
    return _page(card_id, CardContestForm(formdata=None))


@blueprint.post("/<uuid:card_id>")
@requires(Permission.ANSWER_MATTERS)
def contest(card_id: uuid.UUID) -> Response | tuple[str, int]:
    form, unit = CardContestForm(), _own_unit()
    cards.card_page(db.session, card_id, unit_id=unit.id)
    if status := refusal_of(
        form,
        lambda: contesting.contest(
            db.session,
            platform().keys,
            card_id=card_id,
            unit_id=unit.id,
            text=form.text.data or "",
            actor=current_actor(),
        ),
    ):
        return _page(card_id, form), status
    flash(_("申诉已提出，由评议办两人复核。"), "ok")
    return go_to(url_for(".show", card_id=card_id))


def _own_unit() -> Unit:
    return units.unit_of(db.session, current_actor())


def _page(card_id: uuid.UUID, form: CardContestForm) -> str:
    unit = _own_unit()
    return render_template(
        "console/cards/unit_card.html",
        page=cards.card_page(db.session, card_id, unit_id=unit.id),
        unit=unit,
        form=form,
    )
