"""Events are taken in: each item answered, none twice, whatever their order; what is kept is what a replay would keep."""

import random
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import delete, select, text
from sqlalchemy.exc import DBAPIError

from evalapp.accounts import vault, vault_applicants
from evalapp.approvals.models import Case, CaseCard, CaseEventRow, CaseStep, EventAfterClosing, IntakeFeed
from evalapp.approvals.rules import facts
from evalapp.approvals.rules.kinds import CaseState, Channel, Colour, EventKind, Trigger
from evalapp.approvals.rules.reckoning import lamp
from evalapp.core import clock
from tests.support.cases import Cases, moment
from tests.support.desk import Desks
from tests.support.histories import BEGINNINGS, history

PHONE = "+8612000000077"


def only(session, model):
    session.rollback()
    return session.scalars(select(model)).one()


def whole_life(cases: Cases, number: str = "A-1", day: str = "2026-03-02") -> list[dict]:
    return [
        cases.event("submitted", number, f"{day} 09:00", applicant={"name": "示例人", "phone": PHONE}),
        cases.event("accepted", number, f"{day} 10:00", came_by="窗口", window="3 号"),
        cases.event("paused", number, f"{day} 11:00", ground="hearing"),
    ]


def test_a_case_is_what_its_events_say(cases: Cases, session) -> None:
    answer = cases.take(whole_life(cases))

    case = only(session, Case)
    assert answer.document() == {"accepted": 3, "duplicate": 0, "refused": []}
    assert (case.state, case.due_at, case.events, case.clock) == (CaseState.PAUSED, None, 3, Trigger.PROMISE)
    assert (case.came_by, case.window, case.reference) == ("窗口", "3 号", "BJ-2026-000001")

    cases.take([cases.event("resumed", "A-1", "2026-03-04 10:00")])

    session.rollback()
    case = only(session, Case)
    # promised 5 working days from Monday 2; 3 and 4 taken out: 5 6 9 10 11
    assert case.due_at == clock.end_of(moment("2026-03-11 00:00").date())
    assert lamp(case.yellow_at, case.red_at, moment("2026-03-11 12:00")).value == "warn"
    assert lamp(case.yellow_at, case.red_at, moment("2026-03-12 00:00")).value == "bad"


def test_name_and_number_go_into_the_vault_and_nowhere_else(cases: Cases, session, platform) -> None:
    cases.take(whole_life(cases))

    case = only(session, Case)
    known = vault_applicants.known(session, platform.keys, case.applicant_id)
    assert (known.name, known.number) == ("示例人", PHONE)
    assert case.person_id == vault.person_id(platform.keys, PHONE)
    assert case.applicant_shown == "示**"
    assert all("示例人" not in str(row.detail) for row in session.scalars(select(CaseEventRow)))


def test_a_name_does_not_turn_a_page_around(cases: Cases, session) -> None:
    name = {"name": "\u200b\u202e示例人"}
    cases.take([cases.event("submitted", "A-1", "2026-03-02 09:00", applicant=name, window="\u202e3 号")])
    case = only(session, Case)
    assert (case.applicant_shown, case.window) == ("示**", "3 号")


def test_the_same_events_again_are_duplicates_and_change_nothing(cases: Cases, session) -> None:
    events = whole_life(cases)
    cases.take(events)
    answer = cases.take([*events, events[0]])

    assert answer.document() == {"accepted": 0, "duplicate": 4, "refused": []}
    assert only(session, Case).events == 3


def test_every_bad_item_is_answered_and_the_rest_is_taken(cases: Cases, session) -> None:
    good = whole_life(cases)
    cases.take(good[:1])
    other = cases.items.published(cases.unit)
    strange = cases.event("accepted", "B-1", "2026-03-02 09:30")
    deep: list = []
    for _ in range(2_000):
        deep = [deep]
    bad = [
        (cases.event("accepted", "B-2", "2026-03-02 11:11:01"), "future"),
        (strange | {"item": "99010100JT-XK-9999-B01"}, "unknown-item"),
        (strange | {"id": "x1", "case": "A-1", "item": other.code}, "other-item"),
        (good[0] | {"kind": "accepted"}, "other-content"),
        ("no item", "malformed"),
        (strange | {"surprise": 1}, "malformed"),
        (strange | {"id": "x2", "kind": "eaten"}, "unknown-kind"),
        (strange | {"id": "x3", "occurred_at": "2026-03-02T09:00:00"}, "bad-time"),
        (strange | {"id": "x4", "applicant": {"phone": "123"}}, "bad-number"),
        (strange | {"id": "x5", "reason": "a\ud800"}, "malformed"),
        (strange | {"id": "x6", "window": "a\x7f"}, "malformed"),
        (strange | {"id": "x7", "reason": deep}, "malformed"),
        (strange | {"id": "x8", "occurred_at": deep}, "bad-time"),
    ]

    answer = cases.take([*good, *(item for item, _ in bad)], at="2026-03-02 11:01")

    assert [(each.index, each.code) for each in answer.refused] == [
        (3 + place, code) for place, (_, code) in enumerate(bad)
    ]
    assert (answer.accepted, answer.duplicate) == (2, 1)


