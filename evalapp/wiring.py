"""The one list of who reacts to what, which job runs what, and what the worker looks at in each round."""

from collections.abc import Callable, Sequence

from evalapp.accounts import jobs as accounts_jobs
from evalapp.accounts.events import (
    KIOSK_ACTS,
    STAFF_ACTS,
    KioskRegistered,
    NoticesStopped,
    NumberStopped,
    ResidentErased,
    ResidentStartedAnew,
)
from evalapp.accounts.services import codes
from evalapp.accounts.vault_mail import CONFIRM
from evalapp.approvals import jobs as approvals_jobs
from evalapp.approvals.services import applicants, contesting, journal, recounting, telling
from evalapp.audit import services as audit
from evalapp.ballots import jobs as ballots_jobs
from evalapp.ballots.events import GradingAnnounced, GradingClosed, GradingExtended, GradingVoided
from evalapp.ballots.services import case_standings, standings
from evalapp.comments import jobs as comments_jobs
from evalapp.comments import services as comments
from evalapp.comments.events import CommentChanged, CommentMoved
from evalapp.comments.services import voices
from evalapp.console import jobs as console_jobs
from evalapp.core import events, jobs
from evalapp.core.calendar import CalendarChanged
from evalapp.core.platform import Platform
from evalapp.disclosures import jobs as disclosures_jobs
from evalapp.disclosures import services as disclosures
from evalapp.disclosures.events import (
    DisclosureShown,
    DisclosureWithdrawn,
    StatementShown,
    StatementWithdrawn,
)
from evalapp.disclosures.services import asking
from evalapp.notifications import jobs as notifications_jobs
from evalapp.notifications import services as notifications
from evalapp.notifications.rules import DELIVER, TELL_ALL
from evalapp.pledges.events import (
    HighlightShown,
    HighlightWithdrawn,
    PledgeShown,
    PledgeWithdrawn,
    ProgressReported,
)
from evalapp.portal.services import finding, finding_boards, finding_matters, finding_powers
from evalapp.powers import jobs as powers_jobs
from evalapp.powers.events import ItemShown, ItemWithdrawn, PowerShown, PowerWithdrawn
from evalapp.powers.services.items import speech
from evalapp.programme import jobs as programme_jobs
from evalapp.programme.events import (
    AiringPlanned,
    AiringPostponed,
    CaptionsChanged,
    EpisodeCreated,
    EpisodeEdited,
    EpisodeReady,
    EpisodeWithdrawn,
)
from evalapp.programme.services import following, recordings
from evalapp.results import jobs as results_jobs
from evalapp.results.events import ResultCorrected, ResultPublished
from evalapp.results.services import again, low_grades, objections
from evalapp.retention import jobs as retention_jobs
from evalapp.supervision import jobs as supervision_jobs
from evalapp.supervision import services as supervision
from evalapp.supervision.events import MatterAnswered, MatterRuled, MatterTold, NoticeIssued, PointsChanged
from evalapp.units import services as units
from evalapp.units.events import UnitAdded, UnitChanged, UnitClosed, UnitReopened


def connect() -> None:
    """Subscribe every reaction and register every job; safe to call again."""
    _subscribe()
    _register()


def _subscribe() -> None:
    _subscribe_finding()
    for act in STAFF_ACTS:
        events.subscribe(act, audit.record_staff_act)
    for kiosk_act in KIOSK_ACTS:
        events.subscribe(kiosk_act, audit.record_kiosk_act)
    events.subscribe(CalendarChanged, audit.record_calendar_change)
    events.subscribe(CalendarChanged, supervision.on_calendar_changed)
    events.subscribe(CalendarChanged, recounting.on_calendar_changed)
    events.subscribe(CalendarChanged, journal.on_calendar_changed)
    events.subscribe(PointsChanged, journal.on_points_changed)
    events.subscribe(NoticeIssued, journal.on_notice_issued)
    events.subscribe(MatterRuled, contesting.on_matter_ruled)
    events.subscribe(ResidentErased, comments.on_resident_erased)
    events.subscribe(ResidentStartedAnew, comments.on_resident_started_anew)
    events.subscribe(MatterAnswered, comments.on_matter_answered)
    events.subscribe(NoticesStopped, notifications.on_notices_stopped)
    events.subscribe(ResidentErased, notifications.on_resident_gone)
    events.subscribe(ResidentStartedAnew, notifications.on_resident_gone)
    events.subscribe(ResidentErased, standings.on_resident_gone)
    events.subscribe(ResidentStartedAnew, standings.on_resident_gone)
    events.subscribe(GradingClosed, case_standings.on_grading_over)
    events.subscribe(GradingVoided, case_standings.on_grading_over)
    events.subscribe(ResidentErased, disclosures.on_resident_erased)
    events.subscribe(ResidentErased, applicants.on_resident_gone)
    events.subscribe(ResidentStartedAnew, applicants.on_resident_gone)
    events.subscribe(NumberStopped, telling.on_number_stopped)
    events.subscribe(UnitAdded, disclosures.on_unit_added)
    events.subscribe(ResidentErased, notifications.on_follower_gone)
    events.subscribe(ResidentStartedAnew, notifications.on_follower_gone)
    events.subscribe(UnitChanged, units.title_topic)
    events.subscribe(EpisodeEdited, following.title_topic)
    events.subscribe(AiringPlanned, following.telling("episode.planned"))
    events.subscribe(AiringPostponed, following.telling("episode.postponed"))
    events.subscribe(EpisodeWithdrawn, following.telling("episode.withdrawn"))
    events.subscribe(GradingAnnounced, following.telling("grading.announced"))
    events.subscribe(GradingExtended, following.telling("grading.extended"))
    events.subscribe(GradingClosed, following.telling("grading.closed"))
    events.subscribe(GradingVoided, following.telling("grading.voided"))
    events.subscribe(ResultPublished, following.telling("result.published"))
    events.subscribe(ResultCorrected, following.telling("result.corrected"))
    events.subscribe(ResultPublished, low_grades.on_result_published)
    events.subscribe(ResultCorrected, low_grades.on_result_corrected)
    events.subscribe(ResidentErased, again.on_resident_gone)
    events.subscribe(ResidentStartedAnew, again.on_resident_gone)
    events.subscribe(CommentMoved, voices.on_comment_moved)
    events.subscribe(MatterRuled, objections.on_matter_ruled)


