"""Decisions about recordings: what may be watched and when, what captions lack, what chapters and reports are about."""

import enum
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from evalapp.core.i18n import N_


class CaptionLanguage(enum.StrEnum):
    """The languages of captions."""

    CHINESE = "zh"
    ENGLISH = "en"


class ChapterKind(enum.StrEnum):
    """What a chapter is about; `other` shows no word."""

    FUNCTIONS = "functions"
    HIGHLIGHT = "highlight"
    PLEDGE = "pledge"
    QUESTION = "question"
    ANSWER = "answer"
    LOOK_BACK = "look_back"
    OTHER = "other"


class Trouble(enum.StrEnum):
    """What a viewer says is wrong with a video."""

    DOES_NOT_PLAY = "does_not_play"
    NO_PICTURE = "no_picture"
    NO_SOUND = "no_sound"
    STOPS = "stops"
    CAPTIONS = "captions"
    OTHER = "other"


CAPTION_LANGUAGES: Mapping[CaptionLanguage, str] = {
    CaptionLanguage.CHINESE: N_("中文"),
    CaptionLanguage.ENGLISH: N_("英文"),
}
# Each by its own name, as players list them.
CAPTION_NAMES: Mapping[CaptionLanguage, str] = {
    CaptionLanguage.CHINESE: "中文",
    CaptionLanguage.ENGLISH: "English",
}
CHAPTER_KINDS: Mapping[ChapterKind, str] = {
    ChapterKind.FUNCTIONS: N_("职能"),
    ChapterKind.HIGHLIGHT: N_("亮点"),
    ChapterKind.PLEDGE: N_("承诺"),
    ChapterKind.QUESTION: N_("提问"),
    ChapterKind.ANSWER: N_("回应"),
    ChapterKind.LOOK_BACK: N_("回头看"),
    ChapterKind.OTHER: "",
}
TROUBLES: Mapping[Trouble, str] = {
    Trouble.DOES_NOT_PLAY: N_("放不出来"),
    Trouble.NO_PICTURE: N_("没有画面"),
    Trouble.NO_SOUND: N_("没有声音"),
    Trouble.STOPS: N_("总是卡住"),
    Trouble.CAPTIONS: N_("字幕不对"),
    Trouble.OTHER: N_("其他"),
}

FASTEST_CAPTION = 9.0  # characters a second that people can read (design.md: over 9 warns)
LONGEST_GAP = timedelta(seconds=15)  # without captions before it counts as a gap
REPLACED_STAYS = timedelta(hours=6)  # pages that are open still play the version they began with


@dataclass(frozen=True, kw_only=True)
class Showing:
    """What decides whether a recording may be watched in public."""

    prepared_at: datetime | None
    replaced_at: datetime | None
    withdrawn_at: datetime | None
    opens_at: datetime | None
    first_airing_at: datetime | None


def may_be_watched(showing: Showing, now: datetime) -> bool:
    """Whether anybody may watch at `now`: prepared, on air or open for grading, and not withdrawn."""
    if showing.prepared_at is None or showing.withdrawn_at is not None:
        return False
    if showing.replaced_at is not None and now >= showing.replaced_at + REPLACED_STAYS:
        return False
    begun = (moment for moment in (showing.opens_at, showing.first_airing_at) if moment is not None)
    return any(moment <= now for moment in begun)


@dataclass(frozen=True, kw_only=True)
class Gap:
    """A stretch without captions, in milliseconds."""

    start_ms: int
    end_ms: int


def caption_gaps(spans: Iterable[tuple[int, int]], duration_ms: int) -> tuple[Gap, ...]:
    """Return the stretches of a recording that have no caption for longer than `LONGEST_GAP`; spans are in order."""
    least = LONGEST_GAP // timedelta(milliseconds=1)
    found, reached = [], 0
    for start, end in [*spans, (duration_ms, duration_ms)]:
        if start - reached > least:
            found.append(Gap(start_ms=reached, end_ms=start))
        reached = max(reached, end)
    return tuple(found)


def original_name(token: str) -> str:
    """Return the stored name of what the station delivered: random, never its own."""
    return f"originals/{token}"


def watch_folder(token: str) -> str:
    """Return the stored name of the folder that players read."""
    return f"watch/{token}"


class RecordingState(enum.StrEnum):
    """How far a version is, for the station."""

    WAITING = "waiting"
    PREPARING = "preparing"
    TROUBLED = "troubled"  # this machine could not; it tries again by itself
    FAILED = "failed"  # it has given up
    REFUSED = "refused"  # the file is at fault
    PREPARED = "prepared"
    REPLACED = "replaced"


RECORDING_STATES: Mapping[RecordingState, str] = {
    RecordingState.WAITING: N_("等待制作"),
    RecordingState.PREPARING: N_("制作中"),
    RecordingState.TROUBLED: N_("没做成，会自动再试"),
    RecordingState.FAILED: N_("制作失败"),
    RecordingState.REFUSED: N_("不能用"),
    RecordingState.PREPARED: N_("可以观看"),
    RecordingState.REPLACED: N_("已被新版替换"),
}


@dataclass(frozen=True, kw_only=True)
class Progressing:
    """What the state of a version follows from."""

    is_prepared: bool
    is_replaced: bool
    is_refused: bool
    has_trouble: bool
    is_running: bool
    has_given_up: bool


def recording_state(facts: Progressing) -> RecordingState:
    """Return how far a version is."""
    states = (
        (facts.is_replaced, RecordingState.REPLACED),
        (facts.is_prepared, RecordingState.PREPARED),
        (facts.is_refused, RecordingState.REFUSED),
        (facts.has_given_up, RecordingState.FAILED),
        (facts.is_running, RecordingState.PREPARING),
        (facts.has_trouble, RecordingState.TROUBLED),
    )
    return next((state for holds, state in states if holds), RecordingState.WAITING)
