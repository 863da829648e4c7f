"""The 980 powers of 晴川区, the same at every start: made of what each unit deals with, taken in as a table is."""

import tomllib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from evalapp.core import terms
from evalapp.core.permissions import SYSTEM
from evalapp.core.platform import Platform
from evalapp.core.rowfiles import Row
from evalapp.core.terms import Term
from evalapp.demo import guides
from evalapp.demo.flows import LICENSING, PENALTIES, Course, calendar, flowchart, working
from evalapp.powers import services
from evalapp.powers.rules import rows as tables
from evalapp.powers.rules.flow import checks
from evalapp.powers.rules.flow.graph import Flowchart
from evalapp.powers.rules.kinds import PowerKind
from evalapp.powers.rules.profile import profile
from evalapp.powers.rules.text import Duty, LegalBasis, PowerText

HOW_MANY = 980
_CHANGED_EVERY = 25
# Names by kind; approvals are main items with what is applied for below them.
_NAMES: tuple[tuple[PowerKind, str], ...] = (
    (PowerKind.APPROVAL, "{}许可"),
    (PowerKind.PENALTY, "对未经批准从事{}活动的处罚"),
    (PowerKind.INSPECTION, "{}情况的监督检查"),
    (PowerKind.CONFIRMATION, "{}资格确认"),
    (PowerKind.PENALTY, "对在{}中弄虚作假的处罚"),
    (PowerKind.OTHER, "{}备案"),
    (PowerKind.PAYMENT, "{}补助发放"),
    (PowerKind.COMPULSION, "对{}违法物品、设施的查封、扣押"),
    (PowerKind.OTHER, "{}投诉处理"),
    (PowerKind.PENALTY, "对拒不改正{}违法行为的处罚"),
    (PowerKind.REWARD, "对{}工作成绩突出的单位和个人的奖励"),
    (PowerKind.INSPECTION, "{}专项检查"),
    (PowerKind.LEVY, "{}有关费用征收"),
    (PowerKind.RULING, "{}纠纷裁决"),
)
_ITEMS = ("首次申请", "变更", "延续")
_POSTS = {
    PowerKind.APPROVAL: ("审批服务科", "审批服务科科长"),
    PowerKind.PENALTY: ("综合执法大队", "综合执法大队大队长"),
    PowerKind.COMPULSION: ("综合执法大队", "综合执法大队大队长"),
    PowerKind.INSPECTION: ("监督管理科", "监督管理科科长"),
}
_OFFICE = ("办公室", "办公室主任")
_GROUNDS = (
    "对符合条件的申请不予受理，或者超过期限不办理的",
    "索取、收受财物或者谋取其他利益的",
    "不依法说明理由、不告知救济途径的",
    "泄露当事人的商业秘密或者个人信息的",
)


@dataclass(frozen=True, kw_only=True)
class _Unit:
    slug: str
    letters: str
    subjects: Sequence[str]
    laws: Sequence[str]
    kinds: frozenset[PowerKind]


def publish(platform: Platform) -> int:
    """Publish all of them as an import would. Returns how many there are."""
    return _taken(platform, planned()).made


def change(platform: Platform) -> int:
    """Publish a second version of some, which promises sooner. Returns how many."""
    guided = {guide["name"] for guide in guides.planned()}
    rows = [
        Row(
            number=row.number,
            values={**row.values, "promised": _sooner(row.text("promised")), "reason": "流程并联，时限缩短"},
        )
        for row in planned()
        if row.number % _CHANGED_EVERY == 0
        and row.text("name") not in guided
        and _sooner(row.text("promised"))
    ]
    return _taken(platform, rows).changed


def _taken(platform: Platform, rows: Iterable[Row]) -> services.Imported:
    with platform.session() as session:
        table = services.read_powers(session, rows=rows)
    with platform.transaction() as session:
        return services.import_powers(session, table, actor=SYSTEM)


@cache
def planned() -> tuple[Row, ...]:
    """Every row of the table, unit by unit."""
    found: list[Row] = []
    of = _units()
    for place, unit in enumerate(of):
        wanted = HOW_MANY // len(of) + (place < HOW_MANY % len(of))
        for made in _powers_of(unit, wanted):
            found.append(Row(number=len(found) + 1, values=made))
    return tuple(found)


def _powers_of(unit: _Unit, wanted: int) -> Iterator[dict[str, str]]:
    numbers: dict[PowerKind, int] = {}
    count = trees = 0
    guided: set[str] = set()
    for text, chart in guides.powers_of(unit.slug):
        numbers[text.kind] = numbers.get(text.kind, 0) + 1
        code = _code(unit, text.kind, numbers[text.kind])
        yield dict(tables.written(unit=unit.slug, code=code, parent="", text=text, flowchart=chart))
        guided.add(text.name)
        count += 1
    for turn, (kind, name) in enumerate(_in_turn(unit)):
        subject = unit.subjects[turn % len(unit.subjects)]
        if name.format(subject) in guided:
            continue
        numbers[kind] = numbers.get(kind, 0) + 1
        code = _code(unit, kind, numbers[kind])
        yield dict(_row(unit, kind, code, name.format(subject), turn))
        count += 1
        if kind is PowerKind.APPROVAL and trees < 2:
            trees += 1
            for item, words in enumerate(_ITEMS, start=1):
                if count < wanted:
                    below = f"{code}-{item:02}"
                    yield dict(
                        _row(
                            unit, kind, below, f"{name.format(subject)}（{words}）", turn + item, parent=code
                        )
                    )
                    count += 1
        if count >= wanted:
            return


