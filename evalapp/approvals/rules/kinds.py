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
