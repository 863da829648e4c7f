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
    RecordingSlot,
    Season,
    SpeakerLeave,
    Studio,
    StudioHold,
)
from evalapp.programme.models.recordings import Recording

__all__ = [
    "Airing",
    "ChangeKind",
    "Channel",
    "ChannelHold",
    "Dossier",
    "DossierVersion",
    "Episode",
    "EpisodeChange",
    "Recording",
    "RecordingSlot",
    "Season",
    "SpeakerLeave",
    "Studio",
    "StudioHold",
]
