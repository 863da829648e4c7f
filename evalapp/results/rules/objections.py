"""What a graded unit may object to in a published result."""

import enum

from evalapp.core.i18n import N_

TEXT_LIMIT = 1_000


class ObjectionReason(enum.StrEnum):
    """Against what an objection is; a grade itself is nobody's to object to."""

    COUNT = "count"
    SET_APART = "set-apart"
    RULES = "rules"
    INFLUENCE = "influence"
    OTHER = "other"


REASON_WORDS = {
    ObjectionReason.COUNT: N_("计票或算分有误"),
    ObjectionReason.SET_APART: N_("剔除评票不当，或者该剔除的没有剔除"),
    ObjectionReason.RULES: N_("没有按公布的规则评"),
    ObjectionReason.INFLUENCE: N_("有人诱导、组织或者冒名评议"),
    ObjectionReason.OTHER: N_("其他"),
}
