"""The `evalapp unit` commands."""

from pathlib import Path

import click

from evalapp.core.commandline import Commands, json_option, keeping, pass_platform, print_fact, print_rows
from evalapp.core.permissions import SYSTEM
from evalapp.core.platform import Platform
from evalapp.core.rowfiles import read_rows
from evalapp.units import queries, services
from evalapp.units.services import importing


@click.group("unit", cls=Commands)
def group() -> None:
    """Units: departments, sections, subdistricts, villages."""


@group.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Check every row and keep nothing.")
@json_option
@pass_platform
def import_(platform: Platform, file: Path, *, dry_run: bool, as_json: bool) -> None:
    """Take a CSV, Excel (.xlsx) or JSON table of units: every row or none.

    Columns: slug, name, short_name, kind, parent (the slug above), rank_class, summary, telephone, address,
    office_hours, functions, posts. A unit whose slug is known is brought up to date.
    """
    rows = read_rows(file, columns=importing.COLUMNS, required=importing.REQUIRED)
    with keeping(platform, dry_run=dry_run) as session:
        outcome = services.import_units(session, rows=rows, actor=SYSTEM)
    fact = {"added": outcome.added, "changed": outcome.changed, "unchanged": outcome.unchanged}
    print_fact(fact | {"kept": not dry_run}, as_json=as_json)


@group.command("list")
@click.option("--closed", is_flag=True, help="Closed units too.")
@json_option
@pass_platform
def list_(platform: Platform, *, closed: bool, as_json: bool) -> None:
    """List the units, each below its parent."""
    with platform.session() as session:
        found = queries.tree(session, with_closed=closed)
        print_rows(
            (
                {
                    "slug": unit.slug,
                    "name": "  " * unit.level * (not as_json) + unit.name,
                    "kind": unit.kind.value,
                }
                for unit in found
            ),
            as_json=as_json,
        )
