"""Commands of the operator: init, serve, worker, db, backup, restore, doctor."""

import json
from pathlib import Path

import click

from evalapp import wiring
from evalapp.approvals.services import totals
from evalapp.core.commandline import Commands, Refused, json_option, pass_platform, print_rows
from evalapp.core.jobs import Worker
from evalapp.core.jobs.carrier import Carrier
from evalapp.core.platform import Platform
from evalapp.core.settings import shown
from evalapp.operate import backup, doctor, migrating, restoring, serving, setting_up
from evalapp.operate.doctor import Verdict
from evalapp.portal.services.finding import renew_where_empty
from evalapp.programme import media

_PASSPHRASE = "EVALAPP_BACKUP_PASSPHRASE"  # noqa: S105  the name of a variable
_KEEPERS = "EVALAPP_KEEPERS_PASSPHRASE"


@click.command()
@pass_platform
def init(platform: Platform) -> None:
    """Make the data folder, keys and tables; safe to repeat."""
    setting_up.set_up(platform)
    click.echo(f"Ready: {platform.settings.data_dir}", err=True)


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port", default=8000, show_default=True, type=click.IntRange(1, 65535), help="Port to listen on."
)
@click.option("--no-worker", is_flag=True, help="Run the web alone; start `evalapp worker` beside it.")
@pass_platform
def serve(platform: Platform, host: str, port: int, no_worker: bool) -> None:  # noqa: FBT001  click hands over flags
    """Serve the site, with a worker beside it."""
    _refuse_old_tables(platform)
    _refuse_open_country(platform)
    serving.serve(platform, host=host, port=port, with_worker=not no_worker)


@click.command()
@click.option("--once", is_flag=True, help="Do what is due and end.")
@pass_platform
def worker(platform: Platform, once: bool) -> None:  # noqa: FBT001  click hands over flags
    """Run due jobs until stopped. With EVALAPP_REDIS_URL also those that other machines hand over."""
    _refuse_old_tables(platform)
    _refuse_open_country(platform)
    if once:
        Worker(platform, rounds=wiring.rounds()).drain()
    elif platform.settings.redis_url.get_secret_value():
        carrier = Carrier(platform)
        loop = Worker(platform, rounds=wiring.rounds(), carrier=carrier)
        loop.start()
        carrier.listen()
        loop.stop()
    else:
        Worker(platform, rounds=wiring.rounds()).run()


@click.group(cls=Commands)
def db() -> None:
    """Tables: bring them up to date, or check."""


@db.command()
@pass_platform
def upgrade(platform: Platform) -> None:
    """Run the migrations that are missing."""
    migrating.upgrade(platform.engine)
    with platform.transaction() as session:
        renew_where_empty(session)
        totals.rebuild_where_empty(session)
    click.echo(f"The tables are at {migrating.newest()}.")


@db.command()
@pass_platform
def check(platform: Platform) -> None:
    """End with 1 unless the tables are at the newest migration."""
    _refuse_old_tables(platform)
    click.echo(f"The tables are at {migrating.newest()}.")


@click.command("backup")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option(
    "--keys", type=click.Path(dir_okay=False, path_type=Path), help="Also write the keys of the boxes here."
)
@click.option(
    "--passphrase",
    envvar=_PASSPHRASE,
    prompt=True,
    hide_input=True,
    confirmation_prompt=True,
    help=f"Seals the service keys; asked for unless {_PASSPHRASE} holds it.",
)
@click.option("--keepers", envvar=_KEEPERS, help="Passphrase of the keepers; asked for when not given.")
@pass_platform
def back_up(platform: Platform, file: Path, keys: Path | None, passphrase: str, keepers: str | None) -> None:
    """Write a backup to FILE, while the site goes on. The service keys in it are sealed under the passphrase."""
    done = backup.back_up(platform, file, passphrase=passphrase)
    click.echo(f"{done.rows} rows, {done.files} files → {file}", err=True)
    for name in done.missing:
        click.echo(
            f"{name}: delivered and not prepared, but its file is not here; deliver it again.", err=True
        )
    for name in done.gone:
        click.echo(f"{name}: handed in by a unit, but its file is not here; hand it in again.", err=True)
    if keys is not None:
        second = keepers or click.prompt(
            "Passphrase of the keepers", hide_input=True, confirmation_prompt=True
        )
        backup.back_up_box_keys(platform, keys, passphrase=second)
        click.echo(f"The keys of the boxes → {keys}: for the keepers, kept at most 35 days.", err=True)


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--keys", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="The keys of the boxes."
)
@click.option(
    "--passphrase",
    envvar=_PASSPHRASE,
    prompt=True,
    hide_input=True,
    help=f"What the service keys were sealed under; asked for unless {_PASSPHRASE} holds it.",
)
@click.option("--keepers", envvar=_KEEPERS, help="Passphrase of the keepers; asked for when not given.")
@pass_platform
def restore(platform: Platform, file: Path, keys: Path | None, passphrase: str, keepers: str | None) -> None:
    """Bring the backup FILE back into an empty data folder and database."""
    box_keys = None
    if keys is not None:
        second = keepers or click.prompt("Passphrase of the keepers", hide_input=True)
        box_keys = backup.opened_box_keys(keys, passphrase=second)
    done = restoring.restore(platform, file, passphrase=passphrase)
    if box_keys is not None:
        backup.restore_box_keys(platform, box_keys)
    restoring.analyse(platform)
    click.echo(f"{done.rows} rows, {done.files} files, as of {done.made_at}", err=True)
    for box in backup.boxes_without_key(platform):
        click.echo(
            f"{box}: its key is not here, so that it cannot be counted. Bring it with --keys.", err=True
        )


@click.command("doctor")
@json_option
@pass_platform
def examine(platform: Platform, as_json: bool) -> None:  # noqa: FBT001  click hands over flags
    """Look for what is wrong, and say what to do; ends with 1 when something does not work."""
    findings = doctor.examine(platform)
    if as_json:
        print_rows((finding.as_row() for finding in findings), as_json=True)
    for finding in () if as_json else findings:
        click.echo(f"{finding.verdict.value}  {finding.about}  {finding.says}\n    {finding.english}")
    if any(finding.verdict is Verdict.BAD for finding in findings):
        raise Refused("请先解决标为“不行”的问题。 Mend what is marked 不行 first.")


@click.command()
@pass_platform
def settings(platform: Platform) -> None:
    """Print the settings in force, secrets left out."""
    click.echo(json.dumps(shown(platform.settings), ensure_ascii=False, indent=2))


def _refuse_old_tables(platform: Platform) -> None:
    at, newest = migrating.current(platform.engine), migrating.newest()
    if at != newest:
        raise Refused(
            f"the tables are at {at}, not at {newest}: run `evalapp db upgrade` (or `evalapp init`)"
        )


def _refuse_open_country(platform: Platform) -> None:
    """Production takes in foreign recordings behind walls or not at all."""
    if platform.settings.is_production and not media.has_sandbox(platform.settings):
        raise Refused(
            "no sandbox for recordings works here: apt-get install bubblewrap, and let it make user namespaces "
            "(`evalapp doctor` looks further)"
        )


COMMANDS = (init, serve, worker, db, back_up, restore, examine, settings)
