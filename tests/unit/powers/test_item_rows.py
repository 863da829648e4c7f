"""A guide as a row of a table and back; what a guide may not say."""

from dataclasses import replace
from datetime import date

import pytest

from evalapp.core.errors import Invalid
from evalapp.core.rowfiles import Row
from evalapp.core.terms import Basis, Term, TimeUnit
from evalapp.demo import guides as demo
from evalapp.powers.rules.items import rows, text
from evalapp.powers.rules.items.papers import Clause, Question
from evalapp.powers.rules.items.profile import Axis, items_profile
from evalapp.powers.rules.items.text import Answered, ItemText, Paper, PaperKind, SpecialStep, cleaned
from evalapp.powers.rules.text import LegalBasis

CODE = "99010100JT-XK-0001-B01"
DAYS = Term(amount=5, unit=TimeUnit.DAY, basis=Basis.WORKING)
WHOLE = ItemText(
    name="食品经营许可",
    section="餐饮科",
    subjects=("business",),
    events=("shop", "company"),
    conditions=("有 | 竖线", "有场所"),
    questions=(
        Question(text="谁来办？", choices=("本人", "代办人")),
        Question(text="哪种？", choices=("甲", "乙", "丙"), asked_if=(Clause(question=1, choices=(2,)),)),
    ),
    papers=(
        Paper(name="申请表", source="窗口", form="a1", sample="b2", note="填一份"),
        Paper(name="委托书", kind=PaperKind.BOTH, copies=3, needed_if=(Clause(question=1, choices=(2,)),)),
        Paper(
            name="图纸",
            kind=PaperKind.ELECTRONIC,
            when="核查时",
            needed_if=(Clause(question=1, choices=(2,)), Clause(question=2, choices=(1, 3))),
        ),
    ),
    place="3 楼",
    hours="工作日",
    statutory=replace(DAYS, amount=20),
    promised=DAYS,
    fee="每件 10 元",
    fee_basis="《办法》",
    result="发证",
    bases=(LegalBasis(law="《法》", article="第一条", from_on=date(2020, 1, 1), note="示例，未核对"),),
    special=(
        SpecialStep(name="核查", term=DAYS, basis="《行政许可法》", counts=False),
        SpecialStep(name="听证", term=None, basis="", counts=True, fee="10 元", fee_basis="《办法》"),
    ),
    faq=(Answered(question="能网上办吗？", answer="能。"),),
    visits=0,
    contact="0123-1",
    complaint="0123-2",
)


def back(said: ItemText) -> ItemText:
    return rows.read(Row(number=1, values=rows.written(code=CODE, text=said))).text


@pytest.mark.parametrize(
    "said",
    [
        WHOLE,
        replace(WHOLE, promised=None, at_once=True, visits=None),
        ItemText(name="空的"),
        replace(WHOLE, faq=(Answered(question="=1+1", answer="｜全角竖线｜"),)),
    ],
)
def test_what_was_written_is_read_again_as_the_same(said: ItemText) -> None:
    clean = cleaned(said)
    assert back(clean) == clean
    assert ItemText.of(clean.document()) == clean


def test_a_row_that_loses_a_field_is_noticed() -> None:
    """The planted defect: a column that is written empty comes back as another guide, in every column."""
    clean = cleaned(WHOLE)
    for name in set(rows.HEADINGS) - {"code"}:
        assert _read(rows.written(code=CODE, text=clean) | {name: ""}) != clean, name


def _read(cells: dict[str, str]) -> ItemText | None:
    """None for a row that is refused: one without a name, papers whose questions are gone."""
    try:
        return rows.text_of(Row(number=1, values=cells))
    except Invalid:
        return None


def test_subjects_and_events_go_by_word_or_key() -> None:
    assert rows.labels_of(Axis.SUBJECT, "开店办厂、health") == ("business", "health")
    with pytest.raises(Invalid, match="没有“天气”这一类"):
        rows.labels_of(Axis.EVENT, "天气")


@pytest.mark.parametrize(
    ("field", "wrong", "said"),
    [
        ("papers", "身份证|公安|影印件", "请写：原件"),
        ("papers", "身份证|公安|原件|0", "1 到 99"),
        ("papers", "身份证|公安|原件|1||代办", "条件“代办”看不懂"),
        ("papers", "身份证|公安|原件|1||问1=代办", "没有“代办”这个答案"),
        ("papers", "身份证|公安|原件|1||问3=本人", "问题 3 前面没有问过"),
        ("papers", "一|二|三|四|五|六|七|八|九|十", "一行最多 9 格"),
        ("papers", "身份证\n身份证", "写了两次"),
        ("questions", "谁来办？|本人/自己|代办人", "不能有 /"),
        ("questions", "谁来办？|本人|代办人|问2=本人", "前面没有问过"),
        ("special", "核查|5 个工作日|《法》", "计入"),
        ("special", "核查|5 个工作日||不计入", "请填写这一项"),
        ("special", "核查|很快|《法》|计入", "不是时限"),
        ("faq", "只有问", "请填写这一项"),
        ("promised", "30 个工作日", "比法定期限还长"),
        ("visits", "十次", "不是数字"),
        ("fee_basis", "", "请填写这一项"),
        ("contact", "打电话", "电话只能有"),
        ("name", "", "请填写这一项"),
    ],
)
def test_a_wrong_cell_is_refused_at_its_field(field: str, wrong: str, said: str) -> None:
    cells = rows.written(code=CODE, text=WHOLE) | ({"papers": ""} if field == "questions" else {})
    with pytest.raises(Invalid, match=said) as refusal:
        rows.text_of(Row(number=1, values=cells | {field: wrong}))
    assert refusal.value.field == field


@pytest.mark.parametrize("code", ["99010100JT-XK-0001", "99010100JT-XK-0001-B1", "-B01", ""])
def test_a_code_is_that_of_a_power_and_a_number(code: str) -> None:
    with pytest.raises(Invalid, match="B01"):
        items_profile().parted_code(code)
    assert items_profile().parted_code(" 99010100jt-xk-0001-b01") == (CODE, "99010100JT-XK-0001")


def test_a_guide_that_people_could_not_use_is_not_published() -> None:
    text.check_publishable(WHOLE)
    for name in ("bases", "subjects", "place", "contact", "complaint", "promised"):
        with pytest.raises(Invalid, match="公布前") as refusal:
            text.check_publishable(replace(WHOLE, **{name: () if name in {"bases", "subjects"} else ""}))
        assert refusal.value.field == name


def test_files_go_by_name_or_token_and_nobody_names_those_of_others() -> None:
    said = text.with_files(WHOLE, {"a1": "t1", "b2": "t2"})
    assert (said.papers[0].form, said.papers[0].sample, said.files) == ("t1", "t2", {"t1", "t2"})
    with pytest.raises(Invalid, match="b2"):
        text.with_files(WHOLE, {"a1": "t1"})


@pytest.mark.parametrize("guide", demo.planned(), ids=lambda guide: guide["name"])
def test_the_guides_of_the_demonstration_hang_together(guide: dict[str, object]) -> None:
    said = demo.text_of(guide)
    text.check_publishable(said)
    assert said.papers
