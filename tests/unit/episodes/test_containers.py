"""What a file is by its first bytes, and whether it says that its end is missing."""

import struct
from pathlib import Path

import pytest

from episodes.containers import container_of, recognise
from episodes.errors import ErrorCode, Refused
from episodes.results import Container


def box(kind: bytes, content: bytes = b"") -> bytes:
    return struct.pack(">I", 8 + len(content)) + kind + content


WHOLE_MP4 = box(b"ftyp", b"isom\0\0\2\0") + box(b"moov", bytes(40)) + box(b"mdat", bytes(100))


def refused(path: Path, data: bytes) -> ErrorCode:
    path.write_bytes(data)
    with pytest.raises(Refused) as refusal:
        recognise(path)
    return refusal.value.code


@pytest.mark.parametrize(
    ("head", "container"),
    [
        (WHOLE_MP4, Container.MP4),
        (b"\x1a\x45\xdf\xa3" + bytes(20), Container.MATROSKA),
        ((b"\x47" + bytes(187)) * 6, Container.MPEG_TS),
        (bytes(70) + (b"\x47" + bytes(187)) * 6, Container.MPEG_TS),
        ((bytes(4) + b"\x47" + bytes(187)) * 6, Container.MPEG_TS),
        (b"\x00\x00\x01\xba" + bytes(20), Container.MPEG_PS),
        (b"RIFF\x10\0\0\0AVI LIST", Container.AVI),
        (b"RIFF\x10\0\0\0WAVEfmt ", None),
        (b"FLV\x01\x05", Container.FLV),
        (b"#EXTM3U\n", None),
        (b"ffconcat version 1.0\nfile victim.mp4\n", None),
        (b"<!doctype html>" + WHOLE_MP4, None),
        (b"PK\x03\x04" + bytes(30), None),
        (b"", None),
    ],
)
def test_the_container_is_known_by_its_beginning(head: bytes, container: Container | None) -> None:
    assert container_of(head) is container


def test_a_whole_file_is_recognised(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(WHOLE_MP4)
    assert recognise(tmp_path / "a") is Container.MP4


@pytest.mark.parametrize("missing", [1, 50, 99, 107, 130])
def test_an_mp4_that_is_cut_off_says_so(tmp_path: Path, missing: int) -> None:
    assert refused(tmp_path / "a", WHOLE_MP4[:-missing]) is ErrorCode.INCOMPLETE


def test_an_mp4_without_its_index_is_incomplete(tmp_path: Path) -> None:
    assert refused(tmp_path / "a", box(b"ftyp", bytes(8)) + box(b"mdat", bytes(100))) is ErrorCode.INCOMPLETE


def test_a_box_longer_than_four_gigabytes_is_measured_by_its_long_length(tmp_path: Path) -> None:
    long_box = struct.pack(">I4sQ", 1, b"mdat", 5_000_000_000)
    assert refused(tmp_path / "a", box(b"ftyp", bytes(8)) + box(b"moov") + long_box) is ErrorCode.INCOMPLETE


def test_a_last_box_without_length_reaches_to_the_end(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(box(b"ftyp", bytes(8)) + box(b"moov") + b"\0\0\0\0mdat" + bytes(50))
    assert recognise(tmp_path / "a") is Container.MP4


def test_a_matroska_file_shorter_than_its_segment_is_incomplete(tmp_path: Path) -> None:
    head = b"\x1a\x45\xdf\xa3\x80" + b"\x18\x53\x80\x67" + b"\x48\x00" + bytes(100)
    assert refused(tmp_path / "a", head) is ErrorCode.INCOMPLETE
    (tmp_path / "live").write_bytes(
        b"\x1a\x45\xdf\xa3\x80" + b"\x18\x53\x80\x67" + b"\x01" + b"\xff" * 7 + bytes(100)
    )
    assert recognise(tmp_path / "live") is Container.MATROSKA


def test_an_avi_shorter_than_its_list_is_incomplete(tmp_path: Path) -> None:
    assert (
        refused(tmp_path / "a", b"RIFF" + struct.pack("<I", 5000) + b"AVI " + bytes(100))
        is ErrorCode.INCOMPLETE
    )


def test_nothing_and_something_else_have_sentences_of_their_own(tmp_path: Path) -> None:
    assert refused(tmp_path / "a", b"") is ErrorCode.EMPTY_FILE
    assert refused(tmp_path / "a", b"PK\x03\x04" + bytes(100)) is ErrorCode.NOT_A_RECORDING
    assert refused(tmp_path / "a", b"OggS" + bytes(100)) is ErrorCode.UNSUPPORTED_FORMAT
