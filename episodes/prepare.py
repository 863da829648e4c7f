"""From a recording to everything a page needs to show it: probed, measured, encoded aside, published at once."""

import errno
import math
import shutil
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

from episodes import binaries, commands, ladder, measure, playlists, previews, publishing, runner
from episodes.commands import Plan
from episodes.errors import Cancelled, ErrorCode, Failed, MediaError, Refused
from episodes.playlists import MediaPlaylist
from episodes.policy import judge_count
from episodes.probe import probe, refusal
from episodes.results import (
    Cost,
    Loudness,
    Prepared,
    PreparedFile,
    PreparedRung,
    PreparedSound,
    Progress,
    Recording,
    Rung,
    Stage,
)
from episodes.runner import Finished, Watch, never
from episodes.sandbox import Limits, Place, recording_name
from episodes.settings import SandboxKind, Settings
from episodes.verify import MANIFEST, verify, write_manifest

MASTER = "master.m3u8"
HEAD_BYTES = 64 * 1024
MISSING_SHARE = 0.95
MISSING_SLACK = 1.0
PROBED, MEASURED, ENCODED = 0.02, 0.06, 0.98
TELL_SECONDS = 1.0
OVERHEAD = 1.1
ENDED_BY_FILE_LIMIT = frozenset({-signal.SIGXFSZ, 128 + signal.SIGXFSZ})
MEDIA_TYPES = {
    ".m3u8": "application/vnd.apple.mpegurl",
    ".m4s": "video/iso.segment",
    ".mp4": "video/mp4",
    ".jpg": "image/jpeg",
    ".vtt": "text/vtt",
}


def quiet(_: Progress) -> None:
    """Nobody wants to know."""


@dataclass(kw_only=True)
class _Work:
    """One preparation under way: what it was given and what it has cost so far."""

    recording: Path
    settings: Settings
    kind: SandboxKind
    tell: Callable[[Progress], None]
    cancelled: Callable[[], bool]
    started: float = field(default_factory=time.monotonic)
    cpu_seconds: float = 0.0
    peak_bytes: int = 0
    reached: float = 0.0
    told_at: float = -math.inf

    def advance(self, stage: Stage, fraction: float) -> None:
        """Never back; at least once a second while a program runs, changed or not."""
        self.reached = max(self.reached, min(1.0, fraction))
        if time.monotonic() - self.told_at >= TELL_SECONDS or fraction >= 1.0:
            self.told_at = time.monotonic()
            self.tell(Progress(stage=stage, fraction=self.reached))

    def span(self, stage: Stage, begin: float, end: float) -> Callable[[float], None]:
        """Progress of a part as progress of the whole."""
        return lambda share: self.advance(stage, begin + share * (end - begin))

    def cost(self) -> Cost:
        wall = time.monotonic() - self.started
        return Cost(
            cpu_seconds=round(self.cpu_seconds, 2), wall_seconds=round(wall, 2), peak_bytes=self.peak_bytes
        )

    def run(
        self, program: Path, arguments: list[str], *, place: Place, seconds: float, watch: Watch
    ) -> Finished:
        settings = self.settings
        deadline = settings.deadline(seconds)
        finished = runner.run(
            program,
            arguments,
            settings=settings,
            kind=self.kind,
            place=place,
            limits=Limits(
                memory=settings.work_memory,
                cpu_seconds=math.ceil(deadline * 64),
                file_bytes=settings.largest_output,
            ),
            deadline=deadline,
            watch=watch,
            cancelled=self.cancelled,
        )
        self.cpu_seconds += finished.cpu_seconds
        self.peak_bytes = max(self.peak_bytes, finished.peak_bytes)
        return finished


