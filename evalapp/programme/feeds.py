"""Writes what other programs read: the calendar, the television guide's data, the feed of news."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from xml.etree import ElementTree as ET

from icalendar import Calendar, Event

from evalapp.core import clock
from evalapp.programme.queries.planning import EpisodeWithState
from evalapp.programme.queries.planning_schedule import AiringRow
from evalapp.programme.rules import EpisodeState

_ATOM = "http://www.w3.org/2005/Atom"


@dataclass(frozen=True, kw_only=True)
class Site:
    """What feeds say of the site."""

    name: str
    url: str


def calendar(rows: Iterable[AiringRow], site: Site) -> bytes:
    """Return the airings as iCalendar. A cancelled one stays, so that calendars that hold it strike it out."""
    book = Calendar()
    book.add("prodid", "-//evalapp//programme//ZH")
    book.add("version", "2.0")
    book.add("method", "PUBLISH")
    book.add("x-wr-calname", site.name)
    book.add("x-wr-timezone", str(clock.zone()))
    for row in rows:
        book.add_component(_event(row, site))
    return bytes(book.to_ical())


def _event(row: AiringRow, site: Site) -> Event:
    airing, event = row.airing, Event()
    event.add("uid", f"{airing.id}@airings.evalapp")
    event.add("sequence", airing.revision - 1)
    event.add("dtstamp", airing.changed_at)
    event.add("last-modified", airing.changed_at)
    event.add("dtstart", airing.starts_at)
    event.add("dtend", airing.ends_at)
    event.add("summary", f"{site.name} 第 {row.episode.number} 期 {row.episode.title}")
    event.add("description", "\n".join(_said(row)))
    event.add("location", row.channel.name)
    event.add("url", f"{site.url}/e/{row.episode.number}")
    event.add("status", _status(row))
    event.add("transp", "TRANSPARENT")
    return event


def _said(row: AiringRow) -> list[str]:
    lines = [row.unit.name]
    if row.is_repeat:
        lines.append("重播")
    if row.replaced_by is not None:
        lines.append(f"由第 {row.replaced_by} 期替换")
    if row.airing.reason:
        lines.append(row.airing.reason)
    return lines


def _status(row: AiringRow) -> str:
    if row.airing.cancelled_at is not None or row.episode.withdrawn_at is not None:
        return "CANCELLED"
    return "CONFIRMED" if row.is_prepared else "TENTATIVE"


def guide(rows: Iterable[AiringRow], site: Site) -> bytes:
    """Return the airings that stand as XMLTV, as recorders and guides read it."""
    standing = [row for row in rows if _status(row) != "CANCELLED"]
    root = ET.Element("tv", {"source-info-name": site.name, "source-info-url": site.url})
    for code, name in sorted({(row.channel.code, row.channel.name) for row in standing}):
        channel = ET.SubElement(root, "channel", {"id": code})
        _text(channel, "display-name", name, lang="zh")
    for row in standing:
        _programme(root, row, site)
    return _document(root)


def _programme(root: ET.Element, row: AiringRow, site: Site) -> None:
    airing = row.airing
    programme = ET.SubElement(
        root,
        "programme",
        {"start": _tv(airing.starts_at), "stop": _tv(airing.ends_at), "channel": row.channel.code},
    )
    _text(programme, "title", site.name, lang="zh")
    _text(programme, "sub-title", row.episode.title, lang="zh")
    if row.episode.summary:
        _text(programme, "desc", row.episode.summary, lang="zh")
    _text(programme, "category", "时政", lang="zh")
    _text(programme, "language", "zh")
    _text(programme, "url", f"{site.url}/e/{row.episode.number}")
    _text(programme, "episode-num", f"第 {row.episode.number} 期", system="onscreen")
    if row.is_repeat:
        ET.SubElement(programme, "previously-shown")


def news(rows: Iterable[EpisodeWithState], site: Site) -> bytes:
    """Return what became public as RSS: an item for an episode that may be watched, one for a published result."""
    ET.register_namespace("atom", _ATOM)
    root = ET.Element("rss", {"version": "2.0"})
    channel = ET.SubElement(root, "channel")
    _text(channel, "title", site.name)
    _text(channel, "link", f"{site.url}/")
    _text(channel, "description", "新播出的节目、延长的评议和新公布的评议结果")
    _text(channel, "language", "zh-CN")
    ET.SubElement(
        channel,
        f"{{{_ATOM}}}link",
        {"href": f"{site.url}/feed.xml", "rel": "self", "type": "application/rss+xml"},
    )
    items = sorted(
        (item for row in rows for item in _items(row, site)), key=lambda item: item.at, reverse=True
    )
    for item in items[:50]:
        entry = ET.SubElement(channel, "item")
        _text(entry, "title", item.title)
        _text(entry, "link", item.link)
        _text(entry, "description", item.text)
        _text(entry, "guid", item.guid, isPermaLink="false")
        _text(entry, "pubDate", format_datetime(item.at))
    return _document(root)


@dataclass(frozen=True, kw_only=True)
class _Item:
    at: datetime
    title: str
    text: str
    link: str
    guid: str


def _items(row: EpisodeWithState, site: Site) -> Iterable[_Item]:
    episode, link = row.episode, f"{site.url}/episodes/{row.episode.number}"
    name = f"第 {episode.number} 期 {episode.title}"
    begun = [moment for moment in (row.facts.opens_at, row.first_airing_at) if moment is not None]
    if row.is_shown:
        yield _Item(
            at=min(begun),
            title=name,
            text=episode.summary or row.unit.name,
            link=link,
            guid=episode.reference,
        )
    if row.is_extended and episode.extended_at is not None and episode.closes_at is not None:
        until = f"{clock.local(episode.closes_at):%Y-%m-%d %H:%M}"
        yield _Item(
            at=episode.extended_at,
            title=f"评议延长：{name}",
            text=f"截止时间延长到 {until}。理由：{episode.extension_reason}",
            link=link,
            guid=f"{episode.reference}/extended/{until}",
        )
    if row.state in {EpisodeState.PUBLISHED, EpisodeState.FINAL} and row.facts.published_at is not None:
        yield _Item(
            at=row.facts.published_at,
            title=f"评议结果：{name}",
            text=row.unit.name,
            link=f"{link}/results",
            guid=f"{episode.reference}/result",
        )


def _text(parent: ET.Element, name: str, text: str, **attributes: str) -> None:
    ET.SubElement(parent, name, attributes).text = _fit(text)


def _fit(text: str) -> str:
    """Leave out the control characters that XML cannot hold."""
    return "".join(character for character in text if character in "\t\n" or character >= " ")


def _tv(moment: datetime) -> str:
    return f"{clock.local(moment):%Y%m%d%H%M%S %z}"


def _document(root: ET.Element) -> bytes:
    ET.indent(root)
    return bytes(ET.tostring(root, encoding="utf-8", xml_declaration=True)) + b"\n"
