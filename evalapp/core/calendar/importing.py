"""Calendars from files: CSV, ICS and JSON. Every fault is said with its line, and nothing is kept while there is one."""

import csv
import io
import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

import icalendar
from sqlalchemy import select
from sqlalchemy.orm import Session

from evalapp.core import clock, events
from evalapp.core.calendar.counting import DayKind
from evalapp.core.calendar.keeping import NOTE_LIMIT, CalendarChanged, check_kind, check_year
from evalapp.core.calendar.models import CalendarDay, CalendarYear
from evalapp.core.errors import Invalid
from evalapp.core.i18n import N_
from evalapp.core.names import cleaned_text
from evalapp.core.permissions import Actor

MOST_BYTES = 1_000_000
MOST_DAYS = 5_000
LONGEST_EVENT = 31  # days
_MOST_FAULTS = 100
_KINDS = {
    "holiday": DayKind.HOLIDAY,
    "休": DayKind.HOLIDAY,
    "放假": DayKind.HOLIDAY,
    "make_up": DayKind.MAKE_UP,
    "workday": DayKind.MAKE_UP,
    "班": DayKind.MAKE_UP,
    "补班": DayKind.MAKE_UP,
    "上班": DayKind.MAKE_UP,
}
_WORKED = re.compile("班|(?i:workday|make.?up)")
_OFF = re.compile("休|放假|(?i:holiday)")


@dataclass(frozen=True, kw_only=True)
class Fault:
    """What is wrong, and on which line (of JSON: at which entry). `message` is a source text with its `params`."""

    line: int
    message: str
    params: dict[str, object] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.message % self.params if self.params else self.message


@dataclass(frozen=True, kw_only=True)
class ReadDay:
    line: int
    day: date
    kind: DayKind
    note: str


@dataclass(frozen=True, kw_only=True)
class Imported:
    """What a file brought: days that are new, years announced by it, days that the calendar had already."""

    days: tuple[date, ...]
    years: tuple[int, ...]
    known: int


class BadCalendar(Invalid):
    """A file with faults; all of them, with their lines."""

    code = "bad-calendar"

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__(
            N_("这份日历有 %(count)s 处问题，一天也没有导入。第一处在第 %(line)s 行：%(first)s"),
            field="file",
            count=len(faults),
            line=faults[0].line,
            first=str(faults[0]),
        )
        self.faults = faults


def import_calendar(session: Session, *, name: str, data: bytes, actor: Actor, source: str = "") -> Imported:
    """Take over the days of a file, all or none, and take its years as announced.

    Refuses with every fault by line: a day twice, one that the calendar has otherwise, a year that nobody can have
    announced, a kind that the weekday says already. Raises `BadCalendar`.
    """
    days, faults = read_calendar(name, data)
    known = {row.day: row.kind for row in session.execute(select(CalendarDay.day, CalendarDay.kind))}
    faults += [fault for one in days for fault in _faults(one, known)]
    if faults:
        raise BadCalendar(sorted(faults, key=lambda fault: fault.line)[:_MOST_FAULTS])
    new = [one for one in days if one.day not in known and _is_exception(one)]
    announced = set(session.scalars(select(CalendarYear.year)))
    years = sorted({one.day.year for one in days} - announced)
    session.add_all(CalendarDay(day=one.day, kind=one.kind, note=one.note) for one in new)
    words = cleaned_text(source or name, field="source", limit=120)
    session.add_all(CalendarYear(year=year, published_at=clock.now(), source=words) for year in years)
    session.flush()
    found = Imported(
        days=tuple(sorted(one.day for one in new)), years=tuple(years), known=len(days) - len(new)
    )
    if found.days or found.years:
        detail: dict[str, object] = {"file": words, "days": len(found.days), "years": list(found.years)}
        events.emit(session, CalendarChanged(days=found.days, years=found.years, actor=actor, detail=detail))
    return found


def read_calendar(name: str, data: bytes) -> tuple[list[ReadDay], list[Fault]]:
    """Return the days of a file and what is wrong with it, each with its line. Raises `Invalid` for no calendar."""
    if len(data) > MOST_BYTES:
        raise Invalid(N_("文件太大，日历最多 1 MB。"), field="file")
    reader = _READERS.get(name.rpartition(".")[2].lower())
    if reader is None:
        raise Invalid(N_("请上传 CSV、ICS 或 JSON 文件。"), field="file")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Invalid(N_("文件不是 UTF-8 编码，请另存为 UTF-8。"), field="file") from error
    days: list[ReadDay] = []
    faults: list[Fault] = []
    for one in reader(text):
        if isinstance(one, Fault):
            faults.append(one)
        else:
            days.append(one)
        if len(days) > MOST_DAYS or len(faults) > _MOST_FAULTS:
            break
    if not days and not faults:
        raise Invalid(N_("文件里没有一天。"), field="file")
    return days, faults + _twice(days)


def _twice(days: Sequence[ReadDay]) -> list[Fault]:
    seen: dict[date, int] = {}
    found = []
    for one in days:
        if one.day in seen:
            message = N_("%(day)s 与第 %(line)s 行重叠，一天只能写一次。")
            found.append(
                Fault(line=one.line, message=message, params={"day": one.day, "line": seen[one.day]})
            )
        seen.setdefault(one.day, one.line)
    return found


