"""Pledges: every wording that was shown is kept, and what was shown at a moment can be told."""

import threading
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from evalapp.approvals.rules.evidence import Verdict
from evalapp.core import clock, events
from evalapp.core.errors import Conflict, DomainError, Invalid, NotFound
from evalapp.core.permissions import Actor
from evalapp.core.platform import Platform
from evalapp.core.transaction import transaction
from evalapp.pledges import queries, services
from evalapp.pledges.events import PledgeShown, PledgeWithdrawn
from evalapp.pledges.models import PledgeVersion
from evalapp.units import services as unit_services
from tests.support.pledges import PledgeFactory, days
from tests.support.units import UnitFactory


def test_references_count_up_within_a_year(units: UnitFactory, pledges: PledgeFactory) -> None:
    unit = units.department()
    year = clock.today().year
    assert [pledges.pledge(unit).reference for _ in range(2)] == [f"PL-{year}-0001", f"PL-{year}-0002"]
    assert pledges.highlight(unit).reference == f"HL-{year}-0001"


def test_pledges_made_at_once_get_different_references(
    platform: Platform, session: Session, units: UnitFactory, pledges: PledgeFactory, writer: Actor
) -> None:
    made_of = [units.department() for _ in range(6)]
    start = threading.Barrier(len(made_of))

    def make(number: int) -> None:
        start.wait()
        with platform.transaction() as own:
            services.make_pledge(own, unit_id=made_of[number].id, wording=pledges.wording(), actor=writer)

    threads = [threading.Thread(target=make, args=(number,)) for number in range(len(made_of))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = [queries.shown_pledges(session, unit.id)[0].reference[-4:] for unit in made_of]
    assert sorted(found) == [f"{number:04}" for number in range(1, 7)]


def test_what_was_shown_at_a_moment_can_be_told(
    session: Session, units: UnitFactory, pledges: PledgeFactory, writer: Actor
) -> None:
    unit = units.department()
    start = clock.now()
    with time_machine.travel(start, tick=False):
        pledge = pledges.pledge(unit, title="发证", text="十五个工作日办结。", term=days(15))
    with time_machine.travel(start + timedelta(days=10), tick=False), transaction(session):
        services.reword_pledge(
            session,
            pledge_id=pledge.id,
            wording=pledges.wording(title="发证", text="十个工作日办结。", term=days(10)),
            reason="流程并联",
            actor=writer,
            seen_version=1,
        )
    with time_machine.travel(start + timedelta(days=20), tick=False), transaction(session):
        services.withdraw_pledge(session, pledge_id=pledge.id, reason="事项划转区审批局", actor=writer)

    def words(after: timedelta) -> list[str]:
        shown = queries.shown_for_unit(session, unit.id, at=start + after)
        return [each.text for each in shown.pledges]

    assert words(timedelta(seconds=-1)) == []
    assert words(timedelta(0)) == ["十五个工作日办结。"]
    assert words(timedelta(days=10, seconds=-1)) == ["十五个工作日办结。"]
    assert words(timedelta(days=10)) == ["十个工作日办结。"]
    assert words(timedelta(days=20)) == []
    assert queries.shown_for_unit(session, unit.id).pledges == []
    kept = queries.pledge_versions(session, pledge.id)
    assert [(v.number, v.written_by, v.reason) for v in kept] == [
        (2, "办公室主任", "流程并联"),
        (1, "办公室主任", ""),
    ]
    last = queries.shown_pledge(session, pledge.reference)
    assert (last.version, last.withdrawn_at) == (2, start + timedelta(days=20))


def test_evidence_shows_no_data_until_cases_are_monitored(
    session: Session, units: UnitFactory, pledges: PledgeFactory
) -> None:
    pledge = pledges.pledge(units.department())
    said = queries.shown_pledge(session, pledge.reference).evidence
    assert (said.verdict, said.term, said.mean) == (Verdict.NO_DATA, days(5), None)


def test_a_new_wording_needs_a_reason_and_the_same_wording_is_none(
    session: Session, units: UnitFactory, pledges: PledgeFactory, writer: Actor
) -> None:
    wording = pledges.wording()
    unit = units.department()
    with transaction(session):
        pledge = services.make_pledge(session, unit_id=unit.id, wording=wording, actor=writer)
    with transaction(session):
        services.reword_pledge(session, pledge_id=pledge.id, wording=wording, reason="", actor=writer)
    assert len(queries.pledge_versions(session, pledge.id)) == 1
    with pytest.raises(Invalid) as refusal, transaction(session):
        services.reword_pledge(
            session, pledge_id=pledge.id, wording=pledges.wording(), reason=" ", actor=writer
        )
    assert refusal.value.field == "reason"


def test_two_who_reword_at_once_make_one_new_wording(
    platform: Platform, session: Session, units: UnitFactory, pledges: PledgeFactory, writer: Actor
) -> None:
    pledge = pledges.pledge(units.department())
    start = threading.Barrier(2)
    refused: list[DomainError] = []

    def reword() -> None:
        start.wait()
        try:
            with platform.transaction() as own:
                services.reword_pledge(
                    own,
                    pledge_id=pledge.id,
                    wording=pledges.wording(),
                    reason="同时改",
                    actor=writer,
                    seen_version=1,
                )
        except DomainError as error:
            refused.append(error)

    threads = [threading.Thread(target=reword) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [error.status for error in refused] == [409]
    assert len(queries.pledge_versions(session, pledge.id)) == 2


def test_the_database_holds_one_wording_as_the_newest(
    session: Session, units: UnitFactory, pledges: PledgeFactory
) -> None:
    """The planted defect is a service that forgot to end the wording before."""
    pledge = pledges.pledge(units.department())
    with pytest.raises(IntegrityError), transaction(session):
        session.add(
            PledgeVersion(
                pledge_id=pledge.id,
                number=2,
                title="又一个",
                text="又一个",
                shown_from=clock.now(),
                written_by="谁",
                reason="忘了",
            )
        )


def test_a_withdrawn_pledge_is_kept_and_not_changed(
    session: Session, units: UnitFactory, pledges: PledgeFactory, writer: Actor
) -> None:
    pledge = pledges.pledge(units.department())
    with pytest.raises(Invalid), transaction(session):
        services.withdraw_pledge(session, pledge_id=pledge.id, reason="", actor=writer)
    for reason in ("事项取消", "第二次"):
        with transaction(session):
            services.withdraw_pledge(session, pledge_id=pledge.id, reason=reason, actor=writer)
    kept = queries.pledge_by_id(session, pledge.id)
    assert (kept.withdrawn_reason, kept.withdrawn_by) == ("事项取消", "办公室主任")
    with pytest.raises(Conflict, match="撤回"), transaction(session):
        services.reword_pledge(
            session, pledge_id=pledge.id, wording=pledges.wording(), reason="改", actor=writer
        )


def test_a_closed_unit_makes_no_pledges(
    session: Session, units: UnitFactory, pledges: PledgeFactory, officer: Actor
) -> None:
    unit = units.department()
    pledge = pledges.pledge(unit)
    with transaction(session):
        unit_services.close_unit(session, unit_id=unit.id, reason="改革", actor=officer)
    with pytest.raises(Conflict, match="关闭"):
        pledges.pledge(unit)
    with pytest.raises(Conflict, match="关闭"), transaction(session):
        services.withdraw_pledge(session, pledge_id=pledge.id, reason="改革", actor=officer)
    assert queries.shown_pledge(session, pledge.reference).withdrawn_at is None


def test_a_pledge_is_not_longer_than_the_law_allows(units: UnitFactory, pledges: PledgeFactory) -> None:
    with pytest.raises(Invalid, match="法定"):
        pledges.pledge(units.department(), term=days(21), statutory=days(20))


def test_a_term_says_what_it_measures(units: UnitFactory, pledges: PledgeFactory) -> None:
    with pytest.raises(Invalid) as refusal:
        pledges.pledge(units.department(), measured="")
    assert refusal.value.field == "measured"


def test_a_pledge_of_another_unit_does_not_exist(
    session: Session, units: UnitFactory, pledges: PledgeFactory
) -> None:
    mine, theirs = units.department(), units.department()
    pledge, highlight = pledges.pledge(theirs), pledges.highlight(theirs)
    assert queries.pledge_of_unit(session, pledge.reference, unit_id=theirs.id).id == pledge.id
    with pytest.raises(NotFound):
        queries.pledge_of_unit(session, pledge.reference, unit_id=mine.id)
    with pytest.raises(NotFound):
        queries.highlight_of_unit(session, highlight.reference, unit_id=mine.id)


def test_showing_and_withdrawing_are_told(
    session: Session, units: UnitFactory, pledges: PledgeFactory, writer: Actor
) -> None:
    told: list[events.Event] = []
    for kind in (PledgeShown, PledgeWithdrawn):
        events.subscribe(kind, lambda _session, event: told.append(event))
    pledge = pledges.pledge(units.department())
    with transaction(session):
        services.withdraw_pledge(session, pledge_id=pledge.id, reason="取消", actor=writer)
    assert told == [PledgeShown(pledge_id=pledge.id), PledgeWithdrawn(pledge_id=pledge.id)]


def test_the_list_of_pledges_comes_in_pieces(
    session: Session, units: UnitFactory, pledges: PledgeFactory, writer: Actor
) -> None:
    first, second = units.department(), units.department()
    made = [pledges.pledge(unit) for unit in (first, second, first, second, first)]
    with transaction(session):
        services.withdraw_pledge(session, pledge_id=made[2].id, reason="取消", actor=writer)
    seen: list[str] = []
    cursor = None
    while True:
        page = queries.pledges_page(session, limit=2, cursor=cursor)
        seen += [pledge.reference for pledge in page.items]
        cursor = page.next
        if cursor is None:
            break
    assert seen == [made[number].reference for number in (0, 1, 3, 4)]
    of_first = queries.pledges_page(session, unit_id=first.id)
    assert [pledge.id for pledge in of_first.items] == [made[0].id, made[4].id]
