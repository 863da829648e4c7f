"""Factories for threads, comments and replies; people and units around them are made on the way."""

import itertools
import uuid
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from evalapp.accounts import vault
from evalapp.accounts.models import Purpose, Resident, Role, StaffMember
from evalapp.accounts.services import residents
from evalapp.comments import services
from evalapp.comments.models import Comment, CommentAppeal, MisconductReport, Reply, ReplyWording, Thread
from evalapp.comments.rules.asking import Asking
from evalapp.comments.rules.moderation import Moderation, RefusalReason
from evalapp.comments.rules.sealing import CommentKeys
from evalapp.comments.services.authorship import CommentPolicy
from evalapp.core import clock
from evalapp.core.permissions import RESIDENT_PERMISSIONS, Actor, ActorKind, Permission
from evalapp.core.platform import Platform
from evalapp.supervision.models import Matter
from evalapp.units.models import Unit
from tests.support.actors import Visitors
from tests.support.units import UnitFactory

_numbers = itertools.count(1)
BEFORE = CommentPolicy(moderation=Moderation.BEFORE, per_hour=10_000)
AFTER = CommentPolicy(moderation=Moderation.AFTER, per_hour=10_000)


class Comments:
    """Makes what a test needs, each in a transaction of its own."""

    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        self.keys = CommentKeys.of(platform.keys)
        self._units = UnitFactory(platform)

    def unit(self, name: str = "") -> Unit:
        return self._units.department(name)

    def thread(self, unit: Unit | None = None, *, title: str = "老旧小区改造，改到哪一步了") -> Thread:
        unit = unit or self.unit()
        number = next(_numbers)
        with self.platform.transaction() as session:
            return services.open_thread(
                session,
                title=title,
                unit_id=unit.id,
                reference=f"EP-2026-{number}",
                path=f"/episodes/{number}",
            )

    def resident(self, *, phone: str = "", wants_notices: bool = True) -> Actor:
        """A resident; with a telephone number in the vault when one is given."""
        with self.platform.transaction() as session:
            person = vault.keep(session, self.platform.keys, phone) if phone else uuid.uuid4().hex
            vault.settle(session, person)
            now = clock.now()
            resident = Resident(
                id=uuid.uuid4(), person_id=person, created_at=now, known_since=now, last_used_at=now
            )
            session.add(resident)
            session.flush()
            if wants_notices:
                residents.give_consent(session, resident.id, Purpose.REPLY_NOTICES)
        return Actor(kind=ActorKind.RESIDENT, id=resident.id, name="居民", permissions=RESIDENT_PERMISSIONS)

    def moderator(self) -> Actor:
        return self._staff(
            Role.OFFICE, post="评议办主任", permissions={Permission.MODERATE_COMMENTS, Permission.USE_DESK}
        )

    def reports_keeper(self) -> Actor:
        """Whoever reads what was moved to the misconduct channel."""
        return self._staff(
            Role.REPORTS, post="案件监督室主任", permissions={Permission.READ_REPORTS, Permission.USE_DESK}
        )

    def unit_staff(self, unit: Unit, *, post: str = "物业科科长") -> Actor:
        member = self._units.member(unit, login=f"reply-{next(_numbers)}", post=post)
        return replace(member, permissions=member.permissions | {Permission.REPLY_TO_COMMENTS})

    def written(
        self,
        thread: Thread | None = None,
        *,
        author: Actor | None = None,
        text: str = "",
        policy: CommentPolicy = BEFORE,
        at_seconds: int | None = None,
    ) -> Comment:
        thread = thread or self.thread()
        author = author or self.resident()
        with self.platform.transaction() as session:
            return services.write_comment(
                session,
                thread_id=thread.id,
                author=author,
                text=text or f"楼道灯什么时候修好？这是第 {next(_numbers)} 次问。",
                keys=self.keys,
                policy=policy,
                at_seconds=at_seconds,
                duration=3600,
            )

    def many(
        self, thread: Thread, count: int, *, author: Actor | None = None, policy: CommentPolicy = BEFORE
    ) -> list[Comment]:
        """Write `count` harmless comments in one transaction."""
        author = author or self.resident()
        with self.platform.transaction() as session:
            return [
                services.write_comment(
                    session,
                    thread_id=thread.id,
                    author=author,
                    text=f"无害 {number}",
                    keys=self.keys,
                    policy=policy,
                )
                for number in range(count)
            ]

    def thread_of(self, comment: Comment) -> Thread:
        with self.platform.session() as session:
            return session.get_one(Thread, comment.thread_id)

    def shown(self, thread: Thread | None = None, *, asking: Asking | None = None, **how: object) -> Comment:
        return self.approved(self.written(thread, **how), asking=asking)  # type: ignore[arg-type]

    def asked(
        self, thread: Thread | None = None, *, asking: Asking = Asking.GENERAL_QUESTION, **how: object
    ) -> Comment:
        """A shown comment with a clock."""
        return self.shown(thread, asking=asking, **how)

    def approved(
        self, comment: Comment, *, actor: Actor | None = None, asking: Asking | None = None
    ) -> Comment:
        actor = actor or self.moderator()
        with self.platform.transaction() as session:
            return services.approve(
                session,
                reference=comment.reference,
                seen_version=comment.version,
                actor=actor,
                keys=self.keys,
                asking=asking,
            )

    def refused(
        self,
        comment: Comment | None = None,
        *,
        reason: RefusalReason = RefusalReason.OFF_TOPIC,
        note: str = "",
        actor: Actor | None = None,
    ) -> Comment:
        comment = comment or self.written()
        moderator = actor or self.moderator()
        with self.platform.transaction() as session:
            return services.refuse(
                session,
                reference=comment.reference,
                seen_version=comment.version,
                actor=moderator,
                keys=self.keys,
                reason=reason,
                note=note,
            )

    def moved(self, comment: Comment, *, actor: Actor | None = None) -> MisconductReport:
        """Move a comment to the misconduct channel."""
        actor = actor or self.moderator()
        with self.platform.transaction() as session:
            return services.move(
                session,
                reference=comment.reference,
                seen_version=comment.version,
                actor=actor,
                keys=self.keys,
            )

    def appealed(
        self, comment: Comment, author: Actor, *, text: str = "我说的是节目里的事。"
    ) -> CommentAppeal:
        with self.platform.transaction() as session:
            return services.appeal(
                session, reference=comment.reference, author=author, keys=self.keys, text=text
            )

    def now(self, comment: Comment) -> Comment:
        """The comment as it is in the database."""
        with self.platform.session() as session:
            return session.get_one(Comment, comment.id)

    def replied(
        self, comment: Comment, *, unit: Unit | None = None, text: str = "灯已经换好，今晚就亮。"
    ) -> Reply:
        unit = unit or self.unit_of(comment)
        actor = self.unit_staff(unit)
        with self.platform.transaction() as session:
            return services.reply(
                session,
                reference=comment.reference,
                unit_id=unit.id,
                actor=actor,
                text=text,
            )

    def matter_of(self, comment: Comment) -> Matter:
        with self.platform.session() as session:
            return session.get_one(Matter, self.now(comment).matter_id)

    def unit_of(self, comment: Comment) -> Unit:
        with self.platform.session() as session:
            return session.get_one(Unit, self.thread_of(comment).unit_id)

    def before_its_unit(self, comment: Comment) -> dict[str, Any]:
        """The comment and a member of its unit, for services."""
        unit = self.unit_of(comment)
        return {"reference": comment.reference, "unit_id": unit.id, "actor": self.unit_staff(unit)}

    def wordings(self, comment: Comment) -> list[str]:
        """What the unit answered and how it put it afterwards."""
        said = (
            select(ReplyWording.text)
            .join(Reply, Reply.id == ReplyWording.reply_id)
            .where(Reply.comment_id == comment.id)
            .order_by(ReplyWording.number)
        )
        with self.platform.session() as session:
            return list(session.scalars(said))

    def _staff(self, role: Role, *, post: str, permissions: set[Permission]) -> Actor:
        with self.platform.transaction() as session:
            member = StaffMember(
                login=f"{role.value}-{next(_numbers)}",
                post=post,
                role=role,
                password_hash="none",
                created_at=clock.now(),
            )
            session.add(member)
        return Actor(kind=ActorKind.STAFF, id=member.id, name=post, permissions=frozenset(permissions))


@pytest.fixture
def comments(platform: Platform) -> Comments:
    return Comments(platform)


@pytest.fixture
def visitors(app: Flask) -> Visitors:
    return Visitors(app)
