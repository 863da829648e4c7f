"""请再问我 and 回头看: a wish apart from every ballot, one invitation, and before and after side by side."""

import json
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import event, select

from evalapp.accounts.events import ResidentErased
from evalapp.accounts.models import Resident
from evalapp.accounts.rules import Purpose
from evalapp.accounts.services import residents
from evalapp.ballots.rules.grades import Dimension
from evalapp.core import clock, events, jobs
from evalapp.core.errors import Conflict
from evalapp.core.jobs import Worker
from evalapp.core.permissions import RESIDENT_PERMISSIONS, Actor, ActorKind
from evalapp.notifications import jobs as notification_jobs
from evalapp.notifications.models import Letter, Notice
from evalapp.programme.models import Episode, EpisodeSegment
from evalapp.results.models import AgainRequest
from evalapp.results.queries import lookbacks
from evalapp.results.rules.again import AgainKey, number_in
from evalapp.results.services import again
from evalapp.supervision.models import Matter
from tests.support.accounts import People
from tests.support.ballots import Person
from tests.support.comments import Comments
from tests.support.desk import Desks
from tests.support.matters import Matters
from tests.support.watchable import make_watchable

SLOW = {Dimension.SERVICE: ("slow",)}


class Story:
    """An episode whose low grades became a matter with a plan, and a later one of the same unit."""

    def __init__(self, polling, office, matters: Matters) -> None:
        self.polling, self.office, self.matters = polling, office, matters
        self.unit = matters.unit()
        self.earlier = polling.announce(unit=self.unit)
        make_watchable(polling.platform, self.earlier)
        for voter in polling.voters(30):
            polling.cast(self.earlier, voter, (5, 5, 2), reasons=SLOW)

    def published(self) -> Matter:
        self.office.publish(self.earlier)
        with self.polling.platform.session() as session:
            matter = session.query(Matter).one()
        return self.matters.planned(matter)

    def later(self, **options) -> Episode:
        made = self.polling.announce(unit=self.unit, **options)
        make_watchable(self.polling.platform, made)
        return made

    def wish(self, resident_id, episode=None) -> None:
        with self.polling.platform.transaction() as session:
            key = AgainKey.of(self.polling.platform.keys)
            again.ask_again(
                session, episode_id=(episode or self.earlier).id, resident_id=resident_id, key=key
            )

    def agreed(self, *people) -> None:
        """They want letters."""
        with self.polling.platform.transaction() as session:
            for one in people:
                residents.give_consent(session, one.resident.id, Purpose.REPLY_NOTICES)

    def look_back(self, matter: Matter, later: Episode) -> EpisodeSegment:
        officer = self.matters.officer()
        with self.polling.platform.transaction() as session:
            return again.look_back(session, matter_id=matter.id, number=later.number, actor=officer)

    def work(self) -> None:
        Worker(self.polling.platform, rounds=()).drain()

    def wishes(self) -> list[AgainRequest]:
        with self.polling.platform.session() as session:
            return list(session.scalars(select(AgainRequest)))

    def notices(self) -> int:
        with self.polling.platform.session() as session:
            return session.query(Notice).count()


@pytest.fixture
def story(polling, office, matters: Matters) -> Story:
    return Story(polling, office, matters)


@pytest.mark.parametrize(
    ("path", "number"), [("/episodes/16/results", 16), ("/episodes/16", 16), ("/units/a", None)]
)
def test_the_episode_that_a_matter_began_with_is_in_its_path(path, number):
    assert number_in(path) == number


def test_a_wish_names_nobody_and_is_kept_once(story: Story, people: People):
    resident = people.resident().resident
    story.wish(resident.id)
    story.wish(resident.id)
    (wish,) = story.wishes()
    plain = {str(resident.id), resident.id.hex, resident.person_id}
    kept = repr([wish.mark, wish.sealed, wish.id])
    assert not any(one in kept for one in plain)
    assert {column.name for column in AgainRequest.__table__.columns} == {
        "id",
        "episode_id",
        "mark",
        "sealed",
    }


