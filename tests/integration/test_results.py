"""From a closed box to a published result: by two people, only from sealed ballots, forgotten in the end."""

import json
import random
import uuid
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import event, func, select, update
from sqlalchemy.exc import IntegrityError

from evalapp.audit.models import AuditEntry
from evalapp.ballots.keepers import KeyGone
from evalapp.ballots.models import BallotSignal, SealedBallot, TwoPersonAct
from evalapp.ballots.queries.gradings import default_profile
from evalapp.ballots.rules.grades import Dimension
from evalapp.ballots.services import announcing, casting, closing, standings
from evalapp.core import clock
from evalapp.core.errors import Conflict, Invalid, NotAllowed, NotFound
from evalapp.core.permissions import SYSTEM
from evalapp.programme.models import Episode
from evalapp.results.models import IntegrityFlag, Result, SetApart
from evalapp.results.queries import league, published
from evalapp.results.rules.integrity import Rule
from evalapp.results.services import opening, publishing
from evalapp.units.models import Unit
from tests.support.ballots import circumstances, submission


def vote(polling, episode, grades, *, times=1, device=None):
    for voter in polling.voters(times):
        polling.cast(episode, voter, grades)


def document(polling, episode):
    with polling.platform.session() as session:
        return published.published(session, episode.number).document


def test_a_result_follows_from_the_last_ballot_of_each_voter(polling, office):
    episode = polling.announce()
    vote(polling, episode, (5, 4, 3), times=30)
    changed, gone = polling.voters(2)
    polling.cast(episode, changed, (1, 1, 1))
    polling.cast(episode, changed, (5, 4, 3))
    polling.cast(episode, gone, (1, 1, 1))
    polling.withdraw(episode, gone)
    office.publish(episode)
    shown = document(polling, episode)
    resident = shown["counts"]["groups"]["resident"]
    assert resident["people"] == 31
    assert resident["dimensions"]["openness"] == {"5": 31, "4": 0, "3": 0, "2": 0, "1": 0, "unknown": 0}
    assert shown["score"]["index"]["mean"] == "80.00"
    assert shown["score"]["too_few"] == ["client", "panel"]


def test_an_open_box_is_not_counted_and_a_counted_one_not_twice(polling, office):
    episode = polling.announce()
    with pytest.raises(Conflict, match="截止"):
        office.count(polling.grading(episode))
    grading = office.close(episode)
    office.count(grading)
    with pytest.raises(Conflict, match="已经"):
        office.count(grading)


def test_counting_keeps_no_grade_and_an_unpublished_result_is_nobodys(polling, office):
    episode = polling.announce()
    vote(polling, episode, (5, 5, 5), times=30)
    grading = office.close(episode)
    office.count(grading)
    with polling.platform.session() as session:
        assert session.scalar(select(func.count()).select_from(Result)) == 0
    office.prepare(grading)
    with polling.platform.session() as session:
        with pytest.raises(NotFound):
            published.published(session, episode.number)
        assert league.league(session, 2026).classes == []


def test_one_person_cannot_publish(polling, office):
    episode = polling.announce()
    grading = office.close(episode)
    office.count(grading)
    with pytest.raises(Conflict):
        office.propose(grading)
    office.prepare(grading)
    act = office.propose(grading)
    with pytest.raises(NotAllowed):
        office.confirm(act, office.first)
    newcomer = polling.officer(approves_from=clock.now() + timedelta(days=1))
    with pytest.raises(NotAllowed):
        office.confirm(act, newcomer)
    with pytest.raises(NotAllowed):
        office.confirm(act, SYSTEM)
    office.confirm(act)
    with pytest.raises(Conflict):
        office.confirm(act, polling.officer())


def test_without_the_check_the_database_still_refuses_one_person(polling, office):
    """Planted defect: a service that forgot to compare is stopped by the constraint."""
    episode = polling.announce()
    grading = office.close(episode)
    office.count(grading)
    office.prepare(grading)
    act = office.propose(grading)
    forget = update(TwoPersonAct).values(confirmed_by=TwoPersonAct.proposed_by, confirmed_at=clock.now())
    with (
        polling.platform.transaction() as session,
        pytest.raises(IntegrityError, match="two_different_people"),
    ):
        session.execute(forget.where(TwoPersonAct.id == act.id))


def test_a_result_that_changed_after_it_was_proposed_is_proposed_anew(polling, office):
    episode = polling.announce()
    vote(polling, episode, (5, 5, 5), times=40)
    grading = office.close(episode)
    office.count(grading)
    office.prepare(grading)
    act = office.propose(grading)
    office.prepare(grading)
    with pytest.raises(Conflict):
        office.confirm(act)


