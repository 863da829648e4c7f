"""The `evalapp box`, `panel` and `client-codes` commands: the life of a box from its rules to its result."""

import uuid
from datetime import datetime
from typing import Any

import click
from sqlalchemy.orm import Session

from evalapp.accounts import vault
from evalapp.accounts.commands import proven_person
from evalapp.accounts.rules import parse_number
from evalapp.ballots.models import ActKind, TwoPersonAct
from evalapp.ballots.polling import open_polling
from evalapp.ballots.queries import gradings
from evalapp.ballots.services import announcing, closing, standings
from evalapp.core import clock
from evalapp.core.commandline import Commands, Refused, json_option, pass_platform, print_fact, print_rows
from evalapp.core.permissions import SYSTEM
from evalapp.core.platform import Platform
from evalapp.programme.queries import planning
from evalapp.results.services import approving, counting, publishing
from evalapp.units import queries as units

_MOMENT = click.DateTime(["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"])
_login = click.option("--login", required=True, help="Who proposes; asked for their own password and code.")
_reason = click.option("--reason", required=True, help="The reason; it is published.")


def _moment(typed: datetime | None) -> datetime | None:
    return None if typed is None else typed.replace(tzinfo=clock.zone())


@click.group("box", cls=Commands)
def box() -> None:
    """Ballot boxes: announce, extend, void, count, prepare and publish."""


@box.command("announce")
@click.argument("episode", type=int)
@click.option("--opens", type=_MOMENT, help="In the district's time (default: the first airing).")
@click.option("--closes", type=_MOMENT, help="In the district's time (default: after the method's days).")
@json_option
@pass_platform
def announce(
    platform: Platform, *, episode: int, opens: datetime | None, closes: datetime | None, as_json: bool
) -> None:
    """Fix the rules of EPISODE's boxes and make their keys."""
    kept = open_polling(platform)
    with platform.transaction() as session:
        announcing.announce(
            session,
            gradings.episode(session, episode),
            keepers=kept.keepers,
            receipts=kept.signer.verifier,
            actor=SYSTEM,
            opens_at=_moment(opens),
            closes_at=_moment(closes),
        )
    _show(platform, episode, as_json=as_json)


@box.command("show")
@click.argument("episode", type=int)
@json_option
@pass_platform
def show(platform: Platform, *, episode: int, as_json: bool) -> None:
    """Say how far EPISODE's boxes are. Never a score."""
    _show(platform, episode, as_json=as_json)


def _show(platform: Platform, number: int, *, as_json: bool) -> None:
    with platform.session() as session:
        found = gradings.graded_episode(session, number)
        state = planning.episode_with_state(session, number).state
        boxes = gradings.boxes(session, found.grading.id)
        waiting = gradings.waiting_acts(session, found.grading.id)
        fact: dict[str, Any] = {
            "episode": found.episode.reference,
            "state": state.value,
            "opens_at": clock.local(found.grading.opens_at).isoformat(),
            "closes_at": clock.local(found.grading.closes_at).isoformat(),
            "turnout": found.grading.turnout,
            "boxes": [each.reference for each in boxes],
            "waiting": [act.kind.value for act in waiting],
        }
        if found.grading.voided_at is not None:
            fact["void_reason"] = found.episode.void_reason
    print_fact(fact, as_json=as_json)


@box.command("count")
@click.argument("episode", type=int)
@json_option
@pass_platform
def count(platform: Platform, *, episode: int, as_json: bool) -> None:
    """Open and count EPISODE's boxes with the key files; keeps what the rules flag and no grade."""
    kept = open_polling(platform)
    with platform.session() as session:
        grading = gradings.graded_episode(session, episode).grading
    with platform.transaction() as session:
        closing.close(session, grading.id)
    with platform.transaction() as session:
        number = counting.count(session, grading, keepers=kept.keepers, actor=SYSTEM)
    print_fact({"episode": episode, "standing": number}, as_json=as_json)


@box.command("prepare")
@click.argument("episode", type=int)
@json_option
@pass_platform
def prepare(platform: Platform, *, episode: int, as_json: bool) -> None:
    """Work EPISODE's result out, for two people to publish."""
    kept = open_polling(platform)
    with platform.transaction() as session:
        grading = gradings.graded_episode(session, episode).grading
        result = counting.prepare(session, grading, keepers=kept.keepers, actor=SYSTEM)
        fact = {"episode": episode, "hash": result.document_hash, "people": result.people}
    print_fact(fact, as_json=as_json)


