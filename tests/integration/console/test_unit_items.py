"""The unit's desk of guides: a draft with a form, its preview, publishing, withdrawing; nothing of another unit exists."""

import io

import pytest

from evalapp.powers.models import Power
from evalapp.units.models import Unit
from tests.support.desk import Desks
from tests.support.items import ItemFactory
from tests.support.strict_client import StrictClient
from tests.support.units import UnitFactory

GUIDE = {
    "name": "卫生许可新办",
    "section": "审批科",
    "subjects": ["business"],
    "events": ["shop"],
    "conditions": "有场所",
    "questions": "谁来办？|本人|代办人",
    "papers": "申请表|窗口|原件|1|||申请表.pdf\n委托书||原件|1||问1=代办人",
    "place": "3 楼 12 号窗口",
    "hours": "工作日",
    "statutory": "20 个工作日",
    "promised": "5 个工作日",
    "special": "现场核查|3 个工作日|《行政许可法》第四十五条|不计入",
    "visits": "1",
    "fee": "",
    "fee_basis": "",
    "result": "发证",
    "bases": "《公共场所卫生管理条例》",
    "faq": "能网上办吗？|能。",
    "contact": "0000-8600 1",
    "complaint": "0000-8600 2",
}


@pytest.fixture
def unit(units: UnitFactory) -> Unit:
    return units.department("区卫生健康局", slug="weijian")


@pytest.fixture
def power(unit: Unit, items: ItemFactory) -> Power:
    return items.powers.published(unit, code="99010100JT-XK-0001")


def begun(browser: StrictClient, power: Power) -> str:
    answer = browser.post(
        "/desk/unit/services/new",
        {"power": power.code, "suffix": "B01", "name": "卫生许可"},
        page="/desk/unit/services/new",
    )
    assert answer.status_code == 303
    return f"/desk/unit/services/{power.code}-B01"


def handed_in(browser: StrictClient, path: str, content: bytes, name: str = "申请表.pdf") -> int:
    fields = {"file-file": (io.BytesIO(content), name)}
    return browser.post(f"{path}/files", fields, page=path).status_code


def test_a_guide_goes_from_a_draft_to_the_public(
    browser: StrictClient, desks: Desks, unit: Unit, power: Power
) -> None:
    desk = desks.unit(unit).browser
    path = begun(desk, power)
    assert handed_in(desk, path, b"%PDF-1.4 form") == 303
    saved = desk.post(path, GUIDE | {"seen": "1"}, page=path)
    assert saved.headers["Location"] == f"{path}/preview"
    preview = desk.get(f"{path}/preview").get_data(as_text=True)
    assert "居民将要看到的样子" in preview
    assert "不计入办理时限" in preview
    public = f"/services/{power.code}-B01"
    assert browser.get(public).status_code == 404
    assert desk.post(f"{path}/publish", {"publish-seen": "2"}, page=path).status_code == 303
    assert "空表" in browser.get(public).get_data(as_text=True)
    page = desk.get(path).get_data(as_text=True)
    assert "申请表|窗口|原件|1|||申请表.pdf" in page  # by its name, not by its token
    assert "材料里用着" in page


def test_what_was_typed_stays_where_it_is_refused(desks: Desks, unit: Unit, power: Power) -> None:
    desk = desks.unit(unit).browser
    path = begun(desk, power)
    wrong = GUIDE | {"papers": "委托书||原件|1||问2=代办人", "seen": "1"}
    answer = desk.post(path, wrong, page=path)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "前面没有问过" in page
    assert "委托书||原件|1||问2=代办人" in page
    stale = desk.post(path, GUIDE | {"papers": "申请表", "questions": "", "seen": "9"}, page=path)
    assert stale.status_code == 409


def test_a_new_version_needs_its_reason_and_a_withdrawal_as_well(
    desks: Desks, unit: Unit, items: ItemFactory
) -> None:
    item = items.published(unit)
    desk, path = desks.unit(unit).browser, f"/desk/unit/services/{item.code}"
    changed = GUIDE | {"papers": "申请表", "questions": "", "seen": "0"}
    assert desk.post(path, changed, page=path).status_code == 303
    assert desk.post(f"{path}/publish", {"publish-seen": "1"}, page=path).status_code == 422
    reasoned = {"publish-seen": "1", "publish-reason": "少交一份"}
    assert desk.post(f"{path}/publish", reasoned, page=path).status_code == 303
    assert desk.post(f"{path}/withdraw", {"withdraw-reason": ""}, page=path).status_code == 422
    assert desk.post(f"{path}/withdraw", {"withdraw-reason": "取消"}, page=path).status_code == 303
    assert "已撤回" in desk.get("/desk/unit/services").get_data(as_text=True)
    assert "不再办理" in desk.get(path).get_data(as_text=True)


@pytest.mark.parametrize(
    ("content", "name"),
    [(b"%PDF-1.4 /JavaScript", "a.pdf"), (b"no pdf", "a.pdf"), (b"x", "a.doc"), (b"", "a.pdf")],
)
def test_files_that_may_do_harm_are_refused(
    desks: Desks, unit: Unit, power: Power, content: bytes, name: str
) -> None:
    desk = desks.unit(unit).browser
    assert handed_in(desk, begun(desk, power), content, name) == 422


def test_a_discarded_item_is_gone_with_its_files(desks: Desks, unit: Unit, power: Power) -> None:
    desk = desks.unit(unit).browser
    path = begun(desk, power)
    handed_in(desk, path, b"%PDF-1.4 form")
    stored = desks.people.platform.storage
    assert len(list(stored.names("guides"))) == 1
    assert desk.post(f"{path}/discard", {}, page=path).status_code == 303
    assert list(stored.names("guides")) == []
    assert desk.get(path).status_code == 404


def test_nothing_of_another_unit_exists(
    desks: Desks, units: UnitFactory, unit: Unit, items: ItemFactory
) -> None:
    item = items.published(unit)
    file = items.file(item)
    desk = desks.unit(units.department("区第九局")).browser
    path = f"/desk/unit/services/{item.code}"
    for each in ("", "/preview", f"/files/{file.token}"):
        assert desk.get(f"{path}{each}").status_code == 404
    assert item.code not in desk.get("/desk/unit/services").get_data(as_text=True)
    assert "请先公布权力" in desk.get("/desk/unit/services/new").get_data(as_text=True)
