"""The office's planning desk: board, calendar, conflicts with their fix, every plan and its undoing, without a script."""

import re
import uuid
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from evalapp.core import clock
from evalapp.core.permissions import ANONYMOUS, SYSTEM, Actor, ActorKind, Permission
from evalapp.core.platform import Platform
from evalapp.programme.models import Airing, ChangeKind, Episode, RecordingSlot, SpeakerLeave
from evalapp.programme.services import planning, planning_places
from evalapp.web import access
from tests.support.programme import Programme, at
from tests.support.statements import statements_of
from tests.support.strict_client import StrictClient

DESK = "/desk/office"


@pytest.fixture(autouse=True)
def monday() -> object:
    with time_machine.travel("2026-11-23T08:00:00+08:00") as traveller:
        yield traveller


def client_of(app: Flask, *permissions: Permission) -> StrictClient:
    actor = Actor(
        kind=ActorKind.STAFF, id=uuid.uuid4(), name="评议办主任", permissions=frozenset(permissions)
    )
    access.load_actors_with(app, resident=lambda: ANONYMOUS, staff=lambda: actor)
    return StrictClient(app)


@pytest.fixture
def office(app: Flask) -> StrictClient:
    return client_of(app, Permission.USE_DESK, Permission.SEE_OFFICE_DESK, Permission.PLAN_PROGRAMME)


def first(programme: Programme, kind: type):
    with programme.platform.session() as reading:
        return reading.scalars(select(kind).order_by(kind.id)).first()


def text_of(answer) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True)).split())


def test_every_page_of_the_desk_asks_for_the_permission(app: Flask, programme: Programme) -> None:
    programme.slot(programme.planned())
    programme.airing(programme.prepared())
    slot, airing = first(programme, RecordingSlot), first(programme, Airing)
    station = client_of(app, Permission.USE_DESK, Permission.SEE_STATION_DESK)
    pages = ["", "/calendar", "/episodes", "/places", "/episodes/new", "/episodes/1", "/episodes/1/edit"]
    pages += [f"/episodes/1/{one}" for one in ("slots/new", "airings/new", "withdraw")]
    pages += [f"/slots/{slot.id}/{one}" for one in ("move", "cancel")]
    pages += [f"/airings/{airing.id}/{one}" for one in ("postpone", "replace", "cancel")]
    assert {station.get(DESK + page).status_code for page in pages} == {403}
    planner = client_of(app, Permission.PLAN_PROGRAMME, Permission.USE_DESK)
    assert {planner.get(DESK + page).status_code for page in pages} == {200}


def test_the_desk_of_an_empty_district_says_what_to_do_first(office: StrictClient) -> None:
    assert "还没有一季" in text_of(office.get(DESK))
    assert "还没有演播室" in text_of(office.get(f"{DESK}/places"))
    assert "去建一季" in text_of(office.get(f"{DESK}/episodes/new"))


def test_the_board_shows_every_state_in_its_column(office: StrictClient, programme: Programme) -> None:
    for state in (
        "planned",
        "recorded",
        "prepared",
        "scheduled",
        "grading",
        "closed",
        "counted",
        "published",
    ):
        getattr(programme, state)()
    programme.slot(programme.planned())
    programme.withdrawn()
    page = text_of(office.get(DESK))
    for column in ("选题 1", "待录制 1", "审片 2", "已排期 1", "评议中 3", "已公布 1", "已撤下或作废"):
        assert column in page


def test_a_new_episode_is_made_without_a_script(office: StrictClient, programme: Programme) -> None:
    season, unit = programme.season(), programme.unit()
    form = {"season": str(season.id), "unit": str(unit.id), "title": "菜市场门口的路", "speaker_post": "局长"}
    answer = office.post(f"{DESK}/episodes/new", form)
    assert answer.location == f"{DESK}/episodes/1"
    page = text_of(office.get(answer.location))
    assert "菜市场门口的路" in page
    assert "评议办主任" in page  # who did it stands in the history


def test_what_was_typed_is_kept_when_the_form_is_refused(office: StrictClient, programme: Programme) -> None:
    programme.season()
    answer = office.post(f"{DESK}/episodes/new", {"title": "只写了题目"})
    assert answer.status_code == 422
    page = answer.get_data(as_text=True)
    assert "只写了题目" in page
    assert "请选一项" in page


def test_a_clash_offers_the_next_free_time_as_one_button(office: StrictClient, programme: Programme) -> None:
    programme.slot(programme.planned(), starts_at=at(days=10, hour=14))
    programme.planned()
    page = f"{DESK}/episodes/2/slots/new"
    form = {
        "place": str(programme.studio().id),
        "day": "2026-12-03",
        "time": "14:00",
        "minutes": "60",
    }
    refused = office.post(page, form)
    assert refused.status_code == 409
    assert "已被第 1 期占用" in text_of(refused)
    assert "改到 12 月 3 日 15:00" in text_of(refused)
    offered = form | dict(re.findall(r'name="(day|time)" value="([^"]+)"', refused.get_data(as_text=True)))
    assert office.post(page, offered).status_code == 303
    with programme.platform.session() as reading:
        starts = sorted(slot.starts_at for slot in reading.scalars(select(RecordingSlot)))
    assert starts == [at(days=10, hour=14), at(days=10, hour=15)]


