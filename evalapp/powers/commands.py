"""The `evalapp power` and `evalapp service` commands."""

import csv
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

import click

from evalapp.core.commandline import Commands, Refused, json_option, keeping, pass_platform, print_fact
from evalapp.core.permissions import SYSTEM
from evalapp.core.platform import Platform
from evalapp.core.rowfiles import rows_of
from evalapp.core.workbooks import Table, workbook
from evalapp.powers import services
from evalapp.powers.queries import item_lists, tables
from evalapp.powers.rules import rows as columns
from evalapp.powers.rules.items import rows as item_columns
from evalapp.powers.services import importing
from evalapp.powers.services import items as item_services
from evalapp.powers.services.items import importing as item_importing
from evalapp.powers.services.items import speech
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
    with platform.session() as session:
        table = services.read_powers(session, rows=rows, tell=_tell)
    with keeping(platform, dry_run=dry_run) as session:
        outcome = services.import_powers(session, table, actor=SYSTEM, tell=_tell)
    fact = {"made": outcome.made, "changed": outcome.changed, "unchanged": outcome.unchanged}
    print_fact(fact | {"kept": not dry_run}, as_json=as_json)


@group.command("export")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--unit", "slug", help="Only the powers of the unit with this slug.")
@pass_platform
def export(platform: Platform, file: Path, *, slug: str | None) -> None:
    """Write the published powers to FILE (.csv or .xlsx); importing it again changes nothing."""
    with platform.session() as session:
        unit_id = units.unit(session, slug).id if slug else None
        _write(file, "权力清单", columns.HEADINGS, tables.exported(session, unit_id=unit_id))


@click.group("service", cls=Commands)
def service() -> None:
    """Service items: what people apply for, with their guides."""


@service.command("speak")
@pass_platform
def speak(platform: Platform) -> None:
    """Have the worker record what kiosks read aloud, of every published guide: after an upgrade, or with a new voice."""
    with platform.transaction() as session:
        asked = speech.ask_for_all(session)
    click.echo(f"{asked} recordings were asked for.")


@service.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Check every row and keep nothing.")
@json_option
@pass_platform
def import_items(platform: Platform, file: Path, *, dry_run: bool, as_json: bool) -> None:
    """Take a CSV, Excel (.xlsx) or JSON table of service items: every row or none.

    Columns: code (that of the power and -B01), name, section, subjects, events, conditions (a line each), questions (a
    line each: question|answer|answer…, at the end 问1=answer where it is not always asked), papers (name|from
    where|原件|copies|when|问1=answer|form|sample|note), place, hours, statutory, promised (5 个工作日 or 即办), special
    (name|term|basis|计入 or 不计入|fee|its basis), visits, fee, fee_basis, result, bases (law|article|from|until|
    link|note|text), faq (question|answer), contact, complaint, reason. An item whose code is known gets a new version.
    """
    rows = rows_of(
        file,
        columns=item_columns.COLUMNS,
        required=item_columns.REQUIRED,
        most_rows=item_importing.MOST_ROWS,
    )
    with keeping(platform, dry_run=dry_run) as session:
        outcome = item_services.import_items(session, rows=rows, actor=SYSTEM)
    fact = {"made": outcome.made, "changed": outcome.changed, "unchanged": outcome.unchanged}
    print_fact(fact | {"kept": not dry_run}, as_json=as_json)


@service.command("export")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--unit", "slug", help="Only the items of the unit with this slug.")
@pass_platform
def export_items(platform: Platform, file: Path, *, slug: str | None) -> None:
    """Write the published items to FILE (.csv or .xlsx); importing it again changes nothing."""
    with platform.session() as session:
        unit_id = units.unit(session, slug).id if slug else None
        _write(file, "办事指南", item_columns.HEADINGS, item_lists.exported(session, unit_id=unit_id))


def _write(file: Path, name: str, headings: Mapping[str, str], rows: Iterable[Mapping[str, str]]) -> None:
    if file.suffix.lower() not in {".csv", ".xlsx"}:
        raise Refused("FILE must end in .csv or .xlsx")
    cells = [[row[each] for each in headings] for row in rows]
    if file.suffix.lower() == ".xlsx":
        file.write_bytes(workbook([Table(name=name, columns=list(headings.values()), rows=cells)]))
        return
    with file.open("w", encoding="utf-8-sig", newline="") as opened:
        csv.writer(opened).writerows([list(headings.values()), *cells])


def _tell(what: str, done: int) -> None:
    click.echo(f"{done} {_WORDS[what]}", file=sys.stderr)
