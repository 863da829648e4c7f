"""What every page knows: the site's name, the reader's language and mode, and who is signed in."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from flask import Flask, g, request

from evalapp.core.permissions import Permission
from evalapp.web import access, i18n
from evalapp.web.context import platform

CARE_COOKIE = "care"


@dataclass(frozen=True, kw_only=True)
class Site:
    name: str
    district: str
    hotline: str
    url: str


class RailEntry(Protocol):
    """An entry in the rail of the desks."""

    @property
    def permission(self) -> Permission: ...


def is_care() -> bool:
    """Whether the reader chose the elder-friendly mode (关怀版)."""
    return request.cookies.get(CARE_COOKIE) == "1"


def init_app(app: Flask, rail: Sequence[RailEntry]) -> None:
    """Hand these to every template; `rail` lists the entries of the desks."""

    @app.context_processor
    def _page() -> dict[str, object]:
        settings, actor = platform().settings, access.current_actor()
        return {
            "site": Site(
                name=settings.site_name,
                district=settings.district,
                hotline=settings.hotline,
                url=settings.public_url,
            ),
            "lang": i18n.language(),
            "care": is_care(),
            "kiosk": g.get("kiosk"),  # the registered kiosk that shows the page (`accounts` finds out)
            "current_actor": actor,
            "rail": [entry for entry in rail if actor.may(entry.permission)],
        }
