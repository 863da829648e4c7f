"""Makes an empty data folder ready: folders, service keys, tables, the calendar."""

import shutil

from evalapp.core import calendar
from evalapp.core.platform import Platform
from evalapp.operate import migrating

_SERVICE_KEYS = ("codes", "limits", "person-id", "session", "totp", "vault")


def set_up(platform: Platform) -> None:
    """Make what is missing; nothing that is there is touched."""
    settings = platform.settings
    settings.media_dir.mkdir(parents=True, exist_ok=True)
    for folder in (settings.keys_dir, settings.uploads_dir, settings.outbox_dir):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    settings.keys_dir.chmod(0o700)
    for name in _SERVICE_KEYS:
        platform.keys.service(name)
    _ = platform.keys.boxes
    migrating.upgrade(platform.engine)
    with platform.transaction() as session:
        calendar.seed(session)


def free_share(platform: Platform) -> float:
    """Return the free share of the disk that holds the data folder, 0 to 1."""
    usage = shutil.disk_usage(platform.settings.data_dir)
    return usage.free / usage.total
