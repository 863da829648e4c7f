"""What an upload has acknowledged stays what it is: pieces that come at once, and bytes that went missing."""

import http.client
import random
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from evalapp.core.permissions import Actor
from evalapp.core.platform import Platform
from evalapp.programme.models import Episode, Recording, Upload
from evalapp.programme.services import recordings_pieces, recordings_uploads
from tests.support.web_server import serving
from tests.support.wire import Wire

ROUNDS = 12
AT_ONCE = 4
PIECE = 50_000


def begun(wire: Wire, episode: Episode, size: int) -> str:
    answer, _body = wire.ask(
        "POST",
        f"/desk/station/episodes/{episode.number}/uploads",
        wire.headers | {"Upload-Length": str(size)},
    )
    assert answer.status == 201
    return answer.getheader("Location", "")


def part(platform: Platform) -> Path:
    with platform.session() as session:
        return recordings_uploads.part_path(platform.settings, session.scalars(select(Upload.id)).one())


def all_at_once(
    wire: Wire, address: str, pieces: list[bytes], at: int
) -> list[tuple[http.client.HTTPResponse, bytes]]:
    """Send every piece to the same place from a thread of its own, all let go together."""
    together = threading.Barrier(len(pieces))
    answers: list[tuple[http.client.HTTPResponse, bytes]] = []

    def send(piece: bytes) -> None:
        together.wait()
        answer, _body = wire.ask("PATCH", address, wire.piece(at), piece)
        answers.append((answer, piece))

    threads = [threading.Thread(target=send, args=(piece,)) for piece in pieces]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def test_of_four_pieces_for_one_place_one_is_kept_and_nothing_acknowledged_is_lost(
    app: Flask, editor: Actor, episode: Episode, platform: Platform
) -> None:
    chance = random.Random(4)
    kept = bytearray()
    refused = set()
    with serving(app) as base:
        wire = Wire(base, episode)
        address = begun(wire, episode, 2 * PIECE * ROUNDS)
        for _round in range(ROUNDS):
            at = len(kept)
            pieces = [chance.randbytes(chance.randrange(1, PIECE)) for _each in range(AT_ONCE)]
            for answer, piece in all_at_once(wire, address, pieces, at):
                if answer.status == 204:
                    assert answer.getheader("Upload-Offset") == str(at + len(piece))
                    assert len(kept) == at, "two pieces were acknowledged for one place"
                    kept += piece
                else:
                    refused.add(answer.status)
            assert wire.offset(address) == len(kept)
            assert part(platform).read_bytes() == kept
        late, _body = wire.ask("PATCH", address, wire.piece(0), b"late")
        assert (late.status, late.getheader("Upload-Offset")) == (409, str(len(kept)))
        rest = bytes(2 * PIECE * ROUNDS - len(kept))
        done, _body = wire.ask("PATCH", address, wire.piece(len(kept)), rest)
        assert done.status == 204
    assert refused <= {409, 423}
    assert part(platform).read_bytes() == bytes(kept) + rest
    with platform.session() as session:
        assert session.scalars(select(Recording.size)).one() == 2 * PIECE * ROUNDS


def test_a_piece_that_waited_behind_another_is_refused_with_the_true_place(
    app: Flask, editor: Actor, episode: Episode, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The loser had read how far the upload was before the winner's piece was acknowledged."""
    has_won, first = threading.Event(), threading.Lock()
    real = recordings_pieces.opened
    second_is_here = threading.Event()

    def opened(path: Path):
        if not first.acquire(blocking=False):
            second_is_here.set()
            assert has_won.wait(20)
        else:
            assert second_is_here.wait(20)
        return real(path)

    monkeypatch.setattr(recordings_pieces, "opened", opened)
    with serving(app) as base:
        wire = Wire(base, episode)
        address = begun(wire, episode, 1000)
        answers = {}

        def send(piece: bytes) -> None:
            answer, _body = wire.ask("PATCH", address, wire.piece(0), piece)
            answers[answer.status] = (answer.getheader("Upload-Offset"), piece)
            has_won.set()

        threads = [threading.Thread(target=send, args=(piece,)) for piece in (b"a" * 300, b"b" * 300)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert set(answers) == {204, 409}
    assert answers[409][0] == "300"
    assert part(platform).read_bytes() == answers[204][1]


@pytest.fixture
def wire(app: Flask, editor: Actor, episode: Episode) -> Iterator[Wire]:
    with serving(app) as base:
        yield Wire(base, episode)


@pytest.mark.parametrize(("left", "asked"), [(None, "HEAD"), (None, ""), (0, ""), (299, "HEAD"), (299, "")])
def test_an_upload_whose_bytes_went_missing_is_over_and_says_so(
    wire: Wire, episode: Episode, platform: Platform, left: int | None, asked: str
) -> None:
    address = begun(wire, episode, 1000)
    wire.ask("PATCH", address, wire.piece(0), b"a" * 300)
    path = part(platform)
    if left is None:
        path.unlink()
    else:
        path.write_bytes(b"a" * left)
    if asked:
        assert wire.ask(asked, address, wire.headers)[0].status == 410
    answer, body = wire.ask("PATCH", address, wire.piece(300), b"b" * 700)
    assert (answer.status, answer.getheader("Content-Type")) == (410, "application/problem+json")
    assert "重新上传" in body.decode()
    assert wire.ask("HEAD", address, wire.headers)[0].status == 410
    again = begun(wire, episode, 10)
    assert wire.ask("PATCH", again, wire.piece(0), b"c" * 10)[0].status == 204
    assert not path.exists(), "nothing of zeros is left"
    with platform.session() as session:
        assert session.scalars(select(Recording.size)).all() == [10]