def test_a_wish_shares_no_request_and_no_statement_with_a_ballot(story: Story, people: People):
    resident, said = people.resident(), []
    engine = story.polling.platform.engine

    def heard(*args):
        said.append(args[2])

    event.listen(engine, "before_cursor_execute", heard)
    path = f"/episodes/{story.earlier.number}"
    assert resident.browser.post(f"{path}/ask-again/on", page=path).status_code == 303
    event.remove(engine, "before_cursor_execute", heard)
    ours = [statement for statement in said if "again_requests" in statement]
    assert any(statement.startswith("INSERT") for statement in ours)
    assert not [statement for statement in ours if "ballot" in statement]
    assert not [statement for statement in said if "INTO ballot" in statement]


def test_who_graded_and_who_did_not_are_offered_the_same(story: Story, people: People):
    graded, other = people.resident(), people.resident()
    path = f"/episodes/{story.earlier.number}"

    def offered(browser):
        page = browser.get(path).get_data(as_text=True)
        start = page.index("要不要请你再评一次")
        return page[start : start + 220].split("csrf_token")[0]

    before = offered(graded.browser)
    for grades in ((5, 5, 5), (1, 1, 1)):
        story.polling.cast(story.earlier, _voter(graded), grades)
        assert offered(graded.browser) == before
    assert offered(other.browser) == before


def _voter(signed_in):
    return Person(resident_id=signed_in.resident.id, person_id=signed_in.person_id)


def test_a_wish_can_be_taken_back_and_stands_in_the_copy_of_ones_data(story: Story, people: People):
    resident, path = people.resident(), f"/episodes/{story.earlier.number}"
    resident.browser.post(f"{path}/ask-again/on", page=path)
    assert "不用再问我" in resident.browser.get(path).get_data(as_text=True)
    data = json.loads(resident.browser.get("/me/data.json").get_data(as_text=True))
    assert data["asked_again"] == [story.earlier.reference]
    resident.browser.post(f"{path}/ask-again/off", page=path)
    assert story.wishes() == []


def test_before_grading_opens_there_is_nothing_to_wish(story: Story, people: People):
    soon, resident = story.later(opens_in=timedelta(days=1)), people.resident()
    with pytest.raises(Conflict):
        story.wish(resident.resident.id, soon)
    page = resident.browser.get(f"/episodes/{soon.number}").get_data(as_text=True)
    assert "请再问我" not in page


def test_who_wanted_it_or_commented_gets_one_notice_and_the_wish_is_used_up(
    story: Story, people: People, comments: Comments
):
    wished, both, commented, neither = (people.resident() for _ in range(4))
    story.agreed(wished, both, commented, neither)
    for one in (wished, both):
        story.wish(one.resident.id)
    thread = comments.thread_of(story.earlier)
    for one in (both, commented):
        comments.shown(thread, author=_author(one))
    matter = story.published()
    story.work()
    before = story.notices()
    story.look_back(matter, story.later())
    story.work()
    assert story.notices() - before == 3
    assert story.wishes() == []
    for one in (wished, neither):
        assert "有回头看" in one.browser.get("/me").get_data(as_text=True)


def _author(signed_in):
    return Actor(
        kind=ActorKind.RESIDENT, id=signed_in.resident.id, name="居民", permissions=RESIDENT_PERMISSIONS
    )


def test_the_work_done_twice_tells_nobody_twice(story: Story, people: People, comments: Comments):
    resident = people.resident()
    story.agreed(resident)
    thread = comments.thread_of(story.earlier)
    comments.shown(thread, author=_author(resident))
    matter = story.published()
    story.work()
    before = story.notices()
    segment = story.look_back(matter, story.later())
    story.work()
    with story.polling.platform.transaction() as session:
        jobs.enqueue(session, again.INVITE, {"segment_id": str(segment.id)})
    story.work()
    assert story.notices() - before == 1


def test_whoever_has_the_number_of_a_commenter_now_is_not_invited(
    story: Story, people: People, comments: Comments
):
    resident = people.resident()
    story.agreed(resident)
    comments.shown(comments.thread_of(story.earlier), author=_author(resident))
    matter = story.published()
    story.work()
    with story.polling.platform.transaction() as session:
        session.get_one(Resident, resident.resident.id).known_since = clock.now() + timedelta(seconds=1)
    before = story.notices()
    story.look_back(matter, story.later())
    story.work()
    assert story.notices() == before


