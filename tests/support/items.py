"""Service items for tests, made through the services and committed."""

import hashlib
import itertools
from datetime import date
from pathlib import Path

import pytest

from evalapp.core.permissions import Actor
from evalapp.core.platform import Platform
from evalapp.powers.models import ItemFile, ServiceItem
from evalapp.powers.rules.items.papers import Clause, Question
from evalapp.powers.rules.items.text import Answered, ItemText, Paper, PaperKind, SpecialStep
from evalapp.powers.rules.kinds import PowerKind
from evalapp.powers.rules.text import LegalBasis
from evalapp.powers.services import items as services
from evalapp.powers.services.items.files import stored_name_of
from evalapp.supervision.evidence import PreparedFile
from evalapp.units.models import Unit
from tests.support.flowcharts import days
from tests.support.pledges import WRITER
from tests.support.powers import PowerFactory

QUESTIONS = (
    Question(text="谁来办？", choices=("本人", "代办人")),
    Question(text="房子是谁的？", choices=("自己的", "租来的", "借用的")),
)
PAPERS = (
    Paper(name="申请表", source="窗口领取"),
    Paper(name="身份证", source="公安", kind=PaperKind.BOTH),
    Paper(name="委托书", needed_if=(Clause(question=1, choices=(2,)),)),
    Paper(name="租房合同", kind=PaperKind.COPY, copies=2, needed_if=(Clause(question=2, choices=(2,)),)),
    Paper(name="产权证明", needed_if=(Clause(question=2, choices=(1, 3)),)),
)


class ItemFactory:
    """`items.published(unit)`, `items.draft(unit)`; the power comes along."""

    def __init__(self, platform: Platform) -> None:
        self.platform, self.powers = platform, PowerFactory(platform)
        self._numbers = itertools.count(1)

    def text(self, **more: object) -> ItemText:
        said: dict[str, object] = {
            "name": "公共场所卫生许可新办",
            "section": "审批科",
            "subjects": ("business", "health"),
            "events": ("shop",),
            "conditions": ("有固定的场所", "卫生设施合格"),
            "papers": PAPERS,
            "questions": QUESTIONS,
            "place": "政务中心 3 楼 12 号窗口",
            "hours": "工作日 9:00–17:00",
            "statutory": days(20),
            "promised": days(5),
            "result": "发《卫生许可证》",
            "bases": (
                LegalBasis(law="《公共场所卫生管理条例》", from_on=date(1987, 4, 1), note="示例，未核对"),
            ),
            "special": (
                SpecialStep(name="现场核查", term=days(3), basis="《行政许可法》第四十五条", counts=False),
            ),
            "faq": (Answered(question="能网上办吗？", answer="能，原件寄来或者带来核对。"),),
            "visits": 1,
            "contact": "0123-4567891",
            "complaint": "0123-4567892",
        }
        return ItemText(**(said | more))

    def draft(self, unit: Unit, *, actor: Actor = WRITER, **text: object) -> ServiceItem:
        code = f"99010100JT-XK-{next(self._numbers) + 5000:04}"
        power = self.powers.published(unit, code=code, kind=PowerKind.APPROVAL)
        with self.platform.transaction() as session:
            return services.draft_item(
                session,
                unit_id=unit.id,
                code=f"{power.code}-B01",
                text=self.text(**text),
                actor=actor,
            )

    def published(self, unit: Unit, **text: object) -> ServiceItem:
        item = self.draft(unit, **text)
        self.publish(item)
        return item

    def publish(self, item: ServiceItem, *, reason: str = "") -> None:
        with self.platform.transaction() as session:
            services.publish_item(session, item_id=item.id, reason=reason, actor=WRITER)

    def changed(self, item: ServiceItem, *, reason: str = "少交一份材料", **text: object) -> None:
        with self.platform.transaction() as session:
            services.save_draft(session, item_id=item.id, text=self.text(**text), actor=WRITER)
        self.publish(item, reason=reason)

    def file(
        self, item: ServiceItem, name: str = "申请表.pdf", *, content: bytes = b"%PDF-1.4 form"
    ) -> ItemFile:
        """A stored form of the item."""
        token = services.new_token()
        source = Path(self.platform.settings.uploads_dir) / token
        source.parent.mkdir(parents=True, exist_ok=True)
        source.write_bytes(content)
        self.platform.storage.put(stored_name_of(token), source)
        made = PreparedFile(
            path=source,
            media_type="application/pdf",
            size=len(content),
            sha256=hashlib.sha256(content).hexdigest(),
        )
        with self.platform.transaction() as session:
            return services.add_file(
                session, item_id=item.id, token=token, file=made, file_name=name, actor=WRITER
            )


@pytest.fixture
def items(platform: Platform) -> ItemFactory:
    return ItemFactory(platform)
