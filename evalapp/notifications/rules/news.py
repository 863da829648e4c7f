"""What pages call the news of a topic and the notices of a desk. Whoever brings a kind adds its words here."""

import enum

from evalapp.core.i18n import N_


class TopicKind(enum.StrEnum):
    """What can be followed."""

    UNIT = "unit"
    EPISODE = "episode"
    MATTER = "matter"


NEWS: dict[str, str] = {
    "episode.planned": N_("有新一期节目"),
    "episode.watchable": N_("节目可以看了"),
    "episode.postponed": N_("播出改了时间"),
    "episode.withdrawn": N_("节目撤下了"),
    "grading.announced": N_("公布了评议时间"),
    "grading.extended": N_("评议延长了"),
    "grading.closed": N_("评议截止了"),
    "grading.voided": N_("评议作废了"),
    "result.published": N_("结果公布了"),
    "result.corrected": N_("公布的结果有更正"),
    "matter.answered": N_("单位答复了"),
    "matter.reopened": N_("事项重新打开了"),
    "matter.planned": N_("整改方案公布了"),
    "matter.claimed": N_("单位报告整改完成，等待核查"),
    "matter.checked": N_("整改核查通过了"),
    "matter.sent_back": N_("整改没有通过核查，退回了"),
    "matter.explained": N_("单位说明了理由"),
    "matter.contested": N_("单位提出了异议"),
    "matter.upheld": N_("复核认定异议成立"),
    "matter.rejected": N_("复核认定异议不成立"),
    "matter.closed": N_("事项办结了"),
    "matter.notice_issued": N_("发出了督办单"),
}
STAFF_NEWS: dict[str, str] = {
    "reminder.before": N_("事项快到期了"),
    "reminder.last_day": N_("事项今天到期"),
    "reminder.after": N_("事项逾期了"),
    "notice.blue": N_("收到蓝色督办单"),
    "notice.orange": N_("收到橙色督办单"),
    "notice.red": N_("收到红色督办单"),
    "case.near": N_("办件快到期了"),
    "case.yellow": N_("办件亮了黄牌"),
    "case.red": N_("办件亮了红牌"),
    "report.moved": N_("转来一件检举控告"),
}
OTHER_NEWS = N_("有新进展")


def news_words(kind: str) -> str:
    """Return the sentence for a kind of news; one without words is news all the same."""
    return NEWS.get(kind, OTHER_NEWS)


def staff_words(kind: str) -> str:
    """Return the sentence for a kind of notice to staff."""
    return STAFF_NEWS.get(kind, OTHER_NEWS)
