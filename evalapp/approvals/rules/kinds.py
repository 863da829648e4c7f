"""The words of the monitor: kinds of events, states of a case, what is counted, what sets off a card."""

import enum

from evalapp.core.i18n import N_


class EventKind(enum.StrEnum):
    """What happened to a case, in the order in which things of one moment are taken."""

    SUBMITTED = "submitted"
    PAPERS_ASKED = "papers_asked"
    SUPPLIED = "supplied"
    ACCEPTED = "accepted"
    REFUSED = "refused"  # not accepted
    STEP_BEGUN = "step_begun"
    STEP_ENDED = "step_ended"
    PAUSED = "paused"
    RESUMED = "resumed"
    EXTENDED = "extended"
    CHARGED = "charged"
    DECIDED = "decided"
    DELIVERED = "delivered"
    WITHDRAWN = "withdrawn"
    COMPLAINED = "complained"


RANKS = {kind: rank for rank, kind in enumerate(EventKind)}


class CaseState(enum.StrEnum):
    UNCLEAR = "unclear"  # nothing that begins a case has come yet
    SUBMITTED = "submitted"
    AWAITING_PAPERS = "awaiting_papers"
    ACCEPTED = "accepted"
    PAUSED = "paused"
    DECIDED = "decided"
    DELIVERED = "delivered"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


CLOSED = frozenset({CaseState.DELIVERED, CaseState.REFUSED, CaseState.WITHDRAWN})


class Channel(enum.StrEnum):
    """How an event comes in: it decides within which time."""

    DESK = "desk"  # a window's clerk, on the spot
    FEED = "feed"  # a unit's own system, or a file


class Trigger(enum.StrEnum):
    """What a card or a warning is about. The first five are clocks."""

    ACCEPTANCE = "acceptance"
    PROMISE = "promise"
    STATUTORY = "statutory"
    STEP = "step"  # over its time although the whole is not
    DELIVERY = "delivery"
    NO_REASONS = "no_reasons"
    FEE = "fee"  # outside the list
    PAPERS_TWICE = "papers_twice"
    OFFLINE = "offline"  # entered after the fact
    COMPLAINT = "complaint"


CLOCKS = (Trigger.ACCEPTANCE, Trigger.PROMISE, Trigger.STATUTORY, Trigger.STEP, Trigger.DELIVERY)


class Colour(enum.StrEnum):
    YELLOW = "yellow"
    RED = "red"


class Lamp(enum.StrEnum):
    """● in time, ▲ yellow, ■ red; never colour alone. The values are those of the lamp on pages."""

    GREEN = "ok"
    YELLOW = "warn"
    RED = "bad"


STATE_WORDS: dict[CaseState, str] = {
    CaseState.UNCLEAR: N_("缺少收件记录"),
    CaseState.SUBMITTED: N_("待受理"),
    CaseState.AWAITING_PAPERS: N_("等待补正材料"),
    CaseState.ACCEPTED: N_("办理中"),
    CaseState.PAUSED: N_("依法暂停计时"),
    CaseState.DECIDED: N_("已作决定，待送达"),
    CaseState.DELIVERED: N_("办结"),
    CaseState.REFUSED: N_("不予受理"),
    CaseState.WITHDRAWN: N_("申请人撤回"),
}
TRIGGER_WORDS: dict[Trigger, str] = {
    Trigger.ACCEPTANCE: N_("受理超时"),
    Trigger.PROMISE: N_("超过承诺时限"),
    Trigger.STATUTORY: N_("超过法定时限"),
    Trigger.STEP: N_("环节超时"),
    Trigger.DELIVERY: N_("送达超时"),
    Trigger.NO_REASONS: N_("没有说明理由"),
    Trigger.FEE: N_("目录外收费"),
    Trigger.PAPERS_TWICE: N_("没有一次告知要补的材料"),
    Trigger.OFFLINE: N_("事后补录"),
    Trigger.COMPLAINT: N_("被投诉"),
}
CLOCK_WORDS: dict[Trigger, str] = {
    Trigger.ACCEPTANCE: N_("受理期限"),
    Trigger.PROMISE: N_("承诺时限"),
    Trigger.STATUTORY: N_("法定时限"),
    Trigger.STEP: N_("环节时限"),
    Trigger.DELIVERY: N_("送达期限"),
}
EVENT_WORDS: dict[EventKind, str] = {
    EventKind.SUBMITTED: N_("收件"),
    EventKind.PAPERS_ASKED: N_("要求补正材料"),
    EventKind.SUPPLIED: N_("收到补正材料"),
    EventKind.ACCEPTED: N_("受理"),
    EventKind.REFUSED: N_("不予受理"),
    EventKind.STEP_BEGUN: N_("环节开始"),
    EventKind.STEP_ENDED: N_("环节结束"),
    EventKind.PAUSED: N_("暂停计时"),
    EventKind.RESUMED: N_("恢复计时"),
    EventKind.EXTENDED: N_("延长期限"),
    EventKind.CHARGED: N_("收费"),
    EventKind.DECIDED: N_("作出决定"),
    EventKind.DELIVERED: N_("送达"),
    EventKind.WITHDRAWN: N_("申请人撤回"),
    EventKind.COMPLAINED: N_("投诉"),
}
CHANNEL_WORDS: dict[Channel, str] = {
    Channel.DESK: N_("窗口录入"),
    Channel.FEED: N_("系统对接"),
}
# Why an event that came in has no effect, by the code of its misfit.
MISFIT_WORDS: dict[str, str] = {
    "already-accepted": N_("已经受理"),
    "already-begun": N_("已经开始"),
    "already-extended": N_("已经延长过一次"),
    "already-paused": N_("已经暂停"),
    "no-ground": N_("不是法定的暂停事由"),
    "not-approved": N_("没有批准岗位或理由"),
    "not-awaited": N_("没有在等补正材料"),
    "not-begun": N_("还没有开始"),
    "not-decided": N_("还没有作出决定"),
    "not-paused": N_("没有暂停"),
    "not-under-way": N_("不在办理中"),
    "over": N_("办件已经作出决定或办结"),
    "too-long": N_("延长的天数超过规定"),
    "unknown-step": N_("流程图里没有这个环节"),
}
COLOUR_WORDS: dict[Colour, str] = {
    Colour.YELLOW: N_("黄牌"),
    Colour.RED: N_("红牌"),
}


def is_public(trigger: Trigger) -> bool:
    """Whether pages that everybody reads name the case of a card: a complaint is its applicant's own, and so is what came of it."""
    return trigger is not Trigger.COMPLAINT
