"""Work of the worker: recording what is read aloud of guides."""

import tempfile
import uuid
import wave
from pathlib import Path
from typing import BinaryIO

from evalapp.core import process
from evalapp.core.errors import NotFound
from evalapp.core.jobs import JobContext
from evalapp.core.platform import Platform
from evalapp.powers.rules.items.spoken import SPEED, VOICE, Spoken
from evalapp.powers.services.items import speech


def record_speech(context: JobContext) -> None:
    """Record a guide, or the pages of the kiosk. May run twice: what is recorded already is not recorded again."""
    platform = context.platform
    asked = context.payload.get("item_id")
    item_id = uuid.UUID(asked) if asked else None
    with platform.session() as session:
        wanted = speech.wanted(session, item_id)
    made = {piece.mark: _recorded(platform, piece) for piece in wanted}
    with context.transaction() as session:
        gone = speech.keep(session, item_id, made)
    for mark in gone:
        platform.storage.remove(speech.file_name(mark))
    for mark in made:
        platform.storage.find(
            speech.file_name(mark)
        )  # another guide's job may have removed it: then once more


def _recorded(platform: Platform, piece: Spoken) -> int:
    """Record a piece unless it is there; return how long it is, in milliseconds."""
    name = speech.file_name(piece.mark)
    try:
        with platform.storage.open(name) as file:
            return _milliseconds(file)
    except NotFound:
        pass
    with tempfile.TemporaryDirectory() as folder:
        sound = Path(folder) / "sound.wav"
        process.run(
            ["espeak-ng", "-v", VOICE, "-s", str(SPEED), "-w", str(sound), "--stdin"],
            given=piece.words.encode(),
        )
        with sound.open("rb") as file:
            length = _milliseconds(file)
        platform.storage.put(name, sound)
    return length


def _milliseconds(file: BinaryIO) -> int:
    with wave.open(file) as sound:
        frames, a_second = int(sound.getnframes()), int(sound.getframerate())
    return max(1, round(frames * 1000 / a_second))
