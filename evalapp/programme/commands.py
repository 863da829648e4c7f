"""The `evalapp season` and `evalapp episode` commands."""

import sys
import uuid
from datetime import datetime, timedelta
from pathlib import Path

import click

from evalapp.core import clock
from evalapp.core.commandline import Commands, Refused, json_option, pass_platform, print_fact, print_rows
from evalapp.core.permissions import SYSTEM
from evalapp.core.platform import Platform
from evalapp.core.transaction import taking_back
from evalapp.programme.models import Season
from evalapp.programme.queries import planning as queries
from evalapp.programme.rules import Clash, Span
from evalapp.programme.services import (
    planning,
    planning_airings,
    planning_slots,
    recordings,
    recordings_uploads,
)
from evalapp.programme.services.planning_checks import PlanRefused
from evalapp.units import queries as units


@click.group("season", cls=Commands)
def season() -> None:
    """Seasons: a year's run of the programme."""


@season.command("create")
@click.argument("year", type=int)
@click.option("--title", default="", help="What pages call it (default: the year).")
@json_option
@pass_platform
def create_season(platform: Platform, *, year: int, title: str, as_json: bool) -> None:
    """Begin the season of YEAR."""
    with platform.transaction() as session:
        made = planning.create_season(session, year=year, title=title or f"{year} 年度", actor=SYSTEM)
    print_fact({"year": made.year, "title": made.title}, as_json=as_json)


@click.group("episode", cls=Commands)
def episode() -> None:
    """Episodes: plan them and see how far they are."""


@episode.command("create")
@click.argument("title")
@click.option("--season", "year", type=int, required=True, help="The season's year.")
@click.option("--unit", "slug", required=True, help="The unit's address name (slug).")
@click.option("--summary", default="", help="What the episode is about, in a sentence or two.")
@click.option("--speaker", default="", help="The speaker's post.")
@click.option("--number", type=click.IntRange(min=1), help="Default: the next one.")
@json_option
@pass_platform
def create(
    platform: Platform,
    *,
    title: str,
    year: int,
    slug: str,
    summary: str,
    speaker: str,
    number: int | None,
    as_json: bool,
) -> None:
    """Add an episode called TITLE."""
    with platform.transaction() as session:
        made = planning.create_episode(
            session,
            season_id=queries.season(session, year).id,
            unit_id=units.unit(session, slug).id,
            title=title,
            summary=summary,
            speaker_post=speaker,
            number=number,
            actor=SYSTEM,
        )
    print_fact({"number": made.number, "reference": made.reference, "title": made.title}, as_json=as_json)


@episode.command("schedule")
@click.argument("number", type=int)
@click.argument("starts", type=click.DateTime(["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"]))
@click.option(
    "--minutes", type=click.IntRange(min=5), default=45, show_default=True, help="How long it takes."
)
@click.option("--channel", help="The channel's code: plan an airing there.")
@click.option("--studio", help="The studio's name: plan a recording there.")
@click.option("--override", default="", help="The reason for planning it in spite of a clash.")
@json_option
@pass_platform
def schedule(
    platform: Platform,
    *,
    number: int,
    starts: datetime,
    minutes: int,
    channel: str | None,
    studio: str | None,
    override: str,
    as_json: bool,
) -> None:
    """Plan an airing or a recording of episode NUMBER at STARTS (the district's clock)."""
    if (channel is None) == (studio is None):
        raise click.UsageError("Give either --channel or --studio.")
    starts_at = starts.replace(tzinfo=clock.zone())
    span = Span(starts_at=starts_at, ends_at=starts_at + timedelta(minutes=minutes))
    try:
        with platform.transaction() as session:
            episode_id = queries.episode(session, number).id
            if channel is not None:
                place = queries.channel(session, channel)
                planning_airings.plan_airing(
                    session,
                    episode_id=episode_id,
                    channel_id=place.id,
                    span=span,
                    actor=SYSTEM,
                    override_reason=override,
                )
            else:
                room = queries.studio(session, studio or "")
                planning_slots.plan_slot(
                    session,
                    episode_id=episode_id,
                    studio_id=room.id,
                    span=span,
                    actor=SYSTEM,
                    override_reason=override,
                )
    except PlanRefused as refusal:
        raise Refused(_in_words(refusal)) from refusal
    print_fact(
        {"number": number, "starts_at": _written(span.starts_at), "ends_at": _written(span.ends_at)},
        as_json=as_json,
    )


@episode.command("ingest")
@click.argument("number", type=int)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--reason", default="", help="Why it replaces another, once grading has opened; public.")
@json_option
@pass_platform
def ingest(platform: Platform, *, number: int, file: Path, reason: str, as_json: bool) -> None:
    """Deliver FILE as the recording of episode NUMBER; the worker prepares it."""
    settings, size, file_id = platform.settings, file.stat().st_size, uuid.uuid4()
    with platform.session() as session:
        episode_id = queries.episode(session, number).id
    recordings_uploads.require_size(size, settings)
    with click.progressbar(length=size, label=file.name, file=sys.stderr) as bar:
        recordings_uploads.copy_in(settings, file, file_id, tell=bar.update)
    copied = recordings_uploads.part_path(settings, file_id)
    with taking_back(lambda: copied.unlink(missing_ok=True)), platform.transaction() as session:
        made = recordings.deliver(
            session,
            episode_id,
            file_id=file_id,
            original_name=file.name,
            size=size,
            reason=reason,
            by=SYSTEM,
        )
    print_fact(
        {"number": number, "version": made.version, "bytes": size, "job": str(made.job_id)}, as_json=as_json
    )


@episode.command("list")
@click.option("--season", "year", type=int, help="Only this season's.")
@json_option
@pass_platform
def list_(platform: Platform, *, year: int | None, as_json: bool) -> None:
    """List the episodes with their states, newest first."""
    with platform.session() as session:
        conditions = () if year is None else (Season.year == year,)
        found = queries.episodes_with_state(session, *conditions)
    print_rows(
        (
            {
                "number": row.episode.number,
                "reference": row.episode.reference,
                "state": row.state.value,
                "unit": row.unit.slug,
                "title": row.episode.title,
                "opens_at": _written(row.facts.opens_at),
                "closes_at": _written(row.facts.closes_at),
                "next_airing_at": _written(row.next_airing_at),
            }
            for row in found
        ),
        as_json=as_json,
    )


def _in_words(refusal: PlanRefused) -> str:
    said = [str(refusal), *(_sentence(clash) for clash in refusal.clashes)]
    if refusal.free is not None:
        said.append(f"最近的空档：{_written(refusal.free.starts_at)}")
    if refusal.may_be_overridden:
        said.append("仍要这样安排，请用 --override 写明原因。")
    return "\n".join(said)


def _sentence(clash: Clash) -> str:
    params = {
        name: _written(value) if isinstance(value, datetime) else value
        for name, value in clash.params.items()
    }
    return clash.message % params


def _written(moment: datetime | None) -> str:
    return f"{clock.local(moment):%Y-%m-%d %H:%M}" if moment else ""