def test_a_publication_starts_the_objection_term_and_ends_in_final(polling, office):
    episode = polling.announce()
    with time_machine.travel("2026-12-01 02:00:00+00:00"):  # a Tuesday
        office.publish(episode)
        with polling.platform.session() as session:
            stored = session.get_one(Episode, episode.id)
            assert clock.local(stored.final_at).isoformat() == "2026-12-16T00:00:00+08:00"
            assert stored.published_at is not None


def test_a_swapped_envelope_stops_the_count(polling, office):
    episode = polling.announce()
    vote(polling, episode, (5, 5, 5), times=3)
    with polling.platform.transaction() as session:
        one, two, _ = session.scalars(select(SealedBallot))
        one.envelope, two.envelope = two.envelope, one.envelope
    grading = office.close(episode)
    with pytest.raises(opening.BoxDamaged):
        office.count(grading)


@pytest.mark.parametrize("damage", ["delete", "sequence"])
def test_a_missing_ballot_stops_the_count(polling, office, damage):
    episode, voter = polling.announce(), polling.voter()
    polling.cast(episode, voter)
    polling.cast(episode, voter)
    with polling.platform.transaction() as session:
        first = session.scalars(select(SealedBallot).where(SealedBallot.sequence == 1)).one()
        if damage == "delete":
            session.execute(BallotSignal.__table__.delete().where(BallotSignal.ballot_id == first.id))
            session.delete(first)
        else:
            first.sequence = 3
    grading = office.close(episode)
    with pytest.raises(opening.BoxDamaged):
        office.count(grading)


def test_without_its_key_a_box_says_that_it_cannot_be_counted(polling, office):
    episode = polling.announce()
    grading = office.close(episode)
    (polling.keepers._folder(episode.reference) / "panel.key").unlink()
    with pytest.raises(KeyGone, match="panel"):
        office.count(grading)


def stuffed(polling):
    """Forty honest voters and twelve of one device who all give the lowest grades."""
    profile = default_profile().model_dump(mode="json")
    profile["integrity"]["burst_least"] = 1_000  # the test casts all within five minutes
    episode = polling.announce(season=polling.season(profile=profile))
    chance = random.Random(5)
    for place, voter in enumerate(polling.voters(40)):
        grades = tuple(chance.choice([5, 4, 3]) for _ in Dimension)
        cast_from(polling, episode, voter, grades, device=f"d{place}", address=f"10.0.{place}.1")
    for voter in polling.voters(12):
        cast_from(polling, episode, voter, (1, 1, 1), device="one", address="10.1.1.1")
    return episode


def cast_from(polling, episode, voter, grades, *, device, address):
    with polling.platform.transaction() as session:
        booth = polling.booths.of(session, episode.number)
        where = circumstances(f"{voter.person_id}", device=device, address=address)
        casting.cast(session, booth, submission(grades), voter=voter, circumstances=where)


def flagged_by(polling, rule):
    with polling.platform.session() as session:
        flags = session.scalars(select(IntegrityFlag).where(IntegrityFlag.rule == rule)).all()
        return [uuid.UUID(ballot) for flag in flags for ballot in flag.ballots]


def test_flags_alone_change_nothing_and_setting_apart_shows_both_scores(polling, office):
    episode = stuffed(polling)
    grading = office.close(episode)
    office.count(grading)
    suspects = flagged_by(polling, Rule.DEVICE)
    assert len(suspects) == 12
    office.prepare(grading)
    before = json.loads(office.prepare(grading).document)
    assert before["set_apart"]["number"] == 0
    assert float(before["flagged_shift"]) < -10
    assert office.set_apart(grading, suspects) == 12
    after = json.loads(office.prepare(grading).document)
    assert after["set_apart"]["by_reason"] == {"one-device": 12}
    assert float(after["score"]["index"]["mean"]) > float(after["score_with_set_apart"]["index"]["mean"])
    assert after["counts_with_set_apart"]["people"] == 52
    assert before["score"] == after["score_with_set_apart"]


def test_ballots_are_set_apart_only_for_listed_reasons_and_by_two(polling, office):
    episode = stuffed(polling)
    grading = office.close(episode)
    office.count(grading)
    suspects = flagged_by(polling, Rule.DEVICE)
    with pytest.raises(Invalid):
        office.set_apart(grading, suspects, reason="too-critical")
    with pytest.raises(Invalid):
        office.set_apart(grading, [])
    office.second = office.first
    with pytest.raises(NotAllowed):
        office.set_apart(grading, suspects)
    with polling.platform.session() as session:
        assert session.scalar(select(func.count()).select_from(SetApart)) == 0