def prepare(
    recording: Path,
    folder: Path,
    settings: Settings | None = None,
    *,
    progress: Callable[[Progress], None] = quiet,
    cancelled: Callable[[], bool] = never,
) -> Prepared:
    """Make `folder` out of `recording`, both on this machine; `folder` appears whole or not at all.

    Refused when the recording is at fault, Failed when this machine is, Cancelled when `cancelled` said so: then
    nothing is left behind. What was published in `folder` before is replaced. A killed preparation may simply be
    run again. `progress` is called from this thread, every second or so while programs run.
    """
    settings = settings or Settings()
    work = _Work(
        recording=recording,
        settings=settings,
        kind=runner.choose_sandbox(settings),
        tell=progress,
        cancelled=cancelled,
    )
    work.advance(Stage.PROBING, 0.0)
    facts = probe(recording, settings, tick=lambda: work.advance(Stage.PROBING, 0.0), cancelled=cancelled)
    try:
        with publishing.workshop(folder) as aside:
            plan, loudness = _plan(work, facts)
            _check_space(plan, aside, settings)
            _encode(work, plan, aside)
            work.advance(Stage.PUBLISHING, ENCODED)
            prepared = _finish(work, plan, loudness, aside)
            if cancelled():
                raise Cancelled
            publishing.publish(aside, folder, tick=lambda: work.advance(Stage.PUBLISHING, ENCODED))
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise Failed(ErrorCode.DISK_FULL) from error
        raise
    work.advance(Stage.PUBLISHING, 1.0)
    return replace(prepared, folder=folder)


def _plan(work: _Work, facts: Recording) -> tuple[Plan, Loudness]:
    """Read every packet, listen to the whole sound, then decide."""
    settings, picture = work.settings, facts.picture
    rate = ladder.frame_rate(picture.average_rate, picture.nominal_rate)
    scan = _scan(work, facts)
    rungs = ladder.ladder(picture, settings.ladder, rate=rate)
    if measure.fits_as_it_is(facts, scan, rungs[0], frame_rate=rate, settings=settings):
        rungs = (replace(rungs[0], copied=True), *rungs[1:])
    loudness = _listen(work, facts)
    wait = measure.wait_for_picture(facts, scan)
    seconds = scan.seconds + wait
    plan = Plan(
        recording=facts,
        seconds=seconds,
        late=wait > 0,
        frame_rate=rate,
        rungs=rungs,
        tiles=commands.tiles_for(seconds, picture.width, picture.height, settings),
        gain=loudness.gain,
        limited=measure.needs_limiter(loudness, settings),
    )
    return plan, loudness


def _scan(work: _Work, facts: Recording) -> measure.PacketScan:
    """Refused when the packets end before the recording should, or are not as many as its rate asks for."""
    scan = measure.PacketScan()
    place = Place(recording=work.recording)

    def watch(line: str | None) -> None:
        scan.read(line)
        if line is None:
            work.advance(Stage.PROBING, PROBED)

    finished = work.run(
        binaries.find(work.settings).ffprobe,
        commands.packets(recording_name(work.kind, place), facts.picture.index, work.settings),
        place=place,
        seconds=facts.seconds,
        watch=watch,
    )
    if finished.code != 0:
        raise refusal(finished, work.settings)
    scan.finish()
    if scan.seconds <= max(0.0, facts.seconds * MISSING_SHARE - MISSING_SLACK):
        raise Refused(ErrorCode.INCOMPLETE, log=finished.log)
    judge_count(scan.packets, scan.seconds, facts.picture.average_rate)
    return scan


def _listen(work: _Work, facts: Recording) -> Loudness:
    if facts.sound is None:
        return Loudness(measured=None, peak=None, gain=0.0)
    place = Place(recording=work.recording)
    finished = work.run(
        binaries.find(work.settings).ffmpeg,
        commands.loudness(recording_name(work.kind, place), facts, work.settings),
        place=place,
        seconds=facts.seconds,
        watch=measure.fraction_reader(facts.seconds, work.span(Stage.MEASURING, PROBED, MEASURED)),
    )
    if finished.code != 0:
        raise _trouble(finished)
    return measure.loudness_from(finished.log, work.settings)


def _check_space(plan: Plan, aside: Path, settings: Settings) -> None:
    """Before hours of work: room for all sizes at their highest rates, and the reserve."""
    rates = sum(rung.rate for rung in plan.rungs) + 2 * settings.audio_rate
    rates += plan.rungs[commands.progressive_rung(plan.rungs, settings)].rate
    needed = rates / 8 * plan.seconds * OVERHEAD + settings.reserve_bytes
    if shutil.disk_usage(aside).free < needed:
        raise Failed(ErrorCode.DISK_FULL)


