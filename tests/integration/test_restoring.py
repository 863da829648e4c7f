"""A whole district comes back, rows that point at one another and recordings that wait included; or nothing does."""

import json
import uuid
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import pytest
from click.testing import CliRunner

from evalapp.core import clock, jobs
from evalapp.core.errors import Invalid
from evalapp.core.permissions import SYSTEM
from evalapp.core.platform import Platform
from evalapp.operate import backup, restoring
from evalapp.operate.commands import back_up as backup_command
from evalapp.operate.commands import restore as restore_command
from evalapp.programme.models import Airing, Recording, Upload
from evalapp.programme.services import (
    planning_airings,
    planning_places,
    recordings_pieces,
    recordings_uploads,
)
from evalapp.units.models import Unit
from evalapp.units.services import tree
from tests.support.backups import PASSPHRASE, Places, every_row, is_untouched, member, tampered
from tests.support.ballots import Polling
from tests.support.delivered import PreparedClip, Recordings
from tests.support.programme import at, span
from tests.support.units import UnitFactory

FOREIGN = b"PK\x03\x04" + b"0" * 4000
HALF = b"the first half of a recording"


@dataclass(frozen=True, kw_only=True)
class District:
    waiting: Recording
    upload: Upload


@pytest.fixture
def district(places: Places, prepared_clip: PreparedClip, tmp_path: Path) -> District:
    """Nested units with a parent younger than its child, versions and airings that others replaced, files on their way."""
    here = places.here
    units, polling = UnitFactory(here), Polling(here)
    factory = Recordings(here, lambda: prepared_clip, prepared_clip.source, units)
    section = units.section(units.department())
    units.village(units.subdistrict())
    younger = units.department()
    with here.transaction() as session:
        tree.move_unit(session, unit_id=section.id, parent_id=younger.id, actor=SYSTEM)
    episode, other = polling.announce(is_prepared=False), polling.episode(is_prepared=False)
    for _ in range(3):
        factory.prepared(episode)
    foreign = tmp_path / "foreign.mp4"
    foreign.write_bytes(FOREIGN)
    waiting = factory.delivered(other, source=foreign)
    replace_an_airing(here, episode, other)
    return District(waiting=waiting, upload=begin_an_upload(here, other, factory.staff()))


def replace_an_airing(here: Platform, episode: object, other: object) -> None:
    with here.transaction() as session:
        channel = planning_places.add_channel(session, code="general.qingchuan", name="综合", actor=SYSTEM)
        airing = planning_airings.plan_airing(
            session,
            episode_id=episode.id,
            channel_id=channel.id,
            span=span(at(days=7), 40),
            actor=SYSTEM,
            override_reason="测试",
        )
    with here.transaction() as session:
        planning_airings.replace_airing(
            session,
            airing_id=airing.id,
            by_episode_id=other.id,
            reason="设备检修",
            actor=SYSTEM,
            seen_revision=airing.revision,
            override_reason="测试",
        )


def begin_an_upload(here: Platform, episode: object, staff: object) -> Upload:
    with here.transaction() as session:
        upload = recordings_uploads.begin(
            session,
            episode.id,
            original_name="half.mp4",
            size=1000,
            by=staff,
            settings=here.settings,
            reason="更正",
        )
    part = recordings_uploads.part_path(here.settings, upload.id)
    with recordings_pieces.opened(part) as file:
        file.write(HALF + b" and what was never acknowledged")
    with here.transaction() as session:
        return recordings_uploads.acknowledge(session, upload.id, was=0, received=len(HALF), by=staff)


def backed_up(places: Places) -> backup.BackedUp:
    return backup.back_up(places.here, places.file, passphrase=PASSPHRASE)


def test_a_whole_district_comes_back_row_by_row(places: Places, district: District) -> None:
    before, done = every_row(places.here), backed_up(places)
    for table, column in ((Airing, "replaced_by_id"), (Recording, "replaced_by_id"), (Unit, "parent_id")):
        with places.here.session() as session:
            assert session.query(table).filter(getattr(table, column).is_not(None)).count(), table
    there = places.empty()
    restored = restoring.restore(there, places.file, passphrase=PASSPHRASE)
    assert every_row(there) == before
    assert (restored.rows, restored.files) == (done.rows, done.files)
    assert list(there.storage.names("")) == list(places.here.storage.names(""))
    assert not (there.settings.data_dir / "restoring").exists()
    private = [there.settings.data_dir, there.settings.keys_dir, there.settings.uploads_dir]
    assert {path.stat().st_mode & 0o777 for path in private} == {0o700}


