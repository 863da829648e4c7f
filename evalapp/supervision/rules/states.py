"""Where a matter stands: what people did is its phase; what that means now follows from times alone."""

import enum
from dataclasses import dataclass
from datetime import datetime

from evalapp.core.i18n import N_
from evalapp.supervision.rules.profile import Weight

__all__ = ["Act", "Lamp", "MatterFacts", "MatterKind", "MatterState", "Phase", "Stage", "Times", "Weight"]


class MatterKind(enum.StrEnum):
    QUESTION = "question"
    COMPLAINT = "complaint"
    LOW_GRADE = "low_grade"
    OBJECTION = "objection"  # to a published result
    LINE_QUESTION = "line_question"  # a line of a unit's finances
    MONITORING = "monitoring"  # what the monitor found: it begins with its notice, whose answer answers it
    CARD = "card"  # whether a yellow or red card of the monitor stands


RULED = frozenset({MatterKind.OBJECTION, MatterKind.CARD})  # for two people of the office, from the beginning
# What one person of the office neither ends nor calls off: two decide, or what the monitor found is there no more.
KEPT = RULED | {MatterKind.MONITORING}
ASKED_BY_SOMEBODY = frozenset({MatterKind.QUESTION, MatterKind.COMPLAINT})  # a grade has nobody to ask back


class Stage(enum.StrEnum):
    """What a deadline is for."""

    ANSWER = "answer"  # answer, plan, explain or contest
    MEND = "mend"
    CHECK = "check"  # the office's own clock
    RULE = "rule"  # the office's own: a contest or an objection


UNIT_STAGES = (Stage.ANSWER, Stage.MEND)


class Phase(enum.StrEnum):
    """What people have done last. Time changes no phase."""

    OPEN = "open"
    ANSWERED = "answered"
    REOPENED = "reopened"
    PLANNED = "planned"
    MENDING = "mending"
    CLAIMED = "claimed"  # the unit says that it is mended; nobody has looked yet
    CHECKED = "checked"
    CONFIRMED = "confirmed"
    EXPLAINED = "explained"  # there is no ground to act on, with the reason
    CONTESTED = "contested"
    UPHELD = "upheld"  # two people found that the contest, or the objection, is right
    CLOSED = "closed"


class MatterState(enum.StrEnum):
    """What pages say of a matter now."""

    OPEN = "open"
    DUE_SOON = "due_soon"
    LATE = "late"
    VERY_LATE = "very_late"
    PAUSED = "paused"
    ANSWERED = "answered"
    REOPENED = "reopened"
    PLANNED = "planned"
    MENDING = "mending"
    CLAIMED = "claimed"
    CHECKED = "checked"
    CONFIRMED = "confirmed"
    EXPLAINED = "explained"
    CONTESTED = "contested"
    UPHELD = "upheld"
    CLOSED = "closed"


STATE_WORDS: dict[MatterState, str] = {
    MatterState.OPEN: N_("待答复"),
    MatterState.DUE_SOON: N_("快到期"),
    MatterState.LATE: N_("逾期"),
    MatterState.VERY_LATE: N_("严重逾期"),
    MatterState.PAUSED: N_("暂停计时"),
    MatterState.ANSWERED: N_("已答复"),
    MatterState.REOPENED: N_("重新打开"),
    MatterState.PLANNED: N_("已定整改方案"),
    MatterState.MENDING: N_("整改中"),
    MatterState.CLAIMED: N_("单位报告已改，等待核查"),
    MatterState.CHECKED: N_("核查通过"),
    MatterState.CONFIRMED: N_("居民确认已改"),
    MatterState.EXPLAINED: N_("已说明理由"),
    MatterState.CONTESTED: N_("单位有异议，复核中"),
    MatterState.UPHELD: N_("异议成立"),
    MatterState.CLOSED: N_("办结"),
}
KIND_WORDS: dict[MatterKind, str] = {
    MatterKind.QUESTION: N_("提问"),
    MatterKind.COMPLAINT: N_("投诉"),
    MatterKind.LOW_GRADE: N_("低分整改"),
    MatterKind.OBJECTION: N_("对结果的异议"),
    MatterKind.LINE_QUESTION: N_("对账目的疑问"),
    MatterKind.MONITORING: N_("电子监察"),
    MatterKind.CARD: N_("黄红牌复核"),
}
VERDICT_WORDS: dict[bool, str] = {True: N_("异议成立"), False: N_("异议不成立")}
CARD_VERDICT_WORDS: dict[bool, str] = {True: N_("撤销这张牌"), False: N_("维持这张牌")}
STAGE_WORDS: dict[Stage, str] = {
    Stage.ANSWER: N_("答复"),
    Stage.MEND: N_("整改"),
    Stage.CHECK: N_("核查"),
    Stage.RULE: N_("复核"),
}
WEIGHT_WORDS: dict[Weight, str] = {
    Weight.SIMPLE: N_("简单"),
    Weight.GENERAL: N_("一般"),
    Weight.COMPLEX: N_("复杂"),
}


