"""The search finds words of two characters on both databases, titles first, and only what is there."""

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from evalapp.core.errors import Unavailable
from evalapp.core.platform import Platform
from evalapp.portal.models import FoundKind
from evalapp.portal.queries import engines, search
from evalapp.portal.queries.search import hits
from evalapp.portal.services.indexing import Findable, keep_in_step, put

PAGES = (
    Findable(kind=FoundKind.EPISODE, path="/episodes/16", title="老旧小区改造，改到哪一步了", place="区住房和城乡建设局", body="加装电梯为什么慢"),
    Findable(kind=FoundKind.UNIT, path="/units/zhujian", title="区住房和城乡建设局", body="管住房、管工地、加装电梯"),
    Findable(kind=FoundKind.PLEDGE, path="/units/zhujian#p1", title="既有住宅加装电梯联合审查", place="区住房和城乡建设局", body="15 个工作日出结果"),
    Findable(kind=FoundKind.PLEDGE, path="/units/jiaoyu#p2", title="课后服务报名", place="区教育局", body="当日答复"),
)  # fmt: skip


@pytest.fixture
def indexed(platform: Platform) -> Platform:
    with platform.transaction() as session:
        keep_in_step(session, PAGES)
    return platform


def paths(session: Session, question: str, **options: FoundKind) -> list[str]:
    return [hit.path for hit in hits(session, question, **options).hits]


def test_a_word_of_two_characters_is_found_titles_first(indexed: Platform, session: Session) -> None:
    found = paths(session, "电梯")
    assert found[0] == "/units/zhujian#p1"
    assert set(found) == {"/units/zhujian#p1", "/units/zhujian", "/episodes/16"}


def test_all_words_must_be_there(indexed: Platform, session: Session) -> None:
    assert paths(session, "电梯 审查") == ["/units/zhujian#p1"]
    assert hits(session, "电梯 课后").is_nearly


def test_a_single_character_finds_what_begins_with_it(indexed: Platform, session: Session) -> None:
    assert "/units/jiaoyu#p2" in paths(session, "课")


def test_one_kind_may_be_asked_for(indexed: Platform, session: Session) -> None:
    assert paths(session, "电梯", kind=FoundKind.UNIT) == ["/units/zhujian"]


@pytest.mark.parametrize(
    "question", ["", "  ", "%", '"', "* OR 1", "'; DROP TABLE x", "NEAR(", "a:b", "\u0000"]
)
def test_signs_of_the_engines_do_no_harm(indexed: Platform, session: Session, question: str) -> None:
    assert hits(session, question).total == 0


def test_a_changed_page_is_found_under_its_new_words_only(indexed: Platform, session: Session) -> None:
    changed = Findable(
        kind=FoundKind.PLEDGE, path="/units/jiaoyu#p2", title="晚托班报名", place="区教育局", body="当日答复"
    )
    with indexed.transaction() as writing:
        assert keep_in_step(writing, [*PAGES[:3], changed]) == 1
    assert paths(session, "课后") == []
    assert paths(session, "晚托") == ["/units/jiaoyu#p2"]


def test_a_page_that_is_gone_is_not_found(indexed: Platform, session: Session) -> None:
    with indexed.transaction() as writing:
        assert keep_in_step(writing, PAGES[:3]) == 1
    assert paths(session, "课后") == []


def test_nothing_is_written_when_nothing_changed(indexed: Platform) -> None:
    with indexed.transaction() as writing:
        assert keep_in_step(writing, PAGES) == 0


def test_what_was_found_comes_in_pages(platform: Platform, session: Session) -> None:
    many = [Findable(kind=FoundKind.UNIT, path=f"/units/{n}", title=f"第 {n} 社区居委会") for n in range(45)]
    with platform.transaction() as writing:
        keep_in_step(writing, many)
    first, last = hits(session, "社区"), hits(session, "社区", page=3)
    assert (first.total, first.pages, len(first.hits), len(last.hits)) == (45, 3, 20, 5)
    assert not {hit.path for hit in first.hits} & {hit.path for hit in last.hits}


@pytest.mark.parametrize("question", ["電梯", "jiazhuangdianti", "jzdt", "家装店题"])
def test_other_scripts_pinyin_initials_and_wrong_characters_find_the_title(
    indexed: Platform, session: Session, question: str
) -> None:
    assert "/units/zhujian#p1" in paths(session, question)


def test_what_nearly_holds_the_question_is_said_to_be_nearly_it(indexed: Platform, session: Session) -> None:
    near = hits(session, "课后服务保名费")
    assert near.is_nearly
    assert [hit.path for hit in near.hits] == ["/units/jiaoyu#p2"]
    assert not hits(session, "课后服务").is_nearly
    assert hits(session, "殡葬管理处").total == 0


