"""What boards cost: python -m scripts.bench.boards [LINES] [DATABASE_URL].

Imports a table of LINES lines as CSV, dry and kept, with the most memory that the process ever held; then asks for the
pages of that statement, its first and its last, and for its board. Everything happens in a folder of its own.
"""

import csv
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from evalapp import schema, wiring
from evalapp.core import calendar, clock
from evalapp.core.permissions import SYSTEM
from evalapp.core.platform import Platform
from evalapp.core.rowfiles import rows_of
from evalapp.core.settings import read_settings
from evalapp.disclosures import services
from evalapp.disclosures.queries import finances
from evalapp.disclosures.services import importing
from evalapp.factory import create_app
from evalapp.units import services as units
from evalapp.units.models import UnitKind

PERIOD, FIRST = "2026-Q3", date(2026, 7, 1)
TIMES = 20


def main() -> None:
    lines = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    url = sys.argv[2] if len(sys.argv) > 2 else ""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "quarter.csv"
        write(path, lines)
        platform = Platform.open(read_settings(data_dir=Path(folder) / "var", database_url=url))
        wiring.connect()
        schema.METADATA.create_all(platform.engine)
        with platform.transaction() as session:
            calendar.seed(session)
            unit = units.add_unit(session, kind=UnitKind.DEPARTMENT, name="区第一局", slug="yi", actor=SYSTEM)
            board_id = services.ensure_board(session, unit_id=unit.id).id
        for is_dry in (True, False):
            timed(
                f"{lines:,} lines {'looked at' if is_dry else 'imported and published'}",
                lambda is_dry=is_dry: take(platform, board_id, path, is_dry=is_dry),  # type: ignore[misc]
            )
        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"most memory held: {most:.0f} MiB")
        ask(platform, last=(lines + finances.PAGE - 1) // finances.PAGE)
        platform.close()


def write(path: Path, lines: int) -> None:
    """A table whose totals agree."""
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(
            [
                "类别",
                "科目",
                "事由",
                "收付对象",
                "金额",
                "日期",
                "凭证号",
                "经手",
                "民主理财小组",
                "审批",
                "会计",
            ]
        )
        for number in range(lines):
            day = FIRST + timedelta(days=number % 90)
            table.writerow(
                [
                    "支出",
                    f"科目 {number % 30}",
                    f"第 {number} 笔工程款",
                    "工程单位",
                    "1.25",
                    day.isoformat(),
                    f"记-{number:06}",
                    "经办科室",
                    "理财小组",
                    "分管领导",
                    "财务科",
                ]
            )
        for name, amount in (
            ("期初结余", 1.25 * lines),
            ("收入合计", 0),
            ("支出合计", 1.25 * lines),
            ("期末结余", 0),
        ):
            table.writerow([name, "", "", "", f"{amount:.2f}"])


def take(platform: Platform, board_id: Any, path: Path, *, is_dry: bool) -> None:
    with platform.transaction() as session:
        made = services.import_statement(
            session,
            board_id=board_id,
            period=PERIOD,
            rows=rows_of(path, columns=importing.COLUMNS, required=importing.REQUIRED, most_rows=2_000_000),
            dry_run=is_dry,
            actor=SYSTEM,
        )
        if made.statement_id is not None:
            services.publish_statement(session, statement_id=made.statement_id, actor=SYSTEM)


def ask(platform: Platform, *, last: int) -> None:
    """Processor time of each page, the best of some."""
    browser = create_app(platform).test_client()
    for path in (
        "/boards",
        "/boards/yi",
        f"/boards/yi/finances/{PERIOD}",
        f"/boards/yi/finances/{PERIOD}?page={last}",
    ):
        spent = []
        for _ in range(TIMES):
            began = time.process_time()
            assert browser.get(path).status_code == 200
            spent.append(time.process_time() - began)
        print(f"{path}: {1000 * min(spent):.1f} ms of processor time")


def timed(what: str, work: Callable[[], None]) -> None:
    began, spent = time.perf_counter(), time.process_time()
    work()
    print(
        f"{what}: {time.perf_counter() - began:.1f} s, {time.process_time() - spent:.1f} s of processor time"
    )


if __name__ == "__main__":
    clock.configure(offset_seconds=0, timezone="Asia/Shanghai")
    main()
