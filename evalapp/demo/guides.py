"""Makes the guides to what people apply for: each under a power of its unit, with papers, questions and special steps."""

import tomllib
import uuid
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from evalapp.core.permissions import SYSTEM
from evalapp.core.platform import Platform
from evalapp.core.rowfiles import Row
from evalapp.core.terms import Basis
from evalapp.core.workbooks import Table, workbook
from evalapp.demo.district import District, telephone
from evalapp.demo.scripts import PlannedUnit
from evalapp.demo.scripts import units as planned_units
from evalapp.powers.models import Power, ServiceItem
from evalapp.powers.rules.flow import mermaid
from evalapp.powers.rules.flow.graph import Flowchart
from evalapp.powers.rules.items import rows
from evalapp.powers.rules.items.text import ItemText
from evalapp.powers.rules.kinds import PowerKind
from evalapp.powers.rules.text import Duty, PowerText
from evalapp.powers.services import items as services
from evalapp.powers.services.items.files import stored_name_of
from evalapp.supervision import evidence

_FILE = Path(__file__).parent / "content" / "guides.toml"
_AGENT = "谁来办？|本人|代办人"
_OF_AGENT = ("委托书|本人写|原件|1||问1=代办人", "代办人身份证|公安|原件|1||问1=代办人")
_FIELDS = ("申请人", "身份证号", "联系电话", "住址", "申请事项", "申请理由", "签名", "日期")
_FILLED = (
    "某某某（示例）",
    "按本人证件填写",
    "0000-8600 0000",
    "晴川区示例路 1 号",
    "",
    "按实际情况填写",
    "本人手签",
    "填写当天",
)


@cache
def planned() -> tuple[dict[str, Any], ...]:
    """The guides as they are written down."""
    return tuple(tomllib.loads(_FILE.read_text(encoding="utf-8"))["item"])


def build(session: Session, district: District) -> list[ServiceItem]:
    """Publish every guide under the power of its name."""
    made: list[ServiceItem] = []
    for guide in planned():
        power = session.scalars(
            select(Power).where(
                Power.unit_id == district.units[guide["unit"]].id, Power.name == guide["name"]
            )
        ).one()
        item = services.draft_item(
            session,
            unit_id=power.unit_id,
            code=f"{power.code}-B01",
            text=text_of(guide),
            actor=SYSTEM,
        )
        services.publish_item(session, item_id=item.id, reason="", actor=SYSTEM)
        made.append(item)
    return made


def attach(platform: Platform, made: Sequence[ServiceItem]) -> None:
    """Give the guides that have one an empty form and a filled sample, each published as a version of its own."""
    for item, guide in zip(made, planned(), strict=True):
        if guide.get("form"):
            with platform.transaction() as session:
                _attach(session, platform, item, guide)


def _attach(session: Session, platform: Platform, item: ServiceItem, guide: dict[str, Any]) -> None:
    text = text_of(guide)
    first = rows.paper_line(text.papers[0], text.questions)
    form = _kept(session, platform, item.id, f"{text.papers[0].name}.xlsx", [""] * len(_FIELDS))
    sample = _kept(session, platform, item.id, f"{text.papers[0].name}样表.xlsx", _FILLED)
    papers = [f"{_padded(first)}|{form}|{sample}", *_papers(guide)[1:]]
    with_files = text_of(guide | {"papers": papers, "agent_papers": False})
    services.save_draft(session, item_id=item.id, text=with_files, actor=SYSTEM)
    services.publish_item(session, item_id=item.id, reason="附上空表和填写样表", actor=SYSTEM)


def text_of(guide: dict[str, Any]) -> ItemText:
    """What a guide says."""
    return _text(guide, *_place(guide["unit"]))


def _padded(line: str) -> str:
    parts = line.split("|")
    return "|".join(parts[:6] + [""] * (6 - len(parts)))


def _kept(session: Session, platform: Platform, item_id: uuid.UUID, name: str, cells: Sequence[str]) -> str:
    token = services.new_token()
    source = platform.settings.uploads_dir / token
    source.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    table = Table(name="申请表", columns=["项目", "填写"], rows=list(zip(_FIELDS, cells, strict=True)))
    source.write_bytes(workbook([table]))
    file = evidence.prepare_document(source, name)
    platform.storage.put(stored_name_of(token), file.path)
    services.add_file(session, item_id=item_id, token=token, file=file, file_name=name, actor=SYSTEM)
    return token


def _place(key: str) -> tuple[int, str]:
    return next((number, unit.address) for number, unit in enumerate(planned_units(), 1) if unit.key == key)


def _papers(guide: dict[str, Any]) -> list[str]:
    is_agent = guide.get("agent") and guide.get("agent_papers", True)
    return [*guide["papers"], *(_OF_AGENT if is_agent else ())]


def _text(guide: dict[str, Any], number: int, address: str) -> ItemText:
    questions = [*([_AGENT] if guide.get("agent") else []), *guide.get("questions", [])]
    cells = {
        "name": guide["name"],
        "section": guide["section"],
        "subjects": guide["subjects"],
        "events": guide["events"],
        "conditions": "\n".join(guide["conditions"]),
        "questions": "\n".join(questions),
        "papers": "\n".join(_papers(guide)),
        "place": f"{address} {number % 20 + 1} 号窗口",
        "hours": "工作日 9:00–17:00，午间不休；周六上午预约办",
        "statutory": guide.get("statutory", ""),
        "promised": guide["promised"],
        "special": "\n".join(guide.get("special", [])),
        "visits": str(guide["visits"]),
        "fee": guide.get("fee", ""),
        "fee_basis": guide.get("fee_basis", ""),
        "result": guide["result"],
        "bases": _basis(guide["law"]),
        "faq": "\n".join(guide["faq"]),
        "contact": telephone(number * 10 + 3),
        "complaint": telephone(number * 10 + 4),
    }
    return rows.text_of(Row(number=1, values=cells))