def test_an_override_wants_a_reason_and_shows_it(office: StrictClient, programme: Programme) -> None:
    programme.slot(programme.planned(), starts_at=at(days=10, hour=14))
    programme.planned()
    form = {"place": str(programme.studio().id), "day": "2026-12-03", "time": "14:00", "minutes": "60"}
    page = f"{DESK}/episodes/2/slots/new"
    assert "仍要这样安排的原因" not in text_of(office.get(page))
    assert "仍要这样安排的原因" in text_of(office.post(page, form))
    assert office.post(page, form | {"override_reason": "两期共用布景"}).status_code == 303
    assert "演播室占用 ： 两期共用布景" in text_of(office.get(f"{DESK}/episodes/2")).replace(
        "：", " ： "
    ).replace("  ", " ")
    board = text_of(office.get(DESK))
    assert "已同意这样安排：两期共用布景" in board
    assert "处排期冲突" not in board  # what was accepted is no alarm any more


def test_a_conflict_on_the_board_is_mended_by_its_one_button(
    office: StrictClient, programme: Programme
) -> None:
    episode = programme.planned()
    programme.slot(episode, starts_at=at(days=10, hour=14), override_reason="")
    with programme.platform.transaction() as writing:
        planning_places.add_leave(
            writing,
            unit_id=episode.unit_id,
            starts_on=at(days=10).date(),
            ends_on=at(days=10).date(),
            actor=SYSTEM,
        )
    board = office.get(DESK).get_data(as_text=True)
    assert "1 处排期冲突" in board
    action, fields = re.search(
        r'<form method="post" action="(/desk/office/slots/[^"]+/move)"(.*?)</form>', board, re.DOTALL
    ).groups()
    values = dict(re.findall(r'name="(day|time|minutes|revision)" value="([^"]*)"', fields))
    assert office.post(action, values, page=DESK).status_code == 303
    assert first(programme, RecordingSlot).starts_at == at(days=11, hour=9)
    assert "处排期冲突" not in office.get(DESK).get_data(as_text=True)


def test_the_button_of_a_page_that_is_out_of_date_is_refused(
    office: StrictClient, programme: Programme
) -> None:
    slot = programme.slot(programme.planned(), starts_at=at(days=10, hour=14))
    form = {"day": "2026-12-04", "time": "09:00", "minutes": "60", "revision": "1"}
    page = f"{DESK}/slots/{slot.id}/move"
    assert office.post(page, form).status_code == 303
    again = office.post(page, form | {"time": "10:00"})
    assert again.status_code == 409
    assert "别人刚刚改过" in text_of(again)


@pytest.mark.parametrize(("act", "kind"), [("postpone", "改期"), ("cancel", "取消"), ("replace", "替换")])
def test_an_airing_is_changed_only_with_a_reason(
    office: StrictClient, programme: Programme, act: str, kind: str
) -> None:
    programme.scheduled(starts_at=at(days=5, hour=20))
    other = programme.prepared()
    airing = first(programme, Airing)
    page = f"{DESK}/airings/{airing.id}/{act}"
    form = {
        "day": "2026-11-29",
        "time": "20:00",
        "minutes": "45",
        "revision": "1",
        "episode": str(other.number),
    }
    refused = office.post(page, form)
    assert (refused.status_code, first(programme, Airing).revision) == (422, 1)
    assert office.post(page, form | {"reason": "让路防汛直播"}).location == f"{DESK}/episodes/1"
    assert "让路防汛直播" in text_of(office.get(f"{DESK}/episodes/1"))


def test_the_form_says_what_a_change_means_for_the_box(office: StrictClient, programme: Programme) -> None:
    episode = programme.scheduled(starts_at=at(days=5, hour=20))
    page = f"{DESK}/airings/{first(programme, Airing).id}/postpone"
    assert "票箱还没有公告" in text_of(office.get(page))
    programme._window(episode, opens_at=at(days=6), closes_at=at(days=9))
    assert "不会随播出移动" in text_of(office.get(page))
    programme._window(episode, opens_at=at(days=-1), closes_at=at(days=9))
    assert "评议正在进行" in text_of(office.get(page))


def test_an_episode_is_withdrawn_with_a_reason(office: StrictClient, programme: Programme) -> None:
    programme.planned()
    assert office.post(f"{DESK}/episodes/1/withdraw", {"reason": "单位撤并"}).status_code == 303
    page = text_of(office.get(f"{DESK}/episodes/1"))
    assert "已撤下" in page
    assert "单位撤并" in page