def _encode(work: _Work, plan: Plan, aside: Path) -> None:
    place = Place(recording=work.recording, folder=aside)
    finished = work.run(
        binaries.find(work.settings).ffmpeg,
        commands.everything(recording_name(work.kind, place), plan, work.settings),
        place=place,
        seconds=plan.seconds,
        watch=measure.fraction_reader(plan.seconds, work.span(Stage.ENCODING, MEASURED, ENCODED)),
    )
    if finished.code != 0:
        raise _trouble(finished)


def _trouble(finished: Finished) -> MediaError:
    """Whose fault it was that ffmpeg gave up."""
    log = finished.log
    if "No space left on device" in log or "Disk quota exceeded" in log:
        return Failed(ErrorCode.DISK_FULL, log=log)
    if finished.code in ENDED_BY_FILE_LIMIT or "File too large" in log:
        return Failed(ErrorCode.OUTPUT_TOO_LARGE, log=log)
    if "exceeds specified max pixel count" in log:
        return Refused(ErrorCode.DAMAGED, log=log)
    if "error rate" in log or "Invalid data found" in log:
        return Refused(ErrorCode.DAMAGED, log=log)
    return Failed(ErrorCode.TOOL_FAILED, log=log)


def _finish(work: _Work, plan: Plan, loudness: Loudness, aside: Path) -> Prepared:
    """Read back what was made, write what players open first, and check it all before anybody sees it."""
    try:
        previews.make_stills(aside, plan.tiles, work.settings)
        made = [_read_playlist(aside, f"{commands.rung_name(rung)}.m3u8") for rung in plan.rungs]
        heard = _read_playlist(aside, f"{commands.SOUND_NAME}.m3u8")
        rungs = tuple(_rung(rung, playlist, aside) for rung, playlist in zip(plan.rungs, made, strict=True))
    except (OSError, ValueError) as error:
        raise Failed(ErrorCode.RESULT_INCOMPLETE, log=str(error)) from error
    seconds = made[0].seconds
    if seconds < plan.seconds * MISSING_SHARE - MISSING_SLACK:
        raise Refused(ErrorCode.INCOMPLETE)
    sound = PreparedSound(
        playlist=f"{commands.SOUND_NAME}.m3u8",
        codecs=playlists.SOUND_CODEC,
        average_rate=heard.average_rate,
        peak_rate=heard.peak_rate,
        silent=plan.recording.sound is None,
    )
    master = playlists.master_playlist(rungs, sound, frame_rate=plan.frame_rate)
    (aside / MASTER).write_text(master, encoding="utf-8")
    cues = previews.preview_cues(plan.tiles, seconds)
    (aside / previews.CUES).write_text(cues, encoding="utf-8")
    prepared = Prepared(
        folder=aside,
        source=plan.recording,
        seconds=round(seconds, 6),
        frame_rate=plan.frame_rate,
        rungs=rungs,
        sound=sound,
        master=MASTER,
        progressive=commands.PROGRESSIVE,
        poster=previews.POSTER,
        card=previews.CARD,
        preview=previews.preview(plan.tiles),
        loudness=loudness,
        files=_files(aside),
        sandbox=work.kind.value,
        cost=work.cost(),
    )
    write_manifest(prepared, aside)
    return verify(aside)


def _read_playlist(aside: Path, name: str) -> MediaPlaylist:
    return playlists.media_playlist((aside / name).read_text(encoding="utf-8"))


def _rung(rung: Rung, playlist: MediaPlaylist, aside: Path) -> PreparedRung:
    with (aside / playlist.file).open("rb") as file:
        head = file.read(HEAD_BYTES)
    return PreparedRung(
        name=rung.name,
        width=rung.width,
        height=rung.height,
        playlist=f"{commands.rung_name(rung)}.m3u8",
        codecs=playlists.avc_codec(head),
        average_rate=playlist.average_rate,
        peak_rate=playlist.peak_rate,
        copied=rung.copied,
    )


def _files(aside: Path) -> tuple[PreparedFile, ...]:
    return tuple(
        PreparedFile(name=path.name, bytes=path.stat().st_size, media_type=MEDIA_TYPES[path.suffix])
        for path in sorted(aside.iterdir())
        if path.name != MANIFEST
    )
