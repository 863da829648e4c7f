"""Importing units: every row or none, and every row at fault is named."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from evalapp.core.platform import Platform
from evalapp.units import queries
from evalapp.units.commands import group
from evalapp.units.models import Unit

TABLE = """类别,名称,简称,网址名,上级,电话,职能
科室,学前教育科,,xqjyk,jyj,,
部门,区教育局,教育局,jyj,,0000-8600 1818,"学校|管学校|基教科
幼儿园|管幼儿园"
街道,文庙街道,,wenmiao,,,
村,十里铺村,,shilipu,wenmiao,,
"""


def run(platform: Platform, path: Path, *options: str) -> Result:
    return CliRunner().invoke(group, ["import", str(path), *options], obj=platform)


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "units.csv"
    path.write_text(TABLE, encoding="utf-8")
    return path


def test_a_table_is_taken_whole_though_children_come_first(
    platform: Platform, session: Session, table: Path
) -> None:
    result = run(platform, table, "--json")
    assert result.exit_code == 0, result.output
    assert json.loads(result.output) == {"added": 4, "changed": 0, "unchanged": 0, "kept": True}
    unit = queries.unit(session, "jyj")
    assert [f.title for f in queries.functions(session, unit.id)] == ["学校", "幼儿园"]
    assert queries.unit(session, "xqjyk").parent_id == unit.id


def test_taking_it_again_changes_nothing_and_a_new_wording_changes_one(
    platform: Platform, table: Path
) -> None:
    run(platform, table)
    assert json.loads(run(platform, table, "--json").output)["unchanged"] == 4
    table.write_text(TABLE.replace("管幼儿园", "管民办园"), encoding="utf-8")
    assert json.loads(run(platform, table, "--json").output)["changed"] == 1


def test_a_dry_run_keeps_nothing(platform: Platform, session: Session, table: Path) -> None:
    result = run(platform, table, "--dry-run", "--json")
    assert json.loads(result.output) == {"added": 4, "changed": 0, "unchanged": 0, "kept": False}
    assert session.scalar(select(func.count()).select_from(Unit)) == 0


def test_every_row_at_fault_is_named_and_nothing_is_kept(
    platform: Platform, session: Session, tmp_path: Path
) -> None:
    path = tmp_path / "units.csv"
    path.write_text(
        "slug,name,kind,parent\n"
        "a,区甲局,department,\n"
        "b,区\u202e乙局,department,\n"
        "c,丙科,section,\n"
        "d,丁科,section,nowhere\n"
        "a,区戊局,department,\n"
        "f,己部,ministry,\n"
        "g,庚部,department,h\n"
        "h,辛部,department,g\n"
        "i,区甲局,department,\n",
        encoding="utf-8",
    )
    result = run(platform, path)
    assert result.exit_code == 1
    for row in (3, 4, 5, 6, 7, 8, 9, 10):
        assert f"第 {row} 行" in result.output
    assert "第 2 行" not in result.output
    assert session.scalar(select(func.count()).select_from(Unit)) == 0


def test_json_is_taken_too(platform: Platform, session: Session, tmp_path: Path) -> None:
    path = tmp_path / "units.json"
    row = {"name": "区教育局", "kind": "department", "posts": [{"title": "局长", "duty": "主持工作"}]}
    path.write_text(json.dumps([row], ensure_ascii=False))
    assert run(platform, path).exit_code == 0
    assert [p.duty for p in queries.posts(session, queries.unit(session, "qujiaoyuju").id)] == ["主持工作"]


def test_a_table_from_an_old_spreadsheet_is_read(platform: Platform, tmp_path: Path) -> None:
    path = tmp_path / "units.csv"
    path.write_bytes(TABLE.encode("gb18030"))
    assert run(platform, path).exit_code == 0


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.json", b"{"),
        ("a.json", b"{}"),
        ("a.json", b"[1]"),
        ("a.json", b"[" * 100_000),
        ("a.csv", b""),
        ("a.csv", b"\xff\xfe\x00\x80"),
        ("a.csv", b'name,kind\n"unfinished,department\n'),
        ("a.csv", "name,colour\n区甲局,red\n".encode()),
        ("a.csv", "name\n区甲局\n".encode()),
        ("a.csv", "name,kind\n区甲局,department,more\n".encode()),
    ],
)
def test_a_file_that_is_no_such_table_is_refused_with_a_sentence(
    platform: Platform, tmp_path: Path, name: str, content: bytes
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    result = run(platform, path)
    assert result.exit_code == 1, result.output
    assert result.output.startswith("Error: ")
    assert not isinstance(result.exception, Exception) or isinstance(result.exception, SystemExit)


def test_two_departments_import_an_office_each(platform: Platform, session: Session, tmp_path: Path) -> None:
    path = tmp_path / "units.csv"
    path.write_text(
        "类别,名称,网址名,上级\n部门,区教育局,jyj,\n部门,区财政局,czj,\n科室,办公室,,jyj\n科室,办公室,,czj\n",
        encoding="utf-8",
    )
    for _again in range(2):
        result = run(platform, path)
        assert result.exit_code == 0, result.output
    assert queries.unit(session, "jyj-bangongshi").id != queries.unit(session, "czj-bangongshi").id
    assert session.scalar(select(func.count()).select_from(Unit)) == 4
