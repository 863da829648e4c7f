"""The command `evalapp demo`."""

import logging

import click

from evalapp.approvals.jobs import close_quarters
from evalapp.core import logs
from evalapp.core.commandline import Commands, Refused, pass_platform
from evalapp.core.platform import Platform
from evalapp.demo import jobs, laying, loading


@click.group(cls=Commands, invoke_without_command=True)
@click.option(
    "--ballots",
    default=110,
    show_default=True,
    type=click.IntRange(0, 200),
    help="Residents who grade each episode.",
)
@pass_platform
@click.pass_context
def demo(context: click.Context, platform: Platform, ballots: int) -> None:
    """Load the demonstration district into an empty data folder; does nothing where there is one already."""
    if context.invoked_subcommand is not None:
        return
    if platform.settings.is_production:
        raise Refused("the demonstration is not for production")
    if not loading.is_empty(platform):
        click.echo("The district is there already.", err=True)
        return
    logs.configure(platform.settings, level=logging.WARNING)  # hundreds of jobs would bury the accounts
    accounts = loading.load(platform, ballots=ballots, tell=lambda line: click.echo(line, err=True))
    click.echo("\nStaff accounts and their one-time passwords (kept nowhere):\n")
    for account in accounts:
        click.echo(f"  {account.login:<14}  {account.password}  {account.post}")
    click.echo(
        "\nThe long recordings are prepared while the site runs; their pages show how far they are.", err=True
    )


@demo.command()
@click.option(
    "--number",
    default=loading.CASES,
    show_default=True,
    type=click.IntRange(1, 600_000),
    help="How many there are to be in all.",
)
@pass_platform
def cases(platform: Platform, number: int) -> None:
    """Lay out the demonstration's cases at once, the newest first; what is there already stays as it is."""
    with platform.session() as session:
        plan = jobs.plan_of(session)
    if plan is None:
        raise Refused("there is no demonstration here: `evalapp demo` makes it")
    laying.lay_until(
        platform, plan, number, tell=lambda there: click.echo(f"\r{there:,} cases", nl=False, err=True)
    )
    click.echo(f"\r{laying.how_many(platform):,} cases", err=True)
    close_quarters(platform, with_history=True)
