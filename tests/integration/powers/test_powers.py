"""Drafting, publishing, changing and withdrawing powers; two people at once; what may not be published."""

import dataclasses
import uuid
from datetime import date
from typing import Any

import pytest
from sqlalchemy import event, func, select
from sqlalchemy.orm import Session

from evalapp.core.errors import Conflict, Invalid, NotFound
from evalapp.core.permissions import Actor
from evalapp.core.platform import Platform
from evalapp.core.transaction import transaction
from evalapp.powers import services
from evalapp.powers.models import KeptFlowchart, Power, PowerDraft
from evalapp.powers.queries import lists
from evalapp.powers.queries import power as one
from evalapp.powers.queries.lists import Wanted
from evalapp.powers.rules.kinds import Level, PowerKind, PowerState
from evalapp.powers.rules.text import LegalBasis
from tests.support.flowcharts import step, usual
from tests.support.powers import PowerFactory
from tests.support.units import UnitFactory


def publish(session: Session, power: Power, actor: Actor, **more: object) -> object:
    with transaction(session):
        return services.publish_power(session, power_id=power.id, reason="改", actor=actor, **more)


def test_a_draft_is_seen_by_nobody_outside_until_it_is_published(
    session: Session, units: UnitFactory, powers: PowerFactory, writer: Actor
) -> None:
    unit = units.department()
    power = powers.draft(unit)
    with pytest.raises(NotFound):
        one.shown_power(session, power.code)
    assert lists.powers_page(session, Wanted()).items == []
    publish(session, power, writer)
    shown = one.shown_power(session, power.code.lower())
    assert (shown.text.name, shown.version.number) == ("公共场所卫生许可", 1)
    assert shown.flowchart is not None
    assert shown.flowchart.chart == usual()
    assert session.get(PowerDraft, power.id) is None


def test_every_version_is_kept_whole_with_its_hash_and_its_time(
    session: Session, units: UnitFactory, powers: PowerFactory
) -> None:
    power = powers.published(units.department())
    powers.changed(power, promised=None, reason="不再承诺")
    powers.changed(power, promised=None)  # says the same: no new version
    past = one.versions(session, power.id)
    assert [(v.number, v.reason) for v in past] == [(2, "不再承诺"), (1, "")]
    assert past[0].fingerprint != past[1].fingerprint
    assert past[1].shown_until == past[0].shown_from
    whole = one.whole_versions(session, power.id, [1, 2])
    assert (whole[1].version.text.promised, whole[2].version.text.promised) != (None, None)
    with pytest.raises(NotFound):
        one.whole_versions(session, power.id, [3])


def test_who_did_not_see_the_newest_state_is_told_so(
    session: Session, units: UnitFactory, powers: PowerFactory, writer: Actor
) -> None:
    power = powers.draft(units.department())
    seen = session.get(PowerDraft, power.id).revision
    with transaction(session):
        services.save_draft(
            session, power_id=power.id, text=powers.text(post="局长"), actor=writer, seen_revision=seen
        )
    with pytest.raises(Conflict), transaction(session):
        services.save_draft(
            session, power_id=power.id, text=powers.text(post="主任"), actor=writer, seen_revision=seen
        )
    with pytest.raises(Conflict):
        publish(session, power, writer, seen_revision=seen)


@pytest.mark.parametrize(("field", "empty"), [("bases", ()), ("post", "")])
def test_without_basis_or_post_nothing_is_published(
    powers: PowerFactory, units: UnitFactory, field: str, empty: object
) -> None:
    with pytest.raises(Invalid) as refused:
        powers.published(units.department(), **{field: empty})
    assert refused.value.field == field


def test_a_flowchart_with_faults_can_be_kept_but_not_published(
    session: Session, units: UnitFactory, powers: PowerFactory, writer: Actor
) -> None:
    chart = usual()
    lost = dataclasses.replace(chart, steps=(*chart.steps, step("lost", title="走不到的一步")))
    power = powers.draft(units.department(), flowchart=lost)
    with pytest.raises(Invalid, match="走不到的一步"):
        publish(session, power, writer)


