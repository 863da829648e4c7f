"""The page of a result, its document and its tables."""

import pytest

from evalapp.results.queries import published
from evalapp.results.rules.integrity import Rule
from tests.support.results import flagged_by, stuffed, vote


@pytest.mark.parametrize(
    "path", ["/episodes/{}/results", "/episodes/{}/results.csv", "/api/v1/episodes/{}/result"]
)
def test_before_publication_a_result_does_not_exist(polling, office, browser, path):
    episode = polling.announce()
    vote(polling, episode, (5, 4, 3), times=30)
    grading = office.close(episode)
    office.count(grading)
    office.prepare(grading)
    office.propose(grading)
    assert browser.get(path.format(episode.number)).status_code == 404
    assert browser.get(path.format(999_999)).status_code == 404


def test_the_page_of_a_result_shows_every_figure_with_its_interval(browser, published_episode):
    page = browser.get(f"/episodes/{published_episode.number}/results")
    text = page.get_data(as_text=True)
    assert page.status_code == 200
    assert "80.0<small> ±0.0" in text
    assert "票数不够（至少 30 张）" in text
    assert "少于 10" in text
    assert "本季同类第 1 名" in text


def test_the_page_of_a_result_without_a_score_says_so(polling, office, browser):
    episode = polling.announce()
    vote(polling, episode, (5, 4, 3), times=3)
    office.publish(episode)
    text = browser.get(f"/episodes/{episode.number}/results").get_data(as_text=True)
    assert "票数不够，先不公布得分" in text
    assert "dk-score" not in text


def test_the_page_names_what_was_set_apart(polling, office, browser):
    episode = stuffed(polling)
    grading = office.close(episode)
    office.count(grading)
    office.set_apart(grading, flagged_by(polling, Rule.DEVICE))
    office.prepare(grading)
    office.confirm(office.propose(grading))
    text = browser.get(f"/episodes/{episode.number}/results").get_data(as_text=True)
    assert "剔除 12 张" in text
    assert "同一台设备提交过多" in text
    assert "不剔除时的得分" in text
    english = browser.get(f"/episodes/{episode.number}/results", headers={"Accept-Language": "en"})
    assert "Too many from one device" in english.get_data(as_text=True)


def test_the_published_document_is_served_byte_for_byte(polling, browser, published_episode):
    answer = browser.get(f"/api/v1/episodes/{published_episode.number}/result")
    with polling.platform.session() as session:
        stored = published.published(session, published_episode.number).result
    assert answer.data == stored.document
    again = browser.get(
        f"/api/v1/episodes/{published_episode.number}/result",
        headers={"If-None-Match": answer.headers["ETag"]},
    )
    assert again.status_code == 304


def test_tables_are_text_for_spreadsheets(browser, published_episode):
    answer = browser.get(f"/episodes/{published_episode.number}/results.csv")
    assert answer.get_data(as_text=True).splitlines()[1] == "resident,openness,30,0,0,0,0,0,30"
