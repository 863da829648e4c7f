"""What the office fills in to plan: episodes, recordings, airings, leave, studios and channels."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from wtforms import HiddenField, SelectField, StringField, TextAreaField, TimeField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, Optional

from evalapp.core import clock
from evalapp.core.errors import DomainError
from evalapp.programme.models import Channel, Season, Studio
from evalapp.programme.queries.planning import EpisodeWithState
from evalapp.programme.rules import Span
from evalapp.programme.services.planning_checks import PlanRefused
from evalapp.units.models import Unit
from evalapp.web.formbase import DayField, Form, WholeNumberField, of_district, stripped
from evalapp.web.i18n import _l

_FILL_IN = _l("请填写这一项。")
_CHOOSE = _l("请选一项。")
_LONG = _l("最多 %(max)d 个字。")


def _filled() -> InputRequired:
    return InputRequired(_FILL_IN)


class RevisionField(WholeNumberField):
    """Which state of things the reader saw; hidden."""

    widget = HiddenField.widget


class PlanningForm(Form):
    """A form whose service may answer that something clashes."""

    refusal: PlanRefused | None = None

    def refuse(self, error: DomainError) -> None:
        """Keep what clashes for the page, which offers the next free time and asks for a reason."""
        if isinstance(error, PlanRefused):
            self.refusal = error
        else:
            super().refuse(error)

    @property
    def offered(self) -> dict[str, str]:
        """Return what the fields of day and time would hold for the next free time; empty when there is none."""
        free = self.refusal.free if self.refusal else None
        return {} if free is None else time_fields(free)

    @property
    def asks_why(self) -> bool:
        """Whether a reason would let the plan pass."""
        return self.refusal is not None and self.refusal.may_be_overridden


def time_fields(span: Span) -> dict[str, str]:
    """Return a span as the fields of day and time are posted."""
    start = clock.local(span.starts_at)
    return {"day": start.date().isoformat(), "time": f"{start:%H:%M}"}


class EpisodeForm(Form):
    title = StringField(_l("题目"), filters=[stripped], validators=[_filled(), Length(max=60, message=_LONG)])
    speaker_post = StringField(
        _l("报告人职务"),
        description=_l("只写职务，不写姓名，例如“局长”。"),
        filters=[stripped],
        validators=[Optional(), Length(max=40, message=_LONG)],
    )
    summary = TextAreaField(
        _l("提要"), filters=[stripped], validators=[Optional(), Length(max=300, message=_LONG)]
    )


class NewEpisodeForm(EpisodeForm):
    season = SelectField(_l("季"), validators=[InputRequired(_CHOOSE)])
    unit = SelectField(_l("单位"), validators=[InputRequired(_CHOOSE)])

    def offer(self, *, seasons: Iterable[Season], units: Iterable[Unit]) -> None:
        self.season.choices = [of_district(str(one.id), one.title) for one in seasons]
        self.unit.choices = [SelectChoice("", ""), *(of_district(str(one.id), one.name) for one in units)]


class EditEpisodeForm(EpisodeForm):
    revision = RevisionField(validators=[InputRequired()])


class SeasonForm(Form):
    year = WholeNumberField(
        _l("年份"), least=2000, most=2100, refusal=_l("年份应在 2000 到 2100 之间。"), validators=[_filled()]
    )
    title = StringField(_l("名称"), filters=[stripped], validators=[_filled(), Length(max=40, message=_LONG)])


class TimedForm(PlanningForm):
    """A day, a time and a length, on the district's clock."""

    day = DayField(_l("日期"), validators=[_filled()])
    time = TimeField(_l("开始时间"), description=_l("取 5 分钟的整数倍。"), validators=[_filled()])
    minutes = WholeNumberField(
        _l("时长（分钟）"),
        least=5,
        most=720,
        refusal=_l("时长应在 5 到 720 分钟之间。"),
        validators=[_filled()],
    )
    override_reason = StringField(
        _l("仍要这样安排的原因"),
        description=_l("会记入这一期的经过，在工作台显示。"),
        filters=[stripped],
        validators=[Optional(), Length(max=200, message=_LONG)],
    )

    @property
    def span(self) -> Span:
        starts_at = datetime.combine(self.day.data, self.time.data, clock.zone())
        return Span(starts_at=starts_at, ends_at=starts_at + timedelta(minutes=self.minutes.data))

    @staticmethod
    def values(span: Span) -> dict[str, object]:
        """Return what the fields of time hold for `span`."""
        start = clock.local(span.starts_at)
        minutes = int((span.ends_at - span.starts_at) / timedelta(minutes=1))
        return {"day": start.date(), "time": start.time(), "minutes": minutes}


