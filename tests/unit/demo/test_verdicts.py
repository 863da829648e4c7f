"""What the demonstration's cases say of its pledges: every verdict is among them."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

import pytest

from evalapp.approvals.rules import profile
from evalapp.approvals.rules.counting import Counter
from evalapp.approvals.rules.evidence import Verdict, evidence, record_of
from evalapp.core.calendar import Pause, announced
from evalapp.core.terms import Basis, Term, TimeUnit
from evalapp.demo import applying
from evalapp.demo.applying import Item, Life, items_of, lives
from evalapp.demo.guides import planned
from evalapp.demo.scripts import units

PROFILE = profile.own()
COUNTER = Counter.of(announced(), PROFILE)
MONDAY = date(2026, 11, 16)
WEEKS = 8


def used(life: Life, term: Term) -> int | None:
    """What a decided case took; none of one that was not decided."""
    at: dict[str, datetime] = {said["kind"]: moment for moment, said in life.said}
    if not {"accepted", "decided"} <= at.keys():
        return None
    pauses = (
        [Pause(noticed_on=at["paused"].date(), resumed_on=at["resumed"].date())] if "paused" in at else []
    )
    return COUNTER.used(term, at["accepted"], at["decided"], pauses)


def verdict(tests: Sequence[Item], term: Term) -> Verdict:
    days = [MONDAY - timedelta(days=back) for back in range(7 * WEEKS)]
    took = [used(life, term) for item in tests for day in days for life in lives(item, day, announced())]
    return evidence(
        term, record_of(((one, 1, one) for one in took if one is not None), term), PROFILE.verdict
    ).verdict


def verdicts() -> set[Verdict]:
    """Those of all pledges."""
    codes = {guide["name"]: "99010100CG-XK-0001-B01" for guide in planned()}
    found = set()
    for unit in units():
        items = {item.name: item for item in items_of(unit.key, codes)}
        for title, _text, _measured, amount, of, basis, _statutory in unit.pledges:
            names = applying.content()["pledges"].get(title, ())
            term = Term(amount=amount, unit=TimeUnit(of), basis=Basis(basis))
            found.add(verdict([items[name] for name in names if name in items], term))
    return found


def test_pledges_show_every_verdict() -> None:
    assert verdicts() == set(Verdict)


def test_that_everybody_is_swift_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    swift = dict.fromkeys(applying._MANNERS, applying._MANNERS["swift"])
    monkeypatch.setattr(applying, "_MANNERS", swift)
    assert verdicts() != set(Verdict)
