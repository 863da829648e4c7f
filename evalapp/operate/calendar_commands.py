"""The `evalapp calendar` commands: working days from a file, and which days are not what their weekday says."""

from pathlib import Path

import click

from evalapp.core import calendar, clock
from evalapp.core.calendar.importing import BadCalendar, import_calendar
from evalapp.core.commandline import (
    Commands,
    Refused,
    json_option,
    keeping,
    pass_platform,
    print_fact,
    print_rows,
)
from evalapp.core.permissions import SYSTEM
from evalapp.core.platform import Platform

_YEARS = click.IntRange(1990, 2999)


@click.group("calendar", cls=Commands)
def group() -> None:
    """Working days: import an announced year, list what is not what its weekday says."""


@group.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--source", default="", help="Who announced it, for the record; the file's name when left out.")
@click.option("--dry-run", is_flag=True, help="Check everything and keep nothing.")
@json_option
@pass_platform
def import_(platform: Platform, *, file: Path, source: str, dry_run: bool, as_json: bool) -> None:
    """Take over the days of a CSV (day,kind,note), ICS or JSON file, all or none; deadlines are counted again."""
    try:
        with keeping(platform, dry_run=dry_run) as session:
            found = import_calendar(
                session, name=file.name, data=file.read_bytes(), actor=SYSTEM, source=source
            )
    except BadCalendar as refusal:
        for fault in refusal.faults:
            click.echo(f"{file.name}:{fault.line}: {fault}", err=True)
        raise Refused(str(refusal)) from refusal
    print_fact(
        {
            "days": len(found.days),
            "years": [*found.years],
            "known": found.known,
            "kept": "nothing (dry run)" if dry_run else "all",
        },
        as_json=as_json,
    )


@group.command("list")
@click.option("--year", type=_YEARS, default=None, help="Which year; this one when left out.")
@json_option
@pass_platform
def list_(platform: Platform, *, year: int | None, as_json: bool) -> None:
    """List the days of a year that are off on a weekday or worked on a weekend."""
    wanted = year or clock.today().year
    with platform.session() as session:
        days = calendar.exceptions(session, wanted)
        known = calendar.load(session).published_years
    if wanted not in known:
        click.echo(f"{wanted} has not been announced: what is counted in it is provisional.", err=True)
    print_rows(
        ({"day": one.day.isoformat(), "kind": one.kind.value, "note": one.note} for one in days),
        as_json=as_json,
    )
