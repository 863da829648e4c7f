"""Who may propose, confirm and drop what takes two people: the same from the service, at the desk and in a terminal."""

import itertools
import uuid

import pyotp
import pytest
from click.testing import CliRunner
from sqlalchemy import select

from evalapp.accounts.models import Role
from evalapp.ballots.models import ActKind, TwoPersonAct
from evalapp.ballots.services import two_people
from evalapp.cli import COMMANDS
from evalapp.core import clock
from evalapp.core.errors import NotAllowed
from evalapp.core.permissions import Permission
from tests.support.accounts import PASSWORD
from tests.support.counting import Office

OTHERS = [role for role in Role if role is not Role.OFFICE]
UNTIL = "2039-01-01 12:00"


class Bureau:
    """An episode with a prepared result, and acts of the office that wait for a second person."""

    def __init__(self, polling, people):
        self.polling, self.people, self.logins = polling, people, itertools.count(1)
        self.office, self.episode = Office(polling), polling.announce()
        for voter in polling.voters(3):
            polling.cast(self.episode, voter, (5, 4, 3))

    @property
    def number(self):
        return self.episode.number

    @property
    def base(self):
        return f"/desk/office/boxes/{self.number}"

    @property
    def grading(self):
        return self.polling.grading(self.episode)

    def prepare(self):
        grading = self.office.close(self.episode)
        self.office.count(grading)
        self.office.prepare(grading)

    def propose(self, kind, actor):
        detail = {"closes_at": "2039-01-01T12:00:00Z"} if kind is ActKind.EXTEND else {}
        with self.polling.platform.transaction() as session:
            return two_people.propose(
                session, self.grading, kind=kind, actor=actor, reason="停电", detail=detail
            ).id

    def confirm(self, kind, act_id, actor):
        with self.polling.platform.transaction() as session:
            two_people.confirm(session, act_id, kind=kind, actor=actor)

    def drop(self, act_id, actor):
        with self.polling.platform.transaction() as session:
            two_people.drop(session, act_id, actor=actor)

    def act(self, act_id):
        with self.polling.platform.session() as session:
            return session.get_one(TwoPersonAct, act_id)

    def acts(self):
        with self.polling.platform.session() as session:
            return session.scalars(select(TwoPersonAct)).all()

    def somebody(self, role=Role.OFFICE):
        """A new member of staff: a code serves once, so that each act in a terminal is typed by another person."""
        return self.people.staff(role, login=f"person-{next(self.logins)}")

    def type(self, name, *arguments, person):
        commands = {command.name: command for command in COMMANDS}
        return CliRunner().invoke(
            commands["box"],
            [name, str(self.number), *arguments, "--login", person.staff.login],
            obj=self.polling.platform,
            input=f"{PASSWORD}\n{pyotp.TOTP(person.secret).at(clock.unshifted())}\n",
        )


@pytest.fixture
def bureau(polling, people):
    return Bureau(polling, people)


def is_untouched(act):
    return act.confirmed_by is None and act.dropped_at is None


def test_the_service_refuses_other_roles_each_act(bureau):
    strangers = [bureau.somebody(role).actor for role in OTHERS]
    waiting = {}
    for kind in ActKind:
        for stranger in strangers:
            with pytest.raises(NotAllowed, match="有权限"):
                bureau.propose(kind, stranger)
        waiting[kind] = bureau.propose(kind, bureau.office.first)
    for kind, act_id in waiting.items():
        for stranger in strangers:
            with pytest.raises(NotAllowed, match="有权限"):
                bureau.confirm(kind, act_id, stranger)
            with pytest.raises(NotAllowed, match="有权限"):
                bureau.drop(act_id, stranger)
        assert is_untouched(bureau.act(act_id))


def test_the_service_lets_the_office_do_each_act(bureau):
    one, two = bureau.somebody().actor, bureau.somebody().actor
    for kind in ActKind:
        act_id = bureau.propose(kind, one)
        bureau.confirm(kind, act_id, two)
        again = bureau.propose(kind, two)
        bureau.drop(again, one)
        assert bureau.act(act_id).confirmed_by == two.id
        assert bureau.act(again).dropped_at is not None


