"""What applicants are told of by message, and what a message says."""

from datetime import datetime, timedelta

from evalapp.approvals.rules.kinds import STATE_WORDS, CaseState, EventKind

# Movements that matter to whoever waits; steps inside the house, fees and complaints are read on the page.
TOLD = frozenset(
    {
        EventKind.SUBMITTED,
        EventKind.PAPERS_ASKED,
        EventKind.ACCEPTED,
        EventKind.REFUSED,
        EventKind.PAUSED,
        EventKind.RESUMED,
        EventKind.EXTENDED,
        EventKind.DECIDED,
        EventKind.DELIVERED,
        EventKind.WITHDRAWN,
    }
)
# What is older is history, however it comes: an import, a replay, a worker that slept. Nobody is told of it any more.
RECENT = timedelta(days=3)
KIND = "case"
_TEXT = {
    "zh": (
        "【%(site)s】您的办件 %(reference)s 现在：%(state)s。查进度请打开 %(address)s/cases，查询码 %(code)s。"
        "不想再收请打开 %(stop)s"
    ),
    "en": (
        "[%(site)s] Your case %(reference)s now: %(state)s. To trace it open %(address)s/cases, code %(code)s. "
        "To stop these messages open %(stop)s"
    ),
}
_STATES_EN: dict[CaseState, str] = {
    CaseState.UNCLEAR: "no record of receipt",
    CaseState.SUBMITTED: "received, waiting to be accepted",
    CaseState.AWAITING_PAPERS: "you are asked for papers",
    CaseState.ACCEPTED: "accepted, under way",
    CaseState.PAUSED: "clock paused by law",
    CaseState.DECIDED: "decided, to be delivered",
    CaseState.DELIVERED: "completed",
    CaseState.REFUSED: "not accepted",
    CaseState.WITHDRAWN: "withdrawn",
}


def is_recent(occurred_at: datetime, now: datetime) -> bool:
    """Whether somebody is still told of what happened then."""
    return now - occurred_at < RECENT


def text(
    *, lang: str, site: str, address: str, reference: str, code: str, state: CaseState, stop: str
) -> str:
    """Return what a message says: where the case stands and how to look at it. Not what was applied for, nor by whom."""
    english = lang == "en"
    return _TEXT["en" if english else "zh"] % {
        "site": site,
        "reference": reference,
        "state": _STATES_EN[state] if english else STATE_WORDS[state],
        "address": address,
        "code": code,
        "stop": stop,
    }
