"""Pledges and highlights for tests, made through the services and committed."""

import itertools
import uuid

import pytest

from evalapp.core.permissions import Actor, ActorKind, Permission
from evalapp.core.platform import Platform
from evalapp.core.terms import Basis, Term, TimeUnit
from evalapp.pledges import services
from evalapp.pledges.models import Highlight, Pledge
from evalapp.pledges.services import HighlightWording, PledgeWording
from evalapp.units.models import Unit

WRITER = Actor(
    kind=ActorKind.STAFF,
    id=uuid.UUID(int=2),
    name="办公室主任",
    permissions=frozenset({Permission.KEEP_UNIT}),
)


def days(amount: int, basis: Basis = Basis.WORKING) -> Term:
    return Term(amount=amount, unit=TimeUnit.DAY, basis=basis)


class PledgeFactory:
    """`pledges.pledge(unit)`, `pledges.highlight(unit)`."""

    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        self._numbers = itertools.count(1)

    def wording(self, **more: object) -> PledgeWording:
        """A wording with a measure; `term=None` makes it a promise in words."""
        said = {
            "title": f"事项 {next(self._numbers)}",
            "text": "材料齐全的，5 个工作日内办结。",
            "measured": "从受理到办结",
            "term": days(5),
            "statutory": days(20),
            "statutory_source": "《行政许可法》第四十二条",
        }
        return PledgeWording(**(said | more))

    def pledge(self, unit: Unit, **wording: object) -> Pledge:
        with self.platform.transaction() as session:
            return services.make_pledge(
                session, unit_id=unit.id, wording=self.wording(**wording), actor=WRITER
            )

    def highlight(self, unit: Unit, *, year: int | None = None, **wording: object) -> Highlight:
        said = {
            "title": f"亮点 {next(self._numbers)}",
            "goal": "全年 80 部",
            "measures": "专班推进\n每周公开",
        }
        with self.platform.transaction() as session:
            return services.make_highlight(
                session,
                unit_id=unit.id,
                wording=HighlightWording(**(said | wording)),
                year=year,
                actor=WRITER,
            )


@pytest.fixture
def pledges(platform: Platform) -> PledgeFactory:
    return PledgeFactory(platform)


@pytest.fixture
def writer() -> Actor:
    """A member of a unit who keeps its pledges."""
    return WRITER