class Lamp(enum.StrEnum):
    """● in time, ▲ soon, ■ over; never colour alone. The values are those of the lamp on pages."""

    IN_TIME = "ok"
    SOON = "warn"
    OVER = "bad"


@dataclass(frozen=True, kw_only=True)
class Times:
    """The moments of the deadline that runs; without `due_at` it is paused."""

    due_at: datetime | None
    soon_at: datetime | None
    very_late_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class MatterFacts:
    """All that a matter's state depends on. `rests_at` is when an answer can no longer be objected to."""

    phase: Phase
    running: Times | None = None
    rests_at: datetime | None = None


# Waiting for somebody: while its clock runs, lateness is what the public reads first.
WAITING = frozenset({Phase.OPEN, Phase.REOPENED, Phase.PLANNED, Phase.MENDING})
_RESTING = frozenset({Phase.ANSWERED, Phase.EXPLAINED})
# Nobody's clock runs: nothing is to be done unless somebody opens the matter again.
SETTLED = _RESTING | {Phase.CHECKED, Phase.CONFIRMED, Phase.UPHELD, Phase.CLOSED}
# Nothing is expected of anybody any more.
OVER = frozenset({Phase.CONFIRMED, Phase.UPHELD, Phase.CLOSED})


def state(facts: MatterFacts, now: datetime) -> MatterState:
    """Return what a matter is now: a function of what was done and of the time, of nothing else."""
    if facts.phase in _RESTING and is_reached(facts.rests_at, now):
        return MatterState.CLOSED
    plain = MatterState(facts.phase.value)
    if facts.phase not in WAITING or facts.running is None:
        return plain
    if facts.running.due_at is None:
        return MatterState.PAUSED
    return _lateness(facts.running, now, is_new=facts.phase is Phase.OPEN) or plain


def _lateness(times: Times, now: datetime, *, is_new: bool) -> MatterState | None:
    if is_reached(times.very_late_at, now):
        return MatterState.VERY_LATE
    if is_reached(times.due_at, now):
        return MatterState.LATE
    return MatterState.DUE_SOON if is_new and is_reached(times.soon_at, now) else None


def lamp(running: Times, now: datetime) -> Lamp | None:
    """Return the lamp of a clock, or none while it is paused."""
    if running.due_at is None:
        return None
    if is_reached(running.due_at, now):
        return Lamp.OVER
    return Lamp.SOON if is_reached(running.soon_at, now) else Lamp.IN_TIME


def is_reached(moment: datetime | None, now: datetime) -> bool:
    return moment is not None and now >= moment


class Act(enum.StrEnum):
    """What is done to a matter; each is an entry in its timeline."""

    OPENED = "opened"
    CLASSIFIED = "classified"
    HANDED_OVER = "handed_over"
    NOTED = "noted"
    PAUSED = "paused"
    RESUMED = "resumed"
    ANSWERED = "answered"
    GRADED = "graded"
    REOPENED = "reopened"
    PLANNED = "planned"
    STEP_DONE = "step_done"
    FILE_ADDED = "file_added"
    FILE_WITHDRAWN = "file_withdrawn"
    CLAIMED = "claimed"
    CHECKED = "checked"
    SENT_BACK = "sent_back"
    CONFIRMED = "confirmed"
    EXPLAINED = "explained"
    CONTESTED = "contested"
    RULING_PROPOSED = "ruling_proposed"
    RULING_DROPPED = "ruling_dropped"
    UPHELD = "upheld"
    REJECTED = "rejected"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"
    RECOUNTED = "recounted"
    REMINDED = "reminded"
    NOTICE_ISSUED = "notice_issued"
    NOTICE_ANSWERED = "notice_answered"
    NOTICE_WITHDRAWN = "notice_withdrawn"


