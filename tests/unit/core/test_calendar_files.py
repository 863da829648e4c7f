"""Calendars from files: three kinds say the same, and every fault has its line."""

import pytest
import time_machine

from evalapp.core.calendar.importing import read_calendar
from evalapp.core.errors import Invalid

CSV = "day,kind,note\n2027-01-01,holiday,元旦\n2027-02-06,班,春节\n"
JSON = """{"days": [{"day": "2027-01-01", "kind": "休", "note": "元旦"},
                    {"day": "2027-02-06", "kind": "make_up", "note": "春节"}]}"""
ICS = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//x//x//ZH
BEGIN:VEVENT
UID:1
DTSTART;VALUE=DATE:20270101
DTEND;VALUE=DATE:20270102
SUMMARY:元旦 休
END:VEVENT
BEGIN:VEVENT
UID:2
DTSTART;VALUE=DATE:20270206
CATEGORIES:WORKDAY
SUMMARY:春节
END:VEVENT
END:VCALENDAR
""".replace("\n", "\r\n")


def days(name: str, text: str) -> list[tuple[str, str]]:
    found, faults = read_calendar(name, text.encode())
    assert faults == []
    return [(one.day.isoformat(), one.kind.value) for one in found]


@pytest.mark.parametrize(
    ("name", "text"), [("a.csv", CSV), ("a.JSON", JSON), ("a.ics", ICS), ("b.csv", "\ufeff" + CSV)]
)
def test_three_kinds_of_files_say_the_same(name: str, text: str) -> None:
    assert days(name, text) == [("2027-01-01", "holiday"), ("2027-02-06", "make_up")]


def test_an_event_of_several_days_is_each_of_them() -> None:
    text = ICS.replace("20270102", "20270104")
    assert [day for day, _ in days("a.ics", text)] == ["2027-01-01", "2027-01-02", "2027-01-03", "2027-02-06"]


def faults(name: str, text: str) -> list[tuple[int, str]]:
    return [(fault.line, str(fault)) for fault in read_calendar(name, text.encode())[1]]


def test_every_fault_has_its_line() -> None:
    text = "day,kind,note\n2027-13-01,holiday,\n\n2027-01-01,weird,\n2027-01-02,休,一\n2027-01-02,休,二\n"
    found = faults("a.csv", text)
    assert [line for line, _ in found] == [2, 4, 6]
    assert "不是日期" in found[0][1]
    assert "不认识“weird”" in found[1][1]
    assert "与第 5 行重叠" in found[2][1]


@pytest.mark.parametrize(
    ("name", "text", "line", "said"),
    [
        ("a.csv", "date,what\n", 1, "第一行应是"),
        ("a.csv", 'day,kind,note\n2027-01-01,holiday,"元旦\n', 2, "引号"),
        ("a.json", "[1", 1, "有效的 JSON"),
        ("a.json", "[]", 1, "JSON 应写成"),
        ("a.json", '{"days": [1]}', 1, "这一项"),
        ("a.json", "[" * 100_000, 1, "有效的 JSON"),
        ("a.ics", "hello", 1, "有效的 ICS"),
        ("a.ics", ICS.replace("SUMMARY:元旦 休", "SUMMARY:元旦"), 4, "看不出是休还是班"),
        ("a.ics", ICS.replace("20270102", "20280102"), 4, "最长 31 天"),
        ("a.ics", ICS.replace("20270102", "20261231"), 4, "结束要在开始之后"),
        ("a.ics", ICS.replace("UID:2", "RRULE:FREQ=DAILY"), 10, "重复事件"),
        ("a.ics", ICS.replace("DTSTART;VALUE=DATE:20270206", "DTSTART:20270206T010000Z"), 10, "全天事件"),
    ],
)
def test_a_fault_says_what_to_do(name: str, text: str, line: int, said: str) -> None:
    found = faults(name, text)
    assert found[0][0] == line
    assert said in found[0][1]


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.xlsx", b"x"),
        ("a", b"x"),
        ("a.csv", b"\xff\xfe\x00"),
        ("a.csv", b"day,kind,note\n"),
        ("a.csv", b"x" * 1_000_001),
    ],
)
def test_what_is_no_calendar_is_refused_at_once(name: str, data: bytes) -> None:
    with pytest.raises(Invalid):
        read_calendar(name, data)


def test_the_files_of_this_year_are_read_in_any_year() -> None:
    with time_machine.travel("2031-05-05"):
        assert len(days("a.csv", CSV)) == 2
