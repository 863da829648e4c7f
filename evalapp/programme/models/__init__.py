"""Tables of the programme."""

from evalapp.programme.models.planning import (
    Airing,
    ChangeKind,
    Channel,
    ChannelHold,
    Dossier,
    DossierVersion,
    Episode,
    EpisodeChange,
    EpisodeSegment,
    EpisodeTopic,
    RecordingSlot,
    Season,
    SpeakerLeave,
    Studio,
    StudioHold,
)
from evalapp.programme.models.recordings import CaptionTrack, Chapter, PlaybackReport, Recording, Upload

__all__ = [
    "Airing",
    "CaptionTrack",
    "ChangeKind",
    "Channel",
    "ChannelHold",
    "Chapter",
    "Dossier",
    "DossierVersion",
    "Episode",
    "EpisodeChange",
    "EpisodeSegment",
    "EpisodeTopic",
    "PlaybackReport",
    "Recording",
    "RecordingSlot",
    "Season",
    "SpeakerLeave",
    "Studio",
    "StudioHold",
    "Upload",
]
