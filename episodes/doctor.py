"""What this machine has and lacks for preparing recordings, in sentences for the person who runs it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from episodes import binaries, runner
from episodes.errors import Failed, MediaError
from episodes.sandbox import Limits, Place
from episodes.settings import MEBIBYTE, SandboxKind, Settings

ENCODERS = ("libx264", "aac", "mjpeg")
FILTERS = (
    "aformat",
    "alimiter",
    "apad",
    "aresample",
    "atrim",
    "bwdif",
    "concat",
    "ebur128",
    "fps",
    "loop",
    "scale",
    "select",
    "setsar",
    "split",
    "thumbnail",
    "tile",
    "trim",
    "volume",
)
MUXERS = ("hls", "mp4", "tee", "image2")
BITSTREAM_FILTERS = ("filter_units",)
SECOND_WORD = re.compile(r"^\s*\S+\s+(\S+)")
ONE_WORD = re.compile(r"^\s*(\S+)\s*$")
LIST_LINES = 5000
LIST_LIMITS = Limits(memory=1024 * MEBIBYTE, cpu_seconds=10, file_bytes=MEBIBYTE)
LIST_DEADLINE = 15.0
SANDBOX_SENTENCES = {
    SandboxKind.BWRAP: (
        "隔离环境：bubblewrap（无网络，只能读一个录像文件）。",
        "Sandbox: bubblewrap (no network, one recording to read).",
    ),
    SandboxKind.UNSHARE: (
        "隔离环境：unshare（无网络）；安装 bubblewrap 后更严密。",
        "Sandbox: unshare (no network); bubblewrap shuts in more: apt-get install bubblewrap.",
    ),
    SandboxKind.NONE: (
        "没有可用的隔离环境：请安装 bubblewrap；正式环境不能这样运行。",
        "No sandbox works: apt-get install bubblewrap; production does not run without one.",
    ),
}
WORDS = {
    "encoders": ("编码器", "encoders"),
    "filters": ("滤镜", "filters"),
    "muxers": ("封装格式", "muxers"),
    "bsfs": ("码流滤镜", "bitstream filters"),
}


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing looked at; `needed` things that are not `ok` stop recordings from being prepared."""

    name: str
    ok: bool
    needed: bool
    sentence: str
    english: str


def check(settings: Settings | None = None) -> tuple[Finding, ...]:
    """Look at everything, without stopping at the first thing that is missing."""
    settings = settings or Settings()
    return (*_walls(settings), *_programs(settings), _font())


def has_sandbox(settings: Settings) -> bool:
    """Whether a foreign recording would be shut in as these settings ask for."""
    return next(_walls(settings)).ok


def _walls(settings: Settings) -> Iterator[Finding]:
    try:
        kind = runner.choose_sandbox(settings)
    except Failed as failure:
        english = "No sandbox works: apt-get install bubblewrap, and let it make user namespaces."
        yield Finding(name="sandbox", ok=False, needed=True, sentence=failure.sentence, english=english)
        return
    sentence, english = SANDBOX_SENTENCES[kind]
    yield Finding(
        name="sandbox",
        ok=kind is not SandboxKind.NONE,
        needed=settings.demand_sandbox,
        sentence=sentence,
        english=english,
    )


def _programs(settings: Settings) -> Iterator[Finding]:
    try:
        found = binaries.find(settings)
    except Failed as failure:
        tool = failure.values["tool"]
        yield Finding(
            name="ffmpeg",
            ok=False,
            needed=True,
            sentence=f"{failure.sentence}可用 apt-get install ffmpeg 安装，或设置 EPISODES_FFMPEG。",
            english=f"{tool} is missing: apt-get install ffmpeg, or set EPISODES_FFMPEG.",
        )
        return
    yield _version("ffmpeg", found.ffmpeg, settings)
    yield _version("ffprobe", found.ffprobe, settings)
    yield _has(found.ffmpeg, settings, list_name="encoders", wanted=ENCODERS, pattern=SECOND_WORD)
    yield _has(found.ffmpeg, settings, list_name="filters", wanted=FILTERS, pattern=SECOND_WORD)
    yield _has(found.ffmpeg, settings, list_name="muxers", wanted=MUXERS, pattern=SECOND_WORD)
    yield _has(found.ffmpeg, settings, list_name="bsfs", wanted=BITSTREAM_FILTERS, pattern=ONE_WORD)


def _version(name: str, program: Path, settings: Settings) -> Finding:
    lines = _asked(program, ["-version"], settings)
    first = lines[0] if lines else ""
    ok = " version " in first
    version = first.partition(" version ")[2].split(" ")[0]
    return Finding(
        name=name,
        ok=ok,
        needed=True,
        sentence=f"{name} {version}：{program}" if ok else f"{program} 无法运行。",
        english=f"{name} {version}: {program}" if ok else f"{program} does not run.",
    )


def _has(
    program: Path, settings: Settings, *, list_name: str, wanted: tuple[str, ...], pattern: re.Pattern[str]
) -> Finding:
    lines = _asked(program, ["-hide_banner", f"-{list_name}"], settings)
    names = {name for line in lines if (found := pattern.match(line)) for name in found[1].split(",")}
    missing = [name for name in wanted if name not in names]
    word, english_word = WORDS[list_name]
    if missing:
        sentence = f"ffmpeg 缺少{word}：{'、'.join(missing)}。"
        english = f"ffmpeg lacks {english_word}: {', '.join(missing)}."
    else:
        sentence, english = f"ffmpeg 的{word}齐全。", f"ffmpeg has all {english_word}."
    return Finding(name=list_name, ok=not missing, needed=True, sentence=sentence, english=english)


def _asked(program: Path, arguments: list[str], settings: Settings) -> list[str]:
    try:
        finished, lines = runner.output_of(
            program,
            arguments,
            settings=settings,
            kind=runner.choose_sandbox(settings),
            place=Place(),
            limits=LIST_LIMITS,
            deadline=LIST_DEADLINE,
            most_lines=LIST_LINES,
        )
    except (OSError, MediaError):
        return []
    return lines if finished.code == 0 else []


def _font() -> Finding:
    font = binaries.chinese_font()
    if font is None:
        sentence = "没有中文字体：请安装 fonts-noto-cjk，否则演示录像的文字画不出来。"
        english = (
            "No Chinese font: apt-get install fonts-noto-cjk, or demonstration recordings stay without words."
        )
    else:
        sentence, english = f"中文字体：{font}", f"Chinese font: {font}"
    return Finding(name="font", ok=font is not None, needed=False, sentence=sentence, english=english)
