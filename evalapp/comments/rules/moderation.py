"""States of a comment, what the office may decide, and the reasons that an author is told."""

import enum

from evalapp.core.i18n import N_


class Moderation(enum.StrEnum):
    """The setting `comment_moderation`: read by the office before it is shown, or after."""

    BEFORE = "before"
    AFTER = "after"


class CommentState(enum.StrEnum):
    HELD = "held"  # waits for the office
    SHOWN = "shown"
    REFUSED = "refused"  # never shown, or hidden later: `shown_on` tells
    WITHDRAWN = "withdrawn"  # by its author
    ERASED = "erased"  # the author's right: the words are gone
    MOVED = "moved"  # to the office's channel for reports of misconduct; the words are sealed there


class Verdict(enum.StrEnum):
    APPROVED = "approved"
    REFUSED = "refused"
    MASKED = "masked"  # words were masked by hand; the state stays
    RESTORED = "restored"  # after an appeal
    UPHELD = "upheld"  # the refusal, after an appeal
    MOVED = "moved"
    RETURNED = "returned"  # from the misconduct channel: it is no report


class AppealOutcome(enum.StrEnum):
    RESTORED = "restored"
    UPHELD = "upheld"


class GroupKind(enum.StrEnum):
    ALIKE = "alike"
    FLOOD = "flood"  # of one author in one thread


class RefusalReason(enum.StrEnum):
    PRIVACY = "privacy"
    INSULT = "insult"
    OFF_TOPIC = "off_topic"
    ADVERTISING = "advertising"
    UNLAWFUL = "unlawful"
    REPORT = "report"
    OTHER = "other"


REASONS = {
    RefusalReason.PRIVACY: N_("写了别人的姓名、住址等隐私"),
    RefusalReason.INSULT: N_("有辱骂或人身攻击"),
    RefusalReason.OFF_TOPIC: N_("与本期节目无关"),
    RefusalReason.ADVERTISING: N_("广告或重复刷屏"),
    RefusalReason.UNLAWFUL: N_("含有法律法规禁止的内容"),
    RefusalReason.REPORT: N_("反映的是违纪违法线索，请走检举控告渠道，那里会为你保密"),
    RefusalReason.OTHER: N_("其他原因"),
}
# A report of misconduct is moved to the channel that keeps it secret, no longer refused with a word where to go.
OFFERED = tuple(reason for reason in REASONS if reason is not RefusalReason.REPORT)

STATES = {
    CommentState.HELD: N_("等待审核"),
    CommentState.SHOWN: N_("已公开"),
    CommentState.REFUSED: N_("没有公开"),
    CommentState.WITHDRAWN: N_("已收回"),
    CommentState.ERASED: N_("已清除"),
    CommentState.MOVED: N_("已转专门渠道"),
}
# What the public is told: nobody can tell a comment that was moved from one that was refused.
_PUBLIC = {CommentState.MOVED: CommentState.REFUSED, CommentState.ERASED: CommentState.WITHDRAWN}

_DECIDABLE = {
    Verdict.APPROVED: frozenset({CommentState.HELD}),
    Verdict.REFUSED: frozenset({CommentState.HELD, CommentState.SHOWN}),
    Verdict.MASKED: frozenset({CommentState.HELD, CommentState.SHOWN}),
    Verdict.RESTORED: frozenset({CommentState.REFUSED}),
    Verdict.UPHELD: frozenset({CommentState.REFUSED}),
    Verdict.MOVED: frozenset({CommentState.HELD, CommentState.SHOWN, CommentState.REFUSED}),
    Verdict.RETURNED: frozenset({CommentState.MOVED}),
}


def may_be_decided(state: CommentState, verdict: Verdict) -> bool:
    """Whether the office may decide so on a comment in `state`."""
    return state in _DECIDABLE[verdict]


def may_be_withdrawn(state: CommentState) -> bool:
    """Whether its author may still take it back."""
    return state in {CommentState.HELD, CommentState.SHOWN}


def public_state(state: CommentState) -> CommentState:
    """What everybody is told of a comment in `state`."""
    return _PUBLIC.get(state, state)
