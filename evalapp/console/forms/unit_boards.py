"""What a unit writes for its board, and the tables that it imports."""

from typing import Any

from flask_wtf.file import FileField, FileRequired
from wtforms import BooleanField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Optional
from wtforms.widgets import HiddenInput

from evalapp.console.forms.unit_profile import short
from evalapp.disclosures.rules.catalogue import Item
from evalapp.disclosures.rules.contents import Content
from evalapp.disclosures.rules.tables import written_table
from evalapp.disclosures.services import Wording, posting
from evalapp.disclosures.services.statements import REASON_LIMIT
from evalapp.web.formbase import DayField, Form, WholeNumberField, stripped
from evalapp.web.i18n import _, _l


class PostingForm(Form):
    """The words of a posting. What names a person is masked when it is saved."""

    seen = WholeNumberField(widget=HiddenInput(), validators=[Optional()])
    title = StringField(
        _l("标题"),
        filters=[stripped],
        validators=[InputRequired(_l("请填标题。")), short(posting.TITLE_LIMIT)],
    )
    body = TextAreaField(
        _l("内容"),
        description=_l("只写岗位，不写姓名。电话和证件号会自动隐去。"),
        filters=[stripped],
        validators=[Optional(), short(posting.BODY_LIMIT)],
    )
    table = TextAreaField(
        _l("名单"),
        description=_l(
            "可以从表格里粘贴。第一行是列名，一行一条，格子之间用制表符、竖线或逗号隔开。列名是姓名、证件、电话、住址的，保存时自动隐去。"
        ),
        validators=[Optional(), short(posting.TABLE_LIMIT)],
    )

    @classmethod
    def of(cls, content: Content, *, seen: int) -> "PostingForm":
        """Return the form with what the next version says so far."""
        return cls(
            formdata=None,
            seen=seen,
            title=content.title,
            body=content.body,
            table=written_table(content.table),
        )

    def wording(self) -> Wording:
        return Wording(title=self.title.data, body=self.body.data or "", table=self.table.data or "")


class NewPostingForm(PostingForm):
    code = SelectField(_l("公开事项"), validators=[InputRequired(_l("请选公开事项。"))])
    period = StringField(
        _l("期间"),
        description=_l("按期公开的填这一项：2026、2026-Q3 或 2026-10。"),
        filters=[stripped],
        validators=[Optional(), short(10)],
    )
    formed_on = DayField(
        _l("形成或变更的日期"), description=_l("随时公开的填这一项。"), validators=[Optional()]
    )

    def offer(self, items: list[Item]) -> None:
        """Say what this board takes."""
        self.code.choices = [
            SelectChoice(value=item.code, label=f"{item.heading} · {item.item}") for item in items
        ]


class PublishForm(Form):
    reason = StringField(
        _l("改动说明"),
        description=_l("从第二版起要写，居民会看到。"),
        filters=[stripped],
        validators=[Optional(), short(posting.REASON_LIMIT)],
    )


class BoardFileForm(Form):
    file = FileField(
        _l("文件"),
        description=_l("照片、PDF、docx、xlsx，最多 20 MB。照片会重新画一遍；文档里的作者信息会去掉。"),
        validators=[FileRequired(_l("请选文件。"))],
    )
    caption = StringField(
        _l("说明"), filters=[stripped], validators=[Optional(), short(posting.CAPTION_LIMIT)]
    )


class ImportForm(Form):
    period = StringField(
        _l("期间"),
        description=_l("例如 2026-Q3 或 2026-10。"),
        filters=[stripped],
        validators=[InputRequired(_l("请填期间。")), short(10)],
    )
    file = FileField(
        _l("收支明细"),
        description=_l(
            "Excel（.xlsx）或 CSV。一行一笔，另有四行合计：期初结余、收入合计、支出合计、期末结余。有一处错误就一行也不导入。"
        ),
        validators=[FileRequired(_l("请选文件。"))],
    )
    reason = StringField(
        _l("改动说明"),
        description=_l("这一期已经公开过的要写，居民会看到。"),
        filters=[stripped],
        validators=[Optional(), short(REASON_LIMIT)],
    )
    dry_run = BooleanField(_l("只检查，不保存"))


class PublishStatementForm(Form):
    difference_reason = StringField(
        _l("为什么对不上"),
        description=_l("合计和明细不一致时要写，居民会看到。"),
        filters=[stripped],
        validators=[Optional(), short(REASON_LIMIT)],
    )


class BudgetForm(Form):
    year = WholeNumberField(_l("年度"), validators=[InputRequired(_l("请填年度。"))])
    file = FileField(
        _l("预算表"),
        description=_l("Excel（.xlsx）或 CSV，三列：收支、科目、预算（元）。原来的预算会被换掉。"),
        validators=[FileRequired(_l("请选文件。"))],
    )


class BoardForm(Form):
    """How a board accounts, and from when on it is watched: the office's to say."""

    is_busy = BooleanField(_l("收支往来多，按月公开"))
    watched_from = DayField(_l("从哪天起对照公开目录"), validators=[InputRequired(_l("请填日期。"))])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.watched_from.description = _("这一天以前该公开的，不算没有公开。")
