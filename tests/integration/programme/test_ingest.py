"""`evalapp episode ingest`: the same delivery from the command line."""

import json
from datetime import timedelta
from pathlib import Path

from click.testing import CliRunner

from evalapp.core import clock
from evalapp.core.platform import Platform
from evalapp.programme.commands import episode as command
from evalapp.programme.models import Recording
from evalapp.programme.services import recordings_uploads
from tests.support.delivered import Recordings


def test_a_file_is_delivered_from_the_command_line(
    platform: Platform, recordings_factory: Recordings, clip: Path
) -> None:
    number = recordings_factory.episode().number
    done = CliRunner().invoke(command, ["ingest", str(number), str(clip), "--json"], obj=platform)
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["version"] == 1
    with platform.session() as session:
        (recording,) = session.query(Recording).all()
    part = recordings_uploads.part_path(platform.settings, recording.id)
    assert part.read_bytes() == clip.read_bytes()
    assert recording.original_name == "clip.mp4"


def test_a_refusal_is_one_sentence_and_leaves_no_file(
    platform: Platform, recordings_factory: Recordings, clip: Path
) -> None:
    open_now = recordings_factory.episode(opens_at=clock.now() - timedelta(hours=1))
    refused = CliRunner().invoke(command, ["ingest", str(open_now.number), str(clip)], obj=platform)
    assert refused.exit_code == 1
    assert "写明原因" in refused.stderr
    assert not any(platform.settings.uploads_dir.glob("*"))
    assert CliRunner().invoke(command, ["ingest", "999", str(clip)], obj=platform).exit_code == 1
    assert CliRunner().invoke(command, ["ingest", "1", "/no/such/file"], obj=platform).exit_code == 2
