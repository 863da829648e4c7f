"""What kinds of powers there are, in which state one is, how deep in the tree it stands, and what these are called."""

import enum

from evalapp.core.i18n import N_
from evalapp.powers.rules.flow.graph import Party, Risk, StepKind


class PowerKind(enum.StrEnum):
    APPROVAL = "approval"
    PENALTY = "penalty"
    COMPULSION = "compulsion"
    LEVY = "levy"
    PAYMENT = "payment"
    RULING = "ruling"
    CONFIRMATION = "confirmation"
    REWARD = "reward"
    INSPECTION = "inspection"
    OTHER = "other"


class PowerState(enum.StrEnum):
    DRAFT = "draft"  # nobody outside the unit has seen it yet
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"  # stays readable with its reason


class Level(enum.IntEnum):
    """Main item, sub-item, and the item that people apply for."""

    MAIN = 0
    SUB = 1
    ITEM = 2


KIND_WORDS = {
    PowerKind.APPROVAL: N_("行政许可"),
    PowerKind.PENALTY: N_("行政处罚"),
    PowerKind.COMPULSION: N_("行政强制"),
    PowerKind.LEVY: N_("行政征收"),
    PowerKind.PAYMENT: N_("行政给付"),
    PowerKind.RULING: N_("行政裁决"),
    PowerKind.CONFIRMATION: N_("行政确认"),
    PowerKind.REWARD: N_("行政奖励"),
    PowerKind.INSPECTION: N_("行政检查"),
    PowerKind.OTHER: N_("其他权力"),
}
STATE_WORDS = {
    PowerState.DRAFT: N_("草稿"),
    PowerState.PUBLISHED: N_("已公布"),
    PowerState.WITHDRAWN: N_("已撤回"),
}
LEVEL_WORDS = {Level.MAIN: N_("主项"), Level.SUB: N_("子项"), Level.ITEM: N_("办理项")}
STEP_WORDS = {
    StepKind.START: N_("开始"),
    StepKind.STEP: N_("办理"),
    StepKind.DECISION: N_("判断"),
    StepKind.SPLIT: N_("同时办理"),
    StepKind.JOIN: N_("都办完后"),
    StepKind.END: N_("结束"),
}
PARTY_WORDS = {
    Party.UNIT: N_("本单位办"),
    Party.CLIENT: N_("您来办"),
    Party.OTHER: N_("别的单位办"),
}
RISK_WORDS = {Risk.HIGH: N_("高"), Risk.MEDIUM: N_("中"), Risk.LOW: N_("低")}
