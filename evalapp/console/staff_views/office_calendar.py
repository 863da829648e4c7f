"""The office's working days: what is not what its weekday says, changed by hand or from a file."""

from datetime import date, timedelta

from flask import Blueprint, flash, render_template, request, url_for
from werkzeug.wrappers import Response

from evalapp.console.forms.calendar import CalendarFileForm, DayForm, YearForm
from evalapp.core import calendar, clock
from evalapp.core.calendar import WorkCalendar
from evalapp.core.calendar.importing import BadCalendar, Imported, import_calendar
from evalapp.core.commandline import keeping
from evalapp.core.errors import DomainError
from evalapp.core.permissions import Permission
from evalapp.web.access import current_actor, requires
from evalapp.web.acting import refusal_of
from evalapp.web.bodies import takes
from evalapp.web.context import db, platform
from evalapp.web.formbase import Form
from evalapp.web.i18n import _, gettext
from evalapp.web.links import go_to

blueprint = Blueprint("office_calendar", __name__, url_prefix="/desk/office/working-days")

_MOST_UPLOAD = 2 * 1024**2


@blueprint.get("")
@requires(Permission.KEEP_CALENDAR)
def show() -> str:
    return _page()


@blueprint.post("/day")
@requires(Permission.KEEP_CALENDAR)
def change_day() -> Response | tuple[str, int]:
    form = DayForm(prefix="day")
    if status := refusal_of(
        form,
        lambda: calendar.change_day(
            db.session,
            day=form.day.data,
            kind=form.chosen,
            note=form.note.data or "",
            actor=current_actor(),
        ),
    ):
        return _page(day=form), status
    flash(_("日历已改，有关的期限已经重算。"), "ok")
    return go_to(url_for(".show", day=form.day.data.isoformat()))


@blueprint.post("/year")
@requires(Permission.KEEP_CALENDAR)
def publish_year() -> Response | tuple[str, int]:
    form = YearForm(prefix="year")
    if status := refusal_of(
        form,
        lambda: calendar.publish_year(
            db.session, year=form.year.data, source=form.source.data, actor=current_actor()
        ),
    ):
        return _page(year=form), status
    flash(_("%(year)s 年已登记为公布，期限不再暂定。", year=form.year.data), "ok")
    return go_to(url_for(".show", year=form.year.data))


@blueprint.post("/import")
@requires(Permission.KEEP_CALENDAR)
@takes(lambda _settings: _MOST_UPLOAD)
def import_file() -> Response | tuple[str, int]:
    """Take over a file, or only look at it; every fault is shown with its line."""
    form = CalendarFileForm(prefix="file")
    if not form.validate_on_submit():
        return _page(file=form), 422
    try:
        found = _imported(form)
    except DomainError as refusal:
        form.refuse(refusal)
        return _page(file=form, faults=refusal if isinstance(refusal, BadCalendar) else None), refusal.status
    counts = {"days": len(found.days), "years": len(found.years), "known": found.known}
    if form.dry_run.data:
        flash(_("检查过了，没有问题：新的 %(days)s 天，已有 %(known)s 天。没有保存。", **counts), "ok")
    else:
        flash(_("已导入 %(days)s 天，已有 %(known)s 天；有关的期限已经重算。", **counts), "ok")
    return go_to(url_for(".show", year=found.days[0].year if found.days else None))


def _imported(form: CalendarFileForm) -> Imported:
    name, data = form.file.data.filename or "", form.file.data.read()
    with keeping(platform(), dry_run=form.dry_run.data) as session:
        return import_calendar(session, name=name, data=data, actor=current_actor(), source=form.source.data)


def _page(*, faults: BadCalendar | None = None, **shown: Form) -> str:
    asked = _asked()
    days = calendar.load(db.session)
    forms: dict[str, Form] = {
        "day": DayForm(formdata=None, prefix="day", day=asked),
        "file": CalendarFileForm(formdata=None, prefix="file"),
        "year": YearForm(formdata=None, prefix="year"),
    }
    year = asked.year
    return render_template(
        "console/matters/calendar.html",
        forms=forms | shown,
        year=year,
        exceptions=calendar.exceptions(db.session, year),
        is_published=year in days.published_years,
        years=sorted({*days.published_years, clock.today().year, clock.today().year + 1})[-6:],
        asked=asked,
        around=_around(days, asked),
        faults=[(fault.line, gettext(fault.message, **fault.params)) for fault in faults.faults]
        if faults
        else [],
    )


def _around(days: WorkCalendar, day: date) -> list[tuple[date, bool, str]]:
    """A day between its two neighbours: whether each is worked, and what it is called."""
    shown = [day + timedelta(days=offset) for offset in (-1, 0, 1)]
    return [(each, days.is_working(each), days.notes.get(each, "")) for each in shown]


def _asked() -> date:
    """The day, or the year, that the address asks for; one that is none is passed over."""
    try:
        if "day" in request.args:
            return date.fromisoformat(request.args["day"])
        year = request.args.get("year", type=int)
        today = clock.today()
        return today if year is None or year == today.year else date(min(max(year, 1990), 2999), 1, 1)
    except ValueError:
        return clock.today()
