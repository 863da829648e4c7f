"""What a file is by its own bytes, and whether its container says that something is missing at its end."""

import os
from pathlib import Path
from typing import BinaryIO

from episodes.errors import ErrorCode, Refused
from episodes.results import Container

HEAD_BYTES = 4096
MOST_BOXES = 200_000

MP4_FIRST_BOXES = frozenset({b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip", b"styp", b"pnot", b"uuid"})
MP4_NEEDED = frozenset({b"moov", b"mdat"})
EBML = b"\x1a\x45\xdf\xa3"
SEGMENT = b"\x18\x53\x80\x67"
SIGNATURES = (
    (EBML, Container.MATROSKA),
    (b"\x00\x00\x01\xba", Container.MPEG_PS),
    (bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c"), Container.ASF),
    (bytes.fromhex("060e2b34020501010d0102"), Container.MXF),
    (b"FLV\x01", Container.FLV),
)
OTHER_MEDIA = (b"OggS", b".RMF", b"ID3", b"fLaC", b"RIFF", b"\x00\x00\x01\xb3")
"""Sound and pictures that are not taken: worth another sentence than a file of no such kind."""
TRANSPORT_PACKETS = (188, 192, 204)
TRANSPORT_SYNC = 0x47
TRANSPORT_REPEATS = 5


def recognise(recording: Path) -> Container:
    """The container of a complete file; Refused for anything else, before any program looks at it."""
    with recording.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(0)
        head = file.read(HEAD_BYTES)
        if not head:
            raise Refused(ErrorCode.EMPTY_FILE)
        container = container_of(head)
        if container is None:
            known = head.startswith(OTHER_MEDIA)
            raise Refused(ErrorCode.UNSUPPORTED_FORMAT if known else ErrorCode.NOT_A_RECORDING)
        if not _is_complete(container, file, head, size):
            raise Refused(ErrorCode.INCOMPLETE)
    return container


def container_of(head: bytes) -> Container | None:
    """Pure: by signatures at the very beginning, so that a page or a script in front of a film is neither."""
    for signature, container in SIGNATURES:
        if head.startswith(signature):
            return container
    if head[4:8] in MP4_FIRST_BOXES:
        return Container.MP4
    if head.startswith(b"RIFF") and head[8:12] == b"AVI ":
        return Container.AVI
    return Container.MPEG_TS if _is_transport_stream(head) else None


def _is_transport_stream(head: bytes) -> bool:
    """A capture may begin in the middle of a packet: the sync byte is looked for in the first one."""
    for length in TRANSPORT_PACKETS:
        for start in range(length):
            beats = head[start::length][:TRANSPORT_REPEATS]
            if len(beats) == TRANSPORT_REPEATS and set(beats) == {TRANSPORT_SYNC}:
                return True
    return False


def _is_complete(container: Container, file: BinaryIO, head: bytes, size: int) -> bool:
    """False only when the file itself says that it should go on; streams without a length cannot say."""
    if container is Container.MP4:
        return _mp4_is_complete(file, size)
    if container is Container.MATROSKA:
        return _matroska_is_complete(head, size)
    if container is Container.AVI:
        return 8 + int.from_bytes(head[4:8], "little") <= size
    return True


def _mp4_is_complete(file: BinaryIO, size: int) -> bool:
    """Walk the outermost boxes: each ends within the file, and index (`moov`) and pictures (`mdat`) are among them."""
    offset = 0
    seen: set[bytes] = set()
    for _ in range(MOST_BOXES):
        if offset + 8 > size:
            break
        file.seek(offset)
        header = file.read(16)
        length, kind = int.from_bytes(header[:4], "big"), header[4:8]
        if length == 1:
            length = int.from_bytes(header[8:16], "big")
        elif length == 0:
            length = size - offset
        if length < 8:
            break
        seen.add(kind)
        if offset + length > size:
            # Bytes of no kind behind the last box are harmless; a box of a kind that is cut off is not.
            return seen >= MP4_NEEDED and not kind.isalnum()
        offset += length
    return seen >= MP4_NEEDED


def _matroska_is_complete(head: bytes, size: int) -> bool:
    at = head.find(SEGMENT)
    if at < 0 or at + 12 > len(head):
        return at >= 0
    first = head[at + 4]
    if first == 0:
        return True
    length_bytes = 9 - first.bit_length()
    value = int.from_bytes(head[at + 4 : at + 4 + length_bytes], "big") & ((1 << (7 * length_bytes)) - 1)
    unknown = value == (1 << (7 * length_bytes)) - 1
    return unknown or at + 4 + length_bytes + value <= size
