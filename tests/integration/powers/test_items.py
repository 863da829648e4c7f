"""Drafting, publishing, changing and withdrawing guides; two people at once; forms and samples; tables in and out."""

import csv
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from evalapp.core.errors import Conflict, Invalid, NotFound
from evalapp.core.platform import Platform
from evalapp.core.transaction import transaction
from evalapp.powers import services as powers_services
from evalapp.powers.commands import service as group
from evalapp.powers.models import ItemFile, ItemLabel, ServiceItem
from evalapp.powers.queries import item_lists
from evalapp.powers.queries import items as queries
from evalapp.powers.queries.item_lists import WantedItems
from evalapp.powers.rules.items import rows
from evalapp.powers.rules.items.profile import Axis
from evalapp.powers.rules.items.text import Paper
from evalapp.powers.rules.kinds import PowerState
from evalapp.powers.services import items as services
from evalapp.units.models import Unit
from tests.support.items import PAPERS, ItemFactory
from tests.support.pledges import WRITER
from tests.support.powers import PowerFactory
from tests.support.units import UnitFactory


@pytest.fixture
def unit(units: UnitFactory) -> Unit:
    return units.department("区卫生健康局", short_name="卫健局", slug="weijian")


def run(platform: Platform, *words: object) -> Result:
    return CliRunner().invoke(group, [str(word) for word in words], obj=platform)


def taken(platform: Platform, path: Path, *options: str) -> dict[str, object]:
    done = run(platform, "import", path, "--json", *options)
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def test_a_guide_is_seen_by_nobody_until_it_is_published_and_each_version_stays(
    session: Session, unit: Unit, items: ItemFactory
) -> None:
    item = items.draft(unit)
    with pytest.raises(NotFound):
        queries.shown_item(session, item.code)
    session.rollback()
    items.publish(item)
    items.changed(item, papers=PAPERS[1:], name="卫生许可")
    shown = queries.shown_item(session, item.code.lower())
    assert (shown.version.number, shown.text.name) == (2, "卫生许可")
    assert "wsxk" in shown.item.folded
    assert shown.flowchart_id is not None
    past = queries.versions(session, item.id)
    assert [(one.number, one.reason) for one in past] == [(2, "少交一份材料"), (1, "")]
    assert len(queries.whole_versions(session, item.id, [1])[1].text.papers) == len(PAPERS)


def test_the_same_again_is_no_new_version(session: Session, unit: Unit, items: ItemFactory) -> None:
    item = items.published(unit)
    items.changed(item)
    assert len(queries.versions(session, item.id)) == 1


def test_a_colleagues_change_is_not_overwritten(session: Session, unit: Unit, items: ItemFactory) -> None:
    item = items.draft(unit)
    with transaction(session):
        services.save_draft(session, item_id=item.id, text=items.text(), actor=WRITER, seen_revision=1)
    with pytest.raises(Conflict, match="同事刚刚改过"), transaction(session):
        services.save_draft(session, item_id=item.id, text=items.text(), actor=WRITER, seen_revision=1)
    with pytest.raises(Conflict, match="同事刚刚改过"), transaction(session):
        services.publish_item(session, item_id=item.id, reason="", actor=WRITER, seen_revision=1)


def test_a_change_needs_its_reason_and_a_guide_its_parts(
    session: Session, unit: Unit, items: ItemFactory
) -> None:
    item = items.published(unit)
    with transaction(session):
        services.save_draft(session, item_id=item.id, text=items.text(place="新楼"), actor=WRITER)
    with pytest.raises(Invalid, match="请填写"), transaction(session):
        services.publish_item(session, item_id=item.id, reason=" ", actor=WRITER)
    empty = items.draft(unit, contact="")
    with pytest.raises(Invalid, match="咨询电话"), transaction(session):
        services.publish_item(session, item_id=empty.id, reason="", actor=WRITER)