def test_invited_people_and_clients_have_boxes_of_their_own(polling, office):
    episode = polling.announce()
    member, client, resident = polling.voters(3)
    with polling.platform.transaction() as session:
        stored = session.get_one(Episode, episode.id)
        standings.invite(session, stored, person_ids=[member.person_id], actor=SYSTEM)
        unit = session.get_one(Unit, stored.unit_id)
        (code,) = standings.print_client_codes(session, unit, number=1, secret=b"s" * 32, actor=SYSTEM)
    for voter in (member, client):
        with polling.platform.transaction() as session:
            if voter is client:
                standings.claim_code(
                    session, code.text.lower(), resident_id=voter.resident_id, secret=b"s" * 32
                )
    boxes = [
        polling.cast(episode, voter).receipt.box.rpartition(".")[2] for voter in (member, client, resident)
    ]
    assert boxes == ["panel", "client", "resident"]
    with polling.platform.transaction() as session, pytest.raises(Invalid):
        standings.claim_code(session, code.text, resident_id=resident.resident_id, secret=b"s" * 32)
    with polling.platform.transaction() as session:
        standings.invite(session, stored, person_ids=[resident.person_id], actor=SYSTEM)
    assert polling.cast(episode, resident).receipt.box.endswith(
        ".resident"
    )  # the first ballot fixed the group
    assert polling.cast(episode, client).receipt.box.endswith(".client")
    other = polling.announce(unit=unit)
    assert polling.cast(other, client).receipt.box.endswith(".resident")  # the code is used up


def test_extension_and_voiding_are_entries_by_two_people(polling, office):
    episode = polling.announce(days=1)
    grading = polling.grading(episode)
    later = grading.closes_at + timedelta(days=1)
    with polling.platform.transaction() as session:
        act = announcing.propose_extension(
            session, grading, closes_at=later, reason="停电", actor=office.first
        )
    with polling.platform.transaction() as session, pytest.raises(NotAllowed):
        announcing.confirm_extension(session, act.id, actor=office.first)
    with polling.platform.transaction() as session:
        announcing.confirm_extension(session, act.id, actor=office.second)
    with time_machine.travel(clock.now() + timedelta(days=1, hours=3)):
        assert polling.cast(episode, polling.voter())
    with polling.platform.transaction() as session:
        act = announcing.propose_voiding(session, grading, reason="停播", actor=office.first)
    with polling.platform.transaction() as session:
        announcing.confirm_voiding(session, act.id, actor=office.second)
    with time_machine.travel(clock.now() + timedelta(days=1, hours=4)), pytest.raises(Conflict, match="作废"):
        polling.cast(episode, polling.voter())
    with polling.platform.session() as session:
        assert session.get_one(Episode, episode.id).void_reason == "停播"
        acts = session.scalars(select(AuditEntry.action).order_by(AuditEntry.at)).all()
    assert {"box.extend.confirmed", "box.void.confirmed"} <= set(acts)


def test_what_ties_voters_to_ballots_is_forgotten_and_the_count_stands(polling, office):
    episode = polling.announce()
    vote(polling, episode, (5, 5, 5), times=30)
    result = office.publish(episode)
    folder = polling.keepers._folder(episode.reference)
    for days, gone in (
        (29, set()),
        (31, {"voter.secret", "signals.key"}),
        (91, {"panel.key", "resident.key"}),
    ):
        with polling.platform.session() as session:
            final_at = session.get_one(Episode, episode.id).final_at
        with time_machine.travel(final_at + timedelta(days=days)), polling.platform.transaction() as session:
            for grading_id in publishing.to_forget(session):
                publishing.forget(session, grading_id, keepers=polling.keepers)
        assert not {path.name for path in folder.iterdir()} & gone
    with polling.platform.session() as session:
        assert session.scalar(select(func.count()).select_from(BallotSignal)) == 0
        assert published.published(session, episode.number).result.document_hash == result.document_hash
        assert publishing.to_forget(session) == []


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


def test_turnout_is_told_in_steps_and_late(polling):
    episode = polling.announce()
    grading = polling.grading(episode)
    moment = clock.now()
    for number, minutes, told in ((19, 0, 0), (2, 5, 0), (0, 11, 20), (19, 15, 20), (1, 22, 40)):
        vote(polling, episode, (5, 5, 5), times=number)
        with (
            time_machine.travel(moment + timedelta(minutes=minutes)),
            polling.platform.transaction() as session,
        ):
            closing.refresh_turnout(session, grading.id)
        assert polling.grading(episode).turnout == told


@pytest.fixture
def published_episode(polling, office):
    episode = polling.announce(unit=polling.unit(rank_class="职能部门"))
    vote(polling, episode, (5, 4, 3), times=30)
    office.publish(episode)
    return episode


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
