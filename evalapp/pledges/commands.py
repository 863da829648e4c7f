"""The `evalapp pledge` commands."""

from pathlib import Path

import click

from evalapp.core.commandline import Commands, json_option, keeping, pass_platform, print_fact
from evalapp.core.permissions import SYSTEM
from evalapp.core.platform import Platform
from evalapp.core.rowfiles import read_rows
from evalapp.pledges import services
from evalapp.pledges.services import importing


@click.group("pledge", cls=Commands)
def group() -> None:
    """Pledges: what units undertake to the public."""


@group.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Check every row and keep nothing.")
@json_option
@pass_platform
def import_(platform: Platform, file: Path, *, dry_run: bool, as_json: bool) -> None:
    """Take a CSV, Excel (.xlsx) or JSON table of pledges: every row or none.

    Columns: unit (its slug), title, text, measured, amount, time_unit (minute, hour, day, month), basis (working,
    calendar), statutory_amount, statutory_unit, statutory_basis, statutory_source, reason. A pledge whose unit and
    title are known is reworded; its earlier wording is kept.
    """
    rows = read_rows(file, columns=importing.COLUMNS, required=importing.REQUIRED)
    with keeping(platform, dry_run=dry_run) as session:
        outcome = services.import_pledges(session, rows=rows, actor=SYSTEM)
    fact = {"made": outcome.made, "reworded": outcome.reworded, "unchanged": outcome.unchanged}
    print_fact(fact | {"kept": not dry_run}, as_json=as_json)
