"""The `evalapp disclosure` commands."""

from pathlib import Path

import click

from evalapp.core.commandline import Commands, json_option, keeping, pass_platform, print_fact
from evalapp.core.permissions import SYSTEM
from evalapp.core.platform import Platform
from evalapp.core.rowfiles import rows_of
from evalapp.disclosures import services
from evalapp.disclosures.services import importing
from evalapp.units import queries as units

_MOST_LINES = 200_000
_MOST_BYTES = 64 * 1024**2


@click.group("disclosure", cls=Commands)
def group() -> None:
    """Boards: what units post, and their finances."""


@group.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--unit", required=True, help="The unit's slug.")
@click.option("--period", required=True, help="2026, 2026-Q3 or 2026-10.")
@click.option("--reason", default="", help="Why a period that was posted before is posted again.")
@click.option(
    "--publish", is_flag=True, help="Publish at once; without it the draft waits on the unit's desk."
)
@click.option("--difference-reason", default="", help="Why the totals do not agree with the lines.")
@click.option("--dry-run", is_flag=True, help="Check every line and keep nothing.")
@json_option
@pass_platform
def import_(
    platform: Platform,
    file: Path,
    *,
    unit: str,
    period: str,
    reason: str,
    publish: bool,
    difference_reason: str,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Take the income and expenditure of a period from a CSV, Excel (.xlsx) or JSON table: every line or none.

    Columns: direction (收入, 支出), account, purpose, payee_class, amount (yuan), paid_on, voucher, handler, reviewer,
    approver, accountant. Four rows of their own state the totals: 期初结余, 收入合计, 支出合计, 期末结余.
    """
    with keeping(platform, dry_run=dry_run) as session:
        board = services.ensure_board(session, unit_id=units.unit(session, unit).id)
        outcome = services.import_statement(
            session,
            board_id=board.id,
            period=period,
            rows=rows_of(
                file,
                columns=importing.COLUMNS,
                required=importing.REQUIRED,
                most_rows=_MOST_LINES,
                most_bytes=_MOST_BYTES,
            ),
            reason=reason,
            dry_run=dry_run,
            told=lambda lines: click.echo(f"{lines} lines read", err=True),
            actor=SYSTEM,
        )
        if publish and outcome.statement_id is not None:
            services.publish_statement(
                session,
                statement_id=outcome.statement_id,
                difference_reason=difference_reason,
                actor=SYSTEM,
            )
    fact = {
        "lines": outcome.lines,
        "income": outcome.stated.income,
        "expense": outcome.stated.expense,
        "differences": [f"{one.figure.value}: {one.amount}" for one in outcome.differences],
        "reference": outcome.reference,
        "published": publish and not dry_run,
        "kept": not dry_run,
    }
    print_fact(fact, as_json=as_json)
