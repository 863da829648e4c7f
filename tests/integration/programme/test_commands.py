"""The season and episode commands: the same services, refusals as one sentence and exit code 1."""

import json

import pytest
import time_machine
from click.testing import CliRunner, Result

from evalapp.core.platform import Platform
from evalapp.programme import commands
from tests.support.programme import Programme


@pytest.fixture(autouse=True)
def monday() -> object:
    with time_machine.travel("2026-11-23T08:00:00+08:00") as traveller:
        yield traveller


def run(platform: Platform, group: str, *arguments: str) -> Result:
    return CliRunner().invoke(getattr(commands, group), arguments, obj=platform)


def test_a_season_and_an_episode_are_made_planned_and_listed(
    platform: Platform, programme: Programme
) -> None:
    unit = programme.unit()
    programme.studio()
    assert run(platform, "season", "create", "2026").exit_code == 0
    made = run(
        platform, "episode", "create", "菜市场门口的路", "--season", "2026", "--unit", unit.slug, "--json"
    )
    assert json.loads(made.output)["reference"] == "EP-2026-01"
    planned = run(platform, "episode", "schedule", "1", "2026-12-03T14:00", "--studio", "一号演播室")
    assert planned.exit_code == 0, planned.output
    (listed,) = json.loads(run(platform, "episode", "list", "--json").output)
    assert (listed["number"], listed["state"]) == (1, "planned")


def test_a_clash_is_said_with_the_free_time_and_how_to_override_it(
    platform: Platform, programme: Programme
) -> None:
    programme.slot(programme.planned())
    programme.planned()
    again = ("episode", "schedule", "2", "2026-11-28T10:00", "--studio", "一号演播室", "--minutes", "60")
    refused = run(platform, *again)
    assert refused.exit_code == 1
    assert "已被第 1 期占用" in refused.output
    assert "2026-11-30 09:00" in refused.output  # the weekend is passed over
    assert run(platform, *again, "--override", "合用").exit_code == 0


def test_a_season_twice_is_refused_and_wrong_usage_is_two(platform: Platform, programme: Programme) -> None:
    programme.season(2026)
    assert run(platform, "season", "create", "2026").exit_code == 1
    assert run(platform, "season", "create", "abc").exit_code == 2
    assert run(platform, "episode", "schedule", "1", "2026-12-03T14:00").exit_code == 2
    assert run(platform, "episode", "create", "题", "--season", "2030", "--unit", "x").exit_code == 1
