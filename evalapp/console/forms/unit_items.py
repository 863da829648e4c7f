"""What a unit writes in the guide to a service item: plain fields, and lists with a line for each entry."""

from collections.abc import Sequence
from typing import Any

from flask_wtf.file import FileField, FileRequired
from wtforms import SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, Optional
from wtforms.widgets import CheckboxInput, HiddenInput, ListWidget

from evalapp.console.forms.unit_profile import short
from evalapp.core.rowfiles import Row
from evalapp.powers.models import ItemFile, Power
from evalapp.powers.rules.items import rows
from evalapp.powers.rules.items.profile import items_profile
from evalapp.powers.rules.items.text import LINE_LIMIT, LONG_LIMIT, NAME_LIMIT, SHORT_LIMIT, ItemText
from evalapp.powers.services.publishing import REASON_LIMIT
from evalapp.web.formbase import Form, WholeNumberField, stripped
from evalapp.web.i18n import _l

_LONGEST = 20_000
_LABELS = ("subjects", "events")


def _lines(label: str, description: str) -> TextAreaField:
    """A list with a line for each entry."""
    return TextAreaField(
        label,
        description=description,
        filters=[stripped],
        validators=[
            Optional(),
            Length(max=_LONGEST, message=_l("最多 %(most)s 个字。", most=_LONGEST)),
        ],
    )


def _line(label: str, limit: int, description: str = "") -> StringField:
    return StringField(
        label, description=description, filters=[stripped], validators=[Optional(), short(limit)]
    )


def _checked(label: str) -> SelectMultipleField:
    return SelectMultipleField(
        label, widget=ListWidget(prefix_label=False), option_widget=CheckboxInput(), validators=[Optional()]
    )


class NewItemForm(Form):
    power = SelectField(
        _l("所属的权力"),
        description=_l("先公布权力，再写它下面的办事指南。"),
        validators=[InputRequired(_l("请选所属的权力。"))],
    )
    suffix = StringField(
        _l("顺序号"),
        description=_l("接在权力编码后面，例如 B01。"),
        filters=[stripped],
        validators=[InputRequired(_l("请填顺序号。")), short(8)],
        default="B01",
    )
    name = StringField(
        _l("事项名称"),
        filters=[stripped],
        validators=[InputRequired(_l("请填写事项名称。")), short(NAME_LIMIT)],
    )

    def offer(self, powers: Sequence[Power]) -> None:
        """Offer the powers of the unit."""
        self.power.choices = [
            SelectChoice(value=power.code, label=f"{power.code} {power.name}") for power in powers
        ]

    @property
    def code(self) -> str:
        return f"{self.power.data}-{self.suffix.data}"


class ItemForm(Form):
    seen = WholeNumberField(widget=HiddenInput(), validators=[Optional()])
    name = StringField(
        _l("事项名称"),
        filters=[stripped],
        validators=[InputRequired(_l("请填写事项名称。")), short(NAME_LIMIT)],
    )
    section = _line(_l("承办科室"), SHORT_LIMIT)
    subjects = _checked(_l("主题"))
    events = _checked(_l("生活事件"))
    conditions = _lines(_l("办理条件"), _l("一行一条。"))
    questions = _lines(
        _l("提问"),
        _l("一行一问，最多五问：问题|答案|答案。不是人人都问的，行尾写条件，例如 |问1=代办人。"),
    )
    papers = _lines(
        _l("所需材料"),
        _l(
            "一行一份：名称|来源|原件|份数|何时交|条件|空表|样表|说明。条件例如 问1=代办人；空表和样表写下面已上传的文件名。"
        ),
    )
    place = _line(_l("办理地点"), LINE_LIMIT)
    hours = _line(_l("办理时间"), LINE_LIMIT)
    statutory = _line(_l("法定时限"), SHORT_LIMIT, _l("例如“20 个工作日”“30 日”。"))
    promised = _line(_l("承诺时限"), SHORT_LIMIT, _l("例如“5 个工作日”；当场办结写“即办”。"))
    special = _lines(
        _l("特殊环节"), _l("一行一个：名称|时限|依据|计入 或 不计入|收费|收费依据。不计入时限的要写依据。")
    )
    visits = WholeNumberField(
        _l("到现场次数"), most=9, refusal=_l("请填 0 到 9 的整数。"), validators=[Optional()]
    )
    fee = _line(_l("收费标准"), LONG_LIMIT, _l("不收费的留空。"))
    fee_basis = _line(_l("收费依据"), LONG_LIMIT)
    result = _line(_l("办理结果"), LINE_LIMIT, _l("例如“发《食品经营许可证》”。"))
    bases = _lines(_l("法律依据"), _l("一行一条：法名|条款|生效日|失效日|链接|说明|条文。"))
    faq = _lines(_l("常见问题"), _l("一行一条：问|答。"))
    contact = _line(_l("咨询电话"), SHORT_LIMIT)
    complaint = _line(_l("监督投诉电话"), SHORT_LIMIT)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        profile = items_profile()
        for field, names in ((self.subjects, profile.subjects), (self.events, profile.events)):
            field.choices = [SelectChoice(value=key, label=name) for key, name in names.items()]

    @classmethod
    def of(cls, text: ItemText, files: Sequence[ItemFile], *, revision: int | None) -> "ItemForm":
        """Return the form as the guide is now; files go by their names."""
        cells = rows.written(code="", text=text)
        for file in files:
            cells["papers"] = cells["papers"].replace(file.token, file.file_name)
        cells["visits"] = ""
        given: dict[str, Any] = cells | {"subjects": list(text.subjects), "events": list(text.events)}
        return cls(formdata=None, data=given | {"visits": text.visits, "seen": revision or 0})

    def text(self) -> ItemText:
        """The guide as it was typed. Raises `Invalid` at the field that is wrong."""
        given = {name: self[name].data for name in rows.HEADINGS if name != "code"}
        labels = {name: "、".join(given[name] or ()) for name in _LABELS}
        return rows.text_of(Row(number=1, values=given | labels))


class PublishItemForm(Form):
    seen = WholeNumberField(widget=HiddenInput(), validators=[InputRequired()])
    reason = StringField(
        _l("改动说明"),
        description=_l("第二版起要写，居民会看到。例如“少交一份材料”。"),
        filters=[stripped],
        validators=[Optional(), short(REASON_LIMIT)],
    )


class WithdrawItemForm(Form):
    reason = StringField(
        _l("撤回的原因"),
        description=_l("撤回以后内容和原因都留着，居民看得到。"),
        filters=[stripped],
        validators=[InputRequired(_l("请写明为什么撤回。")), short(REASON_LIMIT)],
    )


class ItemFileForm(Form):
    file = FileField(
        _l("文件"),
        description=_l("PDF、docx 或 xlsx，最多 20 MB。有宏或脚本的文件不收。"),
        validators=[FileRequired(_l("请选文件。"))],
    )
