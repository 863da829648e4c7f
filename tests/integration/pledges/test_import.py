"""Importing pledges: every row or none; a new wording of a known one is a new version."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy.orm import Session

from evalapp.core.platform import Platform
from evalapp.core.terms import Basis, Term, TimeUnit
from evalapp.pledges import queries
from evalapp.pledges.commands import group
from tests.support.units import UnitFactory

TABLE = """单位,事项,承诺,计量,时限,时间单位,计算,法定时限,法定时间单位,法定计算,法定依据
zjj,施工许可证核发,材料齐全的 5 个工作日办结。,从受理到发证,5,日,工作,7,日,自然,《建筑法》第八条
zjj,工地投诉到场,两小时内到场。,从接报到到场,2,小时,自然,,,,
zjj,一次告知,缺什么材料一次说清。,,,,,,,,
"""


def run(platform: Platform, path: Path, *options: str) -> Result:
    return CliRunner().invoke(group, ["import", str(path), "--json", *options], obj=platform)


@pytest.fixture
def table(tmp_path: Path, units: UnitFactory) -> Path:
    units.department("区住房和城乡建设局", short_name="住建局", slug="zjj")
    path = tmp_path / "pledges.csv"
    path.write_text(TABLE, encoding="utf-8")
    return path


def test_a_table_is_taken_and_taken_again(platform: Platform, session: Session, table: Path) -> None:
    assert json.loads(run(platform, table).output) == {
        "made": 3,
        "reworded": 0,
        "unchanged": 0,
        "kept": True,
    }
    assert json.loads(run(platform, table).output)["unchanged"] == 3
    table.write_text(
        TABLE.replace("两小时内到场。", "一小时内到场。").replace(",2,小时", ",1,小时"), encoding="utf-8"
    )
    assert json.loads(run(platform, table).output)["reworded"] == 1
    page = queries.pledges_page(session)
    assert [(p.title, p.version, p.term and p.term.amount) for p in page.items] == [
        ("施工许可证核发", 1, 5),
        ("工地投诉到场", 2, 1),
        ("一次告知", 1, None),
    ]
    assert page.items[0].statutory == Term(amount=7, unit=TimeUnit.DAY, basis=Basis.CALENDAR)


def test_every_row_at_fault_is_named_and_nothing_is_kept(
    platform: Platform, session: Session, table: Path
) -> None:
    table.write_text(
        "unit,title,text,measured,amount,time_unit,basis\n"
        "zjj,好的,好的。,,,,\n"
        "nowhere,甲,甲。,,,,\n"
        "zjj,乙,,,,,\n"
        "zjj,丙,丙。,到办结,五,day,working\n"
        "zjj,丁,丁。,到办结,5,week,working\n"
        "zjj,戊,戊。,到办结,5,day,soon\n"
        "zjj,己,己。,到办结,0,day,working\n"
        "zjj,好的,又一次。,,,,\n",
        encoding="utf-8",
    )
    result = run(platform, table)
    assert result.exit_code == 1
    for row in range(3, 10):
        assert f"第 {row} 行" in result.output
    assert "第 2 行" not in result.output
    assert queries.pledges_page(session).items == []


def test_a_dry_run_keeps_nothing(platform: Platform, session: Session, table: Path) -> None:
    assert json.loads(run(platform, table, "--dry-run").output)["made"] == 3
    assert queries.pledges_page(session).items == []