class SlotForm(TimedForm):
    place = SelectField(_l("演播室"), validators=[InputRequired(_CHOOSE)])

    def offer(self, studios: Iterable[Studio]) -> None:
        self.place.choices = [of_district(str(one.id), one.name) for one in studios]


class AiringForm(TimedForm):
    place = SelectField(_l("频道"), validators=[InputRequired(_CHOOSE)])

    def offer(self, channels: Iterable[Channel]) -> None:
        self.place.choices = [of_district(str(one.id), one.name) for one in channels]


class ReasonForm(PlanningForm):
    """Something is undone, with a reason that the public reads."""

    reason = StringField(
        _l("原因"),
        description=_l("公众会看到。"),
        filters=[stripped],
        validators=[_filled(), Length(max=200, message=_LONG)],
    )
    revision = RevisionField(validators=[Optional()])


class MoveSlotForm(TimedForm):
    reason = StringField(
        _l("改期原因"), filters=[stripped], validators=[Optional(), Length(max=200, message=_LONG)]
    )
    revision = RevisionField(validators=[InputRequired()])


class PostponeForm(TimedForm):
    reason = StringField(
        _l("改期原因"),
        description=_l("公众会看到。"),
        filters=[stripped],
        validators=[_filled(), Length(max=200, message=_LONG)],
    )
    revision = RevisionField(validators=[InputRequired()])


class ReplaceForm(ReasonForm):
    episode = SelectField(_l("改播哪一期"), validators=[InputRequired(_CHOOSE)])
    override_reason = StringField(
        _l("仍要这样安排的原因"),
        description=_l("会记入这一期的经过，在工作台显示。"),
        filters=[stripped],
        validators=[Optional(), Length(max=200, message=_LONG)],
    )

    def offer(self, episodes: Iterable[EpisodeWithState]) -> None:
        self.episode.choices = [
            ("", ""),
            *((str(row.episode.number), f"{row.episode.number} {row.episode.title}") for row in episodes),
        ]


class LeaveForm(Form):
    unit = SelectField(_l("单位"), validators=[InputRequired(_CHOOSE)])
    post = StringField(
        _l("职务"),
        description=_l("不填就是全单位的报告人。"),
        filters=[stripped],
        validators=[Optional(), Length(max=40, message=_LONG)],
    )
    starts_on = DayField(_l("从"), validators=[_filled()])
    ends_on = DayField(_l("到"), description=_l("含这一天。"), validators=[_filled()])
    note = StringField(
        _l("备注"), filters=[stripped], validators=[Optional(), Length(max=100, message=_LONG)]
    )

    def offer(self, units: Iterable[Unit]) -> None:
        self.unit.choices = [SelectChoice("", ""), *(of_district(str(one.id), one.name) for one in units)]


class StudioForm(Form):
    name = StringField(
        _l("演播室名称"), filters=[stripped], validators=[_filled(), Length(max=40, message=_LONG)]
    )


class ChannelForm(Form):
    name = StringField(
        _l("频道名称"), filters=[stripped], validators=[_filled(), Length(max=40, message=_LONG)]
    )
    code = StringField(
        _l("频道代号"),
        description=_l("节目单数据里用，定了不再改，例如 news.qingchuan。"),
        filters=[stripped],
        validators=[_filled(), Length(max=60, message=_LONG)],
    )
