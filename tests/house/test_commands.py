"""The commands that operators rely on: there, explained, with exit codes that scripts can tell apart."""

import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from evalapp import create_app
from evalapp.cli import COMMANDS, main
from evalapp.core.commandline import Refused

ROOT = Path(__file__).parents[2]
PROMISED = """
    backup; box announce; box approve; box count; box extend; box prepare; box show; box void; calendar import; calendar list; case import; case lights; case profile; client-codes;
    comment approve; comment list; comment refuse; comment reply; db check; db upgrade; demo; demo cases; doctor; episode create;
    disclosure import; episode ingest; episode list; episode schedule; init; intake key; intake list; intake refusals; intake revoke; matter list; panel invite; pledge import; power import; restore; season create; serve; service import;
    staff add; staff code; staff reset-totp; staff role; unit import; worker
"""
FACTS_AS_JSON = {
    "case import",
    "intake key",
    "box announce",
    "box show",
    "box count",
    "box prepare",
    "client-codes",
    "panel invite",
    "doctor",
}


def commands() -> Iterator[tuple[str, click.Command]]:
    for command in COMMANDS:
        if isinstance(command, click.Group):
            yield from ((f"{command.name} {name}", each) for name, each in command.commands.items())
        if not isinstance(command, click.Group) or command.invoke_without_command:
            yield str(command.name), command


LEAVES = dict(commands())


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> object:
    monkeypatch.setenv("EVALAPP_DATA_DIR", str(tmp_path / "var"))

    def invoke(words: str) -> Result:
        return CliRunner().invoke(main, words.split())

    return invoke


def test_every_promised_command_is_there() -> None:
    promised = {name.strip() for name in PROMISED.split(";")}
    assert promised - LEAVES.keys() == set()


@pytest.mark.parametrize("name", LEAVES)
def test_a_command_explains_itself_and_its_options(name: str) -> None:
    command = LEAVES[name]
    assert command.help
    shown = CliRunner().invoke(command, ["--help"])
    assert shown.exit_code == 0
    silent = [
        parameter.name
        for parameter in command.params
        if isinstance(parameter, click.Option) and not parameter.help
    ]
    assert silent == []


def test_lists_and_facts_come_as_json() -> None:
    listing = {name for name in LEAVES if name.endswith(" list")} | FACTS_AS_JSON
    plain = {
        name for name in listing if all("--json" not in parameter.opts for parameter in LEAVES[name].params)
    }
    assert plain == set()


@pytest.mark.parametrize("words", ["box", "box show x", "episode create", "backup", "no-such-command"])
def test_wrong_usage_ends_with_2(run, words: str) -> None:
    assert run(words).exit_code == 2


@pytest.mark.parametrize("words", ["box show 1", "episode list", "client-codes none 1", "db check"])
def test_a_folder_without_tables_is_refused_with_a_sentence(run, words: str) -> None:
    done = run(words)
    assert (done.exit_code, done.output.startswith("Error: ")) == (1, True)
    assert "init" in done.output or "upgrade" in done.output


def test_a_refusal_ends_with_1_and_a_folder_that_is_not_there_too(run, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("EVALAPP_BACKUP_PASSPHRASE", "four plain words here")
    assert run("init").exit_code == 0
    for words in ("box show 99", f"backup {tmp_path}/nowhere/file", "staff role nobody office"):
        done = run(words)
        assert (done.exit_code, done.output.startswith("Error: ")) == (1, True), done.output


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("EVALAPP_TIMEZONE", "Mars"),
        ("EVALAPP_SMS_GATEWAY", "pigeon"),
        ("EVALAPP_DATABASE_URL", "mysql://u:hunter2@h/x"),
    ],
)
def test_settings_that_cannot_be_used_are_refused_with_a_sentence(
    run, monkeypatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    done = run("doctor")
    assert (done.exit_code, done.output.count("\n"), name in done.output) == (1, 1, True), done.output
    assert "hunter2" not in done.output
    with pytest.raises(Refused, match=name):
        create_app()


def test_a_data_folder_that_cannot_be_made_or_is_damaged_is_refused(run, tmp_path: Path, monkeypatch) -> None:
    (tmp_path / "var").mkdir()
    (tmp_path / "var" / "clock_offset").write_text("soon")
    damaged = run("doctor")
    assert (damaged.exit_code, damaged.output.count("\n")) == (1, 1), damaged.output
    monkeypatch.setenv("EVALAPP_DATA_DIR", "/proc/nowhere")
    nowhere = run("doctor")
    assert (nowhere.exit_code, nowhere.output.count("\n")) == (1, 1), nowhere.output


def test_flask_has_the_same_commands(run, monkeypatch: pytest.MonkeyPatch) -> None:
    assert run("init").exit_code == 0
    app = create_app()
    assert {str(command.name) for command in COMMANDS} <= set(app.cli.commands)
    refused = app.test_cli_runner().invoke(args=["client-codes", "none", "1"])
    assert (refused.exit_code, refused.output.startswith("Error: ")) == (1, True)


def named_commands() -> Iterator[tuple[str, str]]:
    """Each `evalapp …` that operators are told to type, and where."""
    for path in [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]:
        for name in re.findall(
            r"(?:`|^)evalapp ([a-z][a-z-]*(?: [a-z][a-z-]*)?)", path.read_text(), re.MULTILINE
        ):
            yield path.name, name
    for name in re.findall(r"evalapp ([a-z][a-z-]*)", (ROOT / "evalapp/operate/doctor.py").read_text()):
        yield "doctor.py", name


def test_nobody_is_told_to_type_a_command_that_does_not_exist() -> None:
    groups = {name.split()[0] for name in LEAVES}
    named = list(named_commands())
    assert {"README.md", "operators.md", "doctor.py"} <= {where for where, _ in named}
    assert [
        (where, name) for where, name in named if name not in LEAVES and name.split()[0] not in groups
    ] == []