def test_where_few_hold_the_question_those_that_nearly_do_follow(indexed: Platform, session: Session) -> None:
    found = hits(session, "电梯 审查 材料")
    assert (found.is_nearly, [hit.path for hit in found.hits]) == (True, ["/units/zhujian#p1"])
    found = hits(session, "电梯 审查")
    assert [hit.path for hit in found.hits] == ["/units/zhujian#p1"]
    assert {hit.path for hit in found.near} == {"/units/zhujian", "/episodes/16"}
    assert hits(session, "电梯").near == ()


def test_a_number_is_found_with_the_character_beside_it(platform: Platform, session: Session) -> None:
    with platform.transaction() as writing:
        for number in (1, 10, 30):
            body = f"第 {number} 期，共 {number * 10} 条，{40 - number} 处"
            put(writing, Findable(kind=FoundKind.EPISODE, path=f"/e/{number}", title="节目", body=body))
    assert paths(session, "第10期") == ["/e/10"]
    assert paths(session, "第1期") == ["/e/1"]
    assert paths(session, "10处") == ["/e/30"]
    assert paths(session, "100条") == ["/e/10"]


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("99010100SJ-XK-0001", 0),
        ("sj-xk-0001", 0),
        ("SJXK0001", 0),
        ("SJ-XK-0001-B01", 1),
        ("sj-xk-0002", 2),
    ],
)
def test_a_code_is_found_without_its_hyphens_and_without_the_district(
    platform: Platform, session: Session, typed: str, number: int
) -> None:
    codes = ["99010100SJ-XK-0001", "99010100SJ-XK-0001-B01", "99010100SJ-XK-0002", "99010100WL-XK-0001"]
    with platform.transaction() as writing:
        for place, code in enumerate(codes):
            put(
                writing,
                Findable(kind=FoundKind.POWER, path=f"/p/{place}", title=f"许可 {code}", also=(code,)),
            )
    assert f"/p/{number}" in paths(session, typed)
    assert "/p/3" not in paths(session, typed)


def test_what_was_asked_for_is_marked(indexed: Platform, session: Session) -> None:
    (hit,) = hits(session, "课后").hits
    assert [piece.text for piece in hit.title if piece.is_hit] == ["课后"]


def test_the_whole_title_comes_first_then_its_beginning_then_the_newest(
    platform: Platform, session: Session
) -> None:
    titles = ("关于社保卡的说明", "社保卡补办和换领", "社保卡补办")
    with platform.transaction() as writing:
        for place, title in enumerate(titles):
            put(writing, Findable(kind=FoundKind.PLEDGE, path=f"/p/{place}", title=title))
        for place in range(3):
            put(writing, Findable(kind=FoundKind.PLEDGE, path=f"/q/{place}", title="办法", body="社保卡补办"))
    assert paths(session, "社保卡补办") == ["/p/2", "/p/1", "/q/2", "/q/1", "/q/0"]


def test_too_many_to_rank_are_the_newest_first_and_it_is_said(
    platform: Platform, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engines, "RANKED", 30)
    many = [Findable(kind=FoundKind.UNIT, path=f"/units/{n}", title=f"第 {n} 社区居委会") for n in range(45)]
    with platform.transaction() as writing:
        keep_in_step(writing, many)
    found = hits(session, "社区")
    assert found.is_newest_first
    assert found.total == 30
    assert [hit.path for hit in found.hits] == [f"/units/{n}" for n in range(44, 24, -1)]


def test_more_titles_than_are_ranked_lose_none(
    platform: Platform, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "_TITLES", 10)
    many = [Findable(kind=FoundKind.UNIT, path=f"/units/{n}", title=f"第 {n} 社区居委会") for n in range(25)]
    others = [Findable(kind=FoundKind.UNIT, path=f"/o/{n}", title="别的", body="社区") for n in range(5)]
    with platform.transaction() as writing:
        keep_in_step(writing, [*others, *many])
    found = [hit.path for page in (1, 2) for hit in hits(session, "社区", page=page).hits]
    assert sorted(found) == sorted([one.path for one in [*many, *others]])
    assert found[-5:] == [f"/o/{n}" for n in range(4, -1, -1)]


def test_a_search_that_takes_too_long_is_given_up(
    indexed: Platform, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    if indexed.engine.dialect.name == "sqlite":
        pytest.skip("SQLite looks pages up in its own process, and has no such limit")
    monkeypatch.setitem(engines._WHILE_ASKING, "statement_timeout", "50ms")
    with pytest.raises(Unavailable), engines.asking(session):
        session.execute(text("SELECT pg_sleep(5)"))
    assert session.scalar(text("SHOW statement_timeout")) == "0"
