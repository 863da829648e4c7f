"""The `evalapp intake` and `evalapp case` commands."""

from pathlib import Path

import click

from evalapp.approvals.queries import feeds
from evalapp.approvals.rules import rows as columns
from evalapp.approvals.rules.adapters import ADAPTERS
from evalapp.approvals.rules.profile import lights
from evalapp.approvals.services import importing, keys, profiles
from evalapp.core import clock
from evalapp.core.commandline import Commands, json_option, keeping, pass_platform, print_fact, print_rows
from evalapp.core.permissions import SYSTEM
from evalapp.core.platform import Platform
from evalapp.core.rowfiles import rows_of
from evalapp.units import queries as units


@click.group("intake", cls=Commands)
def group() -> None:
    """The intake: keys by which units' systems sign, and whose feed has fallen silent."""


@group.command("key")
@click.argument("slug", metavar="UNIT")
@json_option
@pass_platform
def key(platform: Platform, slug: str, *, as_json: bool) -> None:
    """Make a key for UNIT (its slug), or rotate: earlier keys serve for seven days more.

    The secret (base64 of 32 bytes, Ed25519) is printed once and kept nowhere.
    """
    with platform.transaction() as session:
        made = keys.make_key(session, unit=units.unit(session, slug), actor=SYSTEM)
    print_fact({"key": made.name, "secret": made.secret}, as_json=as_json)


@group.command("revoke")
@click.argument("name", metavar="KEY")
@pass_platform
def revoke(platform: Platform, name: str) -> None:
    """Have KEY serve no longer, from now on."""
    with platform.transaction() as session:
        keys.revoke_key(session, name=name, actor=SYSTEM)
    click.echo(f"{name} serves no longer")


@group.command("list")
@json_option
@pass_platform
def list_(platform: Platform, *, as_json: bool) -> None:
    """List the feeds: when each unit's system spoke last, how much it said, and whether it has fallen silent."""
    with platform.session() as session:
        found = feeds.health(session, now=clock.now())
    print_rows(
        (
            {
                "unit": each.slug,
                "last": each.last_received_at.isoformat() if each.last_received_at else "",
                "events": each.events,
                "refused": each.refused,
                "silent": each.is_silent,
            }
            for each in found
        ),
        as_json=as_json,
    )


@group.command("refusals")
@json_option
@pass_platform
def refusals(platform: Platform, *, as_json: bool) -> None:
    """List what was refused whole in the last thirty days: unsigned, wrongly signed, sent a second time."""
    with platform.session() as session:
        found = feeds.refusals(session, today=clock.today())
    print_rows(
        (
            {"day": each.day.isoformat(), "unit": each.unit, "reason": each.reason, "count": each.count}
            for each in found
        ),
        as_json=as_json,
    )


@click.group("case", cls=Commands)
def case() -> None:
    """Cases: applications on their way, and the profile that they are watched by."""


@case.command("lights")
@click.argument("key", type=click.Choice(sorted(lights())))
@pass_platform
def lights_(platform: Platform, *, key: str) -> None:
    """Put the colours of a named place in force for cases that begin from now on; those that run keep theirs."""
    with platform.transaction() as session:
        row = profiles.adopt_lights(session, key=key, actor=SYSTEM)
    print_fact({"name": row.document["lights"]["name"], "number": row.number}, as_json=False)


@case.command("profile")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@pass_platform
def profile(platform: Platform, *, file: Path) -> None:
    """Put a profile (JSON: own, lights) in force for cases that begin from now on; those that run keep theirs."""
    with platform.transaction() as session:
        row = profiles.adopt_profile(session, document=file.read_bytes(), actor=SYSTEM)
    print_fact({"name": row.document["own"]["name"], "number": row.number}, as_json=False)


@case.command("import")
@click.argument("slug", metavar="UNIT")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--format", "name", type=click.Choice(sorted(ADAPTERS)), help="Another system's export.")
@click.option("--dry-run", is_flag=True, help="Answer every row and keep nothing.")
@json_option
@pass_platform
def import_(
    platform: Platform, slug: str, file: Path, *, name: str | None, dry_run: bool, as_json: bool
) -> None:
    """Take a CSV or Excel (.xlsx) table of events of UNIT (its slug), each row answered as the intake answers.

    Columns: id, case, item, kind, occurred_at (the district's time unless a timezone is written), name, phone, came_by, window,
    step, post, ground, reason, approved_by, days, joint, granted, unlisted. Taken a second time it changes nothing.
    """
    with keeping(platform, dry_run=dry_run) as session:
        unit_id = units.unit(session, slug).id
        if name is not None:
            events = ADAPTERS[name](file.read_bytes())
            taken = importing.import_adapted(session, platform.keys, unit_id=unit_id, events=events)
        else:
            rows = rows_of(
                file, columns=columns.COLUMNS, required=columns.REQUIRED, most_rows=importing.MOST_ROWS
            )
            taken = importing.import_events(session, platform.keys, unit_id=unit_id, rows=rows)
    for each in taken.refused:
        click.echo(f"{each.index + 1}: {each.code}: {each.detail}", err=True)
    fact = {"accepted": taken.accepted, "duplicate": taken.duplicate, "refused": len(taken.refused)}
    print_fact(fact | {"kept": not dry_run}, as_json=as_json)
