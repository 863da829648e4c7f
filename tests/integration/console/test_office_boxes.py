"""The office runs boxes on its desk: one person proposes, another confirms."""

import re

import pytest
from sqlalchemy import func, select, update

from evalapp.accounts.models import Role
from evalapp.ballots.models import Grading, PanelInvitation, TwoPersonAct
from evalapp.ballots.services import closing
from evalapp.core import clock
from evalapp.programme.models import Episode


@pytest.fixture
def episode(polling):
    """An announced episode that can be watched, with thirty ballots."""
    made = polling.announce()
    for voter in polling.voters(30):
        polling.cast(made, voter, (5, 4, 3))
    return made


def close(polling, episode):
    grading = polling.grading(episode)
    with polling.platform.transaction() as session:
        session.execute(update(Grading).where(Grading.id == grading.id).values(closes_at=clock.now()))
        session.execute(update(Episode).where(Episode.id == episode.id).values(closes_at=clock.now()))
    with polling.platform.transaction() as session:
        closing.close(session, grading.id)


def waiting(polling):
    with polling.platform.session() as session:
        return session.scalars(select(TwoPersonAct.id).where(TwoPersonAct.confirmed_at.is_(None))).one()


def test_a_result_goes_public_by_two_people_at_two_desks(polling, people, episode):
    one, two = people.at_desk(Role.OFFICE), people.at_desk(Role.OFFICE)
    base = f"/desk/office/boxes/{episode.number}"
    assert "评议中" in one.browser.get("/desk/office/boxes").get_data(as_text=True)
    close(polling, episode)
    for step in ("count", "prepare", "publish"):
        assert one.browser.post(f"{base}/{step}", page=base).status_code == 303, step
    act = waiting(polling)
    own = one.browser.get(base).get_data(as_text=True)
    assert "由你提出" in own
    refused = one.browser.post(f"{base}/acts/{act}/confirm", page=base)
    assert refused.status_code == 403
    assert "提出的人不能自己确认" in refused.get_data(as_text=True)
    assert two.browser.post(f"{base}/acts/{act}/confirm", page=base).status_code == 303
    shown = people.client().get(f"/episodes/{episode.number}/results")
    assert "80.0<small>" in shown.get_data(as_text=True)


def test_an_open_box_shows_no_score_and_a_rounded_turnout(polling, people, episode):
    office = people.at_desk(Role.OFFICE)
    grading = polling.grading(episode)
    with polling.platform.transaction() as session:
        closing.refresh_turnout(session, grading.id)
    page = office.browser.get(f"/desk/office/boxes/{episode.number}").get_data(as_text=True)
    assert "约 20 张" in page
    assert "dk-score" not in page
    refused = office.browser.post(
        f"/desk/office/boxes/{episode.number}/count", page=f"/desk/office/boxes/{episode.number}"
    )
    assert refused.status_code == 409


def test_extending_asks_for_a_reason_and_keeps_what_was_typed(polling, people, episode):
    office = people.at_desk(Role.OFFICE)
    base = f"/desk/office/boxes/{episode.number}"
    typed = {"extend-closes_at": "2039-01-02T03:04"}
    refused = office.browser.post(f"{base}/extend", typed, page=base)
    assert refused.status_code == 422
    text = refused.get_data(as_text=True)
    assert "请写明理由" in text
    assert "2039-01-02T03:04" in text
    done = office.browser.post(f"{base}/extend", typed | {"extend-reason": "停电两小时"}, page=base)
    assert done.status_code == 303
    page = office.browser.get(base).get_data(as_text=True)
    assert "停电两小时" in page
    assert "延长到 1 月 2 日 03:04" in page, "the hour that was typed, not the record's"


def test_a_void_box_stays_void_and_the_desk_says_what_to_do_instead(polling, people, episode):
    one, two = people.at_desk(Role.OFFICE), people.at_desk(Role.OFFICE)
    base = f"/desk/office/boxes/{episode.number}"
    assert "作废不能收回" in one.browser.get(base).get_data(as_text=True)
    one.browser.post(f"{base}/void", {"void-reason": "播出中断"}, page=base)
    two.browser.post(f"{base}/acts/{waiting(polling)}/confirm", page=base)
    page = one.browser.get(base).get_data(as_text=True)
    assert "播出中断" in page
    link = f"/desk/office/episodes/new?after={episode.number}"
    assert f'href="{link}"' in page
    assert f'href="{link}"' in one.browser.get(f"/desk/office/episodes/{episode.number}").get_data(
        as_text=True
    )
    again = one.browser.post(f"{base}/announce", page=base)
    assert again.status_code == 409
    assert "新建一期" in again.get_data(as_text=True)
    offered = one.browser.get(link).get_data(as_text=True)
    assert f'value="{episode.title}"' in offered
    assert f'selected value="{episode.unit_id}"' in offered


def test_the_rules_are_announced_on_the_desk(polling, people):
    planned = polling.episode()
    office = people.at_desk(Role.OFFICE)
    base = f"/desk/office/boxes/{planned.number}"
    page = office.browser.get(base).get_data(as_text=True)
    assert "公布评议规则" in page
    data = {"announce-opens_at": "2038-01-01T09:00", "announce-closes_at": "2038-01-08T09:00"}
    assert office.browser.post(f"{base}/announce", data, page=base).status_code == 303
    assert len(polling.booth(planned).boxes) == 3


def test_the_panel_is_invited_by_number_and_no_number_is_kept(polling, people, episode):
    office = people.at_desk(Role.OFFICE)
    path = f"/desk/office/boxes/{episode.number}/panel"
    refused = office.browser.post(path, {"numbers": "+8612000000001\n12345"})
    assert refused.status_code == 422
    assert "第 2 行" in refused.get_data(as_text=True)
    assert office.browser.post(path, {"numbers": "12000000001\n+86 120 0000 0002\n"}).status_code == 303
    with polling.platform.session() as session:
        assert session.scalar(select(func.count()).select_from(PanelInvitation)) == 2
        assert not [row for row in session.scalars(select(PanelInvitation.person_id)) if "12000" in row]


def test_client_codes_are_printed_once(polling, people):
    unit = polling.unit()
    office = people.at_desk(Role.OFFICE)
    page = office.browser.post("/desk/office/client-codes", {"unit": unit.slug, "number": "3"})
    codes = re.findall(r"[0-9A-Z]{4}(?:-[0-9A-Z]{4}){3}", page.get_data(as_text=True))
    assert len(set(codes)) == 3
    assert (
        office.browser.post("/desk/office/client-codes", {"unit": unit.slug, "number": "0"}).status_code
        == 422
    )


@pytest.mark.parametrize("role", [Role.UNIT, Role.STATION, Role.AUDITOR, Role.ADMINISTRATOR])
def test_nobody_else_runs_boxes(people, episode, role):
    other = people.at_desk(role)
    for path in ("/desk/office/boxes", f"/desk/office/boxes/{episode.number}", "/desk/office/client-codes"):
        assert other.browser.get(path).status_code == 403
    assert (
        other.browser.post(
            f"/desk/office/boxes/{episode.number}/void", {"void-reason": "xx"}, page="/desk/password"
        ).status_code
        == 403
    )
