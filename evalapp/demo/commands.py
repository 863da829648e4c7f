"""The command `evalapp demo`."""

import logging

import click

from evalapp.core import logs
from evalapp.core.commandline import Refused, pass_platform
from evalapp.core.platform import Platform
from evalapp.demo import loading


@click.command()
@click.option(
    "--ballots",
    default=110,
    show_default=True,
    type=click.IntRange(0, 200),
    help="Residents who grade each episode.",
)
@pass_platform
def demo(platform: Platform, ballots: int) -> None:
    """Load the demonstration district into an empty data folder; does nothing where there is one already."""
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
