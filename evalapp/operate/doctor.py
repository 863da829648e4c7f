"""Finds out what is wrong with an installation and says what to do, one line a finding."""

import enum
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from evalapp.core import clock
from evalapp.core.calendar import CalendarDay
from evalapp.core.jobs import Job, JobState
from evalapp.core.platform import Platform
from evalapp.operate import migrating
from evalapp.operate.setting_up import free_share


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


def examine(platform: Platform) -> list[Finding]:
    """Look at everything that a running district needs."""
    return [
        *_settings(platform),
        *_database(platform),
        *_jobs(platform),
        *_files(platform),
    ]


def _settings(platform: Platform) -> Iterator[Finding]:
    settings = platform.settings
    yield Finding(about="环境", verdict=Verdict.GOOD, says=settings.env.value)
    if settings.clock_offset:
        yield Finding(
            about="时钟", verdict=Verdict.NOTE, says=f"拨快了 {settings.clock_offset} 秒，只用于演示和测试"
        )
    if settings.sms_gateway == "outbox":
        yield Finding(
            about="短信", verdict=Verdict.NOTE, says=f"短信写进文件夹 {settings.outbox_dir}，没有真的发出去"
        )
    if settings.mail_url.get_secret_value() == "outbox":
        yield Finding(
            about="邮件", verdict=Verdict.NOTE, says=f"邮件写进文件夹 {settings.outbox_dir}，没有真的寄出去"
        )
    if not settings.secure_cookies:
        yield Finding(
            about="网址", verdict=Verdict.NOTE, says="EVALAPP_PUBLIC_URL 不是 https，只适合本机试用"
        )


def _database(platform: Platform) -> Iterator[Finding]:
    try:
        at = migrating.current(platform.engine)
    except SQLAlchemyError as error:
        yield Finding(about="数据库", verdict=Verdict.BAD, says=f"连不上（{type(error).__name__}）")
        return
    newest = migrating.newest()
    if at != newest:
        yield Finding(
            about="数据库", verdict=Verdict.BAD, says=f"表结构是 {at}，应为 {newest}：运行 evalapp db upgrade"
        )
        return
    yield Finding(about="数据库", verdict=Verdict.GOOD, says=f"{platform.engine.dialect.name}，表结构 {at}")
    if platform.engine.dialect.name == "postgresql":
        yield from _durability(platform)
    with platform.session() as session:
        last = session.scalar(select(func.max(CalendarDay.day)))
    if last is None or last.year < clock.today().year:
        yield Finding(
            about="工作日历", verdict=Verdict.NOTE, says="没有今年的节假日安排：运行 evalapp calendar import"
        )


def _durability(platform: Platform) -> Iterator[Finding]:
    with platform.engine.connect() as connection:
        for name in ("fsync", "synchronous_commit", "full_page_writes"):
            value = connection.exec_driver_sql(f"SHOW {name}").scalar_one()
            if value != "on":
                yield Finding(
                    about="数据库",
                    verdict=Verdict.BAD,
                    says=f"{name}={value}：断电会丢失已确认的评票，请设为 on",
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
        yield Finding(
            about="后台工作", verdict=Verdict.BAD, says=f"{overdue} 项到点没人做：evalapp worker 没有运行"
        )
    if failed:
        yield Finding(
            about="后台工作", verdict=Verdict.NOTE, says=f"{failed} 项失败，工作台上可以看原因并重试"
        )
    if not overdue and not failed:
        yield Finding(about="后台工作", verdict=Verdict.GOOD, says="没有积压")


def _files(platform: Platform) -> Iterator[Finding]:
    share = free_share(platform)
    verdict = Verdict.GOOD if share > 0.15 else Verdict.NOTE if share > 0.1 else Verdict.BAD
    yield Finding(about="磁盘", verdict=verdict, says=f"还空 {share:.0%}（少于 10% 时不再接收录像）")
    keys = platform.settings.keys_dir
    if keys.exists() and keys.stat().st_mode & 0o077:
        yield Finding(about="密钥", verdict=Verdict.BAD, says=f"别人也能读 {keys}：运行 chmod 700 {keys}")
