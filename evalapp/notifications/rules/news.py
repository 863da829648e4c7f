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
}
STAFF_NEWS: dict[str, str] = {}
OTHER_NEWS = N_("有新进展")


def news_words(kind: str) -> str:
    """Return the sentence for a kind of news; one without words is news all the same."""
    return NEWS.get(kind, OTHER_NEWS)


def staff_words(kind: str) -> str:
    """Return the sentence for a kind of notice to staff."""
    return STAFF_NEWS.get(kind, OTHER_NEWS)