def _code(unit: _Unit, kind: PowerKind, number: int) -> str:
    return f"{_content()['place']}{unit.letters}-{profile().letters[kind]}-{number:04}"


def _in_turn(unit: _Unit) -> Iterator[tuple[PowerKind, str]]:
    """The names that a unit has, again and again, each time from the next subject on."""
    own = [(kind, name) for kind, name in _NAMES if kind in unit.kinds]
    seen: set[tuple[str, int]] = set()
    turn = 0
    while len(seen) < len(own) * len(unit.subjects):
        kind, name = own[turn % len(own)]
        here = (name, turn % len(unit.subjects))
        if here in seen:  # as many names as subjects: the next round begins one further on
            own = [*own[1:], own[0]]
            continue
        seen.add(here)
        yield kind, name
        turn += 1


def _row(
    unit: _Unit, kind: PowerKind, code: str, name: str, variant: int, *, parent: str = ""
) -> dict[str, str]:
    section, post = _POSTS.get(kind, _OFFICE)
    chart = flowchart(
        kind, variant * 7 % 32, Course(window="政务大厅窗口", section=section, head="分管负责人")
    )
    statutory, promised = _terms(kind, chart)
    bases = [LegalBasis(law=unit.laws[variant % len(unit.laws)], note=_content()["note"])]
    if kind is PowerKind.APPROVAL:
        bases.append(LegalBasis(law=LICENSING, article="第四十二条", note=_content()["note"]))
    if kind is PowerKind.PENALTY:
        bases.append(LegalBasis(law=PENALTIES, article="第六十条", note=_content()["note"]))
    text = PowerText(
        name=name,
        kind=kind,
        section=section,
        post=post,
        bases=tuple(bases),
        duties=tuple(
            Duty(stage=stage, text=f"按规定的条件、程序和期限{stage}，结果公开，接受监督。")
            for stage in profile().stages[kind]
        ),
        grounds=(_GROUNDS[variant % len(_GROUNDS)], _GROUNDS[(variant + 1) % len(_GROUNDS)]),
        fee="按核定的数额" if kind is PowerKind.LEVY else "",
        fee_basis=f"{unit.laws[0]}（{_content()['note']}）" if kind is PowerKind.LEVY else "",
        statutory=statutory,
        promised=promised,
        telephone=f"0000-8600 {variant % 10_000:04}",
        passes_on=variant % 17 == 0 and kind is PowerKind.CONFIRMATION,
    )
    return dict(tables.written(unit=unit.slug, code=code, parent=parent, text=text, flowchart=chart))


def _terms(kind: PowerKind, chart: Flowchart) -> tuple[Term | None, Term | None]:
    """What the law allows where it is known, and a promise that the steps keep within."""
    if kind in {PowerKind.PENALTY, PowerKind.COMPULSION}:
        needed = checks.total(chart, calendar(1)).amount
        return (calendar(90) if kind is PowerKind.PENALTY else None), calendar(min(needed + 5, 90))
    needed = checks.total(chart, working(1)).amount
    return (working(20) if kind is PowerKind.APPROVAL else None), working(
        min(needed + 3, 20) if kind is PowerKind.APPROVAL else needed + 3
    )


def _sooner(spelled: str) -> str:
    """A promise two days shorter, where there is as much to spare."""
    term = terms.typed(spelled, field="promised")
    if term is None or term.amount < 3:
        return ""
    return terms.spelled(Term(amount=term.amount - 2, unit=term.unit, basis=term.basis))


@cache
def _content() -> dict[str, Any]:
    return tomllib.loads(resources.files("evalapp.demo").joinpath("content/powers.toml").read_text())


def _units() -> list[_Unit]:
    usual = frozenset(
        {
            PowerKind.APPROVAL, PowerKind.PENALTY, PowerKind.INSPECTION, PowerKind.CONFIRMATION, PowerKind.OTHER,
            PowerKind.REWARD,
        }
    )  # fmt: skip
    more = {
        "gives": PowerKind.PAYMENT,
        "collects": PowerKind.LEVY,
        "seizes": PowerKind.COMPULSION,
        "judges": PowerKind.RULING,
    }
    return [
        _Unit(
            slug=unit["slug"],
            letters=unit["letters"],
            subjects=unit["subjects"],
            laws=unit["laws"],
            kinds=usual | {kind for name, kind in more.items() if unit.get(name)},
        )
        for unit in _content()["units"]
    ]
