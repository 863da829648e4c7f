"""Finding one's own case by number and code: within limits, and the same answer for whatever was wrong."""

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from evalapp.accounts.rules import Origin
from evalapp.approvals.models import Case
from evalapp.approvals.rules import tracing as rules
from evalapp.approvals.services import tracing
from evalapp.core import clock
from evalapp.core.errors import Invalid, TooMany
from tests.support.cases import Cases
from tests.support.units import UnitFactory

HERE, THERE = Origin(network="192.0.2.0/24"), Origin(network="198.51.100.0/24")


@pytest.fixture
def kept(cases: Cases, session) -> Case:
    """A case that was submitted a moment ago."""
    cases.take([cases.event("submitted", "A-1", clock.now() - timedelta(minutes=3))])
    return session.scalars(select(Case)).one()


def look_for(cases: Cases, number: str, code: str, origin: Origin = HERE):
    """A try as the page makes it: counted and kept, then evaluated."""
    keys = cases.platform.keys
    with cases.platform.transaction() as session:
        attempt = tracing.count_try(session, keys, number=number, origin=origin)
    with cases.platform.transaction() as session:
        return tracing.find(session, keys, attempt, number=number, code=code).id


def code_of(cases: Cases, case: Case) -> str:
    return tracing.code_of(cases.platform.keys, case.reference)


@pytest.mark.parametrize("spelt", ["{reference}", " {lower} ", "A-1", "Ａ－１"])
def test_a_case_is_found_by_its_reference_and_by_the_units_own_number(cases, kept, spelt: str) -> None:
    number = spelt.format(reference=kept.reference, lower=kept.reference.lower())
    code = code_of(cases, kept)
    assert look_for(cases, number, code) == kept.id
    assert look_for(cases, number, f" {code[:4]} {code[4:]}") == kept.id


def test_codes_are_eight_digits_and_another_installation_has_others(cases, kept, tmp_path) -> None:
    references = [f"BJ-2026-{number:06}" for number in range(200)]
    codes = {tracing.code_of(cases.platform.keys, each) for each in references}
    assert len(codes) == 200
    assert all(len(code) == rules.CODE_DIGITS and code.isdecimal() for code in codes)
    other = type(cases.platform.keys)(tmp_path / "keys")
    assert codes.isdisjoint(tracing.code_of(other, each) for each in references)


def test_an_unknown_number_and_a_wrong_code_are_answered_alike(cases, kept) -> None:
    said = set()
    for number, code in [(kept.reference, "0" * 8), ("BJ-2026-999999", code_of(cases, kept)), ("A-1", "x")]:
        with pytest.raises(Invalid) as refused:
            look_for(cases, number, code)
        said.add((refused.value.message, refused.value.field, refused.value.status))
    assert len(said) == 1


def test_the_code_chooses_among_units_that_use_the_same_number(cases, kept, session) -> None:
    other = UnitFactory(cases.platform).department("另一个局")
    item = cases.items.published(other)
    event = cases.event("submitted", "A-1", clock.now() - timedelta(minutes=2)) | {"item": item.code}
    cases.take([event], unit=other)
    both = session.scalars(select(Case).order_by(Case.reference)).all()
    assert [look_for(cases, "A-1", code_of(cases, each)) for each in both] == [each.id for each in both]


@pytest.mark.parametrize("is_known", [True, False])
def test_five_wrong_tries_at_a_case_stop_one_network_and_nobody_else(cases, kept, is_known) -> None:
    number = kept.reference if is_known else "BJ-2026-999999"
    for _ in range(rules.FAILURES_HERE):
        with pytest.raises(Invalid):
            look_for(cases, number, "0" * 8)
    with pytest.raises(TooMany):
        look_for(cases, number.lower(), code_of(cases, kept))
    if is_known:
        assert look_for(cases, number, code_of(cases, kept), THERE) == kept.id
        with time_machine.travel(clock.now() + rules.THROTTLE_HERE + timedelta(seconds=1)):
            assert look_for(cases, number, code_of(cases, kept)) == kept.id


def test_one_network_does_not_try_a_code_at_many_cases(cases, kept) -> None:
    for number in range(rules.FAILURES_OF_A_NETWORK):
        with pytest.raises(Invalid):
            look_for(cases, f"BJ-2026-{900000 + number}", "0" * 8)
    with pytest.raises(TooMany):
        look_for(cases, kept.reference, code_of(cases, kept))
    carrier = Origin(network=HERE.network, is_carrier=True)
    assert look_for(cases, kept.reference, code_of(cases, kept), carrier) == kept.id


def test_many_networks_together_do_not_guess_at_one_case(cases, kept) -> None:
    for number in range(rules.FAILURES_OF_A_CASE):
        with pytest.raises(Invalid):
            look_for(cases, kept.reference, "0" * 8, Origin(network=f"203.0.113.{number}"))
    with pytest.raises(TooMany):
        look_for(cases, kept.reference, code_of(cases, kept), THERE)


def test_tries_that_found_a_case_stop_nobody(cases, kept) -> None:
    for _ in range(rules.FAILURES_HERE + 1):
        assert look_for(cases, kept.reference, code_of(cases, kept)) == kept.id