def _basis(law: str) -> str:
    name, _stroke, article = law.partition("|")
    return f"{name}|{article}||||示例，未核对"


def powers_of(slug: str) -> Iterator[tuple[PowerText, Flowchart]]:
    """What the power list says of the powers that a unit's guides fall under: the same terms, and the steps that they show."""
    for guide in planned():
        if _unit(guide).slug == slug:
            said = text_of(guide)
            text = PowerText(
                name=said.name,
                kind=PowerKind(guide["kind"]),
                section=said.section,
                post=_post(said.section),
                bases=said.bases,
                duties=(Duty(stage="受理", text="材料不齐的，一次告知要补的全部内容。"),),
                grounds=("对符合条件的申请不受理、不答复的。",),
                fee=said.fee,
                fee_basis=said.fee_basis,
                statutory=said.statutory,
                promised=said.promised,
                telephone=said.complaint,
            )
            flow = _FLOWS[guide["flow"]]
            if said.promised and said.promised.basis is Basis.CALENDAR:
                flow = flow.replace("个工作日", "日")
            yield text, mermaid.read(flow)


def _post(section: str) -> str:
    """Who answers for it, by the post: 餐饮科科长, 登记中心主任."""
    if section.endswith("科"):
        return f"{section}科长"
    return f"{section.removesuffix('窗口') or '办公室'}主任"


def _unit(guide: dict[str, Any]) -> PlannedUnit:
    return next(unit for unit in planned_units() if unit.key == guide["unit"])


_BEGIN = """flowchart TD
  apply([递交申请]) --> look{材料齐全吗？}
  look -->|不齐| tell[一次告知要补的]
  tell --> apply2[补齐材料]
  apply2 --> look
  %% step apply actor="申请人" party=client
  %% step tell actor="窗口"
  %% step apply2 actor="申请人" party=client
"""
_FLOWS = {
    "simple": _BEGIN
    + """  look -->|齐全| take[受理]
  take --> check[审核]
  check --> done(((办结，发结果)))
  %% step take actor="窗口" term="1个工作日"
  %% step check actor="承办科室" risk=medium
""",
    "inspected": _BEGIN
    + """  look -->|齐全| take[受理]
  take --> visit[现场核查]
  visit --> pass{核查合格吗？}
  pass -->|不合格| mend[按告知整改]
  mend --> visit
  pass -->|合格| decide[作出决定]
  decide --> done(((发证)))
  %% step take actor="窗口" term="1个工作日"
  %% step visit actor="核查组" risk=high
  %% step mend actor="申请人" party=client pauses="《中华人民共和国行政许可法》第四十五条"
  %% step decide actor="分管负责人" term="1个工作日" risk=medium
""",
    "reviewed": _BEGIN
    + """  look -->|齐全| take[受理]
  take --> read[审查材料]
  read --> need{要专家看吗？}
  need -->|要| expert[专家评审]
  need -->|不要| decide[作出决定]
  expert --> decide
  decide --> yes{同意吗？}
  yes -->|同意| done(((发结果)))
  yes -->|不同意| no(((书面说明理由)))
  %% step take actor="窗口" term="1个工作日"
  %% step read actor="承办科室" risk=medium
  %% step expert actor="评审专家" party=other pauses="《中华人民共和国行政许可法》第四十五条"
  %% step decide actor="分管负责人" risk=high
""",
    "published": _BEGIN
    + """  look -->|齐全| take[受理]
  take --> read[调查核实]
  read --> show[公示]
  show --> object{有人提意见吗？}
  object -->|有| again[复查]
  object -->|没有| done(((办结，发结果)))
  again --> show
  %% step take actor="窗口" term="1个工作日"
  %% step read actor="承办科室" risk=high
  %% step show actor="承办科室" pauses="公示的时间不计入办理时限（示例）"
  %% step again actor="承办科室"
""",
    "urgent": """flowchart TD
  apply([打电话或到窗口]) --> fast{马上要办吗？}
  fast -->|急| first[先办，材料后补]
  fast -->|不急| take[受理审核]
  first --> later[补材料]
  later --> done(((办结)))
  take --> done
  %% step apply actor="申请人" party=client
  %% step first actor="值班负责人" risk=high
  %% step take actor="承办科室" risk=medium
  %% step later actor="申请人" party=client
""",
    "parallel": _BEGIN
    + """  look -->|齐全| take[综合窗口受理]
  take --> all[/同时办理\\]
  all --> one[主办部门办]
  all --> two[协办部门一办]
  all --> three[协办部门二办]
  one --> both[\\都办完/]
  two --> both
  three --> both
  both --> done(((一次拿齐结果)))
  %% step take actor="综合窗口" term="1个工作日"
  %% step one actor="主办部门"
  %% step two actor="协办部门" party=other
  %% step three actor="协办部门" party=other
""",
}
