"""How much room the disk has: large files are refused while there is still enough for everything else."""

import shutil
from pathlib import Path

from evalapp.core.errors import NoRoom
from evalapp.core.i18n import N_

KEPT_FREE = 0.10  # of the whole disk


def require_room(folder: Path, incoming: int = 0) -> None:
    """Raise `NoRoom` when less than a tenth of the disk would be free after `incoming` more bytes."""
    usage = shutil.disk_usage(_existing(folder))
    if usage.free - incoming < usage.total * KEPT_FREE:
        raise NoRoom(N_("服务器磁盘空间不足，暂时不能接收文件。请联系管理员。"))


def _existing(folder: Path) -> Path:
    return next(path for path in (folder, *folder.parents) if path.exists())
