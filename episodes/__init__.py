"""The media library: a recording in, a watchable episode out. Knows nothing of evalapp."""

from episodes.binaries import chinese_font
from episodes.captions import (
    WARNING_SENTENCES,
    Captions,
    CaptionWarning,
    Warned,
    captions,
    read_captions,
)
from episodes.chapters import Chapter, chapters_webvtt, checked_chapters, read_chapters
from episodes.doctor import Finding, check, has_sandbox
from episodes.errors import SENTENCES, Cancelled, ErrorCode, Failed, MediaError, Refused
from episodes.playlists import Subtitles, master_playlist, subtitles_playlist
from episodes.prepare import prepare
from episodes.probe import probe
from episodes.publishing import sweep
from episodes.results import (
    Container,
    Cost,
    Loudness,
    Picture,
    Prepared,
    PreparedFile,
    PreparedRung,
    PreparedSound,
    Preview,
    Progress,
    Recording,
    Sound,
    Stage,
)
from episodes.settings import Policy, SandboxKind, Settings, Step
from episodes.slideshow import Shown, Slide, Slideshow, slideshow
from episodes.verify import verify
from episodes.webvtt import Cue

__all__ = [
    "SENTENCES",
    "WARNING_SENTENCES",
    "Cancelled",
    "CaptionWarning",
    "Captions",
    "Chapter",
    "Container",
    "Cost",
    "Cue",
    "ErrorCode",
    "Failed",
    "Finding",
    "Loudness",
    "MediaError",
    "Picture",
    "Policy",
    "Prepared",
    "PreparedFile",
    "PreparedRung",
    "PreparedSound",
    "Preview",
    "Progress",
    "Recording",
    "Refused",
    "SandboxKind",
    "Settings",
    "Shown",
    "Slide",
    "Slideshow",
    "Sound",
    "Stage",
    "Step",
    "Subtitles",
    "Warned",
    "captions",
    "chapters_webvtt",
    "check",
    "checked_chapters",
    "chinese_font",
    "has_sandbox",
    "master_playlist",
    "prepare",
    "probe",
    "read_captions",
    "read_chapters",
    "slideshow",
    "subtitles_playlist",
    "sweep",
    "verify",
]
