"""Matters for tests, made through the services and committed; the clock stands where a test puts it."""

import itertools
import uuid
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select

from evalapp.accounts.models import Role, StaffMember
from evalapp.core import calendar, clock
from evalapp.core.permissions import Actor, ActorKind, Permission
from evalapp.core.platform import Platform
from evalapp.supervision import jobs, services
from evalapp.supervision.models import Deadline, Matter, MatterEvent, Reminder, SupervisionNotice
from evalapp.supervision.queries import matters as queries
from evalapp.supervision.rules.profile import Weight
from evalapp.supervision.rules.states import MatterKind, MatterState
from evalapp.units.models import Unit
from tests.support.units import UnitFactory

ANSWER = "楼道灯共十二盏，昨天已经全部换好，物业科每月十五日巡查一次。"


def at(day: str, hour: int = 10, minute: int = 0) -> datetime:
    """A moment of the district's day."""
    found = date.fromisoformat(day)
    return datetime(found.year, found.month, found.day, hour, minute, tzinfo=clock.zone())


class Matters:
    """`matters.question(unit)` and the like; each call is a transaction of its own."""

    def __init__(self, platform: Platform, units: UnitFactory) -> None:
        self.platform, self.units = platform, units
        self._numbers = itertools.count(1)
        with platform.transaction() as session:
            if session.scalar(select(calendar.CalendarYear.year).limit(1)) is None:
                calendar.seed(session)

    def unit(self, name: str = "") -> Unit:
        return self.units.department(name)

    def question(
        self, unit: Unit | None = None, *, weight: Weight = Weight.GENERAL, **more: object
    ) -> Matter:
        return self.opened(MatterKind.QUESTION, unit, weight=weight, **more)

    def opened(self, kind: MatterKind, unit: Unit | None = None, **more: object) -> Matter:
        unit, number = unit or self.unit(), next(self._numbers)
        said = {"title": f"第 16 期的第 {number} 个提问", "path": "/episodes/16", "about": f"CM-{number}"}
        with self.platform.transaction() as session:
            return services.open_matter(session, kind=kind, unit_id=unit.id, **(said | more))  # type: ignore[arg-type]

    def do(self, service: object, matter: Matter, **more: object) -> object:
        with self.platform.transaction() as session:
            return service(session, matter_id=matter.id, **more)  # type: ignore[operator]

    def answered(self, matter: Matter | None = None, *, text: str = ANSWER) -> Matter:
        matter = matter or self.question()
        self.do(services.answer, matter, text=text, actor=self.unit_staff(matter))
        return self.again(matter)

    def planned(self, matter: Matter | None = None, *, days: int = 7, steps: int = 2) -> Matter:
        matter = matter or self.question()
        due_on = clock.today() + timedelta(days=days)
        listed = [
            services.Step(what=f"换第 {n} 层的灯", post="物业科科长", due_on=due_on)
            for n in range(1, steps + 1)
        ]
        self.do(
            services.plan, matter, text="两周内换完全部楼道灯。", steps=listed, actor=self.unit_staff(matter)
        )
        return self.again(matter)

    def claimed(self, matter: Matter | None = None) -> Matter:
        matter = self.planned(matter, steps=1)
        self.do(services.finish_step, matter, number=1, outcome="换了六盏", actor=self.unit_staff(matter))
        self.do(services.claim_mended, matter, text="全部换好，已试灯。", actor=self.unit_staff(matter))
        return self.again(matter)

    def checked(self, matter: Matter | None = None) -> Matter:
        matter = self.claimed(matter)
        self.do(services.check, matter, has_passed=True, note="现场看过，灯都亮。", actor=self.officer())
        return self.again(matter)

    def ruled(self, matter: Matter, *, is_upheld: bool) -> None:
        """Two people of the office decide a contest or an objection."""
        said = "两人当场重新核对了账本，各类人数相加与公布的总数一致。"
        ruling = self.do(
            services.propose_ruling, matter, is_upheld=is_upheld, reason=said, actor=self.officer()
        )
        second = self.officer("评议办副主任")
        with self.platform.transaction() as session:
            services.confirm_ruling(session, ruling_id=ruling.id, actor=second)  # type: ignore[attr-defined]

    def unit_staff(self, matter: Matter, post: str = "物业科科长") -> Actor:
        with self.platform.session() as session:
            unit = session.get_one(Unit, matter.unit_id)
        return self.units.member(unit, login=f"handler-{next(self._numbers)}", post=post)

    def officer(self, post: str = "评议办主任") -> Actor:
        with self.platform.transaction() as session:
            member = StaffMember(
                id=uuid.uuid4(),
                login=f"officer-{next(self._numbers)}",
                post=post,
                role=Role.OFFICE,
                password_hash="!",
                created_at=clock.now(),
            )
            session.add(member)
        granted = frozenset({Permission.USE_DESK, Permission.SUPERVISE, Permission.KEEP_CALENDAR})
        return Actor(kind=ActorKind.STAFF, id=member.id, name=post, permissions=granted)

    def escalate(self) -> None:
        """What a round of the worker does, until nothing is due."""
        while self.due():
            jobs.escalate(self.platform)

    def due(self) -> bool:
        with self.platform.session() as session:
            found = session.scalar(select(Deadline.id).where(Deadline.next_act_at <= clock.now()).limit(1))
        return found is not None

    def again(self, matter: Matter) -> Matter:
        with self.platform.session() as session:
            return session.get_one(Matter, matter.id)

    def state(self, matter: Matter) -> MatterState:
        with self.platform.session() as session:
            return queries.shown(session, matter.reference).state

    def running(self, matter: Matter) -> Deadline | None:
        with self.platform.session() as session:
            return session.scalar(
                select(Deadline).where(Deadline.matter_id == matter.id, Deadline.ended_at.is_(None))
            )

    def entries(self, matter: Matter) -> list[MatterEvent]:
        with self.platform.session() as session:
            return list(
                session.scalars(
                    select(MatterEvent).where(MatterEvent.matter_id == matter.id).order_by(MatterEvent.number)
                )
            )

    def reminders(self, matter: Matter) -> list[Reminder]:
        with self.platform.session() as session:
            return list(
                session.scalars(
                    select(Reminder)
                    .join(Deadline, Deadline.id == Reminder.deadline_id)
                    .where(Deadline.matter_id == matter.id)
                    .order_by(Reminder.due_at)
                )
            )

    def notices(self, matter: Matter) -> list[SupervisionNotice]:
        with self.platform.session() as session:
            return list(
                session.scalars(
                    select(SupervisionNotice)
                    .where(SupervisionNotice.matter_id == matter.id)
                    .order_by(SupervisionNotice.issued_at)
                )
            )


@pytest.fixture
def matters(platform: Platform, units: UnitFactory) -> Matters:
    return Matters(platform, units)
