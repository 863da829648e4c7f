"""Uploads at the station: resumable, safe before they are acknowledged, and only for whoever may deliver."""

import hashlib
import io
import os
import random
import shutil
import time
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select

from evalapp.core import clock, disk
from evalapp.core.permissions import Actor, ActorKind, Permission
from evalapp.core.platform import Platform
from evalapp.programme import jobs as programme_jobs
from evalapp.programme.models import Episode, Upload
from evalapp.programme.services import recordings_pieces, recordings_uploads
from tests.support.actors import Visitors
from tests.support.delivered import Recordings, delivered, part_of
from tests.support.strict_client import StrictClient
from tests.support.tus import VERSION, Tus, sha256
from tests.support.web_server import serving
from tests.support.wire import Wire

DATA = random.Random(7).randbytes(300_000)


def token_of(browser: StrictClient, episode: Episode) -> str:
    page = browser.get(f"/desk/station/episodes/{episode.number}").text
    return page.split('name="csrf_token" value="')[1].split('"')[0]


@pytest.fixture
def tus(browser: StrictClient, editor: Actor, episode: Episode) -> Tus:
    return Tus(browser.client, episode.number, token_of(browser, episode))


def test_this_end_says_what_it_can_do(tus: Tus) -> None:
    answer = tus.client.options(tus.endpoint)
    assert answer.status_code == 204
    assert answer.headers["Tus-Version"] == "1.0.0"
    assert answer.headers["Tus-Extension"] == "creation,termination,checksum,expiration"
    assert int(answer.headers["Tus-Max-Size"]) == 20 * 1024**3
    assert "sha256" in answer.headers["Tus-Checksum-Algorithm"]


def test_a_whole_file_arrives_in_pieces(tus: Tus, platform: Platform) -> None:
    begun = tus.begin(len(DATA))
    assert begun.status_code == 201
    assert "Upload-Expires" in begun.headers
    address = begun.headers["Location"]
    first = tus.send(address, DATA[:100_000], 0, checksum=sha256(DATA[:100_000]))
    assert (first.status_code, first.headers["Upload-Offset"]) == (204, "100000")
    assert delivered(platform) == []
    assert tus.offset(address) == 100_000
    assert tus.send(address, DATA[100_000:], 100_000).status_code == 204
    (recording,) = delivered(platform)
    assert (recording.original_name, recording.size) == ("终版.mp4", len(DATA))
    assert part_of(platform, recording).read_bytes() == DATA
    assert "终版" not in str(part_of(platform, recording))


def test_twenty_cut_connections_lose_nothing(
    app: Flask, editor: Actor, episode: Episode, platform: Platform
) -> None:
    chance = random.Random(20)
    data = chance.randbytes(3_000_000)
    kept = 0
    with serving(app) as base:
        wire = Wire(base, episode)
        begun, _body = wire.ask(
            "POST",
            f"/desk/station/episodes/{episode.number}/uploads",
            wire.headers | {"Upload-Length": str(len(data))},
        )
        address = begun.getheader("Location", "")
        for _cut in range(20):
            at = wire.offset(address)
            after = chance.randrange(1, 140_000)
            wire.cut(address, data[at:], at, after)
            reached = _settled(wire, address)
            assert at <= reached <= at + after
            kept += reached > at
        at = wire.offset(address)
        done, _body = wire.ask("PATCH", address, wire.piece(at), data[at:])
        assert done.status == 204
    assert kept >= 10, "the pieces before the cuts were kept"
    (recording,) = delivered(platform)
    stored = part_of(platform, recording).read_bytes()
    assert hashlib.sha256(stored).hexdigest() == hashlib.sha256(data).hexdigest()


def _settled(wire: Wire, address: str) -> int:
    """How far the upload is once the torn request has ended."""
    seen = -1
    while seen != (seen := wire.offset(address)):
        time.sleep(0.15)
    return seen


