"""The `evalapp matter` commands: which matters there are, and which profile they are kept by."""

from pathlib import Path
from typing import Any

import click

from evalapp.core.commandline import Commands, json_option, pass_platform, print_fact, print_rows
from evalapp.core.permissions import SYSTEM
from evalapp.core.platform import Platform
from evalapp.supervision import services
from evalapp.supervision.queries import lists
from evalapp.supervision.queries.lists import Which
from evalapp.supervision.queries.matters import ShownMatter

_MOST_PAGES = 100_000


@click.group("matter", cls=Commands)
def group() -> None:
    """Matters that units answer for: list them, adopt a profile."""


@group.command("list")
@click.option(
    "--which",
    type=click.Choice([one.value for one in Which]),
    default=Which.RUNNING.value,
    show_default=True,
    help="Which matters.",
)
@click.option("--page", type=click.IntRange(1, _MOST_PAGES), default=1, help="Twenty matters a page.")
@json_option
@pass_platform
def list_(platform: Platform, *, which: str, page: int, as_json: bool) -> None:
    """List matters, what is due first before the others."""
    with platform.session() as session:
        found = lists.office_page(session, which=Which(which), page=page)
    print_rows([_row(one) for one in found.items], as_json=as_json)


@group.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@pass_platform
def profile(platform: Platform, *, file: Path) -> None:
    """Put a profile (JSON) in force for matters opened from now on; those that are open keep theirs."""
    with platform.transaction() as session:
        row = services.adopt_profile(session, document=file.read_bytes(), actor=SYSTEM)
    print_fact({"name": row.document["name"], "number": row.number}, as_json=False)


def _row(one: ShownMatter) -> dict[str, Any]:
    due_on = one.running.due_on if one.running else None
    return {
        "reference": one.matter.reference,
        "kind": one.matter.kind.value,
        "state": one.state.value,
        "due_on": due_on.isoformat() if due_on else "",
        "unit": one.unit.slug,
        "about": one.matter.about,
        "title": one.matter.title,
    }
