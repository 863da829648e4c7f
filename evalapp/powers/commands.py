"""The `evalapp power` commands."""

import csv
import sys
from pathlib import Path

import click

from evalapp.core.commandline import Commands, Refused, json_option, keeping, pass_platform, print_fact
from evalapp.core.permissions import SYSTEM
from evalapp.core.platform import Platform
from evalapp.core.rowfiles import rows_of
from evalapp.core.workbooks import Table, workbook
from evalapp.powers import services
from evalapp.powers.queries import tables
from evalapp.powers.rules import rows as columns
from evalapp.powers.services import importing
from evalapp.units import queries as units

_WORDS = {"rows": "rows read", "flowcharts": "flowcharts laid out", "powers": "powers written"}


@click.group("power", cls=Commands)
def group() -> None:
    """Powers: what the law lets or makes a unit do."""


@group.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Check every row and keep nothing.")
@json_option
@pass_platform
def import_(platform: Platform, file: Path, *, dry_run: bool, as_json: bool) -> None:
    """Take a CSV, Excel (.xlsx) or JSON table of powers: every row or none.

    Columns: unit (its slug), code, parent (the code above), name, kind, section, post, bases (a line each:
    law|article|from|until|link|note|text), duties (stage|duty), grounds, fee, fee_basis, statutory, promised (5 个工作日),
    telephone, passes_on, flowchart (Mermaid, docs/flowcharts.md), reason. A power whose code is known gets a new
    version; its earlier ones are kept.
    """
    rows = rows_of(file, columns=columns.COLUMNS, required=columns.REQUIRED, most_rows=importing.MOST_ROWS)
    with keeping(platform, dry_run=dry_run) as session:
        outcome = services.import_powers(session, rows=rows, actor=SYSTEM, tell=_tell)
    fact = {"made": outcome.made, "changed": outcome.changed, "unchanged": outcome.unchanged}
    print_fact(fact | {"kept": not dry_run}, as_json=as_json)


@group.command("export")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--unit", "slug", help="Only the powers of the unit with this slug.")
@pass_platform
def export(platform: Platform, file: Path, *, slug: str | None) -> None:
    """Write the published powers to FILE (.csv or .xlsx); importing it again changes nothing."""
    if file.suffix.lower() not in {".csv", ".xlsx"}:
        raise Refused("FILE must end in .csv or .xlsx")
    names = list(columns.HEADINGS)
    with platform.session() as session:
        unit_id = units.unit(session, slug).id if slug else None
        cells = [[row[name] for name in names] for row in tables.exported(session, unit_id=unit_id)]
    headings = [columns.HEADINGS[name] for name in names]
    if file.suffix.lower() == ".xlsx":
        file.write_bytes(workbook([Table(name="权力清单", columns=headings, rows=cells)]))
        return
    with file.open("w", encoding="utf-8-sig", newline="") as opened:
        csv.writer(opened).writerows([headings, *cells])


def _tell(what: str, done: int) -> None:
    click.echo(f"{done} {_WORDS[what]}", file=sys.stderr)