def test_the_worker_that_slept_a_week_invites_all_the_same(story: Story, people: People):
    resident = people.resident()
    story.agreed(resident)
    story.wish(resident.resident.id)
    matter = story.published()
    story.work()
    before = story.notices()
    story.look_back(matter, story.later())
    with time_machine.travel(clock.now() + timedelta(days=7)):
        story.work()
        assert story.notices() - before == 1


def test_nobody_is_left_of_whoever_erased_their_account(story: Story, people: People):
    resident = people.resident().resident
    story.wish(resident.id)
    with story.polling.platform.transaction() as session:
        events.emit(session, ResidentErased(resident_id=resident.id, person_id=resident.person_id))
    story.work()
    assert story.wishes() == []


def test_only_a_later_episode_of_the_unit_looks_back_and_only_once_at_a_matter_with_a_plan(story: Story):
    later, stranger = story.later(), story.polling.announce()
    with story.polling.platform.session() as session:
        assert session.query(Matter).count() == 0
    story.office.publish(story.earlier)
    with story.polling.platform.session() as session:
        matter = session.query(Matter).one()
    with pytest.raises(Conflict, match="整改方案"):
        story.look_back(matter, later)
    matter = story.matters.planned(matter)
    for wrong in (stranger, story.earlier):
        with pytest.raises(Conflict, match="同一个单位后来的一期"):
            story.look_back(matter, wrong)
    story.look_back(matter, later)
    with pytest.raises(Conflict, match="已经列入"):
        story.look_back(matter, later)


def test_an_episode_whose_closing_is_not_fixed_yet_can_look_back(story: Story):
    matter = story.published()
    planned = story.later()
    with story.polling.platform.transaction() as session:
        episode = session.get_one(Episode, planned.id)
        episode.opens_at = episode.closes_at = None
    with story.polling.platform.session() as session:
        assert [one.number for one in lookbacks.later_than(session, matter)] == [planned.number]


def test_before_and_after_stand_side_by_side_with_both_intervals(story: Story, desks: Desks, browser):
    matter, later = story.published(), story.later()
    for voter in story.polling.voters(40):
        story.polling.cast(later, voter, (5, 5, 4))
    desk, path = desks.office(), f"/desk/office/matters/{matter.reference}/look-back"
    assert desk.browser.post(path, {"number": "999999"}).status_code == 422
    assert desk.browser.post(path, {"number": str(later.number)}).status_code == 303
    assert desk.browser.post(path, {"number": str(later.number)}).status_code == 409
    episode = browser.get(f"/episodes/{later.number}").get_data(as_text=True)
    assert f"/matters/{matter.reference}" in episode
    early = browser.get(f"/episodes/{story.earlier.number}/results").get_data(as_text=True)
    assert "结果还没有公布" in early
    assert "80.0" not in early
    story.office.publish(later)
    for number in (story.earlier.number, later.number):
        page = browser.get(f"/episodes/{number}/results").get_data(as_text=True)
        section = page[page.index('aria-labelledby="again"') :].split("</section>")[0]
        assert "30.0" in section
        assert "80.0" in section
        assert section.count("人评</span>") == 2
        assert "评的人不一样" in section
        assert "不单独成一类" in section


def test_an_invitation_says_nothing_of_grades(story: Story, people: People):
    resident = people.resident()
    story.agreed(resident)
    story.wish(resident.resident.id)
    matter = story.published()
    story.work()
    story.look_back(matter, story.later())
    story.work()
    notification_jobs.gather(story.polling.platform)
    story.work()
    sent = [one for one in people.outbox.messages(resident.phone) if one["kind"] == "notice"]
    assert len(sent) == 1
    assert not any(
        word in json.dumps(sent, ensure_ascii=False) for word in ("回头看", "低分", matter.reference)
    )
    with story.polling.platform.session() as session:
        assert session.query(Letter).filter(Letter.resident_id.is_not(None)).count() == 0