def test_a_term_of_the_steps_beyond_that_of_the_power_is_not_published(
    session: Session, units: UnitFactory, powers: PowerFactory, writer: Actor
) -> None:
    power = powers.draft(units.department(), promised=powers.text().statutory, statutory=None)
    publish(session, power, writer)
    short = dataclasses.replace(powers.text().promised, amount=5)
    with pytest.raises(Invalid, match="加起来是 8"):
        powers.changed(power, promised=short)


def test_relatives_are_read_by_their_keys_however_many_powers_there_are(
    platform: Platform, session: Session, units: UnitFactory, powers: PowerFactory
) -> None:
    """SQLite once walked through every published power for them; PostgreSQL plans by the size of the table."""
    if platform.engine.dialect.name != "sqlite":
        pytest.skip("its plan says nothing for a table of one row")
    power = powers.published(units.department())
    plans: list[str] = []

    def explain(_connection: object, cursor: Any, statement: str, values: Any, *_rest: object) -> None:
        if "UNION ALL" in statement:
            plans.extend(str(row) for row in cursor.execute(f"EXPLAIN QUERY PLAN {statement}", values))

    event.listen(platform.engine, "before_cursor_execute", explain)
    one.relatives(session, power)
    event.remove(platform.engine, "before_cursor_execute", explain)
    assert plans
    assert not [line for line in plans if "state" in line]


def test_the_tree_has_three_levels_of_one_kind_and_unit(
    session: Session, units: UnitFactory, powers: PowerFactory, writer: Actor
) -> None:
    unit, other = units.department(), units.department()
    main = powers.published(unit)
    sub = powers.draft(unit, parent=main.code, code=f"{main.code}-01")
    item = powers.draft(unit, parent=sub.code, code=f"{main.code}-01-01")
    assert [each.depth for each in (main, sub, item)] == list(Level)
    with pytest.raises(Invalid, match="办理项下面"):
        powers.draft(unit, parent=item.code)
    with pytest.raises(Invalid, match="没有编码"):
        powers.draft(other, parent=main.code)
    with pytest.raises(Invalid, match="类别要和主项一样"):
        powers.draft(unit, parent=main.code, kind=PowerKind.PENALTY)
    with pytest.raises(Conflict, match="先公布"):
        publish(session, item, writer)
    publish(session, sub, writer)
    publish(session, item, writer)
    found = one.relatives(session, session.get(Power, sub.id))
    assert ([p.code for p in found.above], [p.code for p in found.below]) == ([main.code], [item.code])
    assert [p.code for p in one.relatives(session, session.get(Power, item.id)).above] == [
        main.code,
        sub.code,
    ]
    with pytest.raises(Conflict, match="先撤回"), transaction(session):
        services.withdraw_power(session, power_id=sub.id, reason="取消", actor=writer)


def test_a_code_belongs_to_one_power_and_says_its_kind(units: UnitFactory, powers: PowerFactory) -> None:
    unit = units.department()
    code = powers.published(unit).code
    with pytest.raises(Conflict, match="已经有一项"):
        powers.draft(unit, code=code)
    with pytest.raises(Invalid, match="应是 CF"):
        powers.draft(unit, code="99010100JT-XK-9001", kind=PowerKind.PENALTY)
    for wrong in ("", "1", "9901010JT-XK-0001", "99010100JT-XK-0001-1", "99010100jt-xk-0001-01-01-01"):
        with pytest.raises(Invalid, match="格式不对"):
            powers.draft(unit, code=wrong or " ")


def test_a_withdrawn_power_stays_readable_and_is_not_changed(
    session: Session, units: UnitFactory, powers: PowerFactory, writer: Actor
) -> None:
    power = powers.published(units.department())
    with pytest.raises(Invalid), transaction(session):
        services.withdraw_power(session, power_id=power.id, reason=" ", actor=writer)
    for _ in range(2):
        with transaction(session):
            services.withdraw_power(session, power_id=power.id, reason="划转到市级", actor=writer)
    shown = one.shown_power(session, power.code)
    assert (shown.power.state, shown.power.withdrawn_reason) == (PowerState.WITHDRAWN, "划转到市级")
    with pytest.raises(Conflict, match="已经撤回"):
        powers.changed(power)
    assert lists.powers_page(session, Wanted()).items == []
    assert len(lists.powers_page(session, Wanted(state=PowerState.WITHDRAWN)).items) == 1