def test_an_item_stands_under_a_power_of_its_own_unit(
    session: Session, unit: Unit, units: UnitFactory, items: ItemFactory, powers: PowerFactory
) -> None:
    other = powers.published(units.department())
    for code in (f"{other.code}-B01", "99010100JT-XK-0009-B01"):
        with pytest.raises(Invalid, match="没有编码是"), transaction(session):
            services.draft_item(session, unit_id=unit.id, code=code, text=items.text(), actor=WRITER)
    item = items.draft(unit)
    with transaction(session):
        powers_services.withdraw_power(session, power_id=item.power_id, reason="取消", actor=WRITER)
    with pytest.raises(Conflict, match="还没有公布"), transaction(session):
        services.publish_item(session, item_id=item.id, reason="", actor=WRITER)


def test_a_code_is_used_once(session: Session, unit: Unit, items: ItemFactory) -> None:
    item = items.draft(unit)
    with pytest.raises(Conflict, match="已经有一个事项"), transaction(session):
        services.draft_item(session, unit_id=unit.id, code=item.code, text=items.text(), actor=WRITER)


def test_a_withdrawn_item_stays_readable_and_is_no_longer_found(
    session: Session, unit: Unit, items: ItemFactory
) -> None:
    item = items.published(unit)
    for _again in range(2):
        with transaction(session):
            services.withdraw_item(session, item_id=item.id, reason="并入别的事项", actor=WRITER)
    assert queries.shown_item(session, item.code).item.withdrawn_reason == "并入别的事项"
    assert item_lists.items_page(session, WantedItems(subject="health")).items == []
    assert session.scalar(select(func.count()).select_from(ItemLabel)) == 0
    with pytest.raises(Conflict, match="已经撤回"), transaction(session):
        services.save_draft(session, item_id=item.id, text=items.text(), actor=WRITER)


def test_a_draft_that_was_never_shown_goes_with_its_item_and_files(
    session: Session, unit: Unit, items: ItemFactory
) -> None:
    item = items.draft(unit)
    file = items.file(item)
    with transaction(session):
        assert services.discard_draft(session, item_id=item.id, actor=WRITER) == [file.token]
    assert session.scalar(select(func.count()).select_from(ServiceItem)) == 0
    kept = items.published(unit)
    with pytest.raises(NotFound), transaction(session):
        services.discard_draft(session, item_id=kept.id, actor=WRITER)


def test_a_form_is_public_once_a_guide_names_it_and_stays_while_a_version_does(
    session: Session, unit: Unit, items: ItemFactory
) -> None:
    item = items.published(unit)
    file = items.file(item)
    with pytest.raises(NotFound):
        queries.public_file(session, file.token)
    session.rollback()
    with pytest.raises(Conflict, match="叫这个名字"):
        items.file(item)
    papers = (Paper(name="申请表", form="申请表.pdf"), *PAPERS[1:])
    items.changed(item, papers=papers, reason="附上空表")
    assert queries.public_file(session, file.token).file_name == "申请表.pdf"
    assert queries.shown_item(session, item.code).text.papers[0].form == file.token
    session.rollback()
    items.changed(item, reason="空表撤下")
    with pytest.raises(Conflict, match="还有材料用着"), transaction(session):
        services.remove_file(session, item_id=item.id, token=file.token, actor=WRITER)
    spare = items.file(item, "多余.pdf")
    with transaction(session):
        services.remove_file(session, item_id=item.id, token=spare.token, actor=WRITER)
    assert session.scalar(select(func.count()).select_from(ItemFile)) == 1