def _subscribe_finding() -> None:
    """What is found, and read aloud, follows what is shown."""
    events.subscribe(UnitAdded, finding.on_unit_added)
    events.subscribe(UnitChanged, finding.on_unit)
    events.subscribe(UnitClosed, finding.on_unit)
    events.subscribe(UnitReopened, finding.on_unit)
    events.subscribe(PledgeShown, finding.on_pledge_shown)
    events.subscribe(PledgeWithdrawn, finding.on_pledge_withdrawn)
    events.subscribe(HighlightShown, finding.on_highlight)
    events.subscribe(ProgressReported, finding.on_highlight)
    events.subscribe(HighlightWithdrawn, finding.on_highlight_withdrawn)
    events.subscribe(MatterTold, finding_matters.on_matter_told)
    events.subscribe(PowerShown, finding_powers.on_power_shown)
    events.subscribe(PowerWithdrawn, finding_powers.on_power_withdrawn)
    events.subscribe(ItemShown, finding_powers.on_item_shown)
    events.subscribe(ItemWithdrawn, finding_powers.on_item_withdrawn)
    events.subscribe(ItemShown, speech.on_item)
    events.subscribe(ItemWithdrawn, speech.on_item)
    events.subscribe(KioskRegistered, speech.on_kiosk_registered)
    events.subscribe(DisclosureShown, finding_boards.on_disclosure_shown)
    events.subscribe(DisclosureWithdrawn, finding_boards.on_disclosure_withdrawn)
    events.subscribe(StatementShown, finding_boards.on_statement_shown)
    events.subscribe(StatementWithdrawn, finding_boards.on_statement_withdrawn)
    events.subscribe(EpisodeCreated, finding.on_episode)
    events.subscribe(EpisodeEdited, finding.on_episode)
    events.subscribe(EpisodeWithdrawn, finding.on_episode_withdrawn)
    events.subscribe(GradingVoided, finding.on_episode)
    events.subscribe(EpisodeReady, finding.on_captions)
    events.subscribe(CaptionsChanged, finding.on_captions)
    events.subscribe(CommentChanged, finding.on_comment)
    events.subscribe(CommentMoved, finding.on_comment_moved)


def _register() -> None:
    jobs.register(recounting.RECOUNT, approvals_jobs.recount)
    jobs.register(telling.SEND, approvals_jobs.send_message)
    jobs.register(CONFIRM, accounts_jobs.send_confirmation)
    jobs.register(codes.SEND_CODE, accounts_jobs.send_code)
    jobs.register(comments.ERASE, comments_jobs.erase_author)
    jobs.register(comments.FORGET, comments_jobs.forget_said)
    jobs.register(comments.TELL, comments_jobs.tell_author)
    jobs.register(asking.ERASE, disclosures_jobs.erase_asker)
    jobs.register(DELIVER, notifications_jobs.deliver)
    jobs.register(TELL_ALL, notifications_jobs.tell_all)
    jobs.register(notifications.FAN_OUT, notifications_jobs.fan_out)
    jobs.register(notifications.FORGET_FOLLOWER, notifications_jobs.forget)
    jobs.register(speech.RECORD, powers_jobs.record_speech)
    jobs.register(again.INVITE, results_jobs.invite)
    jobs.register(again.FORGET, results_jobs.forget_wishes)
    jobs.register(recordings.PREPARE, programme_jobs.prepare)


def rounds() -> Sequence[Callable[[Platform], None]]:
    """What time decides and the worker ought to notice soon."""
    return (
        accounts_jobs.Watch(),
        approvals_jobs.act_due,
        approvals_jobs.write_notices,
        approvals_jobs.CloseQuarters(),
        approvals_jobs.tell,
        ballots_jobs.close_due,
        ballots_jobs.tell_turnout,
        notifications_jobs.read_inbox,
        notifications_jobs.gather,
        retention_jobs.Retention(),
        supervision_jobs.escalate,
        console_jobs.CountVoices(),
    )
