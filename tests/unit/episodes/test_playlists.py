"""Playlists and preview cues as text: what ffmpeg wrote is read strictly, what players open first says everything."""

from dataclasses import replace
from fractions import Fraction

import pytest

from episodes.commands import tiles_for
from episodes.playlists import Subtitles, avc_codec, master_playlist, media_playlist, subtitles_playlist
from episodes.previews import preview_cues
from episodes.results import PreparedRung, PreparedSound
from episodes.settings import Settings

MEDIA = """#EXTM3U
#EXT-X-VERSION:7
#EXT-X-TARGETDURATION:4
#EXT-X-MAP:URI="v240.m4s",BYTERANGE="827@0"
#EXTINF:4.000000,
#EXT-X-BYTERANGE:40000@827
v240.m4s
#EXTINF:4.000000,
#EXT-X-BYTERANGE:20000@40827
v240.m4s
#EXTINF:0.500000,
#EXT-X-BYTERANGE:10000@60827
v240.m4s
#EXT-X-ENDLIST
"""
RUNG = PreparedRung(
    name="720",
    width=1280,
    height=720,
    playlist="v720.m3u8",
    codecs="avc1.64001F",
    average_rate=2_000_000,
    peak_rate=2_900_000,
    copied=False,
)
SOUND = PreparedSound(
    playlist="audio.m3u8", codecs="mp4a.40.2", average_rate=128_000, peak_rate=130_000, silent=False
)


def test_rates_come_from_the_bytes_and_a_short_rest_is_no_peak() -> None:
    playlist = media_playlist(MEDIA)
    assert playlist.seconds == 8.5
    assert playlist.bytes == 70827
    assert playlist.peak_rate == 80_000
    assert playlist.average_rate == round(70_000 * 8 / 8.5)


@pytest.mark.parametrize(
    "broken",
    [
        "",
        MEDIA.replace("#EXT-X-ENDLIST\n", ""),
        MEDIA.replace("#EXT-X-MAP", "#X"),
        MEDIA.replace("v240.m4s\n#EXT-X-ENDLIST", "other.m4s\n#EXT-X-ENDLIST"),
    ],
)
def test_a_playlist_that_is_not_finished_or_not_in_one_file_is_refused(broken: str) -> None:
    with pytest.raises(ValueError, match="playlist"):
        media_playlist(broken)


def test_the_master_names_rates_size_frames_and_codecs() -> None:
    master = master_playlist([RUNG], SOUND, frame_rate=Fraction(30000, 1001))
    assert "BANDWIDTH=3030000,AVERAGE-BANDWIDTH=2128000,RESOLUTION=1280x720,FRAME-RATE=29.970" in master
    assert 'CODECS="avc1.64001F,mp4a.40.2",AUDIO="sound"\nv720.m3u8\n' in master
    assert "SUBTITLES" not in master


def test_captions_join_as_a_group_and_cannot_leave_their_quotes() -> None:
    track = Subtitles(playlist="zh.m3u8", language="zh-Hans", name='中文",URI="x\n#EXT', default=True)
    master = master_playlist(
        [RUNG, replace(RUNG, name="480")], SOUND, frame_rate=Fraction(25), subtitles=[track]
    )
    assert master.count('SUBTITLES="subtitles"') == 2
    line = next(line for line in master.splitlines() if "TYPE=SUBTITLES" in line)
    assert line.count('"') == 8
    assert line.endswith('URI="zh.m3u8"')


def test_captions_are_wrapped_in_a_playlist_of_their_own() -> None:
    assert "#EXTINF:61.500,\nzh.vtt\n#EXT-X-ENDLIST" in subtitles_playlist("zh.vtt", 61.5)


def test_the_codec_is_read_from_the_head() -> None:
    assert avc_codec(b"....avcC\x01\x64\x00\x1f\xff") == "avc1.64001F"
    with pytest.raises(ValueError, match=r"H\.264"):
        avc_codec(b"moov")


def test_every_moment_has_its_part_of_the_sheet() -> None:
    cues = preview_cues(tiles_for(25.5, 1920, 1080, Settings()), 25.5)
    assert "00:00:00.000 --> 00:00:02.000\npreview.jpg#xywh=0,0,160,90\n" in cues
    assert "00:00:20.000 --> 00:00:22.000\npreview.jpg#xywh=0,90,160,90\n" in cues
    assert "00:00:24.000 --> 00:00:25.500\npreview.jpg#xywh=320,90,160,90\n" in cues
