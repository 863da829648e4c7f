"""The unit's desk: a power and its flowchart from nothing by plain forms, tables handed in, two people at once."""

import io
import re

import pytest
from sqlalchemy.orm import Session

from evalapp.powers.models import PowerDraft
from evalapp.powers.queries import power as one
from evalapp.powers.rules.flow import bpmn, mermaid
from evalapp.powers.rules.kinds import PowerState
from evalapp.powers.services.layout import laid_out
from evalapp.units.models import Unit
from tests.support.desk import Desk, Desks
from tests.support.flowcharts import usual
from tests.support.powers import PowerFactory
from tests.support.units import UnitFactory

CODE = "99010100JS-XK-0001"


@pytest.fixture
def unit(units: UnitFactory) -> Unit:
    return units.department("区住房和城乡建设局", slug="zjj")


@pytest.fixture
def desk(desks: Desks, unit: Unit) -> Desk:
    return desks.unit(unit)


def fields(**more: str) -> dict[str, str]:
    said = {
        "name": "施工许可证核发",
        "post": "审批科科长",
        "bases": "《建筑法》|第八条",
        "promised": "15 个工作日",
    }
    return said | more


def seen(page: str, name: str = "seen") -> str:
    found = re.search(rf'name="{name}"[^>]*value="(\d*)"', page)
    assert found
    return found[1]


def step(desk: Desk, key: str, do: str = "save", **more: str) -> str:
    """Fill in the form of a step and press a button; returns the step to go on with."""
    address = f"/desk/unit/powers/{CODE}/flowchart"
    page = desk.browser.get(f"{address}?step={key}").get_data(as_text=True)
    said = {"kind": "step", "party": "unit", "risk": "", "seen": seen(page), "do": do}
    done = desk.browser.post(f"{address}/steps/{key}", said | more, page=f"{address}?step={key}")
    assert done.status_code == 303, done.get_data(as_text=True)
    return re.search(r"step=(\w+)", done.headers["Location"])[1]


def test_a_power_and_its_flowchart_are_made_from_nothing_without_script(
    desk: Desk, session: Session, unit: Unit
) -> None:
    browser = desk.browser
    made = browser.post(
        "/desk/unit/powers/new", fields(code=CODE, kind="approval", parent=""), page="/desk/unit/powers/new"
    )
    assert made.status_code == 303
    address = f"/desk/unit/powers/{CODE}/flowchart"
    assert "开始画" in browser.get(address).get_data(as_text=True)
    assert browser.post(f"{address}/begin", {}, page=address).status_code == 303
    receive = step(
        desk, "n1", "add", title="提出申请", kind="start", party="client", **{"ways-0-target": "n2"}
    )
    decide = step(
        desk, receive, "add", title="受理", actor="综合窗口", term="1 个工作日", **{"ways-0-target": "n2"}
    )
    refuse = step(
        desk,
        decide,
        "add",
        title="是否准予",
        kind="decision",
        term="3 个工作日",
        **{"ways-0-target": "n2", "ways-0-label": "准予"},
    )
    step(desk, refuse, title="不予许可", kind="end")
    both = {"ways-0-target": "n2", "ways-0-label": "准予", "ways-1-target": refuse, "ways-1-label": "不予"}
    step(desk, decide, title="是否准予", kind="decision", actor="分管负责人", term="3 个工作日", **both)
    page = browser.get(address).get_data(as_text=True)
    assert "没有问题" in page
    own = f"/desk/unit/powers/{CODE}"
    revision = seen(browser.get(own).get_data(as_text=True), "publish-seen")
    published = browser.post(f"{own}/publish", {"publish-seen": revision, "publish-reason": ""}, page=own)
    assert published.status_code == 303
    shown = one.shown_power(session, CODE)
    assert [s.title for s in shown.flowchart.chart.steps] == [
        "提出申请",
        "受理",
        "是否准予",
        "不予许可",
        "办结",
    ]
    public = browser.get(f"/powers/{CODE}").get_data(as_text=True)
    for words in (
        "施工许可证核发",
        "《建筑法》",
        "到第 4 步",
        "15 个工作日",
        'href="#step-3"',
        'id="step-3"',
    ):
        assert words in public
    english = browser.get(f"/powers/{CODE}", headers={"Accept-Language": "en"}).get_data(as_text=True)
    assert "15 working days" in english
    assert "You do this" in english


def test_faults_stand_beside_the_drawing_and_publishing_names_them(
    desk: Desk, unit: Unit, powers: PowerFactory
) -> None:
    text = mermaid.written(usual()).replace('  decide -->|"不予"| refuse\n', "")
    power = powers.draft(unit, code=CODE)
    address = f"/desk/unit/powers/{CODE}/flowchart"
    page = desk.browser.get(address).get_data(as_text=True)
    taken = desk.browser.post(
        f"{address}/text", {"text-mermaid": text, "text-seen": seen(page)}, page=address
    )
    assert taken.status_code == 303
    page = desk.browser.get(address).get_data(as_text=True)
    assert "至少要有两条" in page
    assert "走不到" in page
    own = f"/desk/unit/powers/{power.code}"
    refused = desk.browser.post(
        f"{own}/publish", {"publish-seen": seen(page), "publish-reason": ""}, page=own
    )
    assert refused.status_code == 422
    assert "流程图还有 2 处问题" in refused.get_data(as_text=True)


