"""The whole life of a box on the command line: rules, ballots, count, and two people with their own codes."""

import json

import pyotp
import pytest
from click.testing import CliRunner

from evalapp.accounts.models import Role
from evalapp.cli import COMMANDS
from evalapp.core import clock
from tests.support.accounts import PASSWORD
from tests.support.counting import Office


@pytest.fixture
def run(platform):
    commands = {command.name: command for command in COMMANDS}

    def invoke(name, *arguments, typed=""):
        return CliRunner().invoke(
            commands[name], [str(each) for each in arguments], obj=platform, input=typed
        )

    return invoke


def proof(person):
    return f"{PASSWORD}\n{pyotp.TOTP(person.secret).at(clock.unshifted())}\n"


def test_two_people_publish_by_their_own_codes(polling, people, run):
    episode = polling.episode()
    announced = run("box", "announce", episode.number, "--closes", "2039-01-01 12:00", "--json")
    assert announced.exit_code == 0, announced.output
    assert len(json.loads(announced.output)["boxes"]) == 3
    for voter in polling.voters(30):
        polling.cast(episode, voter, (5, 4, 3))
    refused = run("box", "count", episode.number)
    assert (refused.exit_code, "截止" in refused.output) == (1, True)
    Office(polling).close(episode)
    counted = run("box", "count", episode.number, "--json")
    assert json.loads(counted.output)["standing"] == 30
    assert run("box", "prepare", episode.number).exit_code == 0
    one, two = people.staff(Role.OFFICE), people.staff(Role.OFFICE)
    proposed = run("box", "approve", episode.number, "--login", one.staff.login, typed=proof(one))
    assert "waiting for a second person" in proposed.output
    wrong = run("box", "approve", episode.number, "--login", two.staff.login, typed="x\n000000\n")
    assert wrong.exit_code == 1
    done = run("box", "approve", episode.number, "--login", two.staff.login, typed=proof(two))
    assert done.exit_code == 0, done.output
    assert "publish: done by" in done.output


def test_the_panel_is_invited_and_codes_are_printed(polling, run):
    episode, unit = polling.announce(), polling.unit()
    invited = run("panel", "invite", episode.number, "12000000001", "+8612000000002", "--json")
    assert json.loads(invited.output) == {"episode": episode.number, "invited": 2}
    assert run("panel", "invite", episode.number, "12345").exit_code == 1
    printed = run("client-codes", unit.slug, 3, "--json")
    assert len({row["code"] for row in json.loads(printed.output)}) == 3
    assert run("client-codes", "nowhere", 3).exit_code == 1


def test_a_void_box_is_never_announced_again(polling, people, run):
    episode = polling.announce()
    one, two = people.staff(Role.OFFICE), people.staff(Role.OFFICE)
    run("box", "void", episode.number, "--reason", "播出中断", "--login", one.staff.login, typed=proof(one))
    done = run(
        "box", "approve", episode.number, "--kind", "void", "--login", two.staff.login, typed=proof(two)
    )
    assert "episode create" in done.output
    shown = json.loads(run("box", "show", episode.number, "--json").output)
    assert (shown["state"], shown["void_reason"]) == ("void", "播出中断")
    again = run("box", "announce", episode.number, "--closes", "2039-01-01 12:00")
    assert (again.exit_code, "新建一期" in again.output) == (1, True)


def test_what_is_shown_is_never_a_score(polling, run):
    episode = polling.announce()
    shown = json.loads(run("box", "show", episode.number, "--json").output)
    assert set(shown) == {"episode", "state", "opens_at", "closes_at", "turnout", "boxes", "waiting"}
