"""Highlights: a goal, the measures taken, and progress that keeps its past."""

from datetime import date, timedelta

import pytest
import time_machine
from sqlalchemy.orm import Session

from evalapp.core import clock
from evalapp.core.errors import Conflict, Invalid
from evalapp.core.permissions import Actor
from evalapp.core.transaction import transaction
from evalapp.pledges import queries, services
from evalapp.pledges.services import HighlightWording
from tests.support.pledges import PledgeFactory
from tests.support.strict_client import StrictClient
from tests.support.units import UnitFactory


def test_a_highlight_shows_its_goal_measures_and_newest_progress(
    session: Session, units: UnitFactory, pledges: PledgeFactory, writer: Actor
) -> None:
    highlight = pledges.highlight(units.department(), title="加装电梯")
    for percent in (31, 67):
        with transaction(session):
            services.report_progress(
                session,
                highlight_id=highlight.id,
                percent=percent,
                reached_on=clock.today(),
                done=f"{percent} 部",
                actor=writer,
            )
    shown = queries.shown_highlight(session, highlight.reference)
    assert shown.measures == ["专班推进", "每周公开"]
    assert shown.progress is not None
    assert (shown.progress.percent, shown.progress.done) == (67, "67 部")
    assert [r.percent for r in queries.progress_reports(session, highlight.id)] == [67, 31]


def test_an_episode_shows_the_wording_and_the_progress_of_its_airing(
    session: Session, units: UnitFactory, pledges: PledgeFactory, writer: Actor
) -> None:
    unit = units.department()
    start = clock.now()
    with time_machine.travel(start, tick=False):
        highlight = pledges.highlight(unit, goal="全年 60 部")
    with time_machine.travel(start + timedelta(days=5), tick=False), transaction(session):
        services.report_progress(
            session, highlight_id=highlight.id, percent=40, reached_on=clock.today(), actor=writer
        )
    with time_machine.travel(start + timedelta(days=10), tick=False), transaction(session):
        services.reword_highlight(
            session,
            highlight_id=highlight.id,
            wording=HighlightWording(title="加装电梯", goal="全年 80 部"),
            reason="目标提高",
            actor=writer,
        )
        services.report_progress(
            session, highlight_id=highlight.id, percent=70, reached_on=clock.today(), actor=writer
        )

    def at(after: int) -> list[tuple[str, int | None]]:
        shown = queries.shown_highlights(session, unit.id, at=start + timedelta(days=after))
        return [(each.goal, each.progress and each.progress.percent) for each in shown]

    assert at(-1) == []
    assert at(1) == [("全年 60 部", None)]
    assert at(6) == [("全年 60 部", 40)]
    assert at(11) == [("全年 80 部", 70)]


def test_progress_is_between_nothing_and_all_and_not_of_tomorrow(
    session: Session, units: UnitFactory, pledges: PledgeFactory, writer: Actor
) -> None:
    highlight = pledges.highlight(units.department())
    for percent, day, field in (
        (-1, clock.today(), "percent"),
        (101, clock.today(), "percent"),
        (50, clock.today() + timedelta(days=1), "reached_on"),
    ):
        with pytest.raises(Invalid) as refusal, transaction(session):
            services.report_progress(
                session, highlight_id=highlight.id, percent=percent, reached_on=day, actor=writer
            )
        assert refusal.value.field == field


def test_a_withdrawn_highlight_is_kept_and_not_changed(
    session: Session, units: UnitFactory, pledges: PledgeFactory, writer: Actor
) -> None:
    highlight = pledges.highlight(units.department())
    with transaction(session):
        services.withdraw_highlight(session, highlight_id=highlight.id, reason="项目并入明年", actor=writer)
    assert queries.shown_highlight(session, highlight.reference).withdrawn_at is not None
    with pytest.raises(Conflict), transaction(session):
        services.report_progress(
            session, highlight_id=highlight.id, percent=1, reached_on=clock.today(), actor=writer
        )


def test_a_year_is_one_of_these_years(units: UnitFactory, pledges: PledgeFactory) -> None:
    with pytest.raises(Invalid):
        pledges.highlight(units.department(), year=1999)


def test_who_answers_by_when_and_where_the_evidence_is_stands_on_the_wall_and_on_paper(
    session: Session, units: UnitFactory, pledges: PledgeFactory, writer: Actor, browser: StrictClient
) -> None:
    unit = units.department("区住建局")
    highlight = pledges.highlight(
        unit, title="加装电梯", post="分管副局长", due_on=date(clock.today().year, 12, 31)
    )
    with transaction(session):
        services.report_progress(
            session,
            highlight_id=highlight.id,
            percent=40,
            reached_on=clock.today(),
            proof="验收单 31 份",
            proof_path=f"https://example.org/boards/{unit.slug}/GK-2026-0001",
            actor=writer,
        )
    for path in (f"/units/{unit.slug}/highlights", f"/units/{unit.slug}/highlights/print"):
        page = browser.get(path).get_data(as_text=True)
        for words in (
            "加装电梯",
            "全年 80 部",
            "每周公开",
            "分管副局长",
            "12 月 31 日",
            "40%",
            "验收单 31 份",
        ):
            assert words in page, (path, words)
        assert f'href="/boards/{unit.slug}/GK-2026-0001"' in page
    assert "example.org" not in page
    assert "分管副局长" in browser.get(f"/units/{unit.slug}").get_data(as_text=True)
    assert browser.get("/units/nobody/highlights").status_code == 404


def test_a_goal_whose_day_is_over_says_so_until_it_is_reached(
    session: Session, units: UnitFactory, pledges: PledgeFactory, writer: Actor, browser: StrictClient
) -> None:
    unit, today = units.department(), clock.today()
    with clock.at(clock.now() - timedelta(days=40)):
        highlight = pledges.highlight(
            unit, due_on=today - timedelta(days=10), year=(today - timedelta(days=10)).year
        )
    assert queries.shown_highlight(session, highlight.reference).is_late
    assert "过期未完成" in browser.get(f"/units/{unit.slug}/highlights").get_data(as_text=True)
    with transaction(session):
        services.report_progress(
            session, highlight_id=highlight.id, percent=100, reached_on=today, actor=writer
        )
    assert "过期未完成" not in browser.get(f"/units/{unit.slug}/highlights").get_data(as_text=True)


@pytest.mark.parametrize(
    "pasted",
    ["https://example.org/desk/unit", "/me", "javascript:alert(1)", "//example.org/", "/boards/../desk"],
)
def test_evidence_that_is_no_public_page_of_this_site_is_refused(
    session: Session, units: UnitFactory, pledges: PledgeFactory, writer: Actor, pasted: str
) -> None:
    highlight = pledges.highlight(units.department())
    with pytest.raises(Invalid, match="本站公开页面"), transaction(session):
        services.report_progress(
            session,
            highlight_id=highlight.id,
            percent=1,
            reached_on=clock.today(),
            proof="看",
            proof_path=pasted,
            actor=writer,
        )


def test_a_goal_is_done_in_its_year(units: UnitFactory, pledges: PledgeFactory) -> None:
    with pytest.raises(Invalid, match="以内"):
        pledges.highlight(units.department(), due_on=date(clock.today().year + 1, 1, 1))