def _faults(one: ReadDay, known: dict[date, DayKind]) -> Iterator[Fault]:
    try:
        check_year(one.day.year)
        if one.kind is DayKind.MAKE_UP:  # a holiday that names its weekend too is how calendars are written
            check_kind(one.day, one.kind)
    except Invalid as refusal:
        yield Fault(line=one.line, message=refusal.message, params=dict(refusal.params))
    if one.day in known and known[one.day] is not one.kind:
        message = N_("%(day)s 与日历里已有的一天重叠，那里写的不一样。要改请在工作台的日历里改。")
        yield Fault(line=one.line, message=message, params={"day": one.day})


def _is_exception(one: ReadDay) -> bool:
    return (one.day.weekday() >= 5) == (one.kind is DayKind.MAKE_UP)


def _from_csv(text: str) -> Iterator[ReadDay | Fault]:
    rows = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        header = [cell.strip().lower() for cell in next(rows, [])]
        if header[:2] != ["day", "kind"]:
            yield Fault(line=1, message=N_("第一行应是 day,kind,note。"))
            return
        for cells in rows:
            if any(cell.strip() for cell in cells):
                day, kind, note = [*cells, "", "", ""][:3]
                yield _day(rows.line_num, day, kind, note)
    except csv.Error:
        yield Fault(line=rows.line_num, message=N_("这一行不是完整的 CSV，请检查引号。"))


def _from_json(text: str) -> Iterator[ReadDay | Fault]:
    try:
        content = json.loads(text)
    except (ValueError, RecursionError) as error:
        yield Fault(line=getattr(error, "lineno", 1), message=N_("这不是有效的 JSON。"))
        return
    listed = content.get("days") if isinstance(content, dict) else None
    if not isinstance(listed, list):
        yield Fault(line=1, message=N_('JSON 应写成 {"days": [{"day": …, "kind": …, "note": …}]}。'))
        return
    for number, entry in enumerate(listed, 1):
        if not isinstance(entry, dict):
            yield Fault(line=number, message=N_("这一项应有 day、kind 和 note。"))
            continue
        yield _day(number, *(str(entry.get(name) or "") for name in ("day", "kind", "note")))


def _from_ics(text: str) -> Iterator[ReadDay | Fault]:
    starts = [
        number for number, line in enumerate(text.splitlines(), 1) if line.strip().upper() == "BEGIN:VEVENT"
    ]
    try:
        found = icalendar.Calendar.from_ical(text)
        entries = list(found.walk("VEVENT"))
    except (ValueError, IndexError, KeyError):
        yield Fault(line=1, message=N_("这不是有效的 ICS 日历。"))
        return
    for line, entry in zip(starts, entries, strict=False):
        yield from _event_days(line, entry)


def _event_days(line: int, entry: icalendar.Component) -> Iterator[ReadDay | Fault]:
    if "RRULE" in entry or "RDATE" in entry:
        yield Fault(line=line, message=N_("不收重复事件，请一天一天写明。"))
        return
    first = getattr(entry.get("DTSTART"), "dt", None)
    last = getattr(entry.get("DTEND"), "dt", None)
    if not _is_day(first) or not (last is None or _is_day(last)):
        yield Fault(line=line, message=N_("只收全天事件（DTSTART;VALUE=DATE）。"))
        return
    assert isinstance(first, date)
    length = (last - first).days if isinstance(last, date) else 1
    if not 1 <= length <= LONGEST_EVENT:
        message = N_("一个事件最长 %(most)s 天，结束要在开始之后。")
        yield Fault(line=line, message=message, params={"most": LONGEST_EVENT})
        return
    said = str(entry.get("SUMMARY") or "")
    categories = entry.get("CATEGORIES")
    kinds = " ".join(str(one) for one in getattr(categories, "cats", [])) or said
    if not _WORKED.search(kinds) and not _OFF.search(kinds):
        yield Fault(line=line, message=N_("看不出是休还是班：标题里写“休”或“班”，或写 CATEGORIES。"))
        return
    kind = "make_up" if _WORKED.search(kinds) else "holiday"
    for number in range(length):
        yield _day(line, (first + timedelta(days=number)).isoformat(), kind, said)


def _is_day(value: object) -> bool:
    return isinstance(value, date) and not isinstance(value, datetime)


def _day(line: int, day: str, kind: str, note: str) -> ReadDay | Fault:
    try:
        on = date.fromisoformat(day.strip())
    except ValueError:
        message = N_("“%(day)s”不是日期，请写成 2027-01-01。")
        return Fault(line=line, message=message, params={"day": day.strip()[:20]})
    known = _KINDS.get(kind.strip().lower())
    if known is None:
        message = N_("不认识“%(kind)s”：放假写 holiday 或 休，调休上班写 make_up 或 班。")
        return Fault(line=line, message=message, params={"kind": kind.strip()[:20]})
    try:
        words = cleaned_text(note, field="note", limit=NOTE_LIMIT).replace("\n", " ")
    except Invalid as refusal:
        return Fault(line=line, message=refusal.message, params=dict(refusal.params))
    return ReadDay(line=line, day=on, kind=known, note=words)


_READERS: dict[str, Callable[[str], Iterator[ReadDay | Fault]]] = {
    "csv": _from_csv,
    "ics": _from_ics,
    "json": _from_json,
}
