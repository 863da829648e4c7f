"""How long the power list takes: python -m scripts.bench.powers [DATABASE_URL].

The demonstration's 980 powers are imported, a flowchart of forty steps is placed and drawn, pages are asked for at 980 and at
20,000 powers, and a sheet of 100,000 rows is read. Everything happens in a folder of its own.
"""

import resource
import statistics
import sys
import tempfile
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import xlsxwriter
from flask import Flask
from sqlalchemy import event, insert, select

from evalapp import schema, wiring
from evalapp.core.platform import Platform
from evalapp.core.rowfiles import rows_of
from evalapp.core.settings import read_settings
from evalapp.demo import district, powers
from evalapp.factory import create_app
from evalapp.powers.models import Power, PowerVersion
from evalapp.powers.rules.flow import drawing, measuring, order
from evalapp.powers.rules.flow.column import column
from evalapp.powers.rules.flow.drawing import Words
from evalapp.powers.rules.flow.graph import Flowchart, Step, StepKind, Way
from evalapp.powers.services.layout import laid_out

MANY, STEPS, LINES, PIECE = 20_000, 40, 100_000, 1_000
PAGES = (
    "/powers",
    "/powers?q=施工许可",
    "/powers?q=sgxk",
    "/powers?q=没有这样的",
    "/powers?kind=penalty",
    "/powers/{code}",
)


def main() -> None:
    url = sys.argv[1] if len(sys.argv) > 1 else ""
    with tempfile.TemporaryDirectory() as folder:
        read_a_sheet(Path(folder) / "lines.xlsx")
        place_and_draw()
        platform = Platform.open(read_settings(data_dir=Path(folder), database_url=url))
        wiring.connect()
        schema.METADATA.create_all(platform.engine)
        with platform.transaction() as session:
            district.build(session)
        timed("980 powers with flowcharts made and imported", lambda: powers.publish(platform))
        app = create_app(platform)
        ask(app, platform, "980 powers")
        grow(platform)
        ask(app, platform, f"{MANY:,} powers")
        platform.close()


def timed(name: str, act: Callable[[], Any]) -> None:
    wall, own = time.perf_counter(), time.process_time()
    act()
    print(f"{name}: {time.perf_counter() - wall:.2f} s wall, {time.process_time() - own:.2f} s CPU")


def forty() -> Flowchart:
    """Four times: a decision, three things at the same time, a loop; forty steps in all."""
    steps = [Step(key="s0", kind=StepKind.START, title="提出申请")]
    ways: list[Way] = []
    at, label = "s0", ""

    def add(kind: StepKind, title: str) -> str:
        steps.append(Step(key=f"s{len(steps)}", kind=kind, title=title, actor="承办科室经办岗位"))
        return steps[-1].key

    for _ in range(4):
        check = add(StepKind.DECISION, "材料是否齐全、符合法定形式")
        ways.append(Way(source=at, target=check, label=label))
        mend = add(StepKind.STEP, "一次告知需要补正的全部内容")
        ways += [Way(source=check, target=mend, label="不齐全"), Way(source=mend, target=check)]
        split = add(StepKind.SPLIT, "分头办理")
        ways.append(Way(source=check, target=split, label="齐全"))
        parts = [add(StepKind.STEP, f"第 {n} 个科室审查并提出意见") for n in range(3)]
        join = add(StepKind.JOIN, "汇总意见")
        for part in parts:
            ways += [Way(source=split, target=part), Way(source=part, target=join)]
        last = add(StepKind.STEP, "形成意见")
        ways.append(Way(source=join, target=last))
        decide = add(StepKind.DECISION, "是否继续")
        ways.append(Way(source=last, target=decide))
        at, label = decide, "继续"
    while len(steps) < STEPS - 2:
        onward = add(StepKind.STEP, "办理")
        ways.append(Way(source=at, target=onward, label=label))
        at, label = onward, ""
    for decision in [step.key for step in steps if step.title == "是否继续"]:
        if not any(way.target == "no" for way in ways):
            steps.append(Step(key="no", kind=StepKind.END, title="不予办理"))
        ways.append(Way(source=decision, target="no", label="不予"))
    done = add(StepKind.END, "办结")
    ways.append(Way(source=at, target=done, label=label))
    return Flowchart(steps=tuple(steps), ways=tuple(ways))