@pytest.mark.parametrize("role", OTHERS)
def test_the_terminal_refuses_other_roles_each_act(bureau, role):
    for arguments in (("extend", "--until", UNTIL, "--reason", "停电"), ("void", "--reason", "播出中断")):
        refused = bureau.type(*arguments, person=bureau.somebody(role))
        assert (refused.exit_code, "有权限" in refused.output) == (1, True), refused.output
    bureau.prepare()
    publishing = bureau.type("approve", person=bureau.somebody(role))
    assert (publishing.exit_code, "有权限" in publishing.output) == (1, True), publishing.output
    assert bureau.acts() == []
    waiting = {kind: bureau.propose(kind, bureau.office.first) for kind in ActKind}
    for kind, act_id in waiting.items():
        refused = bureau.type("approve", "--kind", kind.value, person=bureau.somebody(role))
        assert (refused.exit_code, "有权限" in refused.output) == (1, True), (kind, refused.output)
        assert is_untouched(bureau.act(act_id)), kind


def test_two_of_the_office_extend_and_void_in_the_terminal(bureau):
    bureau.type("extend", "--until", UNTIL, "--reason", "停电", person=bureau.somebody())
    assert bureau.type("approve", "--kind", "extend", person=bureau.somebody()).exit_code == 0
    bureau.type("void", "--reason", "播出中断", person=bureau.somebody())
    assert bureau.type("approve", "--kind", "void", person=bureau.somebody()).exit_code == 0
    assert [act.kind for act in bureau.acts() if act.confirmed_by] == [ActKind.EXTEND, ActKind.VOID]


@pytest.mark.parametrize("role", OTHERS)
def test_the_desk_refuses_other_roles_each_act(bureau, people, role):
    stranger = people.at_desk(role)
    acts = [bureau.propose(kind, bureau.office.first) for kind in ActKind]
    paths = [f"{bureau.base}/{name}" for name in ("extend", "void", "publish")]
    paths += [f"{bureau.base}/flags/{uuid.uuid4()}/set-apart"]
    paths += [f"{bureau.base}/acts/{act}/{what}" for act in acts for what in ("confirm", "drop")]
    assert {stranger.browser.post(path, page="/desk/password").status_code for path in paths} == {403}
    assert all(is_untouched(act) for act in bureau.acts())
    assert len(bureau.acts()) == len(acts)


def test_a_waiting_voiding_is_not_confirmed_by_who_meant_to_publish(bureau):
    bureau.prepare()
    voiding = bureau.propose(ActKind.VOID, bureau.office.first)
    one_waits = bureau.type("approve", person=bureau.somebody())
    assert (one_waits.exit_code, "void; name the one" in one_waits.output) == (1, True)
    bureau.office.propose(bureau.grading)
    several = bureau.type("approve", person=bureau.somebody())
    assert (several.exit_code, "void, publish; name the one" in several.output) == (1, True)
    assert is_untouched(bureau.act(voiding))
    assert bureau.type("approve", "--kind", "publish", person=bureau.somebody()).exit_code == 0
    assert is_untouched(bureau.act(voiding))


def test_nothing_is_confirmed_by_a_kind_that_does_not_wait(bureau):
    refused = bureau.type("approve", "--kind", "extend", person=bureau.somebody())
    assert (refused.exit_code, "没有等待" in refused.output) == (1, True)


@pytest.mark.parametrize("table", ["PROPOSING", "CONFIRMING"])
def test_an_act_that_asks_for_too_little_is_noticed(bureau, monkeypatch, table):
    """The planted defect: an act that everybody at a desk may do."""
    first = bureau.propose(ActKind.VOID, bureau.office.first)
    open_to_all = dict.fromkeys(ActKind, Permission.USE_DESK)
    monkeypatch.setattr(two_people, table, open_to_all if table == "PROPOSING" else Permission.USE_DESK)
    stranger = bureau.somebody(Role.UNIT).actor
    if table == "PROPOSING":
        assert bureau.propose(ActKind.EXTEND, stranger)
    else:
        bureau.confirm(ActKind.VOID, first, stranger)
        assert bureau.act(first).confirmed_by == stranger.id