@box.command("extend")
@click.argument("episode", type=int)
@click.option("--until", type=_MOMENT, required=True, help="The new closing time, in the district's time.")
@_reason
@_login
@pass_platform
def extend(platform: Platform, *, episode: int, until: datetime, reason: str, login: str) -> None:
    """Propose to close EPISODE's boxes later; another person confirms with `approve`."""
    person = proven_person(platform, login)
    with platform.transaction() as session:
        grading = gradings.graded_episode(session, episode).grading
        announcing.propose_extension(
            session, grading, closes_at=until.replace(tzinfo=clock.zone()), reason=reason, actor=person
        )
    click.echo("extend: waiting for a second person")


@box.command("void")
@click.argument("episode", type=int)
@_reason
@_login
@pass_platform
def void(platform: Platform, *, episode: int, reason: str, login: str) -> None:
    """Propose to declare EPISODE's boxes void; another person confirms with `approve`.

    That is for good: a void box is never announced again. To grade after all, add another episode of the unit.
    """
    person = proven_person(platform, login)
    with platform.transaction() as session:
        grading = gradings.graded_episode(session, episode).grading
        announcing.propose_voiding(session, grading, reason=reason, actor=person)
    click.echo("void: waiting for a second person")


@box.command("approve")
@click.argument("episode", type=int)
@click.option("--login", required=True, help="Who approves; asked for their own password and code.")
@click.option(
    "--kind",
    type=click.Choice([kind.value for kind in ActKind]),
    help="Which; needed for everything but publishing, and when several wait.",
)
@pass_platform
def approve(platform: Platform, *, episode: int, login: str, kind: str | None) -> None:
    """Confirm what waits for a second person; with nothing waiting, propose to publish EPISODE's prepared result."""
    with platform.session() as session:
        grading = gradings.graded_episode(session, episode).grading
        act = _to_confirm(session, grading.id, kind=kind)
    person = proven_person(platform, login)
    with platform.transaction() as session:
        if act is None:
            publishing.propose_publication(session, grading, actor=person)
            click.echo("publish: waiting for a second person")
            return
        done = approving.approve(session, act.id, number=episode, actor=person)
        said = f"{done.kind.value}: done by {done.proposed_post} and {done.confirmed_post}"
    click.echo(f"{said}; to grade after all: evalapp episode create" if done.kind is ActKind.VOID else said)


def _to_confirm(session: Session, grading_id: uuid.UUID, *, kind: str | None) -> TwoPersonAct | None:
    """What is meant of the acts that wait, None for proposing to publish: nobody confirms what they did not name."""
    waiting = gradings.waiting_acts(session, grading_id)
    if kind is not None and kind != ActKind.PUBLISH.value:
        return gradings.waiting_act(session, grading_id, ActKind(kind))
    if kind is None and any(act.kind is not ActKind.PUBLISH for act in waiting):
        named = ", ".join(act.kind.value for act in waiting)
        raise Refused(f"waiting for a second person: {named}; name the one you mean with --kind")
    return next((act for act in waiting if act.kind is ActKind.PUBLISH), None)


@click.group("panel", cls=Commands)
def panel() -> None:
    """The panel: people invited by number."""


@panel.command("invite")
@click.argument("episode", type=int)
@click.argument("numbers", nargs=-1, required=True)
@json_option
@pass_platform
def invite(platform: Platform, *, episode: int, numbers: tuple[str, ...], as_json: bool) -> None:
    """Invite the holders of NUMBERS to grade EPISODE as the panel; only keyed hashes of the numbers are kept."""
    production = platform.settings.is_production
    people = [vault.person_id(platform.keys, parse_number(typed, production=production)) for typed in numbers]
    with platform.transaction() as session:
        found = gradings.episode(session, episode)
        new = standings.invite(session, found, person_ids=people, actor=SYSTEM)
    print_fact({"episode": episode, "invited": new}, as_json=as_json)


@click.command("client-codes")
@click.argument("unit")
@click.argument("number", type=int)
@json_option
@pass_platform
def client_codes(platform: Platform, *, unit: str, number: int, as_json: bool) -> None:
    """Print NUMBER numbered codes for UNIT (its slug) to hand to clients. They are shown this once."""
    with platform.transaction() as session:
        printed = standings.print_client_codes(
            session,
            units.unit(session, unit),
            number=number,
            secret=platform.keys.service("client-codes"),
            actor=SYSTEM,
        )
    print_rows(({"number": code.number, "code": code.text} for code in printed), as_json=as_json)
