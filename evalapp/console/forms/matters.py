"""What the office and a unit fill in about matters; each form says which state of the matter was seen."""

from collections.abc import Mapping
from typing import Any

import wtforms
from flask_wtf.file import FileField, FileRequired
from wtforms import FieldList, FormField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Optional
from wtforms.widgets import HiddenInput

from evalapp.console.forms.handing_over import LONG, HandingOverForm, InsideNoteForm
from evalapp.console.forms.unit_profile import short
from evalapp.supervision.models import FileKind
from evalapp.supervision.rules.plans import POST_LIMIT, STEP_LIMIT
from evalapp.supervision.rules.profile import Colour, Weight
from evalapp.supervision.rules.states import VERDICT_WORDS, WEIGHT_WORDS
from evalapp.supervision.services import Step
from evalapp.web.formbase import DayField, Form, WholeNumberField, of_district, stripped, to_choose
from evalapp.web.i18n import _l

_ROWS = 6
_VERDICTS = {"upheld": True, "rejected": False}


class SeenForm(Form):
    """`seen` is the version of the matter that the page showed."""

    seen = WholeNumberField(widget=HiddenInput(), validators=[InputRequired()])


class AnswerForm(SeenForm):
    text = TextAreaField(
        _l("公开答复"),
        description=_l("先回答问的那一句，再说怎么办、哪天办完。只写“已转办”不算答复。"),
        filters=[stripped],
        validators=[InputRequired(_l("请写下答复。")), LONG],
    )


class ExplainForm(SeenForm):
    text = TextAreaField(
        _l("为什么办不了"),
        description=_l("写明依据哪条规定、可以找谁。居民会看到。"),
        filters=[stripped],
        validators=[InputRequired(_l("请写明理由。")), LONG],
    )


class ContestForm(SeenForm):
    text = TextAreaField(
        _l("为什么不属实"),
        description=_l("写明查到的事实。由评议办两人复核，结论公开。"),
        filters=[stripped],
        validators=[InputRequired(_l("请写明理由。")), LONG],
    )


class NoteForm(SeenForm, InsideNoteForm):
    pass


class HandOverForm(SeenForm, HandingOverForm):
    pass


class FixForm(SeenForm):
    text = TextAreaField(
        _l("当场改了什么"),
        description=_l("写清改成什么样。由单位以外的人核查，通过了才算改好。"),
        filters=[stripped],
        validators=[InputRequired(_l("请写明改了什么。")), short(300)],
    )
    post = StringField(
        _l("由哪个岗位改的"),
        filters=[stripped],
        validators=[InputRequired(_l("请填岗位。")), short(POST_LIMIT)],
    )


class StepFields(wtforms.Form):  # type: ignore[misc]  # WTForms has no types
    """One step of a plan; an empty row is none."""

    what = StringField(_l("做什么"), filters=[stripped], validators=[Optional(), short(STEP_LIMIT)])
    post = StringField(_l("哪个岗位"), filters=[stripped], validators=[Optional(), short(POST_LIMIT)])
    due_on = DayField(_l("哪天前"), validators=[Optional()])


class PlanForm(SeenForm):
    text = TextAreaField(
        _l("整改方案"),
        description=_l("改成什么样，居民会看到。"),
        filters=[stripped],
        validators=[InputRequired(_l("请写下方案。")), LONG],
    )
    steps = FieldList(FormField(StepFields), min_entries=_ROWS, max_entries=20)
    longer_because = StringField(
        _l("超过一般期限的原因"), filters=[stripped], validators=[Optional(), short(300)]
    )

    def listed(self) -> list[Step]:
        """The steps that were filled in; the service refuses one that is not whole."""
        rows = [row.form for row in self.steps]
        return [
            Step(what=row.what.data or "", post=row.post.data or "", due_on=row.due_on.data)
            for row in rows
            if row.due_on.data is not None
        ]

    @property
    def half_filled(self) -> bool:
        """Whether a row has words and no day."""
        rows = [row.form for row in self.steps]
        return any((row.what.data or row.post.data) and row.due_on.data is None for row in rows)


class StepDoneForm(SeenForm):
    number = WholeNumberField(widget=HiddenInput(), validators=[InputRequired()])
    outcome = StringField(
        _l("做成什么"),
        filters=[stripped],
        validators=[InputRequired(_l("请写下做成什么。")), short(300)],
    )


class ClaimForm(SeenForm):
    text = TextAreaField(
        _l("整改完成的情况"),
        description=_l("由评议办或评议员核查，通过以前不会显示“已改”。"),
        filters=[stripped],
        validators=[InputRequired(_l("请写明改成什么样。")), LONG],
    )


