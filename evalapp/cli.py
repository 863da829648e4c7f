"""The `evalapp` command: opens the platform once and hands it to the commands of the domains."""

import click

from evalapp import wiring
from evalapp.core.commandline import Commands
from evalapp.core.platform import Platform
from evalapp.core.settings import read_settings


@click.group(cls=Commands)
@click.pass_context
def main(context: click.Context) -> None:
    """大家看 大家评: set up, run and look after a district's programme."""
    platform = Platform.open(read_settings())
    wiring.connect()
    context.obj = platform
    context.call_on_close(platform.close)


@main.command()
@click.pass_obj
def worker(platform: Platform) -> None:
    """Run due jobs until stopped."""
    from evalapp.core.jobs import Worker

    Worker(platform, rounds=wiring.rounds()).run()