def test_the_preview_shows_what_is_typed_and_keeps_nothing(
    desk: Desk, session: Session, unit: Unit, powers: PowerFactory
) -> None:
    power = powers.draft(unit, code=CODE)
    address = f"/desk/unit/powers/{CODE}/flowchart"
    said = {"title": "收件", "kind": "step", "party": "unit", "risk": "high", "term": "9 日"}
    page = desk.browser.get(address).get_data(as_text=True)
    said["csrf_token"] = re.search(r'name="csrf_token" value="([^"]+)"', page)[1]

    def typed(**more: str) -> str:  # a fragment, which is no page
        answer = desk.browser.client.post(f"{address}/steps/receive/preview", data=said | more)
        return answer.get_data(as_text=True)

    for words in ("收件", "走不到结束", "<svg"):
        assert words in typed()
    assert "不是时限" in typed(term="很快")
    assert "请写这一步做什么" in typed(title="")
    assert session.get(PowerDraft, power.id).revision == 2
    assert desk.browser.client.post(f"{address}/steps/nowhere/preview", data=said).status_code == 404


def test_a_bpmn_file_takes_the_place_of_the_chart(
    desk: Desk, session: Session, unit: Unit, powers: PowerFactory
) -> None:
    power = powers.draft(unit, code=CODE)
    address = f"/desk/unit/powers/{CODE}/flowchart"
    content = bpmn.written(usual(), laid_out([usual()])[0], name="x").replace("现场核查", "到场看").encode()
    page = desk.browser.get(address).get_data(as_text=True)
    sent = {"text-file": (io.BytesIO(content), "a.bpmn"), "text-mermaid": "", "text-seen": seen(page)}
    done = desk.browser.post(f"{address}/text", sent, page=address, content_type="multipart/form-data")
    assert done.status_code == 303
    own = one.power_of_unit(session, power.code, unit_id=unit.id)
    assert "到场看" in {each.title for each in own.flowchart.chart.steps}
    bad = {"text-file": (io.BytesIO(b"<!DOCTYPE a []><a/>"), "a.bpmn"), "text-seen": ""}
    refused = desk.browser.post(f"{address}/text", bad, page=address, content_type="multipart/form-data")
    assert (refused.status_code, "实体" in refused.get_data(as_text=True)) == (422, True)


def test_whoever_did_not_see_a_colleagues_change_is_shown_it(
    desk: Desk, desks: Desks, unit: Unit, powers: PowerFactory
) -> None:
    powers.draft(unit, code=CODE)
    own = f"/desk/unit/powers/{CODE}"
    first = seen(desk.browser.get(own).get_data(as_text=True))
    colleague = desks.unit(unit)
    assert colleague.browser.post(own, fields(name="同事改的", seen=first), page=own).status_code == 303
    refused = desk.browser.post(own, fields(name="我改的", seen=first), page=own)
    assert refused.status_code == 409
    assert "同事刚刚改过" in refused.get_data(as_text=True)


def test_a_line_that_cannot_be_read_is_shown_at_its_field(
    desk: Desk, unit: Unit, powers: PowerFactory
) -> None:
    powers.draft(unit, code=CODE)
    own = f"/desk/unit/powers/{CODE}"
    for said, words in (
        ({"bases": "《法》|1|不是日期"}, "不是日期"),
        ({"duties": "没有竖线"}, "阶段|责任"),
        ({"promised": "很快"}, "不是时限"),
        ({"statutory": "5 个工作日", "promised": "9 个工作日"}, "比法定期限还长"),
    ):
        refused = desk.browser.post(own, fields(**said), page=own)
        assert (refused.status_code, words in refused.get_data(as_text=True)) == (422, True), words


def test_a_table_is_checked_first_and_then_taken(
    desk: Desk, session: Session, unit: Unit, powers: PowerFactory
) -> None:
    powers.published(unit, code=CODE)
    table = desk.browser.get("/desk/unit/powers/table.xlsx").data
    page = "/desk/unit/powers"

    def hand_in(content: bytes, name: str, **more: str) -> object:
        sent = {"file": (io.BytesIO(content), name)} | more
        return desk.browser.post(f"{page}/import", sent, page=page, content_type="multipart/form-data")

    assert hand_in(table, "a.xlsx", dry_run="y").status_code == 303
    assert "没变 1 项。没有导入" in desk.browser.get(page).get_data(as_text=True)
    text = desk.browser.get("/desk/unit/powers/table.csv").data.decode("utf-8-sig")
    assert hand_in(text.replace("15 个工作日", "12 个工作日").encode(), "a.csv").status_code == 303
    session.rollback()
    assert one.shown_power(session, CODE).text.promised.amount == 12
    refused = hand_in(text.replace("15 个工作日", "很快").encode(), "a.csv")
    assert refused.status_code == 422
    assert "N2" in refused.get_data(as_text=True)
    for content, name in ((b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(99), "a.xls"), (b"", "b.csv")):
        assert hand_in(content, name).status_code == 422


def test_another_units_power_does_not_exist_here(
    desk: Desk, units: UnitFactory, powers: PowerFactory
) -> None:
    other = powers.draft(units.department(), code=CODE)
    for path in (f"/desk/unit/powers/{other.code}", f"/desk/unit/powers/{other.code}/flowchart"):
        assert desk.browser.get(path).status_code == 404


def test_withdrawing_and_discarding_at_the_desk(
    desk: Desk, session: Session, unit: Unit, powers: PowerFactory
) -> None:
    powers.published(unit, code=CODE)
    own = f"/desk/unit/powers/{CODE}"
    assert (
        desk.browser.post(f"{own}/withdraw", {"withdraw-reason": "<b>划转</b>"}, page=own).status_code == 303
    )
    assert one.shown_power(session, CODE).power.state is PowerState.WITHDRAWN
    assert "&lt;b&gt;划转" in desk.browser.get(f"/powers/{CODE}").get_data(as_text=True)
    draft = powers.draft(unit)
    address = f"/desk/unit/powers/{draft.code}"
    assert desk.browser.post(f"{address}/discard", {}, page=address).status_code == 303
    assert desk.browser.get(address).status_code == 404