def test_rows_in_any_order_are_noticed(
    places: Places, district: District, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The planted defect: rows go in as they come."""
    backed_up(places)
    monkeypatch.setattr(restoring, "_in_order", lambda _table, batches: batches)
    there = places.empty()
    with pytest.raises(Invalid, match="互相矛盾"):
        restoring.restore(there, places.file, passphrase=PASSPHRASE)
    assert is_untouched(there)


def test_a_recording_that_waits_is_prepared_where_it_was_restored(places: Places, district: District) -> None:
    assert backed_up(places).missing == []
    there = places.empty()
    restoring.restore(there, places.file, passphrase=PASSPHRASE)
    jobs.Worker(there).drain()
    with there.session() as session:
        recording = session.get_one(Recording, district.waiting.id)
    assert recording.sha256 == sha256(FOREIGN).hexdigest()
    assert recording.trouble_code == "not_a_recording"


def test_an_upload_goes_on_where_it_was_acknowledged(places: Places, district: District) -> None:
    backed_up(places)
    there = places.empty()
    restoring.restore(there, places.file, passphrase=PASSPHRASE)
    part = recordings_uploads.part_path(there.settings, district.upload.id)
    assert part.read_bytes() == HALF
    assert part.stat().st_mode & 0o777 == 0o600
    with there.session() as session:
        assert session.get_one(Upload, district.upload.id).received == len(HALF)


def test_a_recording_whose_file_is_gone_is_named(places: Places, district: District) -> None:
    recordings_uploads.part_path(places.here.settings, district.waiting.id).unlink()
    assert backed_up(places).missing == ["foreign.mp4"]


def test_a_recording_that_the_worker_has_just_stored_is_not_missed(
    places: Places, district: District
) -> None:
    """Between hashing and writing the hash down the file lies among the media already."""
    part = recordings_uploads.part_path(places.here.settings, district.waiting.id)
    places.here.storage.put(f"originals/{district.waiting.token}", part)
    assert backed_up(places).missing == []


CONTRADICTIONS = {
    "half a replacement": {"replaced_at": clock.now().isoformat()},
    "no such version": {"replaced_by_id": str(uuid.uuid4()), "replaced_at": clock.now().isoformat()},
    "no moment": {"delivered_at": "yesterday"},
    "no such column": {"unheard_of": 1},
}


def test_rows_that_contradict_one_another_leave_nothing_behind(
    places: Places, district: District, tmp_path: Path
) -> None:
    backed_up(places)
    name, there = "tables/recordings.jsonl", places.empty()
    rows = [json.loads(line) for line in member(places.file, name).splitlines()]
    for about, wrong in CONTRADICTIONS.items():
        lines = [json.dumps(row | (wrong if row["id"] == str(district.waiting.id) else {})) for row in rows]
        bad = tampered(places.file, tmp_path / "bad.tar", {name: "\n".join(lines).encode()})
        said = restored_by_command(there, bad)
        assert (said.exit_code, said.stderr.count("\n")) == (1, 1), (about, said.stderr)
        assert "互相矛盾" in said.stderr, about
        assert is_untouched(there), about
    assert restoring.restore(there, places.file, passphrase=PASSPHRASE).rows


def test_a_file_that_finds_no_place_leaves_nothing_behind(
    places: Places, district: District, tmp_path: Path
) -> None:
    backed_up(places)
    bad = tampered(places.file, tmp_path / "bad.tar", {f"media/watch/{'x' * 300}": b"too long a name"})
    there = places.empty()
    said = restored_by_command(there, bad)
    assert (said.exit_code, "File name too long" in said.stderr) == (1, True), said.stderr
    assert is_untouched(there)


def test_a_failure_after_the_rows_leaves_nothing_behind(
    places: Places, district: District, monkeypatch: pytest.MonkeyPatch
) -> None:
    backed_up(places)
    there = places.empty()
    place = restoring._place

    def full(*arguments: object) -> None:
        place(*arguments)  # type: ignore[arg-type]
        raise OSError(28, "No space left on device", "here")

    monkeypatch.setattr(restoring, "_place", full)
    said = restored_by_command(there, places.file)
    assert (said.exit_code, said.stderr) == (1, "Error: here: No space left on device\n")
    assert is_untouched(there)


def test_a_backup_of_a_later_version_is_refused(places: Places, district: District, tmp_path: Path) -> None:
    backed_up(places)
    there = places.empty()
    for changed in ({"migration": "9999"}, {"format": 99}):
        newer = tmp_path / "newer.tar"
        tampered(places.file, newer, {}, **changed)
        with pytest.raises(Invalid, match="太新"):
            restoring.restore(there, newer, passphrase=PASSPHRASE)
    assert is_untouched(there)


def test_a_backup_belongs_to_its_owner_and_needs_a_folder(
    places: Places, district: District, tmp_path: Path
) -> None:
    backed_up(places)
    backup.back_up_box_keys(places.here, places.keepers_file, passphrase="nine slow rivers")
    assert {path.stat().st_mode & 0o777 for path in (places.file, places.keepers_file)} == {0o600}
    refused = CliRunner().invoke(
        backup_command,
        [str(tmp_path / "nowhere" / "x.tar")],
        obj=places.here,
        env={"EVALAPP_BACKUP_PASSPHRASE": PASSPHRASE},
    )
    assert (refused.exit_code, refused.stderr.count("\n")) == (1, 1), refused.stderr
    assert "nowhere" in refused.stderr


def restored_by_command(there: Platform, file: Path) -> object:
    return CliRunner().invoke(
        restore_command, [str(file)], obj=there, env={"EVALAPP_BACKUP_PASSPHRASE": PASSPHRASE}
    )
