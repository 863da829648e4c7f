"""Playlists as text: reading the ones ffmpeg wrote, writing the one that players open first. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from episodes.results import PreparedRung, PreparedSound

SOUND_CODEC = "mp4a.40.2"
SOUND_GROUP = "sound"
SUBTITLES_GROUP = "subtitles"
VERSION = 7
SHORT_SEGMENT = 0.5
"""Shorter than this share of the target, a segment's own rate says nothing about a viewer's line."""
AVC_BOX = re.compile(rb"avcC\x01(...)", re.DOTALL)
MAP = re.compile(r'#EXT-X-MAP:URI="([^"]+)",BYTERANGE="(\d+)@(\d+)"')
RANGE = re.compile(r"#EXT-X-BYTERANGE:(\d+)@(\d+)")


@dataclass(frozen=True, kw_only=True)
class Segment:
    seconds: float
    start: int
    bytes: int


@dataclass(frozen=True, kw_only=True)
class MediaPlaylist:
    """One size or the sound: one file, cut into segments by byte ranges."""

    file: str
    head_bytes: int
    target_seconds: int
    segments: tuple[Segment, ...]

    @property
    def seconds(self) -> float:
        return sum(segment.seconds for segment in self.segments)

    @property
    def bytes(self) -> int:
        """Where its last segment ends, which is the length of its file."""
        return max((segment.start + segment.bytes for segment in self.segments), default=self.head_bytes)

    @property
    def average_rate(self) -> int:
        return (
            round(sum(segment.bytes for segment in self.segments) * 8 / self.seconds) if self.seconds else 0
        )

    @property
    def peak_rate(self) -> int:
        least = self.target_seconds * SHORT_SEGMENT
        rates = [segment.bytes * 8 / segment.seconds for segment in self.segments if segment.seconds >= least]
        return max(round(max(rates, default=0)), self.average_rate)


@dataclass(frozen=True, kw_only=True)
class Subtitles:
    """One language of captions, as the master playlist names it; `playlist` is relative to the master."""

    playlist: str
    language: str
    name: str
    default: bool = False


def media_playlist(text: str) -> MediaPlaylist:
    """Read what ffmpeg wrote; ValueError when it is not finished or not in one file."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if not lines or lines[0] != "#EXTM3U" or lines[-1] != "#EXT-X-ENDLIST":
        raise ValueError("the playlist has no end")
    head = MAP.search(text)
    target = re.search(r"#EXT-X-TARGETDURATION:(\d+)", text)
    if head is None or target is None:
        raise ValueError("the playlist names no head")
    segments = []
    seconds = 0.0
    for line in lines:
        if line.startswith("#EXTINF:"):
            seconds = float(line.removeprefix("#EXTINF:").rstrip(",").split(",")[0])
        elif found := RANGE.match(line):
            segments.append(Segment(seconds=seconds, bytes=int(found[1]), start=int(found[2])))
        elif not line.startswith("#") and line != head[1]:
            raise ValueError("the playlist names a second file")
    return MediaPlaylist(
        file=head[1], head_bytes=int(head[2]), target_seconds=int(target[1]), segments=tuple(segments)
    )


def avc_codec(head: bytes) -> str:
    """The codec's name with profile and level, out of the head of a file; ValueError when there is none."""
    found = AVC_BOX.search(head)
    if found is None:
        raise ValueError("no H.264 description in the head")
    return f"avc1.{found[1].hex().upper()}"


def master_playlist(
    rungs: Sequence[PreparedRung],
    sound: PreparedSound,
    *,
    frame_rate: Fraction,
    subtitles: Sequence[Subtitles] = (),
) -> str:
    """What players open first. The captions come later and change: the application calls this again with them."""
    lines = ["#EXTM3U", f"#EXT-X-VERSION:{VERSION}", "#EXT-X-INDEPENDENT-SEGMENTS"]
    lines.append(
        f'#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="{SOUND_GROUP}",NAME="普通话",LANGUAGE="zh",DEFAULT=YES,AUTOSELECT=YES'
        f',CHANNELS="2",URI="{_quoted(sound.playlist)}"'
    )
    for track in subtitles:
        default = "YES" if track.default else "NO"
        lines.append(
            f'#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID="{SUBTITLES_GROUP}",NAME="{_quoted(track.name)}"'
            f',LANGUAGE="{_quoted(track.language)}",DEFAULT={default},AUTOSELECT=YES,FORCED=NO'
            f',URI="{_quoted(track.playlist)}"'
        )
    for rung in rungs:
        lines += [_variant(rung, sound, frame_rate, with_subtitles=bool(subtitles)), rung.playlist]
    return "\n".join(lines) + "\n"


def subtitles_playlist(file: str, seconds: float) -> str:
    """The wrapping that a WebVTT file needs to stand in a master playlist."""
    return (
        f"#EXTM3U\n#EXT-X-VERSION:{VERSION}\n#EXT-X-TARGETDURATION:{round(seconds) + 1}\n#EXT-X-MEDIA-SEQUENCE:0\n"
        f"#EXT-X-PLAYLIST-TYPE:VOD\n#EXTINF:{seconds:.3f},\n{_quoted(file)}\n#EXT-X-ENDLIST\n"
    )


def _variant(rung: PreparedRung, sound: PreparedSound, frame_rate: Fraction, *, with_subtitles: bool) -> str:
    said = (
        f"#EXT-X-STREAM-INF:BANDWIDTH={rung.peak_rate + sound.peak_rate}"
        f",AVERAGE-BANDWIDTH={rung.average_rate + sound.average_rate}"
        f",RESOLUTION={rung.width}x{rung.height},FRAME-RATE={float(frame_rate):.3f}"
        f',CODECS="{rung.codecs},{sound.codecs}",AUDIO="{SOUND_GROUP}"'
    )
    return said + (f',SUBTITLES="{SUBTITLES_GROUP}"' if with_subtitles else "")


def _quoted(text: str) -> str:
    """Inside the quotes of an attribute neither quotes nor line ends can be said."""
    return re.sub(r'["\r\n]', " ", text)