def place_and_draw() -> None:
    chart = forty()
    words = Words(name="x", fact=lambda _step, fact: fact.value)
    walls = []
    for _ in range(20):
        began = time.perf_counter()
        (wide,) = laid_out([Flowchart.of(chart.document())])
        walls.append(1_000 * (time.perf_counter() - began))
    print(f"{len(chart.steps)} steps placed by dot: {statistics.median(walls):.0f} ms wall")
    for name, places, narrow in (("wide", wide, False), ("narrow", column(chart), True)):
        own = []
        for _ in range(50):
            fresh = Flowchart.of(chart.document())
            order.reading_order.cache_clear()
            measuring.shape.cache_clear()
            began = time.process_time()
            drawing.drawn(fresh, places, words, narrow=narrow)
            own.append(1_000 * (time.process_time() - began))
        print(
            f"{len(chart.steps)} steps drawn, {name}: {statistics.median(own):.1f} ms CPU, nothing remembered"
        )


def ask(app: Flask, platform: Platform, name: str) -> None:
    with platform.session() as session:
        code = session.scalar(select(Power.code).order_by(Power.code).limit(1))
    client = app.test_client()
    count = [0]

    def counted(*_given: object) -> None:
        count[0] += 1

    event.listen(platform.engine, "before_cursor_execute", counted)
    for page in PAGES:
        address = page.format(code=code)
        for _ in range(5):
            client.get(address)
        count[0], own = 0, []
        for _ in range(40):
            began = time.process_time()
            answer = client.get(address)
            own.append(1_000 * (time.process_time() - began))
            assert answer.status_code == 200, address
        print(f"{name}, {page}: {statistics.median(own):.1f} ms CPU, {count[0] / 40:.0f} statements")
    event.remove(platform.engine, "before_cursor_execute", counted)


def grow(platform: Platform) -> None:
    """Copies of what is there under other codes, without their words anew."""
    with platform.transaction() as session:
        rows = session.execute(
            select(Power, PowerVersion)
            .join(PowerVersion, PowerVersion.power_id == Power.id)
            .order_by(Power.code)
        ).all()
        made = versions = 0
        while made < MANY - len(rows):
            some, said = [], []
            for power, version in rows[: min(PIECE, MANY - len(rows) - made)]:
                key = uuid.uuid4()
                columns = {column.name: getattr(power, column.name) for column in Power.__table__.columns}
                some.append(columns | {"id": key, "code": f"98{made:06}ZZ-QT-{len(some):04}", "level": 0, "parent_id": None, "parent_level": None})  # fmt: skip
                of = {column.name: getattr(version, column.name) for column in PowerVersion.__table__.columns}
                said.append(of | {"id": uuid.uuid4(), "power_id": key})
            session.execute(insert(Power), some)
            session.execute(insert(PowerVersion), said)
            made, versions = made + len(some), versions + len(said)


def read_a_sheet(path: Path) -> None:
    heads = ["科目", "收款方", "金额", "日期", "凭证号", "经办", "审批", "用途"]
    with xlsxwriter.Workbook(str(path), {"constant_memory": True}) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, heads)
        for line in range(1, LINES + 1):
            sheet.write_row(
                line,
                0,
                ["办公费", "企业", line + 0.25, "2026-11-29", f"P{line:06}", "会计", "主任", f"第 {line} 笔"],
            )
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    def read() -> None:
        for row in rows_of(path, columns={head: head for head in heads}, required=heads[:1], most_rows=LINES):
            row.fen("金额")
            row.day("日期")

    timed(f"a sheet of {LINES:,} rows read", read)
    print(f"  more memory: {(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024} MiB")


if __name__ == "__main__":
    main()
