"""The `evalapp` command: opens the platform once and hands it to the commands of the domains."""

import click
from flask import Flask

from evalapp import wiring
from evalapp.accounts.commands import group as staff
from evalapp.approvals.commands import case
from evalapp.approvals.commands import group as intake
from evalapp.comments.commands import group as comment
from evalapp.core import jobs
from evalapp.core.commandline import Commands, plain_refusals
from evalapp.core.platform import Platform
from evalapp.core.settings import read_settings
from evalapp.demo.commands import demo
from evalapp.demo.jobs import JOBS as DEMO_JOBS
from evalapp.disclosures.commands import group as disclosure
from evalapp.operate.calendar_commands import group as calendar
from evalapp.operate.commands import COMMANDS as OPERATE
from evalapp.pledges.commands import group as pledge
from evalapp.powers.commands import group as power
from evalapp.powers.commands import service
from evalapp.programme.commands import episode, season
from evalapp.results.commands import box, client_codes, panel
from evalapp.supervision.commands import group as matter
from evalapp.units.commands import group as unit

COMMANDS: tuple[click.Command, ...] = (
    *OPERATE,
    box,
    calendar,
    case,
    client_codes,
    comment,
    demo,
    episode,
    intake,
    matter,
    panel,
    disclosure,
    pledge,
    power,
    season,
    service,
    staff,
    unit,
)


@click.group(cls=Commands)
@click.version_option(package_name="evalapp")
@click.pass_context
def main(context: click.Context) -> None:
    """大家看 大家评: set up, run and look after a district's programme."""
    if context.resilient_parsing:
        return
    platform = Platform.open(read_settings())
    wiring.connect()
    for kind, function in DEMO_JOBS.items():
        jobs.register(kind, function)
    context.obj = platform
    context.call_on_close(platform.close)


for command in COMMANDS:
    main.add_command(command)


def flask_app() -> Flask:
    """Return the application with the same commands below `flask --app evalapp …`."""
    from evalapp.factory import create_app

    with plain_refusals():
        app = create_app()
    for kind, function in DEMO_JOBS.items():
        jobs.register(kind, function)
    for command in COMMANDS:
        app.cli.add_command(command)
    return app
