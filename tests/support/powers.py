"""Powers for tests, made through the services and committed."""

import itertools
from datetime import date

import pytest

from evalapp.core.permissions import Actor
from evalapp.core.platform import Platform
from evalapp.powers import services
from evalapp.powers.models import Power
from evalapp.powers.rules.flow.graph import Flowchart
from evalapp.powers.rules.kinds import PowerKind
from evalapp.powers.rules.profile import profile
from evalapp.powers.rules.text import Duty, LegalBasis, PowerText
from evalapp.units.models import Unit
from tests.support.flowcharts import days, usual
from tests.support.pledges import WRITER


class PowerFactory:
    """`powers.published(unit)`, `powers.draft(unit)`; a flowchart comes along."""

    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        self._numbers = itertools.count(1)

    def code(self, kind: PowerKind = PowerKind.APPROVAL) -> str:
        return f"99010100JT-{profile().letters[kind]}-{next(self._numbers):04}"

    def text(self, **more: object) -> PowerText:
        said: dict[str, object] = {
            "name": "公共场所卫生许可",
            "kind": PowerKind.APPROVAL,
            "section": "审批科",
            "post": "审批科科长",
            "bases": (
                LegalBasis(law="《公共场所卫生管理条例》", from_on=date(1987, 4, 1), note="示例，未核对"),
            ),
            "duties": (Duty(stage="受理", text="一次告知需要补正的全部内容。"),),
            "grounds": ("对符合条件的申请不予受理的。",),
            "statutory": days(20),
            "promised": days(15),
            "telephone": "0123-4567890",
        }
        return PowerText(**(said | more))

    def draft(
        self,
        unit: Unit,
        *,
        code: str = "",
        parent: str = "",
        flowchart: Flowchart | None = None,
        actor: Actor = WRITER,
        **text: object,
    ) -> Power:
        said = self.text(**text)
        with self.platform.transaction() as session:
            power = services.draft_power(
                session,
                unit_id=unit.id,
                code=code or self.code(said.kind),
                text=said,
                parent=parent,
                actor=actor,
            )
            services.save_draft(session, power_id=power.id, flowchart=flowchart or usual(), actor=actor)
        return power

    def published(self, unit: Unit, **more: object) -> Power:
        power = self.draft(unit, **more)
        with self.platform.transaction() as session:
            services.publish_power(session, power_id=power.id, reason="", actor=WRITER)
        return power

    def changed(
        self, power: Power, *, reason: str = "重新核定", flowchart: Flowchart | None = None, **text: object
    ) -> None:
        with self.platform.transaction() as session:
            services.save_draft(
                session, power_id=power.id, text=self.text(**text), flowchart=flowchart, actor=WRITER
            )
            services.publish_power(session, power_id=power.id, reason=reason, actor=WRITER)


@pytest.fixture
def powers(platform: Platform) -> PowerFactory:
    return PowerFactory(platform)