def test_a_discarded_draft_takes_its_flowchart_along(
    session: Session, units: UnitFactory, powers: PowerFactory, writer: Actor
) -> None:
    power = powers.draft(units.department())
    with transaction(session):
        services.discard_draft(session, power_id=power.id, actor=writer)
    assert session.scalar(select(func.count()).select_from(Power)) == 0
    assert session.scalar(select(func.count()).select_from(KeptFlowchart)) == 0
    with pytest.raises(NotFound), transaction(session):
        services.discard_draft(session, power_id=uuid.uuid4(), actor=writer)


def test_powers_that_say_the_same_share_their_flowchart(
    session: Session, units: UnitFactory, powers: PowerFactory
) -> None:
    unit = units.department()
    first, second = powers.published(unit), powers.published(unit)
    again = dataclasses.replace(
        usual(), steps=tuple(dataclasses.replace(s, title=s.title[::-1]) for s in usual().steps)
    )
    powers.published(unit, flowchart=again)
    kept = session.scalars(select(KeptFlowchart)).all()
    assert (
        one.shown_power(session, first.code).flowchart.id
        == one.shown_power(session, second.code).flowchart.id
    )
    assert len(kept) == 2
    assert kept[0].outline == kept[1].outline
    assert kept[0].wide == kept[1].wide


def test_a_list_is_filtered_by_unit_kind_words_letters_and_code(
    session: Session, units: UnitFactory, powers: PowerFactory
) -> None:
    unit, other = units.department(), units.department()
    permit = powers.published(unit, name="施工许可证核发")
    fine = powers.published(unit, name="对未取得施工许可擅自施工的处罚", kind=PowerKind.PENALTY)
    far = powers.published(other, name="100%_奖励 A/B", kind=PowerKind.REWARD)

    def found(**wanted: object) -> set[str]:
        return {power.code for power in lists.powers_page(session, Wanted(**wanted)).items}

    assert found() == {permit.code, fine.code, far.code}
    assert found(unit_id=unit.id) == {permit.code, fine.code}
    assert found(kind=PowerKind.PENALTY) == {fine.code}
    assert found(text="施工许可") == {permit.code, fine.code}
    assert found(text="SGXKZ") == {permit.code}
    assert found(text=fine.code.lower()) == {fine.code}
    assert found(text="%_") == found(text="a/b") == {far.code}
    assert found(text="没有") == set()
    seen = lists.overview(session)
    assert (seen.total, seen.by_unit[None][PowerKind.REWARD], seen.by_kind[None][unit.id]) == (3, 1, 2)
    assert seen.by_kind[PowerKind.REWARD] == {other.id: 1}
    assert {each.id for each in seen.units} == {unit.id, other.id}
    first = lists.powers_page(session, Wanted(), limit=2)
    rest = lists.powers_page(session, Wanted(), limit=2, cursor=first.next)
    assert len({p.code for p in [*first.items, *rest.items]}) == 3
    with pytest.raises(Invalid):
        lists.powers_page(session, Wanted(), cursor="x")


def test_a_basis_ends_with_its_last_day(units: UnitFactory, powers: PowerFactory, session: Session) -> None:
    basis = LegalBasis(law="《办法》", from_on=date(2020, 1, 1), until_on=date(2026, 12, 31))
    power = powers.published(units.department(), bases=(basis,))
    assert session.get(Power, power.id).basis_ends_on == date(2026, 12, 31)
    assert basis.is_in_force(date(2026, 12, 31))
    assert not basis.is_in_force(date(2027, 1, 1))
    assert not basis.is_in_force(date(2019, 12, 31))
