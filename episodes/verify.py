"""Whether a published folder is whole: its own list of files against what is there."""

import json
from pathlib import Path

from episodes.errors import ErrorCode, Failed
from episodes.plain import from_plain
from episodes.playlists import media_playlist
from episodes.results import Prepared

MANIFEST = "prepared.json"


def verify(folder: Path) -> Prepared:
    """What was published there; Failed when anything of it is missing, cut short or does not fit together."""
    try:
        plain = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        prepared = from_plain(Prepared, {**plain, "folder": str(folder)})
        _check(prepared)
    except (OSError, ValueError, TypeError) as error:
        raise Failed(ErrorCode.RESULT_INCOMPLETE, log=str(error)) from error
    return prepared


def write_manifest(prepared: Prepared, folder: Path) -> None:
    text = json.dumps(prepared.as_json(), ensure_ascii=False, indent=1)
    (folder / MANIFEST).write_text(text + "\n", encoding="utf-8")


def _check(prepared: Prepared) -> None:
    """Every file with its size; every playlist covering its file to the last byte."""
    folder = prepared.folder
    for file in prepared.files:
        size = (folder / file.name).stat().st_size
        if size != file.bytes or size == 0:
            raise ValueError(f"{file.name} has {size} bytes instead of {file.bytes}")
    named = {file.name for file in prepared.files}
    needed = {prepared.master, prepared.progressive, prepared.poster, prepared.card}
    needed |= {prepared.preview.sheet, prepared.preview.cues, prepared.sound.playlist}
    needed |= {rung.playlist for rung in prepared.rungs}
    if not needed <= named:
        raise ValueError(f"not listed: {sorted(needed - named)}")
    for name in [prepared.sound.playlist, *(rung.playlist for rung in prepared.rungs)]:
        playlist = media_playlist((folder / name).read_text(encoding="utf-8"))
        if playlist.file not in named or playlist.bytes != prepared.file(playlist.file).bytes:
            raise ValueError(f"{name} does not cover {playlist.file}")