ACT_WORDS: dict[Act, str] = {
    Act.OPENED: N_("立项"),
    Act.CLASSIFIED: N_("定类别"),
    Act.HANDED_OVER: N_("交办"),
    Act.NOTED: N_("内部备注"),
    Act.PAUSED: N_("暂停计时"),
    Act.RESUMED: N_("恢复计时"),
    Act.ANSWERED: N_("答复"),
    Act.GRADED: N_("提问人评价答复"),
    Act.REOPENED: N_("重新打开"),
    Act.PLANNED: N_("公布整改方案"),
    Act.STEP_DONE: N_("完成一步"),
    Act.FILE_ADDED: N_("上传佐证"),
    Act.FILE_WITHDRAWN: N_("撤下佐证"),
    Act.CLAIMED: N_("报告整改完成"),
    Act.CHECKED: N_("核查通过"),
    Act.SENT_BACK: N_("核查没有通过，退回整改"),
    Act.CONFIRMED: N_("居民确认"),
    Act.EXPLAINED: N_("说明理由"),
    Act.CONTESTED: N_("提出异议"),
    Act.RULING_PROPOSED: N_("提出复核意见"),
    Act.RULING_DROPPED: N_("撤回复核意见"),
    Act.UPHELD: N_("异议成立"),
    Act.REJECTED: N_("异议不成立"),
    Act.CLOSED: N_("办结"),
    Act.WITHDRAWN: N_("撤下"),
    Act.RECOUNTED: N_("日历有变，重算期限"),
    Act.REMINDED: N_("催办"),
    Act.NOTICE_ISSUED: N_("发出督办单"),
    Act.NOTICE_ANSWERED: N_("答复督办单"),
    Act.NOTICE_WITHDRAWN: N_("撤回督办单"),
}

_ASKED = frozenset({Phase.OPEN, Phase.REOPENED})
# From which phases each act is possible; what is not here is possible in every phase.
FROM: dict[Act, frozenset[Phase]] = {
    Act.CLASSIFIED: _ASKED,
    Act.HANDED_OVER: frozenset({Phase.OPEN, Phase.REOPENED, Phase.PLANNED, Phase.MENDING}),
    Act.PAUSED: WAITING,
    Act.RESUMED: WAITING,
    Act.ANSWERED: _ASKED,
    Act.GRADED: _RESTING,
    Act.REOPENED: _RESTING | {Phase.CHECKED, Phase.CONFIRMED},
    Act.PLANNED: _ASKED,
    Act.STEP_DONE: frozenset({Phase.PLANNED, Phase.MENDING}),
    Act.FILE_ADDED: frozenset({Phase.PLANNED, Phase.MENDING}),
    Act.FILE_WITHDRAWN: frozenset({Phase.PLANNED, Phase.MENDING}),
    Act.CLAIMED: frozenset({Phase.PLANNED, Phase.MENDING}),
    Act.CHECKED: frozenset({Phase.CLAIMED}),
    Act.SENT_BACK: frozenset({Phase.CLAIMED}),
    Act.CONFIRMED: frozenset({Phase.CHECKED, Phase.CONFIRMED}),
    Act.EXPLAINED: _ASKED,
    Act.CONTESTED: _ASKED,
    Act.RULING_PROPOSED: frozenset({Phase.CONTESTED, Phase.OPEN, Phase.REOPENED}),
    Act.UPHELD: frozenset({Phase.CONTESTED, Phase.OPEN, Phase.REOPENED}),
    Act.REJECTED: frozenset({Phase.CONTESTED, Phase.OPEN, Phase.REOPENED}),
    Act.CLOSED: frozenset(Phase) - OVER,
}


def verdict_words(kind: MatterKind) -> dict[bool, str]:
    """What the decision of two people is called: whether an objection is right, or whether a card is lifted."""
    return CARD_VERDICT_WORDS if kind is MatterKind.CARD else VERDICT_WORDS


def may(act: Act, phase: Phase) -> bool:
    """Whether `act` is possible in `phase`."""
    return phase in FROM.get(act, frozenset(Phase))


def is_internal(act: Act) -> bool:
    """Whether an entry is for the office and the unit only."""
    return act in {Act.NOTED, Act.RULING_PROPOSED, Act.RULING_DROPPED}