def test_a_case_closed_long_ago_takes_nothing_more_but_a_complaint(cases: Cases, session) -> None:
    cases.take(
        [
            cases.event("submitted", "A-1", "2026-03-02 09:00"),
            cases.event("refused", "A-1", "2026-03-02 10:00", reason="不属本机关职权"),
        ]
    )
    soon = cases.take(
        [cases.event("accepted", "A-1", "2026-03-02 11:00")]
    )  # within the grace: kept, does not fit
    late = cases.take(
        [
            cases.event("accepted", "A-1", "2026-03-05 09:00"),
            cases.event("complained", "A-1", "2026-03-05 09:00"),
        ]
    )

    assert (soon.accepted, only(session, Case).misfits) == (1, 1)
    assert [each.code for each in late.refused] == ["case-closed"]
    assert late.accepted == 1
    assert only(session, Case).state is CaseState.REFUSED


def test_what_comes_long_after_closing_is_kept_to_be_read_by_its_unit_and_the_office(
    cases: Cases, desks: Desks, session
) -> None:
    begun = cases.event("submitted", "A-1", "2026-03-02 09:00")
    cases.take([begun, cases.event("refused", "A-1", "2026-03-02 10:00", reason="不属本机关职权")])
    stray = cases.event("paused", "A-1", "2026-03-05 09:00", applicant={"name": "示例人", "phone": PHONE})
    for _ in range(2):
        answer = cases.take([stray])
        assert [each.code for each in answer.refused] == ["case-closed"]

    kept, case = only(session, EventAfterClosing), only(session, Case)
    assert (kept.case_id, kept.source_id, kept.kind) == (case.id, stray["id"], EventKind.PAUSED)
    assert (case.events, kept.detail) == (2, {})
    pages = {"/desk/office/feeds": desks.office(), "/desk/unit/cases/feed": desks.unit(cases.unit)}
    for address, desk in pages.items():
        page = desk.browser.get(address).get_data(as_text=True)
        assert page.count(f">{case.reference}</a>") == 1, address
        assert "暂停计时" in page, address


def test_events_are_never_changed_or_deleted(cases: Cases, session, platform) -> None:
    cases.take(whole_life(cases))
    for statement in ("UPDATE case_events SET kind = 'accepted'", "DELETE FROM case_events"):
        with pytest.raises(DBAPIError), platform.transaction() as other:
            other.execute(text(statement))


def test_an_event_that_comes_later_takes_a_card_back(cases: Cases, session) -> None:
    """The acceptance seemed late until the feed, within its grace, said that it was not."""
    cases.take([cases.event("submitted", "A-1", "2026-03-02 09:00")])
    cases.take([cases.event("resumed", "A-1", "2026-03-10 01:00")])
    late = select(CaseCard).where(CaseCard.trigger == Trigger.ACCEPTANCE)
    assert [card.colour for card in session.scalars(late)] == [Colour.RED]

    cases.take([cases.event("accepted", "A-1", "2026-03-09 17:00")], at="2026-03-10 02:00")

    session.rollback()
    assert [card.gone_at for card in session.scalars(late)] == [moment("2026-03-10 02:00")]
    assert only(session, Case).red_at is None or only(session, Case).red_at > moment("2026-03-10 02:00")


def test_a_feed_is_known_by_when_it_spoke_last(cases: Cases, session) -> None:
    cases.take(whole_life(cases), at="2026-03-02 11:30")
    cases.take(
        [cases.event("resumed", "A-1", "2026-03-02 11:40")], channel=Channel.DESK, at="2026-03-02 11:41"
    )
    feed = only(session, IntakeFeed)
    assert (feed.last_received_at, feed.events, feed.batches) == (moment("2026-03-02 11:30"), 3, 1)


