"""What the office fills in about working days."""

from flask_wtf.file import FileField, FileRequired
from wtforms import BooleanField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Optional

from evalapp.console.forms.unit_profile import short
from evalapp.core.calendar import DayKind
from evalapp.web.formbase import DayField, Form, WholeNumberField, stripped, to_choose
from evalapp.web.i18n import _l

PLAIN = "plain"


class DayForm(Form):
    day = DayField(_l("哪天"), validators=[InputRequired(_l("请填日期。"))])
    kind = SelectField(
        _l("改成"),
        choices=to_choose(
            [
                SelectChoice(value=DayKind.HOLIDAY.value, label=_l("放假（工作日休息）")),
                SelectChoice(value=DayKind.MAKE_UP.value, label=_l("调休上班（周末上班）")),
                SelectChoice(value=PLAIN, label=_l("照星期几（取消放假或调休）")),
            ]
        ),
        validators=[InputRequired(_l("请选改成什么。"))],
    )
    note = StringField(_l("名称"), filters=[stripped], validators=[Optional(), short(40)])

    @property
    def chosen(self) -> DayKind | None:
        return None if self.kind.data == PLAIN else DayKind(self.kind.data)


class CalendarFileForm(Form):
    file = FileField(
        _l("日历文件"),
        description=_l("CSV（day,kind,note）、ICS 或 JSON，最多 1 MB。有一处问题就一天也不导入。"),
        validators=[FileRequired(_l("请选文件。"))],
    )
    source = StringField(
        _l("依据"),
        description=_l("哪个文件公布的，例如“国办发明电〔2026〕1号”。"),
        filters=[stripped],
        validators=[InputRequired(_l("请填依据。")), short(120)],
    )
    dry_run = BooleanField(_l("只检查，不保存"))


class YearForm(Form):
    year = WholeNumberField(
        _l("年份"),
        least=2000,
        most=2199,
        refusal=_l("请填四位数的年份。"),
        validators=[InputRequired(_l("请填年份。"))],
    )
    source = StringField(
        _l("依据"), filters=[stripped], validators=[InputRequired(_l("请填依据。")), short(120)]
    )
