"""What people say to a unit: counted by the worker, of its own comments only, and as an Excel file in which nothing runs."""

import io
import zipfile
from datetime import timedelta

import pytest
import xlsxwriter
from defusedxml import ElementTree
from sqlalchemy import select

from evalapp.ballots.rules.grades import Dimension
from evalapp.comments.models import UnitVoice
from evalapp.console.jobs import count_voices
from evalapp.core import clock, workbooks
from evalapp.core.workbooks import Table
from evalapp.programme.models import Episode
from evalapp.supervision import services as supervision
from evalapp.supervision.models import RectificationStep
from evalapp.units.models import Unit
from tests.support.comments import Comments
from tests.support.desk import Desks
from tests.support.matters import Matters
from tests.support.pledges import PledgeFactory
from tests.support.statements import statements_of

PATH = "/desk/unit/voices"
NAMESPACE = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
STARTS = (
    "=1+1",
    '=HYPERLINK("http://x","y")',
    "+1",
    "-1",
    "@SUM(1)",
    "\t=1+1",
    "http://x",
    "=cmd|' /C calc'!A0",
)


def text_of(answer) -> str:
    return answer.get_data(as_text=True)


def elevators(comments: Comments, unit: Unit, people: int = 4, at: int | None = 95):
    """So many people ask about the waiting time for lifts, at the same moment."""
    thread = comments.thread(unit)
    for turn in range(people):
        comments.shown(thread, text=f"加装电梯要等多久，第{turn}次问窗口", at_seconds=at)
    return thread


def test_words_moments_months_and_pledges_are_counted(
    platform, comments: Comments, desks: Desks, pledges: PledgeFactory
) -> None:
    unit = comments.unit()
    pledges.pledge(unit, title="加装电梯二十日内答复")
    desk = desks.unit(unit)
    assert "还没有人说过什么" in text_of(desk.browser.get(PATH))
    elevators(comments, unit)
    assert count_voices(platform) == 1
    assert count_voices(platform) == 0, "what is counted is not counted again"
    with platform.session() as session:
        said = session.scalars(select(UnitVoice)).one().document
    assert {"word": "电梯", "people": 4} in said["words"]
    assert [(one["second"], one["comments"]) for one in said["moments"]] == [(60, 4)]
    assert [(one["month"], one["comments"]) for one in said["months"]] == [
        (clock.today().strftime("%Y-%m"), 4)
    ]
    assert [one["comments"] for one in said["pledges"]] == [4]
    page = text_of(desk.browser.get(PATH))
    for shown in ("电梯", "1:00", "加装电梯二十日内答复", "公开的留言 4 条"):
        assert shown in page, shown


def test_a_word_of_two_people_is_no_topic_and_nobody_counts_twice(platform, comments: Comments) -> None:
    unit = comments.unit()
    thread, author = comments.thread(unit), comments.resident()
    for turn in range(5):
        comments.shown(thread, text=f"停车位不够，第{turn}回说", author=author)
    comments.shown(thread, text="停车位不够")
    count_voices(platform)
    with platform.session() as session:
        assert session.scalars(select(UnitVoice)).one().document["words"] == []


def test_no_unit_sees_what_is_said_to_another(platform, comments: Comments, desks: Desks) -> None:
    elevators(comments, comments.unit())
    count_voices(platform)
    other = desks.unit(comments.unit())
    assert "电梯" not in text_of(other.browser.get(PATH))
    assert b"".join(cells(other.browser.get(f"{PATH}.xlsx").data)).count("电梯".encode()) == 0


def test_what_is_moved_or_hidden_is_in_no_count(platform, comments: Comments, desks: Desks) -> None:
    unit = comments.unit()
    thread = elevators(comments, unit, people=2)
    third, desk = comments.shown(thread, text="加装电梯有人收钱"), desks.unit(unit)
    count_voices(platform)
    assert "电梯" in text_of(desk.browser.get(PATH))
    comments.moved(third)
    page = text_of(desk.browser.get(PATH))
    assert "电梯" not in page.partition("常说的词")[2].partition("录像的哪一刻")[0]
    count_voices(platform)
    with platform.session() as session:
        document = session.scalars(select(UnitVoice)).one().document
    assert (document["comments"], document["words"]) == (2, [])
    assert "收钱" not in str(cells(desk.browser.get(f"{PATH}.xlsx").data))


