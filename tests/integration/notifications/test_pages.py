"""Following on the pages and on one's own page; what lies on a desk, and who may see it."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from evalapp.accounts import vault_mail
from evalapp.accounts.models import Role
from evalapp.accounts.vault_mail import Owner
from evalapp.ballots.events import GradingExtended
from evalapp.core import clock, events
from evalapp.core.platform import Platform
from evalapp.notifications import services
from evalapp.notifications.models import Following, Letter, StaffNotice, Topic, TopicNews
from evalapp.programme.events import AiringPlanned
from evalapp.programme.models import Airing, Episode
from evalapp.supervision import services as supervision
from evalapp.units import services as units
from evalapp.units.models import Unit
from tests.support.accounts import Outbox, People, SignedInStaff
from tests.support.ballots import Polling
from tests.support.letters import Letters, work
from tests.support.matters import Matters
from tests.support.programme import Programme
from tests.support.units import OFFICER, UnitFactory
from tests.support.watchable import make_watchable


@pytest.fixture
def unit(platform: Platform) -> Unit:
    return UnitFactory(platform).department("区住建局")


def count(session: Session, kind: type) -> int:
    session.rollback()
    return session.scalars(select(func.count()).select_from(kind)).one()


def test_whoever_is_not_signed_in_is_asked_to(people: People, unit: Unit) -> None:
    page = people.client().get(f"/units/{unit.slug}").text
    assert f"/sign-in?next=/units/{unit.slug}" in page


def test_a_resident_follows_a_unit_and_stops(people: People, unit: Unit, session: Session) -> None:
    resident, here = people.resident(), f"/units/{unit.slug}"
    for _ in range(2):
        assert resident.browser.post(f"{here}/follow/on", page=here).status_code == 303
    assert count(session, Following) == 1
    assert "取消关注" in resident.browser.get(here).text
    mine = resident.browser.get("/me").text
    assert unit.name in mine
    assert "还没有新进展" in mine
    assert resident.browser.get("/me/data.json").json["following"][0]["title"] == unit.name
    assert resident.browser.post(f"{here}/follow/off", page=here).status_code == 303
    assert count(session, Following) == 0
    assert unit.name not in resident.browser.get("/me").text


def test_another_resident_sees_nothing_of_it(people: People, unit: Unit) -> None:
    follower, other, here = people.resident(), people.resident(), f"/units/{unit.slug}"
    follower.browser.post(f"{here}/follow/on", page=here)
    assert "取消关注" not in other.browser.get(here).text
    assert unit.name not in other.browser.get("/me").text


def test_an_episode_is_followed_and_its_news_comes_to_the_page_and_the_telephone(
    people: People, polling: Polling, outbox: Outbox, platform: Platform, session: Session
) -> None:
    resident, episode = people.resident(), polling.announce()
    make_watchable(platform, episode)
    here = f"/episodes/{episode.number}"
    resident.browser.post("/me/notices/on", page="/me")
    assert resident.browser.post(f"{here}/follow/on", page=here).status_code == 303
    with platform.transaction() as inside:
        events.emit(inside, GradingExtended(episode_id=episode.id, closes_at=clock.now()))
    work(platform)
    mine = resident.browser.get("/me").text
    assert episode.title in mine
    assert "评议延长了" in mine
    [notice] = [one for one in outbox.messages(resident.phone) if one["kind"] == "notice"]
    assert episode.title not in notice["text"]
    topic_id = session.scalars(select(Topic.id)).one()
    assert resident.browser.post(f"/following/{topic_id}/off", page="/me").status_code == 303
    assert episode.title not in resident.browser.get("/me").text


def test_who_follows_a_unit_hears_once_that_it_has_a_new_episode(
    people: People, platform: Platform, outbox: Outbox, session: Session
) -> None:
    programme, resident = Programme(platform, UnitFactory(platform)), people.resident()
    episode = programme.planned()
    with platform.session() as inside:
        slug = inside.get_one(Unit, episode.unit_id).slug
    resident.browser.post("/me/notices/on", page="/me")
    resident.browser.post(f"/units/{slug}/follow/on", page=f"/units/{slug}")
    programme.airing(episode)
    work(platform)
    with platform.transaction() as inside:  # a repeat
        airing_id = inside.scalars(select(Airing.id)).one()
        events.emit(inside, AiringPlanned(episode_id=episode.id, airing_id=airing_id))
    work(platform)
    assert len([one for one in outbox.messages(resident.phone) if one["kind"] == "notice"]) == 1
    assert "有新一期节目" in resident.browser.get("/me").text


def test_a_topic_takes_the_name_that_its_subject_has_now(
    people: People, unit: Unit, platform: Platform
) -> None:
    resident, here = people.resident(), f"/units/{unit.slug}"
    resident.browser.post(f"{here}/follow/on", page=here)
    with platform.transaction() as session:
        units.edit_unit(session, unit_id=unit.id, name="区住房和城市更新局", actor=OFFICER)
    assert "区住房和城市更新局" in resident.browser.get("/me").text


def test_wishes_that_there_are_not_are_not_found(people: People, unit: Unit) -> None:
    resident, here = people.resident(), f"/units/{unit.slug}"
    assert resident.browser.post(f"{here}/follow/maybe", page=here).status_code == 404
    assert resident.browser.post("/me/rhythm/hourly", page="/me").status_code == 404


def test_a_resident_chooses_how_often(people: People) -> None:
    resident = people.resident()
    resident.browser.post("/me/notices/on", page="/me")
    assert "改成每天一封" in resident.browser.get("/me").text
    assert resident.browser.post("/me/rhythm/daily", page="/me").status_code == 303
    assert "每天 9 点发一封" in resident.browser.get("/me").text
    assert "有事就发" in resident.browser.get("/me").text


def member(people: People, platform: Platform, unit: Unit) -> SignedInStaff:
    person = people.at_desk(Role.UNIT)
    with platform.transaction() as session:
        units.assign_staff(session, unit_id=unit.id, staff_id=person.staff.id, actor=OFFICER)
    return person


def remind(platform: Platform, unit: Unit, *, key: str = "k", reference: str = "MT-2026-0042") -> bool:
    with platform.transaction() as session:
        return units.notify_desk(
            session,
            unit_id=unit.id,
            kind="reminder",
            reference=reference,
            path="/desk/unit/inbox",
            due_at=clock.now(),
            key=key,
        )


def test_a_notice_lies_on_its_units_desk_and_on_no_other(
    people: People, platform: Platform, unit: Unit, session: Session
) -> None:
    ours, colleague = member(people, platform, unit), member(people, platform, unit)
    theirs = member(people, platform, UnitFactory(platform).department("区教育局"))
    assert remind(platform, unit) is True
    assert remind(platform, unit) is False, "once by its key"
    assert "MT-2026-0042" in ours.browser.get("/desk/notices").text
    for other in (theirs, people.at_desk(Role.OFFICE), people.at_desk(Role.ADMINISTRATOR)):
        assert "MT-2026-0042" not in other.browser.get("/desk/notices").text
    notice_id = session.scalars(select(StaffNotice.id)).one()
    seen = f"/desk/notices/{notice_id}/seen"
    assert theirs.browser.post(seen, page="/desk/notices").status_code == 404
    assert colleague.browser.post(seen, page="/desk/notices").status_code == 303
    page = ours.browser.get("/desk/notices").text
    assert "没有新的提醒" in page
    assert colleague.staff.post in page


def test_a_notice_that_is_not_due_yet_lies_nowhere(people: People, platform: Platform) -> None:
    office = people.at_desk(Role.OFFICE)
    with platform.transaction() as session:
        services.notify_staff(
            session,
            role=Role.OFFICE,
            kind="reminder",
            reference="DBD-1",
            path="/",
            due_at=clock.now() + timedelta(hours=1),
            key="later",
        )
        services.notify_staff(
            session,
            staff_id=office.staff.id,
            kind="reminder",
            reference="DBD-2",
            path="/",
            due_at=clock.now(),
            key="now",
        )
    page = office.browser.get("/desk/notices").text
    assert "DBD-2" in page
    assert "DBD-1" not in page
    assert "DBD-2" not in people.at_desk(Role.OFFICE).browser.get("/desk/notices").text


def test_members_with_an_address_get_a_mail_that_says_nothing(
    people: People, platform: Platform, unit: Unit, letters: Letters, session: Session
) -> None:
    with_address, without = member(people, platform, unit), member(people, platform, unit)
    assert with_address.browser.post("/desk/notices/mail", {"address": "desk@example.org"}).status_code == 303
    letters.work()
    [asked] = letters.sent()
    path = asked["text"].split("http://127.0.0.1:8000", 1)[1].split(" ", 1)[0]
    assert people.client().post(path).status_code == 303
    assert "d***@example.org" in with_address.browser.get("/desk/notices").text
    remind(platform, unit)
    letters.work()
    mail = letters.sent()[-1]
    assert (mail["to"], mail["kind"]) == ("desk@example.org", "staff-notice")
    assert "MT-2026-0042" not in mail["text"] + mail["subject"]
    assert mail["headers"]["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert count(session, Letter) == 1, "nothing is kept for whoever has no address"
    removed = with_address.browser.post("/desk/notices/mail/remove", page="/desk/notices/mail")
    assert removed.status_code == 303
    session.rollback()
    assert vault_mail.confirmed(session, Owner(staff_id=with_address.staff.id)) is None
    assert "d***" not in without.browser.get("/desk/notices").text


def test_who_was_disabled_gets_no_mail(
    people: People, platform: Platform, letters: Letters, session: Session
) -> None:
    staff = people.staff(Role.OFFICE).staff
    with platform.transaction() as inside:
        address_id = vault_mail.ask(
            inside, platform.keys, owner=Owner(staff_id=staff.id), address="o@example.org", lang="zh"
        )
        vault_mail.confirm(inside, platform.keys, vault_mail.token_of(platform.keys, address_id))
        inside.execute(text("UPDATE staff SET disabled_at = created_at"))
        services.notify_staff(
            inside, role=Role.OFFICE, kind="x", reference="X", path="/", due_at=clock.now(), key="x"
        )
    letters.work()
    assert [one for one in letters.sent() if one["kind"] == "staff-notice"] == []


def test_a_planned_episode_can_be_followed_and_one_that_is_none_cannot(
    people: People, platform: Platform, session: Session
) -> None:
    planned = Programme(platform, UnitFactory(platform)).planned()
    resident = people.resident()
    assert resident.browser.post(f"/episodes/{planned.number + 1}/follow/on", page="/me").status_code == 404
    assert count(session, Topic) == 0
    assert resident.browser.post(f"/episodes/{planned.number}/follow/on", page="/me").status_code == 303
    assert count(session, Topic) == 1


def test_followers_share_one_topic(
    people: People, polling: Polling, platform: Platform, session: Session
) -> None:
    episode = polling.announce()
    make_watchable(platform, episode)
    here = f"/episodes/{episode.number}"
    for _ in range(2):
        assert people.resident().browser.post(f"{here}/follow/on", page=here).status_code == 303
    assert count(session, Topic) == 1
    assert session.scalars(select(Episode.id)).all() == [episode.id]


def test_a_matter_is_followed_on_its_page_and_one_that_was_withdrawn_is_named_to_nobody(
    people: People, matters: Matters, session: Session
) -> None:
    matter, resident = matters.question(), people.resident()
    here, address = f"/matters/{matter.reference}", f"/following/{matter.topic_id}"
    assert f"{address}/on" in resident.browser.get(here).text
    assert resident.browser.post(f"{address}/on", page=here).location == here
    assert f"{address}/off" in resident.browser.get(here).text
    matters.answered(matter)
    assert matter.title in resident.browser.get("/me").text
    matters.do(supervision.withdraw_matter, matter, reason="留言已不公开", actor=matters.officer())
    page = resident.browser.get("/me").text
    assert "已撤下的事项" in page
    assert matter.title not in page
    assert here not in page
    assert matter.title not in resident.browser.get("/me/data.json").text
    assert count(session, TopicNews) == 0
    assert people.resident().browser.post(f"{address}/on", page="/me").status_code == 404
    assert resident.browser.post(f"{address}/off", page="/me").status_code == 303
    assert "已撤下的事项" not in resident.browser.get("/me").text
    assert count(session, Following) == 0


def test_nothing_is_told_of_what_was_withdrawn_before_it_was_told(
    letters: Letters, matters: Matters, session: Session
) -> None:
    matter, reader = matters.question(), letters.reader()
    letters.follow(matter.topic_id, reader)
    matters.answered(matter)
    matters.do(supervision.withdraw_matter, matter, reason="留言已不公开", actor=matters.officer())
    letters.work()
    assert letters.sent() == []
    assert count(session, Letter) == 0
