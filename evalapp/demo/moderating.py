"""What the office of the demonstration decides on comments: a flood, appeals, a report of misconduct; what still waits."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from evalapp.comments import services
from evalapp.comments.models import Comment, CommentAppeal
from evalapp.comments.rules.moderation import AppealOutcome, CommentState, Moderation, RefusalReason, Verdict
from evalapp.comments.rules.sealing import CommentKeys
from evalapp.comments.services import reports, watching
from evalapp.comments.services.authorship import CommentPolicy
from evalapp.comments.services.moderation import SeenGroup
from evalapp.core import clock
from evalapp.core.permissions import Actor
from evalapp.demo.people import as_resident
from evalapp.demo.scripts import said_at_moderation
from evalapp.demo.story import DAY, HOUR, Step, Story

_POLICY = CommentPolicy(moderation=Moderation.BEFORE, per_hour=5)
_FLOOD = 12  # residents: enough for the journal to tell of them by reason and unit
_WAITING = 5
_MET = 17


@dataclass(frozen=True, kw_only=True)
class Moderated:
    """What is moderated beside the talk of the season: in the comments of an old episode, and of one being graded."""

    story: Story
    old: int
    graded: int

    def steps(self) -> Iterator[Step]:
        """Yield the list of watched words, a month of decisions that is over, and what waits now."""
        now = self.story.now
        yield Step(at=now - 139 * DAY, do=self.watch)
        month = (clock.local(now).date().replace(day=1) - DAY).replace(day=10)
        at = clock.start_of(month) + 10 * HOUR
        yield Step(at=at, do=self.flood)
        yield Step(at=at + 3 * HOUR, do=self.refuse_floods)
        yield Step(at=at + DAY, do=self.decide_others)
        yield Step(at=at + 2 * DAY, do=self.decide_appeals)
        yield Step(at=now - 30 * HOUR, do=partial(self.write, number=self.graded, said="refused", turn=61))
        yield Step(at=now - 29 * HOUR, do=self.refuse_one)
        yield Step(at=now - timedelta(minutes=1), do=self.wait)

    def watch(self, session: Session) -> None:
        told = said_at_moderation()
        watching.write_list(
            session, lines=told["watched"], why=told["why"], seen_number=0, actor=self._office()
        )

    def flood(self, session: Session) -> None:
        """Two of them: the journal tells of the larger one, and sums up the other with what concerns few."""
        for turn in range(_FLOOD + 2):
            self.write(session, number=self.old, said="advertisement", turn=turn, within=turn + 1)
        for turn in range(_FLOOD):
            self.write(session, number=self.old + 1, said="check_in", turn=30 + turn, within=turn + 1)

    def refuse_floods(self, session: Session) -> None:
        """One key refuses each."""
        held = self._refuse_all(session, self.old, RefusalReason.ADVERTISING)
        self._refuse_all(session, self.old + 1, RefusalReason.OFF_TOPIC)
        self._appeal(session, held[0], turn=0, said="appeal_upheld")

    def _refuse_all(self, session: Session, number: int, reason: RefusalReason) -> list[Comment]:
        held = self._held(session, number)
        assert held[0].group_id is not None
        seen = SeenGroup(group_id=held[0].group_id, count=len(held), upto=len(held))
        services.decide_group(session, seen, verdict=Verdict.REFUSED, reason=reason, **self._by("office"))
        return held

    def decide_others(self, session: Session) -> None:
        """An insult, something beside the matter, somebody's privacy after it was shown, a report of misconduct."""
        told = {
            said: self.write(session, number=self.old, said=said, turn=20 + turn)
            for turn, said in enumerate(("insult", "off_topic", "private", "report"))
        }
        self._refuse(session, told["insult"], RefusalReason.INSULT)
        self._refuse(session, told["off_topic"], RefusalReason.OFF_TOPIC)
        self._appeal(session, told["off_topic"], turn=21, said="appeal_restored")
        services.approve(session, **self._seen(told["private"]), **self._by("office"))
        self._refuse(session, told["private"], RefusalReason.PRIVACY)
        report = services.move(session, **self._seen(told["report"]), **self._by("office"))
        reports.take(session, reference=report.reference, actor=self.story.people.staff["reports"])

    def decide_appeals(self, session: Session) -> None:
        """Somebody other than who refused decides."""
        for appeal in session.scalars(select(CommentAppeal).where(CommentAppeal.outcome.is_(None))).all():
            text = session.get_one(Comment, appeal.comment_id).text
            is_restored = text == said_at_moderation()["off_topic"]
            services.decide_appeal(
                session,
                appeal_id=appeal.id,
                seen_version=appeal.version,
                outcome=AppealOutcome.RESTORED if is_restored else AppealOutcome.UPHELD,
                note="" if is_restored else said_at_moderation()["upheld"],
                **self._by("office2"),
            )

    def refuse_one(self, session: Session) -> None:
        comment = next(
            one for one in self._held(session, self.graded) if one.text == said_at_moderation()["refused"]
        )
        self._refuse(session, comment, RefusalReason.OFF_TOPIC)
        self._appeal(session, comment, turn=61, said="appeal_waiting")

    def wait(self, session: Session) -> None:
        """Fill the queue: alike ones, a watched word, one for the misconduct channel and one there already; 我也遇到."""
        for turn in range(_WAITING):
            self.write(session, number=self.graded, said="petition", turn=70 + turn, within=turn + 1)
        self.write(session, number=self.graded, said="waiting_insult", turn=80)
        self.write(session, number=self.graded, said="waiting_report", turn=81)
        moved = self.write(session, number=self.graded, said="report", turn=82)
        services.move(session, **self._seen(moved), **self._by("office"))
        shown = session.scalars(
            select(Comment.reference)
            .where(
                Comment.thread_id == self._thread(session, self.graded), Comment.state == CommentState.SHOWN
            )
            .order_by(Comment.written_on, Comment.reference)
            .limit(1)
        ).first()
        for turn in range(100, 100 + _MET if shown else 100):
            services.say_met(
                session, reference=str(shown), resident=self._author(turn), keys=self._by("office")["keys"]
            )

    def write(
        self, session: Session, *, number: int, said: str, turn: int, within: int | None = None
    ) -> Comment:
        """A resident writes one of the invented comments; `within` makes those that are alike differ a little."""
        text = said_at_moderation()[said]
        return services.write_comment(
            session,
            thread_id=self._thread(session, number),
            author=self._author(turn),
            text=text if within is None else text % within,
            keys=self._by("office")["keys"],
            policy=_POLICY,
        )

    def _refuse(self, session: Session, comment: Comment, reason: RefusalReason) -> None:
        services.refuse(session, reason=reason, **self._seen(comment), **self._by("office"))

    def _appeal(self, session: Session, comment: Comment, *, turn: int, said: str) -> None:
        services.appeal(
            session,
            reference=comment.reference,
            author=self._author(turn),
            keys=self._by("office")["keys"],
            text=said_at_moderation()[said],
        )

    def _held(self, session: Session, number: int) -> list[Comment]:
        return list(
            session.scalars(
                select(Comment)
                .where(Comment.thread_id == self._thread(session, number), Comment.state == CommentState.HELD)
                .order_by(Comment.place, Comment.reference)
            )
        )

    def _thread(self, session: Session, number: int) -> Any:
        return self.story.episode(session, number).thread_id

    def _seen(self, comment: Comment) -> dict[str, Any]:
        return {"reference": comment.reference, "seen_version": comment.version}

    def _by(self, login: str) -> dict[str, Any]:
        return {
            "actor": self.story.people.staff[login],
            "keys": CommentKeys.of(self.story.platform.keys),
        }

    def _office(self) -> Actor:
        return self.story.people.staff["office"]

    def _author(self, turn: int) -> Actor:
        return as_resident(self.story.people.residents[turn])
