"""The league table and its page: ranks as ranges, in two statements."""

from sqlalchemy import event

from evalapp.results.queries import league
from tests.support.results import vote


def test_the_league_takes_one_statement_and_ranks_inside_classes(polling, office):
    units = [polling.unit(rank_class="职能部门") for _ in range(2)] + [polling.unit(rank_class="街道")]
    for unit, grades in zip(units, [(5, 5, 5), (3, 3, 3), (4, 4, 4)], strict=True):
        episode = polling.announce(unit=unit)
        vote(polling, episode, grades, times=30)
        office.publish(episode)
    few = polling.announce(unit=polling.unit(rank_class="街道"))
    vote(polling, few, (5, 5, 5), times=3)
    office.publish(few)
    seen = []
    note = lambda *arguments: seen.append(arguments[2])  # noqa: E731
    event.listen(polling.platform.engine, "before_cursor_execute", note)
    with polling.platform.session() as session:
        table = league.league(session, 2026)
    event.remove(polling.platform.engine, "before_cursor_execute", note)
    assert len([statement for statement in seen if statement.startswith("SELECT")]) == 1
    assert [each.name for each in table.classes] == ["职能部门", "街道"]
    assert [(row.slug, row.ranks.first, row.ranks.last) for row in table.classes[0].rows] == [
        (units[0].slug, 1, 1),
        (units[1].slug, 2, 2),
    ]
    assert [row.estimate is None for row in table.classes[1].rows] == [False, True]


def test_the_league_pages_show_ranks_as_ranges(browser, published_episode):
    text = browser.get("/league").get_data(as_text=True)
    assert f"/episodes/{published_episode.number}/results" in browser.get("/league/2026").get_data(
        as_text=True
    )
    assert "职能部门" in text
    assert browser.get("/league/1999").status_code == 404
    document = browser.get("/api/v1/league/2026").get_json()
    assert document["classes"][0]["items"][0]["ranks"] == [1, 1]
    assert "1,1,30" in browser.get("/league/2026.csv").get_data(as_text=True)


def test_an_empty_league_says_what_will_come(polling, browser):
    polling.season()
    assert "还没有公布结果" in browser.get("/league").get_data(as_text=True)


def test_the_league_page_takes_two_statements(polling, browser, published_episode):
    browser.get("/league")
    seen = []
    note = lambda *arguments: seen.append(arguments[2])  # noqa: E731
    event.listen(polling.platform.engine, "before_cursor_execute", note)
    browser.get("/league")
    event.remove(polling.platform.engine, "before_cursor_execute", note)
    assert len([statement for statement in seen if statement.startswith("SELECT")]) <= 2