def test_the_list_is_filtered_and_counted(
    session: Session, unit: Unit, units: UnitFactory, items: ItemFactory
) -> None:
    first = items.published(unit)
    second = items.published(
        units.department("区医保局"), name="异地就医", subjects=("health",), events=("illness",)
    )
    items.draft(unit)

    def codes(**wanted: object) -> list[str]:
        return [one.code for one in item_lists.items_page(session, WantedItems(**wanted)).items]

    assert codes() == [first.code, second.code]
    assert codes(unit_id=unit.id) == [first.code]
    assert codes(subject="health") == [first.code, second.code]
    assert codes(event="illness") == codes(text="ydjy") == codes(text="异地") == [second.code]
    assert codes(text=first.code.lower()) == [first.code]
    assert codes(text="%") == codes(subject="business", event="illness") == []
    assert codes(state=PowerState.WITHDRAWN) == []
    counted = item_lists.counts_by_label(session)
    assert counted == {Axis.SUBJECT: {"health": 2, "business": 1}, Axis.EVENT: {"shop": 1, "illness": 1}}
    assert sorted(each.number for each in item_lists.counts_by_unit(session)) == [1, 1]
    page = item_lists.items_page(session, WantedItems(), limit=1)
    assert [one.code for one in item_lists.items_page(session, WantedItems(), cursor=page.next).items] == [
        second.code
    ]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_table_that_was_written_changes_nothing(
    platform: Platform, unit: Unit, items: ItemFactory, tmp_path: Path, kind: str
) -> None:
    item = items.published(unit)
    items.file(item)
    items.changed(item, papers=(Paper(name="=申请表", form="申请表.pdf"), *PAPERS[1:]), reason="空表")
    items.published(unit, promised=None, at_once=True, questions=(), papers=PAPERS[:2], visits=None)
    path = tmp_path / f"all.{kind}"
    assert run(platform, "export", path).exit_code == 0
    assert taken(platform, path) == {"made": 0, "changed": 0, "unchanged": 2, "kept": True}
    assert run(platform, "export", path, "--unit", "weijian").exit_code == 0
    assert run(platform, "export", tmp_path / "x.pdf").exit_code == 1


def test_a_table_that_lost_a_paper_is_noticed(
    platform: Platform, session: Session, unit: Unit, items: ItemFactory, tmp_path: Path
) -> None:
    """The planted defect of the round trip: one line less in one cell is a change, and a new version."""
    item = items.published(unit)
    path = tmp_path / "all.csv"
    run(platform, "export", path)
    text = path.read_text(encoding="utf-8-sig")
    path.write_text(text.replace("申请表|窗口领取|原件|1\n", ""), encoding="utf-8")
    assert taken(platform, path, "--dry-run")["changed"] == 1
    assert taken(platform, path)["changed"] == 1
    assert len(queries.shown_item(session, item.code).text.papers) == len(PAPERS) - 1


def test_every_cell_at_fault_is_named_and_nothing_is_kept(
    platform: Platform, session: Session, unit: Unit, items: ItemFactory, tmp_path: Path
) -> None:
    power = items.powers.published(unit)
    head = list(rows.HEADINGS)
    good = rows.written(code=f"{power.code}-B01", text=items.text())
    faults = {
        "code": ("99010100JT-XK-0099-B01", "没有编码是"),
        "papers": ("身份证|公安|原件|1||问9=本人", "前面没有问过"),
        "promised": ("很快", "不是时限"),
        "bases": ("", "至少要写一条法律依据"),
        "special": ("核查|3 日|《法》", "计入"),
    }
    wrong = [
        good | {"code": f"{power.code}-B{number:02}"} | {name: value}
        for number, (name, (value, _said)) in enumerate(faults.items(), start=2)
    ]
    path = tmp_path / "a.csv"
    with path.open("w", encoding="utf-8", newline="") as opened:
        csv.writer(opened).writerows(
            [
                [rows.HEADINGS[name] for name in head],
                *([each[name] for name in head] for each in [good, *wrong, good]),
            ]
        )
    done = run(platform, "import", path)
    assert done.exit_code == 1
    for number, (name, (_value, said)) in enumerate(faults.items(), start=3):
        (line,) = (each for each in done.output.splitlines() if f"第 {number} 行" in each)
        assert f"{chr(65 + head.index(name))}{number} 格" in line
        assert said in line
    assert "出现了两次" in done.output
    assert session.scalar(select(func.count()).select_from(ServiceItem)) == 0
