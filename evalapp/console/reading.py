"""What the desks of cards share: which cards an address asks for, and a row of the running quarter."""

from dataclasses import dataclass

from flask import request

from evalapp.approvals.queries.cards import Which
from evalapp.approvals.rules.quarters import Figures, Graded
from evalapp.core.i18n import N_
from evalapp.units.models import Unit

CARD_CHOICES = {
    Which.STANDING: N_("有效的牌"),
    Which.CONTESTED: N_("正在复核"),
    Which.LIFTED: N_("撤销的牌"),
    Which.ALL: N_("全部"),
}


@dataclass(frozen=True, kw_only=True)
class Running:
    """What a unit has done so far in the quarter that runs."""

    unit: Unit
    figures: Figures
    graded: Graded


def chosen_cards() -> Which:
    """Return which cards an address asks for; one that is none is passed over."""
    try:
        return Which(request.args.get("which") or Which.STANDING)
    except ValueError:
        return Which.STANDING