def test_an_offset_that_is_believed_from_the_file_would_corrupt(
    tus: Tus, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The planted defect: bytes that were never acknowledged are left behind the place where a piece goes on."""
    address = tus.begin(20).headers["Location"]
    tus.send(address, DATA[:10], 0)
    path = recordings_uploads.part_path(platform.settings, _only_upload(platform).id)
    with path.open("ab") as file:
        file.write(b"torn off by a power cut, never acknowledged")
    assert tus.offset(address) == 10
    tus.send(address, DATA[10:20], 10)
    assert path.read_bytes() == DATA[:20]
    real = recordings_pieces.opened
    monkeypatch.setattr(os, "fdopen", _without_truncating(os.fdopen))
    with path.open("ab") as file:
        file.write(b"torn")
    with real(path) as file:
        recordings_pieces.go_on(file, at=20)
    with pytest.raises(AssertionError):
        assert path.read_bytes() == DATA[:20]


def _without_truncating(real):
    def open_it(handle, *arguments, **options):
        file = real(handle, *arguments, **options)
        return SimpleFile(file)

    return open_it


class SimpleFile:
    def __init__(self, file) -> None:
        self.file = file

    def __enter__(self):
        self.file.__enter__()
        return self

    def __exit__(self, *about) -> None:
        self.file.__exit__(*about)

    def truncate(self, size: int) -> None:
        pass

    def __getattr__(self, name: str):
        return getattr(self.file, name)


def _only_upload(platform: Platform) -> Upload:
    with platform.session() as session:
        return session.scalars(select(Upload)).one()


def test_bytes_are_on_the_disk_before_they_are_acknowledged(
    tus: Tus, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []
    real_fsync, real_acknowledge = os.fsync, recordings_uploads.acknowledge
    monkeypatch.setattr(os, "fsync", lambda handle: (done.append("safe"), real_fsync(handle))[1])

    def acknowledge(*arguments, **options):
        done.append(f"said {options['received']}")
        return real_acknowledge(*arguments, **options)

    monkeypatch.setattr(recordings_uploads, "acknowledge", acknowledge)
    address = tus.begin(100).headers["Location"]
    done.clear()
    tus.send(address, DATA[:100], 0)
    assert done.index("said 100") > 0
    assert done[done.index("said 100") - 1] == "safe"


def test_a_wrong_checksum_leaves_the_upload_as_it_was(tus: Tus, platform: Platform) -> None:
    address = tus.begin(20).headers["Location"]
    answer = tus.send(address, DATA[:20], 0, checksum=sha256(DATA[1:21]))
    assert answer.status_code == 460
    assert answer.content_type == "application/problem+json"
    assert tus.offset(address) == 0
    assert tus.send(address, DATA[:20], 0, checksum="md5 eA==").status_code == 400
    assert tus.send(address, DATA[:20], 0, checksum=sha256(DATA[:20])).status_code == 204


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Tus-Resumable": "0.2.2"}, 412),
        ({"Content-Type": "application/octet-stream"}, 415),
        ({"Upload-Offset": "5"}, 409),
        ({"Upload-Offset": "-1"}, 400),
        ({"Upload-Offset": "1e3"}, 400),
        ({"X-CSRF-Token": "other"}, 400),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
    ],
)
def test_what_does_not_keep_to_the_protocol_is_refused(
    tus: Tus, headers: dict[str, str], status: int
) -> None:
    address = tus.begin(20).headers["Location"]
    told = tus.headers | {"Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"} | headers
    answer = tus.client.patch(address, data=b"x" * 20, headers=told)
    assert answer.status_code == status
    assert answer.content_type == "application/problem+json", "the uploading script shows what it says"
    assert tus.offset(address) == 0


def test_more_than_was_announced_is_refused(tus: Tus, platform: Platform) -> None:
    address = tus.begin(20).headers["Location"]
    assert tus.send(address, DATA[:21], 0).status_code == 413
    assert tus.offset(address) == 0
    assert tus.begin(20 * 1024**3 + 1).status_code == 413
    assert delivered(platform) == []


def test_an_empty_file_is_refused_before_it_uses_up_a_version(
    tus: Tus, platform: Platform, browser: StrictClient, episode: Episode
) -> None:
    answer = tus.begin(0)
    assert (answer.status_code, answer.content_type) == (422, "application/problem+json")
    assert "文件是空的" in answer.get_json()["detail"]
    page = f"/desk/station/episodes/{episode.number}"
    browser.post(f"{page}/recordings", {"recording": (io.BytesIO(b""), "a.mp4")}, page=page)
    assert _count(platform) == 0
    assert delivered(platform) == []


def test_a_cancelled_upload_is_gone_with_its_bytes(tus: Tus, platform: Platform) -> None:
    address = tus.begin(20).headers["Location"]
    tus.send(address, DATA[:10], 0)
    assert tus.end(address).status_code == 204
    assert tus.send(address, DATA[10:20], 10).status_code == 410
    assert list(platform.settings.uploads_dir.iterdir()) == []


def test_an_upload_expires_a_day_after_its_last_piece(tus: Tus, platform: Platform) -> None:
    address = tus.begin(20).headers["Location"]
    tus.send(address, DATA[:10], 0)
    path = recordings_uploads.part_path(platform.settings, _only_upload(platform).id)
    os.utime(path, (0, 0))
    programme_jobs.sweep(platform)
    assert path.exists()
    with time_machine.travel(clock.now() + timedelta(hours=25), tick=False):
        assert tus.client.head(address, headers=VERSION).status_code == 410
        programme_jobs.sweep(platform)
    assert not path.exists()
    assert _only_upload(platform).ended_at is not None


def test_two_uploads_of_one_episode_become_two_versions(tus: Tus, platform: Platform) -> None:
    one, two = tus.begin(20).headers["Location"], tus.begin(30).headers["Location"]
    assert one != two
    tus.send(two, DATA[:30], 0)
    tus.send(one, DATA[:20], 0)
    assert [(recording.version, recording.size) for recording in delivered(platform)] == [(1, 30), (2, 20)]


def test_a_second_writer_to_one_upload_waits_its_turn(tus: Tus, platform: Platform) -> None:
    address = tus.begin(20).headers["Location"]
    path = recordings_uploads.part_path(platform.settings, _only_upload(platform).id)
    with recordings_pieces.opened(path):
        assert tus.send(address, DATA[:20], 0).status_code == 423
    assert tus.send(address, DATA[:20], 0).status_code == 204


def test_a_nearly_full_disk_takes_no_file(
    tus: Tus, platform: Platform, monkeypatch: pytest.MonkeyPatch, browser: StrictClient, episode: Episode
) -> None:
    address = tus.begin(20).headers["Location"]
    full = SimpleNamespace(total=1000, used=910, free=90)
    monkeypatch.setattr(disk.shutil, "disk_usage", lambda _path: full)
    answer = tus.begin(20)
    assert answer.status_code == 507
    assert "磁盘空间不足" in answer.get_json()["detail"]
    assert _count(platform) == 1
    page = f"/desk/station/episodes/{episode.number}"
    posted = browser.post(f"{page}/recordings", {"recording": (io.BytesIO(b"x"), "a.mp4")}, page=page)
    assert posted.status_code == 507
    monkeypatch.undo()
    assert tus.send(address, DATA[:20], 0).status_code == 204


def test_a_disk_that_fills_up_in_the_middle_stops_the_upload_and_gives_its_room_back(
    tus: Tus, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = tus.begin(len(DATA)).headers["Location"]
    real = recordings_pieces.opened
    full = open("/dev/full", "wb", buffering=0)  # noqa: PTH123, SIM115

    def opened(path: Path):
        manager = real(path)

        class Full:
            def __enter__(self):
                manager.__enter__()
                return full

            def __exit__(self, *about):
                return manager.__exit__(*about)

        return Full()

    monkeypatch.setattr(recordings_pieces, "opened", opened)
    monkeypatch.setattr(recordings_pieces, "go_on", lambda *_file, **_at: None)  # a device has no length
    assert tus.send(address, DATA, 0).status_code == 507
    full.close()
    monkeypatch.undo()
    assert tus.client.head(address, headers=VERSION).status_code == 410
    assert list(platform.settings.uploads_dir.iterdir()) == []
    assert delivered(platform) == []


def _count(platform: Platform) -> int:
    with platform.session() as session:
        return session.scalar(select(func.count()).select_from(Upload)) or 0


def test_an_upload_belongs_to_who_began_it(
    tus: Tus, visitors: Visitors, recordings_factory: Recordings, platform: Platform
) -> None:
    address = tus.begin(20).headers["Location"]
    visitors.are(staff=recordings_factory.staff())
    assert tus.client.head(address, headers=VERSION).status_code == 404
    assert tus.send(address, DATA[:20], 0).status_code == 404
    assert tus.end(address).status_code == 404


@pytest.mark.parametrize(
    "permissions", [{Permission.SEE_OFFICE_DESK}, {Permission.KEEP_UNIT}, {Permission.READ_AUDIT}]
)
def test_others_deliver_nothing(tus: Tus, visitors: Visitors, permissions: set[Permission]) -> None:
    address = tus.begin(20).headers["Location"]
    other = Actor(kind=ActorKind.STAFF, name="x", permissions=frozenset({Permission.USE_DESK, *permissions}))
    visitors.are(staff=other)
    assert tus.begin(20).status_code == 403
    assert tus.send(address, DATA[:20], 0).status_code == 403
    visitors.are()
    assert tus.begin(20).status_code == 401


def test_a_large_body_of_somebody_who_may_not_deliver_is_not_even_read(
    tus: Tus, visitors: Visitors, platform: Platform, episode: Episode
) -> None:
    visitors.are()
    answer = tus.client.post(
        f"/desk/station/episodes/{episode.number}/recordings",
        data={"recording": (io.BytesIO(bytes(200_000)), "a.mp4")},
    )
    assert answer.status_code == 413
    assert not platform.settings.uploads_dir.exists() or not list(platform.settings.uploads_dir.iterdir())


def test_after_opening_a_reason_is_asked_for(
    browser: StrictClient, editor: Actor, recordings_factory: Recordings, platform: Platform
) -> None:
    episode = recordings_factory.episode(opens_at=clock.now() - timedelta(hours=1))
    upload = Tus(browser.client, episode.number, token_of(browser, episode))
    refused = upload.begin(20)
    assert refused.status_code == 422
    assert "写明原因" in refused.get_json()["detail"]
    address = upload.begin(20, reason="声画不同步").headers["Location"]
    upload.send(address, DATA[:20], 0)
    assert delivered(platform)[0].reason == "声画不同步"


def test_no_name_of_a_file_leads_out_of_the_folder(tus: Tus, platform: Platform) -> None:
    for name in ("../../../etc/cron.d/x", "/etc/passwd", "a\x00b.mp4", "x" * 300, "CON", "..", "%2e%2e%2f"):
        address = tus.begin(20, name).headers["Location"]
        tus.send(address, DATA[:20], 0)
    inside = {f"{recording.id}.part" for recording in delivered(platform)}
    assert {path.name for path in platform.settings.uploads_dir.iterdir()} == inside
    assert len(inside) == 7
    assert all("/" not in recording.original_name for recording in delivered(platform))


def test_leftovers_of_killed_requests_are_swept(app: Flask, platform: Platform) -> None:
    folder = platform.settings.uploads_dir
    folder.mkdir(parents=True)
    old, new = folder / "form-abc", folder / "form-def"
    for path in (old, new):
        path.write_bytes(b"half")
    os.utime(old, (0, 0))
    programme_jobs.sweep(platform)
    assert [path.name for path in folder.iterdir()] == ["form-def"]
    shutil.rmtree(folder)
