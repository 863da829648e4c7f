"""The `evalapp comment` commands."""

from typing import Any

import click

from evalapp.comments import queries, services
from evalapp.comments.queries import Queued, QueueFilter
from evalapp.comments.rules.moderation import REASONS, RefusalReason
from evalapp.comments.rules.sealing import CommentKeys
from evalapp.core.commandline import Commands, json_option, pass_platform, print_fact, print_rows
from evalapp.core.permissions import SYSTEM, Actor, ActorKind
from evalapp.core.platform import Platform


@click.group("comment", cls=Commands)
def group() -> None:
    """Comments: read the queue, approve, refuse, reply for a unit."""


@group.command("list")
@click.option(
    "--state",
    type=click.Choice([one.value for one in QueueFilter]),
    default="held",
    show_default=True,
    help="Which comments.",
)
@click.option(
    "--after", default=None, help="The cursor that the page before ended with; twenty comments a page."
)
@json_option
@pass_platform
def list_(platform: Platform, *, state: str, after: str | None, as_json: bool) -> None:
    """List comments of a state, those that wait longest first. Words are shown as the public will see them."""
    with platform.session() as session:
        found = queries.queue(
            session,
            only=QueueFilter(state),
            after=after,
            keys=CommentKeys.of(platform.keys),
            with_grouped=True,
        )
    print_rows([_row(one) for one in found.items], as_json=as_json)
    if found.next:
        click.echo(f"More: --after {found.next}", err=True)


@group.command()
@click.argument("reference")
@json_option
@pass_platform
def approve(platform: Platform, *, reference: str, as_json: bool) -> None:
    """Show a held comment; its author is told."""
    with platform.transaction() as session:
        seen = queries.comment_by_reference(session, reference).version
        comment = services.approve(
            session,
            reference=reference,
            seen_version=seen,
            actor=SYSTEM,
            keys=CommentKeys.of(platform.keys),
        )
    print_fact({"reference": reference, "state": comment.state.value}, as_json=as_json)


@group.command()
@click.argument("reference")
@click.option(
    "--reason",
    type=click.Choice([reason.value for reason in REASONS]),
    required=True,
    help="The author is told this reason.",
)
@click.option(
    "--note", default="", help="A note that only the author reads; asked for with the reason other."
)
@json_option
@pass_platform
def refuse(platform: Platform, *, reference: str, reason: str, note: str, as_json: bool) -> None:
    """Refuse a held comment, or hide a shown one; its author is told why."""
    with platform.transaction() as session:
        seen = queries.comment_by_reference(session, reference).version
        comment = services.refuse(
            session,
            reference=reference,
            seen_version=seen,
            actor=SYSTEM,
            keys=CommentKeys.of(platform.keys),
            reason=RefusalReason(reason),
            note=note,
        )
    print_fact({"reference": reference, "state": comment.state.value}, as_json=as_json)


@group.command()
@click.argument("reference")
@click.option("--text", required=True, help="The public reply, at most 500 characters.")
@click.option("--post", required=True, help="The post in the unit that answers, shown beside the reply.")
@json_option
@pass_platform
def reply(platform: Platform, *, reference: str, text: str, post: str, as_json: bool) -> None:
    """Reply for the unit whose episode it is; the author is told."""
    actor = Actor(kind=ActorKind.SYSTEM, name=post)
    with platform.transaction() as session:
        unit_id = queries.unit_before(session, reference)
        services.reply(
            session,
            reference=reference,
            unit_id=unit_id,
            actor=actor,
            text=text,
        )
    print_fact({"reference": reference, "answered_by": post}, as_json=as_json)


def _row(one: Queued) -> dict[str, Any]:
    return {
        "reference": one.reference,
        "state": one.state.value,
        "day": one.day.isoformat(),
        "about": one.thread_reference,
        "text": one.text,
    }
