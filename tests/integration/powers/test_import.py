"""A table of powers: every row or none, every cell at fault named; what was written comes back unchanged."""

import csv
import io
import json
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from evalapp.core import process
from evalapp.core.errors import Unavailable
from evalapp.core.platform import Platform
from evalapp.core.process import ProgramError
from evalapp.core.rowfiles import FaultyFile, Row
from evalapp.core.transaction import transaction
from evalapp.powers import services
from evalapp.powers.commands import group
from evalapp.powers.models import KeptFlowchart, Power
from evalapp.powers.queries import power as one
from evalapp.powers.queries import tables
from evalapp.powers.rules.flow import mermaid
from evalapp.powers.rules.kinds import PowerKind
from evalapp.powers.rules.text import LegalBasis
from evalapp.powers.services import flowcharts
from tests.support import crafted_sheets as crafted
from tests.support.flowcharts import usual
from tests.support.pledges import WRITER
from tests.support.powers import PowerFactory
from tests.support.units import UnitFactory

HEAD = ["单位", "编码", "上级编码", "名称", "类别", "责任岗位", "法律依据", "承诺时限", "流程图"]
GOOD = ["zjj", "99010100JS-XK-0001", "", "施工许可证核发", "行政许可", "审批科科长", "《建筑法》|第八条|1998-03-01", "15 个工作日", mermaid.written(usual())]  # fmt: skip


def row(**changes: str) -> list[str]:
    return [changes.get(name, value) for name, value in zip(HEAD, GOOD, strict=True)]


def written(path: Path, *rows: list[str]) -> Path:
    text = io.StringIO()
    csv.writer(text).writerows([HEAD, *rows])
    path.write_text(text.getvalue(), encoding="utf-8")
    return path


def run(platform: Platform, *words: object) -> Result:
    return CliRunner().invoke(group, [str(word) for word in words], obj=platform)


def taken(platform: Platform, path: Path, *options: str) -> dict[str, object]:
    done = run(platform, "import", path, "--json", *options)
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


@pytest.fixture
def zjj(units: UnitFactory) -> object:
    return units.department("区住房和城乡建设局", short_name="住建局", slug="zjj")


def test_a_table_is_taken_with_its_tree_and_taken_again(
    platform: Platform, session: Session, zjj: object, tmp_path: Path
) -> None:
    below = row(编码="99010100js-xk-0001-01", 上级编码="99010100JS-XK-0001", 名称="市政工程施工许可")
    path = written(tmp_path / "a.csv", below, row())
    assert taken(platform, path, "--dry-run") == {"made": 2, "changed": 0, "unchanged": 0, "kept": False}
    assert session.scalar(select(func.count()).select_from(Power)) == 0
    session.rollback()
    assert taken(platform, path)["made"] == 2
    assert taken(platform, path)["unchanged"] == 2
    written(path, below, row(承诺时限="10个工作日"))
    assert taken(platform, path) == {"made": 0, "changed": 1, "unchanged": 1, "kept": True}
    shown = one.shown_power(session, "99010100JS-XK-0001")
    assert (shown.version.number, shown.version.reason, shown.text.promised.amount) == (2, "批量更新", 10)
    assert one.relatives(session, shown.power).below[0].name == "市政工程施工许可"
    assert session.scalar(select(func.count()).select_from(KeptFlowchart)) == 1


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_what_was_written_comes_back_unchanged(
    platform: Platform, zjj: object, powers: PowerFactory, tmp_path: Path, kind: str
) -> None:  # fmt: skip
    powers.published(
        zjj, name="=SUM(A1) 开头的名称", fee="每件 10 元", fee_basis="《办法》第 3 条", passes_on=True
    )
    powers.published(zjj, kind=PowerKind.PENALTY, promised=None, statutory=None, grounds=(), duties=())
    powers.published(zjj, bases=tuple(LegalBasis(law=f"《法{n}》", text="条文 | 有竖线", url="https://a.b/c?d=1") for n in range(5)))  # fmt: skip
    path = tmp_path / f"all.{kind}"
    assert run(platform, "export", path).exit_code == 0
    assert taken(platform, path) == {"made": 0, "changed": 0, "unchanged": 3, "kept": True}
    before = path.read_bytes() if kind == "csv" else b""
    assert run(platform, "export", path, "--unit", "zjj").exit_code == 0
    assert path.read_bytes() == before or kind == "xlsx"
    assert run(platform, "export", tmp_path / "x.pdf").exit_code == 1


FAULTS = {
    "单位": ("zzz", "A", "没有网址名"),
    "编码": ("99010100JS-XK-1", "B", "格式不对"),
    "上级编码": ("99010100JS-XK-0009", "C", "没有编码"),
    "名称": ("", "D", "请填写"),
    "类别": ("许可", "E", "十类之一"),
    "责任岗位": ("", "F", "由哪个岗位"),
    "法律依据": ("《法》|第一条|昨天", "G", "不是日期"),
    "承诺时限": ("很快", "H", "不是时限"),
    "流程图": ("flowchart TD\n a([始]) --> b[办]", "I", "没有结束"),
}