def test_a_withdrawal_after_the_opening_is_refused_on_the_page(
    office: StrictClient, programme: Programme
) -> None:
    programme.grading()
    answer = office.post(f"{DESK}/episodes/1/withdraw", {"reason": "不想评了"})
    assert answer.status_code == 409
    assert "请先由两人作废票箱" in text_of(answer)
    assert "不想评了" in answer.get_data(as_text=True)


def test_the_desk_warns_of_what_an_episode_lacks(office: StrictClient, programme: Programme) -> None:
    unprepared = programme.planned()
    programme._window(unprepared, opens_at=at(days=-1), closes_at=at(days=5))
    programme.refused()
    programme.airing(programme.prepared(), starts_at=at(days=1, hour=20))
    page = text_of(office.get(DESK))
    for warning in ("还不能评", "录像制作没有成功", "还没有公告票箱", "还没有报送材料"):
        assert warning in page


def test_the_calendar_turns_by_three_weeks_and_stands_with_a_foreign_date(
    office: StrictClient, programme: Programme
) -> None:
    programme.airing(programme.prepared(), starts_at=at(days=30, hour=20))
    now = text_of(office.get(f"{DESK}/calendar"))
    assert "11 月 23 日 – 12 月 13 日" in now
    later = office.get(f"{DESK}/calendar?from=2026-12-16")
    assert "12 月 14 日 – 1 月 3 日" in text_of(later)
    assert re.search(r"播出 1 \S+ 20:00", text_of(later))
    assert "11 月 23 日 – 12 月 13 日" in text_of(office.get(f"{DESK}/calendar?from=yesterday"))


def test_leave_studios_channels_and_seasons_are_kept_on_one_page(
    office: StrictClient, programme: Programme
) -> None:
    unit, page = programme.unit(), f"{DESK}/places"
    posts = {
        "studios": {"studio-name": "二号演播室"},
        "channels": {"channel-name": "晴川新闻", "channel-code": "news.qingchuan"},
        "seasons": {"season-year": "2027", "season-title": "2027 年度"},
        "leave": {
            "leave-unit": str(unit.id),
            "leave-starts_on": "2026-12-03",
            "leave-ends_on": "2026-12-04",
        },
    }
    for path, form in posts.items():
        assert office.post(f"{DESK}/{path}", form, page=page).status_code == 303, path
    shown = text_of(office.get(page))
    for word in ("二号演播室", "晴川新闻", "2027 年度", unit.short_name):
        assert word in shown
    again = office.post(f"{DESK}/studios", {"studio-name": "二号演播室"}, page=page)
    assert again.status_code == 409
    leave = first(programme, SpeakerLeave)
    assert office.post(f"{DESK}/leave/{leave.id}/end", page=page).status_code == 303
    assert "现在没有人请假" in text_of(office.get(page))


def test_the_history_of_an_episode_is_whole(office: StrictClient, programme: Programme) -> None:
    episode = programme.handed_in(programme.planned())
    programme.slot(episode)
    programme.airing(episode)
    now = clock.now()
    with programme.platform.transaction() as writing:
        planning.note_window(writing, episode.id, now + timedelta(days=1), now + timedelta(days=2))
    page = text_of(office.get(f"{DESK}/episodes/{episode.number}"))
    for entry in ("建立这一期", "单位写报告", "单位报送材料", "安排录制", "安排播出", "公告票箱"):
        assert entry in page


def test_every_kind_of_change_has_its_word(office: StrictClient, programme: Programme) -> None:
    episode = programme.planned()
    with programme.platform.transaction() as writing:
        for kind in ChangeKind:
            planning.note(writing, writing.get(Episode, episode.id), kind, actor=SYSTEM)
    assert office.get(f"{DESK}/episodes/1").status_code == 200


@pytest.mark.parametrize("path", ["", "/calendar", "/episodes"])
def test_the_desk_asks_as_much_for_many_as_for_few(
    platform: Platform, office: StrictClient, programme: Programme, path: str
) -> None:
    programme.slot(programme.planned(), starts_at=at(days=10, hour=9))
    programme.scheduled()
    few = statements_of(platform, office, DESK + path)
    for hour in range(10, 17):
        programme.slot(programme.planned(), starts_at=at(days=10, hour=hour))
        programme.scheduled()
    assert statements_of(platform, office, DESK + path) == few
    assert few <= 14


def test_the_desk_speaks_english(office: StrictClient, programme: Programme) -> None:
    programme.slot(programme.planned(), starts_at=at(days=10, hour=14))
    programme.slot(programme.planned(), starts_at=at(days=10, hour=14))
    page = text_of(office.get(DESK, headers={"Accept-Language": "en"}))
    assert "Schedule" in page
    assert "is booked by episode 1" in page
