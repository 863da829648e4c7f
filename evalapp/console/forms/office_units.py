"""What the office writes about units: names and class, place in the tree, closing, who works there."""

import uuid
from collections.abc import Sequence

from wtforms import SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Optional
from wtforms.widgets import HiddenInput

from evalapp.console.forms.unit_profile import short
from evalapp.core.names import NAME_LIMIT
from evalapp.units.models import Unit, UnitKind
from evalapp.units.queries import Colleague
from evalapp.units.services.tree import RANK_CLASS_LIMIT
from evalapp.web.formbase import Form, WholeNumberField, of_district, stripped, to_choose
from evalapp.web.i18n import _, _l

KINDS = [
    SelectChoice(value=UnitKind.DEPARTMENT, label=_l("部门")),
    SelectChoice(value=UnitKind.SECTION, label=_l("科室")),
    SelectChoice(value=UnitKind.SUBDISTRICT, label=_l("街道（镇）")),
    SelectChoice(value=UnitKind.VILLAGE, label=_l("村（社区）")),
]
NOWHERE = ""


def key_or_none(value: str | uuid.UUID | None) -> uuid.UUID | None:
    """Read a choice that may be empty."""
    return uuid.UUID(str(value)) if value else None


class UnitForm(Form):
    """Names and class of a unit that is there."""

    seen = WholeNumberField(widget=HiddenInput(), validators=[Optional()])
    name = StringField(
        _l("全称"), filters=[stripped], validators=[InputRequired(_l("请填写全称。")), short(NAME_LIMIT)]
    )
    short_name = StringField(
        _l("简称"),
        description=_l("列表里用，例如“住建局”。不填就用全称。"),
        filters=[stripped],
        validators=[Optional(), short(NAME_LIMIT)],
    )
    rank_class = StringField(
        _l("排名组"),
        description=_l("同一组的单位一起排名。不填就不排名。"),
        filters=[stripped],
        validators=[Optional(), short(RANK_CLASS_LIMIT)],
    )

    @classmethod
    def of(cls, unit: Unit) -> "UnitForm":
        """Return the form as `unit` is now."""
        return cls(
            formdata=None,
            seen=unit.revision,
            name=unit.name,
            short_name=unit.short_name,
            rank_class=unit.rank_class,
        )


class NewUnitForm(UnitForm):
    kind = SelectField(_l("类别"), choices=KINDS, coerce=UnitKind, default=UnitKind.DEPARTMENT)
    parent = SelectField(_l("上级单位"), coerce=key_or_none, validators=[Optional()])
    slug = StringField(
        _l("网址名"),
        description=_l("小写字母、数字和短横，以后不能改。不填就用简称的拼音。"),
        filters=[stripped],
        validators=[Optional(), short(48)],
    )

    def offer(self, parents: Sequence[Unit]) -> None:
        """Offer the units that may stand above."""
        self.parent.choices = _parents(parents)


class MoveForm(Form):
    parent = SelectField(_l("移到哪个单位之下"), coerce=key_or_none, validators=[Optional()])

    def offer(self, parents: Sequence[Unit]) -> None:
        """Offer the units that may stand above."""
        self.parent.choices = _parents(parents)


class CloseForm(Form):
    reason = StringField(
        _l("关闭的原因"),
        description=_l("居民会看到。例如“机构改革，职能并入区教育局”。"),
        filters=[stripped],
        validators=[InputRequired(_l("请写明为什么关闭。")), short(200)],
    )


class AssignForm(Form):
    staff = SelectField(_l("账号"), coerce=key_or_none, validators=[InputRequired(_l("请选一个账号。"))])

    def offer(self, colleagues: Sequence[Colleague]) -> None:
        """Offer the accounts of units that do not work here yet."""
        self.staff.choices = to_choose(
            SelectChoice(
                value=each.staff_id,
                label=f"{each.login}　{each.post}" + (f"（{each.unit.short_name}）" if each.unit else ""),
            )
            for each in colleagues
        )


def _parents(units: Sequence[Unit]) -> list[SelectChoice]:
    top = SelectChoice(value=NOWHERE, label=_("没有上级，放在最上一层"))
    return [top, *(of_district(unit.id, unit.name) for unit in units)]
