"""Finds out what is wrong with an installation and says what to do, one finding a line, in Chinese and English."""

import enum
import shlex
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from evalapp.core import clock
from evalapp.core.calendar import CalendarDay
from evalapp.core.jobs import Job, JobState
from evalapp.core.platform import Platform
from evalapp.operate import migrating
from evalapp.operate.setting_up import free_share
from evalapp.programme import media


class Verdict(enum.StrEnum):
    GOOD = "好"
    NOTE = "注意"
    BAD = "不行"


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing looked at: what, how it is, and what to do about it."""

    about: str
    verdict: Verdict
    says: str
    english: str

    def as_row(self) -> dict[str, str]:
        return {
            "verdict": self.verdict.value,
            "about": self.about,
            "says": self.says,
            "english": self.english,
        }


def good(about: str, says: str, english: str) -> Finding:
    return Finding(about=about, verdict=Verdict.GOOD, says=says, english=english)


def note(about: str, says: str, english: str) -> Finding:
    return Finding(about=about, verdict=Verdict.NOTE, says=says, english=english)


def bad(about: str, says: str, english: str) -> Finding:
    return Finding(about=about, verdict=Verdict.BAD, says=says, english=english)


def examine(platform: Platform) -> list[Finding]:
    """Look at everything that a running district needs."""
    return [
        *_settings(platform),
        *_database(platform),
        *_jobs(platform),
        *_recordings(platform),
        *_speech(),
        *_room(platform),
        *_modes(platform),
    ]


def _settings(platform: Platform) -> Iterator[Finding]:
    settings = platform.settings
    yield good("环境", settings.env.value, f"environment: {settings.env.value}")
    if settings.clock_offset:
        yield note(
            "时钟",
            f"拨快了 {settings.clock_offset} 秒，只用于演示和测试",
            f"the clock runs {settings.clock_offset} seconds ahead: for demonstrations and tests only",
        )
    if settings.sms_gateway == "outbox":
        yield note(
            "短信",
            f"短信写进文件夹 {settings.outbox_dir}，没有真的发出去",
            f"short messages are written to {settings.outbox_dir} and not sent",
        )
    if settings.mail_url.get_secret_value() == "outbox":
        yield note(
            "邮件",
            f"邮件写进文件夹 {settings.outbox_dir}，没有真的寄出去",
            f"mails are written to {settings.outbox_dir} and not sent",
        )
    if not settings.secure_cookies:
        yield note(
            "网址",
            "EVALAPP_PUBLIC_URL 不是 https，只适合本机试用",
            "EVALAPP_PUBLIC_URL is not https: for a trial on this machine only",
        )


def _database(platform: Platform) -> Iterator[Finding]:
    try:
        at = migrating.current(platform.engine)
    except SQLAlchemyError as error:
        kind = type(error).__name__
        yield bad("数据库", f"连不上（{kind}）", f"the database does not answer ({kind})")
        return
    newest = migrating.newest()
    if at != newest:
        yield bad(
            "数据库",
            f"表结构是 {at}，应为 {newest}：运行 evalapp db upgrade",
            f"the tables are at {at}, not at {newest}: run evalapp db upgrade",
        )
        return
    name = platform.engine.dialect.name
    yield good("数据库", f"{name}，表结构 {at}", f"{name}, tables at {at}")
    if name == "postgresql":
        yield from _durability(platform)
    with platform.session() as session:
        last = session.scalar(select(func.max(CalendarDay.day)))
    year = clock.today().year
    if last is None or last.year < year:
        yield note(
            "工作日历",
            f"没有 {year} 年的节假日安排：升级本系统后运行 evalapp init",
            f"the holidays of {year} are not known: upgrade, then run evalapp init",
        )


def _durability(platform: Platform) -> Iterator[Finding]:
    with platform.engine.connect() as connection:
        for name in ("fsync", "synchronous_commit", "full_page_writes"):
            value = connection.exec_driver_sql(f"SHOW {name}").scalar_one()
            if value != "on":
                yield bad(
                    "数据库",
                    f"{name}={value}：断电会丢失已确认的评票，请设为 on",
                    f"{name}={value}: a power cut would lose ballots that were acknowledged; set it to on",
                )


def _jobs(platform: Platform) -> Iterator[Finding]:
    late = clock.now() - timedelta(minutes=2)
    try:
        with platform.session() as session:
            overdue = session.scalar(
                select(func.count()).select_from(Job).where(Job.state == JobState.WAITING, Job.run_at < late)
            )
            failed = session.scalar(select(func.count()).select_from(Job).where(Job.state == JobState.FAILED))
    except SQLAlchemyError:
        return
    if overdue:
        yield bad(
            "后台工作",
            f"{overdue} 项到点没人做：evalapp worker 没有运行",
            f"{overdue} jobs are overdue: no evalapp worker runs",
        )
    if failed:
        yield note(
            "后台工作",
            f"{failed} 项失败，工作台上可以看原因并重试",
            f"{failed} jobs failed: the desk shows why and tries again",
        )
    if not overdue and not failed:
        yield good("后台工作", "没有积压", "no job waits too long")


def _recordings(platform: Platform) -> Iterator[Finding]:
    """What the media library says of this machine; what it needs is bad when missing, the rest a note."""
    for found in media.check(platform.settings):
        say = good if found.ok else bad if found.needed else note
        yield say("录像", found.sentence, found.english)


def _speech() -> Iterator[Finding]:
    """Whether guides can be recorded for kiosks."""
    if shutil.which("espeak-ng") is None:
        yield note(
            "朗读",
            "没有 espeak-ng，触摸屏不能读办事指南：apt-get install espeak-ng，再运行 evalapp service speak",
            "espeak-ng is missing, kiosks cannot read guides aloud: apt-get install espeak-ng, then evalapp service speak",
        )
    else:
        yield good("朗读", "espeak-ng 在", "espeak-ng is there")


def _room(platform: Platform) -> Iterator[Finding]:
    share = free_share(platform)
    say = good if share > 0.15 else note if share > 0.1 else bad
    yield say(
        "磁盘",
        f"还空 {share:.0%}（少于 10% 时不再接收录像）",
        f"{share:.0%} of the disk is free (below 10 % no recording is taken)",
    )


def _modes(platform: Platform) -> Iterator[Finding]:
    """Whether other accounts of this machine can read what is none of their business."""
    settings = platform.settings
    if _is_open(settings.keys_dir):
        keys = shlex.quote(str(settings.keys_dir))
        yield bad(
            "密钥", f"别人也能读：运行 chmod 700 {keys}", f"others can read the keys: run chmod 700 {keys}"
        )
    if not _is_open(settings.data_dir):
        return
    database = platform.engine.url.database if platform.engine.dialect.name == "sqlite" else None
    inside = [settings.uploads_dir, settings.outbox_dir, *([Path(database)] if database else [])]
    wide = " ".join(shlex.quote(str(path)) for path in [settings.data_dir, *filter(_is_open, inside)])
    yield note(
        "权限",
        f"这台机器上别的账号也能读：运行 chmod go= {wide}",
        f"other accounts of this machine can read these: run chmod go= {wide}",
    )


def _is_open(path: Path) -> bool:
    return path.exists() and path.stat().st_mode & 0o077 != 0
