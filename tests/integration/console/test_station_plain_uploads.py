"""A recording delivered by one plain form, without a script."""

import io
from datetime import timedelta
from pathlib import Path

import pytest

from evalapp.core import clock
from evalapp.core.permissions import Actor
from evalapp.core.platform import Platform
from evalapp.programme.models import Episode
from tests.support.delivered import Recordings, delivered, part_of
from tests.support.strict_client import StrictClient


def test_the_plain_form_delivers_without_a_script(
    browser: StrictClient, editor: Actor, episode: Episode, platform: Platform, clip: Path
) -> None:
    page = f"/desk/station/episodes/{episode.number}"
    file = (io.BytesIO(clip.read_bytes()), "成片 终版.mp4")
    answer = browser.post(f"{page}/recordings", {"recording": file}, page=page)
    assert answer.status_code == 303
    (recording,) = delivered(platform)
    assert recording.original_name == "成片 终版.mp4"
    assert part_of(platform, recording).read_bytes() == clip.read_bytes()
    assert [path.name for path in platform.settings.uploads_dir.iterdir()] == [f"{recording.id}.part"]
    assert "录像已收到" in browser.get(page).text


def test_the_plain_form_without_a_file_says_so(
    browser: StrictClient, editor: Actor, episode: Episode
) -> None:
    page = f"/desk/station/episodes/{episode.number}"
    answer = browser.post(f"{page}/recordings", {}, page=page)
    assert answer.status_code == 422
    assert "请先选择录像文件" in answer.text


@pytest.mark.usefixtures("editor")
@pytest.mark.parametrize(
    ("file", "reason", "sentence"),
    [
        (b"x", "", "更换录像请写明原因"),
        (b"x", "声画不同步" * 41, "说明最多 200 个字"),
        (b"", "声画不同步", "文件是空的"),
        (None, "声画不同步", "请先选择录像文件"),
    ],
)
def test_the_plain_form_comes_back_with_the_refusal_and_what_was_typed(
    browser: StrictClient, recordings_factory: Recordings, file: bytes | None, reason: str, sentence: str
) -> None:
    episode = recordings_factory.episode(opens_at=clock.now() - timedelta(hours=1))
    page = f"/desk/station/episodes/{episode.number}"
    fields = {"reason": reason} | ({} if file is None else {"recording": (io.BytesIO(file), "a.mp4")})
    answer = browser.post(f"{page}/recordings", fields, page=page)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert f'value="{reason}"' in answer.text
    assert delivered(recordings_factory.platform) == []
