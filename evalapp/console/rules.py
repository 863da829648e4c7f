"""What stands in the rail of the desks, each entry for whoever holds its permission; and which text is closest to words."""

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass

from evalapp.core.i18n import N_
from evalapp.core.permissions import Permission

_FEWEST_PAIRS = 2  # one pair of characters in common is chance


def closest(words: str, texts: Sequence[str]) -> int | None:
    """Return the place of the text that shares most pairs of neighbouring characters with `words`; none if hardly any."""
    wanted = _pairs(words)
    shared = [len(wanted & _pairs(text)) for text in texts]
    most = max(shared, default=0)
    return shared.index(most) if most >= _FEWEST_PAIRS else None


def _pairs(text: str) -> set[str]:
    plain = re.sub(r"[\W_]+", " ", text.lower())
    return {pair for word in plain.split() for pair in map("".join, itertools.pairwise(word))}


@dataclass(frozen=True, kw_only=True)
class RailEntry:
    """An entry in the rail. `label` is a source text (mark it with `N_`)."""

    permission: Permission
    endpoint: str
    label: str
    icon: str


RAIL: tuple[RailEntry, ...] = (
    RailEntry(
        permission=Permission.PLAN_PROGRAMME,
        endpoint="office_schedule.board",
        label=N_("排期"),
        icon="kanban",
    ),
    RailEntry(
        permission=Permission.RUN_BOXES,
        endpoint="office_boxes.index",
        label=N_("票箱"),
        icon="archive",
    ),
    RailEntry(
        permission=Permission.INVITE_PANEL,
        endpoint="office_standings.client_codes",
        label=N_("编号卡"),
        icon="person-badge",
    ),
    RailEntry(
        permission=Permission.MODERATE_COMMENTS,
        endpoint="office_moderation.queue",
        label=N_("留言审核"),
        icon="chat-left-text",
    ),
    RailEntry(
        permission=Permission.SUPERVISE,
        endpoint="office_matters.index",
        label=N_("督办"),
        icon="clipboard-check",
    ),
    RailEntry(
        permission=Permission.SUPERVISE,
        endpoint="office_supervision_notices.list_notices",
        label=N_("督办单"),
        icon="card-checklist",
    ),
    RailEntry(
        permission=Permission.SUPERVISE,
        endpoint="office_cards.index",
        label=N_("黄红牌"),
        icon="flag",
    ),
    RailEntry(
        permission=Permission.SUPERVISE,
        endpoint="office_quarters.index",
        label=N_("季度等次"),
        icon="bar-chart-steps",
    ),
    RailEntry(
        permission=Permission.SUPERVISE,
        endpoint="office_points.points",
        label=N_("加减分"),
        icon="plus-lg",
    ),
    RailEntry(
        permission=Permission.WATCH_CASES,
        endpoint="office_monitor.index",
        label=N_("监察总览"),
        icon="display",
    ),
    RailEntry(
        permission=Permission.WATCH_CASES,
        endpoint="office_cases.index",
        label=N_("办件监察"),
        icon="speedometer2",
    ),
    RailEntry(
        permission=Permission.KEEP_FEEDS,
        endpoint="office_feeds.index",
        label=N_("系统对接"),
        icon="link-45deg",
    ),
    RailEntry(
        permission=Permission.SUPERVISE,
        endpoint="office_boards.index",
        label=N_("公开栏"),
        icon="table",
    ),
    RailEntry(
        permission=Permission.SUPERVISE,
        endpoint="office_powers.index",
        label=N_("权力清单"),
        icon="diagram-3",
    ),
    RailEntry(
        permission=Permission.KEEP_CALENDAR,
        endpoint="office_calendar.show",
        label=N_("工作日历"),
        icon="calendar3",
    ),
    RailEntry(
        permission=Permission.KEEP_KIOSKS,
        endpoint="office_kiosks.index",
        label=N_("触摸屏"),
        icon="display",
    ),
    RailEntry(
        permission=Permission.READ_REPORTS,
        endpoint="reports.reports",
        label=N_("检举控告"),
        icon="shield-lock",
    ),
    RailEntry(
        permission=Permission.REPLY_TO_COMMENTS,
        endpoint="unit_inbox.inbox",
        label=N_("收件箱"),
        icon="inbox",
    ),
    RailEntry(
        permission=Permission.REPLY_TO_COMMENTS,
        endpoint="unit_voices.show",
        label=N_("大家怎么说"),
        icon="chat-left-text",
    ),
    RailEntry(
        permission=Permission.HANDLE_CASES,
        endpoint="unit_cases.index",
        label=N_("办件"),
        icon="receipt",
    ),
    RailEntry(
        permission=Permission.ANSWER_MATTERS,
        endpoint="unit_matters.index",
        label=N_("督办事项"),
        icon="clipboard-check",
    ),
    RailEntry(
        permission=Permission.ANSWER_MATTERS,
        endpoint="unit_cards.index",
        label=N_("黄红牌"),
        icon="flag",
    ),
    RailEntry(
        permission=Permission.ANSWER_MATTERS,
        endpoint="unit_results.index",
        label=N_("评议结果"),
        icon="bar-chart-steps",
    ),
    RailEntry(
        permission=Permission.KEEP_UNIT,
        endpoint="unit_dossier.dossiers",
        label=N_("本单位的节目"),
        icon="play-btn",
    ),
    RailEntry(
        permission=Permission.KEEP_UNIT,
        endpoint="unit_boards.index",
        label=N_("公开栏"),
        icon="table",
    ),
    RailEntry(
        permission=Permission.KEEP_UNIT,
        endpoint="unit_pledges.pledges",
        label=N_("承诺与证据"),
        icon="card-checklist",
    ),
    RailEntry(
        permission=Permission.KEEP_UNIT,
        endpoint="unit_highlights.highlights",
        label=N_("亮点工作"),
        icon="stars",
    ),
    RailEntry(
        permission=Permission.KEEP_UNIT,
        endpoint="unit_powers.powers",
        label=N_("权力清单"),
        icon="diagram-3",
    ),
    RailEntry(
        permission=Permission.KEEP_UNIT,
        endpoint="unit_items.index",
        label=N_("办事指南"),
        icon="file-earmark-text",
    ),
    RailEntry(
        permission=Permission.KEEP_UNIT,
        endpoint="unit_profile.profile",
        label=N_("单位资料"),
        icon="building",
    ),
    RailEntry(
        permission=Permission.MANAGE_UNITS,
        endpoint="office_units.units",
        label=N_("各单位"),
        icon="building",
    ),
    RailEntry(
        permission=Permission.SEE_STATION_DESK,
        endpoint="station.desk",
        label=N_("录像"),
        icon="cloud-arrow-up",
    ),
    RailEntry(
        permission=Permission.MANAGE_STAFF,
        endpoint="administrator.accounts",
        label=N_("工作人员账号"),
        icon="people",
    ),
    RailEntry(
        permission=Permission.READ_AUDIT,
        endpoint="auditor.record",
        label=N_("操作记录"),
        icon="journal-check",
    ),
    RailEntry(
        permission=Permission.SEE_RETENTION,
        endpoint="retention.index",
        label=N_("保存期限"),
        icon="hourglass-split",
    ),
    RailEntry(
        permission=Permission.USE_DESK,
        endpoint="notices.index",
        label=N_("通知"),
        icon="bell",
    ),
    RailEntry(
        permission=Permission.USE_DESK,
        endpoint="staff.change_password",
        label=N_("改密码"),
        icon="key",
    ),
)
