"""When a highlight is late, and where its evidence may be seen."""

import re
from datetime import date
from urllib.parse import unquote, urlsplit

from evalapp.core.errors import Invalid
from evalapp.core.i18n import N_

# What residents can open: postings and finances of a board, matters, episodes, powers, guides.
_PAGE = re.compile(r"/(?:boards|matters|episodes|powers|services|pledges)(?:/\w[\w.-]*){1,5}")
_LONGEST = 200


def is_late(due_on: date | None, percent: int, today: date) -> bool:
    """Whether the day is over and the goal is not reached."""
    return due_on is not None and due_on < today and percent < 100


def page_of_proof(text: str) -> str:
    """Return the path of the public page that somebody pasted, whole address or not; nothing for nothing.

    Refuses what is no page of this site: evidence that one cannot open here may change unseen. Raises `Invalid`.
    """
    pasted = text.strip()
    if not pasted:
        return ""
    path = unquote(urlsplit(pasted).path)
    if len(pasted) > _LONGEST or not _PAGE.fullmatch(path):
        raise Invalid(
            N_("请粘贴本站公开页面的地址，例如公开栏里一项内容的地址（/boards/…）。"), field="proof_path"
        )
    return path
