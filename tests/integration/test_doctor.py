"""The doctor says in Chinese and English what is missing; production starts only where recordings are shut in."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from evalapp.cli import COMMANDS
from evalapp.core.platform import Platform
from evalapp.core.settings import Settings
from evalapp.operate import doctor, setting_up
from evalapp.operate.doctor import Verdict
from tests.support.process_server import free_port

PRODUCTION = {
    "EVALAPP_ENV": "production",
    "EVALAPP_PUBLIC_URL": "https://pingyi.example",
    "EVALAPP_OUTBOX_IN_PRODUCTION": "1",
}
# A machine where neither program that shuts recordings in can be started.
NO_WALLS = ("bwrap", "--bind", "/", "/", "--dev-bind", "/dev", "/dev")
NO_WALLS += tuple(
    word for name in ("bwrap", "unshare") for word in ("--ro-bind", "/dev/null", f"/usr/bin/{name}")
)


def run(
    data: Path, *words: str, machine: tuple[str, ...] = (), **more: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*machine, sys.executable, "-m", "evalapp", *words],
        env=os.environ | {"EVALAPP_DATA_DIR": str(data), "PYTHONWARNINGS": "ignore"} | more,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.fixture
def data(tmp_path: Path) -> Path:
    assert run(tmp_path / "var", "init").returncode == 0
    return tmp_path / "var"


@pytest.fixture
def here(tmp_path: Path):
    opened = Platform.open(Settings(data_dir=tmp_path / "here"))
    setting_up.set_up(opened)
    yield opened
    opened.close()


def found(platform: Platform, about: str) -> list[doctor.Finding]:
    return [finding for finding in doctor.examine(platform) if finding.about == about]


def test_production_starts_only_where_recordings_are_shut_in(data: Path) -> None:
    for words in (("serve", "--port", str(free_port())), ("worker", "--once")):
        refused = run(data, *words, machine=NO_WALLS, **PRODUCTION)
        assert (refused.returncode, refused.stderr.count("\n")) == (1, 1), refused.stderr
        assert "apt-get install bubblewrap" in refused.stderr
    assert run(data, "worker", "--once", machine=NO_WALLS).returncode == 0, "a trial goes on"
    assert run(data, "worker", "--once", **PRODUCTION).returncode == 0


def test_the_doctor_calls_missing_walls_bad_in_production_only(data: Path) -> None:
    for more, verdict in ((PRODUCTION, "不行"), ({}, "注意")):
        done = run(data, "doctor", "--json", machine=NO_WALLS, **more)
        [walls] = [row for row in json.loads(done.stdout) if "隔离环境" in row["says"]]
        assert walls["verdict"] == verdict
        assert "bubblewrap" in walls["english"]


def test_the_doctor_looks_at_all_that_recordings_need(here: Platform) -> None:
    recordings = found(here, "录像")
    assert {finding.verdict for finding in recordings} == {Verdict.GOOD}
    said = " ".join(finding.english for finding in recordings)
    words = ("Sandbox", "ffmpeg", "ffprobe", "encoders", "filters", "muxers", "font")
    assert [word for word in words if word not in said] == []


def test_a_missing_program_is_bad_and_says_how_to_get_it(data: Path) -> None:
    done = run(data, "doctor", EPISODES_FFMPEG="/usr/bin/true")
    assert done.returncode == 1
    assert "不行  录像  ffmpeg 缺少编码器：libx264" in done.stdout
    assert "ffmpeg lacks encoders: libx264" in done.stdout


def test_every_finding_is_said_in_both_languages(here: Platform) -> None:
    for finding in doctor.examine(here):
        assert finding.says
        assert finding.english
        assert not any("\u4e00" <= letter <= "\u9fff" for letter in finding.english), finding


def test_a_new_folder_is_its_owners_alone(here: Platform) -> None:
    settings = here.settings
    folders = [settings.data_dir, settings.keys_dir, settings.uploads_dir, settings.outbox_dir]
    assert {path.stat().st_mode & 0o777 for path in folders} == {0o700}
    database = settings.data_dir / "evalapp.sqlite3"
    assert {path.stat().st_mode & 0o777 for path in settings.data_dir.glob(f"{database.name}*")} == {0o600}
    assert found(here, "权限") == []


def test_keys_that_are_made_before_anything_else_are_their_owners_alone(tmp_path: Path) -> None:
    opened = Platform.open(Settings(data_dir=tmp_path / "var"))
    opened.keys.service("session")
    _ = opened.keys.boxes
    opened.close()
    folders = [tmp_path / "var" / "keys" / name for name in ("", "service", "boxes")]
    assert {path.stat().st_mode & 0o777 for path in folders} == {0o700}


def test_a_list_that_nobody_reads_to_its_end_ends_without_a_word(data: Path) -> None:
    read_by_nobody = subprocess.run(
        ["bash", "-c", f"{sys.executable} -m evalapp settings | true"],
        env=os.environ | {"EVALAPP_DATA_DIR": str(data), "PYTHONWARNINGS": "ignore"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert read_by_nobody.stderr == ""


def test_wider_modes_are_named_with_what_to_do(here: Platform) -> None:
    data = here.settings.data_dir
    for path in (data, data / "evalapp.sqlite3", data / "outbox"):
        path.chmod(path.stat().st_mode | 0o044)
    [wide] = found(here, "权限")
    assert wide.verdict is Verdict.NOTE
    assert wide.english.endswith(f"chmod go= {data} {data / 'outbox'} {data / 'evalapp.sqlite3'}")
    here.settings.keys_dir.chmod(0o750)
    [keys] = found(here, "密钥")
    assert keys.verdict is Verdict.BAD


def test_settings_are_printed_without_their_secrets(here: Platform, tmp_path: Path) -> None:
    [command] = [one for one in COMMANDS if one.name == "settings"]
    shown = CliRunner().invoke(command, obj=here)
    assert json.loads(shown.output)["data_dir"] == str(here.settings.data_dir)
    secret = run(tmp_path / "other", "settings", EVALAPP_MAIL_URL="smtps://me:hunter2@mail.example")
    assert json.loads(secret.stdout)["mail_url"] == "smtps://***@mail.example"
    assert "hunter2" not in secret.stdout + secret.stderr