def test_reasons_are_told_from_published_results_only(
    polling, office, matters: Matters, desks: Desks
) -> None:
    episode = polling.announce()
    for voter in polling.voters(10):
        polling.cast(episode, voter, (5, 5, 2), reasons={Dimension.SERVICE: ("slow",)})
    for voter in polling.voters(30):
        polling.cast(episode, voter, (2, 5, 5))
    with polling.platform.session() as session:
        unit = session.get_one(Unit, session.get_one(Episode, episode.id).unit_id)
    desk = desks.unit(unit)
    assert "办得慢" not in text_of(desk.browser.get(PATH))
    office.publish(episode)
    page = text_of(desk.browser.get(PATH))
    assert "办得慢" in page
    assert "至少 10 人" in page
    assert "中位数" in page


def test_late_steps_of_the_plan_in_force_are_promised_and_not_done(matters: Matters, desks: Desks) -> None:
    unit = matters.unit()
    matter, desk = matters.planned(matters.question(unit), steps=2), desks.unit(unit)
    assert "换第 1 层的灯" not in text_of(desk.browser.get(PATH))
    with matters.platform.transaction() as session:
        for step in session.scalars(select(RectificationStep)):
            step.due_on = clock.today() - timedelta(days=step.number)
    matters.do(supervision.finish_step, matter, number=2, outcome="换好了", actor=matters.unit_staff(matter))
    page = text_of(desk.browser.get(PATH))
    assert "换第 1 层的灯" in page
    assert "换第 2 层的灯" not in page


def test_the_page_takes_six_statements_however_much_is_said(
    platform, comments: Comments, desks: Desks
) -> None:
    unit = comments.unit()
    desk = desks.unit(unit)
    elevators(comments, unit)
    count_voices(platform)
    desk.browser.get(PATH)
    few = statements_of(platform, desk.browser, PATH)
    for _ in range(5):
        elevators(comments, unit)
    count_voices(platform)
    assert statements_of(platform, desk.browser, PATH) == few <= 6


def cells(data: bytes) -> list[bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return [archive.read(name) for name in archive.namelist()]


def running(data: bytes) -> list[str]:
    """What of an Excel file would run or lead elsewhere: formulas, links, anything but sheets, words and formats."""
    found = []
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for name in archive.namelist():
            if "external" in name.lower() or name.endswith((".bin", ".vml")):
                found.append(name)
            if name.startswith("xl/worksheets/sheet"):
                tree = ElementTree.fromstring(archive.read(name))
                found += [
                    element.tag
                    for element in tree.iter()
                    if element.tag in {f"{NAMESPACE}f", f"{NAMESPACE}hyperlink"}
                ]
    return found


@pytest.mark.parametrize("start", STARTS)
def test_no_text_of_anybody_runs_in_the_excel_file(
    platform, comments: Comments, desks: Desks, start: str
) -> None:
    unit = comments.unit()
    comments.shown(comments.thread(unit, title=f"{start} 标题"), text=f"{start} 请看这里")
    count_voices(platform)
    answer = desks.unit(unit).browser.get(f"{PATH}.xlsx")
    assert "attachment" in answer.headers["Content-Disposition"]
    assert running(answer.data) == []
    assert sum("请看这里".encode() in one for one in cells(answer.data)) == 1


def test_a_text_that_begins_with_a_sign_stays_the_same_text() -> None:
    data = workbooks.workbook([Table(name="a/b", columns=["x"], rows=[[one] for one in STARTS])])
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        tree = ElementTree.fromstring(archive.read("xl/sharedStrings.xml"))
    assert [element.text for element in tree.iter(f"{NAMESPACE}t")] == ["x", *STARTS]


def test_a_sheet_that_guesses_is_noticed() -> None:
    """The planted defect: the library's own writing makes a formula of a text that begins with =."""
    made = io.BytesIO()
    with xlsxwriter.Workbook(made, {"in_memory": True}) as book:
        book.add_worksheet().write(0, 0, STARTS[0])
    assert running(made.getvalue()) == [f"{NAMESPACE}f"]
