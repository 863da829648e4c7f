"""The icons that templates may use: drawings of bootstrap-icons, inlined as SVG so that they need no font and no request."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path

from flask import Flask
from markupsafe import Markup, escape

DRAWINGS = Path(__file__).resolve().parents[1] / "static" / "vendor" / "icons.json"

# Every name that a template, a macro or a view uses. The set-up copies just these.
ICONS = (
    "archive",
    "arrow-clockwise",
    "arrow-counterclockwise",
    "arrow-down",
    "arrow-down-up",
    "arrow-left",
    "arrow-left-right",
    "arrow-repeat",
    "arrow-right",
    "arrow-up",
    "award",
    "backspace",
    "badge-cc",
    "badge-cc-fill",
    "bar-chart-steps",
    "bell",
    "bookmark",
    "bookmark-plus",
    "box-arrow-left",
    "box-arrow-right",
    "broadcast",
    "building",
    "calendar-event",
    "calendar3",
    "camera-video",
    "camera-video-off",
    "card-checklist",
    "chat-left-text",
    "check-circle",
    "check-circle-fill",
    "check-lg",
    "chevron-down",
    "chevron-left",
    "chevron-right",
    "clipboard-check",
    "clock",
    "clock-history",
    "cloud-arrow-up",
    "cloud-slash",
    "code-slash",
    "copy",
    "dash-circle",
    "diagram-3",
    "display",
    "download",
    "emoji-frown",
    "emoji-grin",
    "emoji-neutral",
    "emoji-smile",
    "emoji-tear",
    "exclamation-circle-fill",
    "exclamation-octagon-fill",
    "exclamation-triangle-fill",
    "eye",
    "eye-slash",
    "file-earmark-text",
    "film",
    "flag",
    "flag-fill",
    "fonts",
    "gear",
    "geo-alt",
    "graph-up",
    "hand-thumbs-up",
    "hourglass-split",
    "house",
    "image",
    "inbox",
    "incognito",
    "info-circle-fill",
    "journal-check",
    "kanban",
    "key",
    "link-45deg",
    "list-check",
    "list-ul",
    "lock-fill",
    "mic",
    "moon-stars",
    "paperclip",
    "patch-check",
    "patch-check-fill",
    "pause-fill",
    "pencil",
    "people",
    "person",
    "person-badge",
    "person-circle",
    "person-plus",
    "person-raised-hand",
    "phone",
    "pie-chart",
    "play-btn",
    "play-fill",
    "plus-lg",
    "printer",
    "qr-code",
    "question-circle",
    "receipt",
    "reply",
    "search",
    "send",
    "share",
    "shield-check",
    "shield-exclamation",
    "shield-fill-exclamation",
    "shield-lock",
    "signpost-split",
    "skip-backward-fill",
    "speedometer2",
    "stars",
    "table",
    "telephone",
    "translate",
    "trash",
    "unlock",
    "upload",
    "volume-up",
    "wifi-off",
    "x-circle-fill",
    "x-lg",
    "x-octagon-fill",
    "zoom-in",
)


class IconMissing(LookupError):  # noqa: N818  named by what it says, as refusals are
    """A template asked for an icon that ICONS does not name, or the set-up has not been run."""


def read_drawings(path: Path = DRAWINGS, names: tuple[str, ...] = ICONS) -> Mapping[str, str]:
    """Read at start-up, so that a missing icon stops the start and not a page."""
    try:
        drawings: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise IconMissing(f"{path} is missing: run python scripts/browser_libraries.py") from None
    absent = sorted(set(names) - drawings.keys())
    if absent:
        raise IconMissing(f"no drawing for {', '.join(absent)}: run python scripts/browser_libraries.py")
    return {name: drawings[name] for name in names}


def icon_function(drawings: Mapping[str, str]) -> Callable[..., Markup]:
    """The `icon(name)` of templates. Without a label the icon is decoration; with one it is read aloud."""
    ready = {
        name: Markup(
            '<svg class="dk-ic" viewBox="0 0 16 16" aria-hidden="true" focusable="false">{}</svg>'
        ).format(Markup(drawing))  # noqa: S704
        for name, drawing in drawings.items()
    }

    def icon(name: str, label: str = "") -> Markup:
        if name not in ready:
            raise IconMissing(f"no icon {name}: add it to ICONS in evalapp/web/icons.py")
        if not label:
            return ready[name]
        return Markup('<svg class="dk-ic" viewBox="0 0 16 16" role="img" aria-label="{}">{}</svg>').format(
            escape(label),
            Markup(drawings[name]),  # noqa: S704
        )

    return icon


def init_app(app: Flask) -> None:
    """Teach templates `icon()`; the application does not start without its icons."""
    app.jinja_env.globals["icon"] = icon_function(read_drawings())
