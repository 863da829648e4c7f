"""What the office itself did, and is told of in public."""

import enum

from evalapp.core.i18n import N_


class MonitorAct(enum.StrEnum):
    LIFTED = "lifted"  # two people found a card wrong
    UPHELD = "upheld"  # two people found that a contested card stands
    REVIEWED_LATE = "reviewed_late"
    NOTICE_LATE = "notice_late"
    PROFILE = "profile"
    CALENDAR = "calendar"
    POINTS = "points"
    CORRECTED = "corrected"  # a quarter that was published


ACT_WORDS: dict[MonitorAct, str] = {
    MonitorAct.LIFTED: N_("撤销牌"),
    MonitorAct.UPHELD: N_("复核后维持牌"),
    MonitorAct.REVIEWED_LATE: N_("复核逾期"),
    MonitorAct.NOTICE_LATE: N_("督办单迟发"),
    MonitorAct.PROFILE: N_("换监察办法"),
    MonitorAct.CALENDAR: N_("改工作日历"),
    MonitorAct.POINTS: N_("人工加减分"),
    MonitorAct.CORRECTED: N_("更正季度等次"),
}