def histories(cases: Cases, number: int) -> list[tuple[dict, object, Channel]]:
    """Random events of many cases with the moment at which each arrives, in that order."""
    found = []
    for seed in range(number):
        rng = random.Random(seed)
        for each in history(rng):
            said = cases.event(
                each["kind"],
                f"H-{seed}",
                moment(each["occurred"].isoformat()),
                reason=each["reason"],
                days=each["days"],
                ground=each["ground"],
                joint=each["joint"],
                granted=each["granted"],
                approved_by=each["approved_by"],
                unlisted=each["unlisted"],
            )
            found.append((said, moment(each["received"].isoformat()), Channel(each["channel"])))
    return sorted(found, key=lambda each: (each[1], each[0]["id"]))


def everything(session) -> dict[str, object]:
    """What is kept of cases, without keys that are drawn anew."""
    session.rollback()
    left_out = {"id", "case_id", "applicant_id", "basis_id", "made_at", "reference"}
    found: dict[str, object] = {}
    numbers = dict(session.execute(select(Case.id, Case.number)).all())
    for model in (Case, CaseEventRow, CaseStep, CaseCard):
        rows = []
        for row in session.scalars(select(model)):
            names = [column.key for column in model.__table__.columns if column.key not in left_out]
            key = numbers[row.id if model is Case else row.case_id]
            rows.append((key, *(str(getattr(row, name)) for name in names)))
        found[model.__name__] = sorted(rows)
    return found


def emptied(platform) -> None:
    with platform.transaction() as session:
        postgres = session.get_bind().dialect.name == "postgresql"
        name = "case_events_unchanged" if postgres else "case_events_undeleted"
        if postgres:
            session.execute(text(f"ALTER TABLE case_events DISABLE TRIGGER {name}"))
        else:
            session.execute(text(f"DROP TRIGGER IF EXISTS {name}"))
        for model in (CaseCard, CaseStep, CaseEventRow, EventAfterClosing, Case):
            session.execute(delete(model))
        if postgres:
            session.execute(text(f"ALTER TABLE case_events ENABLE TRIGGER {name}"))


def kept_and_replayed(
    cases: Cases, session, number: int, *, between: Callable[[], object] = lambda: None
) -> tuple[dict[str, object], dict[str, object]]:
    """What is kept of histories, one by one as they came; and of all of it replayed with its recorded moments."""
    arriving = histories(cases, number)
    for said, at, channel in arriving:
        cases.take([said], at=at, channel=channel)
    once = everything(session)
    rows = session.execute(
        select(CaseEventRow.source_id, CaseEventRow.received_at, CaseEventRow.channel)
    ).all()
    recorded = {row.source_id: row for row in rows}
    emptied(cases.platform)
    between()
    for said, _, _ in arriving:
        row = recorded.get(said["id"])
        if row is not None:
            cases.take([said], at=row.received_at, channel=row.channel)
    return once, everything(session)


def test_one_by_one_and_by_replay_the_same_is_kept(cases: Cases, session) -> None:
    once, again = kept_and_replayed(cases, session, 20)
    assert again == once


def test_a_replay_that_believes_what_is_claimed_is_noticed(cases: Cases, session, monkeypatch) -> None:
    """The planted defect: what was late when it came is judged anew, and is not."""

    def believing(occurred_at, *_more, **_rules):
        return facts.Timed(counted_at=occurred_at, is_late=False)

    once, again = kept_and_replayed(
        cases, session, 6, between=lambda: monkeypatch.setattr(facts, "timed", believing)
    )
    assert again != once


def test_within_the_grace_batches_in_another_order_keep_the_same(cases: Cases, session, platform) -> None:
    rng = random.Random(5)
    begin = BEGINNINGS[0] + timedelta(days=1)
    events = [
        cases.event(kind, f"G-{number}", moment((begin + timedelta(minutes=7 * place)).isoformat()))
        for number in range(12)
        for place, kind in enumerate(rng.sample(("submitted", "accepted", "decided", "delivered"), 4))
    ]
    at = moment((begin + timedelta(hours=3)).isoformat())
    kept = []
    for _ in range(2):
        rng.shuffle(events)
        for piece in (events[:20], events[20:]):
            cases.take(piece, at=at)
        kept.append(everything(session))
        emptied(platform)
    assert kept[0] == kept[1]