def test_every_cell_at_fault_is_named_and_nothing_is_kept(
    platform: Platform, session: Session, zjj: object, tmp_path: Path
) -> None:
    rows = [row(**({"编码": f"99010100JS-XK-{n:04}"} | {name: wrong})) for n, (name, (wrong, _, _)) in enumerate(FAULTS.items(), 2)]  # fmt: skip
    done = run(platform, "import", written(tmp_path / "a.csv", row(), *rows, row()))
    assert done.exit_code == 1
    for number, (_, letter, said) in enumerate(FAULTS.values(), start=3):
        (line,) = (each for each in done.output.splitlines() if f"第 {number} 行" in each)
        assert f"{letter}{number} 格" in line
        assert said in line
    assert (
        f"第 {len(FAULTS) + 3} 行 B{len(FAULTS) + 3} 格：编码 99010100JS-XK-0001 在文件里出现了两次"
        in done.output
    )
    assert session.scalar(select(func.count()).select_from(Power)) == 0


def test_what_a_table_may_not_change_is_refused(
    platform: Platform, zjj: object, units: UnitFactory, powers: PowerFactory, tmp_path: Path
) -> None:
    units.department("区第九局", slug="jiu")
    gone = powers.published(zjj, code="99010100JS-XK-0002")
    with platform.transaction() as session:
        services.withdraw_power(session, power_id=gone.id, reason="取消", actor=WRITER)
    main, below = row(), row(编码="99010100JS-XK-0003", 上级编码="99010100JS-XK-0001")
    taken(platform, written(tmp_path / "a.csv", main, below))
    for changed, said in (
        (row(单位="jiu"), "别的单位"),
        (row(编码="99010100JS-XK-0002"), "已经撤回"),
        (row(编码="99010100JS-XK-0003"), "上级事项不能改"),
        (row(编码="99010100JS-XK-0004", 上级编码="99010100JS-XK-0004"), "没有编码"),
    ):
        done = run(platform, "import", written(tmp_path / "b.csv", changed))
        assert (done.exit_code, said in done.output) == (1, True), done.output


def test_a_tree_deeper_than_three_levels_is_refused(platform: Platform, zjj: object, tmp_path: Path) -> None:
    code = "99010100JS-XK-000{}".format
    rows = [row(编码=code(n), 上级编码=code(n - 1) if n > 1 else "") for n in range(1, 5)]
    done = run(platform, "import", written(tmp_path / "a.csv", *rows))
    assert "第 5 行 C5 格：最多三层" in done.output
    round_about = [row(编码=code(1), 上级编码=code(2)), row(编码=code(2), 上级编码=code(1))]
    assert run(platform, "import", written(tmp_path / "b.csv", *round_about)).exit_code == 1


def test_a_unit_takes_rows_of_its_own_only(session: Session, zjj: object, units: UnitFactory) -> None:
    own = units.department("区第九局", slug="jiu")
    rows = [Row(number=1, values={"unit": "zjj", "code": GOOD[1], "name": "x", "kind": "approval", "post": "p", "bases": "《法》"})]  # fmt: skip
    with pytest.raises(FaultyFile, match="不是本单位"):
        services.read_powers(session, rows=rows, unit_id=own.id)


def some(count: int) -> list[Row]:
    """Rows whose flowcharts have outlines of their own."""
    usual_one = usual()
    return [
        Row(
            number=number,
            values={
                "unit": "zjj",
                "code": f"99010100JS-XK-{number:04}",
                "name": f"许可 {number}",
                "kind": "approval",
                "post": "科长",
                "bases": "《法》",
                "flowchart": mermaid.written(
                    replace(
                        usual_one,
                        steps=tuple(
                            replace(
                                step, title=step.title + "续" * (number if step.title == "材料审查" else 0)
                            )
                            for step in usual_one.steps
                        ),
                    )
                ),
            },
        )
        for number in range(1, count + 1)
    ]


def test_flowcharts_are_laid_out_ahead_of_the_transaction(
    session: Session, zjj: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[tuple[str, int]] = []
    table = services.read_powers(session, rows=some(3), tell=lambda what, done: heard.append((what, done)))
    assert [what for what, _ in heard] == ["flowcharts"]

    def gone(*_words: object, **_more: object) -> bytes:
        raise ProgramError("dot is not installed")

    monkeypatch.setattr(process, "run", gone)
    with transaction(session):
        assert services.import_powers(session, table, actor=WRITER).made == 3
    with pytest.raises(Unavailable):  # the planted defect: what was not laid out ahead needs the program now
        flowcharts.keep_all(session, [mermaid.read(str(some(9)[8].values["flowchart"]))])


def test_what_changed_since_a_table_was_read_is_noticed_in_the_transaction(
    session: Session, zjj: object, powers: PowerFactory
) -> None:
    table = services.read_powers(session, rows=some(1))
    gone = powers.published(zjj, code="99010100JS-XK-0001")
    with transaction(session):
        services.withdraw_power(session, power_id=gone.id, reason="取消", actor=WRITER)
    with pytest.raises(FaultyFile, match="已经撤回"), transaction(session):
        services.import_powers(session, table, actor=WRITER)


def test_a_sheet_of_a_hundred_thousand_rows_is_refused_in_words(
    platform: Platform, zjj: object, tmp_path: Path
) -> None:
    cells = crafted.rows([HEAD[:5], *[["zjj", "x", "", "y", "z"]] * 20_001])
    path = crafted.written(tmp_path / "a.xlsx", crafted.sheet(cells))
    done = run(platform, "import", path)
    assert (done.exit_code, "最多 20000 行" in done.output) == (1, True)


def test_exported_rows_come_unit_by_unit(session: Session, zjj: object, powers: PowerFactory) -> None:
    powers.draft(zjj)
    powers.published(zjj)
    assert [found["unit"] for found in tables.exported(session)] == ["zjj"]
