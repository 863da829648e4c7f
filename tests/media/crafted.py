"""Hostile files of our own kind, beside those that lie in `attacks/`: made anew each time, always the same bytes."""

import struct
from pathlib import Path

STREAMS = 901


def write_all(folder: Path, address: str) -> list[Path]:
    """Each crafted file by its name; `address` is where the ones that call out would call."""
    made = {
        "16_900_streams.mkv": matroska_with_streams(STREAMS),
        "30_hls_calls_out.m3u8": f"#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\nhttp://{address}/a.ts\n".encode(),
        "31_concat_calls_out.mp4": f"ffconcat version 1.0\nfile http://{address}/a.mp4\n".encode(),
        "32_dash_calls_out.mp4": (
            '<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static"><Period><AdaptationSet>'
            f'<Representation id="1" bandwidth="1"><BaseURL>http://{address}/a.mp4</BaseURL></Representation>'
            "</AdaptationSet></Period></MPD>"
        ).encode(),
        "33_session_description.mp4": b"v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=video 5004 RTP/AVP 96\n",
        "34_concat_behind_a_box.mp4": box(b"ftyp", b"isom\0\0\2\0")
        + b"\nffconcat version 1.0\nfile victim.mp4\n",
        "35_other_file_by_reference.mov": with_outside_reference(
            (folder / "victim.mp4").read_bytes(), b"victim.mp4"
        ),
        "36_box_without_end.mp4": box(b"ftyp", b"isom\0\0\2\0")
        + struct.pack(">I4sQ", 1, b"moov", 2**62)
        + bytes(64),
        "37_nested_boxes.mp4": box(b"ftyp", b"isom\0\0\2\0") + nested(b"moov", 5000) + box(b"mdat"),
        "38_sound_only.mkv": matroska_with_streams(1, first_is_picture=False),
        "39_nothing_but_sync.ts": (b"\x47" + bytes(187)) * 4000,
    }
    for name, content in made.items():
        (folder / name).write_bytes(content)
    return [folder / name for name in made]


def box(kind: bytes, content: bytes = b"") -> bytes:
    return struct.pack(">I", 8 + len(content)) + kind + content


def nested(kind: bytes, depth: int) -> bytes:
    content = b""
    for _ in range(depth):
        content = box(kind, content)
    return content


def matroska_with_streams(count: int, *, first_is_picture: bool = True) -> bytes:
    """A head, so many tracks of text behind one of pictures, and a cluster with nothing in it."""
    tracks = b"".join(
        _track(number, is_picture=number == 1 and first_is_picture) for number in range(1, count + 1)
    )
    head = element("1A45DFA3", element("4282", b"matroska"))
    info = element("1549A966", element("2AD7B1", (1_000_000).to_bytes(4, "big")))
    return head + element(
        "18538067", info + element("1654AE6B", tracks) + element("1F43B675", element("E7", b"\0"))
    )


def element(name: str, content: bytes) -> bytes:
    """One EBML element, its length always in eight bytes."""
    return bytes.fromhex(name) + (len(content) | 1 << 56).to_bytes(8, "big") + content


def with_outside_reference(film: bytes, name: bytes) -> bytes:
    """The film with its first track's pictures said to lie in another file, as old QuickTime allowed."""
    alias = _alias(name)
    at = film.index(b"dref") - 4
    old = int.from_bytes(film[at : at + 4], "big")
    grown = box(b"dref", bytes(4) + (1).to_bytes(4, "big") + box(b"alis", bytes(4) + alias))
    film = film[:at] + grown + film[at + old :]
    for kind in (b"dinf", b"minf", b"mdia", b"trak", b"moov"):
        start = film.rindex(kind, 0, at + 4) - 4
        length = int.from_bytes(film[start : start + 4], "big") + len(grown) - old
        film = film[:start] + length.to_bytes(4, "big") + film[start + 4 :]
    return film


def _alias(name: bytes) -> bytes:
    """Names of volume and file in fixed places, then the path once more as text (type 2)."""
    fixed = bytes(10) + bytes([6]) + b"volume".ljust(27, b"\0") + bytes(12)
    fixed += bytes([len(name)]) + name.ljust(63, b"\0") + bytes(16)
    fixed += struct.pack(">HH", 1, 1) + bytes(16)
    path = b"/" + name
    fixed += struct.pack(">HH", 2, len(path)) + path + bytes(len(path) % 2)
    return fixed + struct.pack(">HH", 0xFFFF, 0)


def _track(number: int, *, is_picture: bool) -> bytes:
    codec = b"V_MJPEG" if is_picture else b"S_TEXT/UTF8"
    size = element("E0", element("B0", (320).to_bytes(2, "big")) + element("BA", (240).to_bytes(2, "big")))
    return element(
        "AE",
        element("D7", number.to_bytes(2, "big"))
        + element("73C5", number.to_bytes(2, "big"))
        + element("83", bytes([1 if is_picture else 0x11]))
        + element("86", codec)
        + (size if is_picture else b""),
    )
