"""The retention table: what is kept, from when on, how long, and why. The job and the desk page read this one list.

Tables that no rule names are in `kept.KEPT`, each with the reason; a test of the house asks for every table in one of both.
"""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select

from evalapp.accounts import rules as accounts
from evalapp.accounts.models import CodeRequest, Consent, Enrolment, SignedIn, StaffAttempt, TotpReset
from evalapp.approvals.models import CaseAttempt, CaseMessage, IntakeSignature
from evalapp.approvals.rules import tracing
from evalapp.ballots.models import BallotChange
from evalapp.ballots.rules import voters
from evalapp.comments.models import CommentAllowance, CommentBand, ModerationPerson
from evalapp.comments.rules import likeness
from evalapp.core import clock
from evalapp.core.i18n import N_
from evalapp.core.jobs import Job, JobState
from evalapp.disclosures.models import LineQuestion, QuestionAllowance
from evalapp.notifications.models import StaffNotice, TopicNews
from evalapp.programme.models import Episode, PlaybackReport, Upload
from evalapp.results.models import AgainRequest
from evalapp.retention import works
from evalapp.retention.pieces import Piece, Rows, Values

_HOURS_24 = timedelta(hours=24)
_MONTH = timedelta(days=30)
_LOGS = timedelta(days=180)
_YEAR = timedelta(days=365)
_LEAST = N_("《个人信息保护法》第十九条：保存时间以必要的最短为限")
_CSL = N_("《网络安全法》：网络日志留存不少于六个月，到期删除")


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One line of the table: `what` is removed `keep` after `since`, because of `why`."""

    name: str
    what: str
    since: str
    keep: timedelta
    why: str
    piece: Piece
    tables: tuple[str, ...]


RULES: tuple[Rule, ...] = (
    Rule(
        name="sign-in-codes",
        what=N_("登录验证码的申请"),
        since=N_("申请时"),
        keep=accounts.CODE_KEPT,
        why=N_("验证码限次按一天计，用完没有别的用处"),
        piece=Rows(table=CodeRequest, over=lambda limit: CodeRequest.asked_at <= limit),
        tables=("code_requests",),
    ),
    Rule(
        name="numbers-never-used",
        what=N_("填了却没有登录的手机号（密文；要求停发的，停发期内不删）"),
        since=N_("填写时"),
        keep=accounts.CODE_KEPT,
        why=_LEAST,
        piece=works.NUMBERS_NEVER_USED,
        tables=("vault",),
    ),
    Rule(
        name="idle-numbers",
        what=N_("久不使用的账号：手机号、邮箱、关注、登录记录"),
        since=N_("最近一次使用"),
        keep=accounts.NUMBER_KEPT,
        why=N_("登录时的约定：两年不用，号码自动删除"),
        piece=works.IDLE_RESIDENTS,
        tables=("residents", "vault"),
    ),
    Rule(
        name="person-ids",
        what=N_("注销或换号以后留着防重复投票的编号"),
        since=N_("可能用过它的评议都生效时"),
        keep=timedelta(0),
        why=N_("评议规则：认人的编号留到这些箱子都计完票"),
        piece=works.PERSON_IDS,
        tables=("kept_person_ids", "residents"),
    ),
    Rule(
        name="unconfirmed-addresses",
        what=N_("没有确认的邮箱（密文）"),
        since=N_("填写时"),
        keep=accounts.ADDRESS_KEPT,
        why=_LEAST,
        piece=works.UNCONFIRMED_ADDRESSES,
        tables=("mail_addresses",),
    ),
    Rule(
        name="applicants",
        what=N_("办件申请人的姓名和手机号（密文；办件本身留着）"),
        since=N_("收到时"),
        keep=2 * _YEAR,
        why=_LEAST,
        piece=works.APPLICANTS,
        tables=("vault_applicants",),
    ),
    Rule(
        name="intake-signatures",
        what=N_("部门系统用过的签名"),
        since=N_("使用时"),
        keep=_HOURS_24,
        why=N_("只为拒绝重放，五分钟以后本来就无效"),
        piece=Rows(table=IntakeSignature, over=lambda limit: IntakeSignature.at <= limit),
        tables=("intake_signatures",),
    ),
    Rule(
        name="case-attempts",
        what=N_("凭编号和查询码查办件的尝试（编号和网络都是编码）"),
        since=N_("尝试时"),
        keep=tracing.TRIES_KEPT,
        why=N_("只为限制猜查询码，按一小时计"),
        piece=Rows(table=CaseAttempt, over=lambda limit: CaseAttempt.at <= limit),
        tables=("case_attempts",),
    ),
    Rule(
        name="case-messages",
        what=N_("发过的办件短信（哪一件，没有号码和内容）"),
        since=N_("发出当天"),
        keep=_MONTH,
        why=N_("只为核对网关账单"),
        piece=Rows(table=CaseMessage, over=lambda limit: CaseMessage.ended_on < clock.local(limit).date()),
        tables=("case_messages",),
    ),
    Rule(
        name="withdrawn-consents",
        what=N_("已经撤回的同意"),
        since=N_("撤回时"),
        keep=3 * _YEAR,
        why=N_("《民法典》第一百八十八条：诉讼时效三年，其间留作证明"),
        piece=Rows(table=Consent, over=lambda limit: Consent.withdrawn_at <= limit),
        tables=("consents",),
    ),
    Rule(
        name="sessions",
        what=N_("结束的登录"),
        since=N_("退出或最近一次使用"),
        keep=accounts.SESSION_KEPT,
        why=_LEAST,
        piece=Rows(
            table=SignedIn,
            over=lambda limit: (SignedIn.ended_at <= limit) | (SignedIn.last_seen_at <= limit),
        ),
        tables=("sessions",),
    ),
    Rule(
        name="enrolments",
        what=N_("工作人员首次设置的中间记录"),
        since=N_("开始设置"),
        keep=_HOURS_24,
        why=N_("半小时内有效，过期没有用处"),
        piece=Rows(table=Enrolment, over=lambda limit: Enrolment.created_at <= limit),
        tables=("enrolments",),
    ),
    Rule(
        name="staff-attempts",
        what=N_("工作台登录尝试（安全日志，账号和网络都是编号）"),
        since=N_("尝试时"),
        keep=_LOGS,
        why=_CSL,
        piece=Rows(table=StaffAttempt, over=lambda limit: StaffAttempt.at <= limit),
        tables=("staff_attempts",),
    ),
    Rule(
        name="totp-resets",
        what=N_("办结的动态码重置申请（安全日志）"),
        since=N_("办结时"),
        keep=_LOGS,
        why=_CSL,
        piece=Rows(table=TotpReset, over=lambda limit: TotpReset.decided_at <= limit),
        tables=("totp_resets",),
    ),
    Rule(
        name="comment-allowances",
        what=N_("每小时留言次数"),
        since=N_("那个小时开始"),
        keep=timedelta(hours=2),
        why=N_("只为限次，过了那个小时没有用处"),
        piece=Rows(table=CommentAllowance, over=lambda limit: CommentAllowance.hour <= limit),
        tables=("comment_allowances",),
    ),
    Rule(
        name="question-allowances",
        what=N_("每天对账目提问的次数"),
        since=N_("那一天开始"),
        keep=2 * _HOURS_24,
        why=N_("只为限次，过了那一天没有用处"),
        piece=Rows(
            table=QuestionAllowance,
            over=lambda limit: QuestionAllowance.day <= clock.local(limit).date(),
        ),
        tables=("question_allowances",),
    ),
    Rule(
        name="question-words",
        what=N_("居民对账目提问时写的话（疑问和答复留着）"),
        since=N_("提问时"),
        keep=_YEAR,
        why=N_("只给单位答复用，答完没有别的用处"),
        piece=Values(
            table=LineQuestion,
            over=lambda limit: (LineQuestion.words != "") & (LineQuestion.asked_at <= limit),
            emptied={"words": ""},
        ),
        tables=("line_questions",),
    ),
    Rule(
        name="comment-bands",
        what=N_("找相近留言用的数"),
        since=N_("写下那天"),
        keep=likeness.LOOK_BACK,
        why=N_("只为把刷屏的归到一起，过了一周没有用处"),
        piece=Rows(table=CommentBand, over=lambda limit: CommentBand.written_on < clock.local(limit).date()),
        tables=("comment_bands",),
    ),
    Rule(
        name="moderation-people",
        what=N_("审核公开账里数人头用的编号"),
        since=N_("那个月开始"),
        keep=timedelta(days=32),
        why=N_("月份过完，人数已经数好"),
        piece=Rows(
            table=ModerationPerson, over=lambda limit: ModerationPerson.month <= clock.local(limit).date()
        ),
        tables=("moderation_people",),
    ),
    Rule(
        name="again-requests",
        what=N_("“请再问我”（密封，请过一次就删）"),
        since=N_("那一期的结果生效"),
        keep=_YEAR,
        why=N_("一年里没有回头看，就不再问了"),
        piece=Rows(
            table=AgainRequest,
            over=lambda limit: AgainRequest.episode_id.in_(
                select(Episode.id).where(Episode.final_at <= limit)
            ),
        ),
        tables=("again_requests",),
    ),
    Rule(
        name="ballot-changes",
        what=N_("改评次数"),
        since=N_("改评时"),
        keep=timedelta(hours=2),
        why=N_("只为每小时的限次"),
        piece=Rows(table=BallotChange, over=lambda limit: BallotChange.bucket < voters.time_bucket(limit)),
        tables=("ballot_changes",),
    ),
    Rule(
        name="box-secrets",
        what=N_("防刷票的痕迹、认票的密钥，再过六十天开箱密钥"),
        since=N_("结果生效或作废"),
        keep=_MONTH,
        why=N_("评议规则第九条：生效后三十天、九十天销毁（各期以公布的规则为准）"),
        piece=works.BOX_SECRETS,
        tables=("ballot_signals",),
    ),
    Rule(
        name="playback-reporters",
        what=N_("视频故障报告里的网络编号"),
        since=N_("报告时"),
        keep=_HOURS_24,
        why=N_("只为每天的限次；报告本身不含个人信息"),
        piece=Values(
            table=PlaybackReport,
            over=lambda limit: PlaybackReport.reporter.is_not(None) & (PlaybackReport.reported_at <= limit),
            emptied={"reporter": None, "slot": None},
        ),
        tables=("playback_reports",),
    ),
    Rule(
        name="unfinished-uploads",
        what=N_("断掉的上传和处理剩下的文件"),
        since=N_("最近一次续传"),
        keep=timedelta(0),
        why=N_("续传期限由上传页面写明，过期不再接收"),
        piece=works.LEFTOVERS,
        tables=(),
    ),
    Rule(
        name="uploads",
        what=N_("上传记录（录像本身另存）"),
        since=N_("完成或过期"),
        keep=_MONTH,
        why=_LEAST,
        piece=Rows(
            table=Upload,
            over=lambda limit: (Upload.finished_at <= limit) | (Upload.ended_at <= limit),
        ),
        tables=("uploads",),
    ),
    Rule(
        name="unsent-letters",
        what=N_("没有发出或不知道发出没有的通知：收信人"),
        since=N_("要发的时候"),
        keep=_MONTH,
        why=_LEAST,
        piece=works.UNSENT_LETTERS,
        tables=("letters",),
    ),
    Rule(
        name="letters",
        what=N_("发过的通知（已不含收信人）"),
        since=N_("发出当天"),
        keep=_MONTH,
        why=N_("只为核对网关账单"),
        piece=works.ENDED_LETTERS,
        tables=("letters", "notices"),
    ),
    Rule(
        name="topic-news",
        what=N_("关注列表里的进展"),
        since=N_("发生时"),
        keep=_YEAR,
        why=N_("事情本身在各自的公开页面上"),
        piece=Rows(table=TopicNews, over=lambda limit: TopicNews.at <= limit),
        tables=("topic_news",),
    ),
    Rule(
        name="staff-notices",
        what=N_("看过的工作台通知"),
        since=N_("看过时"),
        keep=_YEAR,
        why=N_("事情本身在操作记录里"),
        piece=Rows(table=StaffNotice, over=lambda limit: StaffNotice.seen_at <= limit),
        tables=("staff_notices",),
    ),
    Rule(
        name="jobs-done",
        what=N_("做完的后台工作"),
        since=N_("做完时"),
        keep=_MONTH,
        why=N_("只为查问题"),
        piece=Rows(table=Job, over=lambda limit: (Job.state == JobState.DONE) & (Job.finished_at <= limit)),
        tables=("jobs",),
    ),
    Rule(
        name="jobs-failed",
        what=N_("失败了没有人重试的后台工作"),
        since=N_("失败时"),
        keep=_LOGS,
        why=N_("只为查问题"),
        piece=Rows(table=Job, over=lambda limit: (Job.state == JobState.FAILED) & (Job.finished_at <= limit)),
        tables=("jobs",),
    ),
    Rule(
        name="outbox",
        what=N_("开发用发件箱、收件箱里的文件"),
        since=N_("写入时"),
        keep=_HOURS_24,
        why=N_("只在开发环境有"),
        piece=works.OUTBOX,
        tables=(),
    ),
)