class EvidenceForm(Form):
    kind = SelectField(
        _l("是什么"),
        choices=[
            SelectChoice(value=FileKind.BEFORE, label=_l("整改前的照片")),
            SelectChoice(value=FileKind.AFTER, label=_l("整改后的照片")),
            SelectChoice(value=FileKind.DOCUMENT, label=_l("文件（PDF、docx、xlsx）")),
        ],
        coerce=FileKind,
        validators=[InputRequired()],
    )
    file = FileField(
        _l("文件"),
        description=_l("最多 20 MB。照片会重新画一遍，去掉拍摄地点等信息；有宏或脚本的文件不收。"),
        validators=[FileRequired(_l("请选文件。"))],
    )
    caption = StringField(_l("说明"), filters=[stripped], validators=[Optional(), short(80)])


class NoticeAnswerForm(SeenForm):
    text = TextAreaField(
        _l("答复督办单"),
        description=_l("写明为什么没有按期办、现在怎么办、哪天办完。"),
        filters=[stripped],
        validators=[InputRequired(_l("请写下答复。")), LONG],
    )


class ReasonForm(SeenForm):
    """An act of the office that asks for its reason; the page says which."""

    reason = TextAreaField(
        _l("理由（会公布）"),
        filters=[stripped],
        validators=[InputRequired(_l("请写明理由。")), LONG],
    )


class ClassForm(SeenForm):
    weight = SelectField(
        _l("类别"),
        choices=[SelectChoice(value=weight, label=_l(words)) for weight, words in WEIGHT_WORDS.items()],
        coerce=Weight,
        validators=[InputRequired()],
    )


class NoticeForm(ReasonForm):
    colour = SelectField(
        _l("颜色"),
        choices=[
            SelectChoice(value=Colour.BLUE, label=_l("蓝色督办单")),
            SelectChoice(value=Colour.ORANGE, label=_l("橙色督办单")),
            SelectChoice(value=Colour.RED, label=_l("红色督办单")),
        ],
        coerce=Colour,
        validators=[InputRequired()],
    )

    @classmethod
    def of(cls, colour: Colour) -> "NoticeForm":
        """An empty form that offers the one colour whose turn it is."""
        form = cls(formdata=None, prefix="notice")
        form.colour.choices = [choice for choice in form.colour.choices if choice.value == colour]
        return form


class CheckForm(SeenForm):
    verdict = SelectField(
        _l("核查结论"),
        choices=to_choose(
            [
                SelectChoice(value="passed", label=_l("通过：现场看过，改好了")),
                SelectChoice(value="back", label=_l("没有通过：退回重新整改")),
            ]
        ),
        validators=[InputRequired(_l("请选结论。"))],
    )
    note = TextAreaField(
        _l("看到了什么"), filters=[stripped], validators=[InputRequired(_l("请写明看到了什么。")), LONG]
    )

    @property
    def has_passed(self) -> bool:
        return bool(self.verdict.data == "passed")


class RulingForm(ReasonForm):
    verdict = SelectField(
        _l("结论"),
        choices=to_choose(
            SelectChoice(value=value, label=_l(VERDICT_WORDS[is_upheld]))
            for value, is_upheld in _VERDICTS.items()
        ),
        validators=[InputRequired(_l("请选结论。"))],
    )

    def name_verdicts(self, words: Mapping[bool, str]) -> None:
        """Say what the two decisions are called."""
        self.verdict.choices = to_choose(
            SelectChoice(value=value, label=_l(words[is_upheld])) for value, is_upheld in _VERDICTS.items()
        )

    @property
    def is_upheld(self) -> bool:
        return bool(self.verdict.data == "upheld")


class PointsForm(Form):
    unit = SelectField(_l("单位"), validators=[InputRequired(_l("请选单位。"))], validate_choice=False)
    points = WholeNumberField(
        _l("加减分"),
        least=-100,
        most=100,
        description=_l("-100 到 100，不能是 0。"),
        validators=[InputRequired(_l("请填分数。"))],
    )
    about = StringField(_l("有关的编号"), filters=[stripped], validators=[Optional(), short(40)])
    reason = StringField(
        _l("理由（会公布）"), filters=[stripped], validators=[InputRequired(_l("请写明理由。")), short(300)]
    )

    def offer(self, units: list[Any]) -> None:
        """Say which units can be chosen."""
        self.unit.choices = to_choose(of_district(str(unit.id), unit.name) for unit in units)
